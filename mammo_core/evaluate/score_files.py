"""All score files of a model folder, read together and held against each other.

Beside `predictions.csv` and `candidates.csv` a folder holds four small tables, all out of fold:

- `operating_points.csv`: `repeat, fold, unit, point, threshold`. Thresholds on P(malignant) that were fitted on the
  inner folds of an outer fold and are used on its cases. The doubt band of a decision is [screening, specific).
- `pointers.csv`: `repeat, fold, film_id, method, x, y`. Where a method points on each abnormal film with an annotated
  circle, in film pixels: `gradcam` in every repeat; `centre` of the breast, and `random` points in it, in one.
- `permutations.csv`: `permutation, unit, figure, value`. What the same recipe shows when labels are dealt to the women
  at random; units and figures as `permutations.figure_values` names them.
- `neighbours.csv`: the places of the similar cases, with the classes of each one's neighbours out of fold; columns as
  `neighbour_figures.COLUMNS` has them. Models released before there were similar cases have none.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from mammo_core.errors import BundleError
from mammo_core.evaluate.neighbour_figures import COLUMNS as NEIGHBOUR_COLUMNS
from mammo_core.evaluate.neighbour_figures import check_neighbours
from mammo_core.evaluate.predictions import (
    CANDIDATES_NAME,
    PREDICTIONS_NAME,
    check_predictions,
    load_candidates,
    load_predictions,
    read_table,
    refuse_rows,
)
from mammo_core.mias.index import annotations_by_film
from mammo_core.reading.similar import PLACES_NAME
from mammo_core.types import LABELS

POINTS_NAME = "operating_points.csv"
POINTERS_NAME = "pointers.csv"
PERMUTATIONS_NAME = "permutations.csv"
SCORE_NAMES = (PREDICTIONS_NAME, CANDIDATES_NAME, POINTS_NAME, POINTERS_NAME, PERMUTATIONS_NAME)
"""The files that figures are derived from and that no model folder lacks; `neighbours.csv` is not among them."""
POINTS = ("screening", "balanced", "specific")
"""Operating points: sensitivity 0.90 for malignant; sensitivity equal to specificity; specificity 0.95."""
DECIDING_UNITS = ("film", "breast", "woman")
METHODS = ("gradcam", "centre", "random")

_FILM_SIDE_PX = 1024
_ROUNDING = 1e-5
"""Scores and thresholds are stored with six digits."""


@dataclass(frozen=True, eq=False)
class ScoreFiles:
    """The tables of a model folder, with the columns of its files; None for one that it does not have."""

    predictions: pd.DataFrame
    candidates: pd.DataFrame | None = None
    operating_points: pd.DataFrame | None = None
    pointers: pd.DataFrame | None = None
    permutations: pd.DataFrame | None = None
    neighbours: pd.DataFrame | None = None


def load_score_files(folder: Path, *, complete: bool = False) -> ScoreFiles:
    """Read every score file of a folder and check each, and each against the predictions.

    Args:
        folder: A model folder, or one that holds another model's scores in the same form.
        complete: Whether all of `SCORE_NAMES` must be there, as in a model folder; `predictions.csv` always must.

    Raises:
        BundleError: A file is missing, cannot be read, or breaks a promise; the message says which row.
    """
    folder = Path(folder)
    missing = [name for name in SCORE_NAMES if complete and not (folder / name).is_file()]
    if missing:
        raise BundleError(
            f"the model folder {folder.name} must hold {', '.join(SCORE_NAMES)}, but lacks {', '.join(missing)}. "
            "Restore the folder, or train the model again."
        )
    files = ScoreFiles(
        load_predictions(folder),
        load_candidates(folder),
        _load(folder / POINTS_NAME, ("repeat", "fold", "unit", "point", "threshold")),
        _load(folder / POINTERS_NAME, ("repeat", "fold", "film_id", "method", "x", "y")),
        _load(folder / PERMUTATIONS_NAME, ("permutation", "unit", "figure", "value")),
        _load(folder / PLACES_NAME, NEIGHBOUR_COLUMNS),
    )
    check_score_files(files)
    return files


def check_score_files(files: ScoreFiles) -> None:
    """Raise BundleError unless all tables are what they promise, and agree about folds."""
    check_predictions(files.predictions)
    if files.candidates is not None:
        _check_folds(files.candidates, files.predictions, CANDIDATES_NAME)
    if files.operating_points is not None:
        _check_points(files.operating_points, files.predictions)
    if files.pointers is not None:
        _check_pointers(files.pointers, files.predictions)
    if files.permutations is not None:
        _check_permutations(files.permutations)
    if files.neighbours is not None:
        check_neighbours(files.neighbours, _headline_folds(files.predictions))


def _load(path: Path, columns: tuple[str, ...]) -> pd.DataFrame | None:
    return read_table(path, columns) if path.is_file() else None


def _headline_folds(predictions: pd.DataFrame) -> pd.Series:
    """Return each woman's fold in the first partition."""
    first = predictions[predictions["repeat"] == predictions["repeat"].min()]
    return first.drop_duplicates("woman_id").set_index("woman_id")["fold"]


