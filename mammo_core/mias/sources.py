"""What MIAS comes in: tar archives, zip files, kaggle's HDF5 file, folders. Each is told by its content, not its name.

Nothing in a source is trusted: members are known by their bare names only, so that no path can lead anywhere; links,
devices and encrypted members are passed over or refused; and every size is bounded before anything is unpacked.
"""

from __future__ import annotations

import errno
import gzip
import io
import shutil
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from stat import S_IFMT, S_IFREG
from typing import IO, BinaryIO

from mammo_core.errors import DatasetError
from mammo_core.mias.checksums import Catalogue
from mammo_core.mias.films import ARCHIVE_NAME, film_id_of
from mammo_core.mias.hdf5 import read_scans

TEXTS = ("Info.txt", "Licence.txt")
WORK_DIR_NAME = ".partial"
"""Where an import keeps what is not finished, inside its target; it is never a source."""
HEAD_BYTES = 512
"""As much of a file as tells its kind."""
MAX_MEMBER_BYTES = 2 * 2**20
"""A film has 1,048,593 bytes, the texts a few thousand."""
MAX_UNPACKED_BYTES = 2**30
"""The whole database has 338 million bytes."""
MAX_ENTRIES = 10_000
"""Members of an archive; MIAS has 324."""
MAX_NAME_BYTES = 2**16
"""What a tar archive may spend on the name and attributes of one member."""
_NAMING_TYPES = (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE)
_NAMING_TYPES += (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK)
_MAX_READ_BYTES = 2**22
_INNER = (ARCHIVE_NAME, "all-mias.tar", "all_mias_scans.h5")
"""Archives that are looked into where a folder or zip file holds no film by itself: kaggle packs single files so."""
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""Of an OSError: what is said when a disk, or one's share of it, is full."""
_BROKEN = (OSError, EOFError, ValueError, LookupError, RuntimeError, ArithmeticError, struct.error, zlib.error)
_BROKEN += (tarfile.TarError, zipfile.BadZipFile)

Member = tuple[str, bytes]
"""Bare name of a film or text, and its bytes; empty where it is too large to be what its name says."""


