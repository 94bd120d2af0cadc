"""What was opened: what could not be, and choosing among what is open."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mammo_core.ui.case import Case, OpenFilm, close_case
from mammo_core.ui.demo import DEMO_EXAMS
from mammo_core.ui.ways_in import STRIP, WANTED, show_demo_button, show_upload
from mammo_core.ui.words import opening as opening_words


def show_refused(case: Case) -> None:
    """Say which files could not be opened, and why, until it is dismissed."""
    if not case.refused:
        return
    for name, reason in case.refused:
        st.error(plain(reason), title=opening_words.REFUSED.format(name=plain(name)), icon=":material/block:")
    st.button(
        opening_words.DISMISS, on_click=case.refused.clear, icon=":material/close:", type="tertiary", key="dismiss"
    )


def choose_film(case: Case) -> tuple[OpenFilm, DeltaGenerator]:
    """Show the open films; return the one that is chosen, and the place beside them that is `show_changes`' own."""
    chooser, change = st.columns([5, 1], vertical_alignment="center")
    wanted = st.session_state.pop(WANTED, st.session_state.get(STRIP))
    # Nothing may be chosen yet, or the chosen film was closed.
    st.session_state[STRIP] = wanted if wanted in case.films else next(iter(case.films))
    with chooser:
        key = st.segmented_control(
            opening_words.FILM_LABEL,
            list(case.films),
            required=True,
            format_func=lambda key: _label(case.films[key]),
            key=STRIP,
            label_visibility="collapsed",
            wrap=False,
            persist_state="session",
        )
    return case.films[key], change.container(key="changes")


def show_changes(case: Case, film: OpenFilm, place: DeltaGenerator) -> None:
    """Show a way to open more films, and to close them; the browser takes long over it."""
    with place, st.popover(opening_words.OPEN_LABEL, icon=":material/folder_open:", width="stretch"):
        show_upload()
        for exam in DEMO_EXAMS:
            show_demo_button(exam)
        st.button(
            opening_words.CLOSE_ONE, icon=":material/close:", on_click=case.close, args=(film.key,), width="stretch"
        )
        st.button(opening_words.CLOSE_ALL, icon=":material/delete_sweep:", on_click=close_case, width="stretch")


def plain(text: str) -> str:
    """Return a text that Markdown shows as it is; a long word, such as a file's name, keeps both its ends."""
    text = text if len(text) <= 48 or " " in text else f"{text[:26]} … {text[-16:]}"
    return "".join(f"\\{c}" if c in "\\`*_{}[]()#+!|<>~$:&" else c for c in text)


def _label(film: OpenFilm) -> str:
    name = plain(film.name if len(film.name) <= 20 else f"{film.name[:9]}…{film.name[-9:]}")
    return f"![]({film.thumbnail}) {plain(film.mammogram.name)} · {name}"
