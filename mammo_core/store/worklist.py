"""One visitor's list of exams: adding, showing, answering, deleting, and undoing. Nothing reaches another list."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Collection, Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from mammo_core.errors import StoreError
from mammo_core.store.adding import Taken, add_films
from mammo_core.store.exam import Exam, KeptFilm, LastChange, exam_of
from mammo_core.store.models import AnswerRow, ChangeRow, ExamRow, ListRow, now
from mammo_core.store.rows import let_read, list_row, note
from mammo_core.store.store import Store
from mammo_core.types import DECISIONS

SHARED_KEY = "shared"


def new_key() -> str:
    """Return the key of a new list: who has it has the list, and nobody guesses it."""
    return secrets.token_urlsafe(24)


class Worklist:
    """The list that a key opens. Exams are known by their number; those of other lists do not exist here."""

    def __init__(self, store: Store, key: str) -> None:
        self.store = store
        self.id = hashlib.sha256(key.encode()).hexdigest()

    @property
    def reader_first(self) -> bool:
        """Whether the program's answer stays hidden until the reader has recorded theirs."""
        with self.store.session() as session:
            row = session.get(ListRow, self.id)
            return bool(row and row.reader_first)

    @reader_first.setter
    def reader_first(self, on: bool) -> None:
        with self.store.session() as session:
            list_row(session, self.id).reader_first = on

    def add(self, files: Sequence[tuple[str, bytes]], progress: Callable[[int], None] = lambda n_films: None) -> Taken:
        """Put films on the list; they wait to be read.

        Args:
            files: (name, content) of films and zip archives, names with their folders where a folder was brought.
            progress: Called with the number of films so far, after each.

        Returns:
            What became of them.
        """
        return add_films(self.store, self.id, files, progress)

    def exams(self) -> list[Exam]:
        """Return all exams that are not deleted, in the order in which they were added."""
        with self.store.session() as session:
            return [exam_of(row) for row in session.scalars(self._wanted().order_by(ExamRow.number))]

    def exam(self, number: int) -> Exam:
        """Return one exam. Raises StoreError where there is none of that number."""
        with self.store.session() as session:
            return exam_of(self._exam_row(session, number))

    def find(self, number: int) -> Exam | None:
        """Return one exam; None where there is none of that number, or none any more."""
        with self.store.session() as session:
            row = self._found(session, number)
            return exam_of(row) if row else None

    def film(self, film: KeptFilm) -> bytes:
        """Return a film's file."""
        return self.store.film(self.id, film.digest)

    def thumbnail(self, film: KeptFilm) -> bytes | None:
        """Return a film's small picture as JPEG; None until it was read."""
        return self.store.thumbnail(self.id, film.digest)

    def record_before(self, number: int, answer: str) -> None:
        """Record what the reader says without having seen the program's answer. It stands: it cannot be taken back.

        Raises:
            StoreError: There is an answer already.
            ValueError: The answer is none of `DECISIONS`.
        """
        _check_answer(answer)
        with self.store.session() as session:
            exam = self._exam_row(session, number)
            if exam.answer:
                raise StoreError("An answer to this exam is recorded already; a first answer is given once.")
            exam.answer = AnswerRow(before=answer)
            note(session, exam, "before", secrets.token_hex(8))

    def record_after(self, number: int, answer: str, reason: str = "") -> None:
        """Record what the reader says with the program's answer in sight.

        Args:
            number: The exam.
            answer: One of `DECISIONS`.
            reason: Why it differs from the program's decision; needed where that is a class.

        Raises:
            StoreError: The exam has not been read, or the reason is missing.
            ValueError: The answer is none of `DECISIONS`.
        """
        _check_answer(answer)
        with self.store.session() as session:
            exam = self._exam_row(session, number)
            if not exam.readings:
                raise StoreError("The program has not read this exam yet; there is nothing to agree with.")
            reading = exam.readings[-1]
            overrides = reading.answer["decision"] not in (answer, "refer")
            if overrides and not reason.strip():
                raise StoreError("Say why your answer differs from the program's; a word is enough.")
            was = _kept(exam.answer)
            exam.answer = exam.answer or AnswerRow(before="")
            exam.answer.after, exam.answer.reading_id = answer, reading.id
            exam.answer.reason = reason.strip() if overrides else ""
            note(session, exam, "after", secrets.token_hex(8), was)

    def delete(self, numbers: Collection[int]) -> None:
        """Delete exams: they can be brought back by `undo` for `UNDO_MINUTES`, and then are gone for good."""
        with self.store.session() as session:
            act = secrets.token_hex(8)
            for number in numbers:
                exam = self._exam_row(session, number)
                note(session, exam, "deleted", act)
                exam.deleted_at = now()

    def delete_for_good(self) -> int:
        """Delete for good what is deleted, without waiting. Return how many exams went."""
        return self.store.remove_deleted(self.id)

    def read_again(self, numbers: Collection[int]) -> None:
        """Let exams be read by the active model once more; what was read before stays."""
        with self.store.session() as session:
            act = secrets.token_hex(8)
            for number in numbers:
                exam = self._exam_row(session, number)
                let_read(exam)
                note(session, exam, "again", act)

    def last_change(self, number: int | None = None) -> LastChange | None:
        """Return the newest change that can be undone, of the list or of one exam."""
        with self.store.session() as session:
            gone = ExamRow.deleted_at.is_not(None)
            undoable = (ChangeRow.kind == "deleted") & gone | (ChangeRow.kind == "after") & ~gone
            wanted = self._changes().where(undoable)
            newest = session.scalars(wanted if number is None else wanted.where(ExamRow.number == number)).first()
            if newest is None:
                return None
            numbers = session.scalars(
                select(ExamRow.number).join(ChangeRow).where(ChangeRow.act == newest.act).order_by(ExamRow.number)
            )
            return LastChange(newest.act, newest.kind, tuple(numbers), newest.at)

    def undo(self, act: str) -> None:
        """Put things back as they were before a change. Raises StoreError where that has gone, or is undone."""
        with self.store.session() as session:
            changes = list(session.scalars(self._changes().where(ChangeRow.act == act)))
            if not changes:
                raise StoreError("There is nothing to undo: it is undone already, or gone for good.")
            for change in changes:
                exam = session.get_one(ExamRow, change.exam_id)
                change.undone = True
                if change.kind == "deleted":
                    exam.deleted_at = None
                elif change.was:
                    for name, value in change.was.items():
                        setattr(exam.answer, name, value)
                else:
                    session.delete(exam.answer)
                note(session, exam, "undone", act + "-")

    def _wanted(self) -> Select[tuple[ExamRow]]:
        parts = (selectinload(part) for part in (ExamRow.films, ExamRow.readings, ExamRow.answer))
        return select(ExamRow).where(ExamRow.list_id == self.id, ExamRow.deleted_at.is_(None)).options(*parts)

    def _found(self, session: Session, number: int) -> ExamRow | None:
        return session.scalar(self._wanted().where(ExamRow.number == number))

    def _exam_row(self, session: Session, number: int) -> ExamRow:
        row = self._found(session, number)
        if row is None:
            raise StoreError(f"There is no exam {number} on this list; it may have been deleted.")
        return row

    def _changes(self) -> Select[tuple[ChangeRow]]:
        own = (ExamRow.list_id == self.id, ChangeRow.undone.is_(False))
        return select(ChangeRow).join(ExamRow).where(*own).order_by(ChangeRow.id.desc())


def _kept(answer: AnswerRow | None) -> dict:
    names = ("before", "after", "reason", "reading_id")
    return {name: getattr(answer, name) for name in names} if answer else {}


def _check_answer(answer: str) -> None:
    if answer not in DECISIONS:
        raise ValueError(f"an answer is one of {DECISIONS}, not {answer!r}")
