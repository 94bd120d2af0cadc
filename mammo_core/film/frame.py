"""A bright frame around a picture, as scanners and screens leave it: no part of the film."""

from __future__ import annotations

import numpy as np

WHITE = 0.9
"""A row or column of a frame is brighter than this share of the picture's brightest value from end to end."""
MAX_SHARE = 0.08
"""A frame is at most this wide, as a share of the picture's side; what is wider is the air of a negative."""
BLUR_PX = 2
"""So much more is taken off beside a frame: resampling and compression smear its edge."""


def inside_frame(pixels: np.ndarray) -> tuple[slice, slice]:
    """Return (rows, columns) of what a bright frame encloses; all of the picture where it has none.

    A frame may lie on one side only. No breast makes such a line: it is nowhere as bright from end to end.

    Args:
        pixels: H x W, of any real type.
    """
    level = WHITE * float(pixels.max(initial=0))
    rows = _enclosed(pixels.min(axis=1) > level) if level > 0 else slice(0, pixels.shape[0])
    columns = _enclosed(pixels[rows].min(axis=0) > level) if level > 0 else slice(0, pixels.shape[1])
    if rows == slice(0, pixels.shape[0]) and columns != slice(0, pixels.shape[1]):
        rows = _enclosed(pixels[:, columns].min(axis=1) > level)
    return rows, columns


def _enclosed(white: np.ndarray) -> slice:
    """Return what lies between the white lines at both ends, each end judged by itself."""
    dark = np.flatnonzero(~white)
    if not dark.size:
        return slice(0, len(white))
    first, last = int(dark[0]), int(dark[-1]) + 1
    widest = MAX_SHARE * len(white)
    start = first + BLUR_PX if 0 < first <= widest else 0
    end = last - BLUR_PX if 0 < len(white) - last <= widest else len(white)
    return slice(start, end) if start < end else slice(0, len(white))
