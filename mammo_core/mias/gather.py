"""The films of one import on their way from a source into the target, each checked against its published checksum."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from mammo_core.errors import DatasetError
from mammo_core.mias.checksums import Catalogue
from mammo_core.mias.films import film_id_of, name_films
from mammo_core.mias.sources import MAX_MEMBER_BYTES, read_source

MAX_TEXT_BYTES = 2**16
"""The index has 9,860 bytes, the licence 1,720."""
STAGING_PREFIX = "films-"

Progress = Callable[[float], None]


class Gathered(NamedTuple):
    """What a source gave.

    Attributes:
        imported: Films written into the target.
        altered: Films that the source has, but not as published.
    """

    imported: frozenset[str]
    altered: frozenset[str]


def films_in_place(target: Path, catalogue: Catalogue) -> frozenset[str]:
    """Return the films that the target holds already, byte for byte as published."""
    paths = {film_id: target / f"{film_id}.pgm" for film_id in catalogue.films}
    held = {film_id: path.read_bytes() for film_id, path in paths.items() if _is_small_file(path)}
    return frozenset(film_id for film_id, data in held.items() if catalogue.published_form(film_id, data) == data)


def _is_small_file(path: Path) -> bool:
    return path.is_file() and path.stat().st_size <= MAX_MEMBER_BYTES


def gather(
    source: Path,
    target: Path,
    work: Path,
    catalogue: Catalogue,
    kept: frozenset[str],
    progress: Progress,
    *,
    all_right: bool = False,
) -> Gathered:
    """Move every right film that the source has and the target lacks into the target.

    Args:
        source: A folder or an archive.
        target: Where the films go.
        work: Folder on the same disk for what is not finished.
        catalogue: What the films must be.
        kept: The films in place.
        progress: Called with the share of films seen, from 0 to 1.
        all_right: Refuse the whole source when one of its films is altered, instead of leaving that film out.

    Raises:
        DatasetError: The source breaks off, has no film, or none that is right. Nothing is written then.
        OSError: There is no room, or the target cannot be written to.
    """
    lacking = set(catalogue.films) - kept
    _check_room(work, len(lacking) * catalogue.film_bytes)
    right: set[str] = set()
    altered: set[str] = set()
    with tempfile.TemporaryDirectory(prefix=STAGING_PREFIX, dir=work) as folder:
        staging, scratch = Path(folder, "staging"), Path(folder, "scratch")
        staging.mkdir()
        scratch.mkdir()
        try:
            for name, data in read_source(source, catalogue, scratch):
                film_id = film_id_of(name)
                if film_id is None:
                    _stage_text(name, data, staging, target)
                    continue
                film = catalogue.published_form(film_id, data)
                (altered if film is None else right).add(film_id)
                if film is not None and film_id in lacking and not (staging / name).exists():
                    (staging / name).write_bytes(film)
                progress(len(right | altered) / len(catalogue.films))
        except DatasetError as error:
            raise DatasetError(f"{error}. Nothing was imported; {_seen(right, catalogue)}") from None
        altered -= right  # a second, right copy of the film was there too
        _judge(source, right, altered, catalogue, all_right)
        _move_in(staging, target)
    return Gathered(frozenset(right - kept), frozenset(altered))


def _check_room(folder: Path, n_bytes: int) -> None:
    """Refuse to begin what the disk cannot hold."""
    free = shutil.disk_usage(folder).free
    if free < n_bytes:
        raise DatasetError(
            f"the films need {n_bytes / 1e6:.0f} MB, and the disk has room for {free / 1e6:.0f}; free some"
        )


def _stage_text(name: str, data: bytes, staging: Path, target: Path) -> None:
    """Take the index or the licence along; one that is there already stays as it is."""
    if 0 < len(data) <= MAX_TEXT_BYTES and not (staging / name).exists() and not (target / name).exists():
        (staging / name).write_bytes(data)


def _seen(right: Iterable[str], catalogue: Catalogue) -> str:
    """Say what was right and what was missing in a source that cannot be used."""
    missing = set(catalogue.films).difference(right)
    n_right = len(catalogue.films) - len(missing)
    return (
        f"up to there {n_right} films were right, missing {name_films(missing) or 'none'}"
        if n_right
        else (f"none of {len(catalogue.films)} films was found")
    )


def _judge(source: Path, right: set[str], altered: set[str], catalogue: Catalogue, all_right: bool) -> None:
    """Refuse a source that has no right film, or, where all must be right, an altered one."""
    if not right | altered:
        first, last = min(catalogue.films), max(catalogue.films)
        raise DatasetError(f"no film {first}.pgm to {last}.pgm is in {source.name}; give the archive or folder of MIAS")
    if altered and (all_right or not right):
        raise DatasetError(
            f"{len(altered)} of {len(right | altered)} films in {source.name} are not those that MIAS published "
            f"({name_films(altered)}); nothing was imported. Use an unaltered copy"
        )


def _move_in(staging: Path, target: Path) -> None:
    """Move every gathered file into the target; each appears there whole or not at all."""
    for path in sorted(staging.iterdir()):
        os.replace(path, target / path.name)
