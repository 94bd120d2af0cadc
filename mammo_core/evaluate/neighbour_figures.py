"""How often the similar cases tell the truth, out of fold: `neighbours.csv` and what is derived from it.

Conventions
-----------
- A row is one place of MIAS; its neighbours are of women of other folds (see `neighbours`).
- Agreement is the share of a place's neighbours that are of its own class (or on its own side of normal against
  abnormal), averaged over places. Chance is the same share among all the places that could have been found.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mammo_core.evaluate.figures import report, rounded
from mammo_core.evaluate.predictions import refuse_rows
from mammo_core.metrics import bootstrap, roc
from mammo_core.mias.index import FILM_IDS
from mammo_core.reading.similar import PLACES_NAME
from mammo_core.types import LABELS

NEIGHBOURS = tuple(f"n_{label}" for label in LABELS)
POOL = tuple(f"pool_{label}" for label in LABELS)
COLUMNS = ("film_id", "woman_id", "fold", "kind", "y_true", "x", "y", "nearest_distance", *NEIGHBOURS, *POOL)
"""Of `neighbours.csv`: a place, its distance to the nearest one out of fold, how many of its neighbours out of fold are
of each class, and how many places of each class could have been found."""
FIGURES = ("side", "class", "abnormal", *LABELS)
"""What is agreed upon: the side (normal or abnormal), the class; and these for the places of one class."""


def check_neighbours(rows: pd.DataFrame, folds: pd.Series) -> None:
    """Raise BundleError unless the rows of `neighbours.csv` are what they promise.

    Args:
        rows: With `COLUMNS`.
        folds: {woman: her fold in the headline partition} as a series.
    """
    refuse_rows(~rows["film_id"].isin(FILM_IDS), rows, PLACES_NAME, "film_id must be mdb001 to mdb322")
    refuse_rows(~rows["y_true"].isin(range(len(LABELS))), rows, PLACES_NAME, "y_true must be 0, 1 or 2")
    other = rows["woman_id"].map(folds).to_numpy(float) != rows["fold"].to_numpy(float)
    refuse_rows(other, rows, PLACES_NAME, "a place must be of the fold in which its woman is scored")
    counts = rows[[*NEIGHBOURS, *POOL]]
    refuse_rows((counts < 0).any(axis=1), rows, PLACES_NAME, "counts must be 0 or more")
    empty = (counts[list(NEIGHBOURS)].sum(axis=1) == 0) | (counts[list(POOL)].sum(axis=1) == 0)
    refuse_rows(empty, rows, PLACES_NAME, "every place must have a neighbour")


def derive_neighbours(rows: pd.DataFrame) -> dict:
    """Return the agreement of neighbours with the truth, beside chance, from the rows of `neighbours.csv`.

    Returns:
        {"n", "n_women", "neighbours" (the most that a place has), "figures": {name of `FIGURES`: {"value", "ci95",
        "n", "unit", "chance", "above_chance" (the paired difference)}}, "auc_normal_vs_abnormal": that of the share of
        abnormal neighbours}.
    """
    truth, women = rows["y_true"].to_numpy(int), rows["woman_id"].to_numpy(int)
    weights = bootstrap.resample_weights(women)
    shares, pools = (_shares(rows, columns) for columns in (NEIGHBOURS, POOL))
    figures = {}
    for name in FIGURES:
        among = _among(name, truth)
        found, chance = (_agreement(name, part, truth)[among] for part in (shares, pools))
        figures[name] = _estimate(found, women[among], weights[:, among])
        figures[name] |= {"chance": rounded(chance.mean()) if len(chance) else None}
        figures[name] |= {"above_chance": _estimate(found - chance, women[among], weights[:, among])}
    area = bootstrap.estimate(lambda w: roc.auc(truth > 0, shares[:, 1:].sum(axis=1), w), weights)
    return {
        "n": len(rows),
        "n_women": len(np.unique(women)),
        "neighbours": int(rows[list(NEIGHBOURS)].sum(axis=1).max()),
        "figures": figures,
        "auc_normal_vs_abnormal": report(area, len(rows), "region"),
    }


def _shares(rows: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    counts = rows[list(columns)].to_numpy(float)
    return counts / counts.sum(axis=1, keepdims=True)


def _among(name: str, truth: np.ndarray) -> np.ndarray:
    if name in LABELS:
        return truth == LABELS.index(name)
    return truth > 0 if name == "abnormal" else np.ones(len(truth), bool)


def _agreement(name: str, shares: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Return, for each place, the share of others that agree with it."""
    if name in ("side", "abnormal"):
        return np.where(truth > 0, shares[:, 1:].sum(axis=1), shares[:, 0])
    return shares[np.arange(len(truth)), truth]


def _estimate(values: np.ndarray, women: np.ndarray, weights: np.ndarray) -> dict:
    return report(bootstrap.estimate_mean(values, women, weights), len(values), "region")
