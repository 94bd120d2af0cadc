"""Refuse pictures that are no mammogram, and turn negatives.

A film shows one smooth, bright shape without holes that lies with a long straight side (the chest wall) against one
side of the picture, and dark air elsewhere. Each of these is a number measured on a copy of 256 pixels, with limits
wide enough for every MIAS film, the demo exams and their cropped, turned, compressed and enhanced copies.
`benchmarks/gate_report.py` measures how often that errs; `docs/gate.md` holds its figures. Refusing a real film is the
worse error, so one kind of mark may leave its usual limits. Takes 3 to 12 ms, whatever the film's size.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np

from mammo_core.errors import NotAMammogramError
from mammo_core.film.silhouette import Silhouette, find_silhouette, small_grey, upright_sides
from mammo_core.types import Mammogram, pixel_digest

MIN_SIDE = 100
"""Films with a longer side below this are refused: nothing can be read on them."""
MAX_ASPECT = 5.0
BLANK_RANGE = 8
"""Pictures whose values span less than this are blank (8-bit steps)."""


class Marks(NamedTuple):
    """What is measured; grey values are scaled to [0, 1] between the 0.5th and 99.5th percentile.

    Attributes:
        straight: Longest nearly vertical straight side of the shape's outline, as a share of its height.
        main: Share of everything bright that the largest shape holds.
        holes: Share of the filled shape that is holes.
        solidity: The shape's area over that of its convex hull.
        opposite: Share of rows in which the shape touches both sides of the film.
        symmetry: Correlation of the picture, within the shape's bounding box, with its mirror image.
        aspect: Width of what is lit over its height.
        air: Grey value of the most frequent dark tone.
        grain: Mean difference of the shape from its 5 x 5 median.
        detail: Mean difference of the shape from its blur.
        shading: Median slope inside the shape.
    """

    straight: float
    main: float
    holes: float
    solidity: float
    opposite: float
    symmetry: float
    aspect: float
    air: float
    grain: float
    detail: float
    shading: float


class Limits(NamedTuple):
    """Where a mark usually lies, how far it may go at all, and what is wrong beyond that."""

    usual: tuple[float, float]
    outermost: tuple[float, float]
    family: str
    complaint: str


LIMITS = {
    "straight": Limits((0.55, 9), (0.42, 9), "side", "no breast lies with a straight chest wall against one side"),
    "main": Limits((0.65, 1), (0.60, 1), "main", "it shows several separate things"),
    "holes": Limits((0, 0.01), (0, 0.02), "holes", "its bright part has dark holes"),
    "solidity": Limits((0.78, 1), (0.70, 1), "outline", "its bright part lacks the rounded outline of a breast"),
    "symmetry": Limits((-1, 0.78), (-1, 0.80), "symmetry", "it shows something symmetrical"),
    "aspect": Limits((0.2, 1.35), (0.15, 1.6), "aspect", "it is too broad or too narrow for a film of one breast"),
    "air": Limits((0, 0.10), (0, 0.25), "air", "there is no dark air around a breast"),
    "grain": Limits((0, 0.025), (0, 0.040), "texture", "it is grainier or sharper than an X-ray film"),
    "detail": Limits((0.0012, 0.030), (0.0012, 0.038), "texture", "it has more or less fine detail than a breast"),
    "shading": Limits((0.002, 1), (0.0008, 1), "shading", "it consists of flat areas, like a drawing"),
}
"""A film may leave the usual limits in one family of marks (it may be enhanced, cropped, overexposed), in no two."""

BOTH_SIDES = 0.35
"""A shape that touches both sides in more rows than this must be a breast that fills the film: `_fills_the_film`."""
NEGATIVE_EXCESS = 0.03
"""Where both polarities pass, white must exceed black by this share of the picture to call it a negative."""


def admit(film: Mammogram, *, vouched: bool = False) -> Mammogram:
    """Return the film, its grey values inverted where it is a negative (air white).

    Args:
        film: The film as decoded.
        vouched: Whether tags describe a breast in an unusual view (spot, magnification, implant): then what speaks
            against a mammogram is a warning, unless the picture is blank.

    Raises:
        NotAMammogramError: The picture does not look like a mammogram in either polarity.
    """
    is_negative, complaint = _look(film.pixels, film.bit_depth)
    if complaint and not vouched:
        raise _refusal(complaint)
    if complaint:
        return replace(film, warnings=(*film.warnings, f"The film does not look like a usual mammogram: {complaint}."))
    if not is_negative:
        return film
    pixels = np.array(2**film.bit_depth - 1, film.pixels.dtype) - film.pixels
    return replace(
        film,
        pixels=pixels,
        digest=pixel_digest(pixels),
        source=(*film.source, "inverted, because the air was white"),
        warnings=(*film.warnings, "The film came as a negative (white air) and was inverted."),
    )


def check_mammogram(pixels: np.ndarray, bit_depth: int) -> None:
    """Raise NotAMammogramError unless the picture looks like a mammogram, in either polarity.

    Args:
        pixels: H x W, uint8 or uint16.
        bit_depth: Bits in use.
    """
    _, complaint = _look(pixels, bit_depth)
    if complaint:
        raise _refusal(complaint)


def _look(pixels: np.ndarray, bit_depth: int) -> tuple[bool, str]:
    """Return whether the picture is a negative, and what speaks against a mammogram (empty when nothing does).

    Raises:
        NotAMammogramError: The picture is blank or of no film's size.
    """
    height, width = pixels.shape
    if max(height, width) < MIN_SIDE or max(height, width) > MAX_ASPECT * min(height, width):
        raise _refusal(f"{width} x {height} pixels are too few or too oblong for a film")
    grey, span = small_grey(pixels)
    if span * 255 < BLANK_RANGE * (2**bit_depth - 1):
        raise _refusal("it is blank or nearly so")
    complaints = _judge(measure(find_silhouette(grey)))
    white_excess = np.mean(grey > 0.92) - np.mean(grey < 0.08)
    if not complaints and white_excess <= NEGATIVE_EXCESS:
        return False, ""
    # A negative has to look right in every respect: more pictures resemble one by chance.
    negative, _ = small_grey(pixels, negative=True)
    if not _judge(measure(find_silhouette(negative)), may_miss=0):
        return True, ""
    return False, complaints[0] if complaints else ""


def _refusal(complaint: str) -> NotAMammogramError:
    return NotAMammogramError(
        f"The picture does not look like a mammogram: {complaint}. Expected one breast that lies against one side, "
        "with dark air around it. Send the whole film, upright and without other pictures beside it."
    )


def _judge(marks: Marks | None, may_miss: int = 1) -> list[str]:
    """Return what speaks against a mammogram, the weightiest first; empty when nothing does.

    Args:
        marks: The picture's marks, or None where nothing stands out.
        may_miss: How many families of marks may leave their usual limits.
    """
    if marks is None:
        return ["nothing bright stands out of it"]
    unusual, families, beyond = [], set(), False
    for name, limits in LIMITS.items():
        value = getattr(marks, name)
        if not limits.usual[0] <= value <= limits.usual[1]:
            unusual.append(limits.complaint)
            families.add(limits.family)
            beyond |= not limits.outermost[0] <= value <= limits.outermost[1]
    if marks.opposite > BOTH_SIDES and not _fills_the_film(marks):
        return ["it reaches from one side to the other, like another body part or a scene", *unusual]
    return unusual if beyond or len(families) > may_miss else []


def _fills_the_film(marks: Marks) -> bool:
    """Tell a large breast that leaves only the film's corners dark (mdb151, mdb152) from other pictures."""
    return marks.solidity > 0.915 and marks.detail < 0.022 and marks.air < 0.10 and marks.symmetry < 0.5


