"""Breast, muscle and tissue as `draw_phantom` draws them. All lengths are in pixels of 200 micron times a unit."""

from __future__ import annotations

import cv2
import numpy as np

FULL_SIZE = 1024
"""Side of a film in pixels at 200 micron, as in MIAS."""
SKIN_PX = 45.0
"""The breast gets thicker from the skin inwards over about this length."""


def film_width(size: int) -> int:
    """Return how many columns of the picture the film takes; the rest is black padding, as in MIAS."""
    return round(0.635 * size)


def draw_breast(draw: np.random.RandomState, size: int) -> tuple[np.ndarray, tuple[float, float]]:
    """Return the breast (chest wall on the left) and its nipple (x, y)."""
    unit = size / FULL_SIZE
    width, level, bottom = draw.uniform(360, 640), draw.uniform(560, 700), draw.uniform(860, 1010)
    neck, neck_level, top = draw.uniform(0.5, 0.9), draw.uniform(40, 260), draw.uniform(0, 0.2)
    y = (np.arange(size) + 0.5) / unit
    rise = np.clip((y - neck_level) / (level - neck_level), 0, 1)
    upper = neck + (1 - neck) * (0.5 - 0.5 * np.cos(np.pi * rise)) + top * np.clip(1 - y / neck_level, 0, 1) ** 2
    fall = np.clip((y - level) / (bottom - level), 0, 1)
    lower = (1 - fall ** draw.uniform(2.0, 2.6)) ** draw.uniform(0.45, 0.6)
    wobble = 1 + 0.012 * np.sin(y / draw.uniform(50, 110) + draw.uniform(0, 6))
    reach = np.minimum(width * np.where(y < level, upper, lower) * wobble, 0.97 * film_width(FULL_SIZE)) * unit
    breast = np.arange(size)[None, :] + 0.5 < reach[:, None]
    at = int(level * unit)
    nipple = (float(reach[at]), level * unit)
    bump = np.zeros((size, size), np.uint8)
    cv2.circle(bump, (round(nipple[0]), round(nipple[1])), round(draw.uniform(8, 18) * unit), 1, -1)
    bump[:, film_width(size) :] = 0
    return breast | (bump > 0), nipple


def draw_pectoral(draw: np.random.RandomState, breast: np.ndarray) -> np.ndarray:
    """Return the muscle: a triangle at the top of the chest wall with a slightly curved edge."""
    size = len(breast)
    top = draw.uniform(0.4, 0.85) * breast[0].sum()
    end = draw.uniform(300, 640) * size / FULL_SIZE
    y = np.arange(size) + 0.5
    along = np.clip(1 - y / end, 0, 1)
    edge = top * (along + draw.uniform(-0.25, 0.35) * along * (1 - along))
    return breast & (np.arange(size)[None, :] + 0.5 < edge[:, None])


def power_law(draw: np.random.RandomState, size: int, exponent: float = 3.0) -> np.ndarray:
    """Return noise with power spectrum 1/f^exponent, size x size float64, mean 0 and deviation 1."""
    frequency = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None, :])
    frequency[0, 0] = np.inf
    noise = np.fft.irfft2(np.fft.rfft2(draw.normal(size=(size, size))) * frequency ** (-exponent / 2), (size, size))
    return noise / noise.std()


def draw_tissue(
    draw: np.random.RandomState, breast: np.ndarray, pectoral: np.ndarray, nipple: tuple[float, float]
) -> np.ndarray:
    """Return grey levels of breast and muscle, 0 outside."""
    size = len(breast)
    unit = size / FULL_SIZE
    depth = depth_in(breast) / unit
    thickness = 1 - np.exp(-((depth / SKIN_PX) ** 1.5))
    y, x = np.mgrid[:size, :size] / unit
    to_nipple = np.hypot((x - 0.55 * nipple[0] / unit) / 190, (y - nipple[1] / unit + 30) / 230)
    gland = 1 / (1 + np.exp(np.clip(5 * (to_nipple - 0.75 - 0.45 * power_law(draw, size)), -50, 50)))
    texture = 11 * power_law(draw, size, 2.6) + 24 * _strands(draw, size, nipple)
    level = draw.uniform(85, 125) + draw.uniform(15, 85) * gland + texture * (0.6 + gland)
    edge = cv2.GaussianBlur(pectoral.astype(np.float64), (0, 0), 4 * unit, borderType=cv2.BORDER_REPLICATE)
    fibres = power_law(draw, size, 3.2)
    muscle = draw.uniform(165, 205) + 6 * fibres
    level = level + (np.maximum(muscle - level, 25) * edge)
    skin = 9 * np.exp(-(((depth - 6) / 4.0) ** 2)) + 6 * np.clip(depth / 3, 0, 1)
    return np.where(breast, thickness * np.clip(level, 20, 235) + skin, 0)


def depth_in(mask: np.ndarray) -> np.ndarray:
    """Return each pixel's distance to the mask's outline, in pixels; the rim of the film is no outline."""
    wide = cv2.copyMakeBorder(mask.astype(np.uint8), 0, 0, 1, 0, cv2.BORDER_REPLICATE)
    return cv2.distanceTransform(wide, cv2.DIST_L2, 5)[:, 1:].astype(np.float64)


def _strands(draw: np.random.RandomState, size: int, nipple: tuple[float, float]) -> np.ndarray:
    """Return ducts and ligaments that fan out from the nipple, in [0, 1]."""
    unit = size / FULL_SIZE
    canvas = np.zeros((size, size), np.uint8)
    for brightness in range(60, 240):
        angle, length = draw.uniform(-1.4, 1.4), draw.uniform(30, 170) * unit
        start = draw.uniform(0, 1) ** 0.7 * 420 * unit
        t = np.linspace(0, 1, 16)
        bend = angle + draw.normal(0, 0.5) * t
        x = nipple[0] - start * np.cos(angle) - length * t * np.cos(bend)
        y = nipple[1] - start * np.sin(angle) - length * t * np.sin(bend)
        points = np.rint(np.stack([x, y], axis=1) * 16).astype(np.int32)
        thickness = max(1, round(draw.uniform(0.6, 2.6) * unit))
        cv2.polylines(canvas, [points], False, brightness, thickness, cv2.LINE_AA, 4)
    return cv2.GaussianBlur(canvas.astype(np.float64) / 255, (0, 0), max(0.6, 1.3 * unit))


def draw_air(draw: np.random.RandomState, size: int) -> np.ndarray:
    """Return the film's fog outside the breast: a few levels, in vertical bands."""
    bands = cv2.GaussianBlur(draw.normal(0, 1, (1, size)), (0, 0), 8 * size / FULL_SIZE, borderType=cv2.BORDER_REFLECT)
    slope = np.linspace(0, draw.uniform(-2, 2), size)[:, None]
    return np.maximum(draw.uniform(0, 6) + 2 * bands + slope, 0) + np.zeros((size, size))
