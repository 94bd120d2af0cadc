"""Decode a DICOM mammogram: read the data set within bounds, refuse what is no single film, assemble the result.

Only the tags listed here are parsed. pydicom is kept from quoting values of tags in warnings, because such values
name patients; no message of ours repeats one either.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence

import pydicom.config
from pydicom import Dataset
from pydicom.filereader import read_dataset
from pydicom.tag import Tag
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from mammo_core.config import MAX_FILE_BYTES
from mammo_core.errors import UnreadableImageError
from mammo_core.film.dicom_display import decode_pixels
from mammo_core.film.dicom_tags import (
    find_kind_doubts,
    find_laterality,
    find_spacing,
    find_view,
    find_view_warnings,
    is_digital,
    text,
)
from mammo_core.types import Mammogram, pixel_digest

pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE

EXPECTED = "expected one digital or digitised mammogram (modality MG)"
MAX_READS = 200_000
"""Reads after which a data set is refused: each element takes one or two, and a mammogram has some hundred elements."""

# fmt: off
KEYWORDS = (
    "SOPClassUID", "Modality", "PresentationIntentType", "BodyPartExamined", "NumberOfFrames",
    "SamplesPerPixel", "Rows", "Columns", "PhotometricInterpretation", "PresentationLUTShape", "BitsAllocated",
    "BitsStored", "HighBit", "PixelRepresentation", "PixelData", "ModalityLUTSequence", "RescaleSlope",
    "RescaleIntercept", "VOILUTSequence", "WindowCenter", "WindowWidth", "VOILUTFunction", "PixelPaddingValue",
    "PixelPaddingRangeLimit", "PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing",
    "EstimatedRadiographicMagnificationFactor", "PixelAspectRatio", "SharedFunctionalGroupsSequence",
    "ImageLaterality", "Laterality", "ViewPosition", "ViewCodeSequence", "PatientOrientation", "PatientID",
    "SeriesDescription", "BreastImplantPresent", "PartialView", "EncryptedAttributesSequence", "DetectorType",
    "PixelIntensityRelationship", "PixelIntensityRelationshipSign",
)
# fmt: on
"""The only elements that are read."""

DICOMDIR = "1.2.840.10008.1.3.10"


MODALITIES = {
    "CT": "a CT slice",
    "MR": "an MR slice",
    "US": "an ultrasound picture",
    "CR": "an X-ray film of no stated breast",
    "DX": "an X-ray film of no stated breast",
    "RF": "a fluoroscopy",
    "XA": "an angiogram",
    "NM": "a scintigram",
    "PT": "a PET slice",
    "SR": "a report",
    "PR": "a presentation state",
    "KO": "a list of pictures",
    "DOC": "a document",
    "OT": "something other than a film",
    "SC": "a secondary capture of no stated breast",
}
"""Other modalities that people send, in words (DICOM PS3.3, C.7.3.1.1.1)."""


def looks_like_dicom(data: bytes) -> bool:
    """Tell whether the bytes are a DICOM file, with or without its preamble or its file meta information."""
    if data[128:132] == b"DICM" or data[:4] == b"DICM":
        return True
    # A bare data set begins with group 0002 or 0008, a low element number and a plausible length or VR.
    if len(data) < 16 or data[:4] in (b"\x00\x00\x00\x00",):
        return False
    little = data[:2] in (b"\x02\x00", b"\x08\x00") and data[3] == 0
    big = data[:2] == b"\x00\x08" and data[2] == 0
    explicit = data[4:6].isalpha() and data[4:6].isupper()
    implicit = int.from_bytes(data[4:8], "little") <= 1024
    return (little and (explicit or implicit)) or (big and explicit)


def decode_dicom(data: bytes) -> tuple[Mammogram, bool]:
    """Decode the bytes of a DICOM file.

    Args:
        data: The whole file.

    Returns:
        The film after modality LUT, VOI LUT or window, and presentation LUT shape (DICOM PS3.4, N.2), dark air,
        with spacing, side and view as far as tags state them; and whether tags vouch for a breast that may look odd:
        they describe an unusual view, or a digital mammogram with its side and view.

    Raises:
        UnreadableImageError: Not one readable mammogram; the message says what came and what to do.
    """
    try:
        dataset, syntax = read_bounded(data)
        _refuse_other_than_a_film(dataset)
        pixels, bit_depth, steps = decode_pixels(dataset, syntax)
        spacing, spacing_steps, warnings = find_spacing(dataset, pixels.shape)
        side, view, unusual = find_laterality(dataset), find_view(dataset), find_view_warnings(dataset)
        film = Mammogram(
            pixels=pixels,
            bit_depth=bit_depth,
            pixel_spacing_mm=spacing,
            laterality=side,
            view=view,
            source=("read DICOM", *steps, *spacing_steps),
            digest=pixel_digest(pixels),
            warnings=warnings,
            doubts=(*unusual, *find_kind_doubts(dataset)),
        )
        return film, bool(unusual or (is_digital(dataset) and side and view))
    except UnreadableImageError:
        raise
    except Exception as error:  # parsers and decoders answer hostile bytes with almost any exception
        raise UnreadableImageError(
            f"The DICOM file is truncated or damaged ({type(error).__name__}); {EXPECTED}. Export or copy it again."
        ) from None


def read_film_tags(data: bytes, more: Sequence[str] = ()) -> Dataset:
    """Return the tags of a DICOM file that describes a mammogram; its pixels are not decoded.

    Args:
        data: The whole file.
        more: Keywords to read besides `KEYWORDS`.

    Raises:
        UnreadableImageError: Damaged, or not one mammogram; the message says what came and what to do.
    """
    try:
        dataset, _ = read_bounded(data, (*KEYWORDS, *more))
        _refuse_other_than_a_film(dataset)
    except UnreadableImageError:
        raise
    except Exception as error:  # as in `decode_dicom`
        raise UnreadableImageError(
            f"The DICOM file is truncated or damaged ({type(error).__name__}); {EXPECTED}. Export or copy it again."
        ) from None
    return dataset


def read_bounded(data: bytes, keywords: Sequence[str] = KEYWORDS) -> tuple[Dataset, UID]:
    """Return the tags of interest and the transfer syntax; never inflate or parse without a limit."""
    start = 132 if data[128:132] == b"DICM" else 4 if data[:4] == b"DICM" else 0
    stream = _BoundedStream(data)
    stream.seek(start)
    meta = Dataset()
    if data[start : start + 2] == b"\x02\x00":
        meta = read_dataset(stream, False, True, stop_when=lambda tag, vr, length: tag >> 16 != 2)
    body = stream.tell()
    syntax = UID(text(meta, "TransferSyntaxUID")) or _guess_syntax(data[body : body + 8])
    if text(meta, "MediaStorageSOPClassUID") == DICOMDIR:
        _refuse("a DICOMDIR (the table of contents of a disc)")
    if not syntax.is_transfer_syntax:
        raise UnreadableImageError("The DICOM file uses an unknown or private transfer syntax. Export it uncompressed.")
    if syntax == DeflatedExplicitVRLittleEndian:
        stream = _BoundedStream(_inflate(data[body:]))
    tags = [Tag(keyword) for keyword in keywords]
    dataset = read_dataset(stream, syntax.is_implicit_VR, syntax.is_little_endian, specific_tags=tags)
    return dataset, syntax


class _BoundedStream(io.BytesIO):
    """Refuses to be read in endless tiny pieces, at whatever depth of nested sequences they lie."""

    reads = 0

    def read(self, size: int | None = -1) -> bytes:
        """Return the next bytes."""
        self.reads += 1
        if self.reads > MAX_READS:
            raise UnreadableImageError(
                f"The DICOM file has far more elements than a film; {EXPECTED}. Export it again."
            )
        return super().read(size)


def _guess_syntax(body: bytes) -> UID:
    """Return the transfer syntax of a data set without file meta information, from its first bytes."""
    if body[:1] == b"\x00":
        return ExplicitVRBigEndian
    return ExplicitVRLittleEndian if body[4:6].isalpha() and body[4:6].isupper() else ImplicitVRLittleEndian


def _inflate(body: bytes) -> bytes:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    inflated = inflater.decompress(body, MAX_FILE_BYTES + 1)
    if len(inflated) > MAX_FILE_BYTES:
        raise UnreadableImageError(
            f"The deflated DICOM file grows beyond {MAX_FILE_BYTES // 2**20} MB, the limit for one film. "
            "Export it without compression."
        )
    if not inflater.eof:
        raise UnreadableImageError("The deflated DICOM file is truncated. Copy or export it again.")
    return inflated


def _refuse(what: str, advice: str = "Send the processed film of one view.") -> None:
    raise UnreadableImageError(f"The DICOM file holds {what}; {EXPECTED}. {advice}")


def _refuse_other_than_a_film(dataset: Dataset) -> None:
    """Raise UnreadableImageError unless the tags describe a mammogram."""
    if "EncryptedAttributesSequence" in dataset:
        _refuse("encrypted attributes", "Decrypt it, or export it without encryption.")
    if "PixelData" not in dataset:
        _refuse("no picture (a report, a list, or a file cut off before its pixels)")
    modality = text(dataset, "Modality").upper()
    if modality in MODALITIES:
        _refuse(f"{MODALITIES[modality]} (modality {modality})", "Send a mammogram.")
    if modality != "MG" and not (not modality and is_digital(dataset)):
        _refuse("an unknown modality, or states none", "Export the mammogram with its modality.")
    body_part = text(dataset, "BodyPartExamined").upper()
    if body_part and "BREAST" not in body_part and not body_part.startswith("MAMM"):
        _refuse("another body part than the breast")