def measure(silhouette: Silhouette | None) -> Marks | None:
    """Return the marks of a picture's silhouette, or None where nothing stands out."""
    if silhouette is None:
        return None
    grey, blurred, shape, filled = silhouette.grey, silhouette.blurred, silhouette.shape, silhouette.filled
    inside = cv2.erode(shape.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    if not inside.any():
        return None
    x, y, width, height = cv2.boundingRect(silhouette.outline)
    grain = np.abs(grey - cv2.medianBlur((grey * 255).astype(np.uint8), 5) / np.float32(255))
    slope = np.hypot(cv2.Sobel(blurred, cv2.CV_32F, 1, 0), cv2.Sobel(blurred, cv2.CV_32F, 0, 1)) / 8
    return Marks(
        straight=max(upright_sides(silhouette.hull)) / height,
        main=shape.sum() / silhouette.bright.sum(),
        holes=1 - shape.sum() / filled.sum(),
        solidity=cv2.contourArea(silhouette.outline) / max(cv2.contourArea(silhouette.hull), 1.0),
        opposite=min(filled[:, :3].any(axis=1).mean(), filled[:, -3:].any(axis=1).mean()),
        symmetry=_likeness_to_mirror_image(grey[y : y + height, x : x + width]),
        aspect=grey.shape[1] / grey.shape[0],
        air=silhouette.air,
        grain=grain[inside].mean(),
        detail=np.abs(blurred - cv2.GaussianBlur(blurred, (0, 0), 3))[inside].mean(),
        shading=np.median(slope[inside]),
    )


def _likeness_to_mirror_image(grey: np.ndarray) -> float:
    """Return the correlation of a picture with its mirror image: chest films reach 0.8 and more, films 0.77 at most."""
    blurred = cv2.GaussianBlur(grey, (0, 0), 3).astype(np.float64)
    blurred -= blurred.mean()
    power = (blurred**2).sum()
    return float((blurred * blurred[:, ::-1]).sum() / power) if power > 0 else 1.0
