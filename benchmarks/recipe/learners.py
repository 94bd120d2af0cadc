"""The two kinds of models the recipe averages: a linear one on principal components, and boosted trees."""

from __future__ import annotations

from collections.abc import Callable

import lightgbm
import numpy as np
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mammo_core.types import LABELS

_SMALLEST = 1e-6

Model = Callable[[np.ndarray], np.ndarray]
"""From (n, d) features to (n, 3) log probabilities of normal, benign and malignant."""


def fit_linear(
    features: np.ndarray,
    labels: np.ndarray,
    weights: np.ndarray,
    n_components: int,
    inverse_penalty: float,
    whiten: bool,
) -> Model:
    """Fit logistic regression on principal components of standardised features.

    Args:
        features: (n, d) float.
        labels: (n,) int of 0, 1, 2.
        weights: (n,) positive; scaled here so that each class weighs the same.
        n_components: At most so many.
        inverse_penalty: Of the L2 penalty.
        whiten: Give all components the same variance; otherwise the penalty favours the large ones.
    """
    reduce = PCA(min(n_components, *features.shape), svd_solver="covariance_eigh", whiten=whiten)
    model = make_pipeline(StandardScaler(), reduce, LogisticRegression(C=inverse_penalty, max_iter=1000))
    model.fit(features, labels, logisticregression__sample_weight=_balanced(labels, weights))
    return _all_classes(model.predict_proba, model.classes_)


def fit_trees(features: np.ndarray, labels: np.ndarray, weights: np.ndarray, **settings: float) -> Model:
    """Fit LightGBM, arguments as `fit_linear`; `settings` are LightGBM's. One thread: the same numbers every time."""
    model = lightgbm.LGBMClassifier(
        subsample_freq=1, n_jobs=1, verbose=-1, random_state=0, deterministic=True, force_row_wise=True, **settings
    )
    model.fit(features, labels, sample_weight=_balanced(labels, weights))
    return _all_classes(lambda x: model.predict_proba(x, validate_features=False), model.classes_)


def _balanced(labels: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return weights scaled so that each class weighs the same and the mean is 1."""
    present, row = np.unique(labels, return_inverse=True)
    return weights / np.bincount(row, weights)[row] * len(labels) / len(present)


def _all_classes(predict: Callable[[np.ndarray], np.ndarray], classes: np.ndarray) -> Model:
    """Return log probabilities of all three classes, never of exactly 0."""

    def log_probabilities(features: np.ndarray) -> np.ndarray:
        found = np.full((len(features), len(LABELS)), _SMALLEST)
        found[:, classes] = np.maximum(predict(features), _SMALLEST)
        return np.log(found)

    return log_probabilities
