"""Ranking: receiver operating characteristic and precision-recall curves.

Conventions
-----------
- A case is called positive at threshold t when its score is at least t. Cases with equal scores are called together,
  so no figure depends on the order of the rows.
- Say which class stands against which: `one_vs_rest_auc` takes a class against all others, `pairwise_auc` two
  classes alone. Nothing here chooses a threshold.
- `weights` as in `mammo_core.metrics.checks`: B x n weights give B figures at once.

Metrics
-------
- `auc`: the chance that a positive case scores above a negative one, ties counting half (Mann and Whitney; Hanley and
  McNeil 1982). Below `max_fpr` < 1 the partial area, standardised so that chance is 0.5 (McClish 1989).
- `average_precision`: precision averaged over the steps of recall, not interpolated (chance is the prevalence).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mammo_core.metrics.checks import check_probabilities, check_truth, check_vector, check_weights, ratio


class RocCurve(NamedTuple):
    """False and true positive rates, from (0, 0) to (1, 1), at falling thresholds; the first threshold is infinite."""

    fpr: np.ndarray
    tpr: np.ndarray
    thresholds: np.ndarray


class PrecisionRecallCurve(NamedTuple):
    """Precision and recall at falling thresholds; recall rises. `prevalence` is the precision of a coin."""

    precision: np.ndarray
    recall: np.ndarray
    thresholds: np.ndarray
    prevalence: float


def validate(
    y_true: np.ndarray, score: np.ndarray, weights: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (truth as bool, score, weights) of equal length. Raises ValueError when they cannot be used."""
    truth = check_truth(y_true)
    return truth == 1, check_vector(score, "score", len(truth)), check_weights(weights, len(truth))


def roc_curve(y_true: np.ndarray, score: np.ndarray, weights: np.ndarray | None = None) -> RocCurve:
    """Return the ROC curve, one point for each distinct score.

    Args:
        y_true: n booleans (or 0 and 1), True for the positive class.
        score: n floats, higher means more positive.
        weights: None or n counts.

    Returns:
        The curve; rates are nan where a class has no case.
    """
    thresholds, hits, false_alarms = _called(*validate(y_true, score, weights))
    fpr, tpr = _rates(hits, false_alarms)
    return RocCurve(fpr, tpr, np.append(np.inf, thresholds))


def auc(y_true: np.ndarray, score: np.ndarray, weights: np.ndarray | None = None, max_fpr: float = 1.0) -> np.ndarray:
    """Return the area under the ROC curve, in [0, 1]; nan unless both classes have cases.

    Args:
        y_true: n booleans (or 0 and 1), True for the positive class.
        score: n floats, higher means more positive.
        weights: None, n or B x n counts.
        max_fpr: Take only false positive rates up to this, in (0, 1], and standardise after McClish.

    Returns:
        A 0-d array, or B values for B x n weights.
    """
    if not 0 < max_fpr <= 1:
        raise ValueError(f"max_fpr must be in (0, 1], not {max_fpr}")
    _, hits, false_alarms = _called(*validate(y_true, score, weights))
    fpr, tpr = _rates(hits, false_alarms)
    left, right = fpr[..., :-1], np.minimum(fpr[..., 1:], max_fpr)
    slope = np.nan_to_num(ratio(np.diff(tpr), np.diff(fpr)))
    width = np.maximum(right - left, 0)
    # A vertical step has no width, so its slope never matters; nan rates (one class) stay nan through `right`.
    area = (width * (tpr[..., :-1] + slope * width / 2)).sum(axis=-1)
    area = np.where(np.isnan(fpr[..., -1] + tpr[..., -1]), np.nan, area)
    if max_fpr == 1:
        return area
    chance = max_fpr**2 / 2
    return (1 + (area - chance) / (max_fpr - chance)) / 2


def one_vs_rest_auc(y_true: np.ndarray, probabilities: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Return the AUC of each class against all others, by its own probability. The macro AUC is their mean.

    Args:
        y_true: n class indices.
        probabilities: n x k, rows summing to 1.
        weights: None, n or B x n counts.

    Returns:
        k values, or B x k; nan for a class that no case, or every case, belongs to.
    """
    probabilities = check_probabilities(probabilities, len(y_true))
    truth = check_truth(y_true, probabilities.shape[1])
    return np.stack([auc(truth == k, p, weights) for k, p in enumerate(probabilities.T)], axis=-1)


def pairwise_auc(
    y_true: np.ndarray, probabilities: np.ndarray, negative: int, positive: int, weights: np.ndarray | None = None
) -> np.ndarray:
    """Return the AUC of one class against one other, all further cases left out.

    The score is the positive class's share of the two probabilities, as Bayes' rule has it once the others are ruled
    out; where both are 0 it is one half.

    Args:
        y_true: n class indices.
        probabilities: n x k, rows summing to 1.
        negative: Index of the class that should score low.
        positive: Index of the class that should score high.
        weights: None, n or B x n counts.
    """
    probabilities = check_probabilities(probabilities, len(y_true))
    truth = check_truth(y_true, probabilities.shape[1])
    both = np.isin(truth, (negative, positive))
    share = ratio(probabilities[:, positive], probabilities[:, negative] + probabilities[:, positive])
    score = np.where(np.isnan(share), 0.5, share)
    return auc(truth[both] == positive, score[both], check_weights(weights, len(truth))[..., both])


def precision_recall_curve(
    y_true: np.ndarray, score: np.ndarray, weights: np.ndarray | None = None
) -> PrecisionRecallCurve:
    """Return precision against recall, one point for each distinct score. Arguments as `roc_curve`."""
    truth, score, weights = validate(y_true, score, weights)
    thresholds, hits, false_alarms = _called(truth, score, weights)
    recall = ratio(hits, (weights * truth).sum())
    prevalence = float(ratio((weights * truth).sum(), weights.sum()))
    return PrecisionRecallCurve(ratio(hits, hits + false_alarms), recall, thresholds, prevalence)


def average_precision(y_true: np.ndarray, score: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Return average precision in [0, 1]; nan when no case is positive. Arguments as `auc`."""
    truth, score, weights = validate(y_true, score, weights)
    _, hits, false_alarms = _called(truth, score, weights)
    precision = np.nan_to_num(ratio(hits, hits + false_alarms))
    steps = np.diff(hits, prepend=0)
    return ratio((precision * steps).sum(axis=-1), (weights * truth).sum(axis=-1))


def _called(truth: np.ndarray, score: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (distinct scores falling, positives called, negatives called) at each of them; counts are (..., k)."""
    order = np.argsort(-score, kind="stable")
    ordered = score[order]
    last_of_ties = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True)[: len(ordered)])
    weights, truth = weights[..., order], truth[order]
    hits = np.cumsum(weights * truth, axis=-1)[..., last_of_ties]
    false_alarms = np.cumsum(weights * ~truth, axis=-1)[..., last_of_ties]
    return ordered[last_of_ties], hits, false_alarms


def _rates(hits: np.ndarray, false_alarms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (false, true) positive rates with the point (0, 0) in front; nan for a class without cases."""
    start = np.zeros((*hits.shape[:-1], 1))
    hits, false_alarms = np.concatenate([start, hits], -1), np.concatenate([start, false_alarms], -1)
    return ratio(false_alarms, false_alarms[..., -1:]), ratio(hits, hits[..., -1:])
