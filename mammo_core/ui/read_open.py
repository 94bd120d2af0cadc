"""Opening films: upload, demo exams, what could not be opened, and choosing among what is open."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import RerunException
from streamlit.runtime.uploaded_file_manager import UploadedFile

from mammo_core.ui.case import Case, OpenFilm, close_case, open_files
from mammo_core.ui.demo import DEMO_EXAMS, demo_files, demo_picture, has_demos
from mammo_core.ui.forget import forget_uploads
from mammo_core.ui.walk_start import show_walk_button
from mammo_core.ui.words import opening as opening_words
from mammo_core.ui.words import read as read_words

_STRIP, _WANTED = "strip", "film_wanted"
_DEMO, _UPLOADED = "demo_asked_for", "upload_asked_for"


def open_asked_for() -> None:
    """Open the demo exam that was clicked or the files that were dropped, before anything of the page is drawn."""
    exam, uploaded = st.session_state.pop(_DEMO, None), st.session_state.pop(_UPLOADED, ())
    try:
        with st.empty():  # there in every run, or the page below would move, and Streamlit lose clicks on its fragments
            if exam is not None:
                _open(demo_files(exam), opening_words.DEMO_CREDIT, DEMO_EXAMS[exam].partition(",")[0])
            if uploaded:
                _open([(file.name, file.getvalue()) for file in uploaded])
                forget_uploads(uploaded)
    except RerunException:  # a click meanwhile: the next run goes on, and finds open what is open already
        st.session_state.update({_DEMO: exam, _UPLOADED: uploaded})
        raise


def show_welcome() -> None:
    """Show the empty page: what it is for, the upload, and the demo exams."""
    st.title(read_words.EMPTY_TITLE)
    st.markdown(read_words.EMPTY_TEXT)
    show_ways_in()


def show_ways_in() -> None:
    """Show the upload field beside the demo exams."""
    upload, demo = st.columns([1, 1.25], gap="large")
    with upload:
        st.header(opening_words.UPLOAD_TITLE)
        show_upload()
        st.caption(opening_words.UPLOAD_PRIVACY)
    with demo:
        st.header(opening_words.DEMO_TITLE)
        show_walk_button("walk_from_welcome")
        show_demos()


def show_demos() -> None:
    """Show a picture of each demo exam with the button that opens it."""
    if not has_demos():
        st.info(opening_words.DEMO_ABSENT, icon=":material/info:")
        return
    for exam, column in zip(DEMO_EXAMS, st.columns(len(DEMO_EXAMS)), strict=True):
        with column.container(border=True):
            with st.skeleton(height=170):
                picture = demo_picture(exam)
            st.image(picture, width="stretch", alt=opening_words.DEMO_ALT.format(exam=DEMO_EXAMS[exam]))
            show_demo_button(exam)
    st.caption(opening_words.DEMO_CREDIT)


def show_upload() -> None:
    """Show the upload field; what is dropped there is added to the open films by `open_asked_for`."""
    generation = st.session_state.setdefault("upload_generation", 0)
    key = f"upload_{generation}"

    def dropped() -> None:
        # Called again after a click during the run that opened them: what was taken in by then has been let go.
        files = [file for file in st.session_state[key] if isinstance(file, UploadedFile)]
        st.session_state[_UPLOADED] = files
        st.session_state["upload_generation"] = generation + 1  # an emptied field, ready for the next films

    st.file_uploader(
        opening_words.UPLOAD_LABEL, accept_multiple_files=True, help=opening_words.UPLOAD_HELP, key=key,
        on_change=dropped,
    )  # fmt: skip


def show_refused(case: Case) -> None:
    """Say which files could not be opened, and why, until it is dismissed."""
    if not case.refused:
        return
    for name, reason in case.refused:
        st.error(plain(reason), title=opening_words.REFUSED.format(name=plain(name)), icon=":material/block:")
    st.button(
        opening_words.DISMISS, on_click=case.refused.clear, icon=":material/close:", type="tertiary", key="dismiss"
    )


def choose_film(case: Case) -> OpenFilm:
    """Show the open films and return the one that is chosen; with it a way to open and close films."""
    chooser, change = st.columns([5, 1], vertical_alignment="center")
    wanted = st.session_state.pop(_WANTED, st.session_state.get(_STRIP))
    # Nothing may be chosen yet, or the chosen film was closed.
    st.session_state[_STRIP] = wanted if wanted in case.films else next(iter(case.films))
    with chooser:
        key = st.segmented_control(
            opening_words.FILM_LABEL,
            list(case.films),
            required=True,
            format_func=lambda key: _label(case.films[key]),
            key=_STRIP,
            label_visibility="collapsed",
            wrap=False,
            persist_state="session",
        )
    with change, st.popover(opening_words.OPEN_LABEL, icon=":material/folder_open:", width="stretch"):
        show_upload()
        for exam in DEMO_EXAMS:
            show_demo_button(exam)
        st.button(opening_words.CLOSE_ONE, icon=":material/close:", on_click=case.close, args=(key,), width="stretch")
        st.button(opening_words.CLOSE_ALL, icon=":material/delete_sweep:", on_click=close_case, width="stretch")
    return case.films[key]


def plain(text: str) -> str:
    """Return a text that Markdown shows as it is; a long word, such as a file's name, keeps both its ends."""
    text = text if len(text) <= 48 or " " in text else f"{text[:26]} … {text[-16:]}"
    return "".join(f"\\{c}" if c in "\\`*_{}[]()#+!|<>~$:&" else c for c in text)


def _open(files: list[tuple[str, bytes]], credit: str = "", exam: str = "") -> None:
    opened = open_files(files, credit, exam)
    if opened:
        st.session_state[_WANTED] = opened  # the strip itself may be on the page already, and then is not to be set


def _label(film: OpenFilm) -> str:
    name = plain(film.name if len(film.name) <= 20 else f"{film.name[:9]}…{film.name[-9:]}")
    return f"![]({film.thumbnail}) {plain(film.mammogram.name)} · {name}"


def show_demo_button(exam: str) -> None:
    """Show the button that opens a demo exam; `open_asked_for` opens it in the next run."""
    st.button(
        DEMO_EXAMS[exam],
        key=f"demo_{exam}",
        icon=":material/folder_open:",
        on_click=lambda: st.session_state.update({_DEMO: exam}),
        width="stretch",
    )
