"""Whether the model's marks lie where the abnormalities are: FROC and pointing, beside points that know nothing.

Parts of the test set: an abnormality's lesions stand against all normal films; a tissue's lesions and normal films are
both of that tissue.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mammo_core.evaluate.blocks import HEADLINE_REPEAT, repeats_in, rows_of
from mammo_core.evaluate.figures import report, spread_of
from mammo_core.evaluate.pointing import (
    BASELINES,
    STRONGEST,
    TARGETS,
    arrays_by_film,
    circles_by_film,
    derive_differences,
    derive_pointing,
    marks_as_points,
    methods_in,
    pointing_hits,
)
from mammo_core.evaluate.score_files import ScoreFiles
from mammo_core.evaluate.subgroups import ABNORMALITIES, TISSUES
from mammo_core.metrics import bootstrap, froc
from mammo_core.types import LABELS, Annotation

RATES = (0.25, 0.5, 1, 2, 4)
"""False marks per normal film at which sensitivity is told."""


@dataclass(frozen=True, eq=False)
class Marks:
    """Marks matched with lesions, for one target and one repeat.

    Attributes:
        lesions: `film_id`, `woman_id`, `best` (score of the best mark that hit, -inf for none); one row a lesion.
        normal: `film_id`, `woman_id`; one row a normal film, marked or not.
        false: `film` (row of `normal`), `score`; one row a mark on a normal film.
    """

    lesions: pd.DataFrame
    normal: pd.DataFrame
    false: pd.DataFrame

    @property
    def resamples(self) -> np.ndarray:
        """B x (lesions, then normal films) weights: the women of both are drawn together."""
        return bootstrap.resample_weights(np.concatenate([self.lesions["woman_id"], self.normal["woman_id"]]))

    def sensitivity_at(self, rate: float, weights: np.ndarray | None = None) -> np.ndarray:
        """Return the share of lesions found at `rate` false marks per normal film; weights as `resamples`."""
        n_lesions, false = len(self.lesions), self.false
        split = (None, None) if weights is None else (weights[:, :n_lesions], weights[:, n_lesions:])
        best = self.lesions["best"].to_numpy(float)
        return froc.sensitivity_at(rate, best, false["score"], false["film"], len(self.normal), *split)


def match_marks(films: pd.DataFrame, candidates: pd.DataFrame, annotations: Sequence[Annotation], target: str) -> Marks:
    """Match one repeat's marks with the annotated circles.

    Args:
        films: Film rows of `predictions.csv`, one repeat; films without a mark count too.
        candidates: The same repeat's rows of `candidates.csv`; a mark's place is the centre of its box.
        annotations: The MIAS index; abnormalities without a place cannot be found and are left out.
        target: One of `TARGETS`.
    """
    marks = marks_as_points(candidates, target)
    marks_of = arrays_by_film(marks, ("x", "y", "score"))
    circles_of = circles_by_film(annotations, target)
    lesions = []
    for film_id, woman_id in zip(films["film_id"], films["woman_id"], strict=True):
        if film_id in circles_of:
            on_film = marks_of.get(film_id, np.zeros((0, 3)))
            best = froc.best_scores(on_film[:, :2], on_film[:, 2], circles_of[film_id])
            lesions += [(film_id, woman_id, score) for score in best]
    normal = films.loc[films["y_true"] == LABELS.index("normal"), ["film_id", "woman_id"]].reset_index(drop=True)
    false = marks[marks["film_id"].isin(normal["film_id"])]
    row_of = {film_id: row for row, film_id in enumerate(normal["film_id"])}
    return Marks(
        pd.DataFrame(lesions, columns=["film_id", "woman_id", "best"]).astype({"best": float}),
        normal,
        pd.DataFrame({"film": false["film_id"].map(row_of).astype(int), "score": false["score"].astype(float)}),
    )


def derive_localisation(files: ScoreFiles, annotations: Sequence[Annotation]) -> dict:
    """Return how well marks find abnormalities, for each of `TARGETS`.

    Args:
        files: A folder's scores, with candidates; Grad-CAM and the baselines are left out without pointers.
        annotations: The MIAS index.

    Returns:
        Per target: counts, `pointing` ({method: share of films hit}), `differences` (of a method and a baseline, on the
        same women), `sensitivity_at` ({false marks per normal film: share of lesions found}), `repeats`, and for
        `abnormal` the same by `tissue` and `abnormality`. Figures have interval, n and unit.
    """
    repeats = [repeat for repeat in repeats_in(files.candidates) if repeat in repeats_in(files.predictions)]
    of_repeat = {repeat: _tables_of(files, repeat) for repeat in sorted({HEADLINE_REPEAT, *repeats})}
    result = {}
    for target in TARGETS:
        block = _derive_part(*of_repeat[HEADLINE_REPEAT], annotations, target)
        block["differences"] = derive_differences(pointing_hits(*of_repeat[HEADLINE_REPEAT], annotations, target))
        block["repeats"] = _over_repeats(of_repeat, annotations, target)
        result[target] = block
    result["abnormal"] |= _subgroups(*of_repeat[HEADLINE_REPEAT], annotations)
    return result


def values_of(
    films: pd.DataFrame,
    candidates: pd.DataFrame,
    pointers: pd.DataFrame | None,
    annotations: Sequence[Annotation],
    target: str,
) -> dict[str, float]:
    """Return {figure: its value} of one repeat, without intervals: `pointing`, `gradcam` and `sensitivity_at_<rate>`.

    Arguments as `pointing_hits`.
    """
    hits = pointing_hits(films, candidates, pointers, annotations, target)
    methods = [method for method in methods_in(hits) if method not in BASELINES]
    names = {STRONGEST: "pointing"}
    values = {names.get(method, method): float(bootstrap.mean(hits[method].to_numpy(float))) for method in methods}
    marks = match_marks(films, candidates, annotations, target)
    return values | {f"sensitivity_at_{rate:g}": float(marks.sensitivity_at(rate)) for rate in RATES}


def _tables_of(files: ScoreFiles, repeat: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame | None]:
    """Return one repeat's films, marks and pointers; baselines are those of whatever repeat has them."""
    films, candidates = rows_of(files.predictions, "film", repeat), files.candidates
    pointers = files.pointers
    if pointers is not None:
        pointers = pointers[pointers["method"].isin(BASELINES) | (pointers["repeat"] == repeat)]
    return films, candidates[candidates["repeat"] == repeat], pointers


