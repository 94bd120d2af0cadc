"""MIAS as numbers: every film's cells and regions as frozen features, with the truth beside them.

Only evaluation and training see this; nothing that reads a film does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from mammo_core.config import PreprocessConfig
from mammo_core.evaluate.grain import Grain, context_features, measure_grain
from mammo_core.film.load import load_mammogram
from mammo_core.mias.films import open_films
from mammo_core.mias.index import FILM_IDS, annotations_by_film, woman_of
from mammo_core.mias.places import Place, region_places
from mammo_core.mias.sampling import blob_within
from mammo_core.network.geometry import CELL_PX, REGION_PX
from mammo_core.network.grid import Grid, cut_region, lay_out
from mammo_core.network.regions import orientations, pool_region
from mammo_core.network.runtime import OnnxNetwork
from mammo_core.preprocess import preprocess
from mammo_core.types import LABELS, Annotation, Preprocessed

KINDS = ("lesion", "normal", "hard_normal", "hard_lesion")
"""How a region was chosen; `hard_lesion` is a lesion seen from the blob nearest to it, as hard normals are."""
IGNORE = -1
_NEAR_LESION_PX = 2 * CELL_PX


@dataclass(frozen=True, eq=False)
class Region:
    """One scored square: `features` is (8, 464), one row an orientation; (x, y) its centre in film pixels."""

    film_id: str
    kind: str
    label: int
    x: float
    y: float
    features: np.ndarray

    @property
    def teaches(self) -> bool:
        """Whether heads and calibration learn from it; a lesion teaches from its annotated place only."""
        return self.kind != "hard_lesion"


@dataclass(frozen=True, eq=False)
class StudyFilm:
    """One film with its truth.

    Attributes:
        film_id: `mdb001` to `mdb322`.
        woman_id: 1 to 161.
        label: Worst class of the film, as an index of `LABELS`.
        annotations: Its rows of the index.
        digest: Of the film's pixels.
        grid: Its layout before the network.
        cells: (n, 696) float32 context features of the cells in the breast, in row order.
        cell_labels: (n,) int: 0 normal tissue, 1 or 2 inside a lesion, `IGNORE` at a lesion's rim.
        cell_weights: (n,) float: lesions weigh the same whatever their size.
        grain: What grain does to its features.
    """

    film_id: str
    woman_id: int
    label: int
    annotations: tuple[Annotation, ...]
    digest: str
    grid: Grid
    cells: np.ndarray
    cell_labels: np.ndarray
    cell_weights: np.ndarray
    grain: Grain


Truth = Mapping[str, tuple[Annotation, ...]]
"""{film_id: its annotations}: that of MIAS, or one with the women's labels permuted."""


@dataclass(frozen=True, eq=False)
class Study:
    """All films and all regions.

    Attributes:
        films: In the order of their numbers.
        regions: Lesions, most of them a second time at the nearest blob, and two normal places of every normal film.
        prepared: {film_id: the film as the network sees it}.
    """

    films: tuple[StudyFilm, ...]
    regions: tuple[Region, ...]
    prepared: Mapping[str, Preprocessed] = field(default_factory=dict)

    def films_of(self, women: Collection[int]) -> list[StudyFilm]:
        """Return the films of `women`."""
        return [film for film in self.films if film.woman_id in women]

    def regions_of(self, women: Collection[int]) -> list[Region]:
        """Return the regions of `women`."""
        return [region for region in self.regions if woman_of(region.film_id) in women]


def load_study(
    network: OnnxNetwork,
    config: PreprocessConfig,
    film_ids: tuple[str, ...] = FILM_IDS,
    seed: int = 0,
    progress: Callable[[float], None] = lambda fraction: None,
) -> Study:
    """Prepare films, run the frozen layers over them and sample regions.

    Args:
        network: A network whose `features` are raw (standardisation not set).
        config: Preparing.
        film_ids: Which films; positions of normals are copied from lesions among them.
        seed: For the places of normal regions.
        progress: Called with a fraction from 0 to 1.

    Raises:
        DatasetError: MIAS is not there.
    """
    sources = open_films()
    truth = {film_id: annotations_by_film()[film_id] for film_id in film_ids}
    prepared: dict[str, Preprocessed] = {}
    films = []
    for i, film_id in enumerate(film_ids):
        mammogram = load_mammogram(sources[film_id])
        prepared[film_id] = preprocess(mammogram, config)
        grid = lay_out(prepared[film_id])
        features = network.run(grid.image, ["features"])["features"]
        cells = context_features(features)[grid.in_breast].astype(np.float32)
        grain = measure_grain(grid, features, network)
        of_truth = _truth_of(grid, truth[film_id], prepared[film_id])
        film = StudyFilm(
            film_id, woman_of(film_id), digest=mammogram.digest, grid=grid, cells=cells, grain=grain, **of_truth
        )
        films.append(film)
        progress(0.8 * (i + 1) / len(film_ids))
    regions = _sample_regions(prepared, truth, network, seed)
    progress(1.0)
    return Study(tuple(films), tuple(regions), prepared)


