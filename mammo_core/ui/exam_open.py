"""Opening exams: the inviting empty page, a pair of MIAS, and choosing among the women whose films are open."""

from __future__ import annotations

import streamlit as st

from mammo_core.config import find_mias
from mammo_core.errors import MammoError
from mammo_core.mias.index import films_of
from mammo_core.mias.splits import N_WOMEN
from mammo_core.ui.case import Case, OpenFilm, close_case, open_files
from mammo_core.ui.dataset_films import film_bytes
from mammo_core.ui.demo import DEMO_EXAMS
from mammo_core.ui.exam_women import name_women
from mammo_core.ui.ways_in import show_demo_button, show_demos, show_upload
from mammo_core.ui.words import dataset as dataset_words
from mammo_core.ui.words import exam as words

_ASKED, _SHOWN, _STRIP = "exam_woman_asked_for", "exam_shown", "exam_strip"


def open_pair_asked_for(case: Case) -> None:
    """Open both films of the MIAS woman who was asked for, in place of the last one opened so."""
    woman = st.session_state.pop(_ASKED, None)
    source = find_mias()
    if woman is None or source is None:
        return
    for film in [film for film in case.films.values() if film.credit == dataset_words.CREDIT]:
        case.close(film.key)
    try:
        files = [(f"{film_id}.pgm", film_bytes(film_id, source)) for film_id in films_of(woman)]
    except (MammoError, KeyError) as error:
        reason = str(error) if isinstance(error, MammoError) else words.FILM_ABSENT.format(film_id=error.args[0])
        case.refused[:] = [(words.MIAS_WOMAN.format(woman), reason)]
        return
    open_files(files, dataset_words.CREDIT, words.MIAS_WOMAN.format(woman))
    st.session_state[_SHOWN] = words.MIAS_WOMAN.format(woman)


def show_welcome() -> None:
    """Show the empty page: what it is for, and the three ways to an exam."""
    st.title(words.TITLE)
    st.markdown(words.SUMMARY)
    demo, own = st.columns([1.25, 1], gap="large")
    with own:
        st.header(words.UPLOAD_TITLE)
        show_upload()
        st.caption(words.UPLOAD_NOTE)
        st.header(words.MIAS_TITLE)
        _ask_woman("welcome")
    with demo:  # last, because their pictures take a while
        st.header(words.DEMO_TITLE)
        show_demos()


def choose_woman(case: Case) -> str:
    """Show whose exam this is and return it; ask which, where films of several women are open."""
    women = list(dict.fromkeys(film.woman for film in case.films.values()))
    _follow_opening(case)
    if st.session_state.get(_SHOWN) not in women:
        st.session_state[_SHOWN] = women[0]
    names = name_women(women, words.UNKNOWN_WOMAN, words.PATIENT)
    if len(women) == 1:
        st.markdown(f"# {names[women[0]]}", width="content")
        return women[0]
    st.session_state[_STRIP] = st.session_state[_SHOWN]
    chosen = st.segmented_control(
        words.WHICH, women, required=True, format_func=names.get, key=_STRIP, label_visibility="collapsed"
    )
    st.session_state[_SHOWN] = chosen
    return chosen


def show_open_menu() -> None:
    """Show the ways to open another exam, and to close all films."""
    with st.popover(words.OPEN_LABEL, icon=":material/folder_open:"):
        for exam in DEMO_EXAMS:
            show_demo_button(exam)
        show_upload()
        _ask_woman("menu")
        st.button(words.CLOSE_ALL, icon=":material/delete_sweep:", on_click=close_case, width="stretch")


def step_through_mias(films: list[OpenFilm], woman: str) -> None:
    """Show the ways to the woman before and after, where this one's films were opened from MIAS here."""
    number = _mias_number(woman)
    if number is None or not any(film.credit == dataset_words.CREDIT for film in films):
        return
    for to, name, icon in ((number - 1, words.PREVIOUS, "arrow_back"), (number + 1, words.NEXT, "arrow_forward")):
        st.button(
            name, key=f"exam_{icon}", icon=f":material/{icon}:", disabled=not 1 <= to <= N_WOMEN, on_click=_ask,
            args=(to,),
        )  # fmt: skip


def _follow_opening(case: Case) -> None:
    """Show the exam of the film that was opened last."""
    newest = case.newest
    if newest and st.session_state.get("exam_newest") != newest:
        st.session_state["exam_newest"] = newest
        if newest in case.films:
            st.session_state[_SHOWN] = case.films[newest].woman


def _ask_woman(where: str) -> None:
    if find_mias() is None:
        st.caption(words.MIAS_ABSENT)
        return
    with st.form(f"exam_mias_{where}", border=False):
        number, go = st.columns([1, 1.4], vertical_alignment="bottom")
        woman = number.number_input(
            words.WOMAN_LABEL, min_value=1, max_value=N_WOMEN, value=1, key=f"exam_woman_{where}"
        )
        if go.form_submit_button(words.OPEN_WOMAN, icon=":material/folder_open:", width="stretch"):
            _ask(woman)
            st.rerun()
    st.caption(words.MIAS_NOTE)


def _ask(woman: int) -> None:
    st.session_state[_ASKED] = woman


def _mias_number(woman: str) -> int | None:
    prefix = words.MIAS_WOMAN.format("")
    return int(woman.removeprefix(prefix)) if woman.startswith(prefix) else None
