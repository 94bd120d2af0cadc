"""Pictures that are no mammogram, drawn: other body parts as X-rays and scanners show them, paper, noise, shapes.

Used by the gate's report and by its tests. Each drawing takes a generator and returns h x w uint8; the same seed gives
the same picture.
"""

from __future__ import annotations

import cv2
import numpy as np

Draw = np.random.Generator


def _blur(values: np.ndarray, sigma: float) -> np.ndarray:
    return cv2.GaussianBlur(values, (0, 0), sigma)


def _ellipse(shape: tuple[int, int], centre: tuple, axes: tuple, angle: float = 0) -> np.ndarray:
    mask = np.zeros(shape, np.float32)
    cv2.ellipse(mask, tuple(map(int, centre)), tuple(map(int, axes)), angle, 0, 360, 1.0, -1)
    return mask


def _power_law(draw: Draw, shape: tuple[int, int], exponent: float, amplitude: float) -> np.ndarray:
    """Return noise whose amplitude falls with frequency by `exponent`, with standard deviation `amplitude`."""
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(shape[1]), np.fft.fftfreq(shape[0])))
    frequency[0, 0] = 1
    noise = np.real(np.fft.ifft2(np.fft.fft2(draw.normal(size=shape)) / frequency**exponent))
    return (amplitude * noise / noise.std()).astype(np.float32)


def _exposed(values: np.ndarray, draw: Draw, noise: float = 0.01) -> np.ndarray:
    return (np.clip(values + draw.normal(0, noise, values.shape), 0, 1) * 255).astype(np.uint8)


def chest(draw: Draw) -> np.ndarray:
    """Draw a chest film: body, two lungs, heart, spine, ribs."""
    height, width = shape = (620, 600)
    middle = width / 2 + draw.uniform(-10, 10)
    body = _ellipse(shape, (middle, height * 0.75), (width * draw.uniform(0.46, 0.62), height * 0.62))
    cv2.rectangle(body, (int(middle - 60), 0), (int(middle + 60), 200), 1.0, -1)
    film = 0.02 + _blur(body, 8) * draw.uniform(0.5, 0.65)
    for side in (-1, 1):
        lung = _ellipse(shape, (middle + side * width * 0.2, height * 0.45), (width * 0.13, height * 0.29), side * 5)
        film -= _blur(lung, 8) * draw.uniform(0.25, 0.5)
    film += 0.20 * _blur(_ellipse(shape, (middle + 30, height * 0.62), (90, 100)), 10)
    film += 0.12 * _blur(_ellipse(shape, (middle, height * 0.5), (22, height * 0.5)), 4)
    film += 0.20 * _blur(_ellipse(shape, (middle, height * 0.95), (width * 0.5, height * 0.2)), 8)
    for rib in range(9):
        for side in (-1, 1):
            centre = (int(middle + side * width * 0.2), int(height * (0.2 + 0.065 * rib)))
            cv2.ellipse(film, centre, (int(width * 0.16), 40), side * -12, 180, 360, float(film.mean() + 0.12), 3)
    return _exposed(_blur(film, 1.5) + _power_law(draw, shape, 1.8, 0.05) * (body > 0), draw)


def hand(draw: Draw) -> np.ndarray:
    """Draw a hand film: soft tissue and bones, the wrist at the lower edge."""
    height, width = shape = (640, 460)
    middle = width * draw.uniform(0.45, 0.55)
    flesh, bone = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    cv2.ellipse(flesh, (int(middle), 430), (105, 110), 0, 0, 360, 0.4, -1)
    cv2.rectangle(flesh, (int(middle - 60), 480), (int(middle + 60), height), 0.38, -1)
    for angle, length in zip((-38, -14, -2, 10, 24), (210, 310, 340, 315, 250), strict=True):
        across, along = np.sin(np.deg2rad(angle)), np.cos(np.deg2rad(angle))
        base = np.array([middle + across * 90, 430 - along * 60])
        tip = np.array([middle + across * length, 430 - along * length])
        cv2.line(flesh, base.astype(int), tip.astype(int), 0.36, 46)
        for start in (0.25, 0.55, 0.8):
            ends = [(base + (tip - base) * t).astype(int) for t in (start, start + 0.2)]
            cv2.line(bone, *ends, 0.35, 18)
    for x, thickness in ((-25, 34), (28, 26)):
        cv2.line(bone, (int(middle + x), 500), (int(middle + x), height), 0.4, thickness)
    cv2.circle(bone, (int(middle), 470), 48, 0.3, -1)
    tissue = _power_law(draw, shape, 1.8, 0.02) * (flesh > 0)
    return _exposed(0.02 + _blur(flesh, 4) + _blur(bone, 2) + tissue, draw)


