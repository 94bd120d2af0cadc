"""The films as they hang, or a pair of them with the left breast mirrored; with marks, heatmap, asymmetry or truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mammo_core.config import PreprocessConfig
from mammo_core.errors import ImageError, MammoError
from mammo_core.film.asymmetry import Asymmetry, compare_breasts
from mammo_core.film.breast import chest_side
from mammo_core.network.bundle import Bundle
from mammo_core.types import Box, FilmReading, Preprocessed
from mammo_core.ui import verbs
from mammo_core.ui.case import Case
from mammo_core.ui.exam_places import Hanging
from mammo_core.ui.exam_truth import is_known, truth_in_words, with_truth
from mammo_core.ui.read_films import marks_of
from mammo_core.ui.viewer import Pane, show_viewer
from mammo_core.ui.words import exam as words

AIR_MM = 4.0
"""Air around the breast at first."""
MARKS = 2
"""So many of a film's marks are drawn: more would cover four small films."""
_NO_FILM = np.zeros((64, 32), np.uint8)
_WALL = {"R": "right", "L": "left"}
"""Where a breast's chest wall hangs."""


@dataclass(frozen=True, eq=False)
class Shown:
    """What is shown of an exam.

    Attributes:
        hanging: Which film hangs where.
        outlined: {place: the film prepared}; films that could not be outlined are missing.
        readings: {place: the film's reading}, empty before it was read.
        comparable: Whether the films are of one woman, as far as that is known.
    """

    hanging: Hanging
    outlined: Mapping[str, Preprocessed]
    readings: Mapping[str, FilmReading]
    comparable: bool


@st.fragment
def show_films(case: Case, shown: Shown, bundle: Bundle | None) -> None:
    """Show the films with the choice of what lies over them, and below them what that is."""
    pairs = shown.hanging.pairs if shown.comparable else ()
    bar = st.container(horizontal=True, vertical_alignment="center", key="exam_bar")
    mode = _choose_mode(pairs, bar)
    layer = _choose_layer(mode, bool(shown.readings), bar)
    known = {place: film for place, film in shown.hanging.places.items() if is_known(film)}
    which = "_".join(film.key for film in known.values())  # hidden again for every other exam
    truth = bool(known) and bar.toggle(words.TRUTH_LABEL, key=f"exam_truth_{which}", help=words.TRUTH_HELP)
    places = [place for place in _places(shown.hanging) if mode in (words.ALL, place[2:])]
    maps, notes = _layers(layer, places, case, shown, bundle)
    placed = foci(shown.outlined)
    panes = [
        _pane(place, shown, placed.get(place), maps.get(place), truth=truth, alike=mode != words.ALL)
        for place in places
    ]
    panes = [replace(pane, colours=words.COLOURS.get(layer, "")) for pane in panes]
    if truth:
        st.caption(truth_in_words(known[place] for place in places if place in known))
    show_viewer(panes, key="exam_viewer", layouts=("side",) if mode == words.ALL else ("side", "swipe"))
    for note in notes:
        st.caption(note)


def outline_films(hanging: Hanging, config: PreprocessConfig) -> tuple[dict[str, Preprocessed], list[str]]:
    """Return {place: the film prepared}, and which could not be outlined and why."""
    outlined, notes = {}, []
    for place, film in hanging.places.items():
        try:
            outlined[place] = verbs.prepared(film, config)
        except MammoError as error:
            notes.append(words.NOT_OUTLINED.format(place=place, reason=error))
    return outlined, notes


def foci(outlined: Mapping[str, Preprocessed]) -> dict[str, tuple[Box, str]]:
    """Return {place: (what fills its pane, the picture's side on which the chest wall lies)}.

    All are equally large in millimetres, so that the breasts are seen at one scale; each begins at the chest wall and
    is centred on the breast's height. They may reach beyond the film.
    """
    spans = {place: _span(prepared) for place, prepared in outlined.items()}
    depth = max((right - left) * mm for left, _, right, _, mm in spans.values()) + AIR_MM if spans else 0
    height = max((bottom - top) * mm for _, top, _, bottom, mm in spans.values()) + 2 * AIR_MM if spans else 0
    found = {}
    for place, (left, top, right, bottom, mm) in spans.items():
        wall = chest_side(outlined[place].breast_mask)
        x = left if wall == "left" else right - depth / mm
        box = Box(x, (top + bottom) / 2 - height / mm / 2, depth / mm, height / mm)
        found[place] = outlined[place].box_to_film(box), wall
    return found


