"""What lies on a film besides the breast: padding, label plates, tape, scratches and frame edges."""

from __future__ import annotations

import cv2
import numpy as np

MIN_LIT_SHARE = 0.05
"""A row or column belongs to the film when more of it than this is lit (a scratch in the padding lights less)."""
LIT_LEVEL = 100
"""Lit means brighter than the darkest pixel by more than the grey range divided by this."""


def find_film(pixels: np.ndarray) -> tuple[slice, slice] | None:
    """Find the part of a picture that is not padding.

    Rows and columns at the rim that are dark from end to end are taken off until none is left, so that any amount
    of black padding around a film gives the same part of the film.

    Args:
        pixels: H x W, uint8 or uint16, dark = air.

    Returns:
        (rows, columns) slices, or None when nothing is lit.
    """
    top, bottom, left, right = 0, pixels.shape[0], 0, pixels.shape[1]
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
