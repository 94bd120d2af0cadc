"""Reader first: the program's answer stays hidden until the reader has recorded theirs; then they agree or override.

The mode belongs to the visitor's worklist and is kept with it. Answers to exams of the worklist are kept there; films
that are only open on the Read and Exam pages have theirs in the session. Nothing here loads a database for visitors who
have no list.

When the list cannot be reached, nobody knows what was answered, and nothing can be recorded. The pages go on, and say
so. For an exam of the list the program's answer then stays hidden, unless the mode is known to be off: a first answer
is recorded once and is worth something only where it was given unseen; what was shown cannot be taken back, and what is
hidden comes back with the list. Films that are not on it leave no record that could be spoilt: they are shown, unless
the mode is known to be on, and then they are asked about as ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from mammo_core.errors import StoreError
from mammo_core.ui.case import OpenFilm
from mammo_core.ui.worklist_key import current_key, opened

if TYPE_CHECKING:
    from mammo_core.store.exam import Exam
    from mammo_core.store.worklist import Worklist

_MODE, _LOOSE = "worklist_mode", "worklist_loose_answers"


@dataclass(frozen=True)
class Standing:
    """How it stands with the reader's answer to what is on screen.

    Attributes:
        hidden: Whether the program's answer must not be shown yet.
        exam: The worklist's exam; None for other films, or where it was deleted meanwhile.
        trouble: Why the list cannot be reached, for a person to read; empty otherwise.
    """

    hidden: bool
    exam: Exam | None = None
    trouble: str = ""


def is_on(*, anew: bool = False) -> bool:
    """Return whether the mode is on for this visitor; `anew` asks the list, which others may share.

    Raises:
        StoreError: It is not known, and the list cannot be reached.
    """
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


def look(subject: str) -> Standing:
    """Return how it stands with the reader's answer; see the module for a list that cannot be reached.

    Args:
        subject: From `subject_of`; on the Exam page the woman whose films hang.
    """
    try:
        on, exam = is_on(), exam_of(subject)
    except StoreError as error:
        hidden = subject in opened() and st.session_state.get(_MODE, True)
        return Standing(hidden, trouble=str(error))
    return Standing(on and (exam.hidden(True) if exam else subject not in loose_answers()), exam)


def loose_answers() -> dict[str, str]:
    """Return {subject: first answer} for films that are not on the worklist."""
    return st.session_state.setdefault(_LOOSE, {})


def exam_of(subject: str) -> Exam | None:
    """Return the worklist's exam that films belong to; None for other films, or where it was deleted meanwhile.

    Raises:
        StoreError: The list cannot be reached.
    """
    number = opened().get(subject)
    worklist = reader_list() if number else None
    return worklist.find(number) if worklist else None


def reader_list() -> Worklist | None:
    """Return the visitor's list; None where there is none. Raises StoreError where it cannot be reached."""
    from mammo_core.config import WorklistConfig

    try:
        if not current_key() and not WorklistConfig.from_environment().shared:
            return None
    except ValueError as error:
        raise StoreError(str(error)) from None
    from mammo_core.ui.worklist_store import current_list  # loads SQLAlchemy

    return current_list()
