"""An exam of the worklist as pages and exports see it: frozen, and free of the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mammo_core.store.models import ExamRow, ReadingRow
from mammo_core.types import Probabilities

STATUSES = ("unread", "reading", "read", "agreed", "overridden", "answered", "failed")
"""`answered`: the program referred the exam, and the reader's answer stands alone."""


@dataclass(frozen=True)
class KeptFilm:
    """A film that is kept: its file's name and sha256, `R-MLO` or the like once it was read, or why it could not be."""

    name: str
    digest: str
    place: str
    error: str


@dataclass(frozen=True)
class KeptReading:
    """What one model said of an exam; `answer` is the object that `exam_to_json` makes, films in the exam's order."""

    id: int
    model_id: str
    read_at: datetime
    answer: dict[str, Any]

    @property
    def decision(self) -> str:
        """One of `DECISIONS`."""
        return self.answer["decision"]

    @property
    def probabilities(self) -> Probabilities:
        """For the woman."""
        return Probabilities(**self.answer["probabilities"])

    @property
    def inside(self) -> bool:
        """Whether the exam is of the kind the model learned from."""
        return self.answer["applicability"]["inside"]


@dataclass(frozen=True)
class Exam:
    """One exam.

    Attributes:
        number: Its name within the list.
        woman: What exams of one woman share, as far as the program or the files tell; empty where they do not.
        origin: `demo A` or `MIAS 14` for films that the program knows, else empty.
        added_at: When its first film came, in UTC.
        state: `unread`, `reading`, `read` or `failed`.
        reason: Why it failed; empty otherwise.
        films: Its films.
        readings: What models said of it, oldest first.
        before: The reader's answer without having seen the program's; empty where there is none.
        after: The reader's answer with the program's in sight; empty where there is none.
        why: The reader's reason where the two differ.
        seen: The reading that `after` was given on.
    """

    number: int
    woman: str
    origin: str
    added_at: datetime
    state: str
    reason: str
    films: tuple[KeptFilm, ...]
    readings: tuple[KeptReading, ...]
    before: str
    after: str
    why: str
    seen: KeptReading | None

    @property
    def reading(self) -> KeptReading | None:
        """The newest reading."""
        return self.readings[-1] if self.readings else None

    @property
    def status(self) -> str:
        """One of `STATUSES`."""
        if self.state != "read" or not self.after or self.seen is None:
            return self.state
        if self.after == self.seen.decision:
            return "agreed"
        return "answered" if self.seen.decision == "refer" else "overridden"

    @property
    def suspicion(self) -> tuple[float, float]:
        """What exams are sorted by: P(malignant), equal ones by P(abnormal); below all others where it is not read."""
        if self.reading is None:
            return -1.0, -1.0
        normal, _, malignant = self.reading.probabilities
        return malignant, 1 - normal

    def stale(self, active: str | None) -> bool:
        """Return whether another model than the active one read it last."""
        return self.reading is not None and active is not None and self.reading.model_id != active

    def hidden(self, reader_first: bool) -> bool:
        """Return whether the program's answer must not be shown yet."""
        return reader_first and not self.before and not self.after


@dataclass(frozen=True)
class LastChange:
    """A change that can be undone: its act, `deleted` or `after`, the exams that it concerns, and when it was."""

    act: str
    kind: str
    numbers: tuple[int, ...]
    at: datetime


def exam_of(row: ExamRow) -> Exam:
    """Return a row with its films, readings and answer."""
    readings = tuple(map(_reading, row.readings))
    answer = row.answer
    return Exam(
        number=row.number,
        woman=row.woman,
        origin=row.origin,
        added_at=row.added_at,
        state=row.state,
        reason=row.reason,
        films=tuple(KeptFilm(film.name, film.digest, film.place, film.error) for film in row.films),
        readings=readings,
        before=answer.before if answer else "",
        after=answer.after if answer else "",
        why=answer.reason if answer else "",
        seen=next((reading for reading in readings if answer and reading.id == answer.reading_id), None),
    )


def _reading(row: ReadingRow) -> KeptReading:
    return KeptReading(row.id, row.model_id, row.read_at, row.answer)
