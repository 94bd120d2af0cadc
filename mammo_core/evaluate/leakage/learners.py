"""Two learners on frozen features, with the same settings under every protocol.

`linear` is the region head: standardise, reduce, logistic regression, classes weighing the same. On three classes it
gives what `network.heads.fit_head` gives. `nearest` calls the class of the nearest training picture in the same
components: it remembers every picture it saw and has nothing to tune, which makes copies in the test part visible.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import logsumexp
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from mammo_core.network.heads import HeadConfig

Scorer = Callable[[np.ndarray], np.ndarray]
"""From (n, d) features to (n, k) scores, one a class; the largest is the class that is called."""


def fit_linear(features: np.ndarray, labels: np.ndarray, head: HeadConfig) -> Scorer:
    """Fit the linear head: scores are logits.

    Args:
        features: (n, d).
        labels: (n,) int of 0 to k - 1, all present.
        head: Components and penalty.
    """
    reduce = _components(features, head)
    weights = len(labels) / (len(np.unique(labels)) * np.bincount(labels)[labels])
    model = LogisticRegression(C=head.inverse_penalty, max_iter=500, random_state=0)
    model.fit(reduce(features), labels, sample_weight=weights)

    def score(some: np.ndarray) -> np.ndarray:
        logits = model.decision_function(reduce(some))
        return np.stack([-logits / 2, logits / 2], axis=1) if logits.ndim == 1 else logits

    return score


def fit_nearest(features: np.ndarray, labels: np.ndarray, head: HeadConfig) -> Scorer:
    """Remember every picture: a class's score is less the distance to its nearest one. Arguments as `fit_linear`."""
    reduce = _components(features, head)
    kept = reduce(features)
    lengths = (kept**2).sum(axis=1)
    of_class = [labels == k for k in range(labels.max() + 1)]

    def score(some: np.ndarray) -> np.ndarray:
        found = reduce(some)
        squares = np.maximum((found**2).sum(axis=1)[:, None] + lengths - 2 * found @ kept.T, 0)
        return -np.sqrt(np.stack([squares[:, mask].min(axis=1) for mask in of_class], axis=1))

    return score


FIT = {"linear": fit_linear, "nearest": fit_nearest}


def evidence(scores: np.ndarray) -> np.ndarray:
    """Return how much (n, k) scores speak for any later class against the first."""
    return logsumexp(scores[:, 1:], axis=1) - scores[:, 0]


def _components(features: np.ndarray, head: HeadConfig) -> Callable[[np.ndarray], np.ndarray]:
    """Return the way to principal components, float32."""
    scaler = StandardScaler().fit(features)
    n_components = min(head.n_components, *features.shape)
    pca = PCA(n_components, svd_solver="covariance_eigh", whiten=head.whiten).fit(scaler.transform(features))
    return lambda some: pca.transform(scaler.transform(some)).astype(np.float32)
