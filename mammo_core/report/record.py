"""The record of a reading: everything that is needed to repeat it bit by bit, and nothing that names a patient.

Numbers are written in full: Python's shortest decimal form of a float reads back as the same bits. Maps are told by
their digest. `mammo_core.report.repeat` reads the same files again and compares.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version

import cv2

import mammo_core
from mammo_core.config import ROOT
from mammo_core.network.bundle import Bundle
from mammo_core.report.reported import ReportedFilm
from mammo_core.types import (
    Applicability,
    BreastReading,
    Candidate,
    ExamReading,
    FilmReading,
    Mammogram,
    Preprocessed,
    pixel_digest,
)

SCHEMA = "mammo_core reading record"
SCHEMA_VERSION = 1
NOTICE = "Research prototype, not a medical device. Nothing here may be used to decide anything about a person."
PACKAGES = ("numpy", "scipy", "opencv-python-headless", "onnxruntime", "pydicom", "python-gdcm", "pillow")
"""What takes part in a reading."""
READING_CODE = ("film", "mias", "network", "reading", "explain")
"""The rooms whose code takes part in a reading, besides the modules at the top."""


def make_record(
    films: Sequence[ReportedFilm], bundle: Bundle, read_at: datetime, exam: ExamReading | None = None
) -> dict:
    """Return the record of a reading, ready for JSON.

    Args:
        films: In the order in which they were read.
        bundle: The model that read them.
        read_at: When; with its time zone.
        exam: Their reading together, where they were read so.

    Raises:
        ValueError: `read_at` is without a time zone.
    """
    return {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "notice": NOTICE,
        "read_at": in_utc(read_at).isoformat(),
        "model": _model(bundle),
        "software": {"mammo_core": mammo_core.__version__, "code_sha256": _code_sha256(), **_versions()},
        "machine": {
            "system": platform.system(),
            "processor": platform.machine(),
            "features": cv2.getCPUFeaturesLine().split(),
        },
        "films": [_film(film) for film in films],
        "exam": _exam(exam) if exam else None,
    }


def in_utc(moment: datetime) -> datetime:
    """Return a moment in UTC, to the second. Raises ValueError where it has no time zone."""
    if moment.tzinfo is None:
        raise ValueError("read_at must have a time zone, such as datetime.now(UTC)")
    return moment.astimezone(UTC).replace(microsecond=0)


def _model(bundle: Bundle) -> dict:
    info = bundle.info
    settings = ("scan", "calibration", "doubt_band", "film_bias")
    return {
        "id": bundle.model_id,
        "sha256": dict(info["sha256"]),
        "info_digest": info["digest"],
        "preprocessing": bundle.config.to_dict(),
        "fingerprint": info["fingerprint"],
        "settings": {name: info[name] for name in settings},
    }


def _film(film: ReportedFilm) -> dict:
    named = {"file_name": film.file_name} if film.file_name else {}
    return {
        **named,
        "file_sha256": film.file_sha256,
        "opened_with": {"pixel_spacing_mm": film.opened_spacing_mm},
        **_mammogram(film.mammogram),
        "prepared": _prepared(film.prepared),
        "reading": _reading(film.reading),
        "explanation": {
            "method": film.explanation.method,
            "target": film.explanation.target,
            "empty": film.explanation.empty,
            "heatmap_digest": pixel_digest(film.explanation.heatmap),
        },
    }


def _mammogram(film: Mammogram) -> dict:
    height, width = film.pixels.shape
    return {
        "read_as": {
            "pixel_spacing_mm": film.pixel_spacing_mm,
            "laterality": film.laterality,
            "view": film.view,
        },
        "width": width,
        "height": height,
        "bit_depth": film.bit_depth,
        "pixel_digest": film.digest,
        "decoded": list(film.source),
        "warnings": list(film.warnings),
        "doubts": list(film.doubts),
    }


def _prepared(ready: Preprocessed) -> dict:
    return {
        "digest": ready.digest,
        "breast_digest": pixel_digest(ready.breast_mask),
        "pectoral_digest": pixel_digest(ready.pectoral_mask),
        "scale": list(ready.scale),
        "spacing_mm": ready.spacing_mm,
        "spacing_estimated": ready.spacing_estimated,
        "steps": list(ready.steps),
    }


def _reading(reading: FilmReading) -> dict:
    return {
        **_answer(reading),
        "suspicion_digest": pixel_digest(reading.suspicion_map),
        "candidates": [_candidate(candidate) for candidate in reading.candidates],
        "applicability": _applicability(reading.applicability),
        "warnings": list(reading.warnings),
        "training_film_id": reading.training_film_id,
    }


def _candidate(candidate: Candidate) -> dict:
    return {"box": list(map(float, candidate.box)), "probabilities": candidate.probabilities.as_dict()}


def _exam(exam: ExamReading) -> dict:
    return {
        **_answer(exam),
        "breasts": [
            {"laterality": breast.laterality, "film_index": breast.film_index} | _answer(breast)
            for breast in exam.breasts
        ],
        "suspect": exam.suspect,
        "reasons": list(exam.reasons),
        "warnings": list(exam.warnings),
        "applicability": _applicability(exam.applicability),
        "training_woman_id": exam.training_woman_id,
    }


def _answer(reading: FilmReading | BreastReading | ExamReading) -> dict:
    return {
        "label": reading.label,
        "decision": reading.decision,
        "probabilities": reading.probabilities.as_dict(),
    }


def _applicability(applicability: Applicability) -> dict:
    return {"inside": applicability.inside, "reasons": list(applicability.reasons)}


def _versions() -> dict[str, str | None]:
    found: dict[str, str | None] = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = None
    return found


@cache
def _code_sha256() -> str:
    """Return the digest of the code that takes part in a reading: a version number does not tell two states apart."""
    package = ROOT / "mammo_core"
    files = [path for room in READING_CODE for path in (package / room).rglob("*.py")]
    digest = hashlib.sha256()
    for path in sorted([*package.glob("*.py"), *files]):
        digest.update(f"{path.relative_to(package).as_posix()}\n".encode())
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()
