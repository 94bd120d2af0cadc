"""Fitting both heads on the films and regions of some women. Used alike inside the folds and for the release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import product

import numpy as np

from mammo_core.evaluate.study import Region, Study, StudyFilm
from mammo_core.network.geometry import N_FEATURES
from mammo_core.network.heads import HeadConfig, fit_head
from mammo_core.reading.scores import margins

_RANDOM_CELLS = 30
_MINED_CELLS = 20
_MINING_ROUNDS = 2

Linear = tuple[np.ndarray, np.ndarray]
"""Weights and bias on raw features."""
Women = frozenset[int]


@dataclass(frozen=True)
class ScanConfig:
    """How cells become a film's answer. Part of the model; frozen before evaluation.

    Attributes:
        top_cells: Highest cells averaged for the film's score.
        n_candidates: Marks shown per film.
        apart_cells: Smallest distance between two marks, in cells of 3.2 mm.
    """

    top_cells: int = 5
    n_candidates: int = 6
    apart_cells: int = 4


@dataclass(frozen=True)
class HeadGrid:
    """What a head may be fitted with; inner folds choose among all combinations.

    Attributes:
        n_components: Numbers of principal components.
        inverse_penalty: Inverse strengths of the L2 penalty.
        whiten: Whether components are scaled to unit variance.
        grain_penalty: How much grain is penalised.
    """

    n_components: tuple[int, ...]
    inverse_penalty: tuple[float, ...]
    whiten: tuple[bool, ...] = (True,)
    grain_penalty: tuple[float, ...] = (0.0,)

    def heads(self) -> list[HeadConfig]:
        """Return every combination."""
        return [HeadConfig(*combination) for combination in product(*vars(self).values())]

    @classmethod
    def only(cls, head: HeadConfig) -> HeadGrid:
        """Return the grid that leaves no choice."""
        return cls(*((value,) for value in vars(head).values()))


@dataclass(frozen=True)
class TrainConfig:
    """Everything that can be set for training, with the defaults of the released model.

    Attributes:
        region: Choices for the region head.
        film: Choices for the film head.
        scan: From cells to a film's answer.
        screening_sensitivity: Share of malignant cases at or above the point `screening`, the doubt band's lower end.
        malignant_specificity: Share of other cases below the point `specific`, its upper end.
        look_share: Share of training films whose look counts as inside.
        seed: For sampling and solvers.
    """

    region: HeadGrid = field(default_factory=lambda: HeadGrid((160, 232), (1e-3, 3e-4), (True,), (5.0,)))
    film: HeadGrid = field(default_factory=lambda: HeadGrid((160, 240), (1e-4, 3e-5), (True,), (25.0,)))
    scan: ScanConfig = field(default_factory=ScanConfig)
    screening_sensitivity: float = 0.90
    malignant_specificity: float = 0.95
    look_share: float = 0.99
    seed: int = 0

    def to_dict(self) -> dict:
        """Return a JSON-ready dict."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class Heads:
    """Both linear heads on raw features, and what the films they learned from are like.

    Attributes:
        region: Weights (464, 3) and bias (3,).
        film: Weights (696, 3) and bias (3,).
        look: (mean, deviation) over training films of a film's mean features, (232,) each.
        cells: (mean, deviation) of the features over the training films' breast cells, (232,) each.
    """

    region: Linear
    film: Linear
    look: tuple[np.ndarray, np.ndarray]
    cells: tuple[np.ndarray, np.ndarray]

    def film_margins(self, film: StudyFilm) -> np.ndarray:
        """Return (n, 2) margins of the film's cells."""
        return margins(film.cells @ self.film[0] + self.film[1])

    def region_margins(self, region: Region) -> np.ndarray:
        """Return (2,) margins of a region, its logits averaged over the eight orientations."""
        return margins((region.features @ self.region[0] + self.region[1]).mean(axis=0))


