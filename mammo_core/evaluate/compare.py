"""Two models on the same cases: every difference with its interval, over the same resampled women.

Two intervals that overlap say little about a difference, for both models meet the same easy and hard women. So each
resample draws women once, computes the figure of both models from them, and takes the difference (paired bootstrap,
Efron and Tibshirani 1993). Only cases that both models scored, under the same truth, can be compared; anything else is
refused rather than trimmed in silence.
"""

from __future__ import annotations

import numpy as np

from mammo_core.errors import BundleError
from mammo_core.evaluate.figures import Figure
from mammo_core.evaluate.sample import Sample
from mammo_core.metrics import bootstrap
from mammo_core.metrics.bootstrap import Estimate


def paired(first: Sample, second: Sample, figure: Figure) -> Estimate:
    """Return first - second of one figure, with its interval over the same resampled women.

    Args:
        first: One model's cases of one unit and repeat.
        second: Another's; the same cases in any order, folds may differ.
        figure: What is compared; one of `figures.OF_SCORES`, or of `OF_DECISIONS` where both carry decisions.

    Raises:
        BundleError: The cases or their truths are not the same.
    """
    second = aligned(first, second)
    return bootstrap.paired_difference(
        lambda w: figure.compute(first, w), lambda w: figure.compute(second, w), first.resamples
    )


def aligned(first: Sample, second: Sample) -> Sample:
    """Return the second sample's cases in the first's order.

    Raises:
        BundleError: A case is missing on one side, comes twice, or has another truth or woman.
    """
    for sample in (first, second):
        _refuse(len(np.unique(sample.case)) < len(sample), "a case comes twice in one of them", sample.case)
    only = [np.setdiff1d(a.case, b.case) for a, b in ((first, second), (second, first))]
    _refuse(
        any(map(len, only)),
        f"{len(only[0])} cases are only in the first of {len(first)} and {len(only[1])} only in the second of "
        f"{len(second)}",
        np.concatenate(only),
    )
    order = {case: row for row, case in enumerate(second.case)}
    second = second.part(np.array([order[case] for case in first.case], int))
    for name, told, other in (("truth", first.truth, second.truth), ("woman", first.women, second.women)):
        _refuse((told != other).any(), f"the {name} of a case differs", first.case[told != other])
    return second


def _refuse(wrong: bool, what: str, cases: np.ndarray) -> None:
    """Raise BundleError where two sets of predictions cannot be compared."""
    if wrong:
        raise BundleError(
            f"two models can be compared on the same cases only, but {what}; the first is {cases[0]}. Score both on "
            "the same films and places."
        )
