"""What has come so far of a download, kept in two files so that a later call goes on from there."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from mammo_core.mias.sources import HEAD_BYTES

MAX_DOWNLOAD_BYTES = 2**30
"""The official archive has 111 million bytes; kaggle's zip, which holds the films three times over, has more."""
_BYTES, _NOTES = "fetched-archive", "fetched-archive.json"


def forget_download(folder: Path) -> None:
    """Drop whatever downloads have left in a folder."""
    for name in (_BYTES, _NOTES):
        (folder / name).unlink(missing_ok=True)


class Partial:
    """The bytes (``fetched-archive``) and notes on them (``fetched-archive.json``).

    Attributes:
        path: Where the bytes lie.
        total: Length of the whole; None where the server did not say.
        mark: What the server names this state of its file by (an ETag or a date); None where it does not.
    """

    def __init__(self, folder: Path, url: str) -> None:
        """Take up what an earlier call for the same address has left; anything else there is dropped."""
        self.path, self._notes = folder / _BYTES, folder / _NOTES
        self._url = hashlib.sha256(url.encode(errors="surrogateescape")).hexdigest()  # it may hold a password
        self.total: int | None = None
        self.mark: str | None = None
        if not self._take_up() or not HEAD_BYTES <= self.size <= (self.total or MAX_DOWNLOAD_BYTES):
            self.forget()

    def _take_up(self) -> bool:
        """Read the notes; return whether they are sound and about this address."""
        try:
            notes = json.loads(self._notes.read_text(encoding="utf-8"))
            url, self.total, self.mark = notes["url"], notes["total"], notes["mark"]
        except (OSError, ValueError, LookupError, TypeError):
            return False
        return url == self._url and isinstance(self.total, int | None) and isinstance(self.mark, str | None)

    @property
    def size(self) -> int:
        """How many bytes have come."""
        return self.path.stat().st_size if self.path.is_file() else 0

    @property
    def whole(self) -> bool:
        """Whether all bytes are known to have come."""
        return self.total is not None and self.size == self.total

    def begin(self, total: int | None, mark: str | None) -> None:
        """Drop what was there, and note what is to come."""
        self.path.write_bytes(b"")
        self.total, self.mark = total, mark
        self._notes.write_text(json.dumps({"url": self._url, "total": total, "mark": mark}), encoding="utf-8")

    def forget(self) -> None:
        """Drop everything."""
        self.total = self.mark = None
        forget_download(self.path.parent)