def archive_kind(head: bytes) -> str:
    """Return `gzip`, `zip`, `hdf5` or `tar` by a file's first `HEAD_BYTES` bytes, or an empty string."""
    for kind, magic in (("gzip", b"\x1f\x8b"), ("zip", b"PK\x03\x04"), ("hdf5", b"\x89HDF\r\n\x1a\n")):
        if head.startswith(magic):
            return kind
    try:
        tarfile.TarInfo.frombuf(head[: tarfile.BLOCKSIZE], "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return ""
    return "tar"


def read_source(source: Path, catalogue: Catalogue, scratch: Path) -> Iterator[Member]:
    """Yield every film and text of MIAS that a source holds, in its order; one film may come several times.

    Args:
        source: A folder, searched with its subfolders, or an archive.
        catalogue: Which films belong to MIAS.
        scratch: Folder that an archive within the source may be unpacked to.

    Raises:
        DatasetError: The source is of another kind, broken, or unpacks to more than MIAS can have.
        OSError: There is no room for an archive within the source.
    """
    reader = _read_folder if source.is_dir() else _read_archive
    try:
        yield from reader(source, catalogue, scratch)
    except _BROKEN as error:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            raise
        reason = str(error) or type(error).__name__
        raise DatasetError(f"{source.name} is not whole or cannot be read ({reason})") from None


def _bare(name: str) -> str:
    """Return the last part of a member's name; some zip files have the path marks of Windows."""
    return PurePosixPath(name.replace("\\", "/")).name


def _wanted(name: str, catalogue: Catalogue) -> str | None:
    """Return the bare name of a film or text of MIAS, or None for anything else."""
    bare = _bare(name)
    return bare if film_id_of(bare) in catalogue.films or bare in TEXTS else None


def _read_folder(folder: Path, catalogue: Catalogue, scratch: Path) -> Iterator[Member]:
    """Yield the films of a folder; where it has none, those of the archives in it."""
    paths = [path for path in sorted(folder.rglob("*")) if WORK_DIR_NAME not in path.relative_to(folder).parts]
    files = [(name, path) for path in paths if (name := _wanted(path.name, catalogue)) and path.is_file()]
    if not any(film_id_of(name) for name, _ in files):
        for path in paths:
            if path.name in _INNER and path.is_file():
                yield from _read_archive(path, catalogue, scratch)
    for name, path in files:
        yield name, path.read_bytes() if path.stat().st_size <= MAX_MEMBER_BYTES else b""


def _read_archive(archive: Path, catalogue: Catalogue, scratch: Path | None) -> Iterator[Member]:
    """Yield the films of an archive of any kind; without `scratch`, archives within it are left alone."""
    with archive.open("rb") as file:
        kind = archive_kind(file.read(HEAD_BYTES))
    if kind == "zip":
        yield from _read_zip(archive, catalogue, scratch)
    elif kind == "hdf5":
        yield from read_scans(archive, catalogue)
    elif kind:
        yield from _read_tar(archive, catalogue, compressed=kind == "gzip")
    else:
        raise DatasetError(
            f"{archive.name} is no archive of a kind that is read: expected the official .tar.gz (or .tar), kaggle's "
            ".zip or .h5, or a folder of films"
        )


class _PlainInfo(tarfile.TarInfo):
    """A tar header; one that announces a name or attributes of any size is refused before they are read."""

    @classmethod
    def frombuf(cls, buf: bytes, encoding: str, errors: str) -> tarfile.TarInfo:
        """Return the member that a header describes."""
        info = super().frombuf(buf, encoding, errors)
        if info.type in _NAMING_TYPES and info.size > MAX_NAME_BYTES:
            raise DatasetError(
                f"a tar archive with a name or attributes of {info.size} bytes, which MIAS does not have"
            )
        return info


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


def _read_tar(archive: Path, catalogue: Catalogue, *, compressed: bool) -> Iterator[Member]:
    """Yield the films of a tar archive, in one pass, and read it to its end: there its own checksum stands."""
    with archive.open("rb") as raw:
        stream = _Bounded(gzip.GzipFile(fileobj=raw) if compressed else raw, archive.name)
        with tarfile.open(fileobj=stream, mode="r|", tarinfo=_PlainInfo) as tar:
            for number, member in enumerate(tar):
                if number >= MAX_ENTRIES:
                    raise DatasetError(f"{archive.name} has more than {MAX_ENTRIES} members; MIAS has 324")
                name = _wanted(member.name, catalogue)
                if name and member.isfile():
                    yield name, tar.extractfile(member).read() if member.size <= MAX_MEMBER_BYTES else b""
        while stream.read(2**16):
            pass


class _ShortReads(io.BufferedReader):
    """A file that is read in short pieces only: a zip may announce a table of contents of any size."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Return up to `size` bytes, or all that is left. Raises DatasetError where that is too much."""
        if size is None or size < 0:
            place = self.tell()
            size = self.seek(0, io.SEEK_END) - place
            self.seek(place)
        if size > _MAX_READ_BYTES:
            raise DatasetError("a zip file with more members than MIAS can have")
        return super().read(size)


def _read_zip(archive: Path, catalogue: Catalogue, scratch: Path | None) -> Iterator[Member]:
    """Yield the films of a zip file; where it has none, those of an archive within it."""
    n_bytes = 0
    with _ShortReads(io.FileIO(archive)) as file, zipfile.ZipFile(file) as packed:
        plain = [info for info in packed.infolist() if S_IFMT(info.external_attr >> 16) in (0, S_IFREG)]
        members = [info for info in plain if not info.is_dir()]
        files = [(name, info) for info in members if (name := _wanted(info.filename, catalogue))]
        for name, info in files:
            n_bytes += info.file_size
            if n_bytes > MAX_UNPACKED_BYTES:
                raise DatasetError(f"{archive.name} unpacks to more than {MAX_UNPACKED_BYTES} bytes; MIAS has fewer")
            yield name, _read_member(packed, info) if info.file_size <= MAX_MEMBER_BYTES else b""
        if scratch and not any(film_id_of(name) for name, _ in files):
            for info in members:
                inner = scratch / _bare(info.filename)
                if inner.name in _INNER:
                    _unpack(packed, info, inner)
                    yield from _read_archive(inner, catalogue, None)
                    inner.unlink()


def _open_member(packed: zipfile.ZipFile, info: zipfile.ZipInfo) -> IO[bytes]:
    """Open a member of a zip file; only the common ways of packing can be unpacked in pieces of bounded size."""
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise DatasetError("a zip file that is packed in an uncommon way; unpack it and give the folder")
    return packed.open(info)


def _read_member(packed: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Return the bytes of a film or text, in bounded memory though the zip file may lie about its sizes."""
    with _open_member(packed, info) as member:
        return member.read(MAX_MEMBER_BYTES + 1)


def _unpack(packed: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> None:
    """Write one member of a zip file to `path`. Raises DatasetError when it is larger than any MIAS."""
    if info.file_size > MAX_UNPACKED_BYTES:
        raise DatasetError(f"{path.name} in the zip file unpacks to {info.file_size} bytes; MIAS has 338 million")
    with _open_member(packed, info) as source, path.open("wb") as target:
        shutil.copyfileobj(source, target, 2**20)
