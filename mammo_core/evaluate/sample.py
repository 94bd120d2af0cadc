"""One repeat's scored cases of one unit, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from mammo_core.evaluate.predictions import PROBABILITIES
from mammo_core.metrics import bootstrap, confusion
from mammo_core.types import DECISIONS, LABELS


@dataclass(frozen=True, eq=False)
class Sample:
    """Cases of one unit and one repeat.

    Attributes:
        truth: n class indices.
        probabilities: n x 3.
        label: n indices of the largest probability.
        decision: n indices of `DECISIONS`, or None where this unit has no decisions.
        women: n woman ids.
        fold: n fold numbers.
    """

    truth: np.ndarray
    probabilities: np.ndarray
    label: np.ndarray
    decision: np.ndarray | None
    women: np.ndarray
    fold: np.ndarray

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> Sample:
        """Build from rows of `predictions.csv`."""
        probabilities = frame[list(PROBABILITIES)].to_numpy(float)
        probabilities = probabilities / probabilities.sum(axis=1, keepdims=True)
        decided = len(frame) > 0 and bool((frame["decision"] != "").all())
        return cls(
            frame["y_true"].to_numpy(int),
            probabilities,
            probabilities.argmax(axis=1) if len(frame) else np.zeros(0, int),
            frame["decision"].map(DECISIONS.index).to_numpy(int) if decided else None,
            frame["woman_id"].to_numpy(int),
            frame["fold"].to_numpy(int),
        )

    def __len__(self) -> int:
        """Return the number of cases."""
        return len(self.truth)

    def part(self, keep: np.ndarray) -> Sample:
        """Return the cases where `keep` (n bool) is True."""
        decision = None if self.decision is None else self.decision[keep]
        return Sample(
            self.truth[keep], self.probabilities[keep], self.label[keep], decision, self.women[keep], self.fold[keep]
        )

    @property
    def n_women(self) -> int:
        """Number of women."""
        return len(np.unique(self.women))

    @property
    def class_counts(self) -> dict[str, int]:
        """Cases of each class."""
        return {label: int((self.truth == k).sum()) for k, label in enumerate(LABELS)}

    @cached_property
    def resamples(self) -> np.ndarray:
        """B x n weights, women drawn with replacement."""
        return bootstrap.resample_weights(self.women)

    def label_matrix(self, weights: np.ndarray | None = None) -> np.ndarray:
        """Truth x most probable class."""
        return confusion.confusion_matrix(self.truth, self.label, len(LABELS), weights=weights)

    def decision_matrix(self, weights: np.ndarray | None = None) -> np.ndarray:
        """Truth x decision, `refer` in the last column."""
        return confusion.confusion_matrix(self.truth, self.decision, len(LABELS), len(DECISIONS), weights)
