"""The side of the breast from the pixels, where tags are silent.

In the usual display the chest wall of a left breast lies at the picture's left. A mirrored film is therefore taken for
the other side; nothing in the pixels tells (the plates burned into mini-MIAS films are mirrored, and still its films
hang as usual). The view is not read from the pixels: with four CC films at hand no error rate can be measured.
"""

from __future__ import annotations

import cv2
import numpy as np

from mammo_core.film.silhouette import Silhouette, find_silhouette, small_grey, upright_sides
from mammo_core.types import Laterality

CLEAR = 0.5
"""Sum of cues from which the outline decides: 1.6 or more on 320 films of MIAS, 0.4 and less on mdb151 and mdb152."""
TOP = 0.15
"""Share of the height in which the pectoral muscle is looked for."""


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
