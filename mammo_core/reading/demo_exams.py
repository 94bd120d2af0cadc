"""How the rule of applicability judges the eight demo films: DICOM of another origin than the training films."""

from __future__ import annotations

from mammo_core.film.demo_films import DEMO_EXAMS, demo_files
from mammo_core.film.load import load_mammogram
from mammo_core.network.bundle import Bundle
from mammo_core.reading.read_film import read_film


def demo_exams_applicability(bundle: Bundle, pixel_spacing_mm: float | None = None) -> list[dict]:
    """Return ``{"file", "inside", "reasons"}`` of each demo film; an empty list where these are not installed.

    Args:
        bundle: The model.
        pixel_spacing_mm: What a reader would state, since the files are silent; None to state nothing.
    """
    found = []
    for exam in DEMO_EXAMS:
        for name, data in demo_files(exam):
            applicability = read_film(load_mammogram(data, pixel_spacing_mm=pixel_spacing_mm), bundle).applicability
            found.append(
                {"file": f"{exam}/{name}", "inside": applicability.inside, "reasons": list(applicability.reasons)}
            )
    return found
