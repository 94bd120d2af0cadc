"""From logits to calibrated probabilities and a decision. The same functions serve evaluation and reading."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mammo_core.types import LABELS, Probabilities

AGAINST_NORMAL = np.array([[1, -0.5, -0.5], [-1, 1, 0], [-1, 0, 1]], np.float32)
"""Evidence of each class (rows) from the logits of all (columns); see `evidence`."""
OTHER_BREAST_SHARE = 0.5
"""How much the other breast of the woman counts against a breast."""


def margins(logits: np.ndarray) -> np.ndarray:
    """Return the two contrasts that matter clinically, as log odds before calibration.

    Args:
        logits: (..., 3) over `LABELS`.

    Returns:
        (..., 2): abnormal against normal, malignant against benign.
    """
    logits = np.asarray(logits, dtype=np.float64)
    normal, benign, malignant = logits[..., 0], logits[..., 1], logits[..., 2]
    return np.stack([np.logaddexp(benign, malignant) - normal, malignant - benign], axis=-1)


def evidence(logits: np.ndarray) -> np.ndarray:
    """Return the evidence for each class, which is what heatmaps explain.

    Softmax logits are defined only up to a term that all three share, so a logit alone is not evidence. A kind of
    lesion is set against normal; normal is set against the mean of both kinds.

    Args:
        logits: (..., 3) over `LABELS`.

    Returns:
        (..., 3) over `LABELS`, linear in the logits.
    """
    return np.asarray(logits) @ AGAINST_NORMAL.T


def film_summary(cell_margins: np.ndarray, top_cells: int) -> np.ndarray:
    """Return a film's two scores: the mean of each contrast over the film's most abnormal cells.

    Args:
        cell_margins: (n, 2) `margins` of the cells in the breast, n at least 1.
        top_cells: How many of the most abnormal cells to average.
    """
    most_abnormal = np.argsort(-cell_margins[:, 0], kind="stable")[:top_cells]
    return cell_margins[most_abnormal].mean(axis=0)


def breast_summary(own: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return a breast's two scores with the woman's other breast known: its own summary less half of the other's.

    Args:
        own: (..., 2) `film_summary` of the breast's film.
        other: (..., 2) that of the other breast.
    """
    return np.asarray(own) - OTHER_BREAST_SHARE * np.asarray(other)


def woman_summary(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return a woman's two scores: those of her more abnormal breast, more so the less it is like the other one.

    Args:
        first: (2,) `film_summary` of one breast's film.
        second: (2,) that of the other; their order makes no difference.
    """
    own, other = sorted((np.asarray(first), np.asarray(second)), key=lambda summary: -summary[0])
    return own + OTHER_BREAST_SHARE * (own - other)


@dataclass(frozen=True)
class Calibration:
    """Platt scaling in two steps: P(abnormal) from the first contrast, P(malignant given abnormal) from the second.

    Slopes are never negative, so that more evidence for a class never lowers its probability. Source: Platt,
    "Probabilistic outputs for support vector machines", 1999.

    Attributes:
        abnormal: (slope, intercept) of the log odds of abnormal.
        malignant: (slope, intercept) of the log odds of malignant among the abnormal.
    """

    abnormal: tuple[float, float]
    malignant: tuple[float, float]

    def __call__(self, scores: np.ndarray) -> np.ndarray:
        """Return (..., 3) probabilities that sum to 1 for (..., 2) margins."""
        from scipy.special import expit  # a fifth of a second, for which no first page need wait

        scores = np.asarray(scores, dtype=np.float64)
        first, second = scores[..., 0], scores[..., 1]
        abnormal = expit(self.abnormal[0] * first + self.abnormal[1])
        malignant = expit(self.malignant[0] * second + self.malignant[1])
        return np.stack([1 - abnormal, abnormal * (1 - malignant), abnormal * malignant], axis=-1)


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
