"""What the 322 films must be, byte for byte and pixel for pixel.

Two independent public copies of the database are identical for all films, so a film that differs was altered.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from mammo_core.config import DATA_DIR
from mammo_core.errors import DatasetError
from mammo_core.mias.index import FILM_IDS, FILM_SIZE
from mammo_core.types import pixel_digest

CHECKSUMS_PATH = DATA_DIR / "checksums.csv"
ARCHIVE_SHA256 = "c710a88faa1d3916c90619ec215a348ac0e64909e308151e606ec5fb587303b5"
"""Of the archive ``all-mias.tar.gz`` (110,819,517 bytes). One packed anew differs; its films are checked too."""


class Checksum(NamedTuple):
    """A film's digests: of its published PGM file, and of its pixels (`mammo_core.types.pixel_digest`)."""

    sha256: str
    pixel_digest: str


def checksum_of(data: bytes, film_size: int = FILM_SIZE) -> Checksum:
    """Return the checksum of a film's PGM file as published.

    Args:
        data: The file.
        film_size: Height and width of the film in pixels.

    Raises:
        ValueError: It is no binary PGM of 8 bits that has so many pixels.
    """
    n_pixels = film_size * film_size
    if not data.startswith(b"P5") or len(data) < n_pixels:
        raise ValueError(f"expected a binary PGM of {film_size} x {film_size} pixels, got {len(data)} bytes")
    pixels = np.frombuffer(data[-n_pixels:], np.uint8).reshape(film_size, film_size)
    return Checksum(hashlib.sha256(data).hexdigest(), pixel_digest(pixels))


@dataclass(frozen=True)
class Catalogue:
    """What a collection of films must be.

    Attributes:
        films: {film_id: Checksum} of every film that belongs to it, in order.
        film_size: Height and width of every film in pixels.
        archive_sha256: Digest of the archive that the films are published in.
    """

    films: Mapping[str, Checksum]
    film_size: int = FILM_SIZE
    archive_sha256: str = ARCHIVE_SHA256

    @property
    def header(self) -> bytes:
        """The first bytes of each film as published."""
        return b"P5\n%d %d\n255\n" % (self.film_size, self.film_size)

    @property
    def film_bytes(self) -> int:
        """The length of each film as published."""
        return len(self.header) + self.film_size * self.film_size

    @cached_property
    def _by_digest(self) -> dict[str, str]:
        return {checksum.pixel_digest: film_id for film_id, checksum in self.films.items()}

    def film_of_digest(self, digest: str) -> str | None:
        """Return the film that has this pixel digest, or None."""
        return self._by_digest.get(digest)

    def published_form(self, film_id: str, data: bytes) -> bytes | None:
        """Return a film's PGM file as published, or None when `data` is not that film.

        A copy whose header was written anew (a comment, other line ends) still has the pixels of the film and is given
        back with the published header.
        """
        expected = self.films[film_id].sha256
        if hashlib.sha256(data).hexdigest() == expected:
            return data
        rebuilt = self.header + data[-self.film_size * self.film_size :]
        return rebuilt if hashlib.sha256(rebuilt).hexdigest() == expected else None


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
def mias_catalogue() -> Catalogue:
    """Return the catalogue of MIAS: the committed checksums of all 322 films."""
    return Catalogue(load_checksums())


def film_of_digest(digest: str) -> str | None:
    """Return the MIAS film that has this pixel digest, whatever file format it came in, or None."""
    return mias_catalogue().film_of_digest(digest)
