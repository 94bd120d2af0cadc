"""What a server answers, understood: the rest of a file, a whole one, a page that says sorry, or nothing of use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from mammo_core.errors import DatasetError
from mammo_core.mias.fetch_partial import MAX_DOWNLOAD_BYTES, Partial
from mammo_core.mias.sources import HEAD_BYTES, archive_kind

MAX_PAUSE_S = 30
"""However long a server asks us to stay away."""
MAX_PAGE_BYTES = 2**20
"""Of what a server says beside a redirect."""
_CHUNK_BYTES = 2**16
_BUSY = {408, 425, 429, 500, 502, 503, 504}
_REST = re.compile(r"bytes (\d{1,15})-\d{1,15}/(\d{1,15})")


class CutError(Exception):
    """A try that ended early, and may be followed by another after a pause of so many seconds."""

    def __init__(self, reason: str, pause_s: int = 0) -> None:
        super().__init__(reason)
        self.pause_s = pause_s


def goes_on(response: requests.Response, partial: Partial, shown: str) -> bool:
    """Return whether the answer is the rest of what has come (True) or a whole file (False).

    Raises:
        CutError: It is neither, and another try may help.
        DatasetError: It is neither, and no other try will.
    """
    status, asked_for_rest = response.status_code, partial.size > 0
    if status == HTTPStatus.OK:
        return False
    if status == HTTPStatus.PARTIAL_CONTENT and asked_for_rest:
        if _is_rest(response, partial):
            return True
        partial.forget()
        raise CutError("the archive there is another one than before")
    if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and asked_for_rest:
        partial.forget()
        raise CutError("the archive there is shorter than before")
    words = f"{status} {HTTPStatus(status).phrase}" if status in HTTPStatus._value2member_map_ else f"{status}"
    if status in _BUSY:
        asked = response.headers.get("Retry-After", "")
        pause_s = min(int(asked), MAX_PAUSE_S) if re.fullmatch(r"\d{1,9}", asked) else 0
        raise CutError(f"the server answers {words}", pause_s)
    raise DatasetError(f"{shown} cannot be fetched: the server answers {words}. Check the address")


def _is_rest(response: requests.Response, partial: Partial) -> bool:
    """Return whether a partial answer begins where we stopped, and belongs to the same file."""
    placed = _REST.fullmatch(response.headers.get("Content-Range", "").strip())
    if not placed or int(placed[1]) != partial.size or mark_of(response) not in (None, partial.mark):
        return False
    return partial.total in (None, int(placed[2]))


def length_of(response: requests.Response) -> int | None:
    """Return the length that a whole answer states, or None. Raises DatasetError when it is too large."""
    stated = response.headers.get("Content-Length", "")
    length = int(stated) if re.fullmatch(r"\d{1,15}", stated) else None
    if length and length > MAX_DOWNLOAD_BYTES:
        raise DatasetError(f"the server announces {length} bytes; MIAS has 111 million. Check the address")
    return length


def mark_of(response: requests.Response) -> str | None:
    """Return what If-Range can name this state of the file by: a strong ETag, else the date of its last change."""
    etag = response.headers.get("ETag", "")
    return etag if re.fullmatch(r"\"[^\"]*\"", etag) else response.headers.get("Last-Modified")


def chunks_of(response: requests.Response) -> Iterator[bytes]:
    """Yield the bytes as they come over the line, not unpacked. Raises CutError when the line is cut."""
    try:
        while chunk := response.raw.read1(_CHUNK_BYTES, decode_content=False):
            yield chunk
    except (HTTPError, OSError) as error:
        late = isinstance(error, ReadTimeoutError)
        raise CutError("no answer in time" if late else "the line was cut") from None


def check_redirect(response: requests.Response, **_: object) -> None:
    """Read what comes with a redirect, as requests would, but not without end. Raises DatasetError when it is long."""
    size = 0
    for chunk in chunks_of(response) if response.is_redirect else ():
        size += len(chunk)
        if size > MAX_PAGE_BYTES:
            raise DatasetError("the address cannot be fetched: it redirects with a page without end. Check the address")


def check_archive(head: bytes, response: requests.Response, shown: str) -> None:
    """Refuse a page, or anything else that is served in the archive's place. `head` is its first bytes."""
    packed_page = "Content-Encoding" in response.headers and "html" in response.headers.get("Content-Type", "")
    if archive_kind(head[:HEAD_BYTES]) and not packed_page:
        return
    page = packed_page or re.search(rb"<(?:!doctype|html|head|title)\b", head, re.IGNORECASE)
    what = "a web page" if page else "an empty file" if not head else "something else"
    title = re.search(rb"<title[^>]*>([^<]{1,80})", head, re.IGNORECASE)
    words = "".join(filter(str.isprintable, title[1].decode("utf-8", "replace"))).strip() if title else ""
    raise DatasetError(
        f"{shown} gives no archive: the server sent {what}{f' ({words!r})' if words else ''}. Nothing of it was kept; "
        "check the address, or import a copy that you have"
    )
