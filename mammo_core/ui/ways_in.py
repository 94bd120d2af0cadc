"""The ways in: the upload, the demo exams, and the page that a new visitor sees.

Nothing here loads what a film needs (NumPy, OpenCV, pydicom and what stands on them, half a second of a new server):
the first page is sent without it, and it is loaded while the page is looked at (`get_ready`).
"""

from __future__ import annotations

from functools import partial
from html import escape
from importlib import import_module

import streamlit as st
from streamlit.runtime.scriptrunner import RerunException
from streamlit.runtime.uploaded_file_manager import UploadedFile

from mammo_core.ui.demo import DEMO_EXAMS, demo_files, demo_picture, has_demos
from mammo_core.ui.forget import forget_uploads
from mammo_core.ui.long_work import once_drawn
from mammo_core.ui.walk_start import show_walk_button
from mammo_core.ui.words import opening as opening_words
from mammo_core.ui.words import read as read_words

STRIP, WANTED = "strip", "film_wanted"
"""Keys of the strip of films, and of the film that it is to show next."""
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


@st.cache_resource(show_spinner=False)
def get_ready() -> None:
    """Load what a film needs once the first page is drawn, once a program: the first film does not wait for it."""
    once_drawn(partial(import_module, "mammo_core.ui.read_page"))


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
            alt = escape(opening_words.DEMO_ALT.format(exam=DEMO_EXAMS[exam]))
            st.html(f'<img class="demo" src="{demo_picture(exam)}" alt="{alt}">')  # `st.image` would load NumPy
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


def show_demo_button(exam: str) -> None:
    """Show the button that opens a demo exam; `open_asked_for` opens it in the next run."""
    st.button(
        DEMO_EXAMS[exam],
        key=f"demo_{exam}",
        icon=":material/folder_open:",
        on_click=lambda: st.session_state.update({_DEMO: exam}),
        width="stretch",
    )


def _open(files: list[tuple[str, bytes]], credit: str = "", exam: str = "") -> None:
    from mammo_core.ui.case import open_files

    opened = open_files(files, credit, exam)
    if opened:
        st.session_state[WANTED] = opened  # the strip itself may be on the page already, and then is not to be set
