"""The breast outline, dim skin line included.

All decisions are made on a copy at 0.4 mm per pixel, turned so that the chest wall lies on the left, with levels
relative to the film's own grey range and in whole numbers: the result does not depend on bit depth, side or padding.
"""

from __future__ import annotations

import cv2
import numpy as np

from mammo_core.errors import BreastNotFoundError
from mammo_core.film.artefacts import disc, find_film, opened, reach_of, to_px, without_fog, without_jumps

CASSETTE_MM = 240.0
"""Where a film states no pixel spacing, its longer side is taken for that of an 18 x 24 cm cassette."""
WORK_MM = 0.4
"""Pixel spacing of the copy on which the breast is sought."""
MIN_SIDE_PX = 32
"""Films with a shorter side (padding taken off) are refused."""
SKIN_LEVEL = 0.01
"""The skin is brighter than the air beside it by this share of the breast's own brightness (about 2 of 255)."""
MIN_BREAST_CM2 = 10.0
"""A smaller part is no breast."""
AIR_CELL_MM = 6.0
"""The air is looked at in cells of this size."""
AIR_WINDOW = 9
"""The air level at a place is taken from the dark cells of a window of so many cells a side."""
AIR_RANK = 0.1
"""It is the cell of this rank, from the darkest (0) to the brightest (1)."""
LABEL_LEVEL = 0.8
"""Nipple and skin are dimmer than this share of the breast's brightness, labels and tape are brighter."""
NIPPLE_SHARE = 0.8
"""The nipple lies beyond this share of the breast's reach from the chest wall."""


def segment_breast(pixels: np.ndarray, spacing_mm: float) -> np.ndarray:
    """Outline the breast on one film.

    A core is found by Otsu's threshold; the skin is the level at which the film rises above the air beside it (air
    level estimated per place, because films are fogged unevenly); labels, tape and frame edges are cut off where the
    outline jumps.

    Args:
        pixels: H x W, uint8 or uint16, dark = air.
        spacing_mm: Millimetres per pixel.

    Returns:
        H x W bool, the whole breast, pectoral muscle included.

    Raises:
        BreastNotFoundError: Nothing on the film can be a breast.
    """
    if not spacing_mm > 0:
        raise ValueError(f"spacing_mm must be positive, not {spacing_mm}")
    film = find_film(pixels) if min(pixels.shape) >= MIN_SIDE_PX else None
    if film is None or min(pixels[film].shape) < MIN_SIDE_PX:
        raise BreastNotFoundError(
            f"expected a film with a lit breast of at least {MIN_SIDE_PX} pixels a side; a picture of "
            f"{pixels.shape[1]} x {pixels.shape[0]} pixels (at {spacing_mm:g} mm) came with less above black. "
            "Check that the file is a mammogram with dark air."
        )
    work, work_mm = _working_copy(pixels[film], spacing_mm)
    core = _core(work, work_mm)
    _check_size(core, work_mm)
    flipped = _chest_is_right(core, work_mm)
    if flipped:
        work, core = (np.ascontiguousarray(a[:, ::-1]) for a in (work, core))
    found = _outline(work, core, work_mm)
    if flipped:
        found = np.ascontiguousarray(found[:, ::-1])
    mask = np.zeros(pixels.shape, bool)
    height, width = pixels[film].shape
    mask[film] = cv2.resize(found * np.uint8(255), (width, height), interpolation=cv2.INTER_LINEAR) > 127
    return mask


def estimated_spacing(shape: tuple[int, int]) -> float:
    """Return the millimetres per pixel of a film that states none, by its longer side."""
    return CASSETTE_MM / max(shape)


def chest_side(breast_mask: np.ndarray) -> str:
    """Return `left` or `right`: the side of the picture on which the chest wall lies.

    It is the side of the breast's own box along which the breast lies with more of its height.

    Args:
        breast_mask: H x W bool.
    """
    if not breast_mask.any():
        raise ValueError("breast_mask is empty: it has no chest side")
    columns = column_heights(breast_mask)
    lit = np.flatnonzero(columns)
    rim = 1 + (lit[-1] - lit[0]) // 50
    return "left" if columns[lit[0] :][:rim].sum() >= columns[: lit[-1] + 1][-rim:].sum() else "right"


def column_heights(mask: np.ndarray) -> np.ndarray:
    """Return how many pixels of each column of an H x W bool mask are set, int32."""
    return cv2.reduce(np.ascontiguousarray(mask).view(np.uint8), 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S)[0]


