"""Copies of films: those that must not matter to a reading, and those that a model cannot be trusted on."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np

from benchmarks.gate_report import clahe, content, jpeg, with_gamma
from mammo_core.types import Box

SPACING_MM = 0.2
"""Pixel spacing of the films that copies are made of: those of MIAS."""
Film = np.ndarray
Point = tuple[float, float]


class Copy(NamedTuple):
    """A copy that shows the same breast.

    Attributes:
        make: From the film to the copy, H x W uint8 or uint16.
        back: From a point on the copy to the same point on the film, both (x, y); given the film too.
        spacing_mm: The copy's pixel spacing.
    """

    make: Callable[[Film], Film]
    back: Callable[[Film, Point], Point]
    spacing_mm: float = SPACING_MM


def same(film: Film, point: Point) -> Point:
    """Return the point: the copy has the film's frame."""
    return point


def bordered(top: int, bottom: int, left: int, right: int, level: int) -> Copy:
    """Return the copy with borders of one grey level, in pixels."""
    return Copy(
        lambda film: cv2.copyMakeBorder(film, top, bottom, left, right, cv2.BORDER_CONSTANT, value=level),
        lambda film, point: (point[0] - left, point[1] - top),
    )


def _content_corner(film: Film) -> Point:
    """Return where `content` begins, (x, y)."""
    lit = film > 30
    return float(np.flatnonzero(lit.mean(axis=0) > 0.02)[0]), float(np.flatnonzero(lit.mean(axis=1) > 0.02)[0])


def noisy(film: Film, sigma: float) -> Film:
    """Return the film with normal noise of so many grey levels; the same each time."""
    noise = np.random.default_rng(0).normal(0, sigma, film.shape)
    return np.clip(np.rint(film + noise), 0, 255).astype(np.uint8)


def blurred(film: Film, sigma: float) -> Film:
    """Return the film blurred by a Gaussian of so many pixels."""
    return cv2.GaussianBlur(film, (0, 0), sigma)


def sharpened(film: Film, amount: float) -> Film:
    """Return the film after unsharp masking with a Gaussian of two pixels."""
    return cv2.addWeighted(film, 1 + amount, blurred(film, 2), -amount, 0)


def flattened(film: Film) -> Film:
    """Return the film as digital systems show it: thickness evened out (32 pixels), air of exactly 0."""
    wide = film.astype(np.float32)
    smooth = cv2.GaussianBlur(wide, (0, 0), 32)
    even = wide - 0.8 * smooth + 90
    return np.where(blurred(film, 3) < 30, 0, np.clip(even, 1, 255)).astype(np.uint8)


SAME_BREAST = {
    "black borders of 6 to 19 mm": bordered(64, 32, 32, 96, 0),
    "white borders of 4 mm": bordered(20, 20, 20, 20, 255),
    "in the middle of a black canvas of 41 cm": bordered(512, 512, 512, 512, 0),
    "cropped to what is lit": Copy(
        content,
        lambda film, point: tuple(np.add(point, _content_corner(film))),
    ),
    "mirrored": Copy(lambda film: film[:, ::-1].copy(), lambda film, point: (film.shape[1] - point[0], point[1])),
    "16 bits": Copy(lambda film: film.astype(np.uint16) * 257, same),
    "100 micron instead of 200 (enlarged)": Copy(
        lambda film: cv2.resize(film, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC),
        lambda film, point: (point[0] / 2, point[1] / 2),
        0.1,
    ),
    "noise of 2 grey levels": Copy(lambda film: noisy(film, 2), same),
    "JPEG of quality 90": Copy(lambda film: jpeg(film, 90), same),
}
"""Copies that should change neither figures nor places."""

OTHER_LOOK: dict[str, Callable[[Film], Film]] = {
    "blurred by 0.3 mm (sigma)": lambda film: blurred(film, 1.5),
    "blurred by 0.8 mm (sigma)": lambda film: blurred(film, 4),
    "half the resolution (400 micron)": lambda film: cv2.resize(
        cv2.resize(film, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), film.shape[::-1]
    ),
    "noise of 5 grey levels": lambda film: noisy(film, 5),
    "noise of 12 grey levels": lambda film: noisy(film, 12),
    "gamma 0.6": lambda film: with_gamma(film, 0.6),
    "gamma 1.6": lambda film: with_gamma(film, 1.6),
    "negative, left as it is": lambda film: 255 - film,
    "CLAHE before, clip limit 4": lambda film: clahe(film, 4),
    "strong sharpening (unsharp mask, 3 times)": lambda film: sharpened(film, 3),
    "JPEG of quality 20": lambda film: jpeg(film, 20),
    "thickness evened out, air black (as digital)": flattened,
    "pixel spacing stated half as wide as it is": lambda film: film,
}
"""Copies that look different from what the model learned from."""
WRONG_SPACING = "pixel spacing stated half as wide as it is"


def middle(box: Box) -> Point:
    """Return a box's middle (x, y)."""
    return box.x + box.width / 2, box.y + box.height / 2
