"""A study of random numbers in place of films, quick to fit."""

import numpy as np

from mammo_core.evaluate.fit import HeadGrid, ScanConfig, TrainConfig
from mammo_core.evaluate.grain import Grain
from mammo_core.evaluate.study import Region, Study, StudyFilm
from mammo_core.mias.index import FILM_IDS, annotations_by_film, film_class, woman_of
from mammo_core.network.grid import Grid
from mammo_core.types import LABELS

N_WOMEN = 80
FILMS = FILM_IDS[: 2 * N_WOMEN]
GRID = HeadGrid((20,), (1.0,))
SETTINGS = TrainConfig(GRID, GRID, ScanConfig(2, 3, 2))
CELL_NUMBERS = 20
NO_GRAIN = Grain(np.zeros((CELL_NUMBERS, CELL_NUMBERS)), np.zeros((CELL_NUMBERS, CELL_NUMBERS)))


def draw_study(signal):
    """Cells and regions as random numbers with each woman's own fingerprint in them, and `signal` of the truth."""
    rng = np.random.default_rng(0)
    fingerprints = rng.normal(size=(N_WOMEN + 1, CELL_NUMBERS)) * 3
    grid = Grid(np.zeros((96, 96), np.uint8), (0, 0), np.ones((6, 6), bool))
    films, regions = [], []
    for film_id in FILMS:
        woman, label = woman_of(film_id), LABELS.index(film_class(film_id))
        labels = np.zeros(36, int)
        labels[:6] = label
        cells = rng.normal(size=(36, CELL_NUMBERS)) + fingerprints[woman]
        cells[np.arange(36), labels] += signal * (labels > 0)
        annotations = annotations_by_film()[film_id]
        films.append(StudyFilm(film_id, woman, label, annotations, film_id, grid, cells, labels, np.ones(36), NO_GRAIN))
        features = rng.normal(size=(8, CELL_NUMBERS)) + fingerprints[woman]
        features[:, label] += signal * (label > 0)
        kind = "lesion" if label else "hard_normal"
        regions.append(Region(film_id, kind, label, float(len(regions)), 5.0, features))
    return Study(tuple(films), tuple(regions))
