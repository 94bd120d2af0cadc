"""What a worker does: one film from its bytes to a row of the table. Bad input becomes a row that says why.

A file that crashes or hangs the process takes this worker with it and nothing else: see `mammo_core.batch.stream`.
"""

from __future__ import annotations

import os
import time
import zipfile
import zlib
from dataclasses import dataclass
from functools import cache, lru_cache
from threading import Timer
from typing import Any

import cv2

from mammo_core.batch.sources import Film
from mammo_core.config import MAX_FILE_BYTES
from mammo_core.errors import ConfigMismatchError, UnreadableImageError, in_words
from mammo_core.film.dicom import looks_like_dicom
from mammo_core.film.load import load_mammogram
from mammo_core.film.raster import KINDS
from mammo_core.network.bundle import Bundle, load_bundle
from mammo_core.reading.read_film import read_film
from mammo_core.reading.to_json import reading_to_json

FILM_SECONDS = 600.0
"""A film that takes longer ends its worker, which is how a film that never ends is set aside."""
FILM_SUFFIXES = (".dcm", ".dicom", ".pgm", ".png", ".jpg", ".jpeg", ".tif", ".tiff")
"""What has such a name is answered for whatever it holds: in an archive nobody looks whether a film fell out."""
_HEAD_BYTES = 4096
_BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError)

Row = dict[str, Any]
"""What the table holds of one film; see `mammo_core.batch.table`."""


@dataclass(frozen=True)
class Settings:
    """How films are read, the same for all of a run.

    Attributes:
        model_digest: The digest that the active model's `bundle.json` states: a worker with another model refuses.
        spacing_mm: Millimetres per pixel, stated by the user where files are silent; else None.
    """

    model_digest: str
    spacing_mm: float | None = None


def read_row(film: Film, settings: Settings) -> Row | None:
    """Read one film.

    Returns:
        Its row: the reading as `reading_to_json` gives it, or `error`. None for a file in a folder or archive that is
        no picture: it is passed over, as `read` does.

    Raises:
        BundleError: This worker's model is not sound, or not the run's.
        ModuleNotFoundError: This worker lacks a package.
    """
    bundle = _load_model(settings.model_digest)
    watch = Timer(FILM_SECONDS, os._exit, [1])
    watch.daemon = True
    watch.start()
    start = time.perf_counter()
    try:
        data = _read_bytes(film)
        if data is None:
            return None
        mammogram = load_mammogram(data, pixel_spacing_mm=settings.spacing_mm)
        answer = _flat(reading_to_json(film.name, mammogram, read_film(mammogram, bundle)))
        answer["digest"] = mammogram.digest
    except ModuleNotFoundError:  # this worker lacks a package: no film's fault
        raise
    except Exception as error:  # one film must not end the run, whatever is wrong with it
        answer = {"error": in_words(error)}
    finally:
        watch.cancel()
    return answer | {"file": film.name, "model_id": bundle.model_id, "seconds": time.perf_counter() - start}


@cache
def _load_model(digest: str) -> Bundle:
    """Return the active model with one thread, loaded once a worker; OpenCV is kept to one thread too."""
    cv2.setNumThreads(1)
    bundle = load_bundle(threads=1)
    if bundle.info["digest"] != digest:
        raise ConfigMismatchError(
            f"expected every worker to have the model that the run began with; one has another ({bundle.model_id}). "
            "Give all of them the same copy of this program."
        )
    return bundle


def _read_bytes(film: Film) -> Any:
    """Return what `load_mammogram` takes: bytes or a path; None for what is no picture and was not named."""
    if film.member is not None:
        return _unpack(film)
    if film.named:
        return film.path
    try:
        with open(film.path, "rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        return film.path  # says what is wrong with it
    return film.path if _is_film(film.name, head) else None


def _unpack(film: Film) -> bytes | None:
    try:
        archive, members = _open_archive(film.path, os.stat(film.path).st_mtime_ns)
        if members[film.member].flag_bits & 1:
            raise UnreadableImageError("The archive is encrypted. Unpack it with its password.")
        with archive.open(members[film.member]) as file:
            data = file.read(MAX_FILE_BYTES + 1)  # counted as it comes out: what the archive states is not believed
    except (*_BROKEN_ZIP, IndexError):
        raise UnreadableImageError("The archive is damaged at this film. Copy it again, or unpack it.") from None
    return data if _is_film(film.name, data[:_HEAD_BYTES]) else None


@lru_cache(maxsize=1)
def _open_archive(path: str, changed_ns: int) -> tuple[zipfile.ZipFile, list[zipfile.ZipInfo]]:
    """Return an archive that stays open: its table of contents is read once, not once a film."""
    archive = zipfile.ZipFile(path)
    return archive, archive.infolist()


def _is_film(name: str, head: bytes) -> bool:
    """Return whether a file's name or its beginning is that of a film; an empty one is answered for."""
    return not head or name.lower().endswith(FILM_SUFFIXES) or looks_like_dicom(head) or head.startswith(tuple(KINDS))


def _flat(result: dict) -> Row:
    """Return a reading's JSON object with its three probabilities as columns, and boxes as named sides."""
    candidates = [
        dict(zip(("x", "y", "width", "height"), place["box"], strict=True)) | _shares(place["probabilities"])
        for place in result["candidates"]
    ]
    rest = {key: value for key, value in result.items() if key not in ("probabilities", "candidates")}
    return rest | _shares(result["probabilities"]) | {"candidates": candidates}


def _shares(probabilities: dict[str, float]) -> dict[str, float]:
    return {f"p_{label}": share for label, share in probabilities.items()}
