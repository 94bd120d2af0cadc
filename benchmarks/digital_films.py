"""Digital mammograms made from digitised ones and phantoms, as DICOM: no real one may be passed on with the project.

They have the tags, depth, pixel spacing and grey scale of the real thing, not its detector's sharpness and noise.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import cv2
import numpy as np
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from mammo_core.types import Mammogram

SPACING_MM = 0.07
"""Pixel spacing of many detectors."""
DIGITAL, TOMOSYNTHESIS = "1.2.840.10008.5.1.4.1.1.1.2", "1.2.840.10008.5.1.4.1.1.13.1.3"
AIR_SIGNAL = 12000
"""A detector's signal where nothing weakens the beam, of 16383."""
N_SLICES = 5


def digital_pixels(film: Mammogram, spacing_mm: float) -> np.ndarray:
    """Return a digitised film as a detector shows it: 70 micron, 12 bits, air of exactly 0. H x W uint16."""
    factor = spacing_mm / SPACING_MM
    wide = film.pixels.astype(np.float32) / (2**film.bit_depth - 1)
    smooth = cv2.GaussianBlur(wide, (0, 0), 2)
    wide[smooth < 0.12] = 0
    size = tuple(round(side * factor) for side in wide.shape[::-1])
    large = cv2.resize(wide, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)
    return np.rint(large * 4095).astype(np.uint16)


def as_signal(pixels: np.ndarray) -> np.ndarray:
    """Return the signal of a detector of 14 bits behind such a breast, falling with its density."""
    return np.rint(AIR_SIGNAL * np.exp(pixels.astype(np.float64) * (-4 / 4095))).astype(np.uint16)


def digital_film(film: Mammogram, kind: str, spacing_mm: float | None = None) -> bytes:
    """Return a digitised film in the form of a digital one, as the bytes of a DICOM file.

    Args:
        film: The film.
        kind: A key of `KINDS`.
        spacing_mm: Its pixel spacing where it states none.
    """
    change, tags = KINDS[kind]
    pixels, bits = change(digital_pixels(film, film.pixel_spacing_mm or spacing_mm))
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    for keyword, value in (_USUAL | {"ImageLaterality": film.laterality, "ViewPosition": film.view} | tags).items():
        setattr(made, keyword, value)
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID = "1.2.3"
    made.Rows, made.Columns = pixels.shape[-2:]
    made.BitsStored, made.HighBit = bits, bits - 1
    made.PixelData = pixels.tobytes()
    made["PixelData"].VR = "OW"
    out = io.BytesIO()
    made.save_as(out, enforce_file_format=True)
    return out.getvalue()


_USUAL = {
    "SOPClassUID": DIGITAL,
    "Modality": "MG",
    "PresentationIntentType": "FOR PRESENTATION",
    "BodyPartExamined": "BREAST",
    "SamplesPerPixel": 1,
    "PhotometricInterpretation": "MONOCHROME2",
    "BitsAllocated": 16,
    "PixelRepresentation": 0,
    "ImagerPixelSpacing": [SPACING_MM, SPACING_MM],
    "DetectorType": "DIRECT",
}
_RAW = {"SOPClassUID": f"{DIGITAL}.1", "PresentationIntentType": "FOR PROCESSING", "PixelIntensityRelationshipSign": 1}


def _modified(code: str, meaning: str) -> dict:
    modifier, view = Dataset(), Dataset()
    modifier.CodeValue, modifier.CodingSchemeDesignator, modifier.CodeMeaning = code, "SRT", meaning
    view.CodeValue, view.CodingSchemeDesignator, view.CodeMeaning = "R-10226", "SRT", "medio-lateral oblique"
    view.ViewModifierCodeSequence = [modifier]
    return {"ViewCodeSequence": [view]}


def _spot(pixels: np.ndarray) -> tuple[np.ndarray, int]:
    """Cut 6 cm out of the middle of the breast, as a spot paddle's field: no air, no chest wall, nothing beside it."""
    rows, columns = np.nonzero(pixels)
    half = round(30 / SPACING_MM)
    y, x = int(np.median(rows)), int(np.median(columns))
    field = np.zeros_like(pixels)
    spot = np.s_[max(y - half, 0) : y + half, max(x - half, 0) : x + half]
    field[spot] = pixels[spot]
    return field, 12


def _slices(pixels: np.ndarray) -> tuple[np.ndarray, int]:
    """Blur all slices but the middle one."""
    slices = [cv2.GaussianBlur(pixels, (0, 0), 1 + 4 * abs(i - N_SLICES // 2)) for i in range(N_SLICES)]
    slices[N_SLICES // 2] = pixels
    return np.stack(slices) >> 2, 10


Change = Callable[[np.ndarray], tuple[np.ndarray, int]]
KINDS: dict[str, tuple[Change, dict]] = {
    "For Presentation, 12 bits": (lambda p: (p, 12), {}),
    "For Presentation, 14 bits, MONOCHROME1": (
        lambda p: (16383 - 4 * p, 14),
        {"PhotometricInterpretation": "MONOCHROME1"},
    ),
    "For Processing, 14 bits, linear": (
        lambda p: (as_signal(p), 14),
        _RAW | {"PhotometricInterpretation": "MONOCHROME1", "PixelIntensityRelationship": "LIN"},
    ),
    "For Processing, 14 bits, logarithmic": (
        lambda p: (16383 - 4 * p, 14),
        _RAW | {"PixelIntensityRelationship": "LOG"},
    ),
    "with an implant": (lambda p: (p, 12), {"BreastImplantPresent": "YES"}),
    "implant displaced": (lambda p: (p, 12), _modified("R-102D5", "implant displaced")),
    "spot compression": (_spot, _modified("R-102D7", "spot compression")),
    "magnification": (
        lambda p: (p, 12),
        _modified("R-102D6", "magnification") | {"EstimatedRadiographicMagnificationFactor": 1.8},
    ),
    "tomosynthesis, 5 slices of 10 bits": (_slices, {"SOPClassUID": TOMOSYNTHESIS, "NumberOfFrames": N_SLICES}),
}
"""{name: (from 12-bit pixels to stored pixels and their depth, tags)}."""
