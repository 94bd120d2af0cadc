"""Whether probabilities mean what they say.

Conventions
-----------
- Reliability and calibration error are for one event ("the film is malignant") with one probability a case.
- Bins hold (nearly) equally many cases, for equal-width bins leave most cases of a rare class in one. Cases with equal
  probabilities share a bin, so there may be fewer bins than asked. Bins are laid out once, on the cases as they are;
  resamples use the same ones.
- The expected calibration error is biased upwards: a perfectly calibrated model has a positive one on few cases, and
  resamples have a larger one than the sample. `calibration_floor` says how large, and belongs beside it.

Metrics
-------
- `expected_calibration_error`: mean over cases of |observed - predicted| of their bin (Naeini 2015, with equal-mass
  bins as Nixon 2019).
- `brier`: squared error summed over the classes (Brier 1950), in [0, 2]; for one event alone, half of that.
- `log_loss`: mean of -ln(probability of the true class), probabilities clipped at 1e-15.
- `calibration_slope`, `calibration_in_the_large`: logistic recalibration (Cox 1958; Van Calster 2016). The event is
  regressed on the log odds of its probability: the slope is 1 when probabilities are as spread as they should be, and
  less when they are too extreme; the intercept beside a slope of 1 is 0 when they are right on average, and above 0
  when the event is commoner than they say.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mammo_core.metrics.checks import check_probabilities, check_truth, check_vector, check_weights, ratio

N_BINS = 10
_SMALLEST = 1e-15
_LEAST_ODDS = 1e-9
_NEWTON_STEPS = 30
_NEWTON_DONE = 1e-9
_ALL_ALIKE = 1e-12
"""Relative variance of log odds up to which they count as all alike."""


class Reliability(NamedTuple):
    """Per bin: mean predicted probability, observed share, number of cases. Shapes (..., bins)."""

    predicted: np.ndarray
    observed: np.ndarray
    count: np.ndarray


def validate(
    event: np.ndarray, probability: np.ndarray, weights: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (event as float, probability, weights). Raises ValueError when they cannot be used."""
    truth = check_truth(event)
    probability = check_vector(probability, "probability", len(truth))
    if ((probability < 0) | (probability > 1)).any():
        raise ValueError("probability must lie in [0, 1]")
    return truth.astype(np.float64), probability, check_weights(weights, len(truth))


def reliability(
    event: np.ndarray, probability: np.ndarray, weights: np.ndarray | None = None, n_bins: int = N_BINS
) -> Reliability:
    """Return predicted against observed in equal-mass bins.

    Args:
        event: n booleans (or 0 and 1), whether it happened.
        probability: n floats in [0, 1].
        weights: None, n or B x n counts.
        n_bins: Bins to ask for.

    Returns:
        One value a bin that holds a case; for an empty input, no bin.
    """
    event, probability, weights = validate(event, probability, weights)
    bins = equal_mass_bins(probability, n_bins)
    member = (bins[:, None] == np.unique(bins)).astype(np.float64)
    count = weights @ member
    return Reliability(ratio((weights * probability) @ member, count), ratio((weights * event) @ member, count), count)


def expected_calibration_error(
    event: np.ndarray, probability: np.ndarray, weights: np.ndarray | None = None, n_bins: int = N_BINS
) -> np.ndarray:
    """Return the expected calibration error in [0, 1]; nan without cases. Arguments as `reliability`."""
    curve = reliability(event, probability, weights, n_bins)
    gap = np.nan_to_num(np.abs(curve.observed - curve.predicted))
    return ratio((gap * curve.count).sum(-1), curve.count.sum(-1))


def calibration_floor(probability: np.ndarray, n_bins: int = N_BINS, n_draws: int = 1000, seed: int = 0) -> float:
    """Return the calibration error that would be expected if the probabilities were exactly right.

    The event is drawn `n_draws` times from the probabilities themselves; cases are taken as independent.
    """
    probability = check_vector(probability, "probability")
    if not len(probability):
        return float("nan")
    bins = equal_mass_bins(probability, n_bins)
    member = (bins[:, None] == np.unique(bins)).astype(np.float64)
    drawn = np.random.default_rng(seed).random((n_draws, len(probability))) < probability
    return float(np.abs((drawn - probability) @ member).sum(-1).mean() / len(probability))


