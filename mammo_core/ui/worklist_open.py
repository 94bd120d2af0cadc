"""Opening an exam of the list on the Exam and Read pages, and finding the way from its films back to the list."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import streamlit as st

from mammo_core.errors import StoreError
from mammo_core.store.exam import Exam
from mammo_core.store.worklist import Worklist
from mammo_core.ui.case import MAX_FILMS, close_case, current_case, open_files
from mammo_core.ui.words import dataset as dataset_words
from mammo_core.ui.words import opening as opening_words
from mammo_core.ui.words import worklist as words
from mammo_core.ui.worklist_key import opened

EXAM_PAGE = "pages/exam.py"
_ASKED, _ORDER = "worklist_asked", "worklist_order"


def ask_to_open(number: int) -> None:
    """Let the next run open an exam; to be called when a button is pressed."""
    st.session_state[_ASKED] = number


def remember_order(exams: Sequence[Exam]) -> None:
    """Keep the order in which exams are shown, so that one can go on to the next from its page."""
    st.session_state[_ORDER] = [exam.number for exam in exams]


def next_after(number: int) -> int | None:
    """Return the exam that was shown below one; None for the last."""
    order = st.session_state.get(_ORDER, [])
    return order[order.index(number) + 1] if number in order[:-1] else None


def close_exams(numbers: Collection[int]) -> None:
    """Close the films of exams of the list, as far as they are open."""
    case = current_case()
    for woman in [woman for woman, number in opened().items() if number in numbers]:
        for key in [key for key, film in case.films.items() if film.woman == woman]:
            case.close(key)
        del opened()[woman]


def open_asked(worklist: Worklist) -> None:
    """Open the exam that was asked for, if one was, and go to the Exam page.

    Raises:
        StoreError: It is not there any more.
    """
    number = st.session_state.pop(_ASKED, None)
    if number is None:
        return
    exam = worklist.exam(number)
    files, refused = [], []
    for film in exam.films:
        try:
            files.append((film.name, worklist.film(film)))
        except StoreError as error:
            refused.append((film.name, str(error)))
    close_exams(list(opened().values()))
    case = current_case()
    if len(case.films) + len(files) > MAX_FILMS:
        close_case()
    woman = words.WOMAN.format(number=number)
    opened()[woman] = number
    open_files(files, credit_of(exam), woman)
    case.refused.extend(refused)  # opening and closing begin a new account of what was not opened
    st.switch_page(EXAM_PAGE)


def credit_of(exam: Exam) -> str:
    """Return whose films an exam has, where the program knows them; empty for all others."""
    kind = exam.origin.partition(" ")[0]
    return {"demo": opening_words.DEMO_CREDIT, "MIAS": dataset_words.CREDIT}.get(kind, "")
