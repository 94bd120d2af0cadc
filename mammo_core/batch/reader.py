"""What a worker does: one film from its bytes to a row of the table. Bad input becomes a row that says why.

What the system refuses (a share that is away for a moment, a right that was taken) is no fault of the film: it is tried
again a few times, and its row says that it is to be read anew when the run goes on. A file that crashes or hangs the
process takes this worker with it and nothing else: see `mammo_core.batch.stream`.
"""

from __future__ import annotations

import errno
import os
import stat
import zipfile
import zlib
from dataclasses import dataclass
from functools import cache, lru_cache
from threading import Timer
from time import perf_counter, sleep
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
from mammo_core.types import Mammogram

FILM_SECONDS = 600.0
"""A film that takes longer ends its worker, which is how a film that never ends is set aside."""
FILM_SUFFIXES = (".dcm", ".dicom", ".pgm", ".png", ".jpg", ".jpeg", ".tif", ".tiff")
"""What has such a name is answered for whatever it holds: in an archive nobody looks whether a film fell out."""
WAITS_SECONDS = (0.5, 2.0)
"""Pauses before a film is tried again whose file could not be reached: they outlast a moment, and keep a worker that
sees no film at all from rushing through the archive. After a longer absence the run is given again."""
OUT_OF_REACH = "out_of_reach"
"""In a row: true where the system, not the film, is why it could not be read."""
NOT_REACHED = (
    f"The file could not be reached ({{}}), {len(WAITS_SECONDS) + 1} times. Check that it is there, its rights and the "
    "storage; the same command tries it again."
)
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
        Its row: the reading as `reading_to_json` gives it, or `error`, with `OUT_OF_REACH` where another try may help.
        None for a file in a folder or archive that is no picture: it is passed over, as `read` does.

    Raises:
        BundleError: This worker's model is not sound, or not the run's.
        ModuleNotFoundError: This worker lacks a package.
    """
    bundle = _load_model(settings.model_digest)
    watch = Timer(FILM_SECONDS, os._exit, [1])
    watch.daemon = True
    watch.start()
    start = perf_counter()
    try:
        answer = _read_patiently(film, settings, bundle)
    finally:
        watch.cancel()
    if answer is None:
        return None
    return answer | {"file": film.name, "model_id": bundle.model_id, "seconds": perf_counter() - start}


def _read_patiently(film: Film, settings: Settings, bundle: Bundle) -> Row | None:
    """Read a film, and again after a pause while its file cannot be reached."""
    for wait in WAITS_SECONDS:
        answer = _read(film, settings, bundle)
        if answer is None or OUT_OF_REACH not in answer:
            return answer
        _open_archive.cache_clear()  # a share that came back may not know the open file any more
        sleep(wait)
    return _read(film, settings, bundle)


def _read(film: Film, settings: Settings, bundle: Bundle) -> Row | None:
    try:
        mammogram = _load(film, settings)
        if mammogram is None:
            return None
        answer = _flat(reading_to_json(film.name, mammogram, read_film(mammogram, bundle)))
        return answer | {"digest": mammogram.digest}
    except ModuleNotFoundError:  # this worker lacks a package: no film's fault
        raise
    except Exception as error:  # one film must not end the run, whatever is wrong with it
        if _of_the_system(error):
            return {"error": NOT_REACHED.format(type(error).__name__), OUT_OF_REACH: True}
        return {"error": in_words(error)}


def _of_the_system(error: Exception) -> bool:
    """Return whether the system refused; decoders raise `OSError` too, without a number or for a bad offset."""
    return isinstance(error, OSError) and error.errno not in (None, errno.EINVAL)


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


def _load(film: Film, settings: Settings) -> Mammogram | None:
    data = _read_bytes(film)
    return None if data is None else load_mammogram(data, pixel_spacing_mm=settings.spacing_mm)


def _read_bytes(film: Film) -> bytes | str | None:
    """Return a film's bytes, or a path that `load_mammogram` refuses; None for what is no picture and was not named.

    Raises:
        OSError: The file cannot be reached.
    """
    if film.member is not None:
        return _unpack(film)
    try:
        if not stat.S_ISREG(os.stat(film.path).st_mode):  # before opening: a pipe would wait for ever
            return film.path
        with open(film.path, "rb") as file:
            head = file.read(_HEAD_BYTES)
            if film.named or _is_film(film.name, head):
                file.seek(0)
                return file.read(MAX_FILE_BYTES + 1)
    except ValueError:  # no path at all
        return film.path
    return None


def _unpack(film: Film) -> bytes | None:
    try:
        archive, members = _open_archive(film.path, os.stat(film.path).st_mtime_ns)
        if members[film.member].flag_bits & 1:
            raise UnreadableImageError("The archive is encrypted. Unpack it with its password.")
        with archive.open(members[film.member]) as file:
            data = file.read(MAX_FILE_BYTES + 1)  # counted as it comes out: what the archive states is not believed
    except (*_BROKEN_ZIP, IndexError) as error:
        if _of_the_system(error):
            raise
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
