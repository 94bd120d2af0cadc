"""The reading of exams that wait, one after the other, whoever brought them; beside the page, and again after a crash.

An exam that is being read is claimed by the running program. A program that starts takes over what another one had
claimed, since one program serves a store; what the other one would still record is then dropped. Each reading is
recorded in one transaction, so that an exam is read or not, and never half.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
from sqlalchemy import func, select, update

from mammo_core.errors import MammoError
from mammo_core.film.enhance import to_display
from mammo_core.film.load import load_mammogram
from mammo_core.jobs import JobCancelled
from mammo_core.network.bundle import Bundle
from mammo_core.network.grid import lay_out
from mammo_core.preprocess import preprocess
from mammo_core.reading.read_exam import read_exam
from mammo_core.reading.to_json import exam_to_json
from mammo_core.store.models import ExamRow, FilmRow, ReadingRow, now
from mammo_core.store.store import Store
from mammo_core.types import Mammogram, Preprocessed

MAX_TRIES = 3
"""An exam during whose reading the program ended so often is not tried again."""
THUMBNAIL_PX = 160
_GAVE_UP = f"The program ended {MAX_TRIES} times while it read this exam; it is not tried again by itself."
_UNFORESEEN = "unforeseen {}; please report it with the kind of film"
_NONE_READ = "None of its films could be read"


@dataclass
class _Outcome:
    """What reading an exam gave: an answer, or why there is none; and by digest what each film turned out to be.

    Small pictures are kept with the rest, in one transaction: those of an exam that was deleted for good while it was
    read would lie there with nobody knowing of them.
    """

    answer: dict | None = None
    model_id: str = ""
    reason: str = ""
    places: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    thumbnails: dict[str, bytes] = field(default_factory=dict)


def take_over(store: Store) -> int:
    """Let exams wait again that a program which ended was reading. Return how many."""
    with store.session() as session:
        lost = (ExamRow.state == "reading", ExamRow.claim != store.claim)
        session.execute(
            update(ExamRow).where(*lost, ExamRow.tries >= MAX_TRIES).values(state="failed", reason=_GAVE_UP, claim="")
        )
        return session.execute(update(ExamRow).where(*lost).values(state="unread", claim="")).rowcount


def count_waiting(store: Store) -> int:
    """Return how many exams of all lists are waiting or being read."""
    with store.session() as session:
        waiting = ExamRow.state.in_(("unread", "reading")) & ExamRow.deleted_at.is_(None)
        return session.scalar(select(func.count()).select_from(ExamRow).where(waiting))


def read_waiting(
    store: Store,
    bundle: Callable[[], Bundle],
    progress: Callable[[float, str], None] = lambda fraction, message: None,
) -> int:
    """Read all exams that wait, oldest first, until none is left; return how many were read.

    It must run once at a time in a program (it is one job): what it finds claimed by this program at its beginning is
    what could not be recorded when it last ran, and waits again.

    Args:
        store: Where they are kept.
        bundle: Gives the model, asked anew for each exam.
        progress: Called before each film with the share of the exam that is done; it may raise to end the work, and
            then the exam waits again.

    Raises:
        BundleError: There is no model; the exam waits again.
        StoreError: The database does not answer; the exam waits again, at the next call.
    """
    _let_go(store)
    n_read = 0
    while (claimed := _claim(store)) is not None:
        exam_id, list_id, films = claimed
        outcome = None
        try:
            outcome = _read(store, list_id, films, bundle(), progress)
        finally:
            _record(store, exam_id, outcome)
        n_read += 1
    return n_read


def _let_go(store: Store) -> None:
    """Let exams wait again that this program claimed; that the database failed is not counted as their try."""
    own = (ExamRow.state == "reading", ExamRow.claim == store.claim)
    with store.session() as session:
        session.execute(update(ExamRow).where(*own).values(state="unread", claim="", tries=ExamRow.tries - 1))


def _claim(store: Store) -> tuple[int, str, list[tuple[str, str]]] | None:
    """Claim the next exam; return its id, its list and its films' (digest, name), or None where none waits."""
    waits = (ExamRow.state == "unread", ExamRow.deleted_at.is_(None))
    with store.session() as session:
        exam = session.scalar(select(ExamRow).where(*waits).order_by(ExamRow.id).limit(1))
        if exam is None:
            return None
        exam.state, exam.claim, exam.tries = "reading", store.claim, exam.tries + 1
        return exam.id, exam.list_id, [(film.digest, film.name) for film in exam.films]


