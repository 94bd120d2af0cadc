"""Films as the viewer's pictures: screen size at first, crops in more detail when asked for, every bit kept.

Grey levels travel as differences between neighbours, deflated: no picture format of the browser is involved, so neither
colour management nor an alpha channel can change a value, and what arrives is what was sent.
"""

from __future__ import annotations

import base64
import hashlib
import weakref
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mammo_core.film.enhance import usual_window
from mammo_core.report.pictures import shrink, shrink_heatmap
from mammo_core.types import Box

SCREEN_PX = 1400
"""Longest side of what is sent at first."""
DETAIL_PX = 2400
"""Longest side of a crop that is sent when zoomed in; about what a large screen has."""
HEATMAP_PX = 700
"""Longest side of a heatmap as it is sent: its cells are far coarser."""
PRESETS = ("film", "full", "dense", "periphery")
"""Named windows: the usual one of a film, all levels, the bright half of the tissue, and the dark rim near the skin."""
_made: dict[tuple, Picture] = {}


@dataclass(frozen=True)
class Picture:
    """A film or a heatmap as it is sent: `id` tells its content apart, `data` is what the browser gets."""

    id: str
    data: dict


def film_picture(pixels: np.ndarray, bit_depth: int, focus: Box | None) -> Picture:
    """Return a film at screen size with its named windows, made once for as long as the array lives."""

    def make() -> dict:
        height, width = pixels.shape[:2]
        windows = dict(zip(PRESETS, map(list, named_windows(pixels, bit_depth, focus)), strict=True))
        return {"width": width, "height": height, "bits": bit_depth, "windows": windows} | packed(
            shrink(pixels, SCREEN_PX)
        )

    return _once(pixels, (bit_depth, focus), make)


def heat_picture(heatmap: np.ndarray) -> Picture:
    """Return a heatmap (float32 in [0, 1]) in 256 levels, made once for as long as the array lives."""

    def make() -> dict:
        return packed(np.rint(np.clip(shrink_heatmap(heatmap, HEATMAP_PX), 0, 1) * 255).astype(np.uint8))

    return _once(heatmap, (), make)


def detail(pixels: np.ndarray, place: Box, longest_side: int) -> dict:
    """Return a crop of a film as it is sent: untouched pixels, or their means where the screen has fewer.

    Args:
        pixels: The film.
        place: Where, in film pixels; cut to the film and to whole pixels.
        longest_side: What the screen has room for.
    """
    height, width = pixels.shape[:2]
    left, top = int(np.clip(place.x, 0, width - 1)), int(np.clip(place.y, 0, height - 1))
    right = int(np.clip(np.ceil(place.x + place.width), left + 1, width))
    bottom = int(np.clip(np.ceil(place.y + place.height), top + 1, height))
    crop = shrink(pixels[top:bottom, left:right], int(np.clip(longest_side, 1, DETAIL_PX)))
    return {"x": left, "y": top, "width": right - left, "height": bottom - top} | packed(crop)


def packed(pixels: np.ndarray) -> dict:
    """Return pixels (H x W or H x W x 3, uint8 or uint16) as text, with what is needed to undo it.

    Differences to the left neighbour are folded so that small ones of either sign are small numbers; high bytes come
    before low ones, since they are nearly all zero. Among such differences deflate finds nothing to repeat but runs:
    looking for runs only takes half the time, and what it makes is smaller.
    """
    planes = np.moveaxis(pixels.reshape(*pixels.shape[:2], -1), 2, 0)
    wide = pixels.dtype == np.uint16
    steps = np.diff(planes, axis=2, prepend=planes.dtype.type(0)).view(np.int16 if wide else np.int8)
    folded = ((steps << 1) ^ (steps >> (15 if wide else 7))).view(planes.dtype)
    halves = [folded >> 8, folded & 255] if wide else [folded]
    raw = b"".join(half.astype(np.uint8).tobytes() for half in halves)
    deflate = zlib.compressobj(1, strategy=zlib.Z_RLE)
    text = base64.b64encode(deflate.compress(raw) + deflate.flush()).decode()
    return {"columns": pixels.shape[1], "rows": pixels.shape[0], "channels": len(planes), "wide": wide, "data": text}


def named_windows(pixels: np.ndarray, bit_depth: int, focus: Box | None) -> tuple[tuple[float, float], ...]:
    """Return (black, white) levels of each of `PRESETS`.

    The first is how the project shows films everywhere (`to_display`); the last two are percentiles of what is lit
    within the focus.
    """
    full = (0.0, float(2**bit_depth - 1))
    grey = pixels if pixels.ndim == 2 else pixels.max(axis=2)
    usual = usual_window(grey, bit_depth)
    if focus is not None:
        left, top = max(0, int(focus.x)), max(0, int(focus.y))
        grey = grey[top : int(focus.y + focus.height), left : int(focus.x + focus.width)]
    sample = grey[::4, ::4]
    lit = sample[sample > usual[0] + 0.04 * (usual[1] - usual[0])]
    if not lit.size:
        return usual, full, usual, usual
    return usual, full, _percentiles(lit, 45, 99.9), _percentiles(lit, 0, 55)


def _percentiles(levels: np.ndarray, low: float, high: float) -> tuple[float, float]:
    black, white = (float(v) for v in np.percentile(levels, (low, high), method="nearest"))
    return (black, white) if white > black else (black, black + 1)


def _once(array: np.ndarray, settings: tuple, make: Callable[[], dict]) -> Picture:
    """Return what was made of this very array, or make it; it is forgotten together with the array."""
    key = (id(array), *settings)
    if key not in _made:
        data = make()
        digest = hashlib.sha256(repr([value for name, value in data.items() if name != "data"]).encode())
        digest.update(data["data"].encode())
        _made[key] = Picture(digest.hexdigest()[:20], data)
        weakref.finalize(array, _made.pop, key, None)
    return _made[key]
