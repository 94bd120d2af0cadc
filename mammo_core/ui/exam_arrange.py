"""Which film hangs where: by what the files say, or by what the visitor states; and what there is to say about it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from mammo_core.mias.checksums import film_of_digest
from mammo_core.types import PLACES
from mammo_core.ui.case import OpenFilm
from mammo_core.ui.exam_places import OUT, Hanging, hang
from mammo_core.ui.exam_women import name_women
from mammo_core.ui.read_open import plain
from mammo_core.ui.words import exam as words

_CHOSEN, _FIELD = "exam_places", "exam_place_{}"


def arrange(films: Sequence[OpenFilm], woman: str) -> Hanging:
    """Return how a woman's films hang, each now of the side and view of its place, on every page."""
    hanging = hang(films, woman, _chosen())
    for film in films:
        film.set_place(next((place for place, hung in hanging.places.items() if hung is film), film.filed_as))
    return hanging


def show_places(films: Sequence[OpenFilm], hanging: Hanging) -> None:
    """Let the visitor give each film a place or leave it out; of two films for one place the last chosen gets it."""
    where = {film.key: place for place, film in hanging.places.items()}
    with st.popover(words.HANGING_LABEL, icon=":material/view_column:"), st.container(key="exam_hanging", width=340):
        st.caption(words.HANGING_HELP)
        for film in films:
            key = _FIELD.format(film.key)
            st.session_state[key] = where.get(film.key, OUT)
            st.selectbox(
                _name(film, hanging), [*PLACES, OUT], key=key, format_func=words.PLACE_NAMES.get,
                on_change=_choose, args=(film.key,),
            )  # fmt: skip
        st.button(words.BACK_TO_FILES, icon=":material/restart_alt:", on_click=_chosen().clear, width="stretch")


def notes_on(films: Sequence[OpenFilm], hanging: Hanging, woman: str) -> list[str]:
    """Return what there is to say about the hanging, one sentence each; films of other exams are no news."""
    notes = [words.MISSING.format(place=place) + "." for place in hanging.missing]
    for film in films:
        reason = hanging.out.get(film.key)
        if reason and film.woman == woman:
            notes.append(words.NOT_HUNG.format(name=film.name, reason=reason))
    for place, film in hanging.places.items():
        if place != film.filed_as:
            notes.append(words.STATED.format(place=place, filed_as=film.filed_as))
    if any(film_of_digest(film.mammogram.digest) for film in hanging.places.values()):
        notes.append(words.MIAS_SIDES)
    return notes


def names_of(women: Sequence[str], films: Sequence[OpenFilm]) -> str:
    """Return what some of the women are called, among all whose films are open."""
    everyone = list(dict.fromkeys(film.woman for film in films))
    names = name_women(everyone, words.UNKNOWN_WOMAN, words.PATIENT)
    return " and ".join(names[woman] for woman in women)


def _chosen() -> dict[str, str]:
    return st.session_state.setdefault(_CHOSEN, {})


def _choose(key: str) -> None:
    place, chosen = st.session_state[_FIELD.format(key)], _chosen()
    for other in [other for other, its in chosen.items() if its == place and place != OUT]:
        del chosen[other]
    chosen[key] = place


def _name(film: OpenFilm, hanging: Hanging) -> str:
    reason = hanging.out.get(film.key)
    return f"![]({film.thumbnail}) {plain(film.name)}" + (f" ({reason})" if reason else "")
