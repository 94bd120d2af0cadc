"""Reader first: the program's answer stays hidden until the reader has recorded theirs; then they agree or override.

The mode belongs to the visitor's worklist and is kept with it. Answers to exams of the worklist are kept there; films
that are only open on the Read and Exam pages have theirs in the session. Nothing here loads a database for visitors who
have no list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from mammo_core.errors import StoreError
from mammo_core.ui.case import OpenFilm
from mammo_core.ui.worklist_key import current_key, opened

if TYPE_CHECKING:
    from mammo_core.store.exam import Exam
    from mammo_core.store.worklist import Worklist

_MODE, _LOOSE = "worklist_mode", "worklist_loose_answers"


def is_on(*, anew: bool = False) -> bool:
    """Return whether the mode is on for this visitor; `anew` asks the list, which others may share."""
    if anew or _MODE not in st.session_state:
        worklist = reader_list()
        if worklist is None:
            return False
        st.session_state[_MODE] = worklist.reader_first
    return st.session_state[_MODE]


def set_reader_first(on: bool) -> None:
    """Switch the mode, and keep it with the visitor's list; one is begun where there is none."""
    from mammo_core.ui.worklist_store import own_list

    own_list().reader_first = on
    st.session_state[_MODE] = on


def subject_of(film: OpenFilm) -> str:
    """Return what a film's reader answers about: its woman where she is known, else the film."""
    return film.woman or film.key


def hides(subject: str) -> bool:
    """Return whether the program's answer must not be shown yet.

    Args:
        subject: From `subject_of`; on the Exam page the woman whose films hang.
    """
    if not is_on():
        return False
    exam = exam_of(subject)
    return exam.hidden(True) if exam else subject not in loose_answers()


def loose_answers() -> dict[str, str]:
    """Return {subject: first answer} for films that are not on the worklist."""
    return st.session_state.setdefault(_LOOSE, {})


def exam_of(subject: str) -> Exam | None:
    """Return the worklist's exam that films belong to; None for other films, or where it was deleted meanwhile."""
    number = opened().get(subject)
    worklist = reader_list() if number else None
    if worklist is None:
        return None
    try:
        return worklist.exam(number)
    except StoreError:
        return None


def reader_list() -> Worklist | None:
    """Return the visitor's list; None where there is none, or it cannot be reached (the Worklist page says why)."""
    from mammo_core.config import WorklistConfig

    try:
        if not current_key() and not WorklistConfig.from_environment().shared:
            return None
        from mammo_core.ui.worklist_store import current_list  # loads SQLAlchemy

        return current_list()
    except (StoreError, ValueError):
        return None
