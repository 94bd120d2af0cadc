"""Fitting heads, calibration and doubt band from a study. Used alike inside the folds and for the release."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, field, fields

import numpy as np
from sklearn.linear_model import LogisticRegression

from mammo_core.evaluate.study import IGNORE, Region, Study, StudyFilm
from mammo_core.network.geometry import N_FEATURES
from mammo_core.network.heads import HeadConfig, fit_head
from mammo_core.reading.applicability import look_distance
from mammo_core.reading.scores import Calibration, DoubtBand, film_summary, margins, strongest_cells

_RANDOM_CELLS = 30
_MINED_CELLS = 20
_MINING_ROUNDS = 2


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
class TrainConfig:
    """Everything that can be set for training, with the defaults of the released model.

    Attributes:
        region: The region head.
        film: The film head.
        scan: From cells to a film's answer.
        screening_sensitivity: Share of malignant films that must lie above the doubt band's lower end.
        malignant_specificity: Share of other films that must lie below its upper end.
        look_share: Share of training films whose look counts as inside.
        seed: For sampling and solvers.
    """

    region: HeadConfig = field(default_factory=lambda: HeadConfig(n_components=128, inverse_penalty=0.01))
    film: HeadConfig = field(default_factory=lambda: HeadConfig(n_components=96, inverse_penalty=0.001))
    scan: ScanConfig = field(default_factory=ScanConfig)
    screening_sensitivity: float = 0.90
    malignant_specificity: float = 0.95
    look_share: float = 0.99
    seed: int = 0

    def to_dict(self) -> dict:
        """Return a JSON-ready dict."""
        return asdict(self)


Linear = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, eq=False)
class Heads:
    """Both linear heads on raw features, and what the films they learned from look like.

    `look` is (mean, deviation) over training films of a film's mean features, (232,) each.
    """

    region: Linear
    film: Linear
    look: Linear

    def film_margins(self, film: StudyFilm) -> np.ndarray:
        """Return (n, 2) margins of the film's cells."""
        return margins(film.cells @ self.film[0] + self.film[1])

    def region_margins(self, region: Region) -> np.ndarray:
        """Return (2,) margins of a region, its logits averaged over the eight orientations."""
        return margins((region.features @ self.region[0] + self.region[1]).mean(axis=0))


@dataclass(frozen=True)
class Mark:
    """A strongest place of a film: its cell, margins and what lies there (0, 1, 2)."""

    cell: tuple[int, int]
    scores: tuple[float, float]
    truth: int


@dataclass(frozen=True)
class Constants:
    """What turns scores into answers: three calibrations, the doubt band and the limit of the look distance."""

    film: Calibration
    region: Calibration
    candidate: Calibration
    band: DoubtBand
    look_limit: float


def fit_heads(study: Study, women: Collection[int], config: TrainConfig) -> Heads:
    """Fit both heads on the films and regions of `women` only."""
    films = [film for film in study.films if film.woman_id in women]
    ids = {film.film_id for film in films}
    regions = [region for region in study.regions if region.film_id in ids]
    features = np.concatenate([region.features for region in regions])
    labels = np.repeat([region.label for region in regions], 8)
    region_head = fit_head(features, labels, np.ones(len(labels)), config.region, config.seed)
    looks = np.array([film.cells[:, :N_FEATURES].mean(axis=0) for film in films])
    return Heads(region_head, _fit_film_head(films, config), (looks.mean(axis=0), looks.std(axis=0)))


def _fit_film_head(films: list[StudyFilm], config: TrainConfig) -> Linear:
    """Fit the film head on all lesion cells and some normal ones, then add the normal cells it is wrong about."""
    rng = np.random.default_rng(config.seed)
    chosen = []
    for film in films:
        normal = np.flatnonzero(film.cell_labels == 0)
        some = rng.choice(normal, min(_RANDOM_CELLS, len(normal)), replace=False)
        chosen.append(np.union1d(np.flatnonzero(film.cell_labels > 0), some))
    head = _fit_cells(films, chosen, config)
    for _ in range(_MINING_ROUNDS):
        for i, film in enumerate(films):
            abnormal = margins(film.cells @ head[0] + head[1])[:, 0]
            abnormal[film.cell_labels != 0] = -np.inf
            worst = np.argsort(-abnormal)[:_MINED_CELLS]
            chosen[i] = np.union1d(chosen[i], worst[np.isfinite(abnormal[worst])])
        head = _fit_cells(films, chosen, config)
    return head


