"""The bytes of MIAS films, from a folder of them or straight from the archive."""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path, PurePosixPath

from mammo_core.config import find_mias
from mammo_core.errors import DatasetError
from mammo_core.mias.index import FILM_IDS

ARCHIVE_NAME = "all-mias.tar.gz"


def film_id_of(name: str) -> str | None:
    """Return the film_id that a file name or archive member stands for, or None."""
    stem, _, suffix = PurePosixPath(name).name.partition(".")
    return stem if stem in FILM_IDS and suffix == "pgm" else None


def name_films(film_ids: Iterable[str]) -> str:
    """Return films as a person reads them, neighbours joined: ``mdb001-mdb004, mdb010``."""
    places = sorted(FILM_IDS.index(film_id) for film_id in set(film_ids))
    runs = [[place for _, place in run] for _, run in groupby(enumerate(places), lambda pair: pair[1] - pair[0])]
    ends = [(FILM_IDS[run[0]], FILM_IDS[run[-1]]) for run in runs]
    return ", ".join(first if first == last else f"{first}-{last}" for first, last in ends)


class _FolderFilms(Mapping[str, bytes]):
    """Films of a folder, read when asked for."""

    def __init__(self, folder: Path) -> None:
        self._paths = {film_id_of(path.name): path for path in sorted(folder.glob("mdb*.pgm"))}
        self._paths.pop(None, None)

    def __getitem__(self, film_id: str) -> bytes:
        return self._paths[film_id].read_bytes()

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


class _ArchiveFilms(Mapping[str, bytes]):
    """Films of a tar archive. Reading them in order is quick; going back makes it unpack from the start again."""

    def __init__(self, archive: Path) -> None:
        try:
            self._tar = tarfile.open(archive)  # noqa: SIM115 - closed with the mapping, by the garbage collector
            members = self._tar.getmembers()
        except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
            raise DatasetError(f"{archive.name} is not a whole tar archive ({error}); download it again") from None
        films = {film_id_of(member.name): member for member in members if member.isfile()}
        films.pop(None, None)
        self._members = dict(sorted(films.items()))

    def __getitem__(self, film_id: str) -> bytes:
        return self._tar.extractfile(self._members[film_id]).read()

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)


def open_films(source: Path | None = None) -> Mapping[str, bytes]:
    """Open MIAS for reading: a mapping from film_id to the bytes of its PGM file, in order, read when asked for.

    Args:
        source: A folder of ``mdbNNN.pgm``, a folder with ``all-mias.tar.gz``, or the archive; None asks `find_mias`.

    Raises:
        DatasetError: MIAS is nowhere, or no film is in `source`.
    """
    source = find_mias() if source is None else Path(source)
    if source is None:
        raise DatasetError(
            "MIAS was not found: set MAMMO_MIAS_DIR to its folder, or run python -m mammo_core import-mias SOURCE"
        )
    archive = source if source.is_file() else source / ARCHIVE_NAME
    films = _FolderFilms(source) if source.is_dir() else {}
    if not films and archive.is_file():
        films = _ArchiveFilms(archive)
    if not films:
        raise DatasetError(f"no film mdbNNN.pgm and no {ARCHIVE_NAME} in {source}; give the folder or archive of MIAS")
    return films
