"""Cross-validating the recipe on the committed folds, one cached file a repeat, and writing its score files.

The score files have the form of a model folder's, so that everything that reads those reads these. The recipe decides
nothing: its decision is `refer` throughout.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.recipe import FOLDER
from benchmarks.recipe.films import Scan, of_breasts, of_woman, probabilities, scan_films
from benchmarks.recipe.material import Film, Material, Place
from benchmarks.recipe.regions import score_regions
from mammo_core.evaluate.predictions import CANDIDATES_NAME, PREDICTIONS_NAME, PROBABILITIES
from mammo_core.mias.splits import N_FOLDS, load_folds
from mammo_core.network.geometry import REGION_PX

RECIPE = "average"
_KEYS = ["unit", "repeat", "fold", "film_id", "woman_id", "y_true"]
_PREDICTIONS = [*_KEYS, *PROBABILITIES, "decision", "kind", "x", "y"]
_CANDIDATES = ["repeat", "fold", "film_id", "x", "y", "width", "height", *PROBABILITIES]


def run_repeat(
    material: Material, repeat: int, cache: Path, progress: Callable[[float], None] = lambda fraction: None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a repeat's predictions and candidates of every variant (column `variant`), from the cache if it has them.

    Args:
        material: Films and places.
        repeat: Which of the committed partitions of women.
        cache: Where results of repeats lie, by the digest of the material.
        progress: Called with a fraction from 0 to 1.
    """
    paths = [cache / f"{material.digest}-repeat{repeat}-{name}" for name in (PREDICTIONS_NAME, CANDIDATES_NAME)]
    if not all(path.is_file() for path in paths):
        for frame, path in zip(_cross_validate(material, repeat, progress), paths, strict=True):
            _write(path, frame)
    return tuple(pd.read_csv(path, keep_default_na=False) for path in paths)


def write_scores(predictions: pd.DataFrame, candidates: pd.DataFrame, cache: Path, folder: Path = FOLDER) -> None:
    """Write the recipe's score files into `folder`, and those of every other variant into a folder in `cache`."""
    for variant in predictions["variant"].unique():
        target = folder if variant == RECIPE else cache / variant
        target.mkdir(parents=True, exist_ok=True)
        _write(target / PREDICTIONS_NAME, predictions.loc[predictions["variant"] == variant, _PREDICTIONS])
        marks = candidates.loc[candidates["variant"] == variant, _CANDIDATES]
        if len(marks):
            _write(target / CANDIDATES_NAME, marks)


def _write(path: Path, frame: pd.DataFrame) -> None:
    """Write a table whole or not at all."""
    unfinished = path.with_suffix(".unfinished")
    frame.to_csv(unfinished, index=False, float_format="%.7g", lineterminator="\n")
    unfinished.replace(path)


def _cross_validate(
    material: Material, repeat: int, progress: Callable[[float], None]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Score all women of a repeat out of fold."""
    fold_of = {woman: of_repeat[repeat] for woman, of_repeat in load_folds().items()}
    rows, marks = [], []
    for fold in range(N_FOLDS):
        places = _split(material.places, fold_of, fold)
        for variant, scored in score_regions(*places).items():
            rows += [_region_row(place, p) | {"variant": variant} for place, p in zip(places[1], scored, strict=True)]
        films = _split(material.films, fold_of, fold)
        for variant, scans in scan_films(*films).items():
            rows += [row | {"variant": variant} for row in _case_rows(films[1], scans)]
            marks += [row | {"variant": variant} for row in _mark_rows(films[1], scans)]
        progress((fold + 1) / N_FOLDS)
    predictions, candidates = pd.DataFrame(rows), pd.DataFrame(marks)
    for frame in (predictions, candidates):
        frame.insert(0, "fold", frame["woman_id"].map(fold_of))
        frame.insert(0, "repeat", repeat)
    return predictions[["variant", *_PREDICTIONS]], candidates[["variant", *_CANDIDATES]]


def _split(cases: tuple[Film | Place, ...], fold_of: dict[int, int], fold: int) -> tuple[list, list]:
    """Return the training women's cases and the others'."""
    parts: tuple[list, list] = ([], [])
    for case in cases:
        parts[fold_of[case.woman_id] == fold].append(case)
    return parts


def _region_row(place: Place, scores: np.ndarray) -> dict:
    row = {"unit": "region", "film_id": place.film_id, "woman_id": place.woman_id, "y_true": place.label}
    row |= {"decision": "", "kind": place.kind, "x": f"{place.x:.1f}", "y": f"{place.y:.1f}"}
    return row | dict(zip(PROBABILITIES, scores, strict=True))


def _case_rows(films: list[Film], scans: list[Scan]) -> list[dict]:
    """Return the rows of films alone, of breasts, and of women."""
    rows = [_case_row("film", film.film_id, film, scan.summary) for film, scan in zip(films, scans, strict=True)]
    of_women: dict[int, list[tuple[Film, Scan]]] = {}
    for film, scan in zip(films, scans, strict=True):
        of_women.setdefault(film.woman_id, []).append((film, scan))
    for (first, scan), (second, other) in of_women.values():
        for film, odds in zip((first, second), of_breasts(scan, other), strict=True):
            rows.append(_case_row("breast", film.film_id, film, odds))
        rows.append(_case_row("woman", "", max(first, second, key=lambda film: film.label), of_woman(scan, other)))
    return rows


def _case_row(unit: str, film_id: str, film: Film, odds: np.ndarray) -> dict:
    row = {"unit": unit, "film_id": film_id, "woman_id": film.woman_id, "y_true": film.label}
    row |= {"decision": "refer", "kind": "", "x": "", "y": ""}
    return row | dict(zip(PROBABILITIES, probabilities(odds), strict=True))


def _mark_rows(films: list[Film], scans: list[Scan]) -> list[dict]:
    """Return the marks as boxes: (x, y) is the top left corner."""
    rows = []
    for film, scan in zip(films, scans, strict=True):
        for x, y, *odds in scan.marks:
            row = {"film_id": film.film_id, "woman_id": film.woman_id}
            row |= {"x": f"{x - REGION_PX / 2:.1f}", "y": f"{y - REGION_PX / 2:.1f}"}
            row |= {"width": REGION_PX, "height": REGION_PX}
            rows.append(row | dict(zip(PROBABILITIES, probabilities(np.array(odds)), strict=True)))
    return rows
