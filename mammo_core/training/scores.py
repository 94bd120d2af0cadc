"""What a network says of pictures it did not learn from: the validation part each epoch, the test part at the end.

Figures of the test part come with 95 % intervals over its women (`mammo_core.metrics.bootstrap`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from mammo_core.metrics.bootstrap import Estimate, estimate, estimate_mean, resample_weights
from mammo_core.metrics.roc import auc, one_vs_rest_auc
from mammo_core.training.pictures import Pictures
from mammo_core.types import LABELS

_MALIGNANT = LABELS.index("malignant")


def validation_metrics(pictures: Pictures, logits: np.ndarray) -> dict[str, float]:
    """Return an epoch's figures on the validation part.

    Args:
        pictures: With their truth.
        logits: n x 3, or n x side x side of the U-Net.

    Returns:
        `val_loss` (cross-entropy, each picture once; for the U-Net with the soft Dice loss of all pictures, as it
        learns by), `val_accuracy` or `val_dice`, and `val_auc`: the mean over the classes of each against the rest, or
        for the U-Net films with a lesion against those without.
    """
    if len(pictures.masks):
        found = {"val_loss": _outline_loss(pictures, logits), "val_dice": _mean_or_zero(dice(pictures, logits))}
        return found | {"val_auc": float(auc(pictures.masks.any(axis=(1, 2)), highest(logits)))}
    probabilities = softmax(logits)
    own = probabilities[np.arange(len(pictures)), pictures.labels]
    return {
        "val_loss": float(-np.log(np.maximum(own, 1e-7)).mean()),
        "val_accuracy": float((probabilities.argmax(axis=1) == pictures.labels).mean()),
        "val_auc": float(np.nanmean(one_vs_rest_auc(pictures.labels, probabilities))),
    }


def scores_of(pictures: Pictures, logits: np.ndarray) -> dict[str, list]:
    """Return what a network says of each picture, ready for JSON: all that the figures need.

    Returns:
        `names`, `women`, `labels` and `shares` (n x 3 probabilities); for the U-Net `dice` (None for a film without a
        lesion) and `highest` logit in place of the shares.
    """
    kept = {"names": pictures.names.tolist(), "women": pictures.women.tolist(), "labels": pictures.labels.tolist()}
    if not len(pictures.masks):
        return kept | {"shares": softmax(logits).round(5).tolist()}
    overlap = iter(dice(pictures, logits).round(5).tolist())
    each = [next(overlap) if lesion else None for lesion in pictures.masks.any(axis=(1, 2))]
    return kept | {"dice": each, "highest": highest(logits).astype(float).round(5).tolist()}


def figures(scores: dict[str, list]) -> dict[str, Any]:
    """Return the figures of pictures of women kept apart, each with its interval over women, and how many it is on.

    Args:
        scores: From `scores_of`, of one test part or of several together.
    """
    women, labels = np.array(scores["women"]), np.array(scores["labels"])
    found = _outline_figures(scores, women) if "dice" in scores else _class_figures(scores, women, labels)
    return {
        "n_pictures": len(labels),
        "n_women": len(np.unique(women)),
        "n_by_class": np.bincount(labels, minlength=len(LABELS)).tolist(),
        "figures": {name: _as_json(one) for name, one in found.items()},
    }


def _outline_figures(scores: dict[str, list], women: np.ndarray) -> dict[str, Estimate]:
    with_lesion = np.array([value is not None for value in scores["dice"]])
    overlap = np.array([value for value in scores["dice"] if value is not None])
    weights, lesion_weights = resample_weights(women), resample_weights(women[with_lesion])
    return {
        "dice": estimate_mean(overlap, women[with_lesion], lesion_weights),
        "auc_lesion": estimate(lambda w: auc(with_lesion, scores["highest"], w), weights),
    }


def _class_figures(scores: dict[str, list], women: np.ndarray, labels: np.ndarray) -> dict[str, Estimate]:
    shares, weights = np.array(scores["shares"]), resample_weights(women)
    right = (shares.argmax(axis=1) == labels).astype(float)
    return {
        "auc_macro": estimate(lambda w: one_vs_rest_auc(labels, shares, w).mean(axis=-1), weights),
        "auc_abnormal": estimate(lambda w: auc(labels > 0, 1 - shares[:, 0], w), weights),
        "auc_malignant": estimate(lambda w: auc(labels == _MALIGNANT, shares[:, _MALIGNANT], w), weights),
        "accuracy": estimate_mean(right, women, weights),
    }


def softmax(logits: np.ndarray) -> np.ndarray:
    """Return n x k probabilities of n x k logits, float64."""
    shifted = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


def dice(pictures: Pictures, logits: np.ndarray) -> np.ndarray:
    """Return the overlap of outline (probability above one half) and circles, for each film with a lesion."""
    with_lesion = pictures.masks.any(axis=(1, 2))
    truth, found = pictures.masks[with_lesion], logits[with_lesion] > 0
    both = (truth & found).sum(axis=(1, 2))
    return 2 * both / (truth.sum(axis=(1, 2)) + found.sum(axis=(1, 2)))


def _outline_loss(pictures: Pictures, logits: np.ndarray) -> float:
    """Return what the U-Net learns by (`network.families.learner`), of these pictures as one batch."""
    entropy = np.logaddexp(0, np.where(pictures.masks, -logits, logits)).mean()
    share = 1 / (1 + np.exp(-np.clip(logits, -50, 50)))
    both, total = 2 * share[pictures.masks].sum() + 1, share.sum() + pictures.masks.sum() + 1
    return float(entropy + 1 - both / total)


def highest(logits: np.ndarray) -> np.ndarray:
    """Return each film's highest logit."""
    return logits.max(axis=(1, 2))


def _mean_or_zero(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else 0.0


def _as_json(found: Estimate) -> dict[str, Any]:
    numbers = {"value": found.value, "low": found.low, "high": found.high}
    return {name: None if np.isnan(value) else round(value, 4) for name, value in numbers.items()} | {
        "reason": found.reason
    }
