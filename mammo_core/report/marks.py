"""Outlines, circles and shades drawn into a film, for the eye only."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np

from mammo_core.report.palette import CLASS_COLOURS, MARK_COLOURS
from mammo_core.types import Box, Circle

_RIM = 0.008
"""Share of the picture's longer side."""
_SHADE = 0.55
"""Share of the colour in a shaded pixel."""


def in_colour(film: np.ndarray) -> np.ndarray:
    """Return a film (H x W uint8) as H x W x 3 uint8 RGB, to be drawn upon."""
    return cv2.cvtColor(film, cv2.COLOR_GRAY2RGB)


def draw_outline(picture: np.ndarray, mask: np.ndarray, mark: str) -> None:
    """Draw the outline of a mask into an RGB picture, in place.

    Where the mask ends with the picture (or within `_RIM` of it) nothing is drawn: the film ends there, not the breast.

    Args:
        picture: H x W x 3 uint8.
        mask: H x W bool.
        mark: A key of `MARK_COLOURS`.
    """
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    height, width = mask.shape
    for contour in contours:
        points = contour[:, 0]
        x, y = points.T
        rim = round(_RIM * max(mask.shape))
        at_rim = (x <= rim) | (y <= rim) | (x >= width - 1 - rim) | (y >= height - 1 - rim)
        for run in np.split(np.arange(len(points)), np.flatnonzero(np.diff(at_rim)) + 1):
            if not at_rim[run[0]]:
                whole = len(run) == len(points)
                cv2.polylines(picture, [points[run]], whole, _rgb(MARK_COLOURS[mark]), _line(picture), cv2.LINE_AA)


def shade(picture: np.ndarray, mask: np.ndarray, mark: str) -> None:
    """Colour a mask in an RGB picture, in place, so that what is under it can still be seen. As `draw_outline`."""
    colour = np.array(_rgb(MARK_COLOURS[mark]), np.float32)
    picture[mask] = np.rint((1 - _SHADE) * picture[mask] + _SHADE * colour).astype(np.uint8)


def draw_circles(picture: np.ndarray, circles: Iterable[tuple[Circle, str]]) -> None:
    """Draw (circle, class) pairs into an RGB picture, in place, each with a dark rim that shows on white tissue too."""
    for circle, severity in circles:
        centre, radius = (round(circle.x), round(circle.y)), max(1, round(circle.radius_px))
        line = _line(picture)
        cv2.circle(picture, centre, radius, (0, 0, 0), 2 * line + 1, cv2.LINE_AA)
        cv2.circle(picture, centre, radius, _rgb(CLASS_COLOURS[severity]), line, cv2.LINE_AA)


def draw_frame(picture: np.ndarray, box: Box, mark: str) -> None:
    """Draw a box into an RGB picture, in place."""
    corner = round(box.x), round(box.y)
    far = round(box.x + box.width) - 1, round(box.y + box.height) - 1
    cv2.rectangle(picture, corner, far, _rgb(MARK_COLOURS[mark]), _line(picture), cv2.LINE_AA)


def _line(picture: np.ndarray) -> int:
    return max(2, round(max(picture.shape) / 450))


def _rgb(colour: str) -> tuple[int, int, int]:
    """Return `#rrggbb` as numbers."""
    return tuple(bytes.fromhex(colour.lstrip("#")))
