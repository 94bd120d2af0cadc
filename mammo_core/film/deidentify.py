"""Films without what names a person: what a file says of a patient, and a copy that says nothing of her.

The copy is built, not cleaned: what is not on a short list of technical tags does not exist in it. That is stricter
than the Basic Application Level Confidentiality Profile, which says what to remove (DICOM PS3.15, Annex E): every UID
is new, study and series too; dates and times, texts, private tags, overlays and the bytes around a compressed picture
are gone; pixels are written uncompressed. Side and view stand in their own tags, whichever tag told them. What is burnt
into the pixels stays: a film whose file says that there is such writing is refused, and a person has to look at the
others.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.uid import UID, ExplicitVRLittleEndian, generate_uid

from mammo_core.errors import ImageError
from mammo_core.film.dicom import KEYWORDS, looks_like_dicom, read_bounded
from mammo_core.film.dicom_pixels import find_layout, stored_values
from mammo_core.film.dicom_tags import MAX_TEXT, find_laterality, find_view, text
from mammo_core.film.load import load_mammogram

# fmt: off
IDENTIFYING = {
    "PatientName": "Name", "PatientID": "Patient's number", "PatientBirthDate": "Born", "PatientAge": "Age",
    "PatientSex": "Sex", "StudyDate": "Day of the study", "AccessionNumber": "Accession number",
    "InstitutionName": "Institution", "ReferringPhysicianName": "Referred by",
}
"""{keyword: what it is called on screen} of the tags that say who a film shows, as far as a reader needs them."""
_WITHHELD = ("PatientID", "SeriesDescription", "PixelData", "EncryptedAttributesSequence", "PatientOrientation")
_KEPT = frozenset(KEYWORDS) - frozenset(_WITHHELD)
_KEPT_WITHIN = frozenset((
    "CodeValue", "CodingSchemeDesignator", "ViewModifierCodeSequence", "PixelMeasuresSequence", "PixelSpacing",
    "LUTDescriptor", "LUTData",
))
# fmt: on
METHOD = "Only tags that reading needs; new UIDs; no dates, texts, private"
"""As the copy itself says it; a DICOM text of this kind has at most 64 characters."""
_NOBODY = "ANONYMOUS"
_MAX_CODE = 16
"""Characters of a code; a longer text is no code and is left out."""


def find_identity(data: bytes) -> dict[str, str]:
    """Return what a file says of whom it shows, as {what it is: value}; empty for anything but DICOM.

    Raises:
        UnreadableImageError: The DICOM file is damaged.
    """
    if not looks_like_dicom(data):
        return {}
    dataset, _ = read_bounded(data, tuple(IDENTIFYING))
    said = {name: str(dataset.get(keyword) or "")[:MAX_TEXT].strip() for keyword, name in IDENTIFYING.items()}
    return {name: value for name, value in said.items() if value}


def deidentify(data: bytes, study_uid: str | None = None) -> tuple[bytes, str]:
    """Return a copy of a film's file that names nobody.

    Args:
        data: The file of a film that `load_mammogram` can read.
        study_uid: The new study's UID, one for all films of an exam; drawn where it is left out.

    Returns:
        The copy and its suffix: `.dcm` for DICOM (uncompressed, the middle frame only); for all else `.png`, of the
        film's pixels and nothing besides.

    Raises:
        ImageError: The film cannot be read, or its file says that something is written into its pixels.
    """
    mammogram = load_mammogram(data)  # raises for whatever is no film
    if not looks_like_dicom(data):
        out = io.BytesIO()
        Image.fromarray(np.ascontiguousarray(mammogram.pixels)).save(out, "PNG")
        return out.getvalue(), ".png"
    dataset, syntax = read_bounded(data, (*KEYWORDS, "BurnedInAnnotation"))
    if text(dataset, "BurnedInAnnotation").upper() == "YES":
        raise ImageError("Its file says that there is writing in its pixels, which may name somebody. Left out.")
    return _written(_bare(dataset, syntax, study_uid or generate_uid(prefix=None))), ".dcm"


def _bare(dataset: Dataset, syntax: UID, study_uid: str) -> Dataset:
    """Return a data set with the tags that reading needs, and with those that make it a DICOM file of nobody."""
    bare = _only(dataset, _KEPT)
    layout = find_layout(dataset)
    values, bits = stored_values(dataset, syntax, layout)
    deep = bits > 8
    bare.PixelData = values.astype("<u2" if deep else "u1").tobytes() + (b"\0" if not deep and values.size % 2 else b"")
    bare["PixelData"].VR = "OW" if deep else "OB"
    bare.Rows, bare.Columns = layout.rows, layout.columns
    bare.BitsAllocated, bare.BitsStored, bare.HighBit = 16 if deep else 8, bits, bits - 1
    bare.SamplesPerPixel, bare.PhotometricInterpretation = 1, layout.photometric
    bare.NumberOfFrames = 1
    for keyword, value in (("ImageLaterality", find_laterality(dataset)), ("ViewPosition", find_view(dataset))):
        if value:
            setattr(bare, keyword, value)
    bare.PatientName = bare.PatientID = _NOBODY
    bare.PatientBirthDate = bare.PatientSex = bare.StudyDate = bare.StudyTime = ""
    bare.PatientIdentityRemoved, bare.DeidentificationMethod = "YES", METHOD
    bare.LongitudinalTemporalInformationModified = "REMOVED"
    bare.StudyInstanceUID = study_uid
    bare.SeriesInstanceUID, bare.SOPInstanceUID = generate_uid(prefix=None), generate_uid(prefix=None)
    return bare


def _only(dataset: Dataset, keywords: frozenset[str]) -> Dataset:
    """Return the elements of these keywords; sequences with technical items and codes only."""
    kept = Dataset()
    for element in dataset:
        if element.keyword not in keywords:
            continue
        if element.VR == "SQ":
            items = [_only(item, _KEPT_WITHIN) for item in element.value]
            setattr(kept, element.keyword, items)
        elif element.VR not in ("SH", "LO", "CS") or len(str(element.value)) <= _MAX_CODE:
            kept.add(element)
    return kept


def _written(dataset: Dataset) -> bytes:
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    out = io.BytesIO()
    dcmwrite(out, dataset, enforce_file_format=True)
    return out.getvalue()
