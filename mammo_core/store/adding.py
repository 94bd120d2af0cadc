"""Putting films on a list: their files are kept first, then rows tell which exam each belongs to.

A large upload takes minutes, and nobody's deleting waits for it. An exam that is deleted for good meanwhile takes its
files along, those of films that come again too: the transaction that makes the rows, which no deleting can interrupt,
looks whether every file is still there, and what is missing is written once more.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from mammo_core.store.incoming import take_in
from mammo_core.store.models import ExamRow, FilmRow
from mammo_core.store.rows import let_read, list_row, note
from mammo_core.store.store import Store
from mammo_core.store.together import Mark, find_mark, join, keyed

MAX_FILMS = 12
"""Films of one exam; as many as a visitor may have open."""
_FULL = f"Its exam has {MAX_FILMS} films already, which is the most."


@dataclass
class Taken:
    """What became of files that were brought.

    Attributes:
        numbers: Exams that they are in.
        films: How many films are new.
        known: How many were on the list already (a deleted exam comes back with them).
        refused: (name, why) of each that was not taken.
    """

    numbers: set[int] = field(default_factory=set)
    films: int = 0
    known: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)


class _Arrived(NamedTuple):
    """A film whose file is kept, and which is in no exam yet."""

    name: str
    folder: str
    digest: str
    mark: Mark


def add_films(store: Store, list_id: str, files: Sequence[tuple[str, bytes]], progress: Callable[[int], None]) -> Taken:
    """Put films on a list. Arguments and result as `Worklist.add`."""
    taken = Taken()
    arrived: dict[str, _Arrived] = {}
    for incoming in take_in(files):
        if incoming.refusal:
            taken.refused.append((incoming.name, incoming.refusal))
            continue
        digest = store.put_film(list_id, incoming.data)
        mark = find_mark(incoming.data, digest)
        arrived.setdefault(digest, _Arrived(incoming.name, incoming.folder, digest, mark))
        progress(len(arrived))
    films = list(arrived.values())
    joined = join([film.mark for film in films], [film.folder for film in films], store.secret, secrets.token_hex(8))
    act = secrets.token_hex(8)
    with store.session() as session:
        list_row(session, list_id)
        _write_missing(store, list_id, files, arrived)
        for film, together in zip(films, joined, strict=True):
            known = session.scalar(select(FilmRow).where(FilmRow.list_id == list_id, FilmRow.digest == film.digest))
            if known:
                exam = session.get_one(ExamRow, known.exam_id)
                exam.deleted_at = None
                taken.known += 1
                taken.numbers.add(exam.number)
                continue
            exam = _exam_for(store, session, list_id, film, together)
            if len(exam.films) >= MAX_FILMS:
                taken.refused.append((film.name, _FULL))
                store.forget_film(list_id, film.digest)
                continue
            let_read(exam)
            exam.films.append(FilmRow(list_id=list_id, digest=film.digest, name=film.name))
            if exam.number not in taken.numbers:
                note(session, exam, "added", act)
            taken.films += 1
            taken.numbers.add(exam.number)
    return taken


def _write_missing(store: Store, list_id: str, files: Sequence[tuple[str, bytes]], arrived: Collection[str]) -> None:
    """Keep the files once more that went while others came; to be called in a transaction."""
    if not all(store.has_film(list_id, digest) for digest in arrived):
        for incoming in take_in(files):
            if not incoming.refusal:
                store.put_film(list_id, incoming.data)


def _exam_for(store: Store, session: Session, list_id: str, film: _Arrived, together: str) -> ExamRow:
    """Return the exam that a new film belongs to, made where there is none."""
    same = (ExamRow.list_id == list_id, ExamRow.together == together, ExamRow.deleted_at.is_(None))
    exam = session.scalar(select(ExamRow).where(*same))
    if exam is None:
        row = list_row(session, list_id)
        row.counted += 1
        woman = keyed(film.mark.woman, store.secret) if film.mark.woman else ""
        exam = ExamRow(
            list_id=list_id, number=row.counted, together=together, woman=woman, origin=film.mark.origin, tries=0
        )
        session.add(exam)
        session.flush()
    return exam
