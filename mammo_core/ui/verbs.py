"""What the Read page asks of the library, kept per film in the visitor's own session; only the model is shared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import streamlit as st

from mammo_core.config import PreprocessConfig
from mammo_core.errors import BundleError
from mammo_core.explain.explain import explain
from mammo_core.film.enhance import ENHANCED_BITS, enhance, enhanced_area, enhancement_figures, to_display, usual_window
from mammo_core.network.active import active_folder
from mammo_core.network.bundle import Bundle, load_bundle
from mammo_core.preprocess import preprocess
from mammo_core.reading.read_film import read_film
from mammo_core.reading.read_region import read_region
from mammo_core.reading.scan import RegionScan, scan_region
from mammo_core.reading.similar import Similar, find_similar
from mammo_core.report.pictures import (
    OVERLAY_OPACITY,
    box_of_breast,
    enhanced_png,
    overlay,
    overlay_png,
    shrink,
    shrink_heatmap,
)
from mammo_core.types import Box, FilmReading, Preprocessed, RegionReading
from mammo_core.ui.case import OpenFilm
from mammo_core.ui.words import frame as words

SCREEN_PX = 1400
"""Longest side of pictures and heatmaps that are kept for the screen."""
REGION_PICTURE_PX = 320
"""Side of the picture of a region."""


@dataclass(frozen=True, eq=False)
class ScreenHeat:
    """An explanation at screen size: float32 in [0, 1], and whether it is empty."""

    heatmap: np.ndarray
    empty: bool


@dataclass(frozen=True, eq=False)
class RegionPictures:
    """A region as the film has it (h x w uint8), with its Grad-CAM over it (h x w x 3), and whether that is empty."""

    film: np.ndarray
    with_heatmap: np.ndarray
    empty: bool


def active_bundle() -> Bundle:
    """Return the active model, loaded once for all visitors. Raises BundleError when there is none."""
    return _bundle(active_folder())


def no_model(error: BundleError) -> tuple[str, str]:
    """Return title and text for the visitor where `active_bundle` failed: no model is active, or it cannot be used."""
    try:
        active_folder()
    except BundleError:
        return words.NO_MODEL_TITLE, f"{words.NO_MODEL}\n\n{error}"
    return words.UNUSABLE_TITLE, f"{words.UNUSABLE}\n\n{error}"


@st.cache_resource(max_entries=2, show_spinner=words.LOADING)
def _bundle(folder: Path) -> Bundle:
    return load_bundle(folder)


def prepared(film: OpenFilm, config: PreprocessConfig) -> Preprocessed:
    """Return the film as the model sees it."""
    return film.get(("prepared", config), lambda: preprocess(film.mammogram, config))


def reading(film: OpenFilm, bundle: Bundle) -> FilmReading:
    """Return the film's reading."""
    work = lambda: read_film(film.mammogram, bundle, prepared=prepared(film, bundle.config))  # noqa: E731
    return film.get(("reading", bundle.model_id), work)


def breast_box(film: OpenFilm, config: PreprocessConfig) -> Box:
    """Return the box of the breast in film pixels, with a little air around it."""
    return box_of_breast(prepared(film, config))


def enhanced(film: OpenFilm, clip_limit: float, tiles: int) -> np.ndarray:
    """Return the CLAHE film at full size: H x W, uint8 or uint16 of `ENHANCED_BITS`. Only the newest is kept."""
    settings, kept = film.results.get("enhanced", (None, None))
    if settings != (clip_limit, tiles):
        area = film.get("enhanced_area", lambda: enhanced_area(film.mammogram))
        kept = enhance(film.mammogram, clip_limit, (tiles, tiles), area)
        film.results["enhanced"] = (clip_limit, tiles), kept
    return kept


@contextmanager
def enhancing(film: OpenFilm, clip_limit: float, tiles: int) -> Iterator[None]:
    """Have a film enhanced, for `enhanced` to return, beside what is done in the block."""
    if "enhanced" in film.results:
        yield
        return
    mammogram = film.mammogram

    def work() -> tuple[np.ndarray, np.ndarray]:
        area = enhanced_area(mammogram)
        return area, enhance(mammogram, clip_limit, (tiles, tiles), area)

    with ThreadPoolExecutor(1) as beside:
        made = beside.submit(work)
        yield
        area, pixels = made.result()
    film.get("enhanced_area", lambda: area)
    film.results["enhanced"] = (clip_limit, tiles), pixels


def depth(enhanced: np.ndarray) -> int:
    """Return the bits in use of an enhanced film."""
    return 8 if enhanced.dtype == np.uint8 else ENHANCED_BITS


