"""Two models on the same cases: every difference with its interval, over the same resampled women.

Two intervals that overlap say little about a difference, for both models meet the same easy and hard women. So each
resample draws women once, computes the figure of both models from them, and takes the difference (paired bootstrap,
Efron and Tibshirani 1993). Only cases that both models scored, under the same truth, can be compared; a unit of which
anything else is true is refused, with the reason, rather than trimmed in silence.

Where both were scored on several partitions of the women, the figures are averaged over those that they share, in each
resample alike: that takes the luck of one partition out of the difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from mammo_core.errors import BundleError
from mammo_core.evaluate.blocks import BLOCKS, blocks_in, repeats_in, rows_of
from mammo_core.evaluate.figures import OF_DECISIONS, OF_SCORES, REFER, Figure, report, rounded
from mammo_core.evaluate.localisation import RATES, match_marks
from mammo_core.evaluate.pointing import STRONGEST, TARGETS, pointing_hits
from mammo_core.evaluate.sample import Sample
from mammo_core.evaluate.score_files import ScoreFiles
from mammo_core.metrics import bootstrap
from mammo_core.metrics.bootstrap import Estimate, Metric
from mammo_core.types import Annotation

COMPARED = (
    *("macro_auc", "auc_normal_vs_abnormal", "auc_malignant_vs_rest", "auc_benign_vs_malignant"),
    *("macro_auc_foldwise", "auc_normal_vs_abnormal_foldwise", "auc_malignant_vs_rest_foldwise"),
    *("auc_benign_vs_malignant_foldwise", "brier", "ece_abnormal"),
)
"""Figures of scores that two models are compared on."""
COMPARED_DECISIONS = ("coverage", "malignant_called_normal", "malignant_called_or_referred")
"""Figures of decisions, where both models decide anything."""


def paired(first: Sample, second: Sample, figure: Figure) -> Estimate:
    """Return first - second of one figure, with its interval over the same resampled women.

    Args:
        first: One model's cases of one unit and repeat.
        second: Another's; the same cases in any order, folds may differ.
        figure: What is compared; one of `figures.OF_SCORES`, or of `OF_DECISIONS` where both carry decisions.

    Raises:
        BundleError: The cases or their truths are not the same.
    """
    return _difference([first], [second], figure)[2]


def aligned(first: Sample, second: Sample) -> Sample:
    """Return the second sample's cases in the first's order.

    Raises:
        BundleError: A case is missing on one side, comes twice, or has another truth or woman.
    """
    for sample in (first, second):
        names, counts = np.unique(sample.case, return_counts=True)
        _refuse((counts > 1).any(), "a case comes twice in one of them", names[counts > 1])
    only = [np.setdiff1d(a.case, b.case) for a, b in ((first, second), (second, first))]
    told = (
        f"{len(only[0])} of {len(first)} are only in the first and {len(only[1])} of {len(second)} only in the second"
    )
    _refuse(any(map(len, only)), told, np.concatenate(only))
    order = {case: row for row, case in enumerate(second.case)}
    second = second.part(np.array([order[case] for case in first.case], int))
    for name, one, other in (("truth", first.truth, second.truth), ("woman", first.women, second.women)):
        _refuse((one != other).any(), f"the {name} of a case differs", first.case[one != other])
    return second


def compare(
    first: ScoreFiles, second: ScoreFiles, annotations: Sequence[Annotation], only: Sequence[str] = tuple(BLOCKS)
) -> dict:
    """Compare two models on everything that both were scored on.

    Args:
        first: One model's scores.
        second: Another's, on the same women; finding the place is compared where both have candidates.
        annotations: The MIAS index.
        only: Names of `BLOCKS`; others are left out. Finding the place goes with films.

    Returns:
        `repeats` (those that both have), `units` ({name of `BLOCKS`: {figure: entry}}), `not_compared` ({name: why};
        two models may have been shown other normal regions) and `localisation` ({target: {figure: entry}}). An entry
        holds `first` and `second`, each the mean over the repeats, and `difference` with interval, n and unit.

    Raises:
        BundleError: They share no repeat or unit, or the cases are not the same in any shared one.
    """
    repeats = sorted({*repeats_in(first.predictions)} & {*repeats_in(second.predictions)})
    names = [set(blocks_in(files.predictions, *repeats[:1])) for files in (first, second)]
    blocks = [name for name in BLOCKS if name in names[0] & names[1] & {*only}]
    if not repeats or not blocks:
        raise BundleError("two models can be compared on the same cases only, but these share no repeat and unit")
    result: dict = {"repeats": repeats, "units": {}, "not_compared": {}}
    for block in blocks:
        models = [[Sample.from_frame(rows_of(f.predictions, block, r)) for r in repeats] for f in (first, second)]
        try:
            result["units"][block] = _compare_unit(*models, block)
        except BundleError as error:
            result["not_compared"][block] = str(error)
    if not result["units"]:
        raise BundleError(next(iter(result["not_compared"].values())))
    if first.candidates is not None and second.candidates is not None and "film" in result["units"]:
        result["localisation"] = {
            target: _compare_places(first, second, repeats, annotations, target) for target in TARGETS
        }
    return result


def _compare_unit(first: Sequence[Sample], second: Sequence[Sample], block: str) -> dict:
    """Return {figure: entry} of one unit, samples by repeat."""
    figures = {name: OF_SCORES[name] for name in COMPARED}
    if all(sample.decision is not None and (sample.decision != REFER).any() for sample in (*first, *second)):
        figures |= {name: OF_DECISIONS[name] for name in COMPARED_DECISIONS}
    unit, _ = BLOCKS[block]
    return {
        name: _entry(*_difference(first, second, figure), int(figure.among(first[0]).sum()), unit)
        for name, figure in figures.items()
    }


def _difference(first: Sequence[Sample], second: Sequence[Sample], figure: Figure) -> tuple[float, float, Estimate]:
    """Return both means over repeats and their difference, of samples of the same cases, one a repeat."""
    reference = first[0]
    samples = [[aligned(reference, sample) for sample in of_model] for of_model in (first, second)]
    return _paired([_mean([partial(figure.compute, s) for s in of_model]) for of_model in samples], reference.resamples)


def _compare_places(
    first: ScoreFiles, second: ScoreFiles, repeats: Sequence[int], annotations: Sequence[Annotation], target: str
) -> dict:
    """Return pointing of the strongest mark and sensitivity at each rate, of two models whose films are the same."""
    films = rows_of(first.predictions, "film", repeats[0]).sort_values("film_id")
    tables = [[(films, f.candidates[f.candidates["repeat"] == repeat]) for repeat in repeats] for f in (first, second)]
    hits = [[pointing_hits(*of_one, None, annotations, target) for of_one in of_model] for of_model in tables]
    marks = [[match_marks(*of_one, annotations, target) for of_one in of_model] for of_model in tables]
    n_films, n_lesions = len(hits[0][0]), len(marks[0][0].lesions)
    means = [_mean([partial(bootstrap.mean, h[STRONGEST].to_numpy(float)) for h in of_model]) for of_model in hits]
    found = _paired(means, bootstrap.resample_weights(hits[0][0]["woman_id"].to_numpy()))
    figures = {"pointing": _entry(*found, n_films, "film")}
    for rate in RATES:
        means = [_mean([partial(m.sensitivity_at, rate) for m in of_model]) for of_model in marks]
        found = _paired(means, marks[0][0].resamples)
        figures[f"sensitivity_at_{rate:g}"] = _entry(*found, n_lesions, "lesion")
    return figures


def _mean(metrics: Sequence[Metric]) -> Metric:
    """Return the mean of a figure over repeats, as one figure."""
    return lambda w: np.mean([metric(w) for metric in metrics], axis=0)


def _paired(models: Sequence[Metric], weights: np.ndarray) -> tuple[float, float, Estimate]:
    """Return two models' values and their difference."""
    first, second = models
    return float(first(None)), float(second(None)), bootstrap.paired_difference(first, second, weights)


def _entry(first: float, second: float, difference: Estimate, n: int, unit: str) -> dict:
    return {"first": rounded(first), "second": rounded(second), "difference": report(difference, n, unit)}


def _refuse(wrong: bool, what: str, cases: np.ndarray) -> None:
    """Raise BundleError where two sets of predictions cannot be compared."""
    if wrong:
        raise BundleError(
            f"two models can be compared on the same cases only, but {what}; the first is {cases[0]}. Score both on "
            "the same films and places."
        )
