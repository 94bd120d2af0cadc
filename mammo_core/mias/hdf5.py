"""Kaggle's ``all_mias_scans.h5``: the films of MIAS as one array, given back as the PGM files that were published.

The file has one row for each film or for each row of the index (330, where a film may come twice), in any order. A film
is known by its pixels, never by its place or by the name beside it; the name only serves to say which film was altered.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mammo_core.errors import DatasetError
from mammo_core.mias.checksums import Catalogue
from mammo_core.types import pixel_digest

if TYPE_CHECKING:
    import h5py

SCANS, NAMES = "scan", "REFNUM"
MAX_ROWS = 2000
_MAX_BLOCK_BYTES = 2**26
"""Rows are read in blocks of this size, and no compressed chunk may be larger."""


def read_scans(path: Path, catalogue: Catalogue) -> Iterator[tuple[str, bytes]]:
    """Yield (file name, PGM file) of every film in an HDF5 file that is known by its pixels or at least by its name.

    Raises:
        DatasetError: The file has no array of scans of the films' size, or one that is not plainly stored in it.
        OSError: It is broken.
    """
    import h5py

    with h5py.File(path, "r") as file:
        scans = _plain_array(file, SCANS)
        _check_scans(scans, catalogue)
        names = _names(file, len(scans))
        step = _rows_at_once(scans)
        for start in range(0, len(scans), step):
            for row, pixels in enumerate(scans[start : start + step].astype(np.uint8), start):
                film_id = catalogue.film_of_digest(pixel_digest(pixels)) or names[row]
                if film_id in catalogue.films:
                    yield f"{film_id}.pgm", catalogue.header + pixels.tobytes()


def _plain_array(file: h5py.File, name: str) -> h5py.Dataset:
    """Return an array that lies in the file itself: HDF5 can also point to any other file of the machine."""
    import h5py

    if not isinstance(file.get(name, getlink=True), h5py.HardLink) or not isinstance(file[name], h5py.Dataset):
        raise DatasetError(f"the HDF5 file has no array {name!r}; expected kaggle's all_mias_scans.h5")
    array = file[name]
    if array.external or array.is_virtual:
        raise DatasetError(f"the array {name!r} of the HDF5 file lies in other files; expected one that is whole")
    return array


def _check_scans(scans: h5py.Dataset, catalogue: Catalogue) -> None:
    """Refuse an array that cannot be the films, before anything of it is read."""
    size = catalogue.film_size
    if scans.ndim != 3 or scans.shape[1:] != (size, size) or len(scans) > MAX_ROWS or scans.dtype.kind not in "ui":
        raise DatasetError(
            f"the array {SCANS!r} of the HDF5 file has shape {scans.shape} and type {scans.dtype}; expected whole "
            f"numbers, {len(catalogue.films)} or a few more films of {size} x {size} pixels"
        )
    chunk_bytes = int(np.prod(scans.chunks or (1,))) * scans.dtype.itemsize
    if chunk_bytes > _MAX_BLOCK_BYTES:
        raise DatasetError(f"the array {SCANS!r} of the HDF5 file unpacks in pieces of {chunk_bytes} bytes; too large")


def _rows_at_once(scans: h5py.Dataset) -> int:
    """Return how many rows to read at once: whole chunks, so that none is unpacked again for its next row."""
    per_chunk = scans.chunks[0] if scans.chunks else 1
    row_bytes = max(1, int(np.prod(scans.shape[1:])) * scans.dtype.itemsize)
    return min(per_chunk, max(1, _MAX_BLOCK_BYTES // row_bytes))


def _names(file: h5py.File, n_rows: int) -> list[str]:
    """Return the film named beside each row, empty where the file names none."""
    if NAMES not in file:
        return [""] * n_rows
    array = _plain_array(file, NAMES)
    if array.shape != (n_rows,) or array.dtype.itemsize > 1024:
        return [""] * n_rows
    return [value.decode("ascii", "replace") if isinstance(value, bytes) else str(value) for value in array[:]]
