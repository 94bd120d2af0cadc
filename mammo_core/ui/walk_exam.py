"""The demo exam that is walked through: opened apart from the visitor's own films, read by the same functions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from mammo_core.config import PreprocessConfig
from mammo_core.errors import BundleError, MammoError
from mammo_core.film.demo_films import demo_files
from mammo_core.network.bundle import Bundle
from mammo_core.types import ExamReading, FilmReading, Preprocessed
from mammo_core.ui import verbs
from mammo_core.ui.case import Case, OpenFilm
from mammo_core.ui.exam_films import outline_films
from mammo_core.ui.exam_places import Hanging, hang
from mammo_core.ui.exam_read import known_exam, read_now
from mammo_core.ui.words import opening as opening_words
from mammo_core.ui.words import walk as words

_KEPT = "walk_exam"
"""Session state: the exam and its films; one exam only, since its films take 100 MB."""


@dataclass(frozen=True, eq=False)
class WalkExam:
    """An exam as far as it was opened.

    Attributes:
        name: One of `words.EXAMS`.
        case: Its films and what was worked out for them.
        hanging: Which film hangs where.
        outlined: {place: the film prepared}.
        bundle: The model, or None with the reason in `trouble`.
        trouble: Why there is no reading.
    """

    name: str
    case: Case
    hanging: Hanging
    outlined: Mapping[str, Preprocessed]
    bundle: Bundle | None
    trouble: str = ""

    @property
    def films(self) -> Mapping[str, OpenFilm]:
        """The films by their places."""
        return self.hanging.places

    @property
    def reading(self) -> ExamReading | None:
        """What the model says, if the exam was read."""
        return known_exam(self.case, self.films, self.outlined, self.bundle) if self.bundle else None

    @property
    def speaking(self) -> dict[str, FilmReading]:
        """{place: reading} of the films that speak for a breast; empty before the exam was read."""
        if self.reading is None:
            return {}
        places = list(self.outlined)
        return {places[breast.film_index]: self.reading.films[breast.film_index] for breast in self.reading.breasts}


def open_exam(name: str) -> WalkExam:
    """Return a demo exam, opened and outlined; the films of the one before are let go."""
    kept, case = st.session_state.get(_KEPT, ("", None))
    with st.spinner(words.OPENING):
        if kept != name:
            case = Case()
            for file, data in demo_files(name):
                case.add(file, data, opening_words.DEMO_CREDIT, words.EXAMS[name])
            st.session_state[_KEPT] = name, case
        bundle, trouble = None, ""
        try:
            bundle = verbs.active_bundle()
        except BundleError as error:
            trouble = "\n\n".join(verbs.no_model(error))
        hanging = hang(list(case.films.values()), words.EXAMS[name], {})
        outlined, notes = outline_films(hanging, bundle.config if bundle else PreprocessConfig())
    return WalkExam(name, case, hanging, outlined, bundle, trouble or " ".join(notes))


def read_exam_now(exam: WalkExam) -> str:
    """Read the exam unless it was read already, with progress; return why not where it could not be read."""
    if exam.bundle is None or not exam.outlined:
        return exam.trouble
    if exam.reading is None:
        bar = st.progress(0.0, text=words.READING)
        try:
            read_now(exam.case, exam.films, exam.outlined, exam.bundle, bar.progress)
        except MammoError as error:
            return str(error)
        finally:
            bar.empty()
    return ""


@st.cache_data(max_entries=2, show_spinner=False)
def figures_for_women(folder: Path) -> dict[str, dict]:
    """Return the figures of the unit `woman` of a model folder's `metrics.json`."""
    return json.loads((folder / "metrics.json").read_text(encoding="utf-8"))["units"]["woman"]["figures"]
