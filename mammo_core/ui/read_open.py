"""Opening films: upload, demo exams, what could not be opened, and choosing among what is open."""

from __future__ import annotations

import streamlit as st

from mammo_core.ui import texts
from mammo_core.ui.case import Case, OpenFilm, close_case, open_files
from mammo_core.ui.demo import DEMO_EXAMS, demo_files


def show_welcome() -> None:
    """Show the empty page: what it is for, the upload, and the demo exams."""
    st.title(texts.EMPTY_TITLE)
    st.markdown(texts.EMPTY_TEXT)
    upload, demo = st.columns([1.25, 1], gap="large")
    with upload:
        st.subheader("Your films")
        show_upload("welcome")
    with demo:
        st.subheader("Or a real exam that comes with the program")
        for exam, title in DEMO_EXAMS.items():
            st.button(
                title,
                key=f"demo_{exam}",
                icon=":material/folder_open:",
                on_click=_ask_for,
                args=(exam,),
                width="stretch",
            )
        st.caption(texts.DEMO_CREDIT)


def show_upload(place: str) -> None:
    """Show the upload field; what is dropped there replaces the open films."""
    generation = st.session_state.get("upload_generation", 0)
    files = st.file_uploader(
        texts.UPLOAD_LABEL, accept_multiple_files=True, help=texts.UPLOAD_HELP, key=f"upload_{place}_{generation}"
    )
    if files:
        open_files([(file.name, file.getvalue()) for file in files])
        st.session_state["upload_generation"] = generation + 1  # an emptied field, ready for the next films
        st.rerun()


def open_asked_for() -> None:
    """Open the demo exam that was clicked, if one was."""
    exam = st.session_state.pop("demo_asked_for", None)
    if exam is None:
        return
    files = demo_files(exam)
    if not files:
        st.error("The demo exams are not installed. Run `pip install -r requirements.txt` and start the program again.")
        return
    open_files(files, texts.DEMO_CREDIT)


def show_refused(case: Case) -> None:
    """Say which files could not be opened, and why."""
    for name, reason in case.refused:
        st.error(reason, title=f"{_plain(name)} was not opened", icon=":material/block:")


def choose_film(case: Case) -> OpenFilm:
    """Show the open films and return the one that is chosen; with it a way to open others."""
    chooser, change = st.columns([5, 1], vertical_alignment="bottom")
    with chooser:
        index = st.segmented_control(
            "Film",
            range(len(case.films)),
            default=0,
            required=True,
            format_func=lambda i: f"{case.films[i].mammogram.name} · {_plain(case.films[i].name)}",
            key=f"film_{id(case)}",
            persist_state="session",
        )
    with change, st.popover("Open others", icon=":material/folder_open:", width="stretch"):
        show_upload("change")
        for exam, title in DEMO_EXAMS.items():
            st.button(title, key=f"again_{exam}", on_click=_ask_for, args=(exam,), width="stretch")
        st.button("Close all films", icon=":material/close:", on_click=close_case, width="stretch")
    return case.films[index if index is not None and index < len(case.films) else 0]


def _ask_for(exam: str) -> None:
    st.session_state["demo_asked_for"] = exam


def _plain(name: str) -> str:
    """Return a file's name so that Markdown shows it as it is; long ones keep both ends."""
    name = name if len(name) <= 36 else f"{name[:20]} … {name[-13:]}"
    return "".join(f"\\{c}" if c in "\\`*_{}[]()#+!|<>~$:" else c for c in name)
