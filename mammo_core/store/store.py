"""The one place where exams are kept: a folder for films, a database for the rest, and what keeps house in them."""

from __future__ import annotations

import hashlib
import logging
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import delete, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from mammo_core.config import WorklistConfig
from mammo_core.errors import StoreError
from mammo_core.store.database import open_database, vacuum
from mammo_core.store.folder import found_secret, own_folder, private_folder, said_plainly, write_private
from mammo_core.store.models import ExamRow, FilmRow, ListRow, now

UNDO_MINUTES = 10
"""How long a deleted exam can be brought back, before it is gone for good."""
_HOUSEKEEPING_SECONDS = 60
_FILMS_NAME = "films"
_log = logging.getLogger(__name__)


class Store:
    """Films and database of all lists. One running program serves a store; all of it may be called from any thread.

    The folder and all in it can be read by its owner only. Films lie at `films/<list>/<sha256 of the file>`, each list
    with copies of its own, so that deleting in one list is deleting, whatever others hold. What touches films raises
    StoreError where the folder cannot be used.
    """

    def __init__(self, config: WorklistConfig) -> None:
        self.config = config
        try:
            self.folder = own_folder(config.folder)
            self.secret = found_secret(self.folder)
        except OSError as error:
            raise StoreError(
                f"The worklist's folder cannot be used ({type(error).__name__}). Name one that you own in "
                "MAMMO_WORKLIST_DIR."
            ) from None
        self.engine = open_database(self.folder, config.database_url)
        self.claim = secrets.token_hex(8)
        self._closed, self._untidy = threading.Event(), threading.Event()

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Give a transaction: kept as a whole when the block ends, or not at all.

        Raises:
            StoreError: The database cannot be reached; nothing was kept.
        """
        try:
            with Session(self.engine, expire_on_commit=False) as session, session.begin():
                yield session
        except (SQLAlchemyError, OSError) as error:  # PostgreSQL's driver lets the socket's errors through
            raise StoreError(
                f"The worklist's database does not answer ({type(error).__name__}); the last change was not kept. Try "
                "again."
            ) from None

    def films_folder(self, list_id: str) -> Path:
        """Return the folder of a list's films; it is made where it is missing."""
        return private_folder(private_folder(self.folder / _FILMS_NAME) / list_id)

    @said_plainly()
    def put_film(self, list_id: str, data: bytes) -> str:
        """Keep a film's file, whole or not at all; return its sha256."""
        digest = hashlib.sha256(data).hexdigest()
        if not self.has_film(list_id, digest):
            write_private(self.films_folder(list_id) / digest, data)
        return digest

    @said_plainly()
    def has_film(self, list_id: str, digest: str) -> bool:
        """Return whether a film's file is there."""
        return (self.films_folder(list_id) / digest).exists()

    @said_plainly()
    def put_thumbnail(self, list_id: str, digest: str, jpeg: bytes) -> None:
        """Keep a film's small picture beside it."""
        write_private(self.films_folder(list_id) / f"{digest}.jpg", jpeg)

    def film(self, list_id: str, digest: str) -> bytes:
        """Return a film's file. Raises StoreError where it has gone from the folder."""
        return self._file(list_id, digest)

    def thumbnail(self, list_id: str, digest: str) -> bytes | None:
        """Return a film's small picture, None until the film was read."""
        try:
            return self._file(list_id, f"{digest}.jpg")
        except StoreError:
            return None

    @said_plainly()
    def forget_film(self, list_id: str, digest: str) -> None:
        """Delete a film's file and its small picture."""
        for name in (digest, f"{digest}.jpg"):
            (self.films_folder(list_id) / name).unlink(missing_ok=True)

    def purge(self) -> int:
        """Delete for good what was deleted long enough ago, and what nobody touched for the days that exams are kept.

        Returns:
            How many exams went: with their films, small pictures, readings, answers and changes.

        Raises:
            StoreError: The database or the folder cannot be used, or could not be cleared; the next call goes on.
        """
        deleted_by = now() - timedelta(minutes=UNDO_MINUTES)
        untouched_by = now() - timedelta(days=self.config.keep_days)
        return self._remove(or_(ExamRow.deleted_at < deleted_by, ExamRow.touched_at < untouched_by))

    def remove_deleted(self, list_id: str) -> int:
        """Delete for good what is deleted in one list, without waiting. Return how many went, raise as `purge`."""
        return self._remove(ExamRow.deleted_at.is_not(None) & (ExamRow.list_id == list_id))

    def keep_house(self) -> None:
        """See in the background that `purge` is called at once and now and then, until the store is closed."""

        def work() -> None:
            while not self._closed.is_set():
                try:
                    self.purge()
                except StoreError as error:
                    _log.error("the worklist was not tidied: %s", type(error).__name__)
                self._closed.wait(_HOUSEKEEPING_SECONDS)

        threading.Thread(target=work, name="worklist housekeeping", daemon=True).start()

    def close(self) -> None:
        """Let go of the database."""
        self._closed.set()
        self.engine.dispose()

    def _remove(self, which: object) -> int:
        with self.session() as session:
            exams = list(session.scalars(select(ExamRow).where(which)))
            films = [(film.list_id, film.digest) for exam in exams for film in exam.films]
            # Files first: a kill in between leaves rows, which go with the next call, and no film that nobody knows of.
            for list_id, digest in films:
                self.forget_film(list_id, digest)
            session.execute(delete(ExamRow).where(ExamRow.id.in_([exam.id for exam in exams])))
        if exams:
            self._untidy.set()
        self._tidy()
        return len(exams)

    def _tidy(self) -> None:
        """Clear the database of rows that were deleted; what could not be cleared is so at the next call."""
        if not self._untidy.is_set():
            return
        self._untidy.clear()  # first, so that rows deleted meanwhile are not passed over
        try:
            vacuum(self.engine)
        except StoreError:
            self._untidy.set()
            raise

    @said_plainly()
    def sweep(self) -> None:
        """Delete files that no row names: left by a kill between writing a film and recording it."""
        with self.session() as session:
            known = {(row.list_id, row.digest) for row in session.execute(select(FilmRow.list_id, FilmRow.digest))}
            lists = set(session.scalars(select(ListRow.id)))
        for path in (self.folder / _FILMS_NAME).glob("*/*"):
            digest = path.name.removesuffix(".jpg")
            if path.parent.name not in lists or (path.parent.name, digest) not in known:
                path.unlink(missing_ok=True)

    @said_plainly()
    def _file(self, list_id: str, name: str) -> bytes:
        try:
            return (self.films_folder(list_id) / name).read_bytes()
        except FileNotFoundError:
            raise StoreError("The film's file has gone from the worklist's folder. Delete the exam.") from None
