"""How a region is shown to the network and how its features are pooled."""

from __future__ import annotations

import numpy as np

from mammo_core.network.geometry import REGION_CELLS


def orientations(crop: np.ndarray) -> list[np.ndarray]:
    """Return the eight rotations and reflections of a square crop; a lesion has no upright."""
    return [turned for side in (crop, crop[:, ::-1]) for turned in quarter_turns(side)]


def quarter_turns(crop: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return a square (n x n or n x n x c) turned by none to three quarters to the left: `np.rot90`, only quicker."""
    return crop, crop[:, ::-1].swapaxes(0, 1), crop[::-1, ::-1], crop.swapaxes(0, 1)[:, ::-1]


def pool_region(features: np.ndarray) -> np.ndarray:
    """Return (2c,) for (6, 6, c): the mean of all cells, then the mean of the central four."""
    middle = slice(REGION_CELLS // 2 - 1, REGION_CELLS // 2 + 1)
    return np.concatenate([features.mean(axis=(0, 1)), features[middle, middle].mean(axis=(0, 1))])
