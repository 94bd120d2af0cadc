"""One repeat's scored cases of one unit, as arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
        case: n texts that name each case whatever the model: unit, film or woman, and a region's kind and place.
        thresholds: {operating point: n thresholds on P(malignant), each that of the case's own fold}; empty where none
            are known.
    """

    truth: np.ndarray
    probabilities: np.ndarray
    label: np.ndarray
    decision: np.ndarray | None
    women: np.ndarray
    fold: np.ndarray
    case: np.ndarray
    thresholds: Mapping[str, np.ndarray] = field(default_factory=dict)

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, points: pd.DataFrame | None = None) -> Sample:
        """Build from rows of `predictions.csv`, and of `operating_points.csv` for the thresholds."""
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
            _names(frame),
            {} if points is None else _thresholds(frame, points),
        )

    def __len__(self) -> int:
        """Return the number of cases."""
        return len(self.truth)

    def part(self, keep: np.ndarray) -> Sample:
        """Return the cases where `keep` (n bool) is True."""
        names = ("truth", "probabilities", "label", "women", "fold", "case")
        return Sample(
            decision=None if self.decision is None else self.decision[keep],
            thresholds={point: values[keep] for point, values in self.thresholds.items()},
            **{name: getattr(self, name)[keep] for name in names},
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


def _names(frame: pd.DataFrame) -> np.ndarray:
    """Return one text a row, the same for the same case of another model."""
    who = frame["film_id"].where(frame["film_id"] != "", "woman " + frame["woman_id"].astype(str))
    names = frame["unit"] + " " + who
    if "kind" in frame:
        x, y = (frame[axis].map("{:.1f}".format).astype(str) for axis in "xy")  # of no rows `map` makes no texts
        place = frame["kind"] + " at " + x + ", " + y
        names = names.where(frame["unit"] != "region", names + " " + place)
    return names.to_numpy(str)


def _thresholds(frame: pd.DataFrame, points: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return each case's thresholds, those of its own unit, repeat and fold; a point some case lacks is left out."""
    keys = ["unit", "repeat", "fold"]
    wide = points.pivot(index=keys, columns="point", values="threshold")
    of_case = frame[keys].join(wide, on=keys)
    return {str(point): of_case[point].to_numpy(float) for point in wide if len(frame) and of_case[point].notna().all()}
