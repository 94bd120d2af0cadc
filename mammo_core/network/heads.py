"""Fitting the two linear heads: standardise, reduce, logistic regression, folded into one linear map.

A logistic regression on principal components of frozen features is linear from end to end, so what is fitted here
becomes the weights of a convolution in the graph. Labels are 0, 1, 2 as `LABELS`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler


@dataclass(frozen=True)
class HeadConfig:
    """How a head is fitted.

    Attributes:
        n_components: Number of principal components.
        inverse_penalty: Inverse strength of the L2 penalty.
        whiten: Whether components are scaled to unit variance before the penalty, so that it spares none of them.
    """

    n_components: int
    inverse_penalty: float
    whiten: bool = True


def fit_head(
    features: np.ndarray, labels: np.ndarray, weights: np.ndarray, config: HeadConfig, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Fit a three-class linear head.

    Args:
        features: (n, d) float.
        labels: (n,) int of 0, 1, 2; all three present.
        weights: (n,) positive; scaled here so that each class weighs the same.
        config: Components and penalty.
        seed: For the solver.

    Returns:
        Weights (d, 3) and bias (3,) on the features as given, float32.

    Raises:
        ValueError: A class is absent.
    """
    counts = np.bincount(labels, weights, minlength=3)
    if len(counts) != 3 or not counts.all():
        raise ValueError(f"all three classes must be present with weight, found {counts.tolist()}")
    balanced = weights / counts[labels] * len(labels) / 3
    scaler = StandardScaler().fit(features)
    pca = PCA(config.n_components, svd_solver="covariance_eigh", whiten=config.whiten).fit(scaler.transform(features))
    model = LogisticRegression(C=config.inverse_penalty, max_iter=500, random_state=seed)
    model.fit(pca.transform(scaler.transform(features)), labels, sample_weight=balanced)
    lengths = np.sqrt(pca.explained_variance_) if config.whiten else 1.0
    to_logits = (pca.components_.T / lengths) @ model.coef_.T
    on_raw = to_logits / scaler.scale_[:, None]
    bias = model.intercept_ - (scaler.mean_ / scaler.scale_ + pca.mean_) @ to_logits
    return on_raw.astype(np.float32), bias.astype(np.float32)
