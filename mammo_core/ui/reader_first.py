"""Reader first: the program's answer stays hidden until the reader has recorded theirs; then they agree or override.

The mode belongs to the visitor's worklist and is kept with it. Answers to exams of the worklist are kept there; films
that are only open on the Read and Exam pages have theirs in the session. Nothing here loads a database for visitors who
have no list.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mammo_core.errors import BundleError, StoreError
from mammo_core.network.bundle import active_folder
from mammo_core.types import DECISIONS
from mammo_core.ui.case import OpenFilm
from mammo_core.ui.words import worklist as words
from mammo_core.ui.worklist_key import current_key, opened

if TYPE_CHECKING:
    from mammo_core.store.exam import Exam
    from mammo_core.store.worklist import Worklist

_MODE, _LOOSE = "worklist_mode", "worklist_loose_answers"
LIST_PAGE = "pages/worklist.py"


def is_on(*, anew: bool = False) -> bool:
    """Return whether the mode is on for this visitor; `anew` asks the list, which others may share."""
    if anew or _MODE not in st.session_state:
        worklist = _worklist()
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
    exam = _exam(subject)
    return exam.hidden(True) if exam else subject not in _loose()


def ask(subject: str) -> None:
    """Show the question that stands where the program's answer is hidden."""
    exam = _exam(subject)
    with st.container(border=True, key="reader_ask"):
        st.markdown(f"## {words.ASK_TITLE}")
        st.caption(words.ASK_TEXT if exam else words.ASK_TEXT_LOOSE)
        answer = _choose(words.ASK_LABEL, f"reader_before_{subject}")
        st.button(
            words.RECORD_FIRST, key="reader_record", icon=":material/visibility:", type="primary", width="stretch",
            disabled=answer is None, on_click=_record_before, args=(subject, answer),
        )  # fmt: skip


def show_reader(subject: str) -> None:
    """Show, beside the program's answer, the reader's: to agree, to override with a reason, to undo, to go on."""
    _show_failure()
    exam = _exam(subject)
    if exam is None:
        if subject in _loose():
            st.caption(words.SAID_ONLY_FIRST.format(answer=words.ANSWERS[_loose()[subject]]))
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
    st.caption(words.PROGRAM_SAID.format(model_id=reading.model_id, answer=words.ANSWERS[program]))
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
    number, reason = exam.number, ""
    with place:
        without = exam.reading.decision
        answer = _choose(words.OVERRIDE_LABEL, f"reader_after_{number}", exam.before or None, without)
        if with_reason:
            reason = st.text_input(
                words.REASON_LABEL, key=f"reader_reason_{number}", help=words.REASON_HELP, max_chars=300
            )
        st.button(
            words.RECORD, key="reader_record_after", icon=":material/save:", width="stretch", disabled=answer is None,
            on_click=_record_after, args=(number, answer, reason),
        )  # fmt: skip


def _show_recorded(exam: Exam) -> None:
    program, after = words.ANSWERS[exam.seen.decision], words.ANSWERS[exam.after]
    st.markdown(words.RECORDED.get(exam.status, words.RECORDED["agreed"]).format(after=after, program=program))
    if exam.why:
        st.caption(words.REASON.format(reason=exam.why))
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


def _record_before(subject: str, answer: str) -> None:
    exam = _exam(subject)
    if exam is None:
        _loose()[subject] = answer
        return
    _do(lambda worklist: worklist.record_before(exam.number, answer))


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
        work(_worklist())
    except StoreError as error:
        st.session_state["reader_error"] = str(error)


def _show_failure() -> None:
    if error := st.session_state.pop("reader_error", None):
        st.error(error, icon=":material/error:")


def _loose() -> dict[str, str]:
    """Return {subject: answer} for films that are not on the worklist."""
    return st.session_state.setdefault(_LOOSE, {})


def _exam(subject: str) -> Exam | None:
    """Return the worklist's exam that films belong to; None for other films, or where it was deleted meanwhile."""
    number = opened().get(subject)
    worklist = _worklist() if number else None
    if worklist is None:
        return None
    try:
        return worklist.exam(number)
    except StoreError:
        return None


def _worklist() -> Worklist | None:
    from mammo_core.config import WorklistConfig

    try:
        if not current_key() and not WorklistConfig.from_environment().shared:
            return None
        from mammo_core.ui.worklist_store import current_list  # loads SQLAlchemy

        return current_list()
    except (StoreError, ValueError):  # said on the Worklist page
        return None
