"""What visitors bring: files, zip archives and folders become films one by one, whatever else lies between them.

Nothing in an archive is trusted. A member's name is shown and never used as a path; what comes out is counted while
it comes out, so that a size the archive states, or a bomb, changes nothing; an archive within an archive is opened,
one within that is not. Films are told by content. No message repeats a name: they carry names of patients.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from mammo_core.config import MAX_FILE_BYTES
from mammo_core.errors import MammoError
from mammo_core.film.dicom import looks_like_dicom, read_film_tags
from mammo_core.film.load import load_mammogram
from mammo_core.film.raster import KINDS

MAX_FILES = 2000
"""Files that are looked at in one go."""
MAX_BYTES = 4 * 2**30
"""Bytes that archives may unpack to in one go."""
_MAX_DEPTH = 2
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, LookupError, RuntimeError)
_BROKEN += (NotImplementedError, OverflowError)
_BESIDE = ("dicomdir", "thumbs.db", "desktop.ini", ".ds_store", "version", "lockfile")
_BESIDE_SUFFIXES = (".txt", ".htm", ".html", ".xml", ".inf", ".exe", ".dll", ".ico", ".jar", ".css", ".js", ".log")

_TOO_MANY = f"More than {MAX_FILES} files came in one go, which is the limit. Bring them in several parts."
_TOO_MUCH = f"The archive unpacks to more than {MAX_BYTES // 2**30} GB, which is the limit. Bring it in parts."
_TOO_LARGE = f"The file is larger than {MAX_FILE_BYTES // 2**20} MB, the limit for one film. Send a single film."
_TOO_DEEP = "The file is an archive within an archive within an archive. Unpack it, and send what is in it."
_ENCRYPTED = "The archive is encrypted. Unpack it with its password, and send what is in it."
_DAMAGED = "The archive is damaged, or packed in a way that is not read; what came before the damage was taken."


@dataclass(frozen=True)
class Incoming:
    """One file that came.

    Attributes:
        name: What it is called, without its folders.
        folder: Where it lay within what was brought; files of one folder belong together, where nothing else tells.
        data: A film's bytes; empty for one that is refused.
        refusal: Why it is not taken, for a person to read; empty for a film.
    """

    name: str
    folder: str
    data: bytes = b""
    refusal: str = ""


def take_in(files: Sequence[tuple[str, bytes]]) -> Iterator[Incoming]:
    """Yield what is in files, one at a time: films, and what is refused, with the reason.

    What usually lies beside films (tables of contents, viewers' programs, hidden files) is passed over in silence.

    Args:
        files: (name, content) of each, names with folders where a folder was brought.
    """
    budget = _Budget()
    for name, data in files:
        yield from _look_into(name, "", data, budget, depth=0)
        if budget.spent:
            yield Incoming(_bare(name), "", refusal=budget.spent)
            return


@dataclass
class _Budget:
    """What may still be looked at; `spent` says in words which limit was passed."""

    files: int = field(default_factory=lambda: MAX_FILES)
    unpacked: int = field(default_factory=lambda: MAX_BYTES)
    spent: str = ""

    def count(self) -> bool:
        """Count one more file; False once there are too many."""
        self.files -= 1
        if self.files < 0:
            self.spent = _TOO_MANY
        return not self.spent


def _look_into(name: str, folder: str, data: bytes, budget: _Budget, depth: int) -> Iterator[Incoming]:
    bare, path = _bare(name), "/".join(filter(None, (folder, _folder(name))))
    if data.startswith(_ZIP):
        if depth == _MAX_DEPTH:
            yield Incoming(bare, path, refusal=_TOO_DEEP)
        else:
            yield from _unpack(bare, path, data, budget, depth)
    elif budget.count() and not _lies_beside(name, within=bool(path)):
        refusal = _refusal(data)
        yield Incoming(bare, path, b"" if refusal else data, refusal)


def _unpack(name: str, folder: str, data: bytes, budget: _Budget, depth: int) -> Iterator[Incoming]:
    inside = "/".join(filter(None, (folder, name)))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            for member in packed.infolist():
                if member.is_dir() or _lies_beside(member.filename, within=True):
                    continue
                if member.flag_bits & 1:
                    yield Incoming(name, folder, refusal=_ENCRYPTED)
                    return
                with packed.open(member) as stream:
                    content = stream.read(MAX_FILE_BYTES + 1)
                budget.unpacked -= len(content)
                if budget.unpacked < 0:
                    budget.spent = _TOO_MUCH
                if budget.spent:
                    return
                if len(content) > MAX_FILE_BYTES:
                    yield Incoming(_bare(member.filename), inside, refusal=_TOO_LARGE)
                else:
                    yield from _look_into(member.filename, inside, content, budget, depth + 1)
    except _BROKEN:
        yield Incoming(name, folder, refusal=_DAMAGED)


def _refusal(data: bytes) -> str:
    """Return why a file is no film that could be read, as far as its head tells; what is in the pixels shows later."""
    try:
        if looks_like_dicom(data):
            read_film_tags(data)
        elif not data.startswith(tuple(KINDS)):
            load_mammogram(data)  # says what it is instead
    except MammoError as error:
        return str(error)
    return ""


def _parts(name: str) -> tuple[str, ...]:
    return PurePosixPath(name.replace("\\", "/")).parts


def _bare(name: str) -> str:
    return _parts(name)[-1] if _parts(name) else "file"


def _folder(name: str) -> str:
    return "/".join(_parts(name)[:-1])


def _lies_beside(name: str, *, within: bool) -> bool:
    """Return whether a file is what usually lies beside films; `within`: in a folder or archive, not picked alone."""
    parts = [part.lower() for part in _parts(name)]
    hidden = any(part.startswith((".", "__macosx")) and part != ".." for part in parts)
    return hidden or not parts or (within and (parts[-1] in _BESIDE or parts[-1].endswith(_BESIDE_SUFFIXES)))
