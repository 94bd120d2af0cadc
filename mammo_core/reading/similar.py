"""Similar cases: the places of MIAS that look most alike to the model, and what they turned out to be.

A place is described by the features of its 19.2 mm square as the region head sees them, averaged over the eight
orientations and brought to z-scores over the places of MIAS. Nothing of the truth goes into that: alike means alike to
the frozen layers, not to a radiologist. How often such neighbours tell the truth is measured out of fold
(`evaluate.neighbours`).
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from mammo_core.errors import BundleError
from mammo_core.mias.index import woman_of
from mammo_core.network.bundle import Bundle
from mammo_core.network.regions import pool_region
from mammo_core.preprocess import preprocess
from mammo_core.reading.known_films import find_film_id
from mammo_core.reading.scan import RegionScan, scan_region
from mammo_core.types import LABELS, Mammogram, Preprocessed

VECTORS_NAME = "neighbours.npz"
"""`vectors` (n, d) float16 z-scores; `mean` and `deviation` (d,) float32 of the graph's pooled features."""
PLACES_NAME = "neighbours.csv"
"""One row for each vector, in the same order; its other columns are those of `evaluate.neighbours.COLUMNS`."""
N_SIMILAR = 5
_USUAL_SHARE = 0.95


@dataclass(frozen=True)
class SimilarPlace:
    """A place of MIAS.

    Attributes:
        film_id: `mdb001` to `mdb322`.
        outcome: One of `LABELS`: what it turned out to be.
        kind: `lesion`, `normal` or `hard_normal`: how the place was chosen.
        x: Its centre, in film pixels.
        y: The same.
        distance: Root mean square difference of z-scores; 0 is the same, about 1.4 two places at random.
    """

    film_id: str
    outcome: str
    kind: str
    x: float
    y: float
    distance: float


@dataclass(frozen=True)
class Similar:
    """The places most alike, nearest first, of different women; `far` when even the nearest is unusually far away.

    `far` means farther than 95 % of the places of MIAS lie from the nearest one of other women.
    """

    places: tuple[SimilarPlace, ...]
    far: bool


@dataclass(frozen=True, eq=False)
class Atlas:
    """All places of MIAS that a model folder ships.

    Attributes:
        places: Each with distance 0.
        women: (n,) their women.
        vectors: (n, d) float32 z-scores.
        mean: (d,) of the graph's pooled features over all places.
        deviation: (d,) of the same.
        usual_distance: The distance that 95 % of the places do not exceed to the nearest one of other women.
    """

    places: tuple[SimilarPlace, ...]
    women: np.ndarray
    vectors: np.ndarray
    mean: np.ndarray
    deviation: np.ndarray
    usual_distance: float


def load_atlas(bundle: Bundle) -> Atlas | None:
    """Return the places that the model folder ships; None for a model that was released without."""
    has_places = (bundle.folder / VECTORS_NAME).is_file() and (bundle.folder / PLACES_NAME).is_file()
    return _load(bundle.folder) if has_places else None


def find_similar(
    mammogram: Mammogram,
    point: tuple[float, float],
    bundle: Bundle,
    *,
    prepared: Preprocessed | None = None,
    scan: RegionScan | None = None,
    count: int = N_SIMILAR,
) -> Similar:
    """Find the places of MIAS that look most alike to the square around a point.

    A film of the training set never finds places of its own woman.

    Args:
        mammogram: From `load_mammogram`.
        point: (x, y) in pixels of the original film.
        bundle: The model.
        prepared: `preprocess(mammogram, bundle.config)` where the caller has it already.
        scan: `scan_region(prepared, point, bundle)` where the caller has it already.
        count: How many, each of another woman.

    Raises:
        BundleError: The model ships no places.
        BreastNotFoundError: No breast could be outlined.
    """
    atlas = load_atlas(bundle)
    if atlas is None:
        raise BundleError(
            f"{bundle.model_id} was released without {VECTORS_NAME} and {PLACES_NAME}, so no similar cases are known; "
            "train it again, or use a newer model"
        )
    prepared = preprocess(mammogram, bundle.config) if prepared is None else prepared
    film_id = find_film_id(mammogram, prepared, bundle)
    scan = scan_region(prepared, point, bundle) if scan is None else scan
    seen = np.mean([pool_region(features) for features in scan.features], axis=0)
    vector = (seen - atlas.mean) / atlas.deviation
    allowed = atlas.women != (woman_of(film_id) if film_id else 0)
    found, distances = nearest(vector, atlas.vectors, atlas.women, allowed, count)
    places = tuple(
        SimilarPlace(**{**vars(atlas.places[i]), "distance": float(d)}) for i, d in zip(found, distances, strict=True)
    )
    return Similar(places, bool(len(places)) and places[0].distance > atlas.usual_distance)


def nearest(
    vector: np.ndarray, vectors: np.ndarray, women: np.ndarray, allowed: np.ndarray, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the nearest places, at most one of each woman.

    Args:
        vector: (d,) z-scores.
        vectors: (n, d) z-scores.
        women: (n,) whose they are.
        allowed: (n,) bool, which may be found.
        count: At most so many.

    Returns:
        Their indices, nearest first (ties in order), and their distances.
    """
    distances = np.sqrt(np.mean((vectors - vector) ** 2, axis=1))
    order = np.argsort(np.where(allowed, distances, np.inf), kind="stable")[: int(allowed.sum())]
    _, firsts = np.unique(women[order], return_index=True)
    found = order[np.sort(firsts)][:count]
    return found, distances[found]


@lru_cache(maxsize=4)
def _load(folder: Path) -> Atlas:
    with (folder / PLACES_NAME).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with np.load(folder / VECTORS_NAME, allow_pickle=False) as kept:
        vectors, mean, deviation = (kept[name].astype(np.float32) for name in ("vectors", "mean", "deviation"))
    if len(rows) != len(vectors):
        raise BundleError(f"{folder.name}: {len(rows)} places but {len(vectors)} vectors; restore the folder")
    return Atlas(
        tuple(map(_place, rows)),
        np.array([int(row["woman_id"]) for row in rows]),
        vectors,
        mean,
        deviation,
        _usual(rows),
    )


def _usual(rows: Sequence[dict[str, str]]) -> float:
    return float(np.quantile([float(row["nearest_distance"]) for row in rows], _USUAL_SHARE))


def _place(row: dict[str, str]) -> SimilarPlace:
    where = float(row["x"]), float(row["y"])
    return SimilarPlace(row["film_id"], LABELS[int(row["y_true"])], row["kind"], *where, 0.0)
