"""What a report is made of: films that were read, with the files they came from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mammo_core.explain.explain import explain
from mammo_core.film.load import load_mammogram
from mammo_core.network.bundle import Bundle
from mammo_core.network.grid import lay_out
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


@dataclass(frozen=True, eq=False)
class OpenedFile:
    """A file whose film was found fit to be read: decoded and prepared."""

    file: FilmFile
    mammogram: Mammogram
    prepared: Preprocessed


def open_file(file: FilmFile, bundle: Bundle) -> OpenedFile:
    """Decode and prepare a film.

    Raises:
        ImageError: The film cannot be opened, or holds no breast that can be outlined and read.
    """
    mammogram = replace(load_mammogram(file.data, pixel_spacing_mm=file.opened_spacing_mm), **dict(file.read_as))
    prepared = preprocess(mammogram, bundle.config)
    lay_out(prepared)  # refuses a breast too small to be read while the film can still be named
    return OpenedFile(file, mammogram, prepared)


def read_files(
    files: Sequence[FilmFile | OpenedFile], bundle: Bundle, together: bool | None = None
) -> tuple[list[ReportedFilm], ExamReading | None]:
    """Read files for a report: one by itself, several as the films of one woman.

    Args:
        files: One to `MOST_FILMS`, opened or not.
        bundle: The model.
        together: Whether to read them as an exam; None for whether there are several.

    Raises:
        ValueError: No file, or too many.
        ImageError: A film cannot be opened, or holds no breast that can be outlined.
        BundleError: The model folder is not sound.
    """
    if not 1 <= len(files) <= MOST_FILMS:
        raise ValueError(f"expected 1 to {MOST_FILMS} films of one woman, got {len(files)}")
    opened = [file if isinstance(file, OpenedFile) else open_file(file, bundle) for file in files]
    exam = None
    if len(opened) > 1 if together is None else together:
        exam = read_exam([of.mammogram for of in opened], bundle, prepared=[of.prepared for of in opened])
    readings = exam.films if exam else (read_film(opened[0].mammogram, bundle, prepared=opened[0].prepared),)
    return [_reported(*of, bundle) for of in zip(opened, readings, strict=True)], exam


def _reported(opened: OpenedFile, reading: FilmReading, bundle: Bundle) -> ReportedFilm:
    file, film, ready = opened.file, opened.mammogram, opened.prepared
    explanation = explain(film, METHOD, TARGET, bundle, prepared=ready)
    digest = hashlib.sha256(file.data).hexdigest()
    return ReportedFilm(film, ready, reading, explanation, digest, file.opened_spacing_mm, file.name)
