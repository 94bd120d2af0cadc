"""Films through a cluster: a few on the way at a time, and none lost when a worker dies.

A film whose worker died is suspected, and so is the one that waited behind it. Suspects are read one by one while
nothing else runs: one that ends its worker then too is set aside, and the innocent are read. With workers of our own a
film costs two of them at most; another scheduler tries by itself first, as its `allowed-failures` says (Dask: 3).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from mammo_core.batch.reader import Row, Settings, read_row
from mammo_core.batch.sources import Film
from mammo_core.errors import BatchError, MammoError

if TYPE_CHECKING:
    from distributed import Client, Future

FILMS_A_THREAD = 2
"""Films on the way for each thread of the cluster: one is read, one waits, so that no worker ever does."""
LOOK_SECONDS = 5.0
"""How often the size of the cluster is asked for: workers come and go."""
MAX_KILLERS = 10
"""Films set aside one after the other, none read in between, after which the workers are to blame."""
KILLER = "The film ended the process that read it, twice (a crash, too little memory, or too long). Export it again."


def read_all(client: Client, films: Iterable[tuple[int, Film]], settings: Settings) -> Iterator[tuple[int, Row | None]]:
    """Read films, and yield each one's key with its row, in the order in which they are done.

    Args:
        client: Of the cluster that reads.
        films: (key, film): taken only as fast as they are read.
        settings: How to read.

    Yields:
        Key and row; the row is None where the file is no film.

    Raises:
        BatchError: Every film ends its worker, or the cluster is gone.
        BundleError: A worker's model is not sound, or not the run's.
    """
    stream = _Stream(client, settings)
    try:
        yield from stream.run(iter(films))
    finally:
        stream.cancel()


class _Stream:
    def __init__(self, client: Client, settings: Settings) -> None:
        from distributed import as_completed

        self._client, self._settings = client, settings
        self._pending: dict[Future, tuple[int, Film]] = {}
        self._done = as_completed()
        self._room, self._looked = 0, float("-inf")
        self._killers = 0

    def run(self, films: Iterator[tuple[int, Film]]) -> Iterator[tuple[int, Row | None]]:
        while True:
            for key, film in islice(films, max(0, self._look_for_room() - len(self._pending))):
                self._submit(key, film)
            if not self._pending:
                return
            suspects = yield from self._next()
            if suspects:
                while self._pending:
                    suspects += yield from self._next()
                for key, film in suspects:
                    yield key, self._read_alone(key, film)

    def cancel(self) -> None:
        self._client.cancel(list(self._pending))

    def _submit(self, key: int, film: Film) -> None:
        future = self._client.submit(read_row, film, self._settings, pure=False)
        self._pending[future] = (key, film)
        self._done.add(future)

    def _next(self) -> Iterator[tuple[int, Row | None]]:
        """Wait for some films, yield those that were read, and return those whose worker died."""
        suspects = []
        for future in self._done.next_batch():
            key, film = self._pending.pop(future)
            found, row = self._outcome(future)
            if found:
                self._killers = 0
                yield key, row
            else:
                suspects.append((key, film))
        return suspects

    def _read_alone(self, key: int, film: Film) -> Row | None:
        self._submit(key, film)
        (future,) = self._done.next_batch()
        del self._pending[future]
        found, row = self._outcome(future)
        self._killers = 0 if found else self._killers + 1
        if self._killers == MAX_KILLERS:
            raise BatchError(
                f"{MAX_KILLERS} films in turn ended the worker that read them, and none was read; the workers may have "
                "too little memory, or another program than this one. Nothing that was read is lost."
            )
        return row if found else {"file": film.name, "error": KILLER}

    def _outcome(self, future: Future) -> tuple[bool, Row | None]:
        """Return whether a film was read, and its row; any failure but a worker's death is raised."""
        from distributed import KilledWorker

        try:
            return True, future.result()
        except KilledWorker:
            return False, None
        except (MammoError, ModuleNotFoundError):
            raise
        except Exception as error:
            raise BatchError(
                f"the cluster could not do the work ({type(error).__name__}): its scheduler is gone, or workers lack "
                "this program. Nothing that was read is lost; the same command goes on."
            ) from error
        finally:
            future.release()

    def _look_for_room(self) -> int:
        if time.monotonic() - self._looked > LOOK_SECONDS:
            self._room = FILMS_A_THREAD * max(1, sum(self._client.nthreads().values()))
            self._looked = time.monotonic()
        return self._room
