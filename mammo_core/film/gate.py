"""Refuse pictures that are no mammogram, and turn negatives.

A film shows one smooth, bright shape without holes that lies with a long straight side (the chest wall) against one
side of the picture, and dark air elsewhere. Each of these is a number measured on a copy of 256 pixels, with limits
wide enough for every MIAS film, the demo exams and their cropped, turned, compressed and enhanced copies.
`benchmarks/gate_report.py` measures how often that errs; `docs/gate.md` holds its figures. Refusing a real film is the
worse error: one mark of tone may be missed (a film may be enhanced or overexposed), none of shape.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np

from mammo_core.errors import NotAMammogramError
from mammo_core.types import Mammogram, pixel_digest

SIDE = 256
"""Longer side of the copy that is looked at, pixels."""
MIN_SIDE = 64
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
        symmetry: Overlap (intersection over union) of the shape with its mirror image.
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
    air: float
    grain: float
    detail: float
    shading: float


SHAPE_LIMITS = {
    "straight": (0.4, 9.0, "no breast lies with a straight chest wall against one side"),
    "main": (0.6, 1.0, "it shows several separate things"),
    "holes": (0.0, 0.02, "its bright part has dark holes"),
    "solidity": (0.75, 1.0, "its bright part has not the rounded outline of a breast"),
    "symmetry": (0.0, 0.92, "it shows something symmetrical in front of the middle"),
}
TONE_LIMITS = {
    "air": (0.0, 0.10, 0.0, 0.25, "tone", "there is no dark air around the breast"),
    "grain": (0.0, 0.025, 0.0, 0.040, "texture", "it is grainier or sharper than an X-ray film"),
    "detail": (0.0012, 0.030, 0.0012, 0.038, "texture", "it has more or less fine detail than breast tissue"),
    "shading": (0.002, 1.0, 0.0008, 1.0, "shading", "it consists of flat areas, like a drawing"),
}
"""Usual low and high, outermost low and high, the family of which one may leave the usual, and what is then wrong."""

BOTH_SIDES = 0.35
"""A shape that touches both sides in more rows than this must be a breast that fills the film: `_fills_the_film`."""
NEGATIVE_EXCESS = 0.10
"""Where both polarities pass, white must exceed black by this share of the picture to call it a negative."""


def admit(film: Mammogram) -> Mammogram:
    """Return the film, its grey values inverted where it is a negative (air white).

    Raises:
        NotAMammogramError: The picture does not look like a mammogram in either polarity.
    """
    if not _is_negative(film.pixels, film.bit_depth):
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
    _is_negative(pixels, bit_depth)


def _is_negative(pixels: np.ndarray, bit_depth: int) -> bool:
    """Tell whether the picture is a mammogram with white air. Raises NotAMammogramError when it is none at all."""
    height, width = pixels.shape
    if max(height, width) < MIN_SIDE or max(height, width) > MAX_ASPECT * min(height, width):
        raise _refusal(f"{width} x {height} pixels are no film's size")
    small = _shrink(pixels)
    low, high = np.percentile(small, (0.5, 99.5)).astype(np.float32)
    if (high - low) * 255 < BLANK_RANGE * (2**bit_depth - 1):
        raise _refusal("it is blank or nearly so")
    grey = np.clip((small - low) / (high - low), 0, 1)
    complaints = _judge(measure(grey))
    white_excess = np.mean(grey > 0.92) - np.mean(grey < 0.08)
    if not complaints and white_excess <= NEGATIVE_EXCESS:
        return False
    # A negative has to look right in every respect: more pictures resemble one by chance.
    if not _judge(measure(1 - grey), may_miss=0):
        return True
    if complaints:
        raise _refusal(complaints[0])
    return False


def _refusal(complaint: str) -> NotAMammogramError:
    return NotAMammogramError(
        f"The picture does not look like a mammogram: {complaint}. Expected one breast that lies against one side, "
        "with dark air around it. Send the whole film, upright and without other pictures beside it."
    )


def _shrink(pixels: np.ndarray) -> np.ndarray:
    step = max(1, max(pixels.shape) // (4 * SIDE))  # large films are thinned out first: it is four times quicker
    pixels = np.ascontiguousarray(pixels[::step, ::step])
    scale = SIDE / max(pixels.shape)
    if scale >= 1:
        return pixels.astype(np.float32)
    size = [max(8, round(length * scale)) for length in pixels.shape[::-1]]
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.float32)


def _judge(marks: Marks | None, may_miss: int = 1) -> list[str]:
    """Return what speaks against a mammogram, the weightiest first; empty when nothing does.

    Args:
        marks: The picture's marks, or None where nothing stands out.
        may_miss: How many families of tone may leave their usual limits.
    """
    if marks is None:
        return ["nothing bright stands out of it"]
    found = [words for name, (low, high, words) in SHAPE_LIMITS.items() if not low <= getattr(marks, name) <= high]
    if marks.opposite > BOTH_SIDES and not _fills_the_film(marks):
        found.append("it reaches from one side to the other, like another body part or a scene")
    missed, families, beyond = [], set(), False
    for name, (low, high, lowest, highest, family, words) in TONE_LIMITS.items():
        value = getattr(marks, name)
        if not low <= value <= high:
            missed.append(words)
            families.add(family)
            beyond |= not lowest <= value <= highest
    return found + missed if found or beyond or len(families) > may_miss else []


def _fills_the_film(marks: Marks) -> bool:
    """Tell a large breast that leaves only the film's corners dark (mdb151, mdb152) from other pictures."""
    return marks.solidity > 0.915 and marks.detail < 0.022 and marks.air < 0.10


