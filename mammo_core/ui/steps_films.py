"""The films that a page can look into: the visitor's own, a demo exam's, one of MIAS, or a phantom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import streamlit as st

from mammo_core.config import find_mias
from mammo_core.errors import MammoError
from mammo_core.film.dicom import read_bounded
from mammo_core.film.dicom_tags import find_laterality, find_view
from mammo_core.film.load import load_mammogram
from mammo_core.types import Mammogram
from mammo_core.ui.case import OpenFilm, current_case
from mammo_core.ui.dataset_films import opened, phantom_films, present_films
from mammo_core.ui.demo import DEMO_EXAMS, demo_files
from mammo_core.ui.words import opening as words
from mammo_core.ui.words.dataset import CREDIT

OPEN, DEMO, MIAS, PHANTOMS = words.FROM_OPEN, words.FROM_DEMO, words.FROM_MIAS, words.FROM_PHANTOMS

_NAME_PX = 340
"""Width of the field with a film's name."""


@dataclass(frozen=True)
class Choice:
    """A film that can be looked into: its name, how to get it, whose it is, and what else decides what comes out."""

    name: str
    load: Callable[[], Mammogram]
    credit: str = ""
    version: str = ""


def sources() -> list[str]:
    """Return where films can be taken from now; what is open on the Read page comes first."""
    found = [OPEN] if current_case().films else []
    if any(_demo_names(exam) for exam in DEMO_EXAMS):
        found.append(DEMO)
    return [*found, MIAS, PHANTOMS] if find_mias() else [*found, PHANTOMS]


def choices(source: str) -> dict[str, Choice]:
    """Return the films of a source, each under a key of its own.

    Raises:
        MammoError: MIAS cannot be read.
    """
    if source == OPEN:
        return {film.key: _open_choice(film) for film in current_case().films.values()}
    if source == DEMO:
        return {key: choice for exam in DEMO_EXAMS for key, choice in _demo_choices(exam).items()}
    folder = find_mias() if source == MIAS else None
    names = present_films(folder) if folder else tuple(phantom_films())
    credit = CREDIT if folder else words.PHANTOM_CREDIT
    return {name: Choice(name, partial(opened, name, folder), credit) for name in names}


def choose_film(page: str) -> tuple[str, str, Choice] | None:
    """Show where films can be taken from and which there are.

    Args:
        page: Whose choice it is; each page keeps its own. Of open films the one chosen on the Read page comes first.

    Returns:
        The source, the key and the chosen film; None where the source cannot be read, which is said.
    """
    line = st.container(horizontal=True, vertical_alignment="center")
    found = sources()
    if st.session_state.get(f"{page}_source") not in found:
        st.session_state[f"{page}_source"] = found[0]
    source = line.segmented_control(
        words.FROM_LABEL, found, required=True, key=f"{page}_source", persist_state="session",
        label_visibility="collapsed",
    )  # fmt: skip
    try:
        films = choices(source)
    except MammoError as error:
        st.error(str(error), title=words.FROM_UNREADABLE.format(source=source), icon=":material/error:")
        return None
    name = f"{page}_film_{source}"
    if st.session_state.get(name) not in films:  # nothing is chosen yet, or the chosen film was closed
        last = st.session_state.get("strip")
        st.session_state[name] = last if last in films else next(iter(films))
    key = line.selectbox(
        words.FILM_LABEL, films, format_func=lambda k: films[k].name, key=name, persist_state="session",
        label_visibility="collapsed", width=_NAME_PX,
    )  # fmt: skip
    return source, key, films[key]


def _open_choice(film: OpenFilm) -> Choice:
    mammogram = film.mammogram
    return Choice(f"{mammogram.name}: {film.name}", lambda: mammogram, film.credit, f"{mammogram.pixel_spacing_mm}")


def _demo_choices(exam: str) -> dict[str, Choice]:
    """Return an exam's films, MLO views first: they show the muscle."""
    title = DEMO_EXAMS[exam].partition(",")[0]
    found = {
        f"{exam} {number}": Choice(f"{title}: {name}", partial(_demo_film, exam, number), words.DEMO_CREDIT)
        for number, name in enumerate(_demo_names(exam))
    }
    return dict(sorted(found.items(), key=lambda item: "MLO" not in item[1].name))


@st.cache_data(max_entries=len(DEMO_EXAMS), show_spinner=False)
def _demo_names(exam: str) -> tuple[str, ...]:
    """Return the names of an exam's films, such as `R-CC`, from their tags alone."""
    tags = [read_bounded(data)[0] for _, data in demo_files(exam)]
    return tuple(f"{find_laterality(dataset)}-{find_view(dataset)}" for dataset in tags)


def _demo_film(exam: str, number: int) -> Mammogram:
    return load_mammogram(demo_files(exam)[number][1])
