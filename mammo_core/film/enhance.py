"""Pictures for the eye: CLAHE and sharpening on every depth, windowing to 8 bit, and figures that say what was done.

Nothing here reaches the classifier.
"""

from __future__ import annotations

import cv2
import numpy as np

from mammo_core.errors import BreastNotFoundError
from mammo_core.film.breast import estimated_spacing, segment_breast
from mammo_core.film.tables import look_up
from mammo_core.types import Mammogram

ENHANCED_BITS = 12
"""Depth of an enhanced film that came with more than 8 bits."""
PIXELS_PER_LEVEL = 8
"""A tile's histogram has at most so many levels that each holds this many pixels on average."""
_REACH_PX = 8
"""No figure looks further around a pixel than this."""
DISPLAY_PERCENTILES = (0.5, 99.8)
"""Levels shown as black and white where a film has more than 8 bits and no window is given."""
_EXACT_BLUR_PX = 6
"""From here on a blur is taken on a copy reduced by a whole factor, 2 or what leaves it about so wide: what differs is
below what a screen shows (tested), and a 24 x 30 cm film takes a tenth of the time."""


def enhance(
    mammogram: Mammogram,
    clip_limit: float = 2.0,
    tile_grid: tuple[int, int] = (8, 8),
    mask: np.ndarray | None = None,
) -> np.ndarray:
    """Raise local contrast with CLAHE (Zuiderveld 1994) inside the breast; air and labels keep their own levels.

    OpenCV's CLAHE counts 65,536 levels on 16-bit input, far more than a tile has pixels, so that its clip limit does
    nothing there. Deep films are therefore reduced to at most 4,096 levels, spread evenly over the 65,536, and the clip
    limit is raised by the same factor: it then means what it means on 8 bit.

    Args:
        mammogram: A film of any size and depth; it is left as it is.
        clip_limit: CLAHE clip limit, as OpenCV; larger means more contrast.
        tile_grid: (columns, rows) count of tiles, as OpenCV.
        mask: What `enhanced_area` says of the film, where that is known already.

    Returns:
        H x W, uint8 for 8-bit films, else uint16 of 12 bits. Where no breast is found all that is lit is enhanced.

    Raises:
        ValueError: The clip limit or the tile grid is not positive, or the mask is not of the film.
    """
    if not clip_limit > 0:
        raise ValueError(f"clip_limit must be positive, not {clip_limit}")
    if len(tile_grid) != 2 or min(tile_grid) < 1:
        raise ValueError(f"tile_grid must be two counts (columns, rows) of at least 1, not {tile_grid}")
    mask = enhanced_area(mammogram) if mask is None else mask
    _check_mask(mammogram.pixels, mask)
    if mammogram.bit_depth == 8:
        plain = mammogram.pixels.astype(np.uint8)
        return np.where(mask, cv2.createCLAHE(clip_limit, tile_grid).apply(plain), plain)
    bits = _level_bits(mammogram.pixels, tile_grid)
    film = _spread(mammogram.pixels, 2**bits, 2 ** (16 - bits))
    result = cv2.createCLAHE(clip_limit * 2 ** (16 - bits), tile_grid).apply(film)
    np.copyto(result, film, where=~mask)
    result >>= 16 - ENHANCED_BITS
    return result


def enhanced_area(mammogram: Mammogram) -> np.ndarray:
    """Return where a film is enhanced: H x W bool, the breast, or all that is lit where none is found.

    Pure black is left out, for CLAHE lifts even that, and the outline leaves a rim of it inside.
    """
    return _breast_or_lit(mammogram) & (mammogram.pixels > mammogram.pixels.min())


def sharpen(pixels: np.ndarray, mask: np.ndarray, radius_px: float, amount: float, bit_depth: int) -> np.ndarray:
    """Sharpen with an unsharp mask (Gonzalez and Woods, Digital Image Processing, 4th ed. 2018, section 3.6).

    Each pixel moves away from the mean of its surroundings: ``pixel + amount * (pixel - blurred)``. The blur takes
    pixels of the mask only and is divided by its share of the mask, so that the skin line gets no bright rim.

    Args:
        pixels: H x W, uint8 or uint16; left as they are.
        mask: H x W bool, the breast; nothing outside it changes.
        radius_px: Standard deviation of the Gaussian blur (cut at three of them), pixels.
        amount: How much of the difference is added; 0 changes nothing.
        bit_depth: Bits in use; the result is clipped to them.

    Returns:
        H x W, the dtype of `pixels`.

    Raises:
        ValueError: Shapes, dtypes or settings differ from that.
    """
    if pixels.dtype not in (np.uint8, np.uint16):
        raise ValueError(f"expected uint8 or uint16 pixels, got {pixels.dtype}")
    _check_mask(pixels, mask)
    if not 0 < radius_px < float("inf"):
        raise ValueError(f"radius_px must be positive, not {radius_px}")
    if not 0 <= amount < float("inf"):
        raise ValueError(f"amount must be 0 or more, not {amount}")
    result = pixels.copy()
    x, y, width, height = cv2.boundingRect(mask.astype(np.uint8))
    if amount == 0 or width == 0:
        return result
    inside = (slice(y, y + height), slice(x, x + width))
    share = mask[inside].astype(np.float32)
    film = pixels[inside] * share
    blurred = cv2.divide(_blur(film, radius_px), cv2.max(_blur(share, radius_px), 1e-6))
    sharp = cv2.addWeighted(film, 1 + amount, blurred, -amount, 0)
    np.clip(np.rint(sharp, out=sharp), 0, 2**bit_depth - 1, out=sharp)
    np.copyto(result[inside], sharp.astype(pixels.dtype), where=mask[inside])
    return result


