"""The words everyone uses: what flows from file bytes to a reading.

``bytes -> Mammogram -> Preprocessed -> FilmReading -> Explanation``, and several films of one woman ``-> ExamReading``

All are frozen, and their arrays are read-only, so that a cached result cannot be edited. Arrays are indexed
[row, column]; points are (x, y) and boxes (x, y, width, height), in pixels from the top left.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

LABELS = ("normal", "benign", "malignant")
"""The three classes, in this order everywhere."""

DECISIONS = (*LABELS, "refer")
"""What a reading may decide: a class, or to pass the film on to a person."""

Laterality = Literal["L", "R"]
View = Literal["MLO", "CC"]

PLACES = ("R-CC", "L-CC", "R-MLO", "L-MLO")
"""Names of the films of an exam in the order in which they hang: back to back with the chest walls in the middle, the
right breast on the viewer's left. Source: IHE Radiology Technical Framework, Mammography Image profile."""


def read_only(array: np.ndarray) -> np.ndarray:
    """Return `array` (copied only when it is a view of writable memory) with writing switched off."""
    array = np.ascontiguousarray(array)
    if array.base is not None and array.flags.writeable:
        array = array.copy()
    array.flags.writeable = False
    return array


def pixel_digest(pixels: np.ndarray) -> str:
    """Return the sha256 of an array's shape, dtype and values: the same film has it in every file format."""
    pixels = np.ascontiguousarray(pixels)
    digest = hashlib.sha256(f"{pixels.dtype.newbyteorder('<').str}{pixels.shape}".encode())
    digest.update(pixels)
    return digest.hexdigest()


class Box(NamedTuple):
    """A rectangle in film pixels; (x, y) is its top left corner."""

    x: float
    y: float
    width: float
    height: float

    def clipped(self, shape: tuple[int, int]) -> Box:
        """Return the part of the box on a film of (H, W) pixels."""
        left, right = (min(max(edge, 0.0), shape[1]) for edge in (self.x, self.x + self.width))
        top, bottom = (min(max(edge, 0.0), shape[0]) for edge in (self.y, self.y + self.height))
        return Box(left, top, right - left, bottom - top)


class Probabilities(NamedTuple):
    """Calibrated probabilities over `LABELS`; they sum to 1."""

    normal: float
    benign: float
    malignant: float

    def as_dict(self) -> dict[str, float]:
        """Return them as {label: probability}, in the order of `LABELS`."""
        return dict(zip(LABELS, map(float, self), strict=True))

    @property
    def label(self) -> str:
        """The label of the largest probability (reported; the decision comes from the operating point)."""
        return LABELS[int(np.argmax(self))]


@dataclass(frozen=True, eq=False)
class Mammogram:
    """One film as it was stored, with dark air. Never carries the truth.

    Attributes:
        pixels: H x W, uint8 or uint16, read-only, dark = air, values in [0, 2**bit_depth - 1].
        bit_depth: Bits in use, 8 to 16.
        pixel_spacing_mm: Millimetres per pixel in the breast plane as the file states it, or None.
        laterality: Breast shown, from tags or from the pixels; None where neither tells.
        view: Projection; None where unknown.
        source: What decoding did, one short sentence a step, in order.
        digest: `pixel_digest` of the pixels as decoded.
        warnings: What the reader of the film should know (an inverted scan, a guessed side).
        doubts: Why the film may not be a plain MLO or CC view, digitised from film at a stated spacing, one sentence
            each; a film in doubt is outside what the model learned from.
    """

    pixels: np.ndarray
    bit_depth: int
    pixel_spacing_mm: float | None
    laterality: Laterality | None
    view: View | None
    source: tuple[str, ...]
    digest: str
    warnings: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.pixels.ndim != 2 or self.pixels.dtype not in (np.uint8, np.uint16):
            raise ValueError(f"pixels must be H x W uint8 or uint16, not {self.pixels.shape} {self.pixels.dtype}")
        if not 8 <= self.bit_depth <= 16:
            raise ValueError(f"bit_depth must be 8 to 16, not {self.bit_depth}")
        object.__setattr__(self, "pixels", read_only(self.pixels))

    @property
    def name(self) -> str:
        """`R-MLO`, `L-CC` and so on; `?` for what is unknown."""
        return f"{self.laterality or '?'}-{self.view or '?'}"


