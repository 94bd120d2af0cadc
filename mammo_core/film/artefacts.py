"""What lies on a film besides the breast: padding, label plates, tape, scratches and frame edges."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np

from mammo_core.film.frame import inside_frame

MIN_LIT_SHARE = 0.05
"""A row or column belongs to the film when more of it than this is lit (a scratch in the padding lights less)."""
LIT_LEVEL = 100
"""Lit means brighter than the darkest pixel by more than the grey range divided by this."""
SKIN_MM = 25.0
"""The skin is at most this far outside the bright core of the breast."""
JUMP_MM = 2.0
"""The outline moves outwards by at most this much within 2 mm, going up or down from the widest row."""
FOG_MM = 20.0
"""A strip of leaked light along the chest rim is at most this wide."""
FOG_LEVEL = 0.18
"""It is dimmer than this share of the breast's brightness, for the most part."""


def find_film(pixels: np.ndarray) -> tuple[slice, slice] | None:
    """Find the part of a picture that is not padding.

    A bright frame around the picture is taken off, and then rows and columns at the rim that are dark from end to end
    until none is left, so that any amount of black padding around a film gives the same part of the film.

    Args:
        pixels: H x W, uint8 or uint16, dark = air.

    Returns:
        (rows, columns) slices, or None when nothing is lit.
    """
    rows, columns = inside_frame(pixels)
    top, bottom, left, right = rows.start, rows.stop, columns.start, columns.stop
    while True:
        part = pixels[top:bottom, left:right]
        low, high = int(part.min()), int(part.max())
        lit = cv2.compare(part, low + (high - low) // LIT_LEVEL, cv2.CMP_GT)
        rows = np.flatnonzero(cv2.reduce(lit, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S)[:, 0] > _lit_sum(part.shape[1]))
        columns = np.flatnonzero(cv2.reduce(lit, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S)[0] > _lit_sum(part.shape[0]))
        if not rows.size or not columns.size:
            return None
        box = (top + rows[0], top + rows[-1] + 1, left + columns[0], left + columns[-1] + 1)
        if box == (top, bottom, left, right):
            return slice(int(top), int(bottom)), slice(int(left), int(right))
        top, bottom, left, right = box


def _lit_sum(n_pixels: int) -> float:
    """Return the sum that a row of `n_pixels` 0/255 values has when just enough of it is lit."""
    return 255 * MIN_LIT_SHARE * n_pixels


def artefact_mask(pixels: np.ndarray, breast_mask: np.ndarray) -> np.ndarray:
    """Mark everything lit outside the breast: label plates, letters, tape, scratches, frame edges.

    Args:
        pixels: H x W, uint8 or uint16, dark = air.
        breast_mask: H x W bool, the breast.

    Returns:
        H x W bool; lit means brighter than a quarter of the breast's median above the darkest pixel.
    """
    if pixels.shape != breast_mask.shape:
        raise ValueError(f"pixels {pixels.shape} and breast_mask {breast_mask.shape} must have one shape")
    if not breast_mask.any():
        return np.zeros(pixels.shape, bool)
    low = int(pixels.min())
    level = low + (int(np.median(pixels[breast_mask])) - low) // 4
    return (pixels > level) & ~breast_mask


def without_jumps(solid: np.ndarray, core: np.ndarray, work_mm: float) -> np.ndarray:
    """Cut off what makes the outline jump outwards, going up and down from the breast's widest row.

    A skin line never leaps from one row to the next; a label, a tape or a bright frame edge that touches it does.
    """
    solid = solid.copy()
    bulk = opened(core, to_px(12, work_mm))
    edge = reach_of(bulk if bulk.any() else core)
    start = int(np.argmax(edge))
    span, jump = to_px(2, work_mm), to_px(JUMP_MM, work_mm)
    beyond = np.flatnonzero(solid[start, edge[start] :] == 0)
    first = int(edge[start]) + min(int(beyond[0]) if beyond.size else solid.shape[1], to_px(SKIN_MM, work_mm))
    for rows in (range(start, -1, -1), range(start, solid.shape[0])):
        reached: list[int] = []
        for row in rows:
            before = reached[max(0, len(reached) - span)] if reached else first
            line = solid[row]
            if before + jump < line.size:
                if line[before + jump] and reached:
                    line[reached[-1] :] = 0
                line[before + jump :] = 0
            lit = np.flatnonzero(line)
            reached.append(int(lit[-1]) + 1 if lit.size else 0)
    return solid


def without_fog(solid: np.ndarray, work: np.ndarray, brightness: int, work_mm: float) -> np.ndarray:
    """Drop the narrow dim strip along the chest rim above and below the breast (light that leaked in at the edge)."""
    solid = solid.copy()
    bright = (solid * (work > FOG_LEVEL * brightness)).sum(axis=1)
    strip = (reach_of(solid) <= to_px(FOG_MM, work_mm)) & (2 * bright < solid.sum(axis=1))
    strip |= ~solid.any(axis=1)
    for rows in (range(strip.size), range(strip.size - 1, -1, -1)):
        for row in rows:
            if not strip[row]:
                break
            solid[row] = 0
    return solid


def reach_of(mask: np.ndarray) -> np.ndarray:
    """Return for each row of a 0/1 mask how many columns from the left its farthest lit pixel lies."""
    lit = mask.astype(bool, copy=False)
    return np.where(lit.any(axis=1), mask.shape[1] - lit[:, ::-1].argmax(axis=1), 0)


def to_px(length_mm: float, work_mm: float) -> int:
    """Return a length in whole pixels, at least 1."""
    return max(1, round(length_mm / work_mm))


def opened(mask: np.ndarray, radius: int) -> np.ndarray:
    """Open a 0/1 mask with a disc, as if the film went on beyond its rim like in a mirror.

    The same as OpenCV's opening with `disc(radius)`, pixel by pixel, in a fraction of the time.
    """
    wide = cv2.copyMakeBorder(mask, radius, radius, radius, radius, cv2.BORDER_REFLECT)
    x, y, width, height = cv2.boundingRect(wide)
    lit = slice(max(0, y - 1), y + height + 1), slice(max(0, x - 1), x + width + 1)  # a dark rim, or the picture's own
    inner = _by_disc(cv2.erode, cv2.bitwise_and, wide[lit], radius)
    wide[lit] = _by_disc(cv2.dilate, cv2.bitwise_or, inner, radius)
    return wide[radius:-radius, radius:-radius]


def _by_disc(move: Callable, join: Callable, mask: np.ndarray, radius: int) -> np.ndarray:
    """Erode (joined by and) or dilate (joined by or) with `disc(radius)`.

    A disc is the union of the rectangles within it, and eroding with a union is the least of eroding with each of its
    parts (dilating, the most). Each rectangle is a line down, then a line across; from the widest to the tallest, what
    the last one's line down came to is carried on for the next, and so is its line across after joining, for moving
    and joining may change places. So all of them cost little more than one.
    """
    tall = found = mask
    for i, (down, across) in enumerate(_lines(radius)):
        tall = move(tall, down)
        found = move(join(found, tall) if i else tall, across)
    return found


@cache
def _lines(radius: int) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """Return what is added to a line down, and then across, for each of the largest rectangles within a disc.

    From the widest to the tallest; what is added across is what the rectangle is wider than the next.
    """
    heights = (disc(radius)[:, radius:].sum(axis=0) // 2).tolist()
    widths = [w for w, height in enumerate(heights) if height not in heights[w + 1 :]][::-1]
    taller = np.diff([heights[w] for w in widths], prepend=0)
    wider = -np.diff(widths, append=0)
    return tuple(
        (np.ones((2 * down + 1, 1), np.uint8), np.ones((1, 2 * across + 1), np.uint8))
        for down, across in zip(taller, wider, strict=True)
    )


def disc(radius: int) -> np.ndarray:
    """Return a round structuring element, (2 radius + 1) squared, uint8."""
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
