"""How unlike a woman's two breasts are, place by place: a picture for the eye, which never reaches the model.

Bilateral subtraction as in Yin et al., "Computerized detection of masses in digital mammograms: analysis of bilateral
subtraction images", Medical Physics 18, 955-963, 1991; the outlines are laid over each other by the enhanced
correlation coefficient (Evangelidis and Psarakis, IEEE PAMI 30, 1858-1865, 2008). Ours differs in that a place is held
against the brightest one near its mirror place, since no two breasts are compressed alike.

How often it points at a lesion, and that two equally healthy breasts light up too: `docs/asymmetry.md`.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from mammo_core.errors import ImageError
from mammo_core.film.breast import chest_side
from mammo_core.types import Preprocessed, read_only

WORK_MM = 0.8
"""Pixel spacing of the copies that are compared."""
STRUCTURE_MM = 3.0
"""Standard deviation of the smoothing: what is left is structure of about 7 mm and more."""
REACH_MM = 8.0
"""A place is held against the brightest one within this distance of its mirror place."""
SKIN_MM = 5.0
"""So near the skin nothing is compared: there the outlines differ by more than the tissue does."""
UNUSUAL, STRIKING = 0.3, 1.5
"""Difference, in robust deviations of the breast's tissue, at which the map begins and at which it is 1.

In the 53 pairs of MIAS with two normal films, 95 % of the tissue lies below the first and 99 % far below the second.
"""
MIN_SPREAD = 4.0
"""Smallest deviation, in grey levels of 255, so that an even breast is not held against its noise."""
MIN_SHARED = 0.75
"""Breasts whose outlines agree by less (Dice) are not compared: 0.86 is the least in MIAS."""
_NOTHING = -1e3
_SDF_MM = 20.0


@dataclass(frozen=True, eq=False)
class Asymmetry:
    """Where each of two breasts is brighter than the other one is thereabouts.

    Attributes:
        first: h x w float32 in [0, 1] over the first prepared image; 0 where it is no brighter, and where nothing can
            be compared: outside the breast, near the skin, in the pectoral muscle of either.
        second: The same over the second prepared image.
        shared: How well the outlines agree once they lie over each other (Dice, 0 to 1).
    """

    first: np.ndarray
    second: np.ndarray
    shared: float

    def __post_init__(self) -> None:
        for name in ("first", "second"):
            object.__setattr__(self, name, read_only(getattr(self, name)))


@dataclass(frozen=True, eq=False)
class _Breast:
    """A breast at `WORK_MM` with its chest wall on the left.

    `tissue` is bool, muscle left out; `bright` float32, in robust deviations from the tissue's median.
    """

    outline: np.ndarray
    tissue: np.ndarray
    bright: np.ndarray
    flipped: bool
    shape: tuple[int, int]


def compare_breasts(first: Preprocessed, second: Preprocessed) -> Asymmetry:
    """Hold a woman's two breasts in one view against each other, whichever way round each film is stored.

    Args:
        first: One breast, prepared.
        second: The other one, in the same view.

    Returns:
        A map for each film, in its own frame. The scale is the same for all pairs.

    Raises:
        ImageError: The breasts are too unlike in outline, or one of them holds no tissue beside the muscle.
        ValueError: A film's breast mask is empty.
    """
    one, other = _work_copy(first), _work_copy(second)
    there = _registered(one.outline, other.outline)
    back = cv2.invertAffineTransform(there)
    laid = _warped(other.outline.astype(np.float32), there, one.outline.shape, 0.0) > 0.5
    shared = float(2 * (one.outline & laid).sum() / (one.outline.sum() + laid.sum()))
    if shared < MIN_SHARED:
        raise ImageError(
            f"expected two breasts of one woman in one view; their outlines agree by {shared:.2f} only, and from "
            f"{MIN_SHARED} on they can be compared. Check that both films show the same view, and their pixel spacing."
        )
    return Asymmetry(_brighter(one, other, there), _brighter(other, one, back), shared)


def _work_copy(prepared: Preprocessed) -> _Breast:
    if not prepared.breast_mask.any():
        raise ValueError("expected a prepared film with an outlined breast; this one's breast_mask is empty")
    factor = prepared.spacing_mm * prepared.scale[0] / WORK_MM
    size = tuple(max(8, round(side * factor)) for side in prepared.image.shape[::-1])
    flipped = chest_side(prepared.breast_mask) == "right"

    def small(array: np.ndarray) -> np.ndarray:
        turned = array[:, ::-1] if flipped else array
        return cv2.resize(np.ascontiguousarray(turned, np.float32), size, interpolation=cv2.INTER_AREA)

    outline = small(prepared.breast_mask) > 0.5
    tissue = outline & ~(small(prepared.pectoral_mask) > 0.5)
    if not tissue.any():
        raise ImageError(
            "expected tissue beside the pectoral muscle; the muscle that was marked takes the whole breast"
        )
    bright = _standardised(_smoothed(small(prepared.image), tissue), tissue)
    return _Breast(outline, tissue, bright, flipped, prepared.image.shape)


def _smoothed(image: np.ndarray, tissue: np.ndarray) -> np.ndarray:
    """Smooth within the tissue only, so that neither air nor muscle bleeds into it."""
    blur = lambda array: cv2.GaussianBlur(array, (0, 0), STRUCTURE_MM / WORK_MM)  # noqa: E731
    weight = np.maximum(blur(tissue.astype(np.float32)), 1e-3)
    return blur(image * tissue) / weight


def _standardised(smooth: np.ndarray, tissue: np.ndarray) -> np.ndarray:
    """Return (smooth - median) / deviation of the tissue, both robust, far below everything outside it."""
    median = np.median(smooth[tissue])
    spread = 1.4826 * np.median(np.abs(smooth[tissue] - median))
    return np.where(tissue, (smooth - median) / max(spread, MIN_SPREAD), _NOTHING).astype(np.float32)


def _registered(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return the 2 x 3 affine map from places of `one` to places of `other`.

    The boxes are laid over each other (chest wall, skin, top, bottom), then the whole outlines; where those do not
    converge the boxes' map stands.
    """
    (left, top, width, height), (to_left, to_top, to_width, to_height) = (
        cv2.boundingRect(mask.astype(np.uint8)) for mask in (one, other)
    )
    across, down = to_width / width, to_height / height
    boxes = np.array([[across, 0, to_left - across * left], [0, down, to_top - down * top]], np.float32)
    stop = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 60, 1e-4)
    try:
        _, found = cv2.findTransformECC(
            _depth(one), _depth(other), boxes.copy(), cv2.MOTION_AFFINE, stop, inputMask=None, gaussFiltSize=5
        )
    except cv2.error:
        return boxes
    return found


