"""What is told of each protocol, derived from the scores of its cases alone.

Conventions
-----------
- A case is a film or a region; its copies are pictures. Accuracy is the share of pictures called right; the AUC ranks
  cases by the mean score of their copies. Both are means over the deals.
- The interval comes from a bootstrap over women of that mean (`metrics.bootstrap`).
- The naive interval is what one would claim who took every picture for an independent case: the binomial one for
  accuracy (Wald), Hanley and McNeil's (1982) for the AUC, both with the number of pictures.
- Permuted labels: mean, least and most over the permutations, each tested on the first deal.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from mammo_core.evaluate.figures import report, rounded
from mammo_core.evaluate.leakage.material import film_of, n_copies
from mammo_core.evaluate.leakage.protocols import (
    HEAD,
    LEARNERS,
    N_FOLDS,
    N_PERMUTATIONS,
    N_REPEATS,
    PROTOCOLS,
    PUBLISHED,
    Protocol,
)
from mammo_core.metrics import bootstrap, roc
from mammo_core.mias.index import woman_of

FIGURES = ("accuracy", "auc")
_SCORES = tuple(f"score_{repeat}" for repeat in range(N_REPEATS))
_RIGHT = tuple(f"right_{repeat}" for repeat in range(N_REPEATS))
COLUMNS = ("protocol", "learner", "case_id", "y_true", *_SCORES, *_RIGHT)
"""Of `leakage_cases.csv`: a case under a protocol, its label there, and per deal its score and share called right."""
PERMUTED = ("protocol", "learner", "permutation", *FIGURES)
"""Of `leakage_permutations.csv`."""
_Z = 1.959964


def summarise(cases: pd.DataFrame, permutations: pd.DataFrame, model_id: str, seconds: float) -> dict:
    """Return every figure of the lab.

    Args:
        cases: With `COLUMNS`.
        permutations: With `PERMUTED`.
        model_id: Whose frozen layers and normal places were used.
        seconds: What it cost.

    Returns:
        A JSON-ready dict: settings, `published`, and `protocols` ({name: unit, n, and for each learner its figures}).
    """
    return {
        "model_id": model_id,
        "seconds": round(seconds),
        "settings": {"head": vars(HEAD), "folds": N_FOLDS, "deals": N_REPEATS, "permutations": N_PERMUTATIONS},
        "bootstrap": {"unit": "woman", "resamples": bootstrap.N_RESAMPLES, "seed": bootstrap.SEED},
        "published": PUBLISHED,
        "protocols": {p.name: _protocol(p, cases, permutations) for p in PROTOCOLS if p.name in set(cases["protocol"])},
    }


def plain_figures(labels: np.ndarray, scores: np.ndarray, right: np.ndarray) -> dict[str, float]:
    """Return accuracy and AUC of one deal, without intervals. Arguments (n,) as `run.score_cases` has them."""
    return {"accuracy": float(right.mean()), "auc": float(roc.auc(labels > 0, scores))}


def _protocol(protocol: Protocol, cases: pd.DataFrame, permutations: pd.DataFrame) -> dict:
    rows = cases[cases["protocol"] == protocol.name]
    first = rows[rows["learner"] == rows["learner"].iloc[0]]
    labels, copies = first["y_true"].to_numpy(int), n_copies(protocol.material)
    chance = permutations[permutations["protocol"] == protocol.name]
    return {
        "question": protocol.question,
        "dealt": protocol.unit,
        "unit": "film" if protocol.material == "films" else "region",
        "n": len(first),
        "n_women": int(_women(first).nunique()),
        "n_pictures": len(first) * copies,
        "class_counts": np.bincount(labels).tolist(),
        "commonest_class": rounded(np.bincount(labels).max() / len(labels)),
        "learners": {
            learner: _figures(rows[rows["learner"] == learner], chance[chance["learner"] == learner], copies)
            for learner in LEARNERS
        },
    }


def _women(rows: pd.DataFrame) -> pd.Series:
    return rows["case_id"].map(lambda case_id: woman_of(film_of(case_id)))


def _figures(rows: pd.DataFrame, chance: pd.DataFrame, copies: int) -> dict:
    women, positive = _women(rows).to_numpy(), rows["y_true"].to_numpy(int) > 0
    weights = bootstrap.resample_weights(women)
    scores, right = rows[list(_SCORES)].to_numpy(float).T, rows[list(_RIGHT)].to_numpy(float).T
    metrics = {
        "accuracy": lambda w: np.mean([bootstrap.mean(of_deal, w) for of_deal in right], axis=0),
        "auc": lambda w: np.mean([roc.auc(positive, of_deal, w) for of_deal in scores], axis=0),
    }
    deals = {"accuracy": right.mean(axis=1), "auc": [roc.auc(positive, of_deal) for of_deal in scores]}
    naive = {
        "accuracy": lambda value: naive_accuracy(value, len(rows) * copies),
        "auc": lambda value: naive_auc(value, int(positive.sum()) * copies, int((~positive).sum()) * copies),
    }
    found = {}
    for name in FIGURES:
        figure = report(bootstrap.estimate(metrics[name], weights), len(rows), "case")
        figure["naive_ci95"] = [rounded(end) for end in naive[name](figure["value"])]
        figure["deals"] = [rounded(value) for value in deals[name]]
        found[name] = figure | {"permuted": _spread(chance[name].to_numpy(float))}
    return found


def _spread(values: np.ndarray) -> Mapping[str, float | int | None]:
    ends = {"mean": values.mean(), "least": values.min(), "most": values.max()}
    return {name: rounded(value) for name, value in ends.items()} | {"n": len(values)}


def naive_accuracy(value: float, n_pictures: int) -> tuple[float, float]:
    """Return the interval of a share that takes every picture for an independent case."""
    reach = _Z * np.sqrt(value * (1 - value) / n_pictures)
    return max(value - reach, 0.0), min(value + reach, 1.0)


def naive_auc(value: float, n_positive: int, n_negative: int) -> tuple[float, float]:
    """Return the interval of an AUC that takes every picture for an independent case (Hanley and McNeil, 1982)."""
    q1, q2 = value / (2 - value), 2 * value**2 / (1 + value)
    variance = value * (1 - value) + (n_positive - 1) * (q1 - value**2) + (n_negative - 1) * (q2 - value**2)
    reach = _Z * np.sqrt(max(variance, 0.0) / (n_positive * n_negative))
    return max(value - reach, 0.0), min(value + reach, 1.0)