def knee(draw: Draw) -> np.ndarray:
    """Draw a knee film: a limb from edge to edge, with two bones."""
    height, width = shape = (640, 420)
    middle, half = width // 2, int(draw.uniform(90, 170))
    flesh, bone = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    cv2.rectangle(flesh, (middle - half, 0), (middle + half, height), 0.35, -1)
    cv2.rectangle(bone, (middle - 45, 0), (middle + 45, 260), 0.35, -1)
    cv2.rectangle(bone, (middle - 45, 400), (middle + 40, height), 0.35, -1)
    cv2.ellipse(bone, (middle, 280), (90, 60), 0, 0, 360, 0.35, -1)
    cv2.ellipse(bone, (middle, 385), (90, 50), 0, 0, 360, 0.35, -1)
    tissue = _power_law(draw, shape, 1.8, 0.03) * (flesh > 0)
    return _exposed(0.02 + _blur(flesh, 6) + _blur(bone, 3) + tissue, draw)


def ct_slice(draw: Draw) -> np.ndarray:
    """Draw a CT slice of an abdomen: an oval with organs and a vertebra."""
    shape = (512, 512)
    body = _ellipse(shape, (256, draw.uniform(240, 270)), (draw.uniform(190, 250), draw.uniform(130, 190)))
    film = 0.5 * body + 0.4 * _ellipse(shape, (256, 360), (26, 22))
    for _ in range(7):
        organ = _ellipse(shape, draw.uniform((150, 180), (360, 330)), draw.uniform(15, 60, 2), draw.uniform(0, 90))
        film += organ * draw.uniform(-0.15, 0.2)
    return _exposed(_blur(film.astype(np.float32), 1.5) + _power_law(draw, shape, 1.8, 0.015) * body, draw)


def brain_slice(draw: Draw) -> np.ndarray:
    """Draw an MR slice of a head."""
    shape = (300, 300)
    head = _ellipse(shape, (150, 150), (100, 125))
    film = 0.5 * head - 0.2 * _ellipse(shape, (150, 150), (92, 117)) + 0.25 * _ellipse(shape, (150, 150), (85, 110))
    film += _power_law(draw, shape, 1.5, 0.06) * head
    for x in (130, 170):
        film -= 0.25 * _ellipse(shape, (x, 140), (14, 40))
    return _exposed(_blur(film, 1), draw)


def ultrasound(draw: Draw) -> np.ndarray:
    """Draw the fan of an ultrasound probe, full of speckle."""
    shape = (480, 640)
    y, x = np.mgrid[: shape[0], : shape[1]]
    radius, angle = np.hypot(x - shape[1] / 2, y + 60), np.abs(np.arctan2(x - shape[1] / 2, y + 60))
    fan = (radius > 110) & (radius < 510) & (angle < 0.7)
    speckle = _blur(draw.rayleigh(0.3, shape).astype(np.float32), 1.2) * 0.8
    return _exposed((speckle + _power_law(draw, shape, 1.5, 0.08)) * fan, draw, 0)


def text_page(draw: Draw, *, dark: bool = False) -> np.ndarray:
    """Draw a page of text, black on white or the other way round."""
    page = np.full((700, 500), 247, np.uint8)
    for line in range(28):
        letters = [chr(draw.integers(97, 123)) if draw.random() > 0.15 else " " for _ in range(38)]
        cv2.putText(page, "".join(letters), (30, 40 + 23 * line), cv2.FONT_HERSHEY_SIMPLEX, 0.55, 13, 1, cv2.LINE_AA)
    return 255 - page if dark else page


