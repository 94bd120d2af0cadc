"""Where regions are taken from: lesions, and normal places that a lesion could have been at.

Normal regions from the middle of the breast are too easy, since lesions do not lie there: position alone would tell
the classes. So each normal place copies a lesion's position in breast coordinates (height along the breast, depth from
the chest wall, distance to the skin). Hard normals are then moved to the nearest blob, the places a reader would look
at twice.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from mammo_core.types import Preprocessed

_BLOB_SIGMAS_PX = (6.0, 9.6)
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


def nearest_blob(prepared: Preprocessed, x: float, y: float) -> tuple[float, float]:
    """Return the local maximum of a difference of Gaussians nearest to (x, y), in prepared pixels, inside the breast.

    The scale answers to blobs of about 4 mm and above. Falls back to (x, y) where a breast has none.
    """
    inside = prepared.breast_mask.astype(np.float32)
    image = prepared.image.astype(np.float32)
    fine, coarse = (_blur_inside(image, inside, sigma) for sigma in _BLOB_SIGMAS_PX)
    response = np.where(prepared.breast_mask, fine - coarse, -np.inf).astype(np.float32)
    peaks = (response >= cv2.dilate(response, np.ones((25, 25), np.uint8))) & (response > 2.0)
    peaks &= cv2.distanceTransform(prepared.breast_mask.astype(np.uint8), cv2.DIST_L2, 5) > _SKIN_TOLERANCE_PX
    rows, columns = np.nonzero(peaks)
    if not len(rows):
        return x, y
    nearest = np.argmin((rows - y) ** 2 + (columns - x) ** 2)
    return float(columns[nearest]), float(rows[nearest])


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
