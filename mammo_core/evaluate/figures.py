"""The figures that are told of scored cases, each defined once.

A figure is a function of a sample and of weights, so that its value, its resamples and its value in every other repeat
come from the same line. Names say what stands against what. `label` is the most probable class; `decision` comes from
the operating point and doubt band and may be `refer`, which is never right, never wrong, and counts as not covered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from mammo_core.evaluate.sample import Sample
from mammo_core.metrics import bootstrap, calibration, confusion, roc
from mammo_core.metrics.bootstrap import Estimate
from mammo_core.metrics.checks import check_weights, why_undefined
from mammo_core.types import DECISIONS, LABELS

NORMAL, BENIGN, MALIGNANT = range(len(LABELS))
REFER = DECISIONS.index("refer")
DIGITS = 6
NEAR_CHANCE = 0.6
"""An AUC under this is called close to chance, even when its interval leaves one half out."""

Mask = Callable[[Sample], np.ndarray]
Compute = Callable[[Sample, np.ndarray | None], np.ndarray]


def _everyone(s: Sample) -> np.ndarray:
    return np.ones(len(s), bool)


@dataclass(frozen=True)
class Figure:
    """How a figure is computed.

    Attributes:
        compute: From a sample and weights to the figure.
        among: Which cases it is computed from.
        success: For a share: which cases count as one.
    """

    compute: Compute
    among: Mask = _everyone
    success: Mask | None = None


def share(success: Mask, among: Mask = _everyone) -> Figure:
    """Return the figure "share of `success` among the cases of `among`"."""
    return Figure(lambda s, w: bootstrap.proportion(success(s), among(s), w), among, success)


def report(estimate: Estimate, n: int, unit: str, reason: str | None = None) -> dict:
    """Return an estimate as it stands in `metrics.json`: null where there is no number, with the reason in words."""
    entry = {"value": rounded(estimate.value), "ci95": None, "n": int(n), "unit": unit}
    if not np.isnan(estimate.low):
        entry["ci95"] = [rounded(estimate.low), rounded(estimate.high)]
    reason = reason or estimate.reason
    return entry | ({"reason": reason} if reason else {})


def rounded(value: float) -> float | None:
    """Return a float with `DIGITS` decimals, None for nan, and never a negative zero."""
    return None if np.isnan(value) else round(float(value), DIGITS) + 0.0


def spread_of(values: Sequence[float]) -> dict:
    """Return mean, deviation (n - 1) and the values themselves of a figure in each repeat."""
    found = np.asarray(values, float)
    return {
        "mean": rounded(found.mean()),
        "sd": rounded(found.std(ddof=1)),
        "values": [rounded(value) for value in found],
    }


def measure(sample: Sample, figure: Figure, unit: str) -> dict:
    """Return a figure of a sample with its interval, its n and its unit."""
    among = figure.among(sample)
    n = int(among.sum())
    if figure.success is not None:
        found = bootstrap.estimate_proportion(figure.success(sample), sample.women, sample.resamples, among)
    else:
        found = bootstrap.estimate(lambda w: figure.compute(sample, w), sample.resamples)
    reason = None
    if np.isnan(found.value):
        reason = "no cases" if not n else why_undefined(sample.class_counts)
    return report(found, n, unit, reason)


def _of_classes(*classes: int) -> Mask:
    return lambda s: np.isin(s.truth, classes)


def _against_rest(k: int) -> Compute:
    return lambda s, w: roc.auc(s.truth == k, s.probabilities[:, k], w)


def _fold_mean(figure: Figure) -> Figure:
    """Return a figure computed in each fold alone and averaged: no fold's scores are ranked against another's."""

    def mean(s: Sample, w: np.ndarray | None) -> np.ndarray:
        weights = check_weights(w, len(s))
        parts = [s.fold == fold for fold in np.unique(s.fold)]
        values = [figure.compute(s.part(part), weights[..., part]) for part in parts]
        return np.mean(values, axis=0) if values else np.array(np.nan)

    return Figure(mean, figure.among)


EVENTS: dict[str, tuple[Mask, Mask]] = {
    "abnormal": (lambda s: s.truth != NORMAL, lambda s: np.clip(1 - s.probabilities[:, NORMAL], 0, 1)),
    "malignant": (lambda s: s.truth == MALIGNANT, lambda s: s.probabilities[:, MALIGNANT]),
    "label": (lambda s: s.label == s.truth, lambda s: s.probabilities.max(axis=1, initial=0)),
}
"""What a probability is said of: (whether it came true, the probability). `label`: the most probable class is right."""


def _ranking() -> dict[str, Figure]:
    aucs = {
        "macro_auc": Figure(lambda s, w: roc.one_vs_rest_auc(s.truth, s.probabilities, w).mean(-1)),
        "auc_normal_vs_abnormal": Figure(_against_rest(NORMAL)),
        "auc_benign_vs_rest": Figure(_against_rest(BENIGN)),
        "auc_malignant_vs_rest": Figure(_against_rest(MALIGNANT)),
        "auc_benign_vs_malignant": Figure(
            lambda s, w: roc.pairwise_auc(s.truth, s.probabilities, BENIGN, MALIGNANT, w),
            _of_classes(BENIGN, MALIGNANT),
        ),
    }
    precisions = {
        f"average_precision_{name}": lambda s, w, k=k: roc.average_precision(s.truth == k, s.probabilities[:, k], w)
        for k, name in enumerate(LABELS)
    }
    foldwise = {f"{name}_foldwise": _fold_mean(figure) for name, figure in aucs.items()}
    return aucs | foldwise | {name: Figure(compute) for name, compute in precisions.items()}


def _calibration() -> dict[str, Figure]:
    def of_event(metric: Callable[..., np.ndarray], name: str) -> Figure:
        event, probability = EVENTS[name]
        return Figure(lambda s, w: metric(event(s), probability(s), w))

    figures = {f"ece_{name}": of_event(calibration.expected_calibration_error, name) for name in EVENTS}
    for name in ("abnormal", "malignant"):
        figures[f"calibration_slope_{name}"] = of_event(calibration.calibration_slope, name)
        figures[f"calibration_in_the_large_{name}"] = of_event(calibration.calibration_in_the_large, name)
    figures["brier"] = Figure(lambda s, w: calibration.brier(s.truth, s.probabilities, w))
    figures["log_loss"] = Figure(lambda s, w: calibration.log_loss(s.truth, s.probabilities, w))
    return figures


def _of_label() -> dict[str, Figure]:
    def by_matrix(metric: Callable[[np.ndarray], np.ndarray]) -> Figure:
        return Figure(lambda s, w: metric(s.label_matrix(w)))

    figures = {
        "accuracy_label": share(lambda s: s.label == s.truth),
        "majority_class_accuracy": by_matrix(confusion.majority_accuracy),
        "accuracy_label_minus_majority": by_matrix(lambda m: confusion.accuracy(m) - confusion.majority_accuracy(m)),
        "balanced_accuracy_label": by_matrix(confusion.balanced_accuracy),
        "kappa_label": by_matrix(confusion.cohen_kappa),
        "kappa_label_linear": by_matrix(lambda m: confusion.cohen_kappa(m, "linear")),
        "kappa_label_quadratic": by_matrix(lambda m: confusion.cohen_kappa(m, "quadratic")),
        "macro_f1_label": by_matrix(confusion.macro_f1),
    }
    # What most published MIAS figures are: abnormal cases only, told to be one or the other.
    abnormal = _of_classes(BENIGN, MALIGNANT)
    figures["accuracy_benign_or_malignant"] = share(
        lambda s: (s.probabilities[:, MALIGNANT] >= s.probabilities[:, BENIGN]) == (s.truth == MALIGNANT), abnormal
    )
    figures["majority_accuracy_benign_or_malignant"] = Figure(
        lambda s, w: confusion.majority_accuracy(s.label_matrix(w)[..., BENIGN:, :]), abnormal
    )
    for k, name in enumerate(LABELS):
        figures[f"precision_label_{name}"] = share(lambda s, k=k: s.truth == k, lambda s, k=k: s.label == k)
        figures[f"recall_label_{name}"] = share(lambda s, k=k: s.label == k, _of_classes(k))
        figures[f"f1_label_{name}"] = by_matrix(lambda m, k=k: confusion.f1(m)[..., k])
    return figures


def _decided(s: Sample) -> np.ndarray:
    return s.decision != REFER


def _of_decision() -> dict[str, Figure]:
    def by_matrix(metric: Callable[[np.ndarray], np.ndarray], among: Mask = _everyone) -> Figure:
        return Figure(lambda s, w: metric(s.decision_matrix(w)), among)

    square, kappa = confusion.square, confusion.cohen_kappa
    figures = {
        "coverage": share(_decided),
        "accuracy_decision": share(lambda s: s.decision == s.truth),
        "accuracy_decided": share(lambda s: s.decision == s.truth, _decided),
        "kappa_decided": by_matrix(lambda m: kappa(square(m)), _decided),
        "kappa_decided_quadratic": by_matrix(lambda m: kappa(square(m), "quadratic"), _decided),
        "macro_f1_decision": by_matrix(confusion.macro_f1),
        "malignant_called_normal": share(lambda s: s.decision == NORMAL, _of_classes(MALIGNANT)),
        "malignant_called_or_referred": share(lambda s: s.decision >= MALIGNANT, _of_classes(MALIGNANT)),
        "others_neither_called_malignant_nor_referred": share(
            lambda s: s.decision < MALIGNANT, _of_classes(NORMAL, BENIGN)
        ),
    }
    for k, name in enumerate(LABELS):
        figures[f"precision_decision_{name}"] = share(lambda s, k=k: s.truth == k, lambda s, k=k: s.decision == k)
        figures[f"recall_decision_{name}"] = share(lambda s, k=k: s.decision == k, _of_classes(k))
        figures[f"f1_decision_{name}"] = by_matrix(lambda m, k=k: confusion.f1(m)[..., k])
        figures[f"coverage_{name}"] = share(_decided, _of_classes(k))
        figures[f"error_decided_{name}"] = share(
            lambda s, k=k: s.decision != k, lambda s, k=k: (s.truth == k) & _decided(s)
        )
    return figures


def _of_point(point: str) -> dict[str, Figure]:
    """Return what calling a case malignant from its own fold's threshold on would do."""

    def called(s: Sample) -> np.ndarray:
        return s.probabilities[:, MALIGNANT] >= s.thresholds[point]

    def malignant(s: Sample) -> np.ndarray:
        return s.truth == MALIGNANT

    return {
        f"{point}_sensitivity": share(called, malignant),
        f"{point}_specificity": share(lambda s: ~called(s), lambda s: ~malignant(s)),
        f"{point}_ppv": share(malignant, called),
        f"{point}_npv": share(lambda s: ~malignant(s), lambda s: ~called(s)),
    }


OF_SCORES = _ranking() | _calibration() | _of_label()
"""Figures that every unit has."""
AUCS = tuple(name for name in OF_SCORES if "auc" in name)
"""Those for which one half is chance."""
OF_DECISIONS = _of_decision()
"""Figures of units that carry decisions."""


LOWER_IS_BETTER = ("ece_", "brier", "log_loss", "error_", "malignant_called_normal")
"""Beginnings of the names of figures that a better model has less of."""


def figures_for(sample: Sample) -> dict[str, Figure]:
    """Return the figures that can be told of a sample, by name."""
    figures = OF_SCORES if sample.decision is None else OF_SCORES | OF_DECISIONS
    for point in sample.thresholds:
        figures = figures | _of_point(point)
    return figures


def near_chance(figure: dict) -> str | None:
    """Return, for an AUC of `metrics.json` that is hardly better than a coin, the words that must stand beside it."""
    if figure["value"] is None:
        return None
    low = figure["ci95"][0] if figure["ci95"] else figure["value"]
    if low <= 0.5:
        return "no better than chance, as far as these cases can tell"
    return "close to chance" if figure["value"] < NEAR_CHANCE else None
