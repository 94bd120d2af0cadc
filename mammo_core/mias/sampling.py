"""Where regions are taken from: lesions, and normal places that a lesion could have been at.

Normal regions from the middle of the breast are too easy, since lesions do not lie there: position alone would tell
the classes. So each normal place copies a lesion's position in breast coordinates (height along the breast, depth from
the chest wall, distance to the skin). Hard normals copy another such position and are then moved to the nearest blob,
the kind of place a reader would look at twice; they never overlap the film's other normal place, so that the two kinds
are two tests. Against hard normals lesions are seen from the blob nearest to them, so that being a blob tells nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from mammo_core.types import Preprocessed, read_only

_BLOB_SIGMAS_PX = (6.0, 9.6, 15.4, 24.6)
_SIGMA_RATIO = 1.6
_PEAK_PX = 49
_BLOB_LEVELS = 2.0
_TRIES = 50
_HEIGHT_TOLERANCE = 0.06
_DEPTH_TOLERANCE = 0.10
_SKIN_TOLERANCE_PX = 8.0


@dataclass(frozen=True)
class BreastPosition:
    """A place in breast coordinates.

    Attributes:
        height: 0 at the top of the breast to 1 at its bottom.
        depth: 0 at the chest wall to 1 at the foremost column.
        skin_px: Distance to the breast's edge in prepared pixels.
    """

    height: float
    depth: float
    skin_px: float


def position_of(prepared: Preprocessed, x: float, y: float) -> BreastPosition:
    """Return the breast coordinates of a point (x, y) in prepared pixels; outside the breast skin_px is 0."""
    heights, depths, skin = _coordinate_maps(prepared.breast_mask)
    row = int(np.clip(y, 0, skin.shape[0] - 1))
    column = int(np.clip(x, 0, skin.shape[1] - 1))
    return BreastPosition(float(heights[row]), float(depths[column]), float(skin[row, column]))


def place_like(prepared: Preprocessed, position: BreastPosition, rng: np.random.Generator) -> tuple[float, float]:
    """Return a random point (x, y) in prepared pixels that lies in this breast as `position` lay in another.

    Where no point agrees within the tolerances, the nearest one in breast coordinates is taken.
    """
    heights, depths, skin = _coordinate_maps(prepared.breast_mask)
    d_height = np.abs(heights - position.height)[:, None] / _HEIGHT_TOLERANCE
    d_depth = np.abs(depths - position.depth)[None, :] / _DEPTH_TOLERANCE
    d_skin = np.abs(skin - position.skin_px) / _SKIN_TOLERANCE_PX
    worst = np.maximum(np.maximum(d_height, d_depth), d_skin)
    worst[~prepared.breast_mask] = np.inf
    rows, columns = np.nonzero(worst <= max(1.0, float(worst.min())))
    pick = rng.integers(len(rows))
    return float(columns[pick]), float(rows[pick])


def place_apart(
    prepared: Preprocessed,
    positions: Sequence[BreastPosition],
    other: tuple[float, float],
    apart_px: float,
    rng: np.random.Generator,
) -> tuple[float, float]:
    """Return a point (x, y) like one of `positions` (see `place_like`) at least `apart_px` from the point `other`.

    In a breast too small for that, the farthest of fifty tries.
    """
    farthest = other
    for _ in range(_TRIES):
        place = place_like(prepared, positions[rng.integers(len(positions))], rng)
        farthest = max(farthest, place, key=lambda p: np.hypot(p[0] - other[0], p[1] - other[1]))
        if np.hypot(farthest[0] - other[0], farthest[1] - other[1]) >= apart_px:
            break
    return farthest


def nearest_blob(
    prepared: Preprocessed, place: tuple[float, float], other: tuple[float, float], apart_px: float
) -> tuple[float, float]:
    """Return the bright blob (see `find_blobs`) nearest to the point `place` (x, y), in prepared pixels.

    Falls back to `place` where the breast has none.

    Args:
        prepared: The film.
        place: Where to look from.
        other: Blobs nearer than `apart_px` to this point are left out.
        apart_px: In prepared pixels.
    """
    blobs = find_blobs(prepared)
    blobs = blobs[np.hypot(*(blobs - other).T) >= apart_px]
    if not len(blobs):
        return place
    x, y = blobs[np.hypot(*(blobs - place).T).argmin()]
    return float(x), float(y)


def blob_within(prepared: Preprocessed, place: tuple[float, float], reach_px: float) -> tuple[float, float] | None:
    """Return the bright blob (see `find_blobs`) nearest to the point `place` (x, y), or None beyond `reach_px`."""
    blobs = find_blobs(prepared)
    distances = np.hypot(*(blobs - place).T)
    if not len(blobs) or distances.min() > reach_px:
        return None
    x, y = blobs[distances.argmin()]
    return float(x), float(y)


@lru_cache(maxsize=512)
def find_blobs(prepared: Preprocessed) -> np.ndarray:
    """Return (n, 2) float (x, y) of a film's bright blobs, in prepared pixels; kept, for it takes a second.

    Blobs are local maxima of a difference of Gaussians over four scales (deviations of 1.2 to 4.9 mm), inside the
    breast and not at its skin (Lindeberg, "Feature detection with automatic scale selection", 1998).
    """
    inside = prepared.breast_mask.astype(np.float32)
    image = prepared.image.astype(np.float32)
    response = np.full(image.shape, -np.inf, np.float32)
    for sigma in _BLOB_SIGMAS_PX:
        fine, coarse = (_blur_inside(image, inside, s) for s in (sigma, _SIGMA_RATIO * sigma))
        response = np.maximum(response, fine - coarse)
    response[~prepared.breast_mask] = -np.inf
    peaks = (response >= cv2.dilate(response, np.ones((_PEAK_PX, _PEAK_PX), np.uint8))) & (response > _BLOB_LEVELS)
    peaks &= cv2.distanceTransform(prepared.breast_mask.astype(np.uint8), cv2.DIST_L2, 5) > _SKIN_TOLERANCE_PX
    return read_only(np.argwhere(peaks)[:, ::-1].astype(float))


def _blur_inside(image: np.ndarray, inside: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian mean over breast pixels only, so that the skin's edge makes no blobs."""
    blurred, weight = (cv2.GaussianBlur(part, (0, 0), sigma) for part in (image * inside, inside))
    return blurred / np.maximum(weight, 1e-3)


def _coordinate_maps(breast_mask: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return height per row, depth per column and distance to the skin per pixel."""
    rows = np.flatnonzero(breast_mask.any(axis=1))
    columns = np.flatnonzero(breast_mask.any(axis=0))
    heights = (np.arange(breast_mask.shape[0]) - rows[0]) / max(rows[-1] - rows[0], 1)
    depths = (np.arange(breast_mask.shape[1]) - columns[0]) / max(columns[-1] - columns[0], 1)
    tallest = breast_mask.sum(axis=0)
    left_half, right_half = np.array_split(tallest[columns[0] : columns[-1] + 1], 2)
    if right_half.sum() > left_half.sum():  # the chest wall is on the right
        depths = 1 - depths
    skin = cv2.distanceTransform(breast_mask.astype(np.uint8), cv2.DIST_L2, 5)
    return heights, depths, skin
