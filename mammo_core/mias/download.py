"""Bring MIAS into ``data/mias/`` from an archive, a folder or an address, checked film by film.

A film counts only when its checksum is that of the published one. Films are gathered in a folder of their own inside
the target and moved into place at the end, so that an import that is broken off leaves no half-written film behind.
What it may leave, in ``.partial``, is the part of a download that has come, for the next call to go on from.

What a source holds besides right films decides what becomes of these: a folder or archive that can be read to its end
gives what is right in it, and the report names the rest; one that breaks off gives nothing. From an address all of the
films must be right, since there is no telling what else the line or the server has changed.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mammo_core.config import DATA_DIR
from mammo_core.errors import DatasetError
from mammo_core.mias.checksums import Catalogue, mias_catalogue
from mammo_core.mias.fetch_partial import forget_download
from mammo_core.mias.gather import STAGING_PREFIX, Gathered, films_in_place, gather
from mammo_core.mias.sources import NO_ROOM, WORK_DIR_NAME

MIAS_DIR = DATA_DIR / "mias"
OFFICIAL_ADDRESS = "http://peipa.essex.ac.uk/pix/mias/all-mias.tar.gz"
"""The database's own public address: the Pilot European Image Processing Archive at Essex."""
_FETCHING = 0.8
"""Share of the progress of an import from an address that the line takes."""

Progress = Callable[[float], None]


@dataclass(frozen=True)
class ImportReport:
    """What an import did.

    Attributes:
        target: The folder that holds the films now.
        imported: Films written by this import.
        kept: Films that were there before, and right.
        missing: Films that are still not there.
        altered: Films that the source has, but not as published; they were left out.
        archive_known: Whether a fetched archive is the very file that MIAS is known to come in; None where nothing was
            fetched. One packed anew is not, and its films are right all the same.
    """

    target: Path
    imported: tuple[str, ...]
    kept: tuple[str, ...]
    missing: tuple[str, ...]
    altered: tuple[str, ...] = ()
    archive_known: bool | None = None

    @property
    def complete(self) -> bool:
        """Whether all films are there."""
        return not self.missing


def import_mias(
    source: Path | str,
    target: Path = MIAS_DIR,
    progress: Progress | None = None,
    *,
    catalogue: Catalogue | None = None,
) -> ImportReport:
    """Import the films, index and licence of MIAS; what is there and right is kept, and not touched.

    Args:
        source: The official archive (``.tar.gz`` or ``.tar``), kaggle's zip or ``all_mias_scans.h5``, a folder
            (searched with its subfolders), or an http or https address of such an archive, as text.
        target: Folder to hold ``mdb001.pgm`` to ``mdb322.pgm``, ``Info.txt`` and ``Licence.txt``.
        progress: Called with the share done, from 0 to 1. What it raises ends the import, and nothing is left of it but
            the part of a download that has come.
        catalogue: What the films must be; None means MIAS.

    Returns:
        What was imported, kept and is still missing.

    Raises:
        DatasetError: The source is missing, broken or no MIAS at all; an address gives anything but right films; there
            is no room; or another import into the same target is under way. No film is written then.
    """
    url = source if isinstance(source, str) and re.match(r"https?://", source, re.IGNORECASE) else None
    source, target = Path(source), Path(target)
    if url is None and not (source.is_dir() or source.is_file()):
        raise DatasetError(
            f"{source} does not exist, or is no file or folder; give the MIAS archive (all-mias.tar.gz), a folder "
            f"of its films, kaggle's .zip or .h5, or an address such as {OFFICIAL_ADDRESS}"
        )
    catalogue, progress = catalogue or mias_catalogue(), progress or (lambda share: None)
    known = None
    try:
        with _work_dir(target) as work:
            kept = films_in_place(target, catalogue)
            if url is None:
                gathered = gather(source, target, work, catalogue, kept, progress)
            elif len(kept) < len(catalogue.films):
                gathered, known = _gather_from(url, target, work, catalogue, kept, progress)
            else:
                gathered = Gathered(frozenset(), frozenset())
            missing = sorted(set(catalogue.films) - kept - gathered.imported)
            if url or not missing:  # it has been used, or is no longer needed
                forget_download(work)
    except OSError as error:
        reason = "the disk is full" if error.errno in NO_ROOM else error.strerror or type(error).__name__
        raise DatasetError(f"MIAS could not be written to {target}: {reason}") from None
    return ImportReport(
        target, *(tuple(sorted(films)) for films in (gathered.imported, kept, missing, gathered.altered)), known
    )


def _gather_from(
    url: str, target: Path, work: Path, catalogue: Catalogue, kept: frozenset[str], progress: Progress
) -> tuple[Gathered, bool]:
    """Fetch an archive and gather its films; return too whether it is the known archive.

    One that was put together from several tries and turns out wrong is fetched once more, in one piece: a server that
    gives its files no marks may have changed the file in between.
    """
    from mammo_core.mias.fetch import fetch

    def gathering(share: float) -> None:
        progress(_FETCHING + (1 - _FETCHING) * share)

    for last_try in (False, True):
        download = fetch(url, work, lambda share: progress(_FETCHING * share))
        try:
            gathered = gather(download.path, target, work, catalogue, kept, gathering, all_right=True)
        except DatasetError as error:
            forget_download(work)
            if last_try or not download.continued:
                raise DatasetError(f"{error}. What was fetched has the sha256 {download.sha256}") from None
        else:
            break
    return gathered, download.sha256 == catalogue.archive_sha256


@contextlib.contextmanager
def _work_dir(target: Path) -> Iterator[Path]:
    """Give this import the target's work folder for itself; afterwards nothing empty stays."""
    work = target / WORK_DIR_NAME
    made = [folder for folder in (target, *target.parents) if not folder.exists()]
    work.mkdir(parents=True, exist_ok=True)
    lock = os.open(work, os.O_RDONLY)
    try:
        _lock(lock)
        try:
            for left in work.glob(f"{STAGING_PREFIX}*"):  # by an import that was killed
                shutil.rmtree(left)
            yield work
        finally:
            with contextlib.suppress(OSError):  # the first that holds something, and all above it, stay
                for folder in (work, *made):
                    folder.rmdir()
    finally:
        os.close(lock)


def _lock(descriptor: int) -> None:
    """Lock a folder until its descriptor is closed, be it by a crash. Raises DatasetError when it is locked."""
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise DatasetError("another import into the same folder is under way; wait for its end") from None
    except OSError:
        return  # a disk that knows no locks; what is written is checked all the same