@dataclass(frozen=True, eq=False)
class Preprocessed:
    """A film as the model sees it.

    Attributes:
        image: h x w uint8, 200 micron per pixel, artefacts removed, contrast stretched, 0 outside the breast.
        breast_mask: h x w bool, the whole breast, pectoral muscle included.
        pectoral_mask: h x w bool, the pectoral muscle (all False where none is seen).
        scale: (x, y) factors from prepared pixels to film pixels: ``film_x = prepared_x * scale[0]``, where
            coordinates run from 0 at the outer edge of the first pixel.
        film_shape: (H, W) of the original film.
        spacing_mm: Pixel spacing of the original film that was used, stated or estimated.
        spacing_estimated: Whether it had to be estimated.
        steps: What was done, in order, one short sentence each.
        digest: `pixel_digest` of `image`.
    """

    image: np.ndarray
    breast_mask: np.ndarray
    pectoral_mask: np.ndarray
    scale: tuple[float, float]
    film_shape: tuple[int, int]
    spacing_mm: float
    spacing_estimated: bool
    steps: tuple[str, ...]
    digest: str

    def __post_init__(self) -> None:
        for name in ("image", "breast_mask", "pectoral_mask"):
            object.__setattr__(self, name, read_only(getattr(self, name)))

    def box_to_film(self, box: Box) -> Box:
        """Return a box of the prepared image in pixels of the original film."""
        sx, sy = self.scale
        return Box(box.x * sx, box.y * sy, box.width * sx, box.height * sy)

    def box_from_film(self, box: Box) -> Box:
        """Return a box of the original film in pixels of the prepared image."""
        sx, sy = self.scale
        return Box(box.x / sx, box.y / sy, box.width / sx, box.height / sy)


@dataclass(frozen=True)
class Candidate:
    """A place where the model looked: a 19 mm square in pixels of the original film, as far as it lies on the film.

    `probabilities` are the film head's at the square's centre, calibrated: how often such a mark was a benign or a
    malignant lesion. Candidates are sorted by `suspicion`.
    """

    box: Box
    probabilities: Probabilities

    @property
    def suspicion(self) -> float:
        """Probability that the mark is a lesion of either kind."""
        return 1.0 - self.probabilities.normal


@dataclass(frozen=True)
class Applicability:
    """How far a film is like those the model learned from.

    Attributes:
        inside: Whether the film counts as inside the training set's kind; if not, the decision is `refer`.
        reasons: Why not, one sentence each; empty when inside.
    """

    inside: bool
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class FilmReading:
    """What the model says of one film.

    Attributes:
        probabilities: Calibrated, over `LABELS`.
        decision: One of `DECISIONS`, from the bundle's operating point and doubt band.
        suspicion_map: h x w float32 in [0, 1] over the prepared image, nan outside the breast: the probability that a
            mark there is a lesion, from cells of 3.2 mm with bilinear values in between.
        candidates: Most suspicious first, at most the bundle's number.
        applicability: Whether the film is of the kind the model learned from.
        warnings: What the reader of the result should know.
        model_id: The bundle that spoke.
        training_film_id: `mdb001` to `mdb322` when the film is one of the training set, else None; then
            `probabilities`, `decision` and candidates' probabilities are the committed out-of-fold ones.
    """

    probabilities: Probabilities
    decision: str
    suspicion_map: np.ndarray
    candidates: tuple[Candidate, ...]
    applicability: Applicability
    warnings: tuple[str, ...]
    model_id: str
    training_film_id: str | None = None

    @property
    def label(self) -> str:
        """The most probable class (reported only; see `decision`)."""
        return self.probabilities.label


