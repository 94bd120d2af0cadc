"""The pectoral muscle on MLO films: the bright triangle between the chest wall and the top of the film."""

from __future__ import annotations

import cv2
import numpy as np

from mammo_core.film.breast import chest_side

WORK_MM = 0.8
"""Pixel spacing of the copy on which the muscle is sought."""
STEP_MM = 3.2
"""Lines are tried at this distance along the top and along the chest wall."""
MARGIN_MM = 4.0
"""Brightness is compared this far to both sides of a line."""
MIN_CONTRAST = 0.03
"""The muscle's edge is a step of at least this share of the breast's brightness, on average along the line."""
N_SAMPLES = 48


def segment_pectoral(pixels: np.ndarray, breast_mask: np.ndarray, spacing_mm: float, view: str | None) -> np.ndarray:
    """Mark the pectoral muscle.

    Every straight line from the top of the breast to the chest wall is tried; the one with the best step from bright
    to dark along its whole length wins, and is then bent row by row to the strongest step nearby.

    Args:
        pixels: H x W, uint8 or uint16, dark = air.
        breast_mask: H x W bool, from `segment_breast`.
        spacing_mm: Millimetres per pixel.
        view: `MLO`, `CC` or None; on a CC view nothing is marked.

    Returns:
        H x W bool, inside `breast_mask`; all False where no muscle edge stands out.
    """
    if pixels.shape != breast_mask.shape:
        raise ValueError(f"pixels {pixels.shape} and breast_mask {breast_mask.shape} must have one shape")
    empty = np.zeros(pixels.shape, bool)
    if view == "CC" or not breast_mask.any():
        return empty
    flipped = chest_side(breast_mask) == "right"
    rows, columns = (np.flatnonzero(breast_mask.any(axis=axis)) for axis in (1, 0))
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    film, breast = (np.ascontiguousarray(a[box][:, ::-1] if flipped else a[box]) for a in (pixels, breast_mask))
    work_mm = max(WORK_MM, spacing_mm)
    size = [max(8, round(n * spacing_mm / work_mm)) for n in film.shape[::-1]]
    small = cv2.resize(film.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    inside = cv2.resize(breast.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    edge = _muscle_edge(small, inside, work_mm)
    if edge is None:
        return empty
    muscle = (np.arange(size[0])[None, :] < edge[:, None]).astype(np.uint8) * np.uint8(255)
    muscle = cv2.resize(muscle, film.shape[::-1], interpolation=cv2.INTER_LINEAR) > 127
    empty[box] = muscle[:, ::-1] if flipped else muscle
    return empty & breast_mask


def _muscle_edge(small: np.ndarray, inside: np.ndarray, work_mm: float) -> np.ndarray | None:
    """Return for each row the column where the muscle ends (chest on the left; 0 below it), or None."""
    brightness = float(np.percentile(small[inside > 0], 90, method="nearest")) - float(small.min())
    smooth = cv2.GaussianBlur(small, (0, 0), 2.0 / work_mm) / max(brightness, 1e-6)
    line = _best_line(smooth, inside, work_mm)
    if line is None:
        return None
    return _bent(smooth, *line, work_mm)


def _best_line(smooth: np.ndarray, inside: np.ndarray, work_mm: float) -> tuple[float, float] | None:
    """Return (column at the top, row at the chest wall) of the line with the best step, or None."""
    height = smooth.shape[0]
    step = STEP_MM / work_mm
    top_width = int(inside[: max(1, round(4 / work_mm))].sum(axis=1).max())
    tops = np.arange(8 / work_mm, 0.98 * top_width, step)
    ends = np.arange(20 / work_mm, 0.85 * height, step)
    if not tops.size or not ends.size:
        return None
    top, end = (a.ravel() for a in np.meshgrid(tops, ends))
    slope = top / end
    usable = (slope > 0.15) & (slope < 1.6)
    top, end = top[usable], end[usable]
    if not top.size:
        return None
    along = (np.arange(N_SAMPLES) + 0.5) / N_SAMPLES
    x, y = top[:, None] * (1 - along), end[:, None] * along
    norm = np.hypot(top, end)
    dx, dy = (MARGIN_MM / work_mm * end / norm)[:, None], (MARGIN_MM / work_mm * top / norm)[:, None]
    stepped = _at(smooth, x - dx, y - dy) - _at(smooth, x + dx, y + dy)
    stepped = np.clip(stepped, -0.1, 0.15)
    # A line near the chest wall has no room on its inner side; what lies outside the breast tells nothing.
    stepped[(x - dx) < 0] = 0
    # The lower quartile counts as much as the mean: the muscle's edge is a step all along, tissue's only in places.
    score = 0.5 * stepped.mean(axis=1) + 0.5 * np.sort(stepped, axis=1)[:, N_SAMPLES // 4]
    best = int(np.argmax(score * norm**0.35))
    return (float(top[best]), float(end[best])) if score[best] >= MIN_CONTRAST else None


def _at(image: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the pixels nearest to the points, clamped to the image."""
    rows = np.clip(np.rint(y).astype(int), 0, image.shape[0] - 1)
    return image[rows, np.clip(np.rint(x).astype(int), 0, image.shape[1] - 1)]


def _bent(smooth: np.ndarray, top: float, end: float, work_mm: float) -> np.ndarray:
    """Move a straight edge row by row, within 8 mm, to the strongest step, changing little from row to row."""
    height = smooth.shape[0]
    edge = np.zeros(height)
    n_rows = min(height, round(end))
    reach, margin = round(8 / work_mm), round(2.4 / work_mm)
    rows = np.arange(n_rows)
    straight = top * (1 - (rows + 0.5) / end)
    shifts = np.arange(-reach, reach + 1)
    x = straight[:, None] + shifts
    gain = _at(smooth, x - margin, rows[:, None] + 0 * x) - _at(smooth, x + margin, rows[:, None] + 0 * x)
    gain[x < margin] = 0
    gain -= 0.0006 * np.abs(shifts) * work_mm
    path = _best_path(gain)
    bent = straight + shifts[path]
    window = 2 * round(6 / work_mm) + 1
    bent = cv2.blur(bent.astype(np.float32)[:, None], (1, window), borderType=cv2.BORDER_REPLICATE)[:, 0]
    edge[:n_rows] = np.maximum(bent, 0)
    return edge


def _best_path(gain: np.ndarray) -> np.ndarray:
    """Return for each row the column of the path with the largest sum that moves by at most one column a row."""
    ahead = np.full(gain.shape[1] + 2, -np.inf, gain.dtype)  # the sums so far, with a rim that no path comes from
    total = ahead[1:-1]
    total[:] = gain[0]
    options = np.stack([total, ahead[:-2], ahead[2:]])
    choices = np.zeros(gain.shape, int)
    for row in range(1, len(gain)):
        options[0], options[1], options[2] = total, ahead[:-2], ahead[2:]
        options.argmax(axis=0, out=choices[row])
        np.add(options.max(axis=0), gain[row], out=total)
    path = np.zeros(len(gain), int)
    path[-1] = int(np.argmax(total))
    for row in range(len(gain) - 1, 0, -1):
        path[row - 1] = path[row] + (0, -1, 1)[choices[row, path[row]]]
    return path
