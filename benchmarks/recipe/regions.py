"""The recipe's region scores: a linear head on middle layers in eight orientations, and trees on hand-made features.

Both are trained on lesions at their annotated places and on random and hard normals; how the average fares when trained
on random ones only is told as well.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.recipe.learners import Model, fit_linear, fit_trees
from benchmarks.recipe.material import Place
from mammo_core.evaluate.constants import fit_calibration
from mammo_core.mias.splits import deal_folds
from mammo_core.reading.scores import margins

_TREES = {"n_estimators": 150, "learning_rate": 0.05, "num_leaves": 15, "min_child_samples": 15}
_TREES |= {"subsample": 0.8, "colsample_bytree": 0.3, "reg_lambda": 1.0}
_N_INNER = 4
RANDOM_ONLY = "average-random-normals"
UNCALIBRATED = "average-uncalibrated"


def score_regions(train: Sequence[Place], test: Sequence[Place]) -> dict[str, np.ndarray]:
    """Score one fold's regions.

    Benign against malignant is close to noise here. Left as it is, it spoils the ranking of malignant against the
    rest by about 0.05, so it is calibrated on inner folds as our own model's is, which shrinks it to what it is worth.

    Args:
        train: The training women's regions.
        test: The others'.

    Returns:
        {variant: (n, 3) probabilities of `test`}; `average` is the recipe.
    """
    train = [place for place in train if place.kind != "hard_lesion"]
    inner = deal_folds(sorted({place.woman_id for place in train}), _N_INNER, 0)
    parts = np.array([inner[place.woman_id] for place in train])
    held_out = {name: np.zeros((len(train), 2)) for name in ("linear", "trees", "average")}
    for part in range(_N_INNER):
        rows = np.flatnonzero(parts == part)
        found = _margins([train[i] for i in np.flatnonzero(parts != part)], [train[i] for i in rows])
        for name, scores in found.items():
            held_out[name][rows] = scores
    labels = [place.label for place in train]
    scores = _margins(train, test)
    result = {name: fit_calibration(held_out[name], labels)(scores[name]) for name in scores}
    result[UNCALIBRATED] = _softmax(scores["average"])
    result[RANDOM_ONLY] = _softmax(_margins([place for place in train if place.kind != "hard_normal"], test)["average"])
    return result


def _margins(train: Sequence[Place], test: Sequence[Place]) -> dict[str, np.ndarray]:
    """Return {learner: (n, 2) margins of `test`}, and the mean of both."""
    labels = np.array([place.label for place in train])
    linear = _fit_oriented(train, labels)
    trees = fit_trees(np.stack([place.drawn for place in train]), labels, np.ones(len(labels)), **_TREES)
    found = {
        "linear": margins(np.stack([linear(place.deep) for place in test]).mean(axis=1)),
        "trees": margins(trees(np.stack([place.drawn for place in test]))),
    }
    return found | {"average": (found["linear"] + found["trees"]) / 2}


def _fit_oriented(train: Sequence[Place], labels: np.ndarray) -> Model:
    features = np.concatenate([place.deep for place in train])
    turns = len(train[0].deep)
    return fit_linear(features, np.repeat(labels, turns), np.ones(len(features)), 128, 0.001, whiten=False)


def _softmax(scores: np.ndarray) -> np.ndarray:
    """Return (n, 3) probabilities of (n, 2) margins taken at their word."""
    abnormal, malignant = 1 / (1 + np.exp(-scores.T))
    return np.stack([1 - abnormal, abnormal * (1 - malignant), abnormal * malignant], axis=1)
