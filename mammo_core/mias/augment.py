"""Sixteen variants of a region: four rotations, with and without a flip, each in two random tones.

The scheme of the project that this one started from, as pure functions: a variant follows from (seed, region, number)
alone, whatever was made before it. For training only; a copy in another part of a split is a leak.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import numpy as np

N_VARIANTS = 16
CONTRAST = (0.8, 1.2)
"""Range of the factor on the distance from mid-grey (128)."""
BRIGHTNESS = (-25.0, 25.0)
"""Range of the grey levels added: a tenth of the full range either way."""
_MID_GREY = 128.0


class Variant(NamedTuple):
    """What is done to a region, in this order.

    Attributes:
        quarter_turns: 0 to 3, counter-clockwise.
        flipped: Whether top and bottom are then exchanged.
        contrast: Factor on the distance from mid-grey, in `CONTRAST`.
        brightness: Grey levels added, in `BRIGHTNESS`.
    """

    quarter_turns: int
    flipped: bool
    contrast: float
    brightness: float


def seeded_fraction(*words: int | str) -> float:
    """Return a number in [0, 1) that follows from the words alone, the same on every machine and in every version.

    The first 53 bits of a SHA-256; words must not hold a slash.
    """
    digest = hashlib.sha256("/".join(map(str, words)).encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / 2**53


def draw_variant(seed: int, region_id: str, number: int) -> Variant:
    """Return what variant `number` of a region is.

    Numbers 0 to 7 and 8 to 15 each go through the eight turns and flips; every number has a tone of its own, drawn
    evenly from the ranges. Number 0 is the region untouched.

    Args:
        seed: Of the whole set.
        region_id: What names the region, such as `mdb005-1`.
        number: 0 to 15.

    Raises:
        ValueError: No such number.
    """
    if not 0 <= number < N_VARIANTS:
        raise ValueError(f"a variant has a number from 0 to {N_VARIANTS - 1}, not {number}")
    if number == 0:
        return Variant(0, False, 1.0, 0.0)
    contrast, brightness = (
        low + (high - low) * seeded_fraction(seed, region_id, number, name)
        for name, (low, high) in (("contrast", CONTRAST), ("brightness", BRIGHTNESS))
    )
    return Variant(number % 4, number // 4 % 2 == 1, contrast, brightness)


def apply_variant(region: np.ndarray, variant: Variant) -> np.ndarray:
    """Turn, flip and tone a region.

    Args:
        region: n x n uint8, 0 outside the breast.
        variant: What to do.

    Returns:
        n x n uint8, a copy. What is 0 stays 0, so that the tone does not draw the breast's outline; all else is clipped
        to 1..255.

    Raises:
        ValueError: The region is no square of uint8.
    """
    if region.dtype != np.uint8 or region.ndim != 2 or region.shape[0] != region.shape[1]:
        raise ValueError(f"expected a square region of uint8; got {region.dtype} of shape {region.shape}")
    turned = np.rot90(region, variant.quarter_turns)
    if variant.flipped:
        turned = turned[::-1]
    level = np.arange(256, dtype=np.float64)
    toned = np.rint((level - _MID_GREY) * variant.contrast + _MID_GREY + variant.brightness)
    table = np.clip(toned, 1, 255).astype(np.uint8)
    table[0] = 0
    return table[turned]


def all_variants(region: np.ndarray, seed: int, region_id: str) -> np.ndarray:
    """Return the sixteen variants of a region, 16 x n x n uint8, in order of their numbers.

    Args:
        region: n x n uint8, 0 outside the breast.
        seed: Of the whole set.
        region_id: What names the region.
    """
    return np.stack([apply_variant(region, draw_variant(seed, region_id, k)) for k in range(N_VARIANTS)])
