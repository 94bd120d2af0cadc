"""Score-CAM without gradients: how much of the answer is left when the film is seen through one feature alone.

Wang et al, "Score-CAM" (CVPRW 2020), in its faster form: only the features that vary most over the film are tried.
The steps and constants are those of tf-keras-vis, which is the tested reference; here they need no TensorFlow, hold one
masked film in memory at a time, and can be stopped between two.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mammo_core.explain.model import ExplainedModel, film_evidence
from mammo_core.reading.scan import Scan

CHANNELS = 16
"""How many features are tried: those that vary most over the film."""
_EPSILON = 1e-7


def scorecam(
    scan: Scan,
    model: ExplainedModel,
    progress: Callable[[float], None] = lambda fraction: None,
    channels: int = CHANNELS,
) -> np.ndarray:
    """Return the maps of all three classes, which the same passes give: (3, h, w), at least 0.

    Args:
        scan: The film before the model's network.
        model: What is explained.
        progress: Called with a fraction from 0 to 1 after each pass; may raise to stop the work.
        channels: How many features are tried.
    """
    from scipy.special import softmax  # as in `reading.scores`

    features, grid = scan.features, scan.grid
    most_varied = np.argsort(-features.std(axis=(0, 1)), kind="stable")[:channels]
    film = grid.image.astype(np.float32)
    down, across = (_upsampling(*sizes) for sizes in zip(features.shape[:2], film.shape, strict=True))
    weights = np.empty((len(most_varied), 3), np.float32)
    for i, channel in enumerate(most_varied):
        mask = down @ features[..., channel] @ across.T
        mask = (mask - mask.min()) / (mask.max() - mask.min() + _EPSILON)
        cells = scan.network.run(film * mask, ["film_logits"])["film_logits"]
        weights[i] = softmax(film_evidence(cells, grid.in_breast, model.top_cells))
        progress((i + 1) / len(most_varied))
    return np.maximum(np.moveaxis(features[..., most_varied] @ weights, -1, 0), 0)


def _upsampling(n_from: int, n_to: int) -> np.ndarray:
    """Return linear interpolation from `n_from` to `n_to` points with equal ends, as a matrix: n_to x n_from."""
    at = np.linspace(0, n_from - 1, n_to)
    columns = np.eye(n_from)
    return np.stack([np.interp(at, np.arange(n_from), column) for column in columns], axis=1).astype(np.float32)
