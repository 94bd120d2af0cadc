"""What the recipe measures by hand: 22 filter responses of a film, and 102 features of a region.

The study that the recipe comes from names the numbers (66 filter-bank channels a cell, 102 features a region), not the
filters. These are the usual ones for masses, distortions and bright specks: blobs (differences of Gaussians), local
contrast, edges, gradients that converge on a point (Kobatake & Hashimoto, "Convergence index filter", IEEE TIP 1999),
Gabor energy, and for regions grey statistics, co-occurrence (Haralick 1973) and local binary patterns (Ojala 2002).
"""

from __future__ import annotations

import cv2
import numpy as np
from scipy.ndimage import uniform_filter
from scipy.stats import kurtosis, skew

from mammo_core.film.regions import cut_fixed
from mammo_core.network.geometry import CELL_PX, REGION_PX, SURROUNDS

N_RESPONSES = 22
N_CELL_CHANNELS = 66
N_REGION_FEATURES = 102

_BLOB_SIGMAS = (2, 4, 8, 16, 32)
_CONTRAST_SIGMAS = (4, 8, 16)
_EDGE_SIGMAS = (1, 2, 4)
_CONVERGENCE_RADII = (8, 16, 32)
_GABOR_WAVELENGTHS = (6, 12, 24)
_GABOR_TURNS = 6
_CENTRE = slice(REGION_PX // 2 - CELL_PX, REGION_PX // 2 + CELL_PX)
_GREYS = 16
_PAIRS = tuple((distance * dy, distance * dx) for distance in (1, 4) for dy, dx in ((0, 1), (1, 0), (1, 1), (1, -1)))
_RING = ((-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1))


def filter_responses(image: np.ndarray) -> np.ndarray:
    """Return (H, W, 22) float32 responses of a prepared film (H x W uint8, 0 outside the breast).

    Outside is filled from the breast beside it first, so that the skin is no edge; responses there are 0.
    """
    inside = image > 0
    film = _fill_outside(image.astype(np.float32), inside.astype(np.float32))
    responses = [film, *_blobs(film), *_contrasts(film), *_edges(film), *_convergences(film), *_gabors(film)]
    responses.append(cv2.morphologyEx(film, cv2.MORPH_TOPHAT, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))))
    return np.stack([response * inside for response in responses], axis=-1)