def photographed_page(draw: Draw) -> np.ndarray:
    """Draw a page of text lying on a dark table, seen askew."""
    corners = np.float32([[80, 60], [420, 40], [470, 640], [40, 660]]) + draw.uniform(-25, 25, (4, 2)).astype(
        np.float32
    )
    turn = cv2.getPerspectiveTransform(np.float32([[0, 0], [500, 0], [500, 700], [0, 700]]), corners)
    page = cv2.warpPerspective(text_page(draw), turn, (520, 700), borderValue=38).astype(np.float32)
    return _exposed(_blur(page / 255, 1), draw)


def chart(draw: Draw, *, dark: bool = False) -> np.ndarray:
    """Draw bars or a curve between axes."""
    paper = np.full((480, 640), 255, np.uint8)
    cv2.line(paper, (60, 20), (60, 430), 0, 2)
    cv2.line(paper, (60, 430), (620, 430), 0, 2)
    if draw.random() < 0.5:
        for bar in range(8):
            top, grey = int(draw.uniform(50, 400)), int(draw.uniform(50, 180))
            cv2.rectangle(paper, (80 + bar * 65, 430), (125 + bar * 65, top), grey, -1)
    else:
        heights = np.clip(np.cumsum(draw.normal(0, 18, 56)) + 230, 20, 425)
        cv2.polylines(paper, [np.stack([60 + 10 * np.arange(56), heights], 1).astype(int)], False, 80, 2)
    return 255 - paper if dark else paper


def blank(draw: Draw) -> np.ndarray:
    """Draw one grey value."""
    return np.full((400, 300), draw.integers(0, 256), np.uint8)


def faint(draw: Draw) -> np.ndarray:
    """Draw an exposed film of nothing: one grey value with faint noise."""
    return np.clip(draw.normal(draw.uniform(20, 230), draw.uniform(0.6, 3), (400, 300)), 0, 255).astype(np.uint8)


def ramp(draw: Draw) -> np.ndarray:
    """Draw an even slope of grey in some direction."""
    y, x = np.mgrid[:300, :400]
    angle = draw.uniform(0, 2 * np.pi)
    slope = np.cos(angle) * x + np.sin(angle) * y
    return ((slope - slope.min()) / np.ptp(slope) * 255).astype(np.uint8)


def glow(draw: Draw) -> np.ndarray:
    """Draw a glow that falls off from some point."""
    y, x = np.mgrid[:300, :400]
    distance = np.hypot(x - draw.uniform(0, 400), y - draw.uniform(0, 300))
    return ((1 - distance / distance.max()) * 255).astype(np.uint8)


def noise(draw: Draw) -> np.ndarray:
    """Draw white noise."""
    return draw.integers(0, 256, (400, 400)).astype(np.uint8)


def cloud(draw: Draw) -> np.ndarray:
    """Draw noise with a power spectrum like tissue's, from edge to edge."""
    values = _power_law(draw, (400, 400), draw.uniform(1, 3), 1.0)
    return cv2.normalize(values, None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)


def blobs(draw: Draw) -> np.ndarray:
    """Draw one to five even ovals on black."""
    film = np.zeros((400, 400), np.float32)
    for _ in range(draw.integers(1, 6)):
        oval = _ellipse(film.shape, draw.uniform(60, 340, 2), draw.uniform(20, 120, 2), draw.uniform(0, 90))
        film = np.maximum(film, oval * draw.uniform(0.3, 1))
    return _exposed(_blur(film.astype(np.float32), 3), draw)


DRAWINGS = {
    "chest film": chest,
    "hand film": hand,
    "knee film": knee,
    "CT slice": ct_slice,
    "MR slice of a head": brain_slice,
    "ultrasound": ultrasound,
    "page of text": text_page,
    "page of text, white on black": lambda draw: text_page(draw, dark=True),
    "photographed page": photographed_page,
    "chart": chart,
    "chart on black": lambda draw: chart(draw, dark=True),
    "blank field": blank,
    "faint noise": faint,
    "ramp": ramp,
    "glow": glow,
    "white noise": noise,
    "cloud": cloud,
    "even ovals": blobs,
}
"""{what it is: how it is drawn}."""
