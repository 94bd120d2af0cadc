"""One film on the bench: its enhanced picture, what was done to it in figures, and both as files."""

from __future__ import annotations

import json
from dataclasses import dataclass

import cv2
import numpy as np
import plotly.graph_objects as go

from mammo_core import __version__
from mammo_core.film.enhance import enhanced_area, enhancement_figures, to_display
from mammo_core.film.enhance_settings import EnhanceSettings, described, enhanced_picture, short_name, spacing_used
from mammo_core.report.enhance_charts import grey_levels_figure
from mammo_core.report.pictures import ENHANCED_STAMP, enhanced_png
from mammo_core.types import Box, Mammogram
from mammo_core.ui.case import Case, OpenFilm

_KEY = "enhance bench"
_AIR = 0.02
"""Around the breast, as a share of the film's longer side."""


@dataclass(frozen=True, eq=False)
class Measured:
    """What an enhancement did to the breast, at the film's full size.

    Attributes:
        settings: Of the enhancement.
        figures: As `enhancement_figures`.
        counts: 2 x 256, pixels of the breast at each grey level of the screen, before and after.
    """

    settings: EnhanceSettings
    figures: dict[str, float]
    counts: np.ndarray


@dataclass(eq=False)
class Bench:
    """A film with what does not change while the sliders move, and the newest results only.

    All is done at the film's full size. CLAHE on a copy shrunk for the screen would be another picture: its tiles hold
    fewer pixels, whose noise the shrinking has taken away, so their histograms are cut elsewhere. At full size what is
    shown is what the file holds, pixel by pixel, and on the largest films it takes about a tenth of a second.

    Attributes:
        mammogram: The film.
        area: H x W bool, where it is enhanced.
        before: H x W uint8, the untouched film as it is shown.
        focus: The box of the area in film pixels, with a little air around it.
    """

    mammogram: Mammogram
    area: np.ndarray
    before: np.ndarray
    focus: Box
    _made: tuple[EnhanceSettings, np.ndarray, int] | None = None
    _measured: Measured | None = None
    _chart: tuple[Measured, bool, go.Figure] | None = None

    @classmethod
    def of(cls, mammogram: Mammogram) -> Bench:
        """Put a film on the bench."""
        area = enhanced_area(mammogram)
        x, y, width, height = cv2.boundingRect(area.astype(np.uint8))
        air = _AIR * max(area.shape)
        focus = Box(x - air, y - air, width + 2 * air, height + 2 * air)
        return cls(mammogram, area, to_display(mammogram.pixels, mammogram.bit_depth), focus)

    def picture(self, settings: EnhanceSettings) -> tuple[np.ndarray, int]:
        """Return the enhanced film and its bits; the same array again while the settings stay the same."""
        if self._made is None or self._made[0] != settings:
            self._made = (settings, *enhanced_picture(self.mammogram, settings, self.area))
        return self._made[1:]

    def measure(self, settings: EnhanceSettings) -> Measured:
        """Return the figures and both histograms. Takes about half a second on the largest films."""
        if self._measured is None or self._measured.settings != settings:
            pixels, bits = self.picture(settings)
            after = self.before if settings.changes_nothing else to_display(pixels, bits)
            inside = self.area.astype(np.uint8)
            counts = [cv2.calcHist([one], [0], inside, [256], [0, 256]).ravel() for one in (self.before, after)]
            figures = enhancement_figures(self.before, after, self.area)
            self._measured = Measured(settings, figures, np.array(counts, np.int64))
        return self._measured

    @property
    def measured_last(self) -> Measured | None:
        """The newest figures, of whatever settings."""
        return self._measured

    def chart(self, measured: Measured, logarithmic: bool) -> go.Figure:
        """Return the histogram, drawn anew only when it is another."""
        if self._chart is None or self._chart[:2] != (measured, logarithmic):
            self._chart = (measured, logarithmic, grey_levels_figure(measured.counts, logarithmic))
        return self._chart[2]

    def png(self, settings: EnhanceSettings) -> bytes:
        """Return the enhanced film at full size and depth, marked in its corner, with its settings in the file."""
        pixels, bits = self.picture(settings)
        texts = described(settings, self.mammogram) | {"Software": f"mammo_core {__version__}"}
        return enhanced_png(pixels, texts, bits)

    def report(self, settings: EnhanceSettings, name: str) -> str:
        """Return what was done and what it did as JSON.

        Args:
            settings: Of the enhancement.
            name: The film's file name.
        """
        mammogram, measured = self.mammogram, self.measure(settings)
        spacing_mm = spacing_used(mammogram)
        figures = {key: value if np.isfinite(value) else None for key, value in measured.figures.items()}
        about = {
            "file": name,
            "pixel_digest": mammogram.digest,
            "note": ENHANCED_STAMP,
            "program": f"mammo_core {__version__}",
            "settings": settings.to_dict(),
            "radius_px": settings.radius_mm / spacing_mm,
            "pixel_spacing_mm": spacing_mm,
            "pixel_spacing_estimated": mammogram.pixel_spacing_mm is None,
            "bits_before": mammogram.bit_depth,
            "bits_after": self.picture(settings)[1],
            "figures": figures,
            "figures_taken": f"inside the breast, {int(self.area.sum())} pixels at full size, brought to 8 bit",
        }
        return json.dumps(about, indent=2)


def bench_of(film: OpenFilm, case: Case) -> Bench:
    """Return a film's bench; it takes up to 60 MB, so that only one film of a visitor has one."""
    for other in case.films.values():
        if other is not film:
            other.results.pop(_KEY, None)
    return film.get(_KEY, lambda: Bench.of(film.mammogram))


def file_name(film: OpenFilm, settings: EnhanceSettings, ending: str) -> str:
    """Return a name for a file that holds no more of the film's own than its side and view."""
    view = film.mammogram.name.replace("?", "").strip("-")
    parts = [view or "film", short_name(settings), ENHANCED_STAMP.replace(", ", "-").replace(" ", "-")]
    return f"{'_'.join(parts)}.{ending}"