def _working_copy(pixels: np.ndarray, spacing_mm: float) -> tuple[np.ndarray, float]:
    """Return a denoised uint16 copy at `WORK_MM` (or the film's own spacing, if wider) and its spacing."""
    factor = max(1, 65535 // max(1, int(pixels.max())))
    wide = pixels.astype(np.uint16) * np.uint16(factor)
    work_mm = max(WORK_MM, spacing_mm)
    if work_mm > spacing_mm:
        size = [max(MIN_SIDE_PX, round(n * spacing_mm / work_mm)) for n in wide.shape[::-1]]
        wide = cv2.resize(wide, size, interpolation=cv2.INTER_AREA)
    return cv2.medianBlur(wide, 5), work_mm


def _core(work: np.ndarray, work_mm: float) -> np.ndarray:
    """Return the bright inside of the breast as 0/1 uint8: the largest part above 0.6 of Otsu's threshold."""
    low, high = int(work.min()), int(work.max())
    grey = ((work.astype(np.uint32) - low) * 255 // max(1, high - low)).astype(np.uint8)
    threshold, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_OTSU)
    return _largest(opened((grey > 0.6 * threshold).astype(np.uint8), to_px(6, work_mm)))


def _chest_is_right(core: np.ndarray, work_mm: float) -> bool:
    """Say whether the core lies along the right rim rather than the left."""
    rim = to_px(4, work_mm)
    left, right = (int(side.any(axis=1).sum()) for side in (core[:, :rim], core[:, -rim:]))
    if left != right:
        return right > left
    return chest_side(core > 0) == "right"


def _outline(work: np.ndarray, core: np.ndarray, work_mm: float) -> np.ndarray:
    """Return the breast as 0/1 uint8 on a working copy, and its core, with the chest on the left."""
    low = int(work.min())
    brightness = int(np.percentile(work[core > 0], 90, method="nearest")) - low
    air = _air_level(work, low, brightness, work_mm)
    lit = (work > air + SKIN_LEVEL * brightness).astype(np.uint8)
    solid = opened(lit, to_px(6, work_mm))
    solid = _touching(solid, core)
    solid = without_jumps(solid, core, work_mm)
    dim = lit & (work - low < LABEL_LEVEL * brightness).astype(np.uint8)
    dim[:, : int(NIPPLE_SHARE * reach_of(solid).max())] = 0
    solid = _regrown(solid, dim, to_px(5, work_mm))
    solid = _touching(opened(solid, to_px(2, work_mm)), core)
    solid = _filled(without_fog(solid, work - low, brightness, work_mm))
    _check_size(solid, work_mm)
    return solid


def _check_size(mask: np.ndarray, work_mm: float) -> None:
    """Raise BreastNotFoundError when a 0/1 mask is too small for a breast."""
    cm2 = float(mask.sum()) * work_mm**2 / 100
    if cm2 < MIN_BREAST_CM2:
        raise BreastNotFoundError(
            f"expected a breast of at least {MIN_BREAST_CM2:.0f} cm2; the largest bright part covers {cm2:.1f} cm2. "
            "Check that the file is a mammogram with dark air, and its pixel spacing."
        )


def _air_level(work: np.ndarray, low: int, brightness: int, work_mm: float) -> np.ndarray:
    """Return the level of the air around each pixel, H x W uint16: a low rank of the dark cells nearby."""
    cell = to_px(AIR_CELL_MM, work_mm)
    size = [max(1, n // cell) for n in work.shape[::-1]]
    cells = cv2.resize(work, size, interpolation=cv2.INTER_AREA).astype(np.int32)
    # Nothing is known of the air where a film is cut out or padded: there it is as dark as it can be.
    dark = (400 * (cells - low) > brightness) & (100 * (cells - low) <= 12 * brightness)
    none = np.iinfo(np.int32).max
    wide = np.pad(np.where(dark, cells, none), AIR_WINDOW // 2, constant_values=none)
    windows = np.lib.stride_tricks.sliding_window_view(wide, (AIR_WINDOW, AIR_WINDOW)).reshape(*cells.shape, -1)
    ranked = np.sort(windows, axis=-1)
    n_dark = (ranked < none).sum(axis=-1)
    rank = (n_dark * AIR_RANK).astype(int)
    level = np.take_along_axis(ranked, rank[..., None], axis=-1)[..., 0]
    level = np.where(n_dark > 0, level, low).astype(np.uint16)
    return cv2.resize(level, work.shape[::-1], interpolation=cv2.INTER_LINEAR_EXACT)


def _largest(mask: np.ndarray) -> np.ndarray:
    """Keep the largest connected part of a 0/1 mask."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    if len(stats) < 2:
        return mask
    return (labels == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))).astype(np.uint8)


def _touching(mask: np.ndarray, core: np.ndarray) -> np.ndarray:
    """Keep the connected part of a 0/1 mask that holds most of the core."""
    n_labels, labels = cv2.connectedComponents(mask, connectivity=4)
    shared = np.bincount(labels[core > 0], minlength=n_labels)
    shared[0] = 0
    return (labels == int(np.argmax(shared))).astype(np.uint8) * mask


def _regrown(solid: np.ndarray, dim: np.ndarray, n_steps: int) -> np.ndarray:
    """Grow `solid` back into `dim` by a few pixels: opening takes the nipple off."""
    for _ in range(n_steps):
        solid = (cv2.dilate(solid, disc(1)) & dim) | solid
    return solid


def _filled(mask: np.ndarray) -> np.ndarray:
    """Fill the holes of a 0/1 mask that do not reach the rim."""
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return cv2.drawContours(np.zeros_like(mask), contours, -1, 1, cv2.FILLED)
