"""Films for the worklist's tests: small phantoms as PGM, and DICOM files that name somebody."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from functools import cache

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from mammo_core.mias.phantom import draw_phantom

SIDE_PX = 384
WHO = {
    "PatientName": "Doe^Jane",
    "PatientID": "HOSP-4711",
    "PatientBirthDate": "19551231",
    "InstitutionName": "St Elsewhere",
    "ReferringPhysicianName": "House^Gregory",
    "AccessionNumber": "ACC-0815",
    "StudyDate": "20200229",
    "StudyDescription": "follow-up of Jane",
}
"""Tags that name somebody who does not exist."""


@cache
def film(seed: int = 1, side: str = "R") -> bytes:
    """Return a drawn film as PGM."""
    pixels = draw_phantom(seed, SIDE_PX, laterality=side, lesions=()).mammogram.pixels
    return f"P5\n{pixels.shape[1]} {pixels.shape[0]}\n255\n".encode() + pixels.tobytes()


def pair(seed: int = 1) -> list[tuple[str, bytes]]:
    """Return both breasts of a drawn woman as (name, content)."""
    return [(f"{side}.pgm", film(seed, side)) for side in "RL"]


def dicom(seed: int = 1, side: str = "R", study: str = "", **tags: str) -> bytes:
    """Return a drawn film as a DICOM mammogram that names somebody."""
    pixels = draw_phantom(seed, SIDE_PX, laterality=side, lesions=()).mammogram.pixels
    made = Dataset()
    made.SOPClassUID, made.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.7", generate_uid()
    made.StudyInstanceUID, made.SeriesInstanceUID = study or generate_uid(), generate_uid()
    made.Modality, made.BodyPartExamined, made.Laterality = "MG", "BREAST", side
    made.Rows, made.Columns = pixels.shape
    made.SamplesPerPixel, made.PhotometricInterpretation, made.PixelRepresentation = 1, "MONOCHROME2", 0
    made.BitsAllocated, made.BitsStored, made.HighBit = 8, 8, 7
    made.PixelSpacing = [200 / SIDE_PX, 200 / SIDE_PX]
    made.PixelData = pixels.tobytes()
    for keyword, value in (WHO | tags).items():
        setattr(made, keyword, value)
    made.private_block(0x0013, "ACME", create=True).add_new(0x10, "LO", "Jane's own")
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    out = io.BytesIO()
    dcmwrite(out, made, enforce_file_format=True)
    return out.getvalue()


def zipped(members: Mapping[str, bytes]) -> bytes:
    """Return a zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    return out.getvalue()


_READ_BEFORE: dict[tuple, object] = {}


def reading_once(read: Callable[..., object]) -> Callable[..., object]:
    """Return `queue._read` that takes what the model said of the same films before from there."""

    def read_once(store, list_id, films, bundle, progress):
        known = (tuple(films), bundle.model_id)
        if known not in _READ_BEFORE:
            _READ_BEFORE[known] = read(store, list_id, films, bundle, progress)
        return _READ_BEFORE[known]

    return read_once
