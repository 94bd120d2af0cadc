"""Every step on the way from a film to the model's input, as a picture and a sentence.

The same functions do the work as in `mammo_core.preprocess`; what it keeps is taken from it, so that the last pictures
are what the model sees, grey value for grey value.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from mammo_core.config import PreprocessConfig
from mammo_core.errors import ImageError
from mammo_core.film.artefacts import artefact_mask, find_film
from mammo_core.film.breast import estimated_spacing
from mammo_core.film.enhance import ENHANCED_BITS, enhance, to_display
from mammo_core.preprocess import preprocess, resampled
from mammo_core.report.marks import draw_frame, draw_outline, in_colour, shade
from mammo_core.types import Box, Mammogram, Preprocessed

MIN_MARK_MM2 = 4.0
"""Lit parts outside the breast that are smaller than this are not counted as marks (they are removed all the same)."""


@dataclass(frozen=True, eq=False)
class Step:
    """One step.

    Attributes:
        title: What it is, in two or three words.
        sentence: What it did on this film.
        picture: h x w uint8, or h x w x 3 uint8 RGB where something is drawn in.
    """

    title: str
    sentence: str
    picture: np.ndarray


def preparing_steps(
    mammogram: Mammogram, config: PreprocessConfig | None = None
) -> tuple[tuple[Step, ...], ImageError | None]:
    """Prepare a film and keep what every step made of it.

    Args:
        mammogram: A film of any size and depth.
        config: Settings; `PreprocessConfig()` when left out.

    Returns:
        The steps in order, and why they end early where they do: no breast was found, or the stated pixel spacing is
        impossible.
    """
    config = config or PreprocessConfig()
    spacing_mm = mammogram.pixel_spacing_mm or estimated_spacing(mammogram.pixels.shape)
    steps = [_original(mammogram)]
    try:
        film = resampled(mammogram, spacing_mm / config.spacing_mm)
        grey = to_display(film, 16) if mammogram.bit_depth > 8 else (film >> 8).astype(np.uint8)
        steps += [_resampling(mammogram, film, grey, config), _padding(film, grey)]
        prepared = preprocess(mammogram, replace(config, clahe=False))
    except ImageError as error:
        return tuple(steps), error
    steps += [
        _artefacts(film, grey, prepared, config),
        _breast(grey, prepared, config),
        _pectoral(grey, prepared, config),
        Step("Outside removed", "All that is not breast is set to black.", grey * prepared.breast_mask),
        _stretched(film, prepared, config),
    ]
    if config.clahe:
        sentence = f"{prepared.steps[-1]} This is what the model sees."
        steps.append(Step("CLAHE for the model", sentence, preprocess(mammogram, config).image))
    return (*steps, _enhanced(mammogram)), None


def _original(mammogram: Mammogram) -> Step:
    height, width = mammogram.pixels.shape
    sentence = f"{width} × {height} pixels of {mammogram.bit_depth} bits, as the file holds them."
    return Step("Original", sentence, to_display(mammogram.pixels, mammogram.bit_depth))


def _resampling(mammogram: Mammogram, film: np.ndarray, grey: np.ndarray, config: PreprocessConfig) -> Step:
    target = f"{1000 * config.spacing_mm:.0f} micron a pixel"
    if film.shape == mammogram.pixels.shape:
        return Step("Resampled", f"It has {target} already: left as it is.", grey)
    spacing_mm = mammogram.pixel_spacing_mm or estimated_spacing(mammogram.pixels.shape)
    stated = "" if mammogram.pixel_spacing_mm else " (estimated, the file states none)"
    sentence = f"From {1000 * spacing_mm:.0f} micron{stated} to {target}: {film.shape[1]} × {film.shape[0]}."
    return Step("Resampled", sentence, grey)


def _padding(film: np.ndarray, grey: np.ndarray) -> Step:
    part = find_film(film)
    picture = in_colour(grey)
    if part is None:
        return Step("Padding found", "Nothing on this picture is lit.", picture)
    rows, columns = part
    rims = {
        "left": columns.start,
        "right": film.shape[1] - columns.stop,
        "top": rows.start,
        "bottom": film.shape[0] - rows.stop,
    }
    outside = np.ones(film.shape, bool)
    outside[part] = False
    shade(picture, outside, "padding")
    draw_frame(picture, Box(columns.start, rows.start, columns.stop - columns.start, rows.stop - rows.start), "padding")
    found = ", ".join(f"{rim} {n}" for rim, n in rims.items() if n)
    sentence = f"Black rims of pixels: {found}." if found else "No black rim: the film fills the picture."
    return Step("Padding found", sentence, picture)


def _artefacts(film: np.ndarray, grey: np.ndarray, prepared: Preprocessed, config: PreprocessConfig) -> Step:
    marks = artefact_mask(film, prepared.breast_mask)
    picture = in_colour(grey)
    shade(picture, marks, "artefacts")
    stats = cv2.connectedComponentsWithStats(marks.astype(np.uint8))[2][1:]
    sizes_mm2 = stats[:, cv2.CC_STAT_AREA] * config.spacing_mm**2
    n_marks, total = int((sizes_mm2 >= MIN_MARK_MM2).sum()), _area(float(sizes_mm2.sum()), prepared, digits=1)
    if not n_marks:
        return Step("Artefacts marked", "Nothing but the breast is lit.", picture)
    noun = "part is" if n_marks == 1 else "parts are"
    sentence = f"{n_marks} {noun} lit besides the breast, {total}: labels, tape, edges."
    return Step("Artefacts marked", sentence, picture)


def _breast(grey: np.ndarray, prepared: Preprocessed, config: PreprocessConfig) -> Step:
    picture = in_colour(grey)
    draw_outline(picture, prepared.breast_mask, "breast")
    sentence = f"{_area_of(prepared.breast_mask, prepared, config)} of breast, with the dim skin line."
    return Step("Breast outlined", sentence, picture)


def _pectoral(grey: np.ndarray, prepared: Preprocessed, config: PreprocessConfig) -> Step:
    picture = in_colour(grey)
    if not prepared.pectoral_mask.any():
        return Step("Pectoral muscle", "None is seen on this film.", picture)
    shade(picture, prepared.pectoral_mask, "pectoral")
    sentence = f"{_area_of(prepared.pectoral_mask, prepared, config)} of muscle marked; it stays in the picture."
    return Step("Pectoral muscle", sentence, picture)


def _stretched(film: np.ndarray, prepared: Preprocessed, config: PreprocessConfig) -> Step:
    levels = np.percentile(film[prepared.breast_mask], config.stretch_percentiles, method="nearest") / 65535
    sees = "" if config.clahe else " This is what the model sees."
    sentence = f"{levels[0]:.0%} to {levels[1]:.0%} of the grey range spread over 1 to 255.{sees}"
    return Step("Stretched", sentence, prepared.image)


def _enhanced(mammogram: Mammogram) -> Step:
    pixels = enhance(mammogram)
    picture = to_display(pixels, 8 if pixels.dtype == np.uint8 else ENHANCED_BITS)
    return Step("CLAHE for the eye", "Local contrast raised for you to look at; the model never sees it.", picture)


def _area_of(mask: np.ndarray, prepared: Preprocessed, config: PreprocessConfig) -> str:
    return _area(float(mask.sum()) * config.spacing_mm**2, prepared)


def _area(mm2: float, prepared: Preprocessed, digits: int = 0) -> str:
    """Return `120 cm²`; it is no more certain than the pixel spacing it was counted with."""
    return f"{mm2 / 100:.{digits}f} cm²" + (" (estimated)" if prepared.spacing_estimated else "")
