"""What acting on a probability is worth: decision curve analysis.

Conventions
-----------
- One event ("the film is malignant") with one probability a case. Someone acts (recalls the woman) when the probability
  is at least a threshold. The threshold itself says how harms are weighed: to act at 10 % is to accept 9 needless acts
  for one that was needed.
- Net benefit is in events found per case: the found ones, less the needless acts at the exchange rate of the threshold
  (Vickers and Elkin 2006, Medical Decision Making 26:565-574). Acting on nobody has a net benefit of 0; acting on
  everybody is the other thing to beat. Below both, the probability does harm.
- It holds at the prevalence of the cases, and takes probabilities at their word: badly calibrated ones lose.
"""

from __future__ import annotations

import numpy as np

from mammo_core.metrics.calibration import validate
from mammo_core.metrics.checks import check_vector, ratio


def net_benefit(
    event: np.ndarray, probability: np.ndarray, thresholds: np.ndarray, weights: np.ndarray | None = None
) -> np.ndarray:
    """Return the net benefit of acting on a probability from each threshold on.

    Args:
        event: n booleans (or 0 and 1), whether it happened.
        probability: n floats in [0, 1].
        thresholds: T floats in [0, 1).
        weights: None, n or B x n counts.

    Returns:
        T values, or B x T, at most the prevalence; nan without cases.

    Raises:
        ValueError: The input cannot be used; for a threshold of 1 needless acts would weigh infinitely much.
    """
    event, probability, weights = validate(event, probability, weights)
    exchange = _exchange_rate(thresholds)
    acted = (probability[:, None] >= np.asarray(thresholds, np.float64)).astype(np.float64)
    found, needless = (weights * event) @ acted, (weights * (1 - event)) @ acted
    return ratio(found - needless * exchange, weights.sum(-1)[..., None])


def net_benefit_of_acting_on_all(
    event: np.ndarray, thresholds: np.ndarray, weights: np.ndarray | None = None
) -> np.ndarray:
    """Return the net benefit of acting on every case, whatever its probability. Arguments as `net_benefit`."""
    return net_benefit(event, np.ones(len(event)), thresholds, weights)


def _exchange_rate(thresholds: np.ndarray) -> np.ndarray:
    """Return how many found events one needless act costs."""
    thresholds = check_vector(thresholds, "thresholds")
    if ((thresholds < 0) | (thresholds >= 1)).any():
        raise ValueError("thresholds must lie in [0, 1)")
    return thresholds / (1 - thresholds)
