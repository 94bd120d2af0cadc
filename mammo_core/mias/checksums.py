"""What the 322 films must be, byte for byte and pixel for pixel.

Two independent public copies of the database are identical for all films, so a film that differs was altered.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from mammo_core.config import DATA_DIR
from mammo_core.errors import DatasetError
from mammo_core.mias.index import FILM_IDS, FILM_SIZE
from mammo_core.types import pixel_digest

CHECKSUMS_PATH = DATA_DIR / "checksums.csv"
_HEADER = b"P5\n%d %d\n255\n" % (FILM_SIZE, FILM_SIZE)
_N_PIXELS = FILM_SIZE * FILM_SIZE


class Checksum(NamedTuple):
    """A film's digests: of its published PGM file, and of its pixels (`mammo_core.types.pixel_digest`)."""

    sha256: str
    pixel_digest: str


def checksum_of(data: bytes) -> Checksum:
    """Return the checksum of a published PGM file. Raises ValueError when it is no 1024 x 1024 film of 8 bits."""
    if not data.startswith(b"P5") or len(data) < _N_PIXELS:
        raise ValueError(f"expected a binary PGM of {FILM_SIZE} x {FILM_SIZE} pixels, got {len(data)} bytes")
    pixels = np.frombuffer(data[-_N_PIXELS:], np.uint8).reshape(FILM_SIZE, FILM_SIZE)
    return Checksum(hashlib.sha256(data).hexdigest(), pixel_digest(pixels))


def published_form(film_id: str, data: bytes) -> bytes | None:
    """Return a film's PGM file as published, or None when `data` is not that film.

    A copy whose header was written anew (a comment, other line ends) still has the pixels of the film and is given back
    with the published header.
    """
    expected = load_checksums()[film_id]
    if hashlib.sha256(data).hexdigest() == expected.sha256:
        return data
    rebuilt = _HEADER + data[-_N_PIXELS:]
    return rebuilt if hashlib.sha256(rebuilt).hexdigest() == expected.sha256 else None


def format_checksums(films: Mapping[str, bytes]) -> str:
    """Return the text of ``data/checksums.csv`` for {film_id: PGM file}."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["film_id", *Checksum._fields])
    writer.writerows([film_id, *checksum_of(films[film_id])] for film_id in sorted(films))
    return out.getvalue()


@cache
def load_checksums(path: Path = CHECKSUMS_PATH) -> Mapping[str, Checksum]:
    """Read the committed checksums: {film_id: Checksum} for all 322 films.

    Raises:
        DatasetError: The file is missing or does not name each film once.
    """
    try:
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))[1:]
    except OSError as error:
        raise DatasetError(f"{path.name} is part of the project but cannot be read: {error}") from None
    if tuple(row[0] for row in rows if len(row) == 3) != FILM_IDS:
        raise DatasetError(f"{path.name} must name each of the {len(FILM_IDS)} films once, in order; restore it")
    return MappingProxyType({film_id: Checksum(sha256, digest) for film_id, sha256, digest in rows})


@cache
def _films_by_digest() -> dict[str, str]:
    """Return {pixel_digest: film_id}."""
    return {checksum.pixel_digest: film_id for film_id, checksum in load_checksums().items()}


def film_of_digest(digest: str) -> str | None:
    """Return the MIAS film that has this pixel digest, whatever file format it came in, or None."""
    return _films_by_digest().get(digest)
