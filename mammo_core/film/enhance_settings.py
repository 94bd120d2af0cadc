"""How a picture for the eye is made: CLAHE, then an unsharp mask; presets, and the settings in words for a file."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from mammo_core.film.breast import estimated_spacing
from mammo_core.film.enhance import ENHANCED_BITS, enhance, enhanced_area, sharpen
from mammo_core.types import Mammogram


@dataclass(frozen=True)
class EnhanceSettings:
    """Settings that mean the same on every film: counts, factors and millimetres, never pixels.

    Attributes:
        clip_limit: CLAHE clip limit, as OpenCV; 0 leaves CLAHE out.
        tile_grid: CLAHE (columns, rows) count of tiles, as OpenCV.
        amount: How much of the detail the unsharp mask adds; 0 leaves it out.
        radius_mm: Standard deviation of the unsharp mask's blur, millimetres in the breast plane.
    """

    clip_limit: float = 2.0
    tile_grid: tuple[int, int] = (8, 8)
    amount: float = 0.0
    radius_mm: float = 0.4

    def __post_init__(self) -> None:
        if not 0 <= self.clip_limit < float("inf"):
            raise ValueError(f"clip_limit must be 0 or more, not {self.clip_limit}")
        if len(self.tile_grid) != 2 or min(self.tile_grid) < 1:
            raise ValueError(f"tile_grid must be two counts (columns, rows) of at least 1, not {self.tile_grid}")
        if not 0 <= self.amount < float("inf"):
            raise ValueError(f"amount must be 0 or more, not {self.amount}")
        if not 0 < self.radius_mm < float("inf"):
            raise ValueError(f"radius_mm must be positive, not {self.radius_mm}")

    @property
    def changes_nothing(self) -> bool:
        """Whether the picture is the film as it is."""
        return self.clip_limit == 0 and self.amount == 0

    def to_dict(self) -> dict[str, float | list[int]]:
        """Return them JSON-ready, in field order."""
        return asdict(self) | {"tile_grid": list(self.tile_grid)}


PRESETS = {
    "classic": EnhanceSettings(clip_limit=2.0),
    "gentle": EnhanceSettings(clip_limit=1.0),
    "strong": EnhanceSettings(clip_limit=4.0, amount=0.5, radius_mm=0.4),
    "fine": EnhanceSettings(clip_limit=3.0, tile_grid=(16, 16), amount=1.0, radius_mm=0.2),
    "none": EnhanceSettings(clip_limit=0.0),
}
"""`classic` is what `build-dataset` uses for the set of the project that this one started from, and what papers on MIAS
usually take; the others are ours, chosen by eye on the demo exams, and measured against nothing."""


def enhanced_picture(
    mammogram: Mammogram, settings: EnhanceSettings, mask: np.ndarray | None = None
) -> tuple[np.ndarray, int]:
    """Return a film enhanced for the eye at full size, and the bits in use.

    The contrast is raised first and the result sharpened, so that `amount` means what is seen.

    Args:
        mammogram: A film of any size and depth; it is left as it is.
        settings: What to do.
        mask: What `enhanced_area` says of the film, where that is known already.

    Returns:
        H x W: without CLAHE the dtype and depth of the film; with it uint8 of 8 bits, or uint16 of 12.
    """
    mask = enhanced_area(mammogram) if mask is None else mask
    pixels, bits = mammogram.pixels, mammogram.bit_depth
    if settings.clip_limit:
        pixels = enhance(mammogram, settings.clip_limit, settings.tile_grid, mask)
        bits = 8 if bits == 8 else ENHANCED_BITS
    if settings.amount:
        pixels = sharpen(pixels, mask, settings.radius_mm / spacing_used(mammogram), settings.amount, bits)
    return pixels, bits


def spacing_used(mammogram: Mammogram) -> float:
    """Return the millimetres per pixel that a radius is counted with: as stated, or else estimated."""
    return mammogram.pixel_spacing_mm or estimated_spacing(mammogram.pixels.shape)


def described(settings: EnhanceSettings, mammogram: Mammogram) -> dict[str, str]:
    """Return the exact settings as named texts, to be written into a picture file."""
    columns, rows = settings.tile_grid
    clahe = f"clip limit {settings.clip_limit:g}, {columns} x {rows} tiles"
    radius_px = settings.radius_mm / spacing_used(mammogram)
    mask = f"radius {settings.radius_mm:g} mm ({radius_px:.4g} pixels), amount {settings.amount:g}"
    return {"CLAHE": clahe if settings.clip_limit else "none", "Unsharp mask": mask if settings.amount else "none"}


def short_name(settings: EnhanceSettings) -> str:
    """Return the settings as part of a file's name, such as `clahe-2-8x8_sharpen-0.4mm-x1`."""
    parts = []
    if settings.clip_limit:
        parts.append(f"clahe-{settings.clip_limit:g}-{settings.tile_grid[0]}x{settings.tile_grid[1]}")
    if settings.amount:
        parts.append(f"sharpen-{settings.radius_mm:g}mm-x{settings.amount:g}")
    return "_".join(parts) or "unchanged"
