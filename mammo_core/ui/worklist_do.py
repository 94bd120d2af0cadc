"""What is done with the list: the reader-first switch, progress, undo, deleting, reading again, saving."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import streamlit as st

from mammo_core.errors import StoreError
from mammo_core.store.exam import Exam
from mammo_core.store.export import films_zip, worklist_csv
from mammo_core.store.models import now
from mammo_core.store.store import UNDO_MINUTES
from mammo_core.store.worklist import Worklist
from mammo_core.ui.reader_first import set_reader_first
from mammo_core.ui.words import worklist as words
from mammo_core.ui.worklist_open import close_exams
from mammo_core.ui.worklist_rows import select, selected
from mammo_core.ui.worklist_wake import read_on, reading_job

MAX_FILM_EXAMS = 10
"""Exams whose films are saved at a time: uncompressed, a digital one takes up to 200 MB."""
_SECONDS = 1.0
"""How often it is looked how far the reading has come."""
_SWITCH, _FILMS = "worklist_reader_first", "worklist_films"


def show_switch(reader_first: bool) -> None:
    """Show the switch of the mode in which the reader answers first."""
    st.session_state[_SWITCH] = reader_first
    st.toggle(
        words.READER_FIRST, key=_SWITCH, help=words.READER_FIRST_HELP,
        on_change=_try(lambda: set_reader_first(st.session_state[_SWITCH])),
    )  # fmt: skip


def show_progress(worklist: Worklist, exams: Sequence[Exam]) -> None:
    """Show how far the reading has come, as long as something waits; the page is drawn anew with each exam read."""
    n_waiting = _count_waiting(exams)

    @st.fragment(run_every=_SECONDS)
    def look() -> None:
        job = reading_job()
        if job and job.status.state == "failed":
            st.warning(words.STOPPED.format(reason=job.status.error), icon=":material/pause:")
            st.button(words.TRY_AGAIN, key="worklist_try", icon=":material/refresh:", on_click=read_on)
            return
        message = reading_job().status.message if read_on() else words.WAITING
        try:
            changed = _count_waiting(worklist.exams()) != n_waiting
        except StoreError as error:  # asked again in a second
            st.warning(str(error), icon=":material/pause:")
            return
        if changed:
            st.rerun(scope="app")
        done = len(exams) - n_waiting
        st.progress(done / len(exams), words.READING_LINE.format(done=done, total=len(exams), message=message))

    with st.container(key="worklist_progress"):
        if n_waiting:
            look()


def show_undo(worklist: Worklist) -> None:
    """Offer to undo the last change of the list; older answers are undone on the exam's own page."""
    change = worklist.last_change()
    if change is None or now() - change.at > timedelta(minutes=UNDO_MINUTES):
        return
    exams = words.counted(len(change.numbers), "exam")
    deleted = change.kind == "deleted"
    said = words.UNDO_DELETED if deleted else words.UNDO_AFTER
    with st.container(horizontal=True, vertical_alignment="center", key="worklist_undo"):
        st.caption(said.format(exams=exams, minutes=UNDO_MINUTES, number=change.numbers[0]), width="content")
        undo = _try(lambda: worklist.undo(change.act))
        st.button(words.UNDO, icon=":material/undo:", key="worklist_undo_button", on_click=undo)
        if deleted:
            st.button(
                words.DELETE_NOW, icon=":material/delete_forever:", key="worklist_delete_now", type="tertiary",
                on_click=_try(worklist.delete_for_good),
            )  # fmt: skip


def show_failure() -> None:
    """Say why the last thing asked for could not be done."""
    if error := st.session_state.pop("worklist_error", None):
        st.error(error, icon=":material/error:")


def show_actions(worklist: Worklist, exams: Sequence[Exam], active: str | None, reader_first: bool) -> None:
    """Show what can be done with the exams that are ticked, or with all that are shown."""
    ticked = selected(exams)
    stale = [exam for exam in exams if exam.stale(active) and exam.state == "read"]
    with st.container(horizontal=True, vertical_alignment="center", key="worklist_actions"):
        if ticked:
            numbers = [exam.number for exam in ticked]
            st.caption(words.SELECTED.format(n=len(ticked)), width="content")
            st.button(
                words.DELETE, icon=":material/delete:", key="worklist_delete",
                on_click=_try(lambda: (worklist.delete(numbers), close_exams(numbers), select(ticked, on=False))),
            )  # fmt: skip
            st.button(
                words.READ_AGAIN, icon=":material/refresh:", key="worklist_again",
                on_click=_try(lambda: (worklist.read_again(numbers), select(ticked, on=False))),
            )  # fmt: skip
            st.button(words.SELECT_NONE, key="worklist_none", type="tertiary", on_click=select, args=(exams, False))
        else:
            label = words.SELECT_ALL.format(n=len(exams))
            st.button(label, key="worklist_all", type="tertiary", on_click=select, args=(exams, True))
        if stale:
            label = words.READ_STALE.format(exams=words.counted(len(stale), "exam"), model_id=active)
            st.button(
                label, icon=":material/refresh:", key="worklist_stale",
                on_click=_try(lambda: worklist.read_again([exam.number for exam in stale])),
            )  # fmt: skip
        _show_save(worklist, ticked or list(exams), active, reader_first, some=bool(ticked))


def _show_save(worklist: Worklist, exams: list[Exam], active: str | None, reader_first: bool, *, some: bool) -> None:
    with st.popover(words.SAVE, icon=":material/download:"):
        what = (words.SAVE_SOME if some else words.SAVE_ALL).format(n=len(exams))
        st.caption(words.SAVE_NOTE.format(what=what))
        names = st.checkbox(words.SAVE_NAMES, key="worklist_names", help=words.SAVE_NAMES_HELP)
        st.download_button(
            words.SAVE_CSV, worklist_csv(exams, active, reader_first=reader_first, with_names=names), "worklist.csv",
            "text/csv", icon=":material/table:", on_click="ignore", key="worklist_csv", width="stretch",
        )  # fmt: skip
        numbers = tuple(exam.number for exam in exams)
        ready, archive, left_out = st.session_state.get(_FILMS, ((), b"", []))
        if ready != numbers:
            st.button(
                words.PREPARE_FILMS, key="worklist_prepare", icon=":material/folder_zip:", width="stretch",
                disabled=len(exams) > MAX_FILM_EXAMS, help=words.FILMS_HELP.format(n=MAX_FILM_EXAMS),
                on_click=_try(lambda: st.session_state.update({_FILMS: (numbers, *films_zip(worklist, exams))})),
            )  # fmt: skip
            return
        st.download_button(
            words.SAVE_FILMS, archive, "films.zip", "application/zip", icon=":material/folder_zip:", on_click="ignore",
            key="worklist_zip", width="stretch", help=words.FILMS_HELP.format(n=MAX_FILM_EXAMS),
        )  # fmt: skip
        if left_out:
            st.warning("\n".join(f"- {reason}" for reason in left_out), title=words.FILMS_LEFT_OUT)


def _count_waiting(exams: Sequence[Exam]) -> int:
    return sum(exam.state in ("unread", "reading") for exam in exams)


def _try(work: Callable[[], object]) -> Callable[[], None]:
    """Return a callback that does something with the list; if it cannot be done, the page says why."""

    def tried() -> None:
        try:
            work()
        except StoreError as error:
            st.session_state["worklist_error"] = str(error)

    return tried
