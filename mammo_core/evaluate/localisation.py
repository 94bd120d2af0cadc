"""Whether the model's marks lie where the abnormalities are: FROC and pointing from `candidates.csv`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mammo_core.evaluate.figures import report
from mammo_core.metrics import bootstrap, froc
from mammo_core.metrics.bootstrap import Estimate
from mammo_core.types import LABELS, Annotation

RATES = (0.25, 0.5, 1, 2, 4)
"""False marks per normal film at which sensitivity is told."""
TARGETS = {"abnormal": ("benign", "malignant"), "malignant": ("malignant",)}
"""{what is looked for: severities of its lesions}. A mark is scored by 1 - p_normal, or by p_malignant."""


@dataclass(frozen=True, eq=False)
class Marks:
    """Marks matched with lesions, for one target and one repeat.

    Attributes:
        lesions: `film_id`, `woman_id`, `best` (score of the best mark that hit, -inf for none); one row a lesion.
        films: `film_id`, `woman_id`, `pointed` (whether the best mark hit); one row a film with such a lesion.
        normal: `film_id`, `woman_id`; one row a normal film, marked or not.
        false: `film` (row of `normal`), `score`; one row a mark on a normal film.
    """

    lesions: pd.DataFrame
    films: pd.DataFrame
    normal: pd.DataFrame
    false: pd.DataFrame


def match_marks(films: pd.DataFrame, candidates: pd.DataFrame, annotations: Sequence[Annotation], target: str) -> Marks:
    """Match one repeat's marks with the annotated circles.

    Args:
        films: Film rows of `predictions.csv`, one repeat; films without a mark count too.
        candidates: The same repeat's rows of `candidates.csv`; a mark's place is the centre of its box.
        annotations: The MIAS index; abnormalities without a place cannot be found and are left out.
        target: One of `TARGETS`.
    """
    score = 1 - candidates["p_normal"] if target == "abnormal" else candidates["p_malignant"]
    centre_x, centre_y = candidates["x"] + candidates["width"] / 2, candidates["y"] + candidates["height"] / 2
    marks = pd.DataFrame({"film_id": candidates["film_id"], "x": centre_x, "y": centre_y, "score": score})
    marks_of = dict(tuple(marks.groupby("film_id")))
    circles_of = defaultdict(list)
    for a in annotations:
        if a.circle and a.severity in TARGETS[target]:
            circles_of[a.film_id].append((a.circle.x, a.circle.y, a.circle.radius_px))
    lesions, pointed = [], []
    for film_id, woman_id in zip(films["film_id"], films["woman_id"], strict=True):
        if circles := circles_of[film_id]:
            on_film = marks_of.get(film_id, marks.iloc[:0])
            points, scores = on_film[["x", "y"]].to_numpy(), on_film["score"].to_numpy()
            lesions += [(film_id, woman_id, best) for best in froc.best_scores(points, scores, circles)]
            pointed.append((film_id, woman_id, froc.pointing_hits(points, scores, circles)))
    normal = films.loc[films["y_true"] == LABELS.index("normal"), ["film_id", "woman_id"]].reset_index(drop=True)
    false = marks[marks["film_id"].isin(normal["film_id"])]
    row_of = {film_id: row for row, film_id in enumerate(normal["film_id"])}
    return Marks(
        pd.DataFrame(lesions, columns=["film_id", "woman_id", "best"]).astype({"best": float}),
        pd.DataFrame(pointed, columns=["film_id", "woman_id", "pointed"]).astype({"pointed": bool}),
        normal,
        pd.DataFrame({"film": false["film_id"].map(row_of).astype(int), "score": false["score"].astype(float)}),
    )


def derive_localisation(films: pd.DataFrame, candidates: pd.DataFrame, annotations: Sequence[Annotation]) -> dict:
    """Return how well marks find abnormalities, for each of `TARGETS`. Arguments as `match_marks`.

    Returns:
        Per target: counts, `pointing` (share of films whose best mark hits) and `sensitivity_at` ({false marks per
        normal film: share of lesions found}), each with interval, n and unit.
    """
    return {target: _derive_target(match_marks(films, candidates, annotations, target)) for target in TARGETS}


def _derive_target(marks: Marks) -> dict:
    """Return counts and figures of one target. Women of lesions and of normal films are drawn together."""
    n_lesions, n_normal = len(marks.lesions), len(marks.normal)
    weights = bootstrap.resample_weights(np.concatenate([marks.lesions["woman_id"], marks.normal["woman_id"]]))
    best, false = marks.lesions["best"].to_numpy(float), marks.false

    def sensitivity(rate: float) -> Estimate:
        def at(w: np.ndarray | None) -> np.ndarray:
            split = (None, None) if w is None else (w[:, :n_lesions], w[:, n_lesions:])
            return froc.sensitivity_at(rate, best, false["score"], false["film"], n_normal, *split)

        return bootstrap.estimate(at, weights)

    women = marks.films["woman_id"].to_numpy()
    pointed = marks.films["pointed"].to_numpy(bool)
    pointing = bootstrap.estimate_proportion(pointed, women, bootstrap.resample_weights(women))
    return {
        "hit": f"its centre lies in the annotated circle, or within {froc.MIN_RADIUS_PX:g} px of the circle's centre",
        "n_lesions": n_lesions,
        "n_normal_films": n_normal,
        "marks_per_normal_film": round(len(false) / n_normal, 6) if n_normal else None,
        "pointing": report(pointing, len(pointed), "film"),
        "sensitivity_at": {f"{rate:g}": report(sensitivity(rate), n_lesions, "lesion") for rate in RATES},
    }
