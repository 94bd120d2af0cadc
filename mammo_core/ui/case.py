"""The films a visitor has open: in the memory of that visitor's session and nowhere else."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st

from mammo_core.errors import MammoError
from mammo_core.film.load import load_mammogram
from mammo_core.types import Mammogram

MAX_FILMS = 12
_KEPT_RESULTS = 12


@dataclass(eq=False)
class OpenFilm:
    """A film that a visitor has open, with what was already worked out for it.

    `results` holds the newest results only, so that a visitor who plays with sliders does not fill the memory.
    """

    name: str
    mammogram: Mammogram
    results: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict)

    def get(self, key: Hashable, work: Callable[[], Any]) -> Any:
        """Return the result kept under `key`, or do the work and keep it."""
        if key not in self.results:
            self.results[key] = work()
        self.results.move_to_end(key)
        while len(self.results) > _KEPT_RESULTS:
            self.results.popitem(last=False)
        return self.results[key]

    def set_spacing(self, pixel_spacing_mm: float) -> None:
        """State the pixel spacing that the file does not; everything is worked out anew."""
        self.mammogram = replace(self.mammogram, pixel_spacing_mm=pixel_spacing_mm)
        self.results.clear()


@dataclass(eq=False)
class Case:
    """A visitor's open films, and the files that could not be opened with the reason."""

    films: list[OpenFilm] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    credit: str = ""


def current_case() -> Case:
    """Return this visitor's case; an empty one on the first visit."""
    return st.session_state.setdefault("case", Case())


def close_case() -> None:
    """Forget all films of this visitor."""
    st.session_state["case"] = Case()


def open_files(files: list[tuple[str, bytes]], credit: str = "") -> None:
    """Open files as a new case, with progress; files that cannot be read are kept by name with the reason.

    Args:
        files: (name, content) of each.
        credit: Whose films they are, to be shown beside them.
    """
    case = Case(credit=credit)
    bar = st.progress(0.0, text="Opening films …")
    for i, (name, data) in enumerate(files):
        bar.progress(i / len(files), text=f"Opening film {i + 1} of {len(files)} …")
        if len(case.films) == MAX_FILMS:
            case.refused.append((name, f"at most {MAX_FILMS} films can be open at once; close some and open it again"))
            continue
        try:
            case.films.append(OpenFilm(name, load_mammogram(data)))
        except MammoError as error:
            case.refused.append((name, str(error)))
    case.films.sort(key=_hanging_order)
    bar.empty()
    st.session_state["case"] = case


def _hanging_order(film: OpenFilm) -> tuple[bool, str, bool]:
    """Sort as films are hung: CC before MLO, right before left; films of unknown view last."""
    mammogram = film.mammogram
    return (mammogram.view is None, mammogram.view or "", mammogram.laterality != "R")
