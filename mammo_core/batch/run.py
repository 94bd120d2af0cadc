"""A run over many films: list them, read what no part holds yet, write each part, make one file of all."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from mammo_core.batch.parts import Parts
from mammo_core.batch.reader import Row, Settings
from mammo_core.batch.sources import Film, list_films
from mammo_core.batch.stream import read_all
from mammo_core.batch.table import PART_FORM, Part, Totals, merge_parts, write_part
from mammo_core.network.bundle import load_bundle

if TYPE_CHECKING:
    from distributed import Client


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    Attributes:
        done: Films answered for, those of an earlier beginning included.
        total: Files listed.
        read: Files that this process has had answers for.
        seconds: Since this process began to read.
        row: The film that was answered for just now; None for a file that is no film.
    """

    done: int
    total: int
    read: int
    seconds: float
    row: Row | None = None

    @property
    def films_a_second(self) -> float:
        """The rate since this process began to read."""
        return self.read / self.seconds if self.seconds else 0.0


def run_batch(
    sources: Sequence[Path],
    out: Path,
    client: Client,
    *,
    spacing_mm: float | None = None,
    told: Callable[[Progress], None] = lambda progress: None,
) -> Totals:
    """Read all films into one Parquet table (columns: `mammo_core.batch.table`), or go on where a run was cut off.

    Args:
        sources: Folders, zip archives, lists of films, films.
        out: The table; replaced when all films are done. What is there so far lies in `out` + `.parts`, which stays
            while files could not be reached: the next run reads those, and those only.
        client: From `open_cluster`.
        spacing_mm: Millimetres per pixel, where files are silent.
        told: Called after each film.

    Returns:
        What the table holds.

    Raises:
        BatchError: There is nothing to read, or an unfinished run with other settings is in the way.
        BundleError: The model, here or on a worker, is not sound.
    """
    bundle = load_bundle(threads=1)
    settings = Settings(bundle.info["digest"], spacing_mm)
    run = {
        "sources": [str(source.absolute()) for source in sources],
        "model": bundle.info["digest"],
        "spacing_mm": spacing_mm,
        "form of parts": PART_FORM,
    }
    with Parts(out).locked() as parts:
        parts.begin(run, list_films(sources, leave_out=[parts.folder]))
        _Run(parts, bundle.model_id, told).read(client, settings)
        totals = merge_parts(map(parts.path, range(parts.n_parts)), out)
        if not totals.out_of_reach:
            parts.discard()
    return totals


@dataclass
class _OpenPart:
    """A part of which some films are on the way."""

    number: int
    waiting: int
    known: Part


class _Run:
    """Takes films out of the missing parts, and puts their rows back in: memory holds the parts that are open only."""

    def __init__(self, parts: Parts, model_id: str, told: Callable[[Progress], None]) -> None:
        self._parts, self._model_id, self._told = parts, model_id, told
        self._open: dict[int, tuple[_OpenPart, int]] = {}

    def read(self, client: Client, settings: Settings) -> None:
        """Read every film that no part holds, and write the parts."""
        start, total, before = time.monotonic(), self._parts.n_films, self._parts.count_done()
        for read, (key, row) in enumerate(read_all(client, self._films(), settings), start=1):
            self._take(*self._open.pop(key), row)
            self._told(Progress(before + read, total, read, time.monotonic() - start, row))

    def _films(self) -> Iterator[tuple[int, Film]]:
        keys = count()
        for number, films, known in self._parts.missing():
            missing = sorted(set(range(len(films))) - known.rows.keys() - known.passed_over)
            part = _OpenPart(number, len(missing), known)
            for place in missing:
                key = next(keys)
                self._open[key] = (part, place)
                yield key, films[place]

    def _take(self, part: _OpenPart, place: int, row: Row | None) -> None:
        part.waiting -= 1
        if row is None:
            part.known.passed_over.add(place)
        else:
            part.known.rows[place] = {"model_id": self._model_id} | row
        if not part.waiting:
            write_part(self._parts.path(part.number), part.known)
