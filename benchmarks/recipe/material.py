"""What the recipe learns from: our films, grids and places, seen through its own features.

Preparing, grid, places of regions and labels of cells are those of our own study, so that only the recipe differs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.recipe import FOLDER
from benchmarks.recipe.features import cell_channels, filter_responses, region_features
from mammo_core.config import PreprocessConfig
from mammo_core.evaluate.grain import context_features
from mammo_core.evaluate.run import Run
from mammo_core.evaluate.settings import Settings
from mammo_core.evaluate.study import Region, Study, StudyFilm
from mammo_core.network.geometry import REGION_CELLS
from mammo_core.network.grid import Grid, cut_region
from mammo_core.network.regions import orientations
from mammo_core.network.runtime import OnnxNetwork
from mammo_core.preprocess import fingerprint

_SHAPING_SCORES = ("features", "material", "learners", "films", "regions", "run")
_MIDDLE = slice(REGION_CELLS // 2 - 1, REGION_CELLS // 2 + 1)


@dataclass(frozen=True, eq=False)
class Place:
    """One region: `deep` is (8, 696), a row an orientation; `drawn` (102,); (x, y) its centre in film pixels."""

    film_id: str
    woman_id: int
    kind: str
    label: int
    x: float
    y: float
    deep: np.ndarray
    drawn: np.ndarray


@dataclass(frozen=True, eq=False)
class Film:
    """One film's n cells in the breast: `cells` is (n, 696 + 66) float32, deep features first; truth as `StudyFilm`."""

    film_id: str
    woman_id: int
    label: int
    grid: Grid
    cells: np.ndarray
    cell_labels: np.ndarray
    cell_weights: np.ndarray


@dataclass(frozen=True, eq=False)
class Material:
    """Everything that is scored."""

    films: tuple[Film, ...]
    places: tuple[Place, ...]

    @property
    def digest(self) -> str:
        """What tells these films, grids, places and this recipe from any others, whose results are not theirs."""
        text = [fingerprint(PreprocessConfig())]
        text += [(FOLDER / f"{name}.py").read_text(encoding="utf-8") for name in _SHAPING_SCORES]
        text += [f"{f.film_id} {f.grid.offset} {len(f.cells)} {f.cell_labels.tolist()}" for f in self.films]
        text += [f"{p.film_id} {p.kind} {p.label} {p.x:.2f} {p.y:.2f}" for p in self.places]
        return hashlib.sha256("\n".join(text).encode()).hexdigest()[:12]


def gather(progress: Callable[[float], None]) -> Material:
    """Prepare all films and measure cells and regions: about seven minutes of processor time.

    Args:
        progress: Called with a fraction from 0 to 1.

    Raises:
        DatasetError: MIAS is not there.
    """
    ours = Run(Settings(), lambda _, fraction: progress(fraction / 2))
    films, places = [], []
    for i, film in enumerate(ours.study.films):
        of_film, of_places = _measure(film, ours.study, ours.network)
        films.append(of_film)
        places += of_places
        progress((1 + (i + 1) / len(ours.study.films)) / 2)
    return Material(tuple(films), tuple(places))


def _measure(film: StudyFilm, study: Study, network: OnnxNetwork) -> tuple[Film, list[Place]]:
    image, inside = film.grid.image, film.grid.in_breast
    deep = context_features(network.run(image, ["features"])["features"])[inside]
    responses = filter_responses(image)
    cells = np.concatenate([deep, cell_channels(responses)[inside]], axis=1).astype(np.float32)
    own = [region for region in study.regions if region.film_id == film.film_id]
    places = [_measure_place(region, film, responses, network) for region in own]
    labelled = film.cell_labels, film.cell_weights
    return Film(film.film_id, film.woman_id, film.label, film.grid, cells, *labelled), places


def _measure_place(region: Region, film: StudyFilm, responses: np.ndarray, network: OnnxNetwork) -> Place:
    """Measure one region. MIAS films are prepared at their own 0.2 mm, so film pixels are prepared pixels."""
    image = film.grid.image
    x, y = film.grid.from_prepared(np.array([region.x, region.y]))
    turned = orientations(cut_region(image, x, y))
    deep = np.stack([_pool(network.run(one, ["features"])["features"]) for one in turned])
    drawn = region_features(image, responses, x, y)
    return Place(film.film_id, film.woman_id, region.kind, region.label, region.x, region.y, deep, drawn)


def _pool(features: np.ndarray) -> np.ndarray:
    """Return (3c,) for (6, 6, c): the mean of all cells, of the central four, and how these exceed the others."""
    whole, centre = features.mean(axis=(0, 1)), features[_MIDDLE, _MIDDLE].mean(axis=(0, 1))
    n_cells = REGION_CELLS**2
    surround = (n_cells * whole - 4 * centre) / (n_cells - 4)
    return np.concatenate([whole, centre, centre - surround])
