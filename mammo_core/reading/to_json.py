"""A reading as a JSON object: the interface of ``read --json``, ``read-exam --json`` and of the pages' downloads."""

from __future__ import annotations

from collections.abc import Sequence

from mammo_core.types import Applicability, BreastReading, ExamReading, FilmReading, Mammogram, Probabilities

_DIGITS = 6


def reading_to_json(file: str, mammogram: Mammogram, reading: FilmReading) -> dict:
    """Return the object that describes one film's reading.

    Args:
        file: The name to show for the film.
        mammogram: The film that was read.
        reading: Its reading.

    Returns:
        JSON-ready dict; probabilities rounded to six digits, boxes [x, y, width, height] in film pixels, on the film.
    """
    return {
        "file": file,
        **_answer(reading),
        "candidates": [
            {"box": [round(v, 1) for v in candidate.box], "probabilities": _rounded(candidate.probabilities)}
            for candidate in reading.candidates
        ],
        "laterality": mammogram.laterality,
        "view": mammogram.view,
        "pixel_spacing_mm": mammogram.pixel_spacing_mm,
        "applicability": _applicability(reading.applicability),
        "warnings": list(reading.warnings),
        "model_id": reading.model_id,
        "training_film_id": reading.training_film_id,
    }


def exam_to_json(
    files: Sequence[str], mammograms: Sequence[Mammogram], exam: ExamReading, errors: Sequence[dict] = ()
) -> dict:
    """Return the object that describes the reading of one woman's films.

    Args:
        files: The name to show for each film.
        mammograms: The films that were read.
        exam: Their reading.
        errors: ``{file, error}`` of each film that could not be read; they stand behind the others in `films`, so that
            `film_index` of a breast holds, and a warning tells of them.

    Returns:
        JSON-ready dict; `films` are objects as `reading_to_json` makes them.
    """
    films = zip(files, mammograms, exam.films, strict=True)
    missing = [f"{error['file']} could not be read; the answer is without it." for error in errors]
    return {
        "films": [*(reading_to_json(*film) for film in films), *errors],
        "breasts": [
            {"laterality": breast.laterality, "film_index": breast.film_index, "file": files[breast.film_index]}
            | _answer(breast)
            for breast in exam.breasts
        ],
        **_answer(exam),
        "suspect": exam.suspect,
        "reasons": list(exam.reasons),
        "warnings": [*missing, *exam.warnings],
        "applicability": _applicability(exam.applicability),
        "model_id": exam.model_id,
        "training_woman_id": exam.training_woman_id,
    }


def _answer(reading: FilmReading | BreastReading | ExamReading) -> dict:
    return {
        "label": reading.label,
        "decision": reading.decision,
        "probabilities": _rounded(reading.probabilities),
    }


def _applicability(applicability: Applicability) -> dict:
    return {"inside": applicability.inside, "reasons": list(applicability.reasons)}


def _rounded(probabilities: Probabilities) -> dict[str, float]:
    return {label: round(value, _DIGITS) for label, value in probabilities.as_dict().items()}
