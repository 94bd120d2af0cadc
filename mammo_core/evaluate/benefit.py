"""Whether acting on the model's probabilities would be worth more than acting on everybody or on nobody.

Decision curves after Vickers and Elkin 2006 (`mammo_core.metrics.decision_curve`), with intervals over women. `gain` is
the net benefit less the larger of the two that need no model, resample by resample: only where its whole interval lies
above 0 have these cases shown that the model is of use. At the study's prevalence, which is not that of screening.
"""

from __future__ import annotations

import numpy as np

from mammo_core.evaluate.figures import EVENTS, rounded
from mammo_core.evaluate.sample import Sample
from mammo_core.metrics import bootstrap
from mammo_core.metrics.decision_curve import net_benefit, net_benefit_of_acting_on_all

THRESHOLDS = tuple(round(0.01 * k, 2) for k in range(1, 51))
"""From 99 needless acts for a needed one to as many needless as needed ones."""
ACTED_ON = ("malignant", "abnormal")
"""Events of `figures.EVENTS` that somebody would act on."""


def derive_decision_curves(sample: Sample) -> dict:
    """Return, for each of `ACTED_ON`, net benefit against the threshold.

    Returns:
        {event: {"n", "prevalence", "thresholds", "net_benefit", "acting_on_all", "gain", "useful"}}; lists over the
        thresholds, those of `net_benefit` and `gain` as {"value", "low", "high"} with null for none. `useful` holds
        [first, last] threshold of each run in which the gain's interval lies above 0.
    """
    return {event: _derive_curve(sample, event) for event in ACTED_ON if len(sample)}


def _derive_curve(sample: Sample, event: str) -> dict:
    happened, probability = (part(sample) for part in EVENTS[event])

    def model(weights: np.ndarray | None) -> np.ndarray:
        return net_benefit(happened, probability, THRESHOLDS, weights)

    def gain(weights: np.ndarray | None) -> np.ndarray:
        everybody = net_benefit_of_acting_on_all(happened, THRESHOLDS, weights)
        return model(weights) - np.maximum(everybody, 0)

    gained = _with_ends(gain, sample.resamples)
    everybody = net_benefit_of_acting_on_all(happened, THRESHOLDS)
    return {
        "n": len(sample),
        "prevalence": rounded(float(happened.mean())),
        "thresholds": list(THRESHOLDS),
        "net_benefit": _with_ends(model, sample.resamples),
        "acting_on_all": [rounded(value) for value in everybody],
        "gain": gained,
        "useful": runs_above_zero(THRESHOLDS, gained["low"]),
    }


def _with_ends(metric: bootstrap.Metric, weights: np.ndarray) -> dict[str, list]:
    """Return a figure at each threshold with the ends of its interval."""
    found = [
        bootstrap.interval_of(value, of_one) for value, of_one in zip(metric(None), metric(weights).T, strict=True)
    ]
    return {name: [rounded(getattr(one, name)) for one in found] for name in ("value", "low", "high")}


def runs_above_zero(thresholds: tuple[float, ...], low: list[float | None]) -> list[list[float]]:
    """Return [first, last] threshold of each unbroken run of lower ends above 0."""
    runs: list[list[float]] = []
    unbroken = False
    for threshold, end in zip(thresholds, low, strict=True):
        above = end is not None and end > 0
        if above and unbroken:
            runs[-1][1] = threshold
        elif above:
            runs.append([threshold, threshold])
        unbroken = above
    return runs
