"""Accuracy against the share of cases decided: what the model gains by keeping silent about the rest.

How sure the model is of a case is how far its P(malignant), in log odds, lies outside the doubt band of its own fold:
above the band's upper end it is malignant, below the lower end it is not. Inside the band the same number is negative,
and the nearer end says what the case would be called. So the order of the cases, and what each is called, follow from
the rule by which the model decides, and the curve passes through the point at which it works: sureness of 0 or more,
films that look unlike the training films last. The largest probability would order the cases differently: with two
thirds of them normal, it is largest for obvious normals and never sure of a cancer.

Which cases are the surest was settled once, on the cases as they are; the intervals draw women anew among those.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mammo_core.evaluate.figures import BENIGN, MALIGNANT, NORMAL, REFER, measure, share
from mammo_core.evaluate.sample import Sample

N_POINTS = 20
ORDER = "distance of the log odds of P(malignant) from the doubt band of the case's own fold, outside first"
_LEAST_ODDS = 1e-9

_FIGURES = {
    "accuracy": share(lambda s: s.decision == s.truth),
    "sensitivity_malignant": share(lambda s: s.decision == MALIGNANT, lambda s: s.truth == MALIGNANT),
    "specificity_malignant": share(lambda s: s.decision != MALIGNANT, lambda s: s.truth != MALIGNANT),
    "always_normal": share(lambda s: s.truth == NORMAL),
}
"""What is told of the cases decided. `always_normal` is the accuracy of saying so of each of them."""


def derive_doubt_curve(sample: Sample, unit: str) -> dict:
    """Return figures of the surest 5 %, 10 %, ... 100 % of the cases.

    Args:
        sample: Cases with decisions and with thresholds `screening` and `specific`.
        unit: What a case is.

    Returns:
        {"order": in words, "points": [{"share", "n", figures}, ...]}, fewest cases first; empty points without cases.
    """
    sure, called = sureness(sample)
    order = np.lexsort((sample.case, -sure))
    forced = replace(sample, decision=called)
    points = []
    for count in np.unique(np.round(np.arange(1, N_POINTS + 1) / N_POINTS * len(sample)).astype(int)):
        if count:
            part = forced.part(np.sort(order[:count]))
            figures = {name: measure(part, figure, unit) for name, figure in _FIGURES.items()}
            points.append({"share": round(count / len(sample), 6), "n": int(count), **figures})
    return {"order": ORDER, "points": points}


def sureness(sample: Sample) -> tuple[np.ndarray, np.ndarray]:
    """Return how sure the model is of each case, and what it would call it if it had to decide.

    Args:
        sample: n cases with decisions and thresholds.

    Returns:
        n floats, 0 or more for cases that the model decides, -inf for films it refers as unlike the training films; and
        n indices of `DECISIONS`, never `refer`.
    """
    score = _log_odds(sample.probabilities[:, MALIGNANT])
    above = score - _log_odds(sample.thresholds["specific"])
    below = _log_odds(sample.thresholds["screening"]) - score
    sure = np.maximum(above, below)
    likelier = np.where(sample.probabilities[:, NORMAL] >= sample.probabilities[:, BENIGN], NORMAL, BENIGN)
    called = np.where(above >= below, MALIGNANT, likelier)
    decided = sample.decision != REFER
    # Rounded scores at the very edge of the band: the decision itself is what counts.
    sure = np.where(decided, np.maximum(sure, 0), np.where(sure >= 0, -np.inf, sure))
    return sure, np.where(decided, sample.decision, called)


def _log_odds(probability: np.ndarray) -> np.ndarray:
    inside = np.clip(probability, _LEAST_ODDS, 1 - _LEAST_ODDS)
    return np.log(inside) - np.log1p(-inside)