def _derive_part(
    films: pd.DataFrame,
    candidates: pd.DataFrame,
    pointers: pd.DataFrame | None,
    annotations: Sequence[Annotation],
    target: str,
) -> dict:
    """Return counts and figures of some films, lesions of `annotations` against the normal films among them."""
    marks = match_marks(films, candidates, annotations, target)
    n_lesions, n_normal, weights = len(marks.lesions), len(marks.normal), marks.resamples

    def sensitivity(rate: float) -> dict:
        found = bootstrap.estimate(lambda w: marks.sensitivity_at(rate, w), weights)
        reason = None if n_lesions else "no abnormality with a place"
        return report(found, n_lesions, "lesion", reason)

    return {
        "hit": f"its centre lies in the annotated circle, or within {froc.MIN_RADIUS_PX:g} px of the circle's centre",
        "n_lesions": n_lesions,
        "n_normal_films": n_normal,
        "marks_per_normal_film": round(len(marks.false) / n_normal, 6) if n_normal else None,
        "pointing": derive_pointing(pointing_hits(films, candidates, pointers, annotations, target)),
        "sensitivity_at": {f"{rate:g}": sensitivity(rate) for rate in RATES},
    }


def _over_repeats(of_repeat: dict[int, tuple], annotations: Sequence[Annotation], target: str) -> dict:
    """Return each figure's value in every repeat, with mean and deviation; empty for a single repeat."""
    if len(of_repeat) < 2:
        return {}
    values = [values_of(*tables, annotations, target) for tables in of_repeat.values()]
    names = [name for name in values[0] if all(name in of_one for of_one in values)]
    figures = {name: spread_of([of_one[name] for of_one in values]) for name in names}
    return {"repeats": list(of_repeat), "figures": figures}


def _subgroups(
    films: pd.DataFrame, candidates: pd.DataFrame, pointers: pd.DataFrame | None, annotations: Sequence[Annotation]
) -> dict:
    """Return the same figures by background tissue and by kind of abnormality."""
    of_tissue = {a.film_id: a.background_tissue for a in annotations}
    tissue = films["film_id"].map(of_tissue)
    tables = candidates, pointers
    return {
        "tissue": {t: _part_of(films[tissue == t], *tables, annotations) for t in TISSUES},
        "abnormality": {
            kind: _part_of(films, *tables, [a for a in annotations if a.abnormality == kind]) for kind in ABNORMALITIES
        },
    }


def _part_of(*tables_and_annotations: object) -> dict:
    """Return a part's figures without what holds for all parts."""
    part = _derive_part(*tables_and_annotations, "abnormal")
    return {name: value for name, value in part.items() if name not in ("hit", "marks_per_normal_film")}