def to_display(pixels: np.ndarray, bit_depth: int, window: tuple[float, float] | None = None) -> np.ndarray:
    """Bring a film to 8 bit for the screen.

    Args:
        pixels: H x W, uint8 or uint16, dark = air.
        bit_depth: Bits in use, 8 to 16.
        window: (level shown black, level shown white); without it an 8-bit film stays as it is, and a deeper one is
            shown between its 0.5th and 99.8th percentile.

    Returns:
        H x W uint8.

    Raises:
        ValueError: The window's white is not above its black.
    """
    if window is None and bit_depth == 8:
        return pixels.astype(np.uint8)
    low, high = usual_window(pixels, bit_depth) if window is None else window
    if not high > low:
        raise ValueError(f"window must be (black, white) with white above black, not {window}")
    table = (np.arange(2 ** (8 * pixels.dtype.itemsize)) - low) * (255.0 / (high - low))
    return look_up(np.clip(np.rint(table), 0, 255).astype(np.uint8), pixels)


def usual_window(pixels: np.ndarray, bit_depth: int) -> tuple[float, float]:
    """Return the levels that `to_display` shows as black and white where no window is given."""
    full = (0.0, float(2**bit_depth - 1))
    if bit_depth == 8:
        return full
    low, high = (float(v) for v in np.percentile(pixels[::4, ::4], DISPLAY_PERCENTILES, method="nearest"))
    return (low, high) if high > low else full


def enhancement_figures(before: np.ndarray, after: np.ndarray, mask: np.ndarray) -> dict[str, float]:
    """Say in figures what an enhancement did inside the breast.

    - ``entropy_before``, ``entropy_after``: Shannon entropy of the grey levels, bits (0 to 8).
    - ``contrast_improvement``: mean local contrast (deviation over mean, 15 x 15 pixels) after, over that before
      (after Morrow et al. 1992).
    - ``noise_amplification``: noise deviation after, over that before (Immerkaer 1996).
    - ``brightness_error``: absolute difference of mean levels, 0 to 255 (AMBE, Chen and Ramli 2003).
    - ``psnr_db``: peak signal-to-noise ratio, dB; infinite for equal pictures.
    - ``ssim``: structural similarity, mean over the breast (Wang et al. 2004, Gaussian window of 1.5 pixels).

    Args:
        before: H x W uint8, as shown on the screen.
        after: H x W uint8.
        mask: H x W bool, the breast.

    Raises:
        ValueError: Shapes or dtypes differ from that, or the mask is empty.
    """
    if before.dtype != np.uint8 or after.dtype != np.uint8:
        raise ValueError(f"expected uint8 pictures (see to_display), got {before.dtype} and {after.dtype}")
    if not before.shape == after.shape == mask.shape:
        raise ValueError(f"expected three equal shapes, got {before.shape}, {after.shape} and {mask.shape}")
    if not mask.any():
        raise ValueError("mask is empty: there is no breast to take figures of")
    near = _around(mask)
    before, after, mask = before[near], after[near], mask[near]
    x, y = before.astype(np.float32), after.astype(np.float32)
    error = float(np.mean((x - y)[mask] ** 2))
    return {
        "entropy_before": _entropy(before[mask]),
        "entropy_after": _entropy(after[mask]),
        "contrast_improvement": _ratio(_local_contrast(y, mask), _local_contrast(x, mask)),
        "noise_amplification": _ratio(_noise(y, mask), _noise(x, mask)),
        "brightness_error": abs(float(x[mask].mean()) - float(y[mask].mean())),
        "psnr_db": 10 * float(np.log10(255**2 / error)) if error else float("inf"),
        "ssim": _ssim(x, y, mask),
    }


def _breast_or_lit(mammogram: Mammogram) -> np.ndarray:
    """Return the breast, or where none is found all that is brighter than the darkest 2 % of the grey range."""
    pixels = mammogram.pixels
    try:
        return segment_breast(pixels, mammogram.pixel_spacing_mm or estimated_spacing(pixels.shape))
    except BreastNotFoundError:
        low, high = int(pixels.min()), int(pixels.max())
        return pixels > low + (high - low) / 50


