"""The films side by side, untouched, enhanced and with the heatmap, with the controls of each and what can be saved."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mammo_core.errors import MammoError
from mammo_core.network.bundle import Bundle
from mammo_core.reading.to_json import reading_to_json
from mammo_core.report.percent import percent
from mammo_core.types import LABELS, Box, FilmReading
from mammo_core.ui import verbs
from mammo_core.ui.case import OpenFilm
from mammo_core.ui.read_region import region_marks, show_region, take_region
from mammo_core.ui.similar_show import show_similar
from mammo_core.ui.viewer import Mark, Pane, drawn_region, show_viewer
from mammo_core.ui.words import read as words

_CLIP, _TILES, _TARGET = 2.0, 8, "malignant"
WAITING_PX = 560
"""Height of what stands where the films will be, while the film is read."""
_DRAW_SECONDS = 0.15
"""What a browser needs at most to draw a film that is new to it, when nothing keeps it from that."""
_FRAGMENT, _VIEWER = "films", "viewer"
_DRAWN = "film_drawn"
"""Session state: the key of the film that the browser drew last."""


@st.fragment(key=_FRAGMENT)
def show_films(film: OpenFilm, bundle: Bundle | None, reading: FilmReading | None) -> None:
    """Show the film untouched, enhanced and, once it is read, with its heatmap; below it the controls of both.

    The pictures go first. The browser draws them while it is worked out in figures what the enhancement did; all else
    is sent when it has done so, for drawing controls takes it longer than drawing films.
    """
    take_region(film, drawn_region(_VIEWER))
    focus = _breast(film, bundle)
    mammogram = film.mammogram
    whole = Pane(
        words.UNTOUCHED, film.key, mammogram.pixels, mammogram.bit_depth, focus=focus,
        marks=region_marks(film, bundle if reading else None), pixel_spacing_mm=mammogram.pixel_spacing_mm,
    )  # fmt: skip
    progress, films, controls = st.container(), st.container(), st.container(border=True, key="controls")
    panes = [whole, _enhanced(film, whole)]
    if bundle and reading:
        panes.append(_heated(film, bundle, reading, progress, whole))
    with films:
        show_viewer(panes, key=_VIEWER, select_region=bool(focus and reading), rerun=_FRAGMENT)
    sent = time.monotonic()
    figures = _figures(film, bundle)
    _let_draw(film, sent)
    with films:
        show_region(film, bundle if reading else None)
        show_similar(film, bundle, reading)
    with controls:
        left, right = st.columns(2, gap="medium") if bundle and reading else (st.container(),) * 2
    with left:
        _enhancement_controls(film)
        if figures:
            st.caption(words.FIGURES_NOTE.format(figures=figures))
    if bundle and reading:
        with right:
            _heatmap_controls(film, bundle, reading)
        _save_reading(film, reading)


def _let_draw(film: OpenFilm, sent: float) -> None:
    """Wait until the browser has drawn a film that it did not show before, sent at that moment (monotonic seconds)."""
    if st.session_state.get(_DRAWN) != film.key:
        st.session_state[_DRAWN] = film.key
        time.sleep(max(0.0, sent + _DRAW_SECONDS - time.monotonic()))


def enhancing(film: OpenFilm) -> AbstractContextManager[None]:
    """Have the film enhanced, as the controls stand, beside what is done in the block."""
    return verbs.enhancing(film, *_clahe())


def _enhanced(film: OpenFilm, whole: Pane) -> Pane:
    """Return the pane of CLAHE, as the controls stand."""
    pixels = verbs.enhanced(film, *_clahe())
    return replace(whole, title=words.ENHANCED, pixels=pixels, bit_depth=verbs.depth(pixels))


def _clahe() -> tuple[float, int]:
    """Return clip limit and tiles a side, as the controls stand or will stand when they are drawn."""
    return st.session_state.setdefault("clip", _CLIP), st.session_state.setdefault("tiles", _TILES)


def _enhancement_controls(film: OpenFilm) -> None:
    columns = st.columns(2)
    clip = columns[0].slider(
        words.CLIP_LABEL, 0.5, 8.0, step=0.25, key="clip", persist_state="session", help=words.CLIP_HELP
    )
    tiles = columns[1].slider(words.TILES_LABEL, 2, 24, key="tiles", persist_state="session", help=words.TILES_HELP)
    reset, save = st.columns(2)
    reset.button(words.RESET, on_click=_reset_enhancement, icon=":material/restart_alt:", width="stretch")
    _save(save, words.SAVE_ENHANCED, lambda: verbs.enhanced_file(film, clip, tiles), "enhanced-not-for-diagnosis.png")


def _reset_enhancement() -> None:
    st.session_state["clip"], st.session_state["tiles"] = _CLIP, _TILES


def _figures(film: OpenFilm, bundle: Bundle | None) -> str:
    """Return what the enhancement did, in figures; nothing where the breast was not found."""
    if bundle is None:
        return ""
    try:
        values = verbs.figures(film, *_clahe(), bundle.config)
    except MammoError:
        return ""
    return ", ".join(form.format(values[name]) for name, form in words.FIGURES.items())


def _heated(film: OpenFilm, bundle: Bundle, reading: FilmReading, progress: DeltaGenerator, whole: Pane) -> Pane:
    """Return the pane of the heatmap, as the controls stand; how far a slow method is stands at `progress`."""
    method, target = _explained()
    title = words.HEATMAP.format(method=_method_name(method), target=target)
    heat = _explain(film, bundle, method, target, progress)
    return replace(whole, title=title, heatmap=heat.heatmap, marks=[*marks_of(reading), *whole.marks])


def _explained() -> tuple[str, str]:
    """Return method and class, as the controls stand or will stand when they are drawn."""
    return st.session_state.get("method", next(iter(words.METHODS))), st.session_state.get("target", _TARGET)


def _heatmap_controls(film: OpenFilm, bundle: Bundle, reading: FilmReading) -> None:
    columns = st.columns(2)
    method = columns[0].selectbox(
        words.METHOD_LABEL, list(words.METHODS), format_func=_method_name, key="method", persist_state="session",
        help=words.METHOD_HELP,
    )  # fmt: skip
    target = columns[1].selectbox(
        words.TARGET_LABEL, LABELS, LABELS.index(_TARGET), str.capitalize, "target", persist_state="session"
    )
    heat = verbs.heat(film, bundle, method, target, lambda fraction: None)  # kept: its pane has it
    make = lambda: verbs.overlay_file(film, heat.heatmap, [mark.box for mark in reading.candidates])  # noqa: E731
    _save(st.container(), words.SAVE_OVERLAY, make, f"heatmap-{method}-{target}.png", words.SAVE_OVERLAY_HELP)
    if heat.empty:
        st.info(words.NO_EVIDENCE.format(target=target, method=_method_name(method)), icon=":material/info:")
    else:
        st.caption(f"{words.METHODS[method][1]} {words.HEATMAP_NOTE}")


def marks_of(reading: FilmReading) -> list[Mark]:
    """Return the places the model looked at, with what it says of each."""
    return [
        Mark(
            place.box,
            words.MARK_LABEL.format(percent(place.suspicion)),
            words.MARK_DETAIL.format(
                **{label: percent(share) for label, share in place.probabilities.as_dict().items()}
            ),
        )
        for place in reading.candidates
    ]


def _explain(film: OpenFilm, bundle: Bundle, method: str, target: str, progress: DeltaGenerator) -> verbs.ScreenHeat:
    """Return the heatmap, with a progress bar where it takes long."""
    if method == "gradcam":
        return verbs.heat(film, bundle, method, target, lambda fraction: None)
    text = words.WORKING.format(method=_method_name(method))
    bar = progress.progress(0.0, text=text)
    heat = verbs.heat(film, bundle, method, target, lambda fraction: bar.progress(fraction, text=text))
    bar.empty()
    return heat


def _method_name(method: str) -> str:
    return words.METHODS[method][0]


def _breast(film: OpenFilm, bundle: Bundle | None) -> Box | None:
    """Return the breast's box; None, for the whole film, where it was not found."""
    if bundle is None:
        return None
    try:
        return verbs.breast_box(film, bundle.config)
    except MammoError:
        return None


def _save_reading(film: OpenFilm, reading: FilmReading) -> None:
    text = json.dumps(reading_to_json(film.name, film.mammogram, reading), indent=2)
    st.download_button(
        words.SAVE_READING,
        text,
        "reading.json",
        "application/json",
        key="save_reading",
        help=words.SAVE_READING_HELP,
        icon=":material/download:",
        on_click="ignore",
    )


def _save(
    place: DeltaGenerator, label: str, make: Callable[[], bytes], file_name: str, about: str | None = None
) -> None:
    """Offer a PNG that is made when it is asked for."""
    place.download_button(
        label, make, file_name, "image/png", help=about, icon=":material/download:", on_click="ignore", width="stretch"
    )
