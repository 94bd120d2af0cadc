"""Which films are of one exam: by the DICOM study, by the woman where the program knows her, else by how they came."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from mammo_core.errors import MammoError
from mammo_core.film.demo_films import DEMO_EXAMS, demo_files
from mammo_core.film.dicom import looks_like_dicom, read_film_tags
from mammo_core.film.dicom_tags import find_patient, text
from mammo_core.film.load import load_mammogram
from mammo_core.mias.checksums import film_of_digest
from mammo_core.mias.index import woman_of
from mammo_core.mias.sources import MAX_MEMBER_BYTES

MAX_TOGETHER = 8
"""Films that came together and carry no study are one exam up to this number; above it each is an exam of its own."""


class Mark(NamedTuple):
    """What a film says of its exam, empty where it says nothing.

    Attributes:
        shared: What films of one exam share.
        woman: What films of one woman share.
        origin: `demo A` or `MIAS 14` for a film that the program knows.
    """

    shared: str = ""
    woman: str = ""
    origin: str = ""


def find_mark(data: bytes, digest: str) -> Mark:
    """Return what a film's file says of its exam.

    Args:
        data: The file.
        digest: Its sha256, in hexadecimal.
    """
    if demo := _demo_exams().get(digest):
        return Mark(demo, demo, demo)
    if looks_like_dicom(data):
        return _tagged(data)
    if len(data) > MAX_MEMBER_BYTES:
        return Mark()
    try:
        film_id = film_of_digest(load_mammogram(data).digest)
    except MammoError:
        film_id = None
    known = f"MIAS {woman_of(film_id)}" if film_id else ""
    return Mark(known, known, known)


def join(marks: Sequence[Mark], folders: Sequence[str], secret: bytes, pick: str) -> list[str]:
    """Return for each film that came in one go a keyed hash that it shares with the films of its exam.

    Args:
        marks: What each film says.
        folders: Where each lay.
        secret: The key; who has it not learns nothing from the hash.
        pick: Names this going, so that films which only came together are not joined by those of another one.
    """
    loose = Counter(folder for mark, folder in zip(marks, folders, strict=True) if not mark.shared)
    joined = []
    for i, (mark, folder) in enumerate(zip(marks, folders, strict=True)):
        alone = f"/{i}" if loose[folder] > MAX_TOGETHER else ""
        shared = mark.shared or f"{pick}/{folder}{alone}"
        joined.append(keyed(shared, secret))
    return joined


def keyed(text: str, secret: bytes) -> str:
    """Return a hash that tells nothing of a text to who has not the key."""
    return hmac.new(secret, text.encode("utf-8", "surrogateescape"), hashlib.sha256).hexdigest()


@cache
def _demo_exams() -> dict[str, str]:
    """Return {sha256 of a demo film's file: its exam}."""
    return {
        hashlib.sha256(data).hexdigest(): f"demo {letter}"
        for letter, exam in zip("AB", DEMO_EXAMS, strict=True)
        for _, data in demo_files(exam)
    }


def _tagged(data: bytes) -> Mark:
    """Return what a DICOM file's tags say.

    Where the patient's number holds the film's name, each film has a study of its own, and patient and day tell more.
    """
    try:
        tags = read_film_tags(data, ("StudyInstanceUID", "StudyDate"))
    except MammoError:
        return Mark()
    study, patient = text(tags, "StudyInstanceUID"), find_patient(tags)
    if study and patient == text(tags, "PatientID"):
        return Mark(f"study {study}", patient)
    return Mark(patient and f"patient {patient} {text(tags, 'StudyDate')}", patient)