def cell_channels(responses: np.ndarray) -> np.ndarray:
    """Return (H/16, W/16, 66): each response's mean over a cell, over 3 x 3 and over 7 x 7 cells."""
    height, width = responses.shape[:2]
    cells = responses.reshape(height // CELL_PX, CELL_PX, width // CELL_PX, CELL_PX, -1).mean(axis=(1, 3))
    around = [uniform_filter(cells, (size, size, 1), mode="constant") for size in SURROUNDS]
    return np.concatenate([cells, *around], axis=-1)


def region_features(image: np.ndarray, responses: np.ndarray, x: float, y: float) -> np.ndarray:
    """Return the 102 features of the 96 x 96 square around (x, y), in pixels of `image`.

    Args:
        image: H x W uint8, 0 outside the breast.
        responses: Its `filter_responses`.
        x: Column of the centre.
        y: Row of the centre.

    Returns:
        (102,) float32: of each response the mean of the centre (32 x 32), the centre minus the surround and the
        centre's largest value; 9 grey statistics of the whole and of the centre; 4 of co-occurrence at 2 distances;
        10 of rotation-invariant local binary patterns.
    """
    crop = cut_fixed(image, x, y, REGION_PX)
    whole = np.stack([cut_fixed(one, x, y, REGION_PX) for one in np.moveaxis(responses, -1, 0)], axis=-1)
    centre = whole[_CENTRE, _CENTRE]
    surround = (whole.sum(axis=(0, 1)) - centre.sum(axis=(0, 1))) / (whole[..., 0].size - centre[..., 0].size)
    mean = centre.mean(axis=(0, 1))
    parts = [mean, mean - surround, centre.max(axis=(0, 1)), _grey_statistics(crop)]
    parts += [_grey_statistics(crop[_CENTRE, _CENTRE]), _co_occurrence(crop), _binary_patterns(crop)]
    return np.nan_to_num(np.concatenate(parts)).astype(np.float32)


def _fill_outside(film: np.ndarray, inside: np.ndarray) -> np.ndarray:
    near, weight = (cv2.GaussianBlur(part, (0, 0), 16) for part in (film * inside, inside))
    return np.where(inside > 0, film, near / np.maximum(weight, 1e-3)).astype(np.float32)


def _blur(film: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian mean; wide ones on a quarter of the film's size, which is as exact and ten times as quick."""
    if sigma < 8:
        return cv2.GaussianBlur(film, (0, 0), sigma)
    return _enlarge(cv2.GaussianBlur(_shrink(film, 4), (0, 0), sigma / 4), film)


def _shrink(film: np.ndarray, factor: int) -> np.ndarray:
    return cv2.resize(film, None, fx=1 / factor, fy=1 / factor, interpolation=cv2.INTER_AREA)


def _enlarge(small: np.ndarray, like: np.ndarray) -> np.ndarray:
    return cv2.resize(small, like.shape[::-1], interpolation=cv2.INTER_LINEAR)


def _blobs(film: np.ndarray) -> list[np.ndarray]:
    return [_blur(film, sigma) - _blur(film, 2 * sigma) for sigma in _BLOB_SIGMAS]


def _contrasts(film: np.ndarray) -> list[np.ndarray]:
    return [np.sqrt(np.maximum(_blur(film**2, s) - _blur(film, s) ** 2, 0)) for s in _CONTRAST_SIGMAS]


def _gradient(film: np.ndarray, sigma: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (along x, along y, magnitude) of the smoothed film."""
    smooth = _blur(film, sigma)
    along_x, along_y = (cv2.Sobel(smooth, cv2.CV_32F, *order, scale=1 / 8) for order in ((1, 0), (0, 1)))
    return along_x, along_y, np.hypot(along_x, along_y)


def _edges(film: np.ndarray) -> list[np.ndarray]:
    return [_gradient(film, sigma)[2] for sigma in _EDGE_SIGMAS]


def _convergences(film: np.ndarray) -> list[np.ndarray]:
    """Return how far gradients around a point turn towards it, whatever their strength: in [-1, 1], 1 for a bump."""
    found = []
    for radius in _CONVERGENCE_RADII:
        along_x, along_y, size = _gradient(film, radius / 8)
        rows, columns = np.mgrid[-radius : radius + 1, -radius : radius + 1].astype(np.float32)
        distance = np.hypot(rows, columns)
        ring = ((distance > 0) & (distance <= radius)) / np.maximum(distance, 1)
        share = 1 / np.count_nonzero(ring)
        # A bright bump's gradient points to its middle: against the offset from the middle to the pixel.
        towards = [
            cv2.filter2D(part / (size + 0.5), -1, -offset * ring * share, borderType=cv2.BORDER_REFLECT)
            for part, offset in ((along_x, columns), (along_y, rows))
        ]
        found.append(towards[0] + towards[1])
    return found


def _gabors(film: np.ndarray) -> list[np.ndarray]:
    """Return the strongest orientation's energy, and by how much it exceeds the mean, at each wavelength."""
    found = []
    for wavelength in _GABOR_WAVELENGTHS:
        factor = wavelength // _GABOR_WAVELENGTHS[0]
        shrunk = _shrink(film, factor)
        energies = [_gabor_energy(shrunk, wavelength / factor, turn) for turn in range(_GABOR_TURNS)]
        strongest = np.max(energies, axis=0)
        found += [_enlarge(part, film) for part in (strongest, strongest - np.mean(energies, axis=0))]
    return found


def _gabor_energy(film: np.ndarray, wavelength: float, turn: int) -> np.ndarray:
    settings = (0, 0), wavelength * 0.56, np.pi * turn / _GABOR_TURNS, wavelength, 0.5
    even, odd = (cv2.getGaborKernel(*settings, phase, cv2.CV_32F) for phase in (0, np.pi / 2))
    even -= even.mean()
    size = np.abs(even).sum()
    return np.hypot(cv2.filter2D(film, -1, even / size), cv2.filter2D(film, -1, odd / size))


def _grey_statistics(crop: np.ndarray) -> np.ndarray:
    """Return mean, deviation, skewness, kurtosis and five percentiles of the pixels in the breast; 0 without any."""
    grey = crop[crop > 0].astype(np.float64)
    if not len(grey):
        return np.zeros(9)
    spread = grey.std()
    shape = (skew(grey), kurtosis(grey)) if spread > 0 else (0.0, 0.0)
    return np.array([grey.mean(), spread, *shape, *np.percentile(grey, (5, 25, 50, 75, 95))])


def _co_occurrence(crop: np.ndarray) -> np.ndarray:
    """Return contrast, homogeneity, energy and correlation of grey pairs at 1 and at 4 pixels, all directions."""
    levels = (crop // (256 // _GREYS)).astype(np.int64)
    found = []
    for pairs in (_PAIRS[:4], _PAIRS[4:]):
        counts = np.zeros((_GREYS, _GREYS))
        for dy, dx in pairs:
            first, second = _shifted_pair(levels, dy, dx)
            counts += np.bincount(first.ravel() * _GREYS + second.ravel(), minlength=_GREYS**2).reshape(counts.shape)
        share = counts + counts.T
        share /= share.sum()
        a, b = np.indices(share.shape)
        mean = (a * share).sum()
        variance = ((a - mean) ** 2 * share).sum()
        found += [((a - b) ** 2 * share).sum(), (share / (1 + np.abs(a - b))).sum(), np.sqrt((share**2).sum())]
        found.append(((a - mean) * (b - mean) * share).sum() / variance if variance > 0 else 1.0)
    return np.array(found)


def _shifted_pair(values: np.ndarray, dy: int, dx: int) -> tuple[np.ndarray, np.ndarray]:
    """Return all values that have a partner (dy, dx) away, dy at least 0, and those partners."""
    height, width = values.shape
    left, right = max(0, -dx), width - max(0, dx)
    return values[: height - dy, left:right], values[dy:, left + dx : right + dx]


def _binary_patterns(crop: np.ndarray) -> np.ndarray:
    """Return shares of the ten uniform, rotation-invariant patterns of eight neighbours, on a lightly smoothed crop."""
    smooth = cv2.GaussianBlur(crop.astype(np.float32), (0, 0), 1.5)
    middle = smooth[1:-1, 1:-1]
    height, width = middle.shape
    signs = np.stack([smooth[1 + dy : 1 + dy + height, 1 + dx : 1 + dx + width] >= middle for dy, dx in _RING])
    changes = (signs != np.roll(signs, 1, axis=0)).sum(axis=0)
    pattern = np.where(changes <= 2, signs.sum(axis=0), len(_RING) + 1)
    return np.bincount(pattern.ravel(), minlength=10) / pattern.size