def measure(grey: np.ndarray) -> Marks | None:
    """Measure the marks of a small picture, or return None where nothing stands out.

    Args:
        grey: h x w float32 in [0, 1], the longer side about `SIDE` pixels.
    """
    grey = _trim(grey)
    blurred = cv2.GaussianBlur(grey, (0, 0), 1.5)
    air, threshold = _air_level(blurred)
    bright = cv2.morphologyEx((blurred > threshold).astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    n_shapes, labels, stats, _ = cv2.connectedComponentsWithStats(bright, connectivity=4)
    if n_shapes < 2:
        return None
    shape = labels == 1 + np.argmax(stats[1:, cv2.CC_STAT_AREA])
    outlines, _ = cv2.findContours(shape.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = max(outlines, key=cv2.contourArea)
    hull = cv2.convexHull(outline)
    filled = cv2.drawContours(np.zeros(shape.shape, np.uint8), [outline], -1, 1, cv2.FILLED) > 0
    inside = cv2.erode(shape.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    if not inside.any():
        return None
    x, _, width, height = cv2.boundingRect(outline)
    within = filled[:, x : x + width]
    mirrored = within[:, ::-1]
    grain = np.abs(grey - cv2.medianBlur((grey * 255).astype(np.uint8), 5) / np.float32(255))
    slope = np.hypot(cv2.Sobel(blurred, cv2.CV_32F, 1, 0), cv2.Sobel(blurred, cv2.CV_32F, 0, 1)) / 8
    touches = [filled[:, :3].any(axis=1).mean(), filled[:, -3:].any(axis=1).mean()]
    return Marks(
        straight=_longest_upright_side(hull) / height,
        main=shape.sum() / bright.sum(),
        holes=1 - shape.sum() / filled.sum(),
        solidity=cv2.contourArea(outline) / max(cv2.contourArea(hull), 1.0),
        opposite=min(touches),
        symmetry=(within & mirrored).sum() / (within | mirrored).sum(),
        air=air,
        grain=grain[inside].mean(),
        detail=np.abs(blurred - cv2.GaussianBlur(blurred, (0, 0), 3))[inside].mean(),
        shading=np.median(slope[inside]),
    )


def _trim(grey: np.ndarray) -> np.ndarray:
    """Cut off a narrow frame, and the black margins that mini-MIAS pads its films with."""
    grey = grey[2:-2, 2:-2]
    lit = grey >= 0.06
    rows, columns = np.flatnonzero(lit.mean(axis=1) > 0.02), np.flatnonzero(lit.mean(axis=0) > 0.02)
    if len(rows) < 16 or len(columns) < 16:
        return np.ascontiguousarray(grey)
    return np.ascontiguousarray(grey[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


def _air_level(blurred: np.ndarray) -> tuple[float, float]:
    """Return the most frequent dark tone, and the threshold above which pixels count as bright.

    The threshold lies at 35 % of the way from that tone to Otsu's threshold, since Otsu's own parts fat from glands.
    """
    otsu = cv2.threshold((blurred * 255).astype(np.uint8), 0, 255, cv2.THRESH_OTSU)[0] / 255
    counts = np.bincount((blurred.ravel() * 63.99).astype(int), minlength=64)
    air = (np.argmax(counts[: int(otsu * 64) + 1]) + 0.5) / 64
    return air, air + 0.35 * (otsu - air)


def _longest_upright_side(hull: np.ndarray) -> float:
    """Return the length of a hull's longest nearly straight side that leans less than 22 degrees from upright."""
    corners = cv2.approxPolyDP(hull, 4.0, True)[:, 0].astype(np.float64)
    sides = np.roll(corners, -1, axis=0) - corners
    upright = np.abs(sides[:, 0]) <= 0.4 * np.abs(sides[:, 1])
    return float((np.hypot(sides[:, 0], sides[:, 1]) * upright).max(initial=0))
