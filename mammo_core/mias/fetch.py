"""Fetch one archive over HTTP, going on where an earlier try was cut off.

A second call asks for the rest only, and only if the server still has the same file; else it begins anew. A page that
says sorry is told from an archive by its first bytes, before anything that has come is dropped for it.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from mammo_core.errors import DatasetError
from mammo_core.mias.fetch_answers import (
    CutError,
    check_archive,
    check_redirect,
    chunks_of,
    goes_on,
    length_of,
    mark_of,
)
from mammo_core.mias.fetch_partial import MAX_DOWNLOAD_BYTES, Partial
from mammo_core.mias.sources import HEAD_BYTES, NO_ROOM

MAX_REDIRECTS = 5
TIMEOUT_S = (15, 30)
"""How long to wait for a connection, and for the next bytes."""
PAUSES_S = (1, 2, 4)
"""Before the next try. One that brought nothing makes the pause longer, and after the last pause it is given up."""
MAX_TRIES = 100
_USUAL_BYTES = 110_819_517
"""Taken for the progress where a server does not say how long the archive is."""

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Download:
    """An archive that was fetched.

    Attributes:
        path: Where it lies.
        sha256: Of the whole file.
        continued: Whether it was put together from more than one try.
    """

    path: Path
    sha256: str
    continued: bool


def fetch(url: str, folder: Path, progress: Progress, pause: Callable[[float], None] = time.sleep) -> Download:
    """Fetch an archive, or the rest of it.

    Args:
        url: An http or https address.
        folder: Where the download lies, and stays when it is cut off.
        progress: Called with the share of bytes that came, from 0 to 1; what it raises ends the download.
        pause: Waits so many seconds between tries, a second at a time.

    Raises:
        DatasetError: The address is none, nothing answers, the answer is no archive or too large, or the disk is full.
    """
    shown, partial = _show(url), Partial(folder, url)
    continued, failures, reason = partial.size > 0, 0, ""
    with requests.Session() as session:
        session.max_redirects = MAX_REDIRECTS
        for _ in range(MAX_TRIES):
            before = partial.size
            try:
                if not partial.whole:
                    _try(session, url, partial, progress)
                break
            except CutError as cut:
                reason, failures = str(cut), 0 if partial.size > before else failures + 1
                continued = continued or partial.size > 0
                if failures > len(PAUSES_S):
                    raise DatasetError(_given_up(shown, reason, partial)) from None
                for second in range(1 + max(PAUSES_S[max(failures - 1, 0)], cut.pause_s)):
                    progress(_share(partial, partial.size))  # so that a pause can be cancelled too
                    pause(min(second, 1))
            except requests.RequestException as error:
                raise DatasetError(f"{shown} cannot be fetched: {_reason(error)}; check the address") from None
        else:
            raise DatasetError(_given_up(shown, reason, partial))
    with partial.path.open("rb") as file:
        return Download(partial.path, hashlib.file_digest(file, "sha256").hexdigest(), continued)


def _show(url: str) -> str:
    """Return an address without what may be secret in it. Raises DatasetError when it is none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or not url.isprintable():
        raise DatasetError("expected an address such as http://host/all-mias.tar.gz; this one names no host")
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}{parts.path}"


def _given_up(shown: str, reason: str, partial: Partial) -> str:
    """Return what to tell when no further try is made."""
    if not partial.size:
        return f"{shown} cannot be fetched: {reason}. Try again later, or import a copy that you have"
    of = f" of {partial.total / 1e6:.1f}" if partial.total else ""
    return (
        f"{shown}: {reason} after {partial.size / 1e6:.1f}{of} MB. They are kept: the same command goes on from there"
    )


def _reason(error: Exception) -> str:
    """Return why a request failed; the error's own words may repeat the address with its secrets."""
    for kind, words in (
        (requests.exceptions.SSLError, "its certificate is not trusted"),
        (requests.Timeout, "no answer in time"),
        (requests.TooManyRedirects, f"it redirects more than {MAX_REDIRECTS} times"),
        (requests.ConnectionError, "no connection"),
    ):
        if isinstance(error, kind):
            return words
    return "it leads to no usable address"


def _try(session: requests.Session, url: str, partial: Partial, progress: Progress) -> None:
    """Ask once for what is lacking and keep what comes. Raises CutError when it ends early."""
    headers = {"Accept-Encoding": "identity"}
    if partial.size:
        headers["Range"] = f"bytes={partial.size}-"
        if partial.mark:
            headers["If-Range"] = partial.mark
    try:
        hooks = {"response": check_redirect}
        response = session.get(url, headers=headers, stream=True, timeout=TIMEOUT_S, hooks=hooks)
    except requests.exceptions.SSLError:
        raise
    except (requests.ConnectionError, requests.Timeout) as error:
        raise CutError(_reason(error)) from None
    except (ValueError, HTTPError):  # some odd places to be redirected to come through as these
        raise requests.exceptions.InvalidURL from None
    with response:
        chunks = chunks_of(response)
        if not goes_on(response, partial, _show(url)):
            head = _read_head(chunks)
            check_archive(head, response, _show(url))
            partial.begin(length_of(response), mark_of(response))
            chunks = chain([head], chunks)
        _check_room(partial)
        _keep(chunks, partial, progress)
    if partial.total is not None and not partial.whole:
        raise CutError("the line was cut")


def _read_head(chunks: Iterator[bytes]) -> bytes:
    """Return the first bytes, enough to tell an archive by."""
    head = b""
    while len(head) < HEAD_BYTES and (chunk := next(chunks, b"")):
        head += chunk
    return head


def _check_room(partial: Partial) -> None:
    """Refuse to begin what the disk cannot hold."""
    lacking = (partial.total or 0) - partial.size
    free = shutil.disk_usage(partial.path.parent).free
    if free < lacking:
        raise DatasetError(
            f"{lacking / 1e6:.0f} MB are still to come, and the disk has room for {free / 1e6:.0f}; free some"
        )


def _keep(chunks: Iterator[bytes], partial: Partial, progress: Progress) -> None:
    """Append what comes to the file."""
    size = partial.size
    with partial.path.open("ab", buffering=0) as file:
        for chunk in chunks:
            size += len(chunk)
            if size > (MAX_DOWNLOAD_BYTES if partial.total is None else partial.total):
                partial.forget()
                raise DatasetError("the server sends more than it announced, or than MIAS can have; nothing was kept")
            _write(file, chunk, size)
            progress(_share(partial, size))


def _write(file: BinaryIO, chunk: bytes, size: int) -> None:
    """Write a chunk that makes the file `size` bytes long."""
    try:
        while chunk:
            chunk = chunk[file.write(chunk) :]
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise DatasetError(
            f"the disk is full after {size / 1e6:.1f} MB. Free some room: the same command goes on from there"
        ) from None


def _share(partial: Partial, size: int) -> float:
    """Return the share that has come; short of 1 where the whole is not known."""
    return size / partial.total if partial.total else min(0.99, size / _USUAL_BYTES)
