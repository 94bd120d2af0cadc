"""The only way a film becomes model input: for training, evaluation, command line and pages alike."""

from __future__ import annotations

import hashlib
from functools import cache

import cv2
import numpy as np

from mammo_core.config import PreprocessConfig
from mammo_core.errors import BreastNotFoundError, ImageError
from mammo_core.film.breast import MIN_BREAST_CM2, estimated_spacing, segment_breast
from mammo_core.film.pectoral import segment_pectoral
from mammo_core.types import Mammogram, Preprocessed, pixel_digest

MAX_PREPARED_PX = 3000
"""No film is larger once prepared (60 cm a side at 200 micron): a stated spacing that asks for more is wrong."""

LIT = 0.05
"""Share of the brightest value above which something is in the beam."""


def preprocess(mammogram: Mammogram, config: PreprocessConfig | None = None) -> Preprocessed:
    """Bring a film into the form the model learned from.

    Resampled to `config.spacing_mm`, everything outside the breast set to 0, the in-breast percentiles stretched to
    1..255, CLAHE if asked for. The result does not depend on bit depth, side, or black padding around the film (the
    last as long as the film states its pixel spacing: an estimate goes by the longer side of the picture).

    Args:
        mammogram: A film of any size and depth.
        config: Settings; `PreprocessConfig()` when left out.

    Returns:
        The prepared film with its masks and the way back to the film's own frame.

    Raises:
        BreastNotFoundError: No breast could be outlined, or it has no contrast.
        ImageError: The stated pixel spacing makes the film impossibly large.
    """
    config = config or PreprocessConfig()
    spacing_mm = mammogram.pixel_spacing_mm or estimated_spacing(mammogram.pixels.shape)
    estimated = mammogram.pixel_spacing_mm is None
    film = resampled(mammogram, spacing_mm / config.spacing_mm)
    breast_mask = _breast(film, config.spacing_mm, unusual=bool(mammogram.doubts))
    pectoral_mask = segment_pectoral(film, breast_mask, config.spacing_mm, mammogram.view)
    image, levels = _stretched(film, breast_mask, config.stretch_percentiles)
    if config.clahe:
        clahe = cv2.createCLAHE(clipLimit=config.clip_limit, tileGridSize=config.tile_grid)
        image = np.maximum(clahe.apply(image), 1) * breast_mask.astype(np.uint8)
    height, width = mammogram.pixels.shape
    return Preprocessed(
        image=image,
        breast_mask=breast_mask,
        pectoral_mask=pectoral_mask,
        scale=(width / image.shape[1], height / image.shape[0]),
        film_shape=(height, width),
        spacing_mm=spacing_mm,
        spacing_estimated=estimated,
        steps=_steps(mammogram, config, spacing_mm, breast_mask, pectoral_mask, levels),
        digest=pixel_digest(image),
    )


def film_mask(prepared_mask: np.ndarray, prepared: Preprocessed) -> np.ndarray:
    """Bring a mask of the prepared film into the original film's frame.

    Args:
        prepared_mask: h x w bool, over `prepared.image`.
        prepared: The film the mask belongs to.

    Returns:
        H x W bool.
    """
    if prepared_mask.shape != prepared.image.shape:
        raise ValueError(
            f"expected a mask of {prepared.image.shape}, the prepared film's shape; got {prepared_mask.shape}"
        )
    height, width = prepared.film_shape
    if prepared_mask.shape == (height, width):
        return prepared_mask.astype(bool)
    grey = prepared_mask.astype(np.uint8) * np.uint8(255)
    return cv2.resize(grey, (width, height), interpolation=cv2.INTER_LINEAR) > 127


@cache
def fingerprint(config: PreprocessConfig | None = None) -> str:
    """Return the sha256 of what `preprocess` makes of four drawn films: it changes when the code or settings do.

    Tolerance: none, every grey value counts. It holds across machines because the films are drawn, resampled (by whole
    factors) and stretched in whole numbers. The outline alone is sought on a copy that OpenCV resamples in float: other
    processors may round a pixel of that to the next of 65,536 levels, which moves the outline only where such a pixel
    lies within one level of the skin's threshold.

    Args:
        config: Settings; `PreprocessConfig()` when left out.
    """
    config = config or PreprocessConfig()
    digest = hashlib.sha256()
    for seed, (bit_depth, factor, side) in enumerate(((8, 1, "L"), (8, 1, "R"), (12, 2, "L"), (16, 2, "R"))):
        pixels = _drawn_film(seed, bit_depth, factor, side)
        film = Mammogram(pixels, bit_depth, config.spacing_mm / factor, side, "MLO", (), digest="")
        digest.update(preprocess(film, config).digest.encode())
    return digest.hexdigest()


