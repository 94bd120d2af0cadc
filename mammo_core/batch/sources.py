"""What there is to read: a folder, a zip archive, a text file that lists films, or films named one by one.

Films are listed without being opened, one after the other, so that an archive of millions can be listed. A zip archive
within a zip archive is not opened: it comes out as a film that cannot be read.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from mammo_core.errors import BatchError

LIST_SUFFIX = ".txt"
"""A source of this name lists films, one path a line, relative to the folder of the list."""


class Film(NamedTuple):
    """One film to read.

    Attributes:
        name: What it is called in the table: its path below the source where that is the only one; else as named.
        path: Its file, or the zip archive that it lies in.
        member: Its place among the archive's members; None for a file.
        named: Whether it was named itself: then it is answered for, even where it is no picture.
    """

    name: str
    path: str
    member: int | None = None
    named: bool = False


def list_films(sources: Sequence[Path], leave_out: Collection[Path] = ()) -> Iterator[Film]:
    """Yield every film in the sources, always in the same order; what has a hidden name is left out.

    Args:
        sources: Folders, zip archives, lists (`LIST_SUFFIX`) and films, each outside the others.
        leave_out: Folders that are not walked: those of the results.

    Raises:
        BatchError: A list or an archive cannot be read.
    """
    out = {os.path.realpath(path) for path in leave_out}
    for source in sources:
        before = "" if len(sources) == 1 else str(source)
        if source.is_dir():
            yield from _in_folder(source, before, out)
        elif _is_zip(source):
            yield from _in_archive(source, before)
        elif source.suffix == LIST_SUFFIX:
            yield from _in_list(source)
        else:
            yield Film(str(source), os.path.abspath(source), named=True)


def _in_folder(folder: Path, before: str, leave_out: Collection[str]) -> Iterator[Film]:
    for place, folders, files in os.walk(folder):
        below = (name for name in sorted(folders) if not _hidden(name))
        folders[:] = [name for name in below if os.path.realpath(os.path.join(place, name)) not in leave_out]
        for name in sorted(files):
            path = os.path.join(place, name)
            if not _hidden(name):
                yield Film(os.path.join(before, os.path.relpath(path, folder)), os.path.abspath(path))


def _in_archive(archive: Path, before: str) -> Iterator[Film]:
    try:
        with zipfile.ZipFile(archive) as packed:
            members = packed.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise BatchError(f"the zip archive {archive.name} cannot be opened; copy it again, or unpack it") from error
    path = os.path.abspath(archive)
    for number, member in enumerate(members):
        if not member.is_dir() and not any(map(_hidden, member.filename.split("/"))):
            yield Film(os.path.join(before, member.filename), path, member=number)


def _in_list(listed: Path) -> Iterator[Film]:
    try:
        with listed.open(encoding="utf-8", errors="surrogateescape") as lines:
            for name in filter(None, map(str.strip, lines)):
                yield Film(name, os.path.abspath(listed.parent / name), named=True)
    except OSError as error:
        raise BatchError(f"the list {listed.name} cannot be read ({type(error).__name__})") from error


def _is_zip(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PK\x03\x04" and zipfile.is_zipfile(file)
    except OSError:
        return False


def _hidden(name: str) -> bool:
    return name.startswith((".", "__MACOSX"))
