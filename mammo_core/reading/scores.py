"""From logits to calibrated probabilities and a decision. The same functions serve evaluation and reading."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mammo_core.types import LABELS, Probabilities


def margins(logits: np.ndarray) -> np.ndarray:
    """Return the two contrasts that matter clinically, as log odds before calibration.

    Args:
        logits: (..., 3) over `LABELS`.

    Returns:
        (..., 2): abnormal against normal, malignant against the rest.
    """
    normal, benign, malignant = np.moveaxis(np.asarray(logits, dtype=np.float64), -1, 0)
    return np.stack([np.logaddexp(benign, malignant) - normal, malignant - np.logaddexp(normal, benign)], axis=-1)


def film_summary(cell_margins: np.ndarray, top_cells: int) -> np.ndarray:
    """Return a film's two scores: the mean of its highest cells, for each contrast.

    Args:
        cell_margins: (n, 2) `margins` of the cells in the breast.
        top_cells: How many of the highest cells to average.
    """
    count = min(top_cells, len(cell_margins))
    return np.sort(cell_margins, axis=0)[-count:].mean(axis=0)


@dataclass(frozen=True)
class Calibration:
    """A matrix logistic calibration: softmax(weights @ margins + bias), over `LABELS`.

    Source: the multi-class form of Platt scaling (Guo et al, ICML 2017), on two contrasts instead of three logits.
    """

    weights: tuple[tuple[float, float], ...]
    bias: tuple[float, ...]

    def __call__(self, scores: np.ndarray) -> np.ndarray:
        """Return (..., 3) probabilities that sum to 1 for (..., 2) margins."""
        logits = np.asarray(scores) @ np.asarray(self.weights).T + np.asarray(self.bias)
        logits -= logits.max(axis=-1, keepdims=True)
        odds = np.exp(logits)
        return odds / odds.sum(axis=-1, keepdims=True)


@dataclass(frozen=True)
class DoubtBand:
    """When to decide and when to refer, on the calibrated P(malignant) of a film.

    Below `low` the film is normal or benign, whichever is likelier; from `high` on it is malignant; between them the
    model does not know and says `refer`.
    """

    low: float
    high: float

    def decide(self, probabilities: np.ndarray) -> str:
        """Return one of `DECISIONS` for (3,) probabilities."""
        normal, benign, malignant = probabilities
        if malignant >= self.high:
            return "malignant"
        if malignant >= self.low:
            return "refer"
        return "normal" if normal >= benign else "benign"


def strongest_cells(score: np.ndarray, in_breast: np.ndarray, count: int, apart: int) -> np.ndarray:
    """Return the strongest local maxima of a map of cells, greedily and with a distance kept.

    Args:
        score: h x w float.
        in_breast: h x w bool; other cells are ignored.
        count: At most so many.
        apart: Smallest distance between two of them, in cells (Chebyshev).

    Returns:
        (k, 2) int (column, row), strongest first; ties go to the first in row order.
    """
    left = np.where(in_breast, score, -np.inf)
    found = []
    while len(found) < count and np.isfinite(left).any():
        row, column = np.unravel_index(np.argmax(left), left.shape)
        found.append((int(column), int(row)))
        left[max(row - apart + 1, 0) : row + apart, max(column - apart + 1, 0) : column + apart] = -np.inf
    return np.array(found, dtype=int).reshape(-1, 2)


def as_probabilities(values: np.ndarray) -> Probabilities:
    """Return (3,) values as `Probabilities`, in the order of `LABELS`."""
    return Probabilities(*(float(v) for v in values[: len(LABELS)]))
