"""Nested cross-validation by woman: every film, region and mark is scored by a model that never saw its woman.

For each outer fold the heads are fitted on the other four. Calibration and doubt band come from inner scores: each of
those four folds scored by heads fitted on the other three. So nothing that is reported was tuned on what it reports;
only where normal regions are taken from follows the places (not the looks) of all women's lesions.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from mammo_core.evaluate.fit import Constants, Heads, Scores, TrainConfig, fit_constants, fit_heads, score
from mammo_core.evaluate.study import Study
from mammo_core.mias.index import woman_of
from mammo_core.mias.splits import N_FOLDS, load_folds
from mammo_core.network.geometry import REGION_PX
from mammo_core.reading.scores import Calibration

PREDICTION_COLUMNS = (
    *("unit", "repeat", "fold", "film_id", "woman_id", "y_true"),
    *("p_normal", "p_benign", "p_malignant", "decision", "kind", "x", "y"),
)
CANDIDATE_COLUMNS = (
    *("repeat", "fold", "film_id", "x", "y", "width", "height", "p_normal", "p_benign", "p_malignant"),
)
HISTORY_COLUMNS = ("repeat", "fold", "n_women", "head", "training_log_loss", "held_out_log_loss")


@dataclass(frozen=True, eq=False)
class OutOfFold:
    """One repeat's result: rows of the three CSV files, the pooled scores, and films that looked unlike the others."""

    predictions: list[dict]
    candidates: list[dict]
    history: list[dict]
    scores: Scores
    outside: list[str]


def cross_validate(
    study: Study, config: TrainConfig, repeat: int, progress: Callable[[float], None] = lambda fraction: None
) -> OutOfFold:
    """Score a study out of fold.

    Args:
        study: Films and regions.
        config: Settings of the heads.
        repeat: Which of the committed partitions of women.
        progress: Called with a fraction from 0 to 1.

    """
    folds = {woman: of_repeat[repeat] for woman, of_repeat in load_folds().items()}
    present = {film.woman_id for film in study.films}
    parts = [{woman for woman in present if folds[woman] == fold} for fold in range(N_FOLDS)]
    left_out = [frozenset(s) for n in (1, 2) for s in combinations(range(N_FOLDS), n)]
    heads: dict[frozenset[int], Heads] = {}
    for i, out in enumerate(left_out):
        women = set().union(*(parts[fold] for fold in range(N_FOLDS) if fold not in out))
        heads[out] = fit_heads(study, women, config)
        progress((i + 1) / len(left_out))
    result = OutOfFold([], [], [], Scores(), [])
    for fold in range(N_FOLDS):
        inner = Scores()
        for other in range(N_FOLDS):
            if other != fold:
                inner.add(score(study, parts[other], heads[frozenset({fold, other})], config.scan))
        outer = score(study, parts[fold], heads[frozenset({fold})], config.scan)
        constants = fit_constants(inner, config)
        result.predictions.extend(prediction_rows(outer, constants, repeat, fold))
        result.candidates.extend(candidate_rows(outer, constants, repeat, fold))
        result.history.extend(history_rows(inner, outer, constants, repeat, fold))
        result.scores.add(outer)
        looks = zip(outer.films, outer.looks, strict=True)
        result.outside.extend(film.film_id for film, look in looks if look > constants.look_limit)
    return result


def prediction_rows(scores: Scores, constants: Constants, repeat: int, fold: int) -> list[dict]:
    """Return the films' and regions' rows of predictions.csv."""
    rows = []
    for film, summary, look in zip(scores.films, scores.summaries, scores.looks, strict=True):
        probabilities = constants.film(summary)
        decision = constants.band.decide(probabilities) if look <= constants.look_limit else "refer"
        head = {"unit": "film", "film_id": film.film_id, "y_true": film.label, "kind": "", "x": "", "y": ""}
        rows.append(head | {"decision": decision} | _probabilities(probabilities))
    for region, scored in zip(scores.regions, scores.region_margins, strict=True):
        head = {"unit": "region", "film_id": region.film_id, "y_true": region.label, "kind": region.kind}
        place = {"x": f"{region.x:.1f}", "y": f"{region.y:.1f}", "decision": ""}
        rows.append(head | place | _probabilities(constants.region(scored)))
    return [row | {"repeat": repeat, "fold": fold, "woman_id": woman_of(row["film_id"])} for row in rows]


def candidate_rows(scores: Scores, constants: Constants, repeat: int, fold: int) -> list[dict]:
    """Return the films' marks as rows of candidates.csv; (x, y) is the top left corner in film pixels.

    MIAS films are prepared at their own 0.2 mm, so prepared pixels are film pixels.
    """
    rows = []
    for film, marks in zip(scores.films, scores.marks, strict=True):
        for mark in marks:
            x, y = film.grid.to_prepared(np.array(mark.cell)) - REGION_PX / 2
            row = {"repeat": repeat, "fold": fold, "film_id": film.film_id, "x": f"{x:.1f}", "y": f"{y:.1f}"}
            row |= {"width": REGION_PX, "height": REGION_PX}
            rows.append(row | _probabilities(constants.candidate(np.array(mark.scores))))
    return rows


def history_rows(inner: Scores, outer: Scores, constants: Constants, repeat: int, fold: int) -> list[dict]:
    """Return the log loss of both heads after calibration, on the inner scores it was fitted on and held out."""
    n_women = len({film.woman_id for film in inner.films})
    head = {"repeat": repeat, "fold": fold, "n_women": n_women}
    losses = {
        "film": [_log_loss(constants.film, s.summaries, [f.label for f in s.films]) for s in (inner, outer)],
        "region": [_log_loss(constants.region, s.region_margins, [r.label for r in s.regions]) for s in (inner, outer)],
    }
    return [
        head | {"head": name, "training_log_loss": f"{fitted:.6f}", "held_out_log_loss": f"{held_out:.6f}"}
        for name, (fitted, held_out) in losses.items()
    ]


def _log_loss(calibration: Calibration, scores: list[np.ndarray], labels: list[int]) -> float:
    probabilities = calibration(np.array(scores))
    return float(-np.log(probabilities[np.arange(len(labels)), labels]).mean())


def write_rows(path: Path, columns: tuple[str, ...], rows: list[dict]) -> None:
    """Write rows as CSV with these columns, in this order."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _probabilities(values: np.ndarray) -> dict[str, str]:
    """Return three probabilities with six digits that still sum to 1."""
    normal, benign = round(float(values[0]), 6), round(float(values[1]), 6)
    return {"p_normal": f"{normal:.6f}", "p_benign": f"{benign:.6f}", "p_malignant": f"{1 - normal - benign:.6f}"}
