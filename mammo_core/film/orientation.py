"""The side of the breast, and an MLO view, from the pixels, where tags are silent.

In the usual display the chest wall of a left breast lies at the picture's left. A mirrored film is therefore taken for
the other side; nothing in the pixels tells (the plates burned into mini-MIAS films are mirrored, and still its films
hang as usual). A CC view cannot be told from an MLO view whose muscle is not seen, so it is never guessed.
"""

from __future__ import annotations

import cv2
import numpy as np

from mammo_core.errors import ImageError
from mammo_core.film.breast import estimated_spacing, segment_breast
from mammo_core.film.pectoral import segment_pectoral
from mammo_core.film.silhouette import Silhouette, find_silhouette, small_grey, upright_sides
from mammo_core.types import Laterality, View

CLEAR = 0.5
"""Sum of cues from which the outline decides: 1.6 or more on 320 films of MIAS, 0.4 and less on mdb151 and mdb152."""
TOP = 0.15
"""Share of the height in which the pectoral muscle is looked for."""
MUSCLE_SHARE = 0.06
"""Share of the breast's area that the muscle must take for an MLO view."""
MUSCLE_WIDTH = 0.25
"""Share of the breast's depth that it must take at its top; on CC films it stays at 0.12 or less."""
VIEW_SPACING_MM = 0.4
"""The view is sought on a copy of this spacing, which is enough for the muscle's edge."""


def laterality_from_pixels(pixels: np.ndarray) -> Laterality | None:
    """Return the breast shown, from the side on which its outline is straight and touches the film's edge.

    Where a large breast fills the film (two films of MIAS) the brighter upper corner, the pectoral muscle, decides.
    Measured on MIAS: all 161 pairs come out as a right film (odd number) and a left one.

    Args:
        pixels: H x W, uint8 or uint16, dark = air.

    Returns:
        `L`, `R`, or None where neither tells.
    """
    silhouette = find_silhouette(small_grey(pixels)[0])
    if silhouette is None:
        return None
    leaning = _outline_cues(silhouette)
    if abs(leaning) < CLEAR:
        top = silhouette.grey[: max(1, round(TOP * len(silhouette.grey)))]
        leaning = 2 * CLEAR * _left_excess(top.sum(axis=0))
    if abs(leaning) < CLEAR / 4:
        return None
    return "L" if leaning > 0 else "R"


def view_from_pixels(pixels: np.ndarray, spacing_mm: float | None) -> View | None:
    """Return MLO where a large pectoral muscle is seen, else None.

    `docs/segmentation.md` tells how often, on films of known view.

    Args:
        pixels: H x W, uint8 or uint16, dark = air.
        spacing_mm: Millimetres per pixel, or None to estimate it.
    """
    spacing_mm = spacing_mm or estimated_spacing(pixels.shape)
    factor = min(1.0, spacing_mm / VIEW_SPACING_MM)
    size = tuple(max(1, round(side * factor)) for side in pixels.shape[::-1])
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    try:
        breast = segment_breast(small, spacing_mm / factor)
        muscle = segment_pectoral(small, breast, spacing_mm / factor, None)
    except ImageError:
        return None
    if muscle.sum() < MUSCLE_SHARE * breast.sum():
        return None
    top = int(np.flatnonzero(muscle.any(axis=1))[0])
    width = muscle[top : top + max(3, len(muscle) // 40)].sum(axis=1).max()
    return "MLO" if width >= MUSCLE_WIDTH * np.ptp(np.flatnonzero(breast.any(axis=0))) else None


def _outline_cues(silhouette: Silhouette) -> float:
    """Return a sum of four cues, positive where the chest wall lies at the left."""
    x, _, width, height = cv2.boundingRect(silhouette.outline)
    left, right = upright_sides(silhouette.hull)
    filled = silhouette.filled
    return (
        (left - right) / height  # the straight side
        + filled[:, :3].any(axis=1).mean()
        - filled[:, -3:].any(axis=1).mean()  # the touched edge
        + 2 * _left_excess(filled[:, x : x + width].sum(axis=0))  # where the shape is broad
        + _left_excess((silhouette.grey * filled).sum(axis=0))  # where the film is bright
    )


def _left_excess(columns: np.ndarray) -> float:
    """Return (left half - right half) / all of a sum over columns, in [-1, 1]."""
    half = len(columns) // 2
    return float((columns[:half].sum() - columns[-half:].sum()) / max(columns.sum(), 1e-9))
