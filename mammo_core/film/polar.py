"""A film unrolled about its breast's centroid, and rolled up again.

One of the two projects that this one started from trained on such pictures: a row is a direction, a column a distance,
so that the skin line runs down the picture and a turned breast is a shifted one. OpenCV's own `warpPolar` takes angles
from a table that is right to 0.3 degrees, up to 4 pixels at the skin; here the places are computed in full.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

MAX_SIDE_PX = 32_000
"""OpenCV's `remap` counts places in 16 bits."""
_RIM_PX = 2


@dataclass(frozen=True)
class PolarFrame:
    """Where each pixel of a polar picture lies on the film.

    Row a looks in the direction 2 pi a / n_angles, clockwise from the film's right as films are shown; column r lies
    r * reach_px / (n_radii - 1) pixels from the centre.

    Attributes:
        centre: (x, y) in film pixels, counted from the middle of the first pixel.
        reach_px: Distance of the last column from the centre, in film pixels.
        film_shape: (h, w) of the film.
        polar_shape: (n_angles, n_radii) of the polar picture.
    """

    centre: tuple[float, float]
    reach_px: float
    film_shape: tuple[int, int]
    polar_shape: tuple[int, int]

    def unroll(self, film: np.ndarray) -> np.ndarray:
        """Return the polar picture of a film.

        Args:
            film: h x w uint8, uint16, float32 or bool (bool takes the nearest pixel, the others are bilinear).

        Returns:
            n_angles x n_radii of the same dtype; 0 where the film ends (from two pixels beyond).

        Raises:
            ValueError: The film has another shape.
        """
        _check_shape(film, self.film_shape, "film")
        n_angles, n_radii = self.polar_shape
        angle = np.arange(n_angles)[:, None] * (2 * np.pi / n_angles)
        radius = np.arange(n_radii)[None, :] * (self.reach_px / (n_radii - 1))
        return _sample(film, self.centre[0] + radius * np.cos(angle), self.centre[1] + radius * np.sin(angle))

    def roll_up(self, polar: np.ndarray) -> np.ndarray:
        """Return the film of a polar picture: the inverse of `unroll` within `reach_px` of the centre.

        Args:
            polar: n_angles x n_radii, dtypes as for `unroll`.

        Returns:
            h x w of the same dtype; 0 beyond the reach (from two pixels beyond).

        Raises:
            ValueError: The picture has another shape.
        """
        _check_shape(polar, self.polar_shape, "polar picture")
        n_angles, n_radii = self.polar_shape
        y, x = np.indices(self.film_shape, dtype=np.float64)
        x -= self.centre[0]
        y -= self.centre[1]
        row = np.arctan2(y, x) % (2 * np.pi) * (n_angles / (2 * np.pi))
        column = np.hypot(x, y) * ((n_radii - 1) / self.reach_px)
        closed = np.concatenate([polar, polar[:1]])  # the last direction meets the first
        return _sample(closed, column, row)


def breast_centroid(breast_mask: np.ndarray) -> tuple[float, float]:
    """Return the mean (x, y) of a breast's pixels, counted from the middle of the first pixel.

    Args:
        breast_mask: h x w bool.

    Raises:
        ValueError: The mask is empty.
    """
    rows, columns = np.nonzero(breast_mask)
    if not len(rows):
        raise ValueError("expected a breast mask with at least one pixel; got an empty one")
    return float(columns.mean()), float(rows.mean())


def polar_frame(breast_mask: np.ndarray, polar_shape: tuple[int, int] | None = None) -> PolarFrame:
    """Return the polar frame about a breast's centroid that reaches one pixel beyond its furthest.

    Args:
        breast_mask: h x w bool.
        polar_shape: (n_angles, n_radii), each from 2; when left out, a pixel of the polar picture is no larger than one
            of the film, so that hardly anything is lost.

    Raises:
        ValueError: The mask is empty, or the shape is impossible.
    """
    centre = breast_centroid(breast_mask)
    rows, columns = np.nonzero(breast_mask)
    reach = 1.0 + float(np.hypot(columns - centre[0], rows - centre[1]).max())
    shape = polar_shape or (int(np.ceil(2 * np.pi * reach)), int(np.ceil(reach)) + 1)
    if not all(2 <= side < MAX_SIDE_PX for side in shape):
        raise ValueError(f"polar_shape must be (n_angles, n_radii) from 2 to {MAX_SIDE_PX - 1} each, not {shape}")
    return PolarFrame(centre, reach, breast_mask.shape, shape)


def _check_shape(picture: np.ndarray, expected: tuple[int, int], name: str) -> None:
    if picture.shape != expected:
        raise ValueError(f"expected a {name} of shape {expected}, as this frame was made for; got {picture.shape}")


def _sample(picture: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return `picture` at the places (x, y), 0 beyond its border.

    The border is carried on by `_RIM_PX`, so that a breast that touches the film's edge does not fade into the void.
    """
    is_mask = picture.dtype == bool
    rim = cv2.copyMakeBorder(picture.astype(np.uint8) if is_mask else picture, *4 * [_RIM_PX], cv2.BORDER_REPLICATE)
    places = (x + _RIM_PX).astype(np.float32), (y + _RIM_PX).astype(np.float32)
    sampled = cv2.remap(rim, *places, cv2.INTER_NEAREST if is_mask else cv2.INTER_LINEAR)
    return sampled > 0 if is_mask else sampled
