"""What turns scores into answers, fitted on scores of films that the heads had not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from mammo_core.evaluate.fit import TrainConfig
from mammo_core.evaluate.scoring import Scores
from mammo_core.evaluate.study import IGNORE
from mammo_core.reading.scores import Calibration, DoubtBand
from mammo_core.types import LABELS

CASES = ("film", "breast", "woman")
"""What is decided about: a film alone, a film with the woman's other one known, a woman."""
_MALIGNANT = LABELS.index("malignant")


@dataclass(frozen=True)
class OperatingPoints:
    """Named thresholds on the calibrated P(malignant).

    Attributes:
        screening: The largest that keeps the wanted share of malignant cases at or above it.
        balanced: Where sensitivity and specificity for malignant are nearest to each other.
        specific: The smallest that keeps the wanted share of other cases below it; never under `screening`.
    """

    screening: float
    balanced: float
    specific: float

    @property
    def band(self) -> DoubtBand:
        """Between `screening` and `specific` the model does not know."""
        return DoubtBand(self.screening, self.specific)


@dataclass(frozen=True)
class Constants:
    """Calibrations by unit (`CASES`, region, candidate), operating points by case, and the limit of the look."""

    calibration: dict[str, Calibration]
    points: dict[str, OperatingPoints]
    look_limit: float


def fit_constants(scores: Scores, config: TrainConfig) -> Constants:
    """Fit calibrations, operating points and the limit of the look distance."""
    marks = [mark for film_marks in scores.marks for mark in film_marks if mark.truth != IGNORE]
    calibration = {
        "region": fit_calibration(*region_cases(scores)),
        "candidate": fit_calibration([mark.scores for mark in marks], [mark.truth for mark in marks]),
    }
    points = {}
    for case in CASES:
        summaries, labels = cases(scores, case)
        calibration[case] = fit_calibration(summaries, labels)
        points[case] = operating_points(calibration[case](summaries)[:, _MALIGNANT], labels == _MALIGNANT, config)
    return Constants(calibration, points, float(np.quantile(scores.looks, config.look_share)))


def cases(scores: Scores, case: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the (n, 2) summaries and (n,) labels of one of `CASES`."""
    labels = np.array([film.label for film in scores.films])
    if case == "film":
        return np.array(scores.summaries), labels
    if case == "breast":
        known, summaries = scores.breasts()
        return summaries, labels[known]
    pairs, summaries = scores.women()
    return summaries, np.array([scores.woman_label(pair) for pair in pairs])


def region_cases(scores: Scores) -> tuple[np.ndarray, np.ndarray]:
    """Return the (n, 2) margins and (n,) labels of the regions that teach."""
    pairs = [(scored, r.label) for r, scored in zip(scores.regions, scores.region_margins, strict=True) if r.teaches]
    return np.array([scored for scored, _ in pairs]), np.array([label for _, label in pairs])


def operating_points(probability: np.ndarray, malignant: np.ndarray, config: TrainConfig) -> OperatingPoints:
    """Fit the named thresholds on (n,) calibrated P(malignant) and (n,) bool."""
    screening = float(np.quantile(probability[malignant], 1 - config.screening_sensitivity, method="lower"))
    specific = float(np.quantile(probability[~malignant], config.malignant_specificity, method="higher"))
    thresholds = np.unique(probability)
    sensitivity = (probability[malignant][None] >= thresholds[:, None]).mean(axis=1)
    specificity = (probability[~malignant][None] < thresholds[:, None]).mean(axis=1)
    balanced = float(thresholds[np.abs(sensitivity - specificity).argmin()])
    return OperatingPoints(screening, balanced, max(screening, specific))


def fit_calibration(scores: Sequence[Sequence[float]] | np.ndarray, labels: Sequence[int] | np.ndarray) -> Calibration:
    """Fit both steps on (2,) margins with their labels (indices of `LABELS`, not all need occur)."""
    margins_of, truth = np.asarray(scores, dtype=float), np.asarray(labels)
    abnormal = truth > 0
    return Calibration(_platt(margins_of[:, 0], abnormal), _platt(margins_of[abnormal, 1], truth[abnormal] == 2))


def _platt(scores: np.ndarray, positive: np.ndarray) -> tuple[float, float]:
    """Return slope and intercept; where scores say nothing, or the wrong way round, the slope is 0: the base rate."""
    share = (positive.sum() + 0.5) / (len(positive) + 1)
    base_rate = (0.0, float(np.log(share / (1 - share))))
    if len(np.unique(positive)) < 2:
        return base_rate
    scale = max(float(scores.std()), 1e-9)
    model = LogisticRegression(C=10.0, max_iter=1000).fit(scores[:, None] / scale, positive)
    slope = float(model.coef_[0, 0]) / scale
    return (slope, float(model.intercept_[0])) if slope > 0 else base_rate


def log_loss(calibration: Calibration, scores: Sequence[np.ndarray] | np.ndarray, labels: Sequence[int]) -> float:
    """Return the mean negative log probability of the true classes."""
    probabilities = calibration(np.asarray(scores))
    return float(-np.log(probabilities[np.arange(len(labels)), np.asarray(labels)]).mean())
