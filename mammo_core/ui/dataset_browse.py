"""Browsing the films: filters, the sheet of small pictures, and the woman of the film that is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from mammo_core.mias.splits import N_FOLDS
from mammo_core.report.palette import CLASS_COLOURS
from mammo_core.types import LABELS
from mammo_core.ui.dataset_films import ShownFilm, thumbnails
from mammo_core.ui.dataset_pair import show_pair
from mammo_core.ui.picker import Item, pick
from mammo_core.ui.words import dataset as words

_CHOSEN = "dataset_film"
_MARKS = ("circles", "breast", "pectoral")


@st.fragment
def show_films(films: Mapping[str, ShownFilm], present: tuple[str, ...], source: Path | None) -> None:
    """Show the films that the filters leave, and the chosen one with her other breast.

    Args:
        films: All films, by name.
        present: Those whose pictures are at hand.
        source: Where MIAS lies; None for phantoms.
    """
    shown = _filtered([films[film_id] for film_id in present], phantoms=source is None)
    if not shown:
        st.info(words.NONE_LEFT, icon=":material/filter_alt_off:")
        return
    chosen = chosen_film(shown)
    sheet, woman = st.columns([1, 1.25], gap="medium")
    with sheet:
        count = words.SHOWN_PHANTOMS if source is None else words.SHOWN_FILMS
        st.caption(count.format(n=len(shown), of=len(present)))
        pictures = thumbnails(source, present)
        items = [
            Item(
                film.film_id, pictures.get(film.film_id, ""), film.film_id, _note(film), CLASS_COLOURS[film.film_class]
            )
            for film in shown
        ]
        pick(words.FILM_LABEL, items, chosen.film_id, _choose, key="dataset_sheet")
    with woman:
        st.session_state.setdefault("dataset_marks", list(_MARKS))
        marks = st.pills(
            words.MARKS_LABEL, words.MARKS, format_func=words.MARKS.get, selection_mode="multi", key="dataset_marks",
            persist_state="session", label_visibility="collapsed",
        )  # fmt: skip
        hers = [film for film in films.values() if film.woman_id == chosen.woman_id and film.film_id in present]
        show_pair(hers, source, marks)


def chosen_film(shown: list[ShownFilm]) -> ShownFilm:
    """Return the film that the visitor chose, or the first of those shown when it is not among them."""
    return next((film for film in shown if film.film_id == st.session_state.get(_CHOSEN)), shown[0])


def _choose(film_id: str) -> None:
    st.session_state[_CHOSEN] = film_id


def _note(film: ShownFilm) -> str:
    return " ".join([film.film_class, *film.codes])


def _filtered(films: list[ShownFilm], phantoms: bool) -> list[ShownFilm]:
    """Show the filters and return the films that they leave; nothing chosen in a filter means all."""
    with st.container(horizontal=True, gap="medium"):
        classes = _filter(words.CLASS_LABEL, LABELS, "class", format_func=str.capitalize)
        codes = _filter(words.CODES_LABEL, tuple(words.CODES), "codes", help=words.CODES_HELP)
        tissues, folds = (), ()
        if not phantoms:
            tissues = _filter(words.TISSUE_LABEL, tuple(words.TISSUES), "tissue", help=words.TISSUE_HELP)
            folds = _filter(words.FOLD_LABEL, tuple(range(N_FOLDS)), "fold", help=words.FOLD_HELP)
    return [
        film
        for film in films
        if (not classes or film.film_class in classes)
        and (not codes or set(codes) & set(film.codes))
        and (not tissues or film.tissue in tissues)
        and (not folds or film.fold in folds)
    ]


def _filter(label: str, options: tuple, name: str, **settings) -> list:
    return st.pills(label, options, selection_mode="multi", key=f"dataset_{name}", persist_state="session", **settings)