def resampled(mammogram: Mammogram, factor: float) -> np.ndarray:
    """Return the film times `factor` in size as uint16 over the full range.

    Raises:
        ImageError: The result would be impossibly large.
    """
    gain = 65535 // (2**mammogram.bit_depth - 1)
    wide = mammogram.pixels.astype(np.uint16, copy=False)
    wide = wide * np.uint16(gain) if gain > 1 else wide
    size = tuple(max(1, round(n * factor)) for n in wide.shape[::-1])
    if max(size) > MAX_PREPARED_PX:
        raise ImageError(
            f"expected a film that is at most {MAX_PREPARED_PX} pixels a side once prepared; the stated pixel spacing "
            f"of {mammogram.pixel_spacing_mm} mm makes {size[0]} x {size[1]} of it. Check the pixel spacing."
        )
    if size == wide.shape[::-1]:
        return wide
    return cv2.resize(wide, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)


def _breast(film: np.ndarray, spacing_mm: float, unusual: bool) -> np.ndarray:
    """Return the breast's mask; on an unusual film without an outline (a spot view), all that is lit."""
    try:
        return segment_breast(film, spacing_mm)
    except BreastNotFoundError:
        lit = film > LIT * film.max()
        if not unusual or lit.sum() * spacing_mm**2 / 100 < MIN_BREAST_CM2:
            raise
        return lit


def _stretched(film: np.ndarray, mask: np.ndarray, percentiles: tuple[float, float]) -> tuple[np.ndarray, list[int]]:
    """Map the in-breast percentiles to 1 and 255 in whole numbers, the outside to 0; also return the two levels."""
    low, high = (int(level) for level in np.percentile(film[mask], percentiles, method="nearest"))
    if high <= low:
        raise BreastNotFoundError(
            "expected a breast with contrast; the outlined part has one single grey level. Check that the file is a "
            "mammogram and not a mask or a blank field."
        )
    level = np.clip(np.arange(65536, dtype=np.int64), low, high) - low
    table = (1 + (2 * 254 * level + high - low) // (2 * (high - low))).astype(np.uint8)
    return table[film] * mask.astype(np.uint8), [low, high]


def _steps(
    mammogram: Mammogram,
    config: PreprocessConfig,
    spacing_mm: float,
    breast_mask: np.ndarray,
    pectoral_mask: np.ndarray,
    levels: list[int],
) -> tuple[str, ...]:
    """Say what was done, one sentence a step."""
    origin = "as stated" if mammogram.pixel_spacing_mm else "estimated: longer side taken for a 24 cm cassette"
    breast_cm2, pectoral_cm2 = (
        np.count_nonzero(mask) * config.spacing_mm**2 / 100 for mask in (breast_mask, pectoral_mask)
    )
    low, high = (level / 65535 for level in levels)
    steps = [
        f"Pixel spacing {1000 * spacing_mm:.0f} micron ({origin}), resampled to {1000 * config.spacing_mm:.0f} micron.",
        f"Breast outlined, {breast_cm2:.0f} cm2; everything outside set to 0.",
        f"Pectoral muscle marked, {pectoral_cm2:.0f} cm2." if pectoral_mask.any() else "No pectoral muscle marked.",
        f"Grey levels {low:.1%} to {high:.1%} of the full range stretched to 1..255.",
    ]
    if config.clahe:
        columns, rows = config.tile_grid
        steps.append(f"CLAHE with clip limit {config.clip_limit:g}, {columns} x {rows} tiles.")
    return tuple(steps)


def _drawn_film(seed: int, bit_depth: int, factor: int, side: str) -> np.ndarray:
    """Draw a film of 384 x 256 prepared pixels in whole numbers, with all that `segment_breast` decides upon.

    Fogged air, light leaked in along the chest wall, breast, muscle, texture; a tape, a wedge and a label on the skin.
    """
    draw = np.random.RandomState(seed)  # the legacy stream is frozen by NumPy, the newer ones may change
    height, width = 384 * factor, 256 * factor
    texture = np.zeros((height, width), np.int64)
    for block in (1, 2, 4, 8, 16, 32):
        grains = draw.randint(0, 6 * block, (384 // block, 256 // block))
        texture += np.kron(grains, np.ones((block * factor, block * factor), np.int64))
    y, x = np.mgrid[:height, :width] // factor
    depth = 10**6 - (x * x * 10**6) // 150**2 - ((y - 170) ** 2 * 10**6) // 150**2
    breast = np.minimum(np.maximum(depth, 0) // 700, 500 + texture)
    muscle = (depth > 0) & (2 * x + y < 150)
    film = 20 + x * y // 2400 + breast + 180 * muscle + draw.randint(0, 6, (height, width))
    film[(x < 20) & (y > 300)] += 60
    film[(y > 12) & (y < 30) & (x > 40)] += 300
    film[(y > 220) & (y < 330) & (x > 80) & (10 * (x - 142) < 12 * (y - 220))] += 200
    film[(y > 60) & (y < 100) & (x > 115) & (x < 150)] = 1200
    film = film.clip(0, 1200) * (2**bit_depth - 1) // 1200
    film = film.astype(np.uint8 if bit_depth == 8 else np.uint16)
    return film if side == "L" else np.ascontiguousarray(film[:, ::-1])
