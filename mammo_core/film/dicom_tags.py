"""What DICOM tags say of a film: pixel spacing, side, view. Values are read, never repeated in a message."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from pydicom import Dataset

from mammo_core.errors import UnreadableImageError
from mammo_core.types import Laterality, View

SPACING_RANGE_MM = (0.01, 2.0)
FILM_RANGE_MM = (40.0, 600.0)
"""A spacing outside these, or one that makes the film's longer side leave them, is a mistake and not used."""
ANISOTROPY = 0.01
"""Row and column spacing may differ by this share; one number serves both."""

VIEW_CODES = {"399162004": "CC", "R-10242": "CC", "399368009": "MLO", "R-10226": "MLO"}
"""View codes of DICOM PS3.16, CID 4014, in SNOMED CT and in the retired SRT form."""

VIEW_MODIFIERS = {
    "399163009": "a magnification view",
    "R-102D6": "a magnification view",
    "399055006": "a spot compression view",
    "R-102D7": "a spot compression view",
    "399209000": "a view with the implant displaced",
    "R-102D5": "a view with the implant displaced",
}
"""View modifiers (CID 4015) that put a film outside the usual screening views."""

MAGNIFIED = 1.3
"""Estimated Radiographic Magnification Factor from which a film is a magnification view (contact films: 1.0 to 1.1)."""


DIGITAL = "1.2.840.10008.5.1.4.1.1.1.2"
"""How the SOP classes of digital mammograms begin: For Presentation, and For Processing with one more `.1`."""
TOMOSYNTHESIS = "1.2.840.10008.5.1.4.1.1.13.1."
"""How the SOP classes of tomosynthesis volumes and projection series begin."""
DETECTORS = ("DIRECT", "SCINTILLATOR", "STORAGE")
"""Detector types that are no film (DICOM PS3.3, C.8.11.4)."""

MAX_TEXT = 256
"""Characters of a text value that are looked at; the standard allows 64 in all those read here."""


def text(dataset: Dataset, keyword: str) -> str:
    """Return an element's (first) value as stripped text, empty where it is absent."""
    value = values(dataset, keyword)
    return str(value[0])[:MAX_TEXT].strip().strip("\0") if value else ""


def values(dataset: Dataset, keyword: str) -> list:
    """Return an element's values as a list, empty where it is absent, has none, or cannot be parsed."""
    try:
        value = dataset.get(keyword)
    except Exception:  # pydicom parses on access; one broken element need not cost the film
        return []
    if value is None or value == "" or value == b"":
        return []
    return list(value) if not isinstance(value, (str, bytes)) and hasattr(value, "__iter__") else [value]


def numbers(dataset: Dataset, keyword: str) -> list[float]:
    """Return an element's values as finite floats, empty where one of them is not."""
    try:
        found = [float(value) for value in values(dataset, keyword)]
    except (TypeError, ValueError):
        return []
    return found if all(map(math.isfinite, found)) else []


def find_spacing(dataset: Dataset, shape: tuple[int, int]) -> tuple[float | None, tuple[str, ...], tuple[str, ...]]:
    """Return (millimetres per pixel in the breast plane or None, what was done, warnings).

    Pixel Spacing that differs from Imager Pixel Spacing is calibrated and taken as it is; Imager Pixel Spacing is
    divided by the magnification factor (DICOM PS3.3, 10.7.1.3).

    Raises:
        UnreadableImageError: Rows and columns have different spacing.
    """
    aspect = numbers(dataset, "PixelAspectRatio")
    for (rows, columns), name in _stated_spacings(dataset):
        _require_square(rows, columns)
        mm = (rows + columns) / 2
        low, high = SPACING_RANGE_MM
        if not low <= mm <= high or not FILM_RANGE_MM[0] <= mm * max(shape) <= FILM_RANGE_MM[1]:
            return None, (), ("The pixel spacing stated in the file makes no sense for a mammogram and is not used.",)
        return mm, (f"pixel spacing {mm:g} mm from {name}",), ()
    if len(aspect) == 2:
        _require_square(*aspect)
    return None, (), ()


def _require_square(rows: float, columns: float) -> None:
    if abs(rows - columns) > ANISOTROPY * max(rows, columns):
        raise UnreadableImageError(
            "The film's rows and columns have different spacing; expected square pixels. Export it with them."
        )


def _stated_spacings(dataset: Dataset) -> Iterator[tuple[list[float], str]]:
    """Yield ((rows, columns), name) of every spacing the file states, the most trusted first."""
    plane, imager = _pair(dataset, "PixelSpacing"), _pair(dataset, "ImagerPixelSpacing")
    if plane and plane != imager:
        yield plane, "Pixel Spacing"
    if imager:
        factor = (numbers(dataset, "EstimatedRadiographicMagnificationFactor") or [1.0])[0]
        if 1 < factor <= 5:
            yield [value / factor for value in imager], f"Imager Pixel Spacing, magnified {factor:g} times"
        else:
            yield imager, "Imager Pixel Spacing"
    for group in values(dataset, "SharedFunctionalGroupsSequence"):
        for measures in values(group, "PixelMeasuresSequence"):
            if shared := _pair(measures, "PixelSpacing"):
                yield shared, "Pixel Spacing of the shared functional groups"
    if scanned := _pair(dataset, "NominalScannedPixelSpacing"):
        yield scanned, "Nominal Scanned Pixel Spacing"