def _depth(mask: np.ndarray) -> np.ndarray:
    """Return the distance to the outline in mm, positive inside, float32, cut at `_SDF_MM`."""
    inside, outside = (cv2.distanceTransform(m.astype(np.uint8), cv2.DIST_L2, 5) for m in (mask, ~mask))
    return np.clip((inside - outside) * WORK_MM, -_SDF_MM, _SDF_MM).astype(np.float32)


def _brighter(own: _Breast, other: _Breast, there: np.ndarray) -> np.ndarray:
    """Return where `own` is brighter than `other`, h x w float32 in [0, 1] over its prepared image."""
    # Nearest: between tissue and `_NOTHING` there is no middle.
    mirrored = _warped(other.bright, there, own.bright.shape, _NOTHING, cv2.INTER_NEAREST)
    comparable = own.tissue & (mirrored > _NOTHING / 2) & (_from_skin(own.outline) > SKIN_MM)
    reach = round(REACH_MM / WORK_MM)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    difference = np.where(comparable, own.bright - cv2.dilate(mirrored, disc), 0)
    share = np.clip((difference - UNUSUAL) / (STRIKING - UNUSUAL), 0, 1).astype(np.float32)
    turned = np.ascontiguousarray(share[:, ::-1]) if own.flipped else share
    return cv2.resize(turned, own.shape[::-1], interpolation=cv2.INTER_LINEAR)


def _from_skin(outline: np.ndarray) -> np.ndarray:
    """Return the distance to the skin in mm; the rim of the picture is no skin."""
    framed = cv2.copyMakeBorder(outline.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    return cv2.distanceTransform(framed, cv2.DIST_L2, 5)[1:-1, 1:-1] * WORK_MM


def _warped(
    array: np.ndarray, there: np.ndarray, shape: tuple[int, int], beyond: float, how: int = cv2.INTER_LINEAR
) -> np.ndarray:
    """Return `array` in the frame from which `there` leads to it, `beyond` where it ends."""
    return cv2.warpAffine(
        array, there, shape[::-1], flags=how | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_CONSTANT, borderValue=beyond
    )
