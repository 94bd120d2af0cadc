"""A film and its overlay as they stand in a printed report: small, cut to the breast, and free of labels."""

from __future__ import annotations

import io
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from mammo_core.film.enhance import to_display
from mammo_core.preprocess import film_mask
from mammo_core.report.pictures import box_of_breast, overlay, shrink
from mammo_core.report.reported import ReportedFilm
from mammo_core.types import Box

MARGIN_MM = 3.0
"""What is kept around the outlined breast, so that a tight outline does not cut the skin."""
QUALITY = 82
HALF = 0.5
"""The part of the heatmap's maximum that the line encloses: colours are lost in a black and white print."""


@dataclass(frozen=True)
class ReportPicture:
    """A film as JPEG bytes, alone and with its heatmap, and where it lies.

    Attributes:
        film, overlay: JPEG, of one size.
        frame: What they show, in pixels of the film.
    """

    film: bytes
    overlay: bytes
    frame: Box


def report_picture(film: ReportedFilm, longest_side: int) -> ReportPicture:
    """Draw a film for print.

    All that is not breast is black: a label burnt into the film may name the patient.

    Args:
        film: The film.
        longest_side: Of the pictures, in pixels.
    """
    mammogram, prepared = film.mammogram, film.prepared
    frame = _whole_pixels(box_of_breast(prepared).clipped(mammogram.pixels.shape))
    part = np.s_[int(frame.y) : int(frame.y + frame.height), int(frame.x) : int(frame.x + frame.width)]
    grown = _grown(prepared.breast_mask, MARGIN_MM / (prepared.spacing_mm * prepared.scale[0]))
    shown = shrink(to_display(mammogram.pixels, mammogram.bit_depth)[part], longest_side)
    size = shown.shape[::-1]
    keep = cv2.resize(film_mask(grown, prepared)[part].astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    shown = shown * keep
    heat = cv2.resize(film.explanation.heatmap[part], size, interpolation=cv2.INTER_AREA) * keep
    coloured = overlay(shown, heat)
    _draw_line(coloured, heat)
    return ReportPicture(_jpeg(shown), _jpeg(coloured), frame)


def _whole_pixels(box: Box) -> Box:
    left, top = np.floor(box.x), np.floor(box.y)
    return Box(left, top, np.ceil(box.x + box.width) - left, np.ceil(box.y + box.height) - top)


def _grown(mask: np.ndarray, by: float) -> np.ndarray:
    size = 2 * max(1, round(by)) + 1
    return cv2.dilate(mask.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))) > 0


def _draw_line(picture: np.ndarray, heat: np.ndarray) -> None:
    """Draw the line around what is above `HALF`, white with a dark rim, in place."""
    contours, _ = cv2.findContours((heat >= HALF).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    line = max(2, round(max(picture.shape) / 450))
    for colour, width in (((0, 0, 0), line + 2), ((255, 255, 255), line)):
        cv2.drawContours(picture, contours, -1, colour, width, cv2.LINE_AA)


def _jpeg(picture: np.ndarray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(picture)).save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()
