"""Films drawn from a seed number, so that tests know the truth. They are phantoms, and are named so wherever shown."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from mammo_core.mias.phantom_lesions import KINDS, add_lesion
from mammo_core.mias.phantom_tissue import (
    FULL_SIZE,
    depth_in,
    draw_air,
    draw_breast,
    draw_pectoral,
    draw_tissue,
    film_width,
)
from mammo_core.types import Circle, Laterality, Mammogram, pixel_digest, read_only


@dataclass(frozen=True)
class PhantomLesion:
    """A drawn abnormality: its MIAS code, what it stands for, and where it lies."""

    abnormality: str
    severity: str
    circle: Circle


@dataclass(frozen=True, eq=False)
class Phantom:
    """A drawn film and the truth about it.

    Attributes:
        mammogram: The film; its `source` says that it is a phantom.
        breast_mask: H x W bool, pectoral muscle included.
        pectoral_mask: H x W bool, inside `breast_mask`.
        artefact_mask: H x W bool: label plate, tape, scratch, frame edge.
        lesions: What was drawn in; circles in film pixels.
        seed: The number it was drawn from.
    """

    mammogram: Mammogram
    breast_mask: np.ndarray
    pectoral_mask: np.ndarray
    artefact_mask: np.ndarray
    lesions: tuple[PhantomLesion, ...]
    seed: int

    def __post_init__(self) -> None:
        for name in ("breast_mask", "pectoral_mask", "artefact_mask"):
            object.__setattr__(self, name, read_only(getattr(self, name)))


def draw_phantom(
    seed: int,
    size: int = FULL_SIZE,
    *,
    laterality: Laterality | None = None,
    lesions: tuple[str, ...] | None = None,
    artefacts: bool = True,
) -> Phantom:
    """Draw an MLO film: the same seed and settings give the same bytes.

    Tissue is noise with a 1/f^3 power spectrum, as Burgess et al. (2001) measured it in mammograms, thicker glandular
    tissue behind the nipple, ducts and ligaments, under a breast thickness that falls to the skin.

    Args:
        seed: 0 or more.
        size: Side in pixels; at 1024 a pixel is 200 micron, other sizes show the same film coarser or finer.
        laterality: Breast to draw (a left one has its chest wall on the left); drawn from the seed when left out.
        lesions: MIAS codes of the abnormalities to draw (`CALC CIRC SPIC MISC ARCH ASYM`), or () for none; when left
            out, every second film or so gets one.
        artefacts: Whether to draw label plate, tape, scratch and frame edge.

    Returns:
        The film with its truth.

    Raises:
        ValueError: A size under 128 or an unknown code.
    """
    if size < 128:
        raise ValueError(f"size must be at least 128 pixels, not {size}")
    unknown = sorted(set(lesions or ()) - set(KINDS))
    if unknown:
        raise ValueError(f"unknown lesion codes {unknown}; known: {KINDS}")
    draw = np.random.RandomState(seed)  # the legacy stream is frozen by NumPy, the newer ones may change
    side = laterality or ("L", "R")[draw.randint(2)]
    chosen = lesions if lesions is not None else tuple(KINDS[i] for i in draw.permutation(6)[: draw.randint(2)])
    breast, nipple = draw_breast(draw, size)
    pectoral = draw_pectoral(draw, breast)
    film = draw_air(draw, size) + draw_tissue(draw, breast, pectoral, nipple)
    drawn = tuple(_lesion(draw, film, breast & ~pectoral, kind) for kind in chosen)
    film += draw.normal(0, 1.2, film.shape) * (1 + film / 120)
    film[:, film_width(size) :] = 0
    marks = _artefacts(draw, film, breast, side) if artefacts else np.zeros(film.shape, bool)
    pixels = np.clip(np.rint(film), 0, 255).astype(np.uint8)
    shift = int(draw.randint(0, size - film_width(size) + 1))
    frame = [_framed(a, shift, side) for a in (pixels, breast, pectoral, marks)]
    circles = tuple(_lesion_framed(lesion, shift, side, size) for lesion in drawn)
    film_side = Mammogram(
        pixels=frame[0],
        bit_depth=8,
        pixel_spacing_mm=0.2 * FULL_SIZE / size,
        laterality=side,
        view="MLO",
        source=(f"Phantom drawn from seed {seed}.",),
        digest=pixel_digest(frame[0]),
    )
    return Phantom(film_side, frame[1], frame[2], frame[3], circles, seed)


def _lesion(draw: np.random.RandomState, film: np.ndarray, room: np.ndarray, kind: str) -> PhantomLesion:
    """Draw one abnormality into the film, where it lies wholly inside `room`, and return it."""
    unit = len(film) / FULL_SIZE
    radius = draw.uniform(22, 60) * unit
    depth = depth_in(room)
    at = np.arange(len(film))
    on_film = (at > radius) & (at < len(film) - 1 - radius)
    rows, columns = np.nonzero((depth > radius) & on_film[:, None] & on_film[None, :])
    if not rows.size:
        rows, columns = np.nonzero(depth >= depth.max())
    chosen = draw.randint(rows.size)
    circle = Circle(float(columns[chosen]), float(rows[chosen]), float(radius))
    severity = "malignant" if draw.uniform() < {"SPIC": 0.8, "CIRC": 0.2}.get(kind, 0.5) else "benign"
    add_lesion(draw, film, kind, circle, unit)
    return PhantomLesion(kind, severity, circle)


def _artefacts(draw: np.random.RandomState, film: np.ndarray, breast: np.ndarray, side: Laterality) -> np.ndarray:
    """Draw label plate, tape, scratch and frame edge into the air, and return where."""
    size, unit = len(film), len(film) / FULL_SIZE
    before = film.copy()
    right = film_width(size)
    outside = ~breast & (np.arange(size) < right)[None, :]
    if draw.uniform() < 0.3:
        film[outside & (np.arange(size) < draw.uniform(15, 40) * unit)[:, None]] += draw.uniform(60, 150)
    if draw.uniform() < 0.3:
        film[outside & (np.arange(size) >= right - draw.uniform(8, 30) * unit)[None, :]] = 250
    if draw.uniform() < 0.6:
        y, x = draw.uniform(0.9, 0.99) * size, draw.uniform(0, 0.5) * right
        end = (round(x + draw.uniform(80, 300) * unit), round(y + draw.uniform(-4, 4) * unit))
        line = cv2.line(np.zeros(film.shape, np.uint8), (round(x), round(y)), end, 1, max(1, round(2 * unit)))
        film[(line > 0) & outside] += 120
    _label(draw, film, breast, side)
    return film != before


def _label(draw: np.random.RandomState, film: np.ndarray, breast: np.ndarray, side: Laterality) -> None:
    """Lay a white plate with mirrored letters into the upper corner away from the chest, where there is room."""
    size, unit = len(film), len(film) / FULL_SIZE
    right = film_width(size)
    free = right - int(breast[: round(170 * unit)].sum(axis=1).max())
    width, height = round(draw.uniform(70, 95) * unit), round(draw.uniform(110, 150) * unit)
    if free > width + 12 * unit:
        x = int(draw.randint(right - free + round(8 * unit), right - width + 1))
        y = int(draw.randint(0, max(1, round(15 * unit))))
        film[y : y + height, x : x + width] = 235 + draw.normal(0, 2, (height, width))
        text = np.zeros((height, width), np.uint8)
        for row, word in enumerate((side, "ML")):
            at = (round(0.2 * width), round((0.4 + 0.4 * row) * height))
            cv2.putText(text, word, at, cv2.FONT_HERSHEY_SIMPLEX, 1.1 * unit, 255, max(1, round(3 * unit)), cv2.LINE_AA)
        film[y : y + height, x : x + width] -= text[:, ::-1] * 0.7


def _framed(array: np.ndarray, shift: int, side: Laterality) -> np.ndarray:
    """Put the film between its two strips of padding, with the chest wall on the breast's own side."""
    moved = np.roll(array, shift, axis=1)
    return np.ascontiguousarray(moved if side == "L" else moved[:, ::-1])


def _lesion_framed(lesion: PhantomLesion, shift: int, side: Laterality, size: int) -> PhantomLesion:
    """Move a lesion as `_framed` moves the film."""
    x = lesion.circle.x + shift
    x = x if side == "L" else size - 1 - x
    return PhantomLesion(lesion.abnormality, lesion.severity, Circle(x, lesion.circle.y, lesion.circle.radius_px))
