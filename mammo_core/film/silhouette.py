"""The bright shape on a small copy of a picture: what the gate judges and the side of the breast is read from.

Rough and quick on purpose (about 3 ms): `mammo_core.film.breast` outlines the breast for the model.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from mammo_core.film.frame import inside_frame

SIDE = 256
"""Longer side of the copy that is looked at, pixels."""
LIT = 0.06
"""Grey value from which a pixel counts as lit when black margins are cut off."""


class Silhouette(NamedTuple):
    """The largest bright shape of a picture.

    Attributes:
        grey: h x w float32 in [0, 1], black margins cut off.
        blurred: The same, blurred by 1.5 pixels.
        air: The most frequent dark tone.
        bright: h x w bool, everything above the threshold.
        shape: h x w bool, its largest connected part.
        filled: The shape with its holes filled.
        outline: n x 1 x 2 int32, the shape's outer outline, as OpenCV.
        hull: The outline's convex hull, as OpenCV.
    """

    grey: np.ndarray
    blurred: np.ndarray
    air: float
    bright: np.ndarray
    shape: np.ndarray
    filled: np.ndarray
    outline: np.ndarray
    hull: np.ndarray


def small_grey(pixels: np.ndarray, *, negative: bool = False) -> tuple[np.ndarray, float]:
    """Return a small grey copy of what is lit, and the span of grey values it was scaled by.

    A bright frame and margins are cut off before scaling down, so that a small breast on a large black field is judged
    at its own size.

    Args:
        pixels: H x W, uint8 or uint16.
        negative: Whether white is air.

    Returns:
        h x w float32 in [0, 1] with the 0.5th percentile at 0 and the 99.5th at 1 (the longer side at most `SIDE`),
        and the difference of those percentiles in the picture's own values.
    """
    step = max(1, max(pixels.shape) // (4 * SIDE))  # large films are thinned out first: it is four times quicker
    thinned = pixels[::step, ::step]
    thinned = np.ascontiguousarray(thinned[inside_frame(thinned)])
    small = _shrink(thinned)
    low, high = np.percentile(small, (0.5, 99.5)).astype(np.float32)
    if high <= low:
        return np.zeros_like(small), 0.0

    def scaled(values: np.ndarray) -> np.ndarray:
        grey = np.clip((values - low) / (high - low), 0, 1)
        return 1 - grey if negative else grey

    grey = scaled(small)
    rows, columns = _lit_box(grey)
    if max(rows.stop - rows.start, columns.stop - columns.start) < 0.8 * max(grey.shape):
        factor = thinned.shape[0] / grey.shape[0], thinned.shape[1] / grey.shape[1]
        part = [slice(round(s.start * f), round(s.stop * f)) for s, f in zip((rows, columns), factor, strict=True)]
        grey = scaled(_shrink(np.ascontiguousarray(thinned[tuple(part)])))
        rows, columns = _lit_box(grey)
    return np.ascontiguousarray(grey[rows, columns]), float(high - low)


def _shrink(pixels: np.ndarray) -> np.ndarray:
    scale = SIDE / max(pixels.shape)
    if scale >= 1:
        return pixels.astype(np.float32)
    size = [max(8, round(length * scale)) for length in pixels.shape[::-1]]
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.float32)


def _lit_box(grey: np.ndarray) -> tuple[slice, slice]:
    """Return rows and columns without a frame of 2 pixels and without black margins (mini-MIAS pads its films)."""
    lit = grey[2:-2, 2:-2] >= LIT
    rows, columns = np.flatnonzero(lit.mean(axis=1) > 0.02), np.flatnonzero(lit.mean(axis=0) > 0.02)
    if len(rows) < 16 or len(columns) < 16:
        return slice(0, grey.shape[0]), slice(0, grey.shape[1])
    return slice(rows[0] + 2, rows[-1] + 3), slice(columns[0] + 2, columns[-1] + 3)


def find_silhouette(grey: np.ndarray) -> Silhouette | None:
    """Return the largest bright shape of a small grey copy, or None where nothing stands out.

    Bright is what lies above 35 % of the way from the most frequent dark tone to Otsu's threshold: Otsu's own parts
    fat from glands. An opening of 9 pixels detaches strips of tape.
    """
    blurred = cv2.GaussianBlur(grey, (0, 0), 1.5)
    otsu = cv2.threshold((blurred * 255).astype(np.uint8), 0, 255, cv2.THRESH_OTSU)[0] / 255
    counts = np.bincount((blurred.ravel() * 63.99).astype(int), minlength=64)
    air = (np.argmax(counts[: int(otsu * 64) + 1]) + 0.5) / 64
    bright = (blurred > air + 0.35 * (otsu - air)).astype(np.uint8)
    bright = cv2.morphologyEx(bright, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    n_shapes, labels, stats, _ = cv2.connectedComponentsWithStats(bright, connectivity=4)
    if n_shapes < 2:
        return None
    shape = labels == 1 + np.argmax(stats[1:, cv2.CC_STAT_AREA])
    outlines, _ = cv2.findContours(shape.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = max(outlines, key=cv2.contourArea)
    filled = cv2.drawContours(np.zeros(shape.shape, np.uint8), [outline], -1, 1, cv2.FILLED) > 0
    return Silhouette(grey, blurred, air, bright > 0, shape, filled, outline, cv2.convexHull(outline))


def upright_sides(hull: np.ndarray) -> tuple[float, float]:
    """Return the lengths of a hull's longest nearly straight sides on its left and on its right.

    A side counts when it leans less than 22 degrees from upright.
    """
    tolerance = max(1.5, 0.016 * np.ptp(hull[:, 0, 1]))
    corners = cv2.approxPolyDP(hull, tolerance, True)[:, 0].astype(np.float64)
    sides = np.roll(corners, -1, axis=0) - corners
    lengths = np.hypot(sides[:, 0], sides[:, 1]) * (np.abs(sides[:, 0]) <= 0.4 * np.abs(sides[:, 1]))
    is_left = (corners[:, 0] + sides[:, 0] / 2) < corners[:, 0].mean()
    return float((lengths * is_left).max(initial=0)), float((lengths * ~is_left).max(initial=0))
