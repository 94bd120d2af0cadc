"""The films a visitor has open: in the memory of that visitor's session and nowhere else."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st

from mammo_core.errors import MammoError
from mammo_core.film.enhance import to_display
from mammo_core.film.load import load_mammogram
from mammo_core.report.pictures import encode_png, shrink
from mammo_core.types import Mammogram
from mammo_core.ui.exam_women import woman_of_file
from mammo_core.ui.forget import give_back_memory
from mammo_core.ui.kept import Kept
from mammo_core.ui.words import opening as words

MAX_FILMS = 12
"""Films that a visitor may have open at once."""
MAX_PIXEL_BYTES = 768 * 2**20
"""What the open films of a visitor may take, decoded: twelve of 24 x 30 cm at 50 micron and 16 bits take 660 MB, and a
single film may take 160."""
_RESULT_BYTES = 32 * 2**20
"""For results at screen size: a prepared film and its reading take some 4 MB, a heatmap up to 8."""
_FULL_SIZE_RESULTS = 2
"""How many times a film's own bytes its results may take besides: the enhanced film takes one, what does not change
while a slider moves another. With `MAX_PIXEL_BYTES` a visitor holds 2.6 GB at the very most; twelve MIAS films 0.4."""
_THUMBNAIL_PX, _GRID = 120, 4
"""Longest side of a film's small picture, and how many pixels of the film a side go into each of its own."""
_QUICK_BYTES = 4 * 2**20
"""Files of so many bytes are open before progress could be seen."""


@dataclass(eq=False)
class OpenFilm:
    """A film that a visitor has open, with what was already worked out for it.

    Attributes:
        key: Names the film within the session.
        name: The file's name.
        mammogram: The film.
        credit: Whose film it is, to be shown beside it; empty for an upload.
        woman: What tells this woman's films from another's, as far as the program or the file knows (see
            `woman_of_file`); empty where neither does.
        thumbnail: As a data URI.
        spacing_asked: Whether the file is silent about its pixel spacing.
        filed_as: Side and view as the file or its pixels tell them, such as `R-MLO` or `?-CC`.
        results: Those used last only, so that a visitor who plays with sliders does not fill the memory.
        file_sha256: Digest of the file it came in.
    """

    key: str
    name: str
    mammogram: Mammogram
    credit: str
    woman: str
    thumbnail: str
    spacing_asked: bool
    filed_as: str
    results: Kept = field(default_factory=lambda: Kept(_RESULT_BYTES))
    file_sha256: str = ""

    def get(self, key: Hashable, work: Callable[[], Any]) -> Any:
        """Return the result kept under `key`, or do the work and keep it."""
        return self.results.found_or_made(key, work)

    def set_spacing(self, pixel_spacing_mm: float | None) -> None:
        """State the pixel spacing that the file does not (None: leave it to be estimated); all is worked out anew."""
        if pixel_spacing_mm != self.mammogram.pixel_spacing_mm:
            self.mammogram = replace(self.mammogram, pixel_spacing_mm=pixel_spacing_mm)
            self.results.clear()

    def set_place(self, place: str) -> None:
        """State side and view, such as `R-MLO` (`filed_as`: as the file tells them); all is worked out anew."""
        if place != self.mammogram.name:
            side, view = (None if part == "?" else part for part in place.split("-"))
            self.mammogram = replace(self.mammogram, laterality=side, view=view)
            self.results.clear()


