"""The few steps on rows that adding, answering and deleting share."""

from __future__ import annotations

from sqlalchemy.orm import Session

from mammo_core.store.models import ChangeRow, ExamRow, ListRow, now


def list_row(session: Session, list_id: str) -> ListRow:
    """Return a list's row, made where it is missing."""
    row = session.get(ListRow, list_id)
    if row is None:
        row = ListRow(id=list_id, reader_first=False, counted=0)
        session.add(row)
        session.flush()
    return row


def note(session: Session, exam: ExamRow, kind: str, act: str, was: dict | None = None) -> None:
    """Write down a change of an exam (see `ChangeRow`)."""
    exam.touched_at = now()
    session.flush()
    session.add(ChangeRow(exam_id=exam.id, act=act, kind=kind, was=was or {}, undone=False))


def let_read(exam: ExamRow) -> None:
    """Let an exam wait to be read; what may just be reading it will find its claim gone, and drop what it read."""
    exam.state, exam.reason, exam.claim, exam.tries = "unread", "", "", 0
    for film in exam.films:
        film.error = ""
