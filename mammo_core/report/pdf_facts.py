"""What a printed report states, in words: the decision, the probabilities, and sections of sentences."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from mammo_core.network.bundle import Bundle
from mammo_core.report import pdf_words as words
from mammo_core.report.percent import percent
from mammo_core.report.record import in_utc
from mammo_core.report.reported import ReportedFilm
from mammo_core.types import BreastReading, ExamReading, FilmReading, Probabilities

_MARKS, _FEW_MARKS = {1: 6, 2: 3}, 2
_NAME_ENDS = 26, 12
"""Characters of a long file name that are kept at its ends."""


@dataclass(frozen=True)
class Section:
    """A heading and its sentences; `spare` tells how many of the last may be left to the record where room is short."""

    title: str
    sentences: tuple[str, ...]
    spare: int = 0


@dataclass(frozen=True)
class Facts:
    """All that stands in words on a report.

    Attributes:
        title, read_at: The head.
        decision: The model's: one of `DECISIONS`, with the words for it and why.
        probabilities: Of the film, or of the woman.
        shares_title: Whose they are.
        usual: The share of each class in MIAS, and where that comes from.
        pictures: What is to be known of the pictures.
        left, right: The two columns.
    """

    title: str
    read_at: str
    decision: tuple[str, str, str]
    probabilities: Probabilities
    shares_title: str
    usual: tuple[dict[str, float], str]
    pictures: str
    left: tuple[Section, ...]
    right: tuple[Section, ...]


def facts_of(
    films: Sequence[ReportedFilm], bundle: Bundle, read_at: datetime, exam: ExamReading | None = None
) -> Facts:
    """Return what the report of a film, or of an exam, states. Arguments as `make_record`."""
    unit = "woman" if exam else "film"
    figures = json.loads((bundle.folder / "metrics.json").read_text(encoding="utf-8"))["units"][unit]
    reading = exam or films[0].reading
    inside = reading.applicability.inside
    word, why = words.DECISIONS[reading.decision] if inside else words.OUTSIDE
    counts = figures["class_counts"]
    usual = {label: count / figures["n"] for label, count in counts.items()}
    empty = [name_of(films, i) for i, film in enumerate(films) if film.explanation.empty]
    return Facts(
        title=words.TITLES["exam" if exam else "film"],
        read_at=words.READ_AT.format(
            films=words.FILM_COUNT[min(len(films), 2)].format(n=len(films)),
            moment=in_utc(read_at).strftime("%d %B %Y, %H:%M"), model=bundle.model_id,
        ),
        decision=(reading.decision, word, why.format(units=words.UNITS[unit])),
        probabilities=reading.probabilities,
        shares_title=words.SHARES[unit],
        usual=(usual, words.TICK.format(n=figures["n"])),
        pictures=" ".join(
            [words.PICTURES, *([words.NO_EVIDENCE.format(names=", ".join(empty))] if empty else [])]
        ),
        left=(*(_exam_sections(films, exam) if exam else ()), _marks(films), _trust(films, reading)),
        right=(
            Section(words.PREVALENCE, (_prevalence(unit, figures),)),
            _settings(films, bundle, unit),
            Section(words.LIMITS, (words.LIMITS_TEXT[0], _measured(unit, figures))),
            _identity(films, bundle),
        ),
    )  # fmt: skip


def name_of(films: Sequence[ReportedFilm], index: int) -> str:
    """Return what a film is called on the page: `R-MLO`, with its number where there are several."""
    name = films[index].mammogram.name
    return name if len(films) == 1 else f"{name} (film {index + 1})"


def marks_drawn(n_films: int) -> int:
    """Return how many marks of each film are drawn and told: many would cover small pictures."""
    return _MARKS.get(n_films, _FEW_MARKS)


def _exam_sections(films: Sequence[ReportedFilm], exam: ExamReading) -> tuple[Section, ...]:
    breasts = [
        _answer(f"{words.BREAST_NAMES[breast.laterality]}, by {name_of(films, breast.film_index)}", breast)
        for breast in exam.breasts
    ]
    alone = [_answer(name_of(films, index), film.reading) for index, film in enumerate(films)]
    return (
        Section(words.WHY, exam.reasons),
        Section(words.BREASTS, tuple(breasts)),
        Section(words.FILMS, tuple(alone)),
    )


def _answer(name: str, reading: FilmReading | BreastReading) -> str:
    shares = {label: percent(share) for label, share in reading.probabilities.as_dict().items()}
    return words.ANSWER.format(name=name, decision=reading.decision, **shares)


def _marks(films: Sequence[ReportedFilm]) -> Section:
    told, drawn = [], marks_drawn(len(films))
    for index, film in enumerate(films):
        marks = [
            words.MARK.format(n=n, lesion=percent(mark.suspicion), malignant=percent(mark.probabilities.malignant))
            for n, mark in enumerate(film.reading.candidates[:drawn], start=1)
        ]
        name = f"{name_of(films, index)} \N{EN DASH} " if len(films) > 1 else ""
        told.append(f"{name}{'; '.join(marks) or words.NO_MARKS}.")
    if any(len(film.reading.candidates) > drawn for film in films):
        told.append(words.MARKS_REST)
    return Section(words.MARKS, (words.MARKS_HELP + " ".join(told),))


def _trust(films: Sequence[ReportedFilm], reading: FilmReading | ExamReading) -> Section:
    """Return whether the model learned from such films, and every warning, films' own ones with their name."""
    inside = reading.applicability.inside
    told = [words.INSIDE if inside else words.NOT_INSIDE, *reading.applicability.reasons, *reading.warnings]
    if isinstance(reading, ExamReading):
        told += _by_film(films)
    return Section(words.TRUST, tuple(told), spare=max(0, len(told) - 3))


