"""The reader's card beside the program's answer: asking first, then agreeing, overriding, undoing, going on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mammo_core.errors import BundleError, StoreError
from mammo_core.network.active import active_folder
from mammo_core.types import DECISIONS
from mammo_core.ui.read_open import plain
from mammo_core.ui.reader_first import Standing, exam_of, loose_answers, reader_list
from mammo_core.ui.words import worklist as words

if TYPE_CHECKING:
    from mammo_core.store.exam import Exam
    from mammo_core.store.worklist import Worklist

LIST_PAGE = "pages/worklist.py"


def ask(subject: str, standing: Standing) -> None:
    """Show the question that stands where the program's answer is hidden, or why nothing can be recorded now."""
    _show_failure()
    with st.container(border=True, key="reader_ask"):
        st.markdown(f"## {words.ASK_TITLE}")
        if standing.trouble:
            st.caption(f"{words.ASK_UNREACHABLE} {standing.trouble}")
            st.button(words.TRY_AGAIN, key="reader_try", icon=":material/refresh:", width="stretch")
            return
        st.caption(words.ASK_TEXT if standing.exam else words.ASK_TEXT_LOOSE)
        answer = _choose(words.ASK_LABEL, f"reader_before_{subject}")
        st.button(
            words.RECORD_FIRST, key="reader_record", icon=":material/visibility:", type="primary", width="stretch",
            disabled=answer is None, on_click=_record_before, args=(subject,),
        )  # fmt: skip


def show_reader(subject: str, standing: Standing) -> None:
    """Show, beside the program's answer, the reader's: to agree, to override with a reason, to undo, to go on."""
    _show_failure()
    exam = standing.exam
    if standing.trouble:
        st.caption(f"{words.READER_UNREACHABLE} {standing.trouble}")
        return
    if exam is None:
        if subject in loose_answers():
            st.caption(words.SAID_ONLY_FIRST.format(answer=words.ANSWERS[loose_answers()[subject]]))
        return
    with st.container(border=True, key="reader"):
        st.markdown(f"## {words.READER_TITLE}")
        if exam.before:
            st.caption(words.SAID_FIRST.format(answer=words.ANSWERS[exam.before]))
        if exam.after and exam.seen:
            _show_recorded(exam)
        elif exam.reading and exam.state == "read":
            _show_choice(exam)
        else:
            st.caption(words.READER_WAIT)
        _show_way_on(exam.number)


def _show_choice(exam: Exam) -> None:
    program, reading = exam.reading.decision, exam.reading
    said = words.program_said(program, reading.inside)
    st.caption(words.PROGRAM_SAID.format(model_id=reading.model_id, answer=said))
    number, active = exam.number, _active()
    if exam.stale(active):
        st.caption(words.STALE_HERE.format(active=active))
        st.button(
            words.READ_WITH.format(model_id=active), key="reader_again", icon=":material/refresh:", width="stretch",
            on_click=_read_again, args=(number,),
        )  # fmt: skip
    if program == "refer":
        _show_own_answer(exam, place=st.container(key="reader_override"), with_reason=False)
        return
    st.button(
        words.AGREE.format(answer=words.ANSWERS[program]), key="reader_agree", icon=":material/check:", type="primary",
        width="stretch", on_click=_record_after, args=(number, program, ""),
    )  # fmt: skip
    expander = st.expander(words.OVERRIDE, key="reader_override", icon=":material/edit:")
    _show_own_answer(exam, place=expander, with_reason=True)


def _show_own_answer(exam: Exam, place: DeltaGenerator, *, with_reason: bool) -> None:
    """Show the fields for an answer that is not the program's."""
    number = exam.number
    with place:
        without = exam.reading.decision
        answer = _choose(words.OVERRIDE_LABEL, f"reader_after_{number}", exam.before or None, without)
        if with_reason:
            st.text_input(words.REASON_LABEL, key=f"reader_reason_{number}", help=words.REASON_HELP, max_chars=300)
        st.button(
            words.RECORD, key="reader_record_after", icon=":material/save:", width="stretch", disabled=answer is None,
            on_click=_record_own, args=(number,),
        )  # fmt: skip


def _show_recorded(exam: Exam) -> None:
    program, after = words.ANSWERS[exam.seen.decision], words.ANSWERS[exam.after]
    st.markdown(words.RECORDED.get(exam.status, words.RECORDED["agreed"]).format(after=after, program=program))
    if exam.why:
        st.caption(words.REASON.format(reason=plain(exam.why)))
    st.button(words.CHANGE, key="reader_undo", icon=":material/undo:", on_click=_undo, args=(exam.number,))


def _show_way_on(number: int) -> None:
    from mammo_core.ui.worklist_open import ask_to_open, next_after

    following = next_after(number)
    with st.container(horizontal=True):
        if following and st.button(
            words.NEXT.format(number=following), key="reader_next", icon=":material/arrow_forward:"
        ):
            ask_to_open(following)
            st.switch_page(LIST_PAGE)
        if st.button(words.BACK, key="reader_back", icon=":material/list:", type="tertiary"):
            st.switch_page(LIST_PAGE)


def _choose(label: str, key: str, default: str | None = None, without: str = "") -> str | None:
    answers = [answer for answer in DECISIONS if answer != without or without == "refer"]
    default = default if default in answers else None
    return st.radio(
        label, answers, index=answers.index(default) if default else None, format_func=words.ANSWERS.get, key=key
    )


def _record_before(subject: str) -> None:
    """Record the first answer as it is chosen at the click, which may come before the page is drawn with the choice."""
    answer = st.session_state[f"reader_before_{subject}"]

    def work(worklist: Worklist | None) -> None:
        if exam := exam_of(subject):
            worklist.record_before(exam.number, answer)
        else:
            loose_answers()[subject] = answer

    _do(work)


def _record_own(number: int) -> None:
    """Record the reader's own answer as it is chosen, and its reason as it is written, at the click."""
    answer = st.session_state[f"reader_after_{number}"]
    _record_after(number, answer, st.session_state.get(f"reader_reason_{number}", ""))


def _record_after(number: int, answer: str, reason: str) -> None:
    _do(lambda worklist: worklist.record_after(number, answer, reason))


def _read_again(number: int) -> None:
    from mammo_core.ui.worklist_wake import read_on

    _do(lambda worklist: worklist.read_again([number]))
    read_on()


def _active() -> str | None:
    try:
        return active_folder().name
    except BundleError:
        return None


def _undo(number: int) -> None:
    def work(worklist: Worklist) -> None:
        change = worklist.last_change(number)
        if change and change.kind == "after":
            worklist.undo(change.act)

    _do(work)


def _do(work: Callable[[Worklist], object]) -> None:
    try:
        work(reader_list())
    except StoreError as error:
        st.session_state["reader_error"] = str(error)


def _show_failure() -> None:
    if error := st.session_state.pop("reader_error", None):
        st.error(error, icon=":material/error:")