def relabelled(study: Study, truth: Truth, network: OnnxNetwork, seed: int = 0) -> Study:
    """Return the same films with another truth: cells labelled by it, and regions taken where it says.

    Arguments as `load_study`.
    """
    films = tuple(
        replace(film, **_truth_of(film.grid, truth[film.film_id], study.prepared[film.film_id])) for film in study.films
    )
    regions = _sample_regions(study.prepared, truth, network, seed)
    return replace(study, films=films, regions=tuple(regions))


def severity_of(annotations: tuple[Annotation, ...]) -> int:
    """Return the worst class of some annotations, as an index of `LABELS`."""
    return max(LABELS.index(a.severity) for a in annotations)


def _truth_of(grid: Grid, annotations: tuple[Annotation, ...], prepared: Preprocessed) -> dict:
    """Return the fields of a `StudyFilm` that hang on its truth."""
    labels, weights = _label_cells(grid.centres(), annotations, prepared.scale)
    label = severity_of(annotations)
    return {"label": label, "annotations": annotations, "cell_labels": labels, "cell_weights": weights}


def _label_cells(
    centres: np.ndarray, annotations: tuple[Annotation, ...], scale: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Return (labels, weights) of cells at `centres`.

    Films with an abnormality that has no place teach nothing about single cells: all of theirs are ignored.
    """
    labels, weights = np.zeros(len(centres), int), np.ones(len(centres))
    if any(a.severity != "normal" and a.circle is None for a in annotations):
        return np.full(len(centres), IGNORE), weights
    for a in sorted((a for a in annotations if a.circle), key=lambda a: LABELS.index(a.severity)):
        distance = np.hypot(*(centres * scale - (a.circle.x, a.circle.y)).T) / scale[0]
        radius = a.circle.radius_px / scale[0]
        labels[(distance < radius + _NEAR_LESION_PX) & (labels == 0)] = IGNORE
        inside = distance < max(radius * 0.8, CELL_PX * 0.75)
        labels[inside] = LABELS.index(a.severity)
        weights[inside] = 8.0 / max(inside.sum(), 1)
    return labels, weights


def _sample_regions(
    prepared: Mapping[str, Preprocessed], truth: Truth, network: OnnxNetwork, seed: int
) -> list[Region]:
    """Take every annotated place, and from every normal film one matched normal and one hard normal."""
    lesions = {
        film_id: [
            (LABELS.index(a.severity), a.circle.x / film.scale[0], a.circle.y / film.scale[1])
            for a in truth[film_id]
            if a.circle
        ]
        for film_id, film in prepared.items()
    }
    labels = {film_id: severity_of(truth[film_id]) for film_id in prepared}
    places = region_places(prepared, lesions, labels, REGION_PX, seed)
    return [
        Region(
            *(place.film_id, place.kind, place.label, *_to_film(prepared[place.film_id], place.x, place.y)),
            region_features(prepared[place.film_id], place.x, place.y, network),
        )
        for place in _with_hard_lesions(places, prepared)
    ]


def _with_hard_lesions(places: Iterable[Place], prepared: Mapping[str, Preprocessed]) -> Iterator[Place]:
    """Yield places, each lesion's followed by the blob nearest to it.

    Hard normals lie on blobs. So that a blob alone tells nothing, lesions stand against them from the blob nearest to
    the annotated place; a lesion none of whose blobs' squares holds that place has no such region.
    """
    taken: set[tuple[str, float, float]] = set()  # two lesions may share a blob, which then counts once
    for place in places:
        yield place
        if place.kind == "lesion":
            blob = blob_within(prepared[place.film_id], (place.x, place.y), REGION_PX / 2)
            if blob and (place.film_id, *blob) not in taken:
                taken.add((place.film_id, *blob))
                yield replace(place, kind="hard_lesion", x=blob[0], y=blob[1])


def _to_film(film: Preprocessed, x: float, y: float) -> tuple[float, float]:
    return x * film.scale[0], y * film.scale[1]


def region_features(film: Preprocessed, x: float, y: float, network: OnnxNetwork) -> np.ndarray:
    """Return (8, 464) raw features of the square around (x, y) in prepared pixels, one row an orientation."""
    crop = cut_region(film.image, x, y)
    return np.stack([pool_region(network.run(turned, ["features"])["features"]) for turned in orientations(crop)])