def figures(film: OpenFilm, clip_limit: float, tiles: int, config: PreprocessConfig) -> dict[str, float]:
    """Return what the enhancement did inside the breast, at screen size."""

    def work() -> dict[str, float]:
        after = enhanced(film, clip_limit, tiles)
        before, after = _to_screen(film.mammogram.pixels, film.mammogram.bit_depth), _to_screen(after, depth(after))
        mask = cv2.resize(prepared(film, config).breast_mask.astype(np.uint8), before.shape[::-1]) > 0
        return enhancement_figures(before, after, mask)

    return film.get(("figures", clip_limit, tiles), work)


def heat(film: OpenFilm, bundle: Bundle, method: str, target: str, progress: Callable[[float], None]) -> ScreenHeat:
    """Return an explanation at screen size."""

    def work() -> ScreenHeat:
        ready = prepared(film, bundle.config)
        result = explain(film.mammogram, method, target, bundle, prepared=ready, progress=progress)
        return ScreenHeat(shrink_heatmap(result.heatmap, SCREEN_PX), result.empty)

    return film.get(("heat", bundle.model_id, method, target), work)


def region(film: OpenFilm, bundle: Bundle, point: tuple[float, float]) -> RegionReading:
    """Return the reading of the square around a point of the film. Raises BreastNotFoundError."""
    work = lambda: read_region(film.mammogram, point, bundle, **_region_once(film, bundle, point))  # noqa: E731
    return film.get(("region", bundle.model_id, point), work)


def _region_once(film: OpenFilm, bundle: Bundle, point: tuple[float, float]) -> dict[str, Preprocessed | RegionScan]:
    """Return what reading, Grad-CAM and similar cases of a region share."""
    ready = prepared(film, bundle.config)
    seen = film.get(("region_scan", bundle.model_id, point), lambda: scan_region(ready, point, bundle))
    return {"prepared": ready, "scan": seen}


def region_pictures(film: OpenFilm, bundle: Bundle, point: tuple[float, float], target: str) -> RegionPictures:
    """Return the square around a point as pictures, alone and with its Grad-CAM."""

    def work() -> RegionPictures:
        from mammo_core.explain.region_cam import region_cam  # only for those who ask

        picture = square(to_display(film.mammogram.pixels, film.mammogram.bit_depth), region(film, bundle, point).box)
        heatmap = region_cam(_region_once(film, bundle, point)["scan"], target, bundle)
        return RegionPictures(picture, overlay(picture, cv2.resize(heatmap, picture.shape)), not heatmap.any())

    return film.get(("region pictures", bundle.model_id, point, target), work)


def square(picture: np.ndarray, box: Box) -> np.ndarray:
    """Return a square of a film (H x W uint8) as a picture of `REGION_PICTURE_PX` a side."""
    scale = box.width / REGION_PICTURE_PX
    frame = np.float32([[scale, 0, box.x], [0, scale, box.y]])
    flags = cv2.INTER_AREA | cv2.WARP_INVERSE_MAP if scale > 1 else cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(picture, frame, (REGION_PICTURE_PX, REGION_PICTURE_PX), flags=flags)


def similar(film: OpenFilm, bundle: Bundle, point: tuple[float, float]) -> Similar:
    """Return the places of MIAS most alike to the square around a point of the film."""
    work = lambda: find_similar(film.mammogram, point, bundle, **_region_once(film, bundle, point))  # noqa: E731
    return film.get(("similar", bundle.model_id, point), work)


def enhanced_file(film: OpenFilm, clip_limit: float, tiles: int) -> bytes:
    """Return the enhanced film at full size as PNG, marked as enhanced, with its settings written into the file."""
    return enhanced_png(
        enhanced(film, clip_limit, tiles), {"CLAHE": f"clip limit {clip_limit:g}, {tiles} x {tiles} tiles"}
    )


def overlay_file(film: OpenFilm, heatmap: np.ndarray, boxes: Sequence[Box]) -> bytes:
    """Return the heatmap over the film at full size as PNG, marked as a research prototype's."""
    picture = to_display(film.mammogram.pixels, film.mammogram.bit_depth)
    return overlay_png(picture, cv2.resize(heatmap, picture.shape[::-1]), OVERLAY_OPACITY, boxes)


def _to_screen(pixels: np.ndarray, bit_depth: int) -> np.ndarray:
    return to_display(shrink(pixels, SCREEN_PX), bit_depth, usual_window(pixels, bit_depth))