def _by_film(films: Sequence[ReportedFilm]) -> Iterable[str]:
    """Return the films' own reasons and warnings, each sentence once, with the films it is said of."""
    of: dict[str, list[str]] = {}
    for index, film in enumerate(films):
        for sentence in (*film.reading.applicability.reasons, *film.reading.warnings):
            of.setdefault(sentence, []).append(name_of(films, index))
    return [f"{', '.join(names)}: {sentence}" for sentence, names in of.items()]


def _prevalence(unit: str, figures: dict) -> str:
    count, n = figures["class_counts"]["malignant"], figures["n"]
    return words.PREVALENCE_TEXT.format(
        share=percent(count / n), count=count, n=n, unit="exam" if unit == "woman" else unit, units=words.UNITS[unit],
        screening=words.SCREENING[unit],
    )  # fmt: skip


def _settings(films: Sequence[ReportedFilm], bundle: Bundle, unit: str) -> Section:
    alike: dict[str, list[str]] = {}
    for index, film in enumerate(films):
        ready, (height, width) = film.prepared, film.mammogram.pixels.shape
        spacing = words.SPACING_ESTIMATED if ready.spacing_estimated else words.SPACING_STATED
        fact = words.FILM_FACTS.format(
            width=width, height=height, depth=film.mammogram.bit_depth, spacing=spacing.format(mm=ready.spacing_mm)
        )
        alike.setdefault(fact, []).append(name_of(films, index))
    facts = [f"{', '.join(names)}: {fact}" for fact, names in alike.items()]
    config, band = bundle.config, bundle.info["doubt_band"][unit]
    low, high = config.stretch_percentiles
    prepared = words.PREPARED.format(mm=config.spacing_mm, low=low, high=high, clahe="" if config.clahe else "no ")
    rule = words.RULE.format(low=percent(band["low"]), high=percent(band["high"]))
    return Section(words.SETTINGS, (" ".join(facts), prepared, rule))


def _measured(unit: str, figures: dict) -> str:
    def figure(name: str, times: int = 1, digits: int = 2, sign: str = "") -> str:
        found = figures["figures"][name]
        value, low, high = (f"{times * part:.{digits}f}" for part in (found["value"], *found["ci95"]))
        n = "" if found["n"] == figures["n"] else f", n = {found['n']}"
        return f"{value}{sign} ({low} to {high}{sign}{n})"

    return words.LIMITS_TEXT[1].format(
        n=figures["n"], units=words.UNITS[unit],
        malignant=figure("auc_malignant_vs_rest"), kinds=figure("auc_benign_vs_malignant"),
        decided=figure("coverage", 100, 0, " %"), missed=figure("malignant_called_normal", 100, 0, " %"),
    )  # fmt: skip


def _identity(films: Sequence[ReportedFilm], bundle: Bundle) -> Section:
    """Return the digests: whole ones of one film, the beginnings of several."""
    digits = 64 if len(films) == 1 else 16
    info = bundle.info
    model = words.MODEL.format(
        model=bundle.model_id, digest=info["sha256"]["model.onnx"][:16], fingerprint=info["fingerprint"][:16]
    )
    files = "; ".join(
        words.FILE.format(name=name_of(films, i), digest=film.file_sha256[:digits]) for i, film in enumerate(films)
    )
    names = [f"{name_of(films, i)} {_shortened(film.file_name)}" for i, film in enumerate(films) if film.file_name]
    told = [words.FILE_NAMES.format(names="; ".join(names))] if names else []
    return Section(words.IDENTITY, (model, f"{files}.", *told, words.REPEAT))


def _shortened(name: str) -> str:
    first, last = _NAME_ENDS
    return name if len(name) <= first + last + 3 else f"{name[:first]} ... {name[-last:]}"
