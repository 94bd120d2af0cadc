"""What a run leaves beside its result until it is done: the films to read, and a part of the table for each few.

Which films stand in which part is settled before the first is read, and a part appears whole or not at all. So whatever
is killed, and when: a part that is there is done, one that is not is read anew, and no film is in two. Films that could
not be reached are read again as well; while there are any, the folder stays beside the result. It is named after the
result, `results.parquet.parts`, and can be read as a table of what is there so far by anything that reads Parquet.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TextIO

from mammo_core.batch.sources import Film
from mammo_core.batch.table import Part, count_out_of_reach, read_part
from mammo_core.errors import BatchError

MIN_FILMS, MAX_FILMS, PARTS = 4, 1000, 100
"""A part has a hundredth of the films, from 4 to 1000: that much is read again after a kill."""
_PART = re.compile(r"part-(\d{8})\.parquet")
_RUN, _FILMS, _LOCK = "_run.json", "_films.jsonl", "_lock"


class Parts:
    """The folder beside a result.

    Args:
        out: The result's path.
    """

    def __init__(self, out: Path) -> None:
        self.folder = out.with_name(f"{out.name}.parts")
        self.n_films = self._films_a_part = 0

    @contextmanager
    def locked(self) -> Iterator[Parts]:
        """Make the folder and hold it against a second run; the lock ends with the process, however that ends."""
        shutil.rmtree(self._thrown_away, ignore_errors=True)
        self.folder.mkdir(exist_ok=True)
        with (self.folder / _LOCK).open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BatchError("another run writes to this --out; wait for it, or name another --out") from None
            except OSError:
                pass  # a disk that knows no locks
            yield self

    def begin(self, run: dict, films: Iterable[Film]) -> bool:
        """List the films, or find them listed by the run that is to go on. Return whether it goes on.

        Args:
            run: JSON-ready: what the rows depend on.
            films: What to read, listed only if this is a new run: films that came since then wait for the next one.

        Raises:
            BatchError: An unfinished run with other settings is in the way, or there is no film.
        """
        stated = self.folder / _RUN
        goes_on = stated.is_file()
        if not goes_on:
            try:
                n_films = self._list(films)
            except BaseException:
                shutil.rmtree(self.folder)
                raise
            films_a_part = min(max(MIN_FILMS, n_films // PARTS), MAX_FILMS)
            _write_whole(stated, run | {"n_films": n_films, "films_a_part": films_a_part})
        begun = json.loads(stated.read_text(encoding="utf-8"))
        self.n_films, self._films_a_part = begun.pop("n_films"), begun.pop("films_a_part")
        if begun != run:
            differ = ", ".join(sorted(key for key in begun | run if begun.get(key) != run.get(key)))
            raise BatchError(
                f"an unfinished run for this --out began with another {differ}; go on with what it began with, name "
                f"another --out, or delete the folder {self.folder.name}"
            )
        return goes_on

    def missing(self) -> Iterator[tuple[int, list[Film], Part]]:
        """Yield number, films and what is known of every part that is not there yet, or lacks films, in order."""
        done = self._done()
        with (self.folder / _FILMS).open(encoding="utf-8") as listed:
            for number in range(self.n_parts):
                lines = list(islice(listed, self._films_a_part))
                if done.get(number) != 0:
                    known = read_part(self.path(number)) if number in done else Part()
                    yield number, [Film(*json.loads(line)) for line in lines], known

    def count_done(self) -> int:
        """Return how many of the listed films stand in parts and are not to be read again."""
        return sum(
            min(self._films_a_part, self.n_films - number * self._films_a_part) - again
            for number, again in self._done().items()
        )

    @property
    def n_parts(self) -> int:
        """How many parts there will be."""
        return -(-self.n_films // self._films_a_part)

    def path(self, number: int) -> Path:
        """Return where a part lies."""
        return self.folder / f"part-{number:08d}.parquet"

    def discard(self) -> None:
        """Take the folder away, in one step: half of it would look like an unfinished run."""
        self.folder.rename(self._thrown_away)
        shutil.rmtree(self._thrown_away, ignore_errors=True)  # the next run does it otherwise

    @property
    def _thrown_away(self) -> Path:
        return self.folder.with_name(f".{self.folder.name}.done")

    def _done(self) -> dict[int, int]:
        """Return {number: films to be read again} of the parts that are there."""
        found = ((_PART.fullmatch(path.name), path) for path in self.folder.iterdir())
        return {int(match[1]): count_out_of_reach(path) for match, path in found if match}

    def _list(self, films: Iterable[Film]) -> int:
        n_films = 0
        with (self.folder / _FILMS).open("w", encoding="utf-8") as listed:
            for n_films, film in enumerate(films, start=1):  # noqa: B007 - counted
                listed.write(json.dumps(film) + "\n")
            _to_disk(listed)
        if not n_films:
            raise BatchError("no film was found; name a folder, a zip archive or a list with films")
        return n_films


def _write_whole(path: Path, content: dict) -> None:
    aside = path.with_name(f".{path.name}.aside")
    with aside.open("w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        _to_disk(file)
    os.replace(aside, path)


def _to_disk(file: TextIO) -> None:
    """Make sure that a file outlasts a loss of power too."""
    file.flush()
    os.fsync(file.fileno())
