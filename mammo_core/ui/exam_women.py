"""Which of the open films are of one woman, as far as the program or their files know; never who she is."""

from __future__ import annotations

import hashlib
import secrets

from mammo_core.errors import MammoError
from mammo_core.film.dicom import looks_like_dicom, read_bounded
from mammo_core.film.dicom_tags import find_patient
from mammo_core.mias.checksums import film_of_digest
from mammo_core.mias.index import woman_of
from mammo_core.ui.words.exam import MIAS_WOMAN

_PATIENT = "patient "
_SALT = secrets.token_bytes(16)


def woman_of_file(data: bytes, digest: str) -> str:
    """Return what tells this woman's films from another's.

    Args:
        data: The file.
        digest: The pixel digest of its film.

    Returns:
        `MIAS woman 14` for a film of MIAS; for DICOM with a patient number a hash of it that means nothing beyond this
        run of the program; empty where nothing tells.
    """
    known = film_of_digest(digest)
    if known:
        return MIAS_WOMAN.format(woman_of(known))
    try:
        number = find_patient(read_bounded(data)[0]) if looks_like_dicom(data) else ""
    except MammoError:
        return ""
    return _PATIENT + hashlib.blake2b(number.encode(), key=_SALT, digest_size=8).hexdigest() if number else ""


def name_women(women: list[str], unknown: str, patient: str) -> dict[str, str]:
    """Return what each woman is called on screen, in the order given.

    Args:
        women: From `woman_of_file`, or the name of an exam.
        unknown: For films of which nothing tells the woman.
        patient: For those that only a patient number tells, with a place for a count.
    """
    patients = [woman for woman in women if woman.startswith(_PATIENT)]
    return {
        woman: patient.format(patients.index(woman) + 1) if woman in patients else woman or unknown for woman in women
    }
