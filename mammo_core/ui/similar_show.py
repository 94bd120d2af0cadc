"""Similar cases on the Read page: for a box or a drawn square, the places of MIAS most alike and their outcome."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path

import streamlit as st

from mammo_core.config import find_mias
from mammo_core.errors import MammoError
from mammo_core.film.enhance import to_display
from mammo_core.mias.index import annotations_by_film
from mammo_core.network.bundle import Bundle
from mammo_core.network.geometry import REGION_PX
from mammo_core.reading.similar import Similar, SimilarPlace, load_atlas
from mammo_core.report.palette import CLASS_COLOURS
from mammo_core.types import Box, FilmReading
from mammo_core.ui import cards, verbs
from mammo_core.ui.case import OpenFilm
from mammo_core.ui.dataset_films import opened
from mammo_core.ui.picker import small_picture
from mammo_core.ui.read_region import marked_place
from mammo_core.ui.style import apply_style
from mammo_core.ui.words import similar as words
from mammo_core.ui.words.dataset import CODES

_PICTURE_PX = 200
Point = tuple[float, float]


def show_similar(film: OpenFilm, bundle: Bundle | None, reading: FilmReading | None) -> None:
    """Show the similar cases of a place, for those who open the section; nothing where the model ships none."""
    if bundle is None or reading is None or load_atlas(bundle) is None:
        return
    places = _places(film, reading)
    section = st.expander(words.TITLE, icon=":material/compare:", key="similar", on_change="rerun")
    if not places or not section.open:
        return
    apply_style("similar")
    with section:
        st.caption(words.HELP)
        key = f"similar_{film.key}_{words.SQUARE in places}"
        chosen = st.segmented_control(words.WHICH, list(places), default=next(iter(places)), required=True, key=key)
        try:
            found = verbs.similar(film, bundle, places[chosen])
        except MammoError as error:
            st.error(str(error), icon=":material/error:")
            return
        _show_found(film, bundle, places[chosen], found)
        if reading.training_film_id:
            st.caption(words.OWN_WOMAN)
        st.caption(words.measured(_measured(bundle.folder)))


def _places(film: OpenFilm, reading: FilmReading) -> dict[str, Point]:
    """Return {name: middle in film pixels} of the drawn square and of the film's boxes."""
    drawn = marked_place(film)
    boxes = [candidate.box for candidate in reading.candidates]
    middles = [(box.x + box.width / 2, box.y + box.height / 2) for box in boxes]
    named = {words.BOX.format(n=i): middle for i, middle in enumerate(middles, start=1)}
    return ({words.SQUARE: drawn} if drawn else {}) | named


def _show_found(film: OpenFilm, bundle: Bundle, point: Point, found: Similar) -> None:
    st.markdown(words.summary([place.outcome for place in found.places]))
    if found.far:
        cards.show_notes(words.FAR_TITLE, [words.FAR], outside=True)
    source = find_mias()
    drawn = "".join([_this(film, bundle, point), *(_place(place, source) for place in found.places)])
    st.html(f'<ol class="similar">{drawn}</ol>')
    if source is None:
        st.caption(words.NO_PICTURES)


def _this(film: OpenFilm, bundle: Bundle, point: Point) -> str:
    """Return the place itself, as the first of the row."""
    x, y = verbs.prepared(film, bundle.config).box_from_film(Box(*point, 0, 0))[:2]
    corner = Box(x - REGION_PX / 2, y - REGION_PX / 2, REGION_PX, REGION_PX)
    box = verbs.prepared(film, bundle.config).box_to_film(corner)
    mammogram = film.mammogram
    picture = verbs.square(to_display(mammogram.pixels, mammogram.bit_depth), box)
    image = f'<img src="{small_picture(picture, _PICTURE_PX)}" alt="{words.THIS}">'
    return f'<li class="this"><div class="square">{image}</div><b>{words.THIS}</b></li>'


def _place(place: SimilarPlace, source: Path | None) -> str:
    what, outcome = _finding(place), words.OUTCOMES[place.outcome]
    dot = f'<span class="dot" style="background:{CLASS_COLOURS[place.outcome]}"></span>'
    where = escape(", ".join(filter(None, (what, place.film_id))))
    return f"<li>{_picture(place, source, f'{outcome}, {where}')}<b>{dot}{outcome}</b>{where}</li>"


def _finding(place: SimilarPlace) -> str:
    """Return what a lesion is called in MIAS; empty for a normal place."""
    for row in annotations_by_film()[place.film_id]:
        if row.circle and abs(row.circle.x - place.x) < 1 and abs(row.circle.y - place.y) < 1:
            return CODES[row.abnormality]
    return ""


def _picture(place: SimilarPlace, source: Path | None, alt: str) -> str:
    """Return a place's square where MIAS is at hand, else an empty one with its film's name."""
    box = Box(place.x - REGION_PX / 2, place.y - REGION_PX / 2, REGION_PX, REGION_PX)
    try:
        uri = _square(place.film_id, tuple(box), source) if source else ""
    except (MammoError, KeyError):
        uri = ""
    inner = f'<img src="{uri}" alt="{alt}">' if uri else place.film_id
    return f'<div class="square">{inner}</div>'


@st.cache_data(max_entries=256, show_spinner=False)
def _square(film_id: str, box: tuple[float, float, float, float], source: Path) -> str:
    """Return a square of a MIAS film as a data URI. Raises MammoError or KeyError where the film cannot be had."""
    mammogram = opened(film_id, source)
    return small_picture(verbs.square(to_display(mammogram.pixels, mammogram.bit_depth), Box(*box)), _PICTURE_PX)


@st.cache_data(max_entries=2, show_spinner=False)
def _measured(folder: Path) -> dict:
    """Return what the model folder's metrics say of similar cases."""
    return json.loads((folder / "metrics.json").read_text(encoding="utf-8"))["neighbours"]