def _check_folds(frame: pd.DataFrame, predictions: pd.DataFrame, name: str) -> None:
    """Raise BundleError when a film's row is of another fold than its prediction: then it is not out of fold."""
    films = predictions.loc[predictions["unit"] == "film"].set_index(["repeat", "film_id"])["fold"]
    known = pd.MultiIndex.from_frame(frame[["repeat", "film_id"]])
    wrong = films.reindex(known).to_numpy(float) != frame["fold"].to_numpy(float)
    refuse_rows(wrong, frame, name, f"repeat and fold must be those in which {PREDICTIONS_NAME} scores the film")


def _check_points(points: pd.DataFrame, predictions: pd.DataFrame) -> None:
    """Raise BundleError unless each fold of each unit has each point once, and decisions follow from them."""
    name, keys = POINTS_NAME, ["unit", "repeat", "fold"]
    refuse_rows(~points["unit"].isin(DECIDING_UNITS), points, name, f"unit must be one of {DECIDING_UNITS}")
    refuse_rows(~points["point"].isin(POINTS), points, name, f"point must be one of {POINTS}")
    refuse_rows(~points["threshold"].between(0, 1), points, name, "threshold must lie in [0, 1]")
    refuse_rows(points.duplicated([*keys, "point"]), points, name, "a fold has one threshold for each unit and point")
    decided = predictions[predictions["unit"].isin(DECIDING_UNITS)]
    wide = points.pivot(index=keys, columns="point", values="threshold").reindex(columns=list(POINTS))
    of_case = decided[keys].join(wide, on=keys)
    lacking = of_case[list(POINTS)].isna().any(axis=1)
    refuse_rows(lacking, decided, PREDICTIONS_NAME, f"every fold must have all of {POINTS} in {name}")
    ends = points[keys].join(wide, on=keys)
    inverted = ends["screening"] > ends["specific"] + _ROUNDING
    refuse_rows(inverted, points, name, "screening must not lie above specific, for the doubt band is between them")
    wrong = ~_follows(decided, of_case)
    refuse_rows(wrong, decided, PREDICTIONS_NAME, "a decision follows from its fold's doubt band, or is refer")


def _follows(decided: pd.DataFrame, thresholds: pd.DataFrame) -> np.ndarray:
    """Return which decisions may come from the doubt band; `refer` always may, for films outside training are."""
    score, decision = decided["p_malignant"], decided["decision"]
    malignant = decision.eq("malignant") & (score >= thresholds["specific"] - _ROUNDING)
    other = decision.isin(LABELS[:2]) & (score < thresholds["screening"] + _ROUNDING)
    return (malignant | other | decision.eq("refer")).to_numpy()


def _check_pointers(pointers: pd.DataFrame, predictions: pd.DataFrame) -> None:
    """Raise BundleError unless pointers lie on films with a circle, and the baselines cover all of them."""
    name, places = POINTERS_NAME, pointers[["x", "y"]]
    refuse_rows(~pointers["method"].isin(METHODS), pointers, name, f"method must be one of {METHODS}")
    inside = ((places >= 0) & (places <= _FILM_SIDE_PX)).all(axis=1)
    refuse_rows(~inside, pointers, name, f"x and y must lie on the film, 0 to {_FILM_SIDE_PX}")
    placed = {film for film, found in annotations_by_film().items() if any(a.circle for a in found)}
    refuse_rows(~pointers["film_id"].isin(placed), pointers, name, "film_id must be a film with an annotated circle")
    _check_folds(pointers, predictions, name)
    twice = pointers.duplicated(["repeat", "film_id", "method"]) & (pointers["method"] != "random")
    refuse_rows(twice, pointers, name, "gradcam and centre point once at a film in a repeat")
    films = set(predictions.loc[predictions["unit"] == "film", "film_id"]) & placed
    for method in ("centre", "random"):
        lacking = sorted(films - set(pointers.loc[pointers["method"] == method, "film_id"]))
        if lacking:
            raise BundleError(
                f"{name}: {method} must point at every film with an annotated circle, but {len(lacking)} of "
                f"{len(films)} lack it, first {lacking[0]}. Evaluate the model again, or restore the folder."
            )


def _check_permutations(permutations: pd.DataFrame) -> None:
    """Raise BundleError unless every figure has one number for each of the same permutations."""
    name = PERMUTATIONS_NAME
    refuse_rows(np.isinf(permutations["value"]), permutations, name, "value must be a number, or empty for none")
    twice = permutations.duplicated(["permutation", "unit", "figure"])
    refuse_rows(twice, permutations, name, "a figure has one value a permutation")
    count = permutations.groupby(["unit", "figure"])["permutation"].transform("size")
    lacking = count != permutations["permutation"].nunique()
    refuse_rows(lacking, permutations, name, "a figure has a row for every permutation")