def _fit_cells(films: list[StudyFilm], chosen: list[np.ndarray], config: TrainConfig) -> Linear:
    features = np.concatenate([film.cells[cells] for film, cells in zip(films, chosen, strict=True)])
    labels = np.concatenate([film.cell_labels[cells] for film, cells in zip(films, chosen, strict=True)])
    weights = np.concatenate([film.cell_weights[cells] for film, cells in zip(films, chosen, strict=True)])
    return fit_head(features, labels, weights, config.film, config.seed)


def marks_of(film: StudyFilm, cell_margins: np.ndarray, scan: ScanConfig) -> list[Mark]:
    """Return the film's strongest places, with the truth of the cell they fall on (`IGNORE` at a lesion's rim)."""
    shape = film.grid.in_breast.shape
    score, truth = np.full(shape, -np.inf), np.zeros(shape, int)
    score[film.grid.in_breast], truth[film.grid.in_breast] = cell_margins[:, 0], film.cell_labels
    index = np.full(shape, -1)
    index[film.grid.in_breast] = np.arange(len(cell_margins))
    cells = strongest_cells(score, film.grid.in_breast, scan.n_candidates, scan.apart_cells)
    return [Mark((c, r), tuple(cell_margins[index[r, c]]), int(truth[r, c])) for c, r in cells]


@dataclass(eq=False)
class Scores:
    """Scores of films that the heads have not seen, to fit constants on and to report."""

    films: list[StudyFilm] = field(default_factory=list)
    summaries: list[np.ndarray] = field(default_factory=list)
    looks: list[float] = field(default_factory=list)
    marks: list[list[Mark]] = field(default_factory=list)
    regions: list[Region] = field(default_factory=list)
    region_margins: list[np.ndarray] = field(default_factory=list)

    def add(self, other: Scores) -> None:
        """Append another part's scores."""
        for column in fields(self):
            getattr(self, column.name).extend(getattr(other, column.name))


def score(study: Study, women: Collection[int], heads: Heads, scan: ScanConfig) -> Scores:
    """Score the films and regions of `women`."""
    scores = Scores()
    for film in study.films:
        if film.woman_id in women:
            cell_margins = heads.film_margins(film)
            scores.films.append(film)
            scores.summaries.append(film_summary(cell_margins, scan.top_cells))
            scores.looks.append(look_distance(film.cells[:, :N_FEATURES], *heads.look))
            scores.marks.append(marks_of(film, cell_margins, scan))
    ids = {film.film_id for film in scores.films}
    scores.regions = [region for region in study.regions if region.film_id in ids]
    scores.region_margins = [heads.region_margins(region) for region in scores.regions]
    return scores


def fit_constants(scores: Scores, config: TrainConfig) -> Constants:
    """Fit calibrations and doubt band on scores of films that the heads had not seen."""
    film = fit_calibration(scores.summaries, [film.label for film in scores.films])
    region = fit_calibration(scores.region_margins, [region.label for region in scores.regions])
    marks = [mark for film_marks in scores.marks for mark in film_marks if mark.truth != IGNORE]
    candidate = fit_calibration([mark.scores for mark in marks], [mark.truth for mark in marks])
    malignant = film(np.array(scores.summaries))[:, 2]
    truth = np.array([film.label for film in scores.films]) == 2
    low = _quantile_below(malignant[truth], 1 - config.screening_sensitivity)
    high = max(low, float(np.quantile(malignant[~truth], config.malignant_specificity, method="higher")))
    look_limit = float(np.quantile(scores.looks, config.look_share))
    return Constants(film, region, candidate, DoubtBand(low, high), look_limit)


def _quantile_below(values: np.ndarray, share: float) -> float:
    """Return the largest threshold that at most `share` of the values lie under."""
    return float(np.quantile(values, share, method="lower"))


def fit_calibration(scores: list[np.ndarray], labels: list[int]) -> Calibration:
    """Fit both steps on (2,) margins with their labels (indices of `LABELS`, not all need occur)."""
    margins_of, truth = np.asarray(scores, dtype=float), np.asarray(labels)
    abnormal = truth > 0
    return Calibration(_platt(margins_of[:, 0], abnormal), _platt(margins_of[abnormal, 1], truth[abnormal] == 2))


def _platt(scores: np.ndarray, positive: np.ndarray) -> tuple[float, float]:
    """Return slope and intercept; where scores say nothing, or the wrong way round, the slope is 0: the base rate."""
    share = (positive.sum() + 0.5) / (len(positive) + 1)
    base_rate = (0.0, float(np.log(share / (1 - share))))
    if len(np.unique(positive)) < 2:
        return base_rate
    scale = max(float(scores.std()), 1e-9)
    model = LogisticRegression(C=10.0, max_iter=1000).fit(scores[:, None] / scale, positive)
    slope = float(model.coef_[0, 0]) / scale
    return (slope, float(model.intercept_[0])) if slope > 0 else base_rate
