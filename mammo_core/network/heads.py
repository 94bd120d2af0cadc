"""Fitting the two linear heads: standardise, reduce, logistic regression, folded into one linear map.

A logistic regression on principal components of frozen features is linear from end to end, so what is fitted here
becomes the weights of a convolution in the graph. Labels are 0, 1, 2 as `LABELS`.

Besides the usual penalty on large weights there is one on what a film's grain does to the answer: the mean squared
change of the logits when a picture is altered as scanning, storing and resampling alter it. This is tangent
propagation (Simard, Victorri, LeCun and Denker, NIPS 1991) with measured changes in place of derivatives. Both
penalties are quadratic in the weights, so together they are one penalty in other coordinates.
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
        grain_penalty: How much a change of the logits by grain counts, against one by the features' own variance (with
            `whiten`) or by a unit length (without).
    """

    n_components: int
    inverse_penalty: float
    whiten: bool = True
    grain_penalty: float = 0.0


def fit_head(
    features: np.ndarray,
    labels: np.ndarray,
    weights: np.ndarray,
    config: HeadConfig,
    seed: int = 0,
    grain: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Fit a three-class linear head.

    Args:
        features: (n, d) float.
        labels: (n,) int of 0, 1, 2; all three present.
        weights: (n,) positive; scaled here so that each class weighs the same.
        config: Components and penalty.
        seed: For the solver.
        grain: (d, d) mean outer product of what grain changes in the features; needed where it is penalised.

    Returns:
        Weights (d, 3) and bias (3,) on the features as given, float32.

    Raises:
        ValueError: A class is absent, or grain is to be penalised and not given.
    """
    counts = np.bincount(labels, weights, minlength=3)
    if len(counts) != 3 or not counts.all():
        raise ValueError(f"all three classes must be present with weight, found {counts.tolist()}")
    balanced = weights / counts[labels] * len(labels) / 3
    scaler = StandardScaler().fit(features)
    scaled = scaler.transform(features)
    pca = PCA(config.n_components, svd_solver="covariance_eigh").fit(scaled)
    to_coordinates = pca.components_.T @ _coordinates(pca, scaler, config, grain)
    model = LogisticRegression(C=config.inverse_penalty, max_iter=500, random_state=seed)
    model.fit((scaled - pca.mean_) @ to_coordinates, labels, sample_weight=balanced)
    to_logits = to_coordinates @ model.coef_.T
    on_raw = to_logits / scaler.scale_[:, None]
    bias = model.intercept_ - (scaler.mean_ / scaler.scale_ + pca.mean_) @ to_logits
    return on_raw.astype(np.float32), bias.astype(np.float32)


def _coordinates(pca: PCA, scaler: StandardScaler, config: HeadConfig, grain: np.ndarray | None) -> np.ndarray:
    """Return (k, k): components to the coordinates in which all that is penalised is the squared length of weights."""
    lengths = pca.explained_variance_ if config.whiten else np.ones(config.n_components)
    if not config.grain_penalty:
        return np.diag(1 / np.sqrt(lengths))
    if grain is None:
        raise ValueError("grain can only be penalised where it was measured")
    per_component = pca.components_ / scaler.scale_
    penalty = np.diag(lengths) + config.grain_penalty * per_component @ grain @ per_component.T
    squares, axes = np.linalg.eigh(penalty)
    return axes / np.sqrt(squares)
