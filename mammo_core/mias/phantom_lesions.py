"""The abnormalities of MIAS as `draw_phantom` draws them. Caricatures: they look the part, no more."""

from __future__ import annotations

import cv2
import numpy as np

from mammo_core.types import Circle

KINDS = ("CALC", "CIRC", "SPIC", "MISC", "ARCH", "ASYM")
"""MIAS codes: calcifications, circumscribed, spiculated, ill-defined, distortion, asymmetry."""


def add_lesion(draw: np.random.RandomState, film: np.ndarray, kind: str, circle: Circle, unit: float) -> None:
    """Draw one abnormality into a film, in place.

    Args:
        draw: Source of chance.
        film: H x W float64 grey levels; changed.
        kind: One of `KINDS`.
        circle: Where; all of it lies within.
        unit: Film pixels per 200 micron.
    """
    y, x = np.mgrid[: film.shape[0], : film.shape[1]]
    distance = np.hypot(x - circle.x, y - circle.y) / circle.radius_px
    angle = np.arctan2(y - circle.y, x - circle.x)
    lift = draw.uniform(35, 70)
    if kind == "CALC":
        film += 110 * _dots(draw, film.shape, circle, unit)
    elif kind == "CIRC":
        film += lift * _plateau(distance, 0.85, 0.08)
    elif kind == "SPIC":
        spikes = _rays(draw, film.shape, circle, unit, inner=0.2)
        film += lift * np.maximum(_plateau(distance, 0.45, 0.1), 0.7 * spikes)
    elif kind == "MISC":
        wave = 0.6 + 0.12 * np.sin(3 * angle + draw.uniform(0, 6)) + 0.08 * np.sin(5 * angle + draw.uniform(0, 6))
        film += lift * _plateau(distance / wave * 0.6, 0.5, 0.15)
    elif kind == "ARCH":
        film += 0.8 * lift * _rays(draw, film.shape, circle, unit, inner=0.0)
    else:
        film += 0.7 * lift * np.exp(-2.5 * distance**2)


def _plateau(distance: np.ndarray, edge: float, softness: float) -> np.ndarray:
    """Return 1 inside `edge`, falling to 0 over `softness`."""
    return 1 / (1 + np.exp(np.clip((distance - edge) / softness, -50, 50) * 2))


def _dots(draw: np.random.RandomState, shape: tuple[int, int], circle: Circle, unit: float) -> np.ndarray:
    """Return a cluster of small bright grains."""
    canvas = np.zeros(shape, np.uint8)
    for _ in range(draw.randint(8, 22)):
        away, angle = 0.85 * circle.radius_px * np.sqrt(draw.uniform()), draw.uniform(0, 2 * np.pi)
        centre = (round(circle.x + away * np.cos(angle)), round(circle.y + away * np.sin(angle)))
        cv2.circle(canvas, centre, max(0, round(draw.uniform(0.4, 2.2) * unit)), int(draw.randint(120, 256)), -1)
    return cv2.GaussianBlur(canvas.astype(np.float64) / 255, (0, 0), max(0.5, 0.8 * unit))


def _rays(draw: np.random.RandomState, shape: tuple[int, int], circle: Circle, unit: float, inner: float) -> np.ndarray:
    """Return thin lines that radiate from the centre."""
    canvas = np.zeros(shape, np.uint8)
    for angle in np.linspace(0, 2 * np.pi, draw.randint(14, 26), endpoint=False) + draw.uniform(0, 1):
        angle += draw.normal(0, 0.1)
        ends = [inner * circle.radius_px, draw.uniform(0.7, 0.97) * circle.radius_px]
        points = [(circle.x + r * np.cos(angle), circle.y + r * np.sin(angle)) for r in ends]
        start, end = (tuple(round(16 * v) for v in point) for point in points)
        cv2.line(canvas, start, end, int(draw.randint(120, 256)), max(1, round(1.6 * unit)), cv2.LINE_AA, 4)
    return cv2.GaussianBlur(canvas.astype(np.float64) / 255, (0, 0), max(0.5, 1.0 * unit))