def _read(
    store: Store,
    list_id: str,
    films: list[tuple[str, str]],
    bundle: Bundle,
    progress: Callable[[float, str], None],
) -> _Outcome:
    outcome = _Outcome(model_id=bundle.model_id)
    names: dict[str, str] = {}
    mammograms: list[Mammogram] = []
    prepared: list[Preprocessed] = []

    def tell(n_done: int, what: str) -> None:
        progress(n_done / (2 * len(films)), what)

    for i, (digest, name) in enumerate(films):
        tell(i, f"Opening film {i + 1} of {len(films)}")
        try:
            mammogram, ready = _open(store, list_id, digest, bundle, outcome)
        except MammoError as error:
            outcome.errors[digest] = str(error)
        except Exception as error:  # an unforeseen error must not take the other exams with it
            outcome.errors[digest] = _UNFORESEEN.format(type(error).__name__)
        else:
            names[digest] = name
            mammograms.append(mammogram)
            prepared.append(ready)
    if not mammograms:
        outcome.reason = f"{_NONE_READ}: {next(iter(outcome.errors.values()), 'it has no films')}"
        return outcome
    told = lambda n: tell(len(films) + n, f"Reading film {n + 1} of {len(mammograms)}")  # noqa: E731
    try:
        exam = read_exam(mammograms, bundle, prepared=prepared, progress=told)
    except (MammoError, JobCancelled):
        raise
    except Exception as error:
        outcome.reason = _UNFORESEEN.format(type(error).__name__)
        return outcome
    failed = [{"file": name, "error": outcome.errors[digest]} for digest, name in films if digest in outcome.errors]
    outcome.answer = exam_to_json(list(names.values()), mammograms, exam, failed)
    return outcome


def _open(store: Store, list_id: str, digest: str, bundle: Bundle, outcome: _Outcome) -> tuple[Mammogram, Preprocessed]:
    """Return a film ready to be read; note its place and its small picture."""
    mammogram = load_mammogram(store.film(list_id, digest))
    outcome.places[digest] = mammogram.name
    outcome.thumbnails[digest] = _thumbnail(mammogram)
    ready = preprocess(mammogram, bundle.config)
    lay_out(ready)  # refuses a breast too small to be read while the film can still be named
    return mammogram, ready


def _thumbnail(mammogram: Mammogram) -> bytes:
    picture = to_display(mammogram.pixels, mammogram.bit_depth)
    factor = THUMBNAIL_PX / max(picture.shape)
    small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 82])[1].tobytes()


def _record(store: Store, exam_id: int, outcome: _Outcome | None) -> None:
    """Record a reading; without an outcome the exam waits again. What was taken over or purged meanwhile is dropped."""
    with store.session() as session:
        exam = session.scalar(select(ExamRow).where(ExamRow.id == exam_id))
        if exam is None or (exam.state, exam.claim) != ("reading", store.claim):
            return
        exam.claim = ""
        if outcome is None:
            exam.state, exam.tries = "unread", exam.tries - 1
            return
        exam.state, exam.reason = ("read", "") if outcome.answer else ("failed", outcome.reason)
        exam.touched_at = now()
        if outcome.answer:
            session.add(ReadingRow(exam_id=exam.id, model_id=outcome.model_id, answer=outcome.answer))
        for film in session.scalars(select(FilmRow).where(FilmRow.exam_id == exam_id)):
            film.place = outcome.places.get(film.digest, film.place)
            film.error = outcome.errors.get(film.digest, "")
            if film.digest in outcome.thumbnails:
                store.put_thumbnail(film.list_id, film.digest, outcome.thumbnails[film.digest])