def _span(prepared: Preprocessed) -> tuple[int, int, int, int, float]:
    """Return left, top, right, bottom of the breast in prepared pixels, and the size of such a pixel in mm."""
    rows, columns = (np.flatnonzero(prepared.breast_mask.any(axis)) for axis in (1, 0))
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1, prepared.spacing_mm * prepared.scale[0]


def _places(hanging: Hanging) -> list[str]:
    return [f"{side}-{view}" for view in hanging.views for side in "RL"]


def _choose_mode(pairs: tuple[str, ...], bar: DeltaGenerator) -> str:
    options = [words.ALL, *pairs]
    if st.session_state.get("exam_mode") not in options:
        st.session_state["exam_mode"] = words.ALL
    if not pairs:
        return words.ALL
    return bar.segmented_control(
        words.MODE_LABEL, options, format_func=words.mode_name, required=True, key="exam_mode",
        persist_state="session", label_visibility="collapsed",
    )  # fmt: skip


def _choose_layer(mode: str, read: bool, bar: DeltaGenerator) -> str:
    """Return what lies over the films: of a pair the asymmetry at first, of all of them nothing."""
    options = [
        name for name in words.LAYERS if (read or name != words.HEAT) and (mode != words.ALL or name != words.ASYMMETRY)
    ]
    key = "exam_layer" if mode == words.ALL else "exam_layer_of_pair"
    if st.session_state.get(key) not in options:
        st.session_state[key] = options[0] if mode == words.ALL else words.ASYMMETRY
    if len(options) == 1:
        return options[0]
    return bar.segmented_control(
        words.LAYER_LABEL, options, required=True, key=key, persist_state="session", label_visibility="collapsed",
        help=words.LAYER_HELP,
    )  # fmt: skip


def _layers(
    layer: str, places: list[str], case: Case, shown: Shown, bundle: Bundle | None
) -> tuple[dict[str, np.ndarray], list[str]]:
    """Return {place: the map to lay over the film}, and what to say of them."""
    if layer == words.ASYMMETRY:
        try:
            found = _asymmetry(places, case, shown)
        except ImageError as error:
            return {}, [f"{words.NOT_COMPARED}: {error}"]
        except KeyError:  # one of the two could not be outlined, which the notes say already
            return {}, [words.NOT_COMPARED + "."]
        maps = dict(zip(places, (found.first, found.second), strict=True))
        nothing = not any(share.any() for share in maps.values())
        return maps, [words.ASYMMETRY_NOTE, *([words.NO_ASYMMETRY] if nothing else [])]
    if layer == words.HEAT and bundle:
        with st.spinner(words.HEAT):
            heats = {
                place: verbs.heat(shown.hanging.places[place], bundle, "gradcam", "malignant", lambda fraction: None)
                for place in places
                if place in shown.readings
            }
        return {place: heat.heatmap for place, heat in heats.items() if not heat.empty}, [words.HEAT_NOTE]
    return {}, []


def _asymmetry(places: list[str], case: Case, shown: Shown) -> Asymmetry:
    films = [shown.outlined[place] for place in places]
    key = ("asymmetry", *(film.digest for film in films))
    return case.results.found_or_made(key, lambda: compare_breasts(*films))


def _pane(
    place: str,
    shown: Shown,
    placed: tuple[Box, str] | None,
    layer: np.ndarray | None,
    *,
    truth: bool,
    alike: bool,
) -> Pane:
    """Return a film as it hangs; `alike` turns left breasts so that both point the same way."""
    film = shown.hanging.places.get(place)
    wall = _WALL["R" if alike else place[0]]
    if film is None:
        return Pane(f"{place}: {words.NO_FILM}", f"no {place}", _NO_FILM, 8, against=wall)
    focus, its_wall = placed or (None, _WALL[place[0]])
    remarks = [words.STORED_MIRRORED] if its_wall != _WALL[place[0]] else []
    remarks += [words.MIRRORED] if alike and place[0] == "L" else []
    return Pane(
        title=", ".join([place, *remarks]),
        film_id=film.key,
        pixels=film.get("truth", lambda: with_truth(film)) if truth and is_known(film) else film.mammogram.pixels,
        bit_depth=film.mammogram.bit_depth,
        heatmap=layer,
        marks=marks_of(shown.readings[place])[:MARKS] if place in shown.readings else (),
        mirrored=its_wall != wall,
        focus=focus,
        pixel_spacing_mm=film.mammogram.pixel_spacing_mm,
        against=wall,
    )
