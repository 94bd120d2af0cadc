"""The printed report: one A4 page of a film or of an exam, drawn with ReportLab.

The same reading gives the same bytes: the page carries the moment of the reading and no other. What is written comes
from the reading and from the model's own files; the one text of a stranger that can reach it, a file's name, is written
as it is, never interpreted.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime

import mammo_core
from mammo_core.network.bundle import Bundle
from mammo_core.report import pdf_words as words
from mammo_core.report.pdf_facts import Facts, facts_of, marks_drawn, name_of
from mammo_core.report.pdf_page import HEIGHT, MARGIN, WIDTH, Page
from mammo_core.report.pdf_pictures import ReportPicture, report_picture
from mammo_core.report.percent import percent
from mammo_core.report.record import in_utc
from mammo_core.report.reported import ReportedFilm
from mammo_core.types import PLACES, ExamReading

GAP = 9.0
_PIXELS, _FEW_PIXELS = {1: 1150, 2: 900}, 620
"""Longest side of a picture, by how many films there are, and of more films."""
_TALLEST, _LOW = {1: 330.0, 2: 250.0, 3: 165.0, 4: 165.0}, 125.0
"""Height of a picture in points, likewise; of more than two films each overlay stands below its film."""


def make_pdf(
    films: Sequence[ReportedFilm], bundle: Bundle, read_at: datetime, exam: ExamReading | None = None
) -> bytes:
    """Return the report as PDF, one A4 page under 1 MB.

    Args:
        films: One, or those of an exam in the order in which they were read.
        bundle: The model that read them.
        read_at: When; with its time zone.
        exam: Their reading together; needed where there are several.

    Raises:
        ValueError: Several films without an exam, or no time zone.
    """
    if not films or (len(films) > 1 and exam is None):
        raise ValueError(f"a report is of one film or of an exam, not of {len(films)} films without one")
    facts = facts_of(films, bundle, read_at, exam)
    out = io.BytesIO()
    page = Page(out, facts.title, f"mammo_core {mammo_core.__version__}, {words.NOTICE[0]}", in_utc(read_at))
    below = _head(page, facts)
    below = _answer(page, facts, below - GAP)
    below = _pictures(page, films, below - GAP)
    below = page.paragraph(facts.pictures, MARGIN, below - 3, WIDTH - 2 * MARGIN, 6.6, muted=True)
    page.columns(facts.left, facts.right, below - 5)
    page.footer(f"{' '.join(words.NOTICE)}  {bundle.model_id}", "Page 1 of 1")
    page.save()
    return out.getvalue()


def _head(page: Page, facts: Facts) -> float:
    """Draw title, moment and notice; return where they end."""
    top = HEIGHT - MARGIN
    page.text(facts.title, MARGIN, top - 12, 14, bold=True)
    page.text(facts.read_at, WIDTH - MARGIN, top - 12, 8, right=True)
    page.notice(*words.NOTICE, top - 36)
    return top - 36


def _answer(page: Page, facts: Facts, top: float) -> float:
    """Draw the decision, and beside it the probabilities; return where they end."""
    decision, word, why = facts.decision
    half = (WIDTH - 2 * MARGIN) * 0.5
    height = 62.0
    page.decision(decision, word, why, MARGIN, top, half - GAP, height)
    usual, legend = facts.usual
    left = MARGIN + half
    page.text(facts.shares_title, left, top - 8, 8, bold=True)
    page.text(legend, WIDTH - MARGIN, top - 8, 6.4, right=True, muted=True)
    for row, (label, share) in enumerate(facts.probabilities.as_dict().items()):
        page.bar(label, share, percent(share), usual.get(label), left, top - 24 - 16 * row, WIDTH - MARGIN - left)
    return top - height


def _pictures(page: Page, films: Sequence[ReportedFilm], top: float) -> float:
    """Draw every film and its overlay, as films hang; return where they end."""
    n = len(films)
    tallest, stacked = _TALLEST.get(n, _LOW), n > 2
    columns = n if stacked else 2 * n
    wide = (WIDTH - 2 * MARGIN - GAP * (columns - 1)) / columns
    drawn = [(index, report_picture(films[index], _PIXELS.get(n, _FEW_PIXELS))) for index in hanging_order(films)]
    per_mm = min(min(wide / width, tallest / height) for width, height in (_size_mm(films[i], p) for i, p in drawn))
    high = per_mm * max(_size_mm(films[index], picture)[1] for index, picture in drawn)
    for place, (index, picture) in enumerate(drawn):
        width, height = (per_mm * side for side in _size_mm(films[index], picture))
        marks = [mark.box for mark in films[index].reading.candidates[: marks_drawn(n)]]
        for kind, (jpeg, title, boxes) in enumerate(
            ((picture.film, words.FILM, []), (picture.overlay, words.OVERLAY, marks))
        ):
            column, head = (place, top - kind * (high + 12)) if stacked else (2 * place + kind, top)
            left = MARGIN + column * (wide + GAP) + (wide - width) / 2
            name = name_of(films, index)
            page.text(name if stacked else title.format(name=name), left, head - 7, 6.6, bold=True, within=wide)
            page.picture(jpeg, left, head - 10, (width, height), picture.frame, boxes)
    return top - 10 - high - (high + 12 if stacked else 0)


def _size_mm(film: ReportedFilm, picture: ReportPicture) -> tuple[float, float]:
    """Return a picture's width and height in millimetres, so that all films are shown at one scale."""
    return picture.frame.width * film.prepared.spacing_mm, picture.frame.height * film.prepared.spacing_mm


def hanging_order(films: Sequence[ReportedFilm]) -> list[int]:
    """Return the films' indices as films hang: CC before MLO, right before left, the others last."""
    names = [film.mammogram.name for film in films]
    order = {name: place for place, name in enumerate(PLACES)}
    return sorted(range(len(films)), key=lambda index: (order.get(names[index], len(PLACES)), index))
