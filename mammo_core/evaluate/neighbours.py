"""Similar cases of a release: the vectors that ship, and the neighbours of every place, out of fold by woman.

A place's neighbours are the `N_SIMILAR` places most alike (see `reading.similar`), at most one of each woman. They are
sought among the women of the other four folds of the headline partition, with z-scores made from those women: a film,
and the other film of its woman, are never among its own neighbours. Their number and the distance were fixed
beforehand; nothing was tuned on the figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mammo_core.evaluate.neighbour_figures import COLUMNS, NEIGHBOURS, POOL
from mammo_core.evaluate.rows import write_rows
from mammo_core.evaluate.study import Region, Study
from mammo_core.mias.index import woman_of
from mammo_core.mias.splits import load_folds
from mammo_core.reading.similar import N_SIMILAR, PLACES_NAME, VECTORS_NAME, nearest
from mammo_core.types import LABELS

REPEAT = 0
_KINDS = ("lesion", "normal", "hard_normal")
"""Each place once: a lesion from its annotated place only."""


def write_neighbours(folder: Path, study: Study, cells: tuple[np.ndarray, np.ndarray]) -> None:
    """Write `neighbours.npz` and `neighbours.csv` into a model folder.

    Args:
        folder: The model folder.
        study: All women's regions, with raw features; places of other kinds than `_KINDS` are left out.
        cells: (mean, deviation) that the released graph standardises its features with, as `Heads.cells`.
    """
    places = [region for region in study.regions if region.kind in _KINDS]
    raw = _vectors(places)
    mean, deviation = (np.tile(part, raw.shape[1] // len(part)) for part in cells)
    pooled = (raw - mean) / deviation  # as the released graph gives them
    centre, spread = pooled.mean(axis=0), _spread(pooled)
    np.savez_compressed(
        folder / VECTORS_NAME,
        vectors=((pooled - centre) / spread).astype(np.float16),
        mean=centre.astype(np.float32),
        deviation=spread.astype(np.float32),
    )
    write_rows(folder / PLACES_NAME, COLUMNS, neighbour_rows(places))


def neighbour_rows(regions: Sequence[Region]) -> list[dict]:
    """Return the rows of `neighbours.csv`, in the order of the regions."""
    raw, folds = _vectors(regions), load_folds()
    women = np.array([woman_of(region.film_id) for region in regions])
    labels = np.array([region.label for region in regions])
    fold_of = np.array([folds[woman][REPEAT] for woman in women])
    rows: list[dict] = [{}] * len(regions)
    for fold in np.unique(fold_of):
        others = fold_of != fold
        vectors = (raw - raw[others].mean(axis=0)) / _spread(raw[others])
        pool = np.bincount(labels[others], minlength=len(LABELS))
        for i in np.flatnonzero(~others):
            found, distances = nearest(vectors[i], vectors, women, others, N_SIMILAR)
            rows[i] = _place(regions[i]) | {"fold": int(fold), "nearest_distance": f"{distances[0]:.5f}"}
            rows[i] |= dict(zip(NEIGHBOURS, np.bincount(labels[found], minlength=len(LABELS)).tolist(), strict=True))
            rows[i] |= dict(zip(POOL, pool.tolist(), strict=True))
    return rows


def _place(region: Region) -> dict:
    woman, place = woman_of(region.film_id), {"x": f"{region.x:.1f}", "y": f"{region.y:.1f}"}
    return {"film_id": region.film_id, "woman_id": woman, "kind": region.kind, "y_true": region.label} | place


def _vectors(regions: Sequence[Region]) -> np.ndarray:
    """Return (n, d) raw features, averaged over orientations."""
    return np.array([region.features.mean(axis=0) for region in regions], np.float64)


def _spread(vectors: np.ndarray) -> np.ndarray:
    """Return the deviation of each feature; 1 where it never changes."""
    deviation = vectors.std(axis=0)
    return np.where(deviation > 0, deviation, 1.0)