def brier(y_true: np.ndarray, probabilities: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Return the Brier score over all classes, in [0, 2], lower is better; nan without cases.

    Args:
        y_true: n class indices.
        probabilities: n x k, rows summing to 1.
        weights: None, n or B x n counts.
    """
    probabilities = check_probabilities(probabilities, len(y_true))
    truth = check_truth(y_true, probabilities.shape[1])
    squared = ((probabilities - np.eye(probabilities.shape[1])[truth]) ** 2).sum(1)
    weights = check_weights(weights, len(truth))
    return ratio(weights @ squared, weights.sum(-1))


def log_loss(y_true: np.ndarray, probabilities: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Return the mean logarithmic loss in nats, lower is better; nan without cases. Arguments as `brier`."""
    probabilities = check_probabilities(probabilities, len(y_true))
    truth = check_truth(y_true, probabilities.shape[1])
    surprise = -np.log(np.clip(probabilities[np.arange(len(truth)), truth], _SMALLEST, 1))
    weights = check_weights(weights, len(truth))
    return ratio(weights @ surprise, weights.sum(-1))


def calibration_slope(event: np.ndarray, probability: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Return the slope of the event on the log odds of its probability; nan where there is none.

    There is none without both outcomes, for probabilities that are all alike, and where some threshold parts the
    outcomes perfectly (the slope would be infinite). Arguments as `reliability`.
    """
    return _recalibrated(event, probability, weights, with_slope=True)


def calibration_in_the_large(
    event: np.ndarray, probability: np.ndarray, weights: np.ndarray | None = None
) -> np.ndarray:
    """Return by how much, in log odds, the event is commoner than its probabilities say; nan without both outcomes.

    Arguments as `reliability`.
    """
    return _recalibrated(event, probability, weights, with_slope=False)


def _recalibrated(
    event: np.ndarray, probability: np.ndarray, weights: np.ndarray | None, with_slope: bool
) -> np.ndarray:
    """Fit logistic regressions on log odds, all resamples at once, by Newton's method; slope, or intercept beside 1."""
    event, probability, weights = validate(event, probability, weights)
    inside = np.clip(probability, _LEAST_ODDS, 1 - _LEAST_ODDS)
    log_odds = np.log(inside) - np.log1p(-inside)
    leading = weights.shape[:-1]
    intercept, slope = np.zeros((*leading, 1)), np.ones((*leading, 1))
    step = np.full((*leading, 1), np.inf)
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(_NEWTON_STEPS):
            expected = 1 / (1 + np.exp(-(intercept + slope * log_odds)))
            off, curvature = weights * (event - expected), weights * expected * (1 - expected)
            gradient, total = off.sum(-1, keepdims=True), curvature.sum(-1, keepdims=True)
            if with_slope:
                tilt = (off @ log_odds)[..., None]
                first, second = (curvature @ log_odds)[..., None], (curvature @ log_odds**2)[..., None]
                determinant = total * second - first**2
                determinant = np.where(determinant > _ALL_ALIKE * total * second, determinant, 0)
                step = ratio(total * tilt - first * gradient, determinant)
                intercept = intercept + ratio(second * gradient - first * tilt, determinant)
                slope = slope + step
            else:
                step = ratio(gradient, total)
                intercept = intercept + step
            if not (np.abs(step) > _NEWTON_DONE).any():
                break
    found = np.where(np.abs(step) <= _NEWTON_DONE, slope if with_slope else intercept, np.nan)[..., 0]
    happened = weights @ event
    return np.where((happened > 0) & (happened < weights.sum(-1)), found, np.nan)


def equal_mass_bins(probability: np.ndarray, n_bins: int) -> np.ndarray:
    """Return the bin of each of n cases, numbers that rise with probability; equal probabilities share one."""
    if n_bins < 1:
        raise ValueError(f"n_bins must be at least 1, not {n_bins}")
    if not len(probability):
        return np.zeros(0, np.int64)
    ordered = np.sort(probability)
    first_of_bin = ordered[np.arange(1, n_bins) * len(ordered) // n_bins]
    return np.searchsorted(np.unique(first_of_bin), probability, side="right")