def _check_mask(pixels: np.ndarray, mask: np.ndarray) -> None:
    if mask.shape != pixels.shape or mask.dtype != bool:
        raise ValueError(f"expected a bool mask of {pixels.shape}, got {mask.dtype} of {mask.shape}")


def _blur(picture: np.ndarray, sigma_px: float) -> np.ndarray:
    """Blur a float32 picture with a Gaussian; all beyond its border counts as 0."""
    factor = 1 if sigma_px < _EXACT_BLUR_PX else max(2, int(sigma_px / _EXACT_BLUR_PX))
    height, width = picture.shape
    border = (-height % factor, -width % factor)
    whole = cv2.copyMakeBorder(picture, 0, border[0], 0, border[1], cv2.BORDER_CONSTANT)
    small = cv2.resize(whole, None, fx=1 / factor, fy=1 / factor, interpolation=cv2.INTER_AREA) if factor > 1 else whole
    # Reducing (a box) and enlarging (a triangle) blur as well: their variances are taken off the Gaussian's.
    variance = sigma_px**2 - ((factor**2 - 1) / 4 if factor > 1 else 0)
    sigma = variance**0.5 / factor
    size = 2 * int(np.ceil(3 * sigma)) + 1
    small = cv2.GaussianBlur(small, (size, size), sigma, borderType=cv2.BORDER_CONSTANT)
    return cv2.resize(small, whole.shape[::-1], interpolation=cv2.INTER_LINEAR)[:height, :width]


def _level_bits(pixels: np.ndarray, tile_grid: tuple[int, int]) -> int:
    """Return how many bits of levels CLAHE may count: 8 to 12, by the size of a tile and the levels in use."""
    tile = pixels.size / (tile_grid[0] * tile_grid[1])
    in_use = np.count_nonzero(cv2.calcHist([pixels], [0], None, [2**16], [0, 2**16]))
    levels = min(tile / PIXELS_PER_LEVEL, in_use)
    return int(np.clip(np.floor(np.log2(max(levels, 1.0))), 8, ENHANCED_BITS))


def _spread(pixels: np.ndarray, n_levels: int, step: int) -> np.ndarray:
    """Map a film's own grey range to 0..n_levels - 1, times `step`, uint16."""
    low, high = int(pixels.min()), int(pixels.max())
    table = (np.arange(2 ** (8 * pixels.dtype.itemsize), dtype=np.int64) - low) * (n_levels - 1)
    table = (2 * table + (high - low)) // max(1, 2 * (high - low))
    return look_up((np.clip(table, 0, n_levels - 1) * step).astype(np.uint16), pixels)


def _around(mask: np.ndarray) -> tuple[slice, slice]:
    """Return the box of a mask with all that the figures' neighbourhoods reach: a film is up to two thirds air."""
    x, y, width, height = cv2.boundingRect(mask.astype(np.uint8))
    top, left = max(0, y - _REACH_PX), max(0, x - _REACH_PX)
    return slice(top, y + height + _REACH_PX), slice(left, x + width + _REACH_PX)


def _entropy(levels: np.ndarray) -> float:
    share = np.bincount(levels, minlength=256) / levels.size
    share = share[share > 0]
    return float(-(share * np.log2(share)).sum()) + 0.0


def _local_contrast(picture: np.ndarray, mask: np.ndarray) -> float:
    mean = cv2.blur(picture, (15, 15))
    variance = np.maximum(cv2.blur(picture * picture, (15, 15)) - mean * mean, 0)
    return float((np.sqrt(variance) / np.maximum(mean, 1))[mask].mean())


def _noise(picture: np.ndarray, mask: np.ndarray) -> float:
    """Return the noise deviation: the mean absolute answer of a mask that is blind to edges and slopes."""
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    return float(np.sqrt(np.pi / 2) / 6 * np.abs(cv2.filter2D(picture, -1, kernel))[mask].mean())


def _ratio(after: float, before: float) -> float:
    """Return after / before; 1 where both are nothing, infinite where only `before` is."""
    if before == 0:
        return 1.0 if after == 0 else float("inf")
    return after / before


def _ssim(x: np.ndarray, y: np.ndarray, mask: np.ndarray) -> float:
    def smooth(picture: np.ndarray) -> np.ndarray:
        return cv2.GaussianBlur(picture, (11, 11), 1.5)

    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    mx, my = smooth(x), smooth(y)
    vx, vy, cov = smooth(x * x) - mx * mx, smooth(y * y) - my * my, smooth(x * y) - mx * my
    similarity = (2 * mx * my + c1) * (2 * cov + c2) / ((mx * mx + my * my + c1) * (vx + vy + c2))
    return float(similarity[mask].mean())
