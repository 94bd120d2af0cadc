"""The report and the record of a reading, made when they are asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import streamlit as st

from mammo_core.explain.explain import explain
from mammo_core.network.bundle import Bundle
from mammo_core.report.record import make_record
from mammo_core.report.reported import METHOD, TARGET, ReportedFilm
from mammo_core.types import ExamReading, FilmReading, Preprocessed
from mammo_core.ui import verbs
from mammo_core.ui.case import OpenFilm
from mammo_core.ui.words import report as words

_MOMENTS = "read_moments"
"""Session state: {what was read: when}, so that a report asked for twice is the same."""


def show_film_report(film: OpenFilm, reading: FilmReading, bundle: Bundle) -> None:
    """Show the buttons that save the report and the record of a film's reading."""
    _show([film], [verbs.prepared(film, bundle.config)], [reading], bundle, None)


def show_exam_report(
    films: Mapping[str, OpenFilm], outlined: Mapping[str, Preprocessed], reading: ExamReading, bundle: Bundle
) -> None:
    """Show the buttons that save the report and the record of an exam's reading.

    Args:
        films: {place: film}.
        outlined: {place: the film prepared}, in the order of the reading's films.
        reading: The reading of those.
        bundle: The model.
    """
    _show([films[place] for place in outlined], list(outlined.values()), reading.films, bundle, reading)


def _show(
    films: Sequence[OpenFilm],
    prepared: Sequence[Preprocessed],
    readings: Sequence[FilmReading],
    bundle: Bundle,
    exam: ExamReading | None,
) -> None:
    st.markdown(f"## {words.TITLE}", help=words.HELP)
    moment = _moment(
        (bundle.model_id, bool(exam), *((f.key, f.mammogram.name, f.mammogram.pixel_spacing_mm) for f in films))
    )
    with st.container(key="report"):
        places = st.container(horizontal=True)
        named = st.checkbox(
            words.WITH_NAMES, key="report_with_names", persist_state="session", help=words.WITH_NAMES_HELP
        )

    def reported() -> list[ReportedFilm]:
        return [
            ReportedFilm(
                film.mammogram, ready, reading, explain(film.mammogram, METHOD, TARGET, bundle, prepared=ready),
                film.file_sha256, file_name=film.name if named else "",
            )
            for film, ready, reading in zip(films, prepared, readings, strict=True)
        ]  # fmt: skip

    def pdf() -> bytes:
        from mammo_core.report.pdf import make_pdf  # ReportLab: only when a report is asked for

        return make_pdf(reported(), bundle, moment, exam)

    def record() -> str:
        return json.dumps(make_record(reported(), bundle, moment, exam), indent=1, allow_nan=False)

    icon = ":material/download:"
    places.download_button(
        words.PDF, pdf, "report.pdf", "application/pdf", key="save_report", icon=icon, on_click="ignore"
    )
    places.download_button(
        words.RECORD, record, "record.json", "application/json", key="save_record", icon=icon, on_click="ignore"
    )


def _moment(read: tuple) -> datetime:
    return st.session_state.setdefault(_MOMENTS, {}).setdefault(read, datetime.now(UTC))