@dataclass(frozen=True)
class BreastReading:
    """What the model says of one breast, seen against the woman's other one.

    Attributes:
        laterality: The breast; None where its film does not tell the side.
        film_index: Which of the exam's films speaks for it, as an index of `ExamReading.films`.
        probabilities: Calibrated, over `LABELS`, for the breast with the other one known; where there is no other
            one they are the film's own.
        decision: One of `DECISIONS`; `refer` as well when the exam is outside training.
    """

    laterality: Laterality | None
    film_index: int
    probabilities: Probabilities
    decision: str

    @property
    def label(self) -> str:
        """The most probable class (reported only; see `decision`)."""
        return self.probabilities.label


@dataclass(frozen=True, eq=False)
class ExamReading:
    """What the model says of one woman, from her films of one visit.

    Attributes:
        films: One reading a film, in the order given; views that the breasts' answers leave out are here too.
        breasts: One or two, R before L; a breast without a film that may speak for it is missing.
        probabilities: Of the woman's worst finding; calibrated, over `LABELS`.
        decision: One of `DECISIONS`; `refer` when the exam is outside training.
        suspect: The breast with the larger P(malignant), equal ones told by P(abnormal), whatever the decision;
            None where its side is not known.
        reasons: Two or three sentences for a radiologist: which breast, why, and how little that may mean.
        warnings: What about this exam the reader of the result should know; each film's own are with the film.
        applicability: Whether all films that speak are of the kind the model learned from, and belong together.
        model_id: The bundle that spoke.
        training_woman_id: 1 to 161 when these are both films of a woman of the training set, else None; then the
            answers of breasts and woman are the committed out-of-fold ones.
    """

    films: tuple[FilmReading, ...]
    breasts: tuple[BreastReading, ...]
    probabilities: Probabilities
    decision: str
    suspect: Laterality | None
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    applicability: Applicability
    model_id: str
    training_woman_id: int | None = None

    @property
    def label(self) -> str:
        """The most probable class (reported only; see `decision`)."""
        return self.probabilities.label


@dataclass(frozen=True, eq=False)
class RegionReading:
    """What the model says of one 19 mm square around a point.

    Attributes:
        box: The square, in film pixels.
        probabilities: Calibrated to the study's mix of regions.
        model_id: The bundle that spoke.
        training_film_id: Set when the model was trained on this film: then its answer is too good to be believed.
    """

    box: Box
    probabilities: Probabilities
    model_id: str
    training_film_id: str | None = None


@dataclass(frozen=True, eq=False)
class Explanation:
    """A heatmap over the original film.

    Attributes:
        method: One of `mammo_core.explain.METHODS`.
        target: The class asked about.
        heatmap: H x W float32 in [0, 1], in the original film's frame; relative, so never comparable between films.
        empty: True when the method found no evidence for the target (the map is all zero).
    """

    method: str
    target: str
    heatmap: np.ndarray
    empty: bool

    def __post_init__(self) -> None:
        object.__setattr__(self, "heatmap", read_only(self.heatmap))


@dataclass(frozen=True)
class Circle:
    """An annotated abnormality: centre (x, y) from the top left and radius, in film pixels."""

    x: float
    y: float
    radius_px: float


@dataclass(frozen=True)
class Annotation:
    """One row of the MIAS index. A type of its own, so that no image step can see the truth.

    `severity` is `benign`, `malignant` or `normal`; `background_tissue` F, G or D (not BI-RADS density);
    `abnormality` one of CALC CIRC SPIC MISC ARCH ASYM NORM; `circle` None where MIAS gives no place.
    """

    film_id: str
    woman_id: int
    background_tissue: str
    abnormality: str
    severity: str
    circle: Circle | None
