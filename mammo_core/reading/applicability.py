"""Whether a film is of the kind the model learned from: digitised MLO films at a known spacing.

The look of a film is measured by its mean features over the breast: the root mean square of their z-scores against
the training films, compared with the 99th percentile of out-of-fold training films.
"""

from __future__ import annotations

import numpy as np

from mammo_core.network.bundle import Bundle
from mammo_core.types import Applicability, Mammogram, Preprocessed


def look_distance(breast_features: np.ndarray, mean: np.ndarray, deviation: np.ndarray) -> float:
    """Return how far a film's look is from the training films', in typical deviations (1 is ordinary).

    Args:
        breast_features: (n, c) features of the cells in the breast.
        mean: (c,) mean over training films of their mean features.
        deviation: (c,) standard deviation of the same.
    """
    z = (breast_features.mean(axis=0) - mean) / deviation
    return float(np.sqrt(np.mean(z**2)))


def judge(mammogram: Mammogram, prepared: Preprocessed, breast_features: np.ndarray, bundle: Bundle) -> Applicability:
    """Say whether the film is inside the training set's kind, and if not, why."""
    rule = bundle.info["applicability"]
    reasons = list(mammogram.doubts)
    if mammogram.view not in (None, "MLO"):
        reasons.append(f"This is a {mammogram.view} view; the model learned from MLO views only.")
    if prepared.spacing_estimated:
        reasons.append("The pixel spacing is not known; the model learned from films at a known 0.2 mm.")
    if mammogram.view is None:
        reasons.append("The view is not known; the model learned from MLO views only.")
    distance = look_distance(breast_features, np.asarray(rule["look_mean"]), np.asarray(rule["look_deviation"]))
    if distance > rule["look_limit"]:
        reasons.append(
            f"The film looks unlike the training films: distance {distance:.1f}, where 99 % of those stay under "
            f"{rule['look_limit']:.1f}."
        )
    return Applicability(not reasons, tuple(reasons))