def _pair(dataset: Dataset, keyword: str) -> list[float]:
    found = numbers(dataset, keyword)
    return found if len(found) == 2 and min(found) > 0 else []


_SIDES = {"L": "L", "LEFT": "L", "R": "R", "RIGHT": "R"}
_TEXT_SIDE = re.compile(r"(?:^|[^A-Z])(LEFT|RIGHT|L|R)[ _-]?(?:CC|MLO)(?![A-Z])")
_TEXT_VIEW = re.compile(r"(?:^|[^A-Z])(?:LEFT|RIGHT|L|R)?[ _-]?(CC|MLO)(?![A-Z])")


def find_laterality(dataset: Dataset) -> Laterality | None:
    """Return the breast shown, from Image Laterality, Laterality, or names of the form `..._LEFT_CC` (CBIS-DDSM)."""
    for keyword in ("ImageLaterality", "Laterality"):
        if side := _SIDES.get(text(dataset, keyword).upper()):
            return side
    for keyword in ("ViewPosition", "PatientID", "SeriesDescription"):
        if match := _TEXT_SIDE.search(text(dataset, keyword).upper()):
            return _SIDES[match[1]]
    return None


_FILM_OF_PATIENT = re.compile(r"_(LEFT|RIGHT|L|R)_(CC|MLO)$", re.IGNORECASE)


def find_patient(dataset: Dataset) -> str:
    """Return the patient's number without the film's name that some collections write behind it (CBIS-DDSM)."""
    return _FILM_OF_PATIENT.sub("", text(dataset, "PatientID"))


def find_view(dataset: Dataset) -> View | None:
    """Return the projection, from its code, View Position, Patient Orientation (CBIS-DDSM), or names as above.

    A code or View Position that names another projection (ML, XCCL) gives None, whatever the texts say.
    """
    for item in values(dataset, "ViewCodeSequence"):
        if code := text(item, "CodeValue"):
            return VIEW_CODES.get(code)
    for keyword in ("ViewPosition", "PatientOrientation", "PatientID", "SeriesDescription"):
        words = text(dataset, keyword).upper()
        if match := _TEXT_VIEW.search(words):
            return match[1]
        if words and keyword == "ViewPosition":
            return None
    return None


def find_view_warnings(dataset: Dataset) -> tuple[str, ...]:
    """Return what the tags say that puts a film outside the usual screening views, one sentence each."""
    found = []
    if text(dataset, "BreastImplantPresent").upper() == "YES":
        found.append("a breast with an implant")
    if (numbers(dataset, "EstimatedRadiographicMagnificationFactor") or [1.0])[0] >= MAGNIFIED:
        found.append("a magnification view")
    for view in values(dataset, "ViewCodeSequence"):
        modifiers = [text(item, "CodeValue") for item in values(view, "ViewModifierCodeSequence")]
        found += [VIEW_MODIFIERS.get(code, "a modified view (rolled, tangential or the like)") for code in modifiers]
    if text(dataset, "PartialView").upper() == "YES":
        found.append("a part of a breast")
    if find_view(dataset) is None and (text(dataset, "ViewPosition") or values(dataset, "ViewCodeSequence")):
        found.append("a view other than CC and MLO")
    return tuple(f"The file says that it shows {what}." for what in dict.fromkeys(found))


def is_for_processing(dataset: Dataset) -> bool:
    """Tell whether the film holds a detector's signal, not yet made into a picture for the eye."""
    intent = text(dataset, "PresentationIntentType").upper()
    return intent == "FOR PROCESSING" or text(dataset, "SOPClassUID") == f"{DIGITAL}.1"


def is_digital(dataset: Dataset) -> bool:
    """Tell whether a digital detector took the film (digitised films have other SOP classes, or name film)."""
    detector = text(dataset, "DetectorType").upper()
    digital_class = text(dataset, "SOPClassUID").startswith((DIGITAL, TOMOSYNTHESIS))
    return detector in DETECTORS or (digital_class and detector != "FILM")


def count_frames(dataset: Dataset) -> int:
    """Return how many pictures the file holds."""
    return max(1, int((numbers(dataset, "NumberOfFrames") or [1])[0]))


def find_kind_doubts(dataset: Dataset) -> tuple[str, ...]:
    """Return what the tags say of how the film was made that puts it outside training, one sentence each."""
    doubts = []
    if is_digital(dataset):
        doubts.append("The film was acquired digitally; the model learned from digitised film.")
    if is_for_processing(dataset):
        doubts.append("The film is unprocessed (For Processing); the model learned from films made for reading.")
    n_frames = count_frames(dataset)
    if n_frames > 1:
        doubts.append(
            f"The file holds {n_frames} pictures, as of a tomosynthesis; only the one in the middle is read, and the "
            "model learned from plain films."
        )
    elif text(dataset, "SOPClassUID").startswith(TOMOSYNTHESIS):
        doubts.append("The picture comes from a tomosynthesis; the model learned from plain films.")
    return tuple(doubts)
