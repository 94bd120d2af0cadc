"""How a prepared film is laid before the network, and where each cell of its answer lies.

The film is cut to the breast with a fixed margin, so that nothing depends on the canvas it came on, and every breast
lies with its chest wall at the left, so that nothing depends on the side it shows: a film and its mirror image are the
same picture to the network. This is part of the model: frozen before it is evaluated.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from mammo_core.errors import BreastNotFoundError
from mammo_core.film.breast import column_heights
from mammo_core.film.regions import cut, cut_fixed
from mammo_core.network.geometry import CELL_PX, REGION_PX
from mammo_core.types import Preprocessed

_MARGIN_PX = 4 * CELL_PX
_STRIDE_PX = 32
_BREAST_SHARE = 0.5


@dataclass(frozen=True, eq=False)
class Grid:
    """One prepared film as network input.

    Attributes:
        image: H x W uint8, the breast with a margin of at least 64 pixels of zeros, chest wall at the left; H and W
            multiples of 32.
        offset: (x, y) of the image's top left corner in the prepared film; negative where the margin reaches beyond it.
        in_breast: H/16 x W/16 bool, cells at least half covered by breast.
        mirrored: Whether the image shows the prepared film mirrored, its x then counted from the other side.
    """

    image: np.ndarray
    offset: tuple[int, int]
    in_breast: np.ndarray
    mirrored: bool = False

    def centres(self) -> np.ndarray:
        """Return (n, 2) float (x, y) in prepared pixels of the centres of the cells in the breast, in row order."""
        rows, columns = np.nonzero(self.in_breast)
        return self.to_prepared(np.stack([columns, rows], axis=1))

    def to_prepared(self, cells: np.ndarray) -> np.ndarray:
        """Return the centres (x, y) in prepared pixels of cells given as (column, row)."""
        return self._turned(np.asarray(cells) * CELL_PX + CELL_PX / 2) + np.asarray(self.offset, dtype=float)

    def from_prepared(self, points: np.ndarray) -> np.ndarray:
        """Return where points (x, y) of the prepared film lie on `image`."""
        return self._turned(np.asarray(points) - np.asarray(self.offset, dtype=float))

    def _turned(self, points: np.ndarray) -> np.ndarray:
        """Return (x, y) on the image as on the unmirrored one, and the other way round."""
        x, y = np.moveaxis(np.asarray(points, dtype=float), -1, 0)
        return np.stack([self.image.shape[1] - x if self.mirrored else x, y], axis=-1)

    def to_film_canvas(self, cell_map: np.ndarray, shape: tuple[int, int], fill: float) -> np.ndarray:
        """Return a map of cells placed over the whole prepared film, one value per pixel, bilinear in between.

        Args:
            cell_map: H/16 x W/16 float.
            shape: (h, w) of the prepared film.
            fill: Value where the film lies beyond the grid.
        """
        height, width = self.image.shape
        full = cv2.resize(cell_map.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
        full = full[:, ::-1] if self.mirrored else full
        left, top = self.offset
        canvas = np.full(shape, fill, np.float32)
        on_film = slice(max(0, top), top + height), slice(max(0, left), left + width)
        part = canvas[on_film]
        part[:] = full[max(0, -top) :, max(0, -left) :][: part.shape[0], : part.shape[1]]
        return canvas


def lay_out(prepared: Preprocessed) -> Grid:
    """Cut a prepared film to its breast, with margin, at the network's stride, chest wall at the left."""
    heights = column_heights(prepared.breast_mask)
    mirrored = _leans_right(heights)
    film, breast = (part[:, ::-1] if mirrored else part for part in (prepared.image, prepared.breast_mask))
    rows = np.flatnonzero(prepared.breast_mask.any(axis=1))
    columns = np.flatnonzero(heights[::-1] if mirrored else heights)
    top, left = int(rows[0]) - _MARGIN_PX, int(columns[0]) - _MARGIN_PX
    height = _round_up(int(rows[-1]) + 1 + _MARGIN_PX - top)
    width = _round_up(int(columns[-1]) + 1 + _MARGIN_PX - left)
    image = cut(film, left, top, width, height)
    mask = cut(breast.astype(np.uint8), left, top, width, height)
    cells = (width // CELL_PX, height // CELL_PX)
    share = cv2.resize(mask.astype(np.float32), cells, interpolation=cv2.INTER_AREA)
    in_breast = share >= _BREAST_SHARE
    if not in_breast.any():
        raise BreastNotFoundError(
            "expected a breast of at least some millimetres; the outlined one fills no cell of 3.2 mm"
        )
    return Grid(image, (breast.shape[1] - left - width if mirrored else left, top), in_breast, mirrored)


def _leans_right(heights: np.ndarray) -> bool:
    """Return whether more of the breast lies in the right half of its own width: the chest wall is there."""
    columns = np.flatnonzero(heights)
    heights = heights[columns[0] : columns[-1] + 1]
    half = len(heights) // 2
    return bool(heights[-half:].sum() > heights[:half].sum()) if half else False


def cut_region(image: np.ndarray, x: float, y: float) -> np.ndarray:
    """Return the 96 x 96 square of a prepared image around the point (x, y), zero where it reaches beyond."""
    return cut_fixed(image, x, y, REGION_PX)


def _round_up(length: int) -> int:
    return -(-length // _STRIDE_PX) * _STRIDE_PX
