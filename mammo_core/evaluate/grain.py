"""What grain does to the features: how much they change when a film is altered as on its way from scanner to file.

The alterations leave a reader's answer as it is: noise of the film and the digitiser, JPEG, resampling from another
pixel size, a slightly softer scan. The heads are fitted so that they heed little of it (see `network.heads`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from scipy.ndimage import uniform_filter

from mammo_core.network.geometry import REGION_CELLS, SURROUNDS
from mammo_core.network.grid import Grid
from mammo_core.network.runtime import OnnxNetwork

_EVERY_CELL = 4
_NOISE = 2.5
_JPEG_QUALITY = 90
_SOFT_PX = 0.8


@dataclass(frozen=True, eq=False)
class Grain:
    """Mean outer products of the changes of features, over some cells of a film and all alterations, float32.

    `cells` is (d, d) for what a cell of the film head sees, `regions` for what the region head sees.
    """

    cells: np.ndarray
    regions: np.ndarray


def measure_grain(grid: Grid, features: np.ndarray, network: OnnxNetwork) -> Grain:
    """Measure what grain does to a film.

    Args:
        grid: The film before the network.
        features: (h, w, 232) its raw features.
        network: That they come from.
    """
    seen = {"cells": [], "regions": []}
    for alter in ALTERATIONS.values():
        altered = np.where(grid.image > 0, np.maximum(alter(grid.image), 1), 0)
        change = network.run(altered, ["features"])["features"] - features
        seen["cells"].append(context_features(change)[grid.in_breast][::_EVERY_CELL])
        seen["regions"].append(_region_features(change)[grid.in_breast][::_EVERY_CELL])
    return Grain(**{name: _mean_outer_product(np.concatenate(changes)) for name, changes in seen.items()})


def context_features(features: np.ndarray) -> np.ndarray:
    """Return (h, w, 696): each cell with its 3 x 3 and 7 x 7 means, as the graph's `context` layer has them."""
    around = [uniform_filter(features, (size, size, 1), mode="constant") for size in SURROUNDS]
    return np.concatenate([features, *around], axis=-1)


def _region_features(features: np.ndarray) -> np.ndarray:
    """Return (h, w, 464): the means over a region's cells and over its central four, around each cell."""
    whole, centre = (uniform_filter(features, (size, size, 1), mode="constant") for size in (REGION_CELLS, 2))
    return np.concatenate([whole, centre], axis=-1)


def _mean_outer_product(changes: np.ndarray) -> np.ndarray:
    return (changes.T @ changes / len(changes)).astype(np.float32)


def _noisy(image: np.ndarray) -> np.ndarray:
    noise = np.random.default_rng(0).normal(0, _NOISE, image.shape)
    return np.clip(np.rint(image + noise), 0, 255).astype(np.uint8)


def _compressed(image: np.ndarray) -> np.ndarray:
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    return cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)


def _resampled(image: np.ndarray) -> np.ndarray:
    twice = cv2.resize(image, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    return cv2.resize(twice, image.shape[::-1], interpolation=cv2.INTER_AREA)


def _softened(image: np.ndarray) -> np.ndarray:
    return cv2.GaussianBlur(image, (0, 0), _SOFT_PX)


ALTERATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    f"noise of {_NOISE:g} of 255 grey levels": _noisy,
    f"JPEG of quality {_JPEG_QUALITY}": _compressed,
    "twice as large and back": _resampled,
    f"blurred by {_SOFT_PX:g} pixels": _softened,
}
"""{what it is: from a prepared film, H x W uint8, to an altered one}."""
