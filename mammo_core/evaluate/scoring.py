"""Scoring films, breasts, women, regions and marks with heads that have not seen them."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np

from mammo_core.evaluate.fit import Heads, ScanConfig, Women
from mammo_core.evaluate.study import Region, Study, StudyFilm
from mammo_core.network.geometry import N_FEATURES
from mammo_core.reading.applicability import look_distance
from mammo_core.reading.scores import breast_summary, evidence, film_summary, strongest_cells, woman_summary
from mammo_core.types import LABELS


@dataclass(frozen=True)
class Mark:
    """A strongest place of a film: its cell, margins and what lies there (0, 1, 2, or `IGNORE` at a lesion's rim)."""

    cell: tuple[int, int]
    scores: tuple[float, float]
    truth: int


@dataclass(eq=False)
class Scores:
    """Scores of films that the heads have not seen, to fit constants on and to report.

    Attributes:
        films: The films, both of each woman.
        summaries: `film_summary` of each.
        looks: `look_distance` of each.
        marks: Strongest places of each.
        gradcam: (x, y) in film pixels of the highest cell of Grad-CAM for `malignant`, None where it is empty.
        regions: The regions.
        region_margins: (2,) of each.
    """

    films: list[StudyFilm] = field(default_factory=list)
    summaries: list[np.ndarray] = field(default_factory=list)
    looks: list[float] = field(default_factory=list)
    marks: list[list[Mark]] = field(default_factory=list)
    gradcam: list[tuple[float, float] | None] = field(default_factory=list)
    regions: list[Region] = field(default_factory=list)
    region_margins: list[np.ndarray] = field(default_factory=list)

    def add(self, other: Scores) -> None:
        """Append another part's scores."""
        for column in fields(self):
            getattr(self, column.name).extend(getattr(other, column.name))

    def breasts(self) -> tuple[list[int], np.ndarray]:
        """Return which films have the woman's other one here, and their (n, 2) summaries against it."""
        other = self._others()
        known = [i for i in range(len(self.films)) if i in other]
        return known, np.array([breast_summary(self.summaries[i], self.summaries[other[i]]) for i in known])

    def women(self) -> tuple[list[tuple[int, int]], np.ndarray]:
        """Return the two films of each woman, in the order of the films, and the (n, 2) summaries of the women."""
        pairs = [(i, j) for i, j in self._others().items() if i < j]
        return pairs, np.array([woman_summary(self.summaries[i], self.summaries[j]) for i, j in pairs])

    def woman_label(self, pair: tuple[int, int]) -> int:
        """Return a woman's worst class."""
        return max(self.films[i].label for i in pair)

    def _others(self) -> dict[int, int]:
        """Return {index of a film: index of the woman's other film}, in the order of the films."""
        of_woman: dict[int, list[int]] = {}
        for i, film in enumerate(self.films):
            of_woman.setdefault(film.woman_id, []).append(i)
        others = {}
        for pair in of_woman.values():
            if len(pair) == 2:
                others |= {pair[0]: pair[1], pair[1]: pair[0]}
        return dict(sorted(others.items()))


def score(study: Study, women: Women, heads: Heads, scan: ScanConfig) -> Scores:
    """Score the films and regions of `women`."""
    scores = Scores()
    for film in study.films_of(women):
        cell_margins = heads.film_margins(film)
        scores.films.append(film)
        scores.summaries.append(film_summary(cell_margins, scan.top_cells))
        scores.looks.append(look_distance(film.cells[:, :N_FEATURES], *heads.look))
        scores.marks.append(marks_of(film, cell_margins, scan))
        scores.gradcam.append(gradcam_point(film, heads))
    scores.regions = study.regions_of(women)
    scores.region_margins = [heads.region_margins(region) for region in scores.regions]
    return scores


def marks_of(film: StudyFilm, cell_margins: np.ndarray, scan: ScanConfig) -> list[Mark]:
    """Return the film's strongest places with the truth of the cell they fall on."""
    shape = film.grid.in_breast.shape
    score, truth = np.full(shape, -np.inf), np.zeros(shape, int)
    score[film.grid.in_breast], truth[film.grid.in_breast] = cell_margins[:, 0], film.cell_labels
    index = np.full(shape, -1)
    index[film.grid.in_breast] = np.arange(len(cell_margins))
    cells = strongest_cells(score, film.grid.in_breast, scan.n_candidates, scan.apart_cells)
    return [Mark((c, r), tuple(cell_margins[index[r, c]]), int(truth[r, c])) for c, r in cells]


def gradcam_point(film: StudyFilm, heads: Heads, target: str = "malignant") -> tuple[float, float] | None:
    """Return where closed-form Grad-CAM (see `explain.film_gradcam`) is highest, in film pixels; None for an empty map.

    MIAS films are prepared at their own 0.2 mm, so prepared pixels are film pixels.
    """
    weights = evidence(heads.film[0])[:, LABELS.index(target)]
    heat = film.cells @ weights - np.tile(heads.cells[0], len(weights) // len(heads.cells[0])) @ weights
    if heat.max() <= 0:
        return None
    x, y = film.grid.centres()[int(heat.argmax())]
    return float(x), float(y)
