"""Which exams are shown, and in which order: filters, most suspicious first, and pages of a list that is long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from mammo_core.store.exam import STATUSES, Exam
from mammo_core.types import DECISIONS
from mammo_core.ui.words import worklist as words

PER_PAGE = 20
_STATUS, _ANSWER, _FIND, _PAGE = "worklist_status", "worklist_answer", "worklist_find", "worklist_page"


def in_order(exams: Sequence[Exam], reader_first: bool) -> list[Exam]:
    """Return exams most suspicious first; those whose answer is hidden come before them, in the order they came."""
    hidden = [exam for exam in exams if exam.hidden(reader_first)]
    shown = [exam for exam in exams if not exam.hidden(reader_first)]
    return [*hidden, *sorted(shown, key=lambda exam: (*exam.suspicion, -exam.number), reverse=True)]


def choose(exams: Sequence[Exam], reader_first: bool) -> list[Exam]:
    """Show the filters and return the exams that pass them, in order."""
    counts = Counter(exam.status for exam in exams)
    with st.container(horizontal=True, vertical_alignment="bottom", key="worklist_filters"):
        statuses = st.pills(
            words.FILTER_STATUS, [status for status in STATUSES if counts[status]], selection_mode="multi", key=_STATUS,
            format_func=lambda status: f"{words.STATUSES[status]} {counts[status]}", persist_state="session",
            help=words.STATUS_HELP,
        )  # fmt: skip
        answer = st.selectbox(
            words.FILTER_ANSWER, [words.ANY, *DECISIONS], key=_ANSWER, width=170, persist_state="session",
            format_func=words.FILTER_ANSWERS.get,
        )  # fmt: skip
        find = st.text_input(words.FILTER_FIND, key=_FIND, width=170, help=words.FIND_HELP, persist_state="session")
    found = [
        exam
        for exam in exams
        if (not statuses or exam.status in statuses)
        and (answer == words.ANY or (not exam.hidden(reader_first) and _said(exam) == answer))
        and _matches(exam, find.strip().lower())
    ]
    return in_order(found, reader_first)


def about_order(exams: Sequence[Exam], reader_first: bool) -> str:
    """Return how exams are ordered, and which of them the order tells nothing about, if such are shown."""
    said = words.ORDER_READER_FIRST if reader_first else words.ORDER
    refused = any(exam.reading and not exam.reading.inside and not exam.hidden(reader_first) for exam in exams)
    return f"{said} {words.ORDER_OUTSIDE}" if refused else said


def clear_filters() -> None:
    """Let all exams pass."""
    st.session_state.update({_STATUS: [], _ANSWER: words.ANY, _FIND: ""})


def page_of(exams: Sequence[Exam]) -> list[Exam]:
    """Return the exams of the page that is open, and show which pages there are where one is not enough."""
    n_pages = -(-len(exams) // PER_PAGE)
    if n_pages < 2:
        return list(exams)
    if st.session_state.get(_PAGE, 1) not in range(1, n_pages + 1):
        st.session_state[_PAGE] = 1
    page = st.segmented_control(words.PAGE, range(1, n_pages + 1), default=1, required=True, key=_PAGE)
    return list(exams)[PER_PAGE * (page - 1) : PER_PAGE * page]


def _said(exam: Exam) -> str:
    return exam.reading.decision if exam.reading else ""


def _matches(exam: Exam, find: str) -> bool:
    return not find or find == str(exam.number) or any(find in film.name.lower() for film in exam.films)
