"""A reading as a JSON object: the interface of ``read --json`` and of the page's download."""

from __future__ import annotations

from mammo_core.types import FilmReading, Mammogram

_DIGITS = 6


def reading_to_json(file: str, mammogram: Mammogram, reading: FilmReading) -> dict:
    """Return the object that describes one film's reading.

    Args:
        file: The name to show for the film.
        mammogram: The film that was read.
        reading: Its reading.

    Returns:
        JSON-ready dict; probabilities rounded to six digits, boxes [x, y, width, height] in film pixels.
    """
    return {
        "file": file,
        "label": reading.label,
        "decision": reading.decision,
        "probabilities": _rounded(reading.probabilities),
        "candidates": [
            {"box": [round(v, 1) for v in candidate.box], "probabilities": _rounded(candidate.probabilities)}
            for candidate in reading.candidates
        ],
        "laterality": mammogram.laterality,
        "view": mammogram.view,
        "pixel_spacing_mm": mammogram.pixel_spacing_mm,
        "applicability": {"inside": reading.applicability.inside, "reasons": list(reading.applicability.reasons)},
        "warnings": list(reading.warnings),
        "model_id": reading.model_id,
        "training_film_id": reading.training_film_id,
    }


def _rounded(probabilities: tuple[float, float, float]) -> dict[str, float]:
    return {label: round(value, _DIGITS) for label, value in probabilities.as_dict().items()}