class Fits:
    """Heads of one study, fitted when first asked for and kept: inner folds are shared between outer ones."""

    def __init__(self, study: Study, config: TrainConfig) -> None:
        self.study = study
        self._config = config
        self._kept: dict[tuple[str, Women, HeadConfig], Linear] = {}

    def region(self, women: Women, head: HeadConfig) -> Linear:
        """Return the region head fitted on `women`."""
        return self._once("region", women, head)

    def film(self, women: Women, head: HeadConfig) -> Linear:
        """Return the film head fitted on `women`."""
        return self._once("film", women, head)

    def heads(self, women: Women, region: HeadConfig, film: HeadConfig) -> Heads:
        """Return both heads, and what the films of `women` are like."""
        films = self.study.films_of(women)
        looks = np.array([film.cells[:, :N_FEATURES].mean(axis=0) for film in films])
        look = looks.mean(axis=0), looks.std(axis=0)
        return Heads(self.region(women, region), self.film(women, film), look, cell_statistics(films))

    def _once(self, of: str, women: Women, head: HeadConfig) -> Linear:
        key = (of, women, head)
        if key not in self._kept:
            fit = {"region": self._fit_region, "film": self._fit_film}[of]
            self._kept[key] = fit(women, head)
        return self._kept[key]

    def _fit_region(self, women: Women, head: HeadConfig) -> Linear:
        regions = [region for region in self.study.regions_of(women) if region.teaches]
        features = np.concatenate([region.features for region in regions])
        labels = np.repeat([region.label for region in regions], len(regions[0].features))
        grain = np.mean([film.grain.regions for film in self.study.films_of(women)], axis=0)
        return fit_head(features, labels, np.ones(len(labels)), head, self._config.seed, grain)

    def _fit_film(self, women: Women, head: HeadConfig) -> Linear:
        return fit_film_head(self.study.films_of(women), head, self._config.seed)


def fit_film_head(films: Sequence[StudyFilm], head: HeadConfig, seed: int) -> Linear:
    """Fit the film head on all lesion cells and some normal ones, then add the normal cells it is wrong about.

    Hard negative mining, on the training films themselves: Sung and Poggio, "Example-based learning for view-based
    human face detection", 1998.
    """
    rng = np.random.default_rng(seed)
    grain = np.mean([film.grain.cells for film in films], axis=0)
    chosen = []
    for film in films:
        normal = np.flatnonzero(film.cell_labels == 0)
        some = rng.choice(normal, min(_RANDOM_CELLS, len(normal)), replace=False)
        chosen.append(np.union1d(np.flatnonzero(film.cell_labels > 0), some))
    fitted = _fit_cells(films, chosen, head, seed, grain)
    for _ in range(_MINING_ROUNDS):
        for i, film in enumerate(films):
            abnormal = margins(film.cells @ fitted[0] + fitted[1])[:, 0]
            abnormal[film.cell_labels != 0] = -np.inf
            worst = np.argsort(-abnormal)[:_MINED_CELLS]
            chosen[i] = np.union1d(chosen[i], worst[np.isfinite(abnormal[worst])])
        fitted = _fit_cells(films, chosen, head, seed, grain)
    return fitted


def _fit_cells(
    films: Sequence[StudyFilm], chosen: list[np.ndarray], head: HeadConfig, seed: int, grain: np.ndarray
) -> Linear:
    features = np.concatenate([film.cells[cells] for film, cells in zip(films, chosen, strict=True)])
    labels = np.concatenate([film.cell_labels[cells] for film, cells in zip(films, chosen, strict=True)])
    weights = np.concatenate([film.cell_weights[cells] for film, cells in zip(films, chosen, strict=True)])
    return fit_head(features, labels, weights, head, seed, grain)


def cell_statistics(films: Sequence[StudyFilm]) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard deviation of the raw features over all breast cells, (232,) each."""
    parts = [film.cells[:, :N_FEATURES].astype(np.float64) for film in films]
    count = sum(map(len, parts))
    mean = sum(part.sum(axis=0) for part in parts) / count
    variance = sum(((part - mean) ** 2).sum(axis=0) for part in parts) / count
    return mean, np.sqrt(variance)
