"""The recipe's scan of a film: every cell scored by a linear head and by trees on mined hard negatives, averaged.

A film's score is the mean of its five strongest cells, for abnormal and for malignant alike. The linear head learns
from random normal cells only: mined ones make trees better and a linear head worse (repeat 1, on which all that the
study leaves open was chosen: whitening, sizes of trees, cells mined).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from benchmarks.recipe.features import N_CELL_CHANNELS
from benchmarks.recipe.learners import Model, fit_linear, fit_trees
from benchmarks.recipe.material import Film
from mammo_core.mias.splits import deal_folds
from mammo_core.reading.scores import breast_summary, strongest_cells, woman_summary

_RANDOM_CELLS = 30
_MINED_CELLS = 40
_N_INNER = 3
_TOP_CELLS = 5
_N_MARKS = 6
_APART_CELLS = 4
_TREES = {"n_estimators": 100, "learning_rate": 0.06, "num_leaves": 15, "min_child_samples": 40, "max_bin": 63}
_TREES |= {"subsample": 0.7, "colsample_bytree": 0.15, "reg_lambda": 5.0}


Fit = Callable[[np.ndarray, np.ndarray, np.ndarray], Model]
"""From features, labels and weights of cells to a model of cells."""


@dataclass(frozen=True, eq=False)
class Scan:
    """A film's scores: `summary` (2,) log odds of abnormal and of malignant; `marks` its strongest places.

    A mark is (x, y, log odds of abnormal, of malignant), (x, y) in film pixels.
    """

    summary: np.ndarray
    marks: np.ndarray


def scan_films(train: Sequence[Film], test: Sequence[Film]) -> dict[str, list[Scan]]:
    """Score one fold's films.

    Returns:
        {variant: scans of `test`}; `average` is the recipe, `linear` and `trees` its parts, and `average-both-mined`
        has a linear head that learned from mined cells too.
    """
    chosen = _first_cells(train)
    inner = deal_folds(sorted({film.woman_id for film in train}), _N_INNER, 0)
    parts = [inner[film.woman_id] for film in train]
    fits = {
        "linear": (_fit_linear, chosen),
        "linear-mined": (_fit_linear, _mine(train, chosen, parts, _fit_linear)),
        "trees": (_fit_trees, _mine(train, chosen, parts, _fit_trees)),
    }
    odds = {}
    for name, (fit, cells) in fits.items():
        model = fit(*_stack(train, cells))
        odds[name] = [_log_odds(model(film.cells)) for film in test]
    odds["average"] = _mean(odds["linear"], odds["trees"])
    odds["average-both-mined"] = _mean(odds["linear-mined"], odds["trees"])
    return {
        name: [summarise(film, of_film) for film, of_film in zip(test, of_films, strict=True)]
        for name, of_films in odds.items()
    }


def _mean(first: list[np.ndarray], second: list[np.ndarray]) -> list[np.ndarray]:
    return [(a + b) / 2 for a, b in zip(first, second, strict=True)]


def summarise(film: Film, odds: np.ndarray) -> Scan:
    """Return a film's scan from its cells' (n, 2) log odds of abnormal and of malignant."""
    summary = np.sort(odds, axis=0)[-_TOP_CELLS:].mean(axis=0)
    inside = film.grid.in_breast
    maps = np.full((*inside.shape, 2), -np.inf)
    maps[inside] = odds
    cells = strongest_cells(maps[..., 0], inside, _N_MARKS, _APART_CELLS)
    return Scan(summary, np.concatenate([film.grid.to_prepared(cells), maps[cells[:, 1], cells[:, 0]]], axis=1))


def probabilities(odds: np.ndarray) -> np.ndarray:
    """Return (..., 3) scores that sum to 1 and rank as the log odds of abnormal and of malignant do, whatever they are.

    They are no probabilities: each event keeps half of the range to itself, so that neither disturbs the other.
    """
    abnormal, malignant = np.moveaxis(expit(odds) / 2, -1, 0)
    return np.stack([0.5 - abnormal, 0.5 + abnormal - malignant, malignant], axis=-1)


def of_breasts(first: Scan, second: Scan) -> tuple[np.ndarray, np.ndarray]:
    """Return both breasts' log odds, each less half of the other's."""
    return breast_summary(first.summary, second.summary), breast_summary(second.summary, first.summary)


def of_woman(first: Scan, second: Scan) -> np.ndarray:
    """Return a woman's log odds: the larger breast's with half of the difference added."""
    return woman_summary(first.summary, second.summary)


def _fit_linear(features: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> Model:
    """Fit the linear head, which leaves the filter bank out."""
    model = fit_linear(features[:, :-N_CELL_CHANNELS], labels, weights, 96, 0.001, whiten=True)
    return lambda cells: model(cells[:, :-N_CELL_CHANNELS])


def _fit_trees(features: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> Model:
    return fit_trees(features, labels, weights, **_TREES)


def _log_odds(logs: np.ndarray) -> np.ndarray:
    """Return (n, 2) log odds of abnormal and of malignant for (n, 3) log probabilities."""
    normal, benign, malignant = logs.T
    abnormal = np.logaddexp(benign, malignant)
    return np.stack([abnormal - normal, malignant - np.logaddexp(normal, benign)], axis=1)


def _first_cells(films: Sequence[Film]) -> list[np.ndarray]:
    """Return all lesion cells and some normal ones of each film."""
    rng = np.random.default_rng(0)
    chosen = []
    for film in films:
        normal = np.flatnonzero(film.cell_labels == 0)
        some = rng.choice(normal, min(_RANDOM_CELLS, len(normal)), replace=False)
        chosen.append(np.union1d(np.flatnonzero(film.cell_labels > 0), some))
    return chosen


def _mine(films: Sequence[Film], chosen: list[np.ndarray], parts: Sequence[int], fit: Fit) -> list[np.ndarray]:
    """Return `chosen` with the normal cells added that a model of other women finds most abnormal."""
    mined = list(chosen)
    for part in range(_N_INNER):
        others = [i for i, of_film in enumerate(parts) if of_film != part]
        model = fit(*_stack([films[i] for i in others], [chosen[i] for i in others]))
        for i in (i for i, of_film in enumerate(parts) if of_film == part):
            normal = np.flatnonzero(films[i].cell_labels == 0)
            if len(normal):
                abnormal = _log_odds(model(films[i].cells[normal]))[:, 0]
                mined[i] = np.union1d(chosen[i], normal[np.argsort(-abnormal, kind="stable")[:_MINED_CELLS]])
    return mined


def _stack(films: Sequence[Film], chosen: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (features, labels, weights) of the chosen cells."""
    pairs = list(zip(films, chosen, strict=True))
    parts = ("cells", "cell_labels", "cell_weights")
    return tuple(np.concatenate([getattr(film, part)[cells] for film, cells in pairs]) for part in parts)