@dataclass(eq=False)
class Case:
    """A visitor's open films.

    Attributes:
        films: By key, as they are hung.
        refused: The files of the last opening that could not be opened, with the reason.
        newest: Key of the film that was opened last.
        results: Those used last of what belongs to several films.
    """

    films: dict[str, OpenFilm] = field(default_factory=dict)
    refused: list[tuple[str, str]] = field(default_factory=list)
    newest: str = ""
    results: Kept = field(default_factory=lambda: Kept(_RESULT_BYTES))

    def add(self, name: str, data: bytes, credit: str = "", exam: str = "") -> str | None:
        """Open one file; a film that is open already is not opened again.

        Args:
            name: The file's name.
            data: Its content.
            credit: Whose film it is.
            exam: The exam that it comes with, such as `Exam A`; empty where only the file can tell.

        Returns:
            The film's key; None where it cannot be opened, with the reason in `refused`.
        """
        digest = hashlib.sha256(data).hexdigest()
        key = digest[:16]
        if key in self.films:
            self.films[key].woman = exam or self.films[key].woman
            self.newest = key
            return key
        if len(self.films) >= MAX_FILMS:
            self.refused.append((name, words.TOO_MANY.format(n=MAX_FILMS)))
            return None
        try:
            mammogram = load_mammogram(data)
        except MammoError as error:
            self.refused.append((name, str(error)))
            return None
        pixel_bytes = mammogram.pixels.nbytes
        if pixel_bytes + sum(film.mammogram.pixels.nbytes for film in self.films.values()) > MAX_PIXEL_BYTES:
            self.refused.append((name, words.TOO_LARGE.format(most=MAX_PIXEL_BYTES // 2**20)))
            return None
        silent = mammogram.pixel_spacing_mm is None
        woman = exam or woman_of_file(data, mammogram.digest)
        kept = Kept(_RESULT_BYTES + _FULL_SIZE_RESULTS * pixel_bytes)
        film = OpenFilm(key, name, mammogram, credit, woman, _thumbnail(mammogram), silent, mammogram.name, kept)
        film.file_sha256 = digest
        self.films[key] = film
        self.newest = key
        self.films = dict(sorted(self.films.items(), key=lambda item: _hanging_order(item[1])))
        return key

    def close(self, key: str) -> None:
        """Forget one film, and what was worked out of it: Streamlit may hold on to the film itself for a while."""
        film = self.films.pop(key, None)
        self.results.clear()
        if film:
            film.results.clear()


def current_case() -> Case:
    """Return this visitor's case; an empty one on the first visit."""
    return st.session_state.setdefault("case", Case())


def close_case() -> None:
    """Forget all films of this visitor.

    The case stays and is emptied: Streamlit keeps the session's earlier values until the next run, and those of a
    visitor who left for minutes.
    """
    case = current_case()
    for key in list(case.films):
        case.close(key)
    case.refused.clear()
    give_back_memory()


def open_files(files: Sequence[tuple[str, bytes]], credit: str = "", exam: str = "") -> str | None:
    """Add files to this visitor's case, with progress.

    Args:
        files: (name, content) of each.
        credit: Whose films they are.
        exam: The exam that they make, where that is known.

    Returns:
        The key of the first film that could be opened, if any.
    """
    case = current_case()
    case.refused.clear()
    place, keys = st.empty(), []
    slow = sum(len(data) for _, data in files) > _QUICK_BYTES
    for i, (name, data) in enumerate(files):
        if slow:
            place.progress(i / len(files), text=words.OPENING_ONE.format(i=i + 1, n=len(files)))
        keys.append(case.add(name, data, credit, exam))
    place.empty()
    return next((key for key in case.films if key in keys), None)


def _thumbnail(mammogram: Mammogram) -> str:
    step = max(1, max(mammogram.pixels.shape) // (_GRID * _THUMBNAIL_PX))
    grid = mammogram.pixels[::step, ::step].copy()  # to look at every pixel of a large film takes long
    picture = to_display(shrink(grid, _THUMBNAIL_PX), mammogram.bit_depth)
    return f"data:image/png;base64,{base64.b64encode(encode_png(picture)).decode()}"


def _hanging_order(film: OpenFilm) -> tuple[bool, str, bool]:
    """Sort as films are hung: CC before MLO, right before left; films of unknown view last."""
    mammogram = film.mammogram
    return (mammogram.view is None, mammogram.view or "", mammogram.laterality != "R")
