"""Putting films on the list: files, zip archives, a folder, or the demo exams; and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from mammo_core.errors import StoreError
from mammo_core.store.adding import Taken
from mammo_core.store.store import UNDO_MINUTES
from mammo_core.ui.demo import DEMO_EXAMS, demo_files, has_demos
from mammo_core.ui.read_open import plain
from mammo_core.ui.walk_start import show_walk_button
from mammo_core.ui.words import opening as opening_words
from mammo_core.ui.words import worklist as words
from mammo_core.ui.worklist_store import own_list, store
from mammo_core.ui.worklist_wake import read_on

_TAKEN, _GENERATION, _DEMO_ASKED = "worklist_taken", "worklist_generation", "worklist_demo_asked"
_SHOWN_REFUSED = 20


def show_welcome() -> None:
    """Show the empty list: what it is for, the upload, and the demo exams."""
    st.title(words.TITLE)
    st.markdown(words.EMPTY_TEXT)
    upload, demo = st.columns([1.4, 1], gap="large")
    with upload:
        st.header(words.ADD_TITLE)
        show_upload()
    with demo:
        st.header(words.DEMO_TITLE)
        show_walk_button("walk_from_worklist")
        show_demo_button()
    show_keeping()


def show_demo_button() -> None:
    """Show the button that puts the demo exams on the list."""
    st.caption(words.DEMO_TEXT)
    present = has_demos()
    st.button(
        words.DEMO_BUTTON, key="worklist_demo", icon=":material/playlist_add:", on_click=_ask_demo, width="stretch",
        disabled=not present, help=None if present else opening_words.DEMO_ABSENT,
    )  # fmt: skip
    st.caption(opening_words.DEMO_CREDIT)


def show_upload() -> None:
    """Show the upload fields; what is dropped there is put on the list."""
    how = st.segmented_control(
        words.HOW_LABEL, words.HOW, default=words.HOW[0], required=True, key="worklist_how",
        label_visibility="collapsed",
    )  # fmt: skip
    generation = st.session_state.setdefault(_GENERATION, 0)
    folder = how == words.HOW[1]
    files = st.file_uploader(
        words.FOLDER_LABEL if folder else words.UPLOAD_LABEL,
        accept_multiple_files="directory" if folder else True,
        help=words.UPLOAD_HELP,
        key=f"worklist_upload_{how}_{generation}",
    )
    if files:
        _add([(file.name, file.getvalue()) for file in files])
        # An emptied field, ready for the next films; not before: after a click meanwhile the next run goes on.
        st.session_state[_GENERATION] = generation + 1
        st.rerun()


def add_asked_for() -> None:
    """Put the demo exams on the list, if that was asked for."""
    if st.session_state.pop(_DEMO_ASKED, False):
        _add([file for exam in DEMO_EXAMS for file in demo_files(exam)])


def show_taken() -> None:
    """Say what became of the files that came last, until it is dismissed."""
    taken: Taken | None = st.session_state.get(_TAKEN)
    if taken is None:
        return
    said = []
    if taken.films:
        said.append(words.ADDED.format(
            films=words.counted(taken.films, "film"), exams=words.counted(len(taken.numbers), "exam")
        ))  # fmt: skip
    if taken.known:
        said.append(words.KNOWN.format(films=words.counted(taken.known, "film")))
    with st.container(horizontal=True, vertical_alignment="center", key="worklist_taken"):
        st.caption(" ".join(said) or words.NOTHING_ADDED, width="content")
        st.button(
            words.DISMISS, key="worklist_dismiss", icon=":material/close:", type="tertiary",
            on_click=lambda: st.session_state.pop(_TAKEN, None),
        )  # fmt: skip
    if taken.refused:
        rows = [f"- {plain(name)}: {plain(reason)}" for name, reason in taken.refused[:_SHOWN_REFUSED]]
        if len(taken.refused) > _SHOWN_REFUSED:
            rows.append(words.REFUSED_MORE.format(n=len(taken.refused) - _SHOWN_REFUSED))
        title = words.REFUSED_TITLE.format(files=words.counted(len(taken.refused), "file"))
        st.warning("\n".join(rows), title=title, icon=":material/block:")


def show_keeping() -> None:
    """Say what is kept, where, for how long, and who sees it."""
    config = store().config
    with st.expander(words.KEEPING_TITLE, icon=":material/lock:"):
        who = words.WHO_SHARED if config.shared else words.WHO_OWN
        folder = _short(config.folder)
        st.markdown(words.KEEPING.format(folder=folder, who=who, days=config.keep_days, minutes=UNDO_MINUTES))


def _short(folder: Path) -> str:
    """Return a folder as one would type it, without the name of whose home it is in."""
    return f"~/{folder.relative_to(Path.home())}" if folder.is_relative_to(Path.home()) else str(folder)


def _ask_demo() -> None:
    st.session_state[_DEMO_ASKED] = True


def _add(files: Sequence[tuple[str, bytes]]) -> None:
    bar = st.progress(0.0, text=words.TAKING.format(n=0))

    def tell(n: int) -> None:
        bar.progress(n / max(len(files), n + 1), words.TAKING.format(n=n))  # how many an archive holds is not known

    try:
        taken = own_list().add(files, tell)
    except StoreError as error:
        taken = Taken(refused=[(name, str(error)) for name, _ in files])
    bar.empty()
    st.session_state[_TAKEN] = taken
    read_on()
