"""The exams as rows: what each is, what the program and the reader said, and the way to it; and its details."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape

import streamlit as st

from mammo_core.errors import MammoError
from mammo_core.film.deidentify import find_identity
from mammo_core.report.palette import CLASS_COLOURS
from mammo_core.report.percent import percent
from mammo_core.store.exam import Exam, KeptFilm
from mammo_core.store.worklist import Worklist
from mammo_core.ui import cards
from mammo_core.ui.read_open import plain
from mammo_core.ui.words import worklist as words
from mammo_core.ui.worklist_open import ask_to_open, credit_of

_DETAIL, _SELECTED = "worklist_detail", "worklist_selected_{}"
_THUMBNAILS = 4


def show_rows(worklist: Worklist, exams: Sequence[Exam], active: str | None, reader_first: bool) -> None:
    """Show exams, one row each."""
    with st.container(key="worklist_rows", gap="small"):
        for exam in exams:
            _show_row(worklist, exam, active, hidden=exam.hidden(reader_first))
        for credit in dict.fromkeys(filter(None, map(credit_of, exams))):
            st.caption(credit)


def selected(exams: Sequence[Exam]) -> list[Exam]:
    """Return the exams that are ticked."""
    return [exam for exam in exams if st.session_state.get(_SELECTED.format(exam.number))]


def select(exams: Sequence[Exam], on: bool) -> None:
    """Tick exams, or take their ticks away."""
    st.session_state.update({_SELECTED.format(exam.number): on for exam in exams})


def _show_row(worklist: Worklist, exam: Exam, active: str | None, *, hidden: bool) -> None:
    number = exam.number
    with st.container(border=True, key=f"worklist_row_{number}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.checkbox(
                words.SELECT.format(number=number), key=_SELECTED.format(number), label_visibility="collapsed",
                persist_state="session",
            )  # fmt: skip
            st.html(_row(worklist, exam, active, hidden), width="stretch")
            st.button(
                words.OPEN.format(number=number), key=f"worklist_open_{number}", icon=":material/folder_open:",
                type="primary", on_click=ask_to_open, args=(number,),
            )  # fmt: skip
            open_now = st.session_state.get(_DETAIL) == number
            st.button(
                words.HIDE_DETAILS if open_now else words.DETAILS, key=f"worklist_details_{number}", on_click=_detail,
                args=(None if open_now else number,),
            )  # fmt: skip
        if open_now:
            _show_details(worklist, exam, hidden=hidden)


def _detail(number: int | None) -> None:
    st.session_state[_DETAIL] = number


def _row(worklist: Worklist, exam: Exam, active: str | None, hidden: bool) -> str:
    name = words.NAME.format(number=exam.number)
    origin = words.origin_name(exam.origin)
    places = ", ".join(film.place or "?" for film in _hung(exam)) if exam.state == "read" else ""
    films = words.counted(len(exam.films), "film") + (f": {places}" if places else "")
    status = f'<span class="status" data-status="{exam.status}">{words.STATUSES[exam.status]}</span>'
    return (
        f'<div class="exam" data-exam="{exam.number}"><div class="thumbs">{_thumbnails(worklist, exam)}</div>'
        f'<div class="what"><div><b>{escape(name)}</b> {status}</div><div class="films">'
        f"{escape(' · '.join(filter(None, [origin, films])))}</div></div>"
        f'<div class="said">{_said(exam, active, hidden)}</div></div>'
    )


def _hung(exam: Exam) -> list[KeptFilm]:
    """Return an exam's films as they are hung: CC before MLO, right before left; unknown ones last."""
    return sorted(exam.films, key=lambda film: (film.place[2:] or "~", not film.place.startswith("R")))


def _thumbnails(worklist: Worklist, exam: Exam) -> str:
    pictures = [worklist.thumbnail(film) for film in _hung(exam)[:_THUMBNAILS]]
    return "".join(
        f'<img alt="" src="data:image/jpeg;base64,{base64.b64encode(picture).decode()}">'
        for picture in pictures
        if picture
    )


def _said(exam: Exam, active: str | None, hidden: bool) -> str:
    """Return what the program said, as far as it may be shown, and what the reader said."""
    reading = exam.reading
    if exam.state == "failed":
        return f'<div class="failed">{escape(exam.reason)}</div>'
    lines = []
    if reading and hidden:
        lines.append(f'<div class="hidden">{words.HIDDEN}</div>')
    elif reading:
        shares = dict(reversed(reading.probabilities.as_dict().items()))
        parts = "".join(
            f'<i style="width:{100 * share:.1f}%;background:{CLASS_COLOURS[label]}"></i>'
            for label, share in shares.items()
        )
        share = words.SHARE.format(share=percent(reading.probabilities.malignant))
        outside = "" if reading.inside else ' data-outside="yes"'
        said = words.program_said(reading.decision, reading.inside)
        lines.append(
            f'<div><b data-decision="{reading.decision}">{escape(said)}</b> '
            f'<span class="share" data-share="{reading.probabilities.malignant:.6f}">{share}</span></div>'
            f'<div class="bar"{outside} aria-hidden="true">{parts}</div>'
        )
        if exam.stale(active):
            lines.append(f'<div class="remark">{escape(words.STALE.format(model_id=reading.model_id))}</div>')
    if exam.before or exam.after:
        before, after = words.ANSWERS.get(exam.before, ""), words.ANSWERS.get(exam.after, "")
        both = words.READER_BOTH if before and after and before != after else words.READER
        lines.append(f'<div class="you">{both.format(before=before, after=after, answer=after or before)}</div>')
    return "".join(lines)


def _show_details(worklist: Worklist, exam: Exam, *, hidden: bool) -> None:
    films, identity, history = st.columns(3, gap="medium")
    with films:
        st.markdown(f"**{words.FILES_TITLE}**")
        for film in exam.films:
            failed = f" ({words.FILM_FAILED.format(reason=plain(film.error))})" if film.error else ""
            st.caption(f"{film.place or '?'} · {plain(film.name)}{failed}")
    with identity:
        st.markdown(f"**{words.IDENTITY_TITLE}**")
        cards.show_facts(_identity(worklist, exam))
        st.caption(words.IDENTITY_NOTE)
    with history:
        st.markdown(f"**{words.HISTORY_TITLE}**")
        for reading in () if hidden else reversed(exam.readings):
            at = f"{reading.read_at:%Y-%m-%d %H:%M}"
            answer = words.program_said(reading.decision, reading.inside)
            st.caption(words.HISTORY.format(model_id=reading.model_id, at=at, answer=answer))
        if exam.why:
            st.caption(words.REASON.format(reason=plain(exam.why)))


def _identity(worklist: Worklist, exam: Exam) -> dict[str, str]:
    """Return what the films' files say of whom they show, read from them now."""
    found: dict[str, list[str]] = {}
    for film in exam.films:
        try:
            identity = find_identity(worklist.film(film))
        except MammoError:
            continue
        for name, value in identity.items():
            if value not in found.setdefault(name, []):
                found[name].append(value)
    return {name: ", ".join(values) for name, values in found.items()} or {words.IDENTITY_NONE: ""}
