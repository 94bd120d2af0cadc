"""The side of the breast from the pixels, where tags are silent."""

from __future__ import annotations

import numpy as np

from mammo_core.types import Laterality


def laterality_from_pixels(pixels: np.ndarray) -> Laterality | None:
    """Return the breast shown, by the half of the picture that is brighter.

    In the usual display the chest wall of a left breast lies at the image's left.

    Args:
        pixels: H x W, uint8 or uint16, dark = air.

    Returns:
        `L`, `R`, or None where the two halves are about equally bright.
    """
    columns = pixels.mean(axis=0, dtype=np.float64)
    half = len(columns) // 2
    left, right = columns[:half].mean(), columns[-half:].mean()
    if abs(left - right) <= 0.05 * max(left, right):
        return None
    return "L" if left > right else "R"
