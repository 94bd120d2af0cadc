"""Bring MIAS into ``data/mias/`` from the archive or from a folder, checked film by film.

Nothing in the source is trusted: members are known by their bare names only (so no path can lead out of the target),
links and devices are passed over, sizes are bounded before anything is unpacked, and a film counts only when its
checksum is that of the published one. Films are gathered in a temporary folder beside the target and moved in whole, so
that an import that is broken off leaves no half-written film behind.
"""

from __future__ import annotations

import gzip
import os
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from mammo_core.config import DATA_DIR
from mammo_core.errors import DatasetError
from mammo_core.mias.checksums import published_form
from mammo_core.mias.films import film_id_of
from mammo_core.mias.index import FILM_IDS

MIAS_DIR = DATA_DIR / "mias"
MAX_MEMBER_BYTES = 2 * 2**20
"""A film has 1,048,593 bytes, the texts a few thousand."""
MAX_UNPACKED_BYTES = 2**30
"""The whole database has 338 million bytes."""
_TEXTS = ("Info.txt", "Licence.txt")

Progress = Callable[[float], None]


@dataclass(frozen=True)
class ImportReport:
    """What an import did.

    Attributes:
        target: The folder that holds the films now.
        imported: Films written by this import.
        kept: Films that were there before, and right.
        missing: Films that are still not there.
    """

    target: Path
    imported: tuple[str, ...]
    kept: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether all 322 films are there."""
        return not self.missing


def import_mias(source: Path | str, target: Path = MIAS_DIR, progress: Progress | None = None) -> ImportReport:
    """Import the films, index and licence of MIAS; films that are there and right are kept.

    Args:
        source: The archive (``.tar.gz`` or ``.tar``) or a folder, searched with its subfolders.
        target: Folder to hold ``mdb001.pgm`` to ``mdb322.pgm``, ``Info.txt`` and ``Licence.txt``.
        progress: Called with the share of films seen, from 0 to 1.

    Returns:
        What was imported, kept and is still missing.

    Raises:
        DatasetError: The source is missing, broken, no MIAS at all, or holds an altered film; nothing is written then.
    """
    source = Path(source)
    if not source.exists():
        raise DatasetError(f"{source} does not exist; give the MIAS archive (all-mias.tar.gz) or a folder of its films")
    try:
        kept = _films_in_place(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".mias-import-", dir=target.parent) as staging:
            gathered = _gather(source, Path(staging), kept, progress or (lambda fraction: None))
            _move_in(Path(staging), target)
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        raise DatasetError(f"MIAS could not be imported from {source.name}, nothing was kept of it: {error}") from None
    missing = tuple(film_id for film_id in FILM_IDS if film_id not in kept | gathered)
    return ImportReport(target, tuple(sorted(gathered)), tuple(sorted(kept)), missing)


def _films_in_place(target: Path) -> set[str]:
    """Return the films that the target holds already, byte for byte as published."""
    paths = {film_id: target / f"{film_id}.pgm" for film_id in FILM_IDS}
    held = {film_id: path.read_bytes() for film_id, path in paths.items() if _is_small_file(path)}
    return {film_id for film_id, data in held.items() if published_form(film_id, data) == data}


def _is_small_file(path: Path) -> bool:
    return path.is_file() and path.stat().st_size <= MAX_MEMBER_BYTES


def _gather(source: Path, staging: Path, kept: set[str], progress: Progress) -> set[str]:
    """Write what the source has and the target lacks into the staging folder; return the films written."""
    found, gathered, altered = set(), set(), set()
    for name, data in _folder_members(source) if source.is_dir() else _archive_members(source):
        film_id = film_id_of(name)
        if film_id is None:
            (staging / name).write_bytes(data)
            continue
        film = published_form(film_id, data)
        (altered if film is None else found).add(film_id)
        if film is not None and film_id not in kept | gathered:
            (staging / name).write_bytes(film)
            gathered.add(film_id)
        progress(len(found | altered) / len(FILM_IDS))
    altered -= found  # a second, right copy of the film was there too
    if not found | altered:
        raise DatasetError(f"no film mdb001.pgm to mdb322.pgm is in {source.name}; give the archive or folder of MIAS")
    if altered:
        raise DatasetError(
            f"{len(altered)} films in {source.name} are not those that MIAS published ({', '.join(sorted(altered)[:8])}"
            f"{' ...' if len(altered) > 8 else ''}); nothing was imported. Use an unaltered copy, or leave them out."
        )
    return gathered


def _wanted(name: str) -> str | None:
    """Return the bare name of a film or text of MIAS, or None for anything else."""
    bare = PurePosixPath(name).name
    return bare if film_id_of(bare) in FILM_IDS or bare in _TEXTS else None


def _folder_members(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield (bare name, bytes) of the wanted files of a folder and its subfolders."""
    for path in sorted(folder.rglob("*")):
        name = _wanted(path.name)
        if name and path.is_file():
            _check_size(name, path.stat().st_size)
            yield name, path.read_bytes()


def _check_size(name: str, n_bytes: int) -> None:
    """Refuse a member that is too large to be what its name says, before it is read."""
    if n_bytes > MAX_MEMBER_BYTES:
        raise DatasetError(f"{name} has {n_bytes} bytes; a MIAS film has 1048593")


def _archive_members(archive: Path) -> Iterator[tuple[str, bytes]]:
    """Yield (bare name, bytes) of the wanted members of a tar archive, in one pass."""
    with archive.open("rb") as raw:
        magic = raw.peek(2)[:2]
        if magic == b"PK":
            raise DatasetError(f"{archive.name} is a zip file; unpack it and give the folder")
        stream = gzip.GzipFile(fileobj=raw) if magic == b"\x1f\x8b" else raw
        with tarfile.open(fileobj=_Bounded(stream, archive.name), mode="r|") as tar:
            for member in tar:
                name = _wanted(member.name)
                if name and member.isfile():
                    _check_size(name, member.size)
                    yield name, tar.extractfile(member).read()


class _Bounded:
    """A stream that refuses to give more than a whole MIAS: an archive may unpack to any size."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream, self._name, self._left = stream, name, MAX_UNPACKED_BYTES

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes. Raises DatasetError once the bound is passed."""
        self._left -= size
        if self._left < 0:
            raise DatasetError(f"{self._name} unpacks to more than {MAX_UNPACKED_BYTES} bytes; MIAS has 338 million")
        return self._stream.read(size)


def _move_in(staging: Path, target: Path) -> None:
    """Move every gathered file into the target; each appears there whole or not at all."""
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(staging.iterdir()):
        os.replace(path, target / path.name)
