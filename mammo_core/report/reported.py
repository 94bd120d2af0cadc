"""What a report is made of: films that were read, with the files they came from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mammo_core.explain.explain import explain
from mammo_core.film.load import load_mammogram
from mammo_core.network.bundle import Bundle
from mammo_core.preprocess import preprocess
from mammo_core.reading.read_exam import read_exam
from mammo_core.reading.read_film import read_film
from mammo_core.types import ExamReading, Explanation, FilmReading, Mammogram, Preprocessed

METHOD, TARGET = "gradcam", "malignant"
"""What the heatmap of a report is: the method in closed form, which needs no TensorFlow."""
MOST_FILMS = 8
"""More would be too small on one page, and more than a woman's visit has."""


@dataclass(frozen=True, eq=False)
class ReportedFilm:
    """One film of a report.

    Attributes:
        mammogram: As it was read: side, view and spacing as the file tells them, or as the reader stated them.
        prepared: What the model saw.
        reading: What the model said.
        explanation: `METHOD` for `TARGET`.
        file_sha256: Digest of the file that the film came in.
        opened_spacing_mm: The spacing that `load_mammogram` was given, if any; what is stated later changes
            `mammogram` alone.
        file_name: To be printed; empty to leave it out, since names of files carry names of patients.
    """

    mammogram: Mammogram
    prepared: Preprocessed
    reading: FilmReading
    explanation: Explanation
    file_sha256: str
    opened_spacing_mm: float | None = None
    file_name: str = ""


@dataclass(frozen=True, eq=False)
class FilmFile:
    """A file to be read for a report.

    Attributes:
        data: Its content.
        name: To be printed; empty to leave it out.
        opened_spacing_mm: What to tell `load_mammogram`.
        read_as: What to put in place of the film's `pixel_spacing_mm`, `laterality` and `view` after loading, as the
            pages do where a reader states them; empty for nothing.
    """

    data: bytes
    name: str = ""
    opened_spacing_mm: float | None = None
    read_as: tuple[tuple[str, object], ...] = ()


def read_files(
    files: Sequence[FilmFile], bundle: Bundle, together: bool | None = None
) -> tuple[list[ReportedFilm], ExamReading | None]:
    """Read files for a report: one by itself, several as the films of one woman.

    Args:
        files: One to `MOST_FILMS`.
        bundle: The model.
        together: Whether to read them as an exam; None for whether there are several.

    Raises:
        ValueError: No file, or too many.
        ImageError: A film cannot be opened, or holds no breast that can be outlined.
        BundleError: The model folder is not sound.
    """
    if not 1 <= len(files) <= MOST_FILMS:
        raise ValueError(f"expected 1 to {MOST_FILMS} films of one woman, got {len(files)}")
    together = len(files) > 1 if together is None else together
    mammograms = [
        replace(load_mammogram(file.data, pixel_spacing_mm=file.opened_spacing_mm), **dict(file.read_as))
        for file in files
    ]
    prepared = [preprocess(film, bundle.config) for film in mammograms]
    exam = read_exam(mammograms, bundle, prepared=prepared) if together else None
    readings = exam.films if exam else (read_film(mammograms[0], bundle, prepared=prepared[0]),)
    films = [
        ReportedFilm(
            film, ready, reading, explain(film, METHOD, TARGET, bundle, prepared=ready),
            hashlib.sha256(file.data).hexdigest(), file.opened_spacing_mm, file.name,
        )
        for file, film, ready, reading in zip(files, mammograms, prepared, readings, strict=True)
    ]  # fmt: skip
    return films, exam
