"""Whether a method points at the abnormality: the strongest mark and Grad-CAM, beside centre of breast and random.

A film counts 1 when the method's point hits any of its abnormalities, else 0; for the random points it is the share of
them that do, which is what one random point would be expected to do. A film at which a method does not point (no mark,
an empty heatmap) counts 0, so that all methods are compared on the same films.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mammo_core.evaluate.figures import report
from mammo_core.metrics import bootstrap, froc
from mammo_core.types import Annotation

TARGETS = {"abnormal": ("benign", "malignant"), "malignant": ("malignant",)}
"""{what is looked for: severities of its lesions}. A mark is scored by 1 - p_normal, or by p_malignant."""
STRONGEST = "strongest_mark"
BASELINES = ("centre", "random")
_DIFFERENCES = ((STRONGEST, "centre"), (STRONGEST, "random"), ("gradcam", "centre"), ("gradcam", "random"))


def circles_by_film(annotations: Sequence[Annotation], target: str) -> dict[str, np.ndarray]:
    """Return {film_id: (k, 3) centre and radius of its placed abnormalities}, in film pixels, for one of `TARGETS`."""
    found: dict[str, list] = {}
    for a in annotations:
        if a.circle and a.severity in TARGETS[target]:
            found.setdefault(a.film_id, []).append((a.circle.x, a.circle.y, a.circle.radius_px))
    return {film_id: np.array(circles, float) for film_id, circles in found.items()}


def marks_as_points(candidates: pd.DataFrame, target: str) -> pd.DataFrame:
    """Return `film_id`, `x`, `y`, `score` of marks: the centre of each box, and its score for one of `TARGETS`."""
    score = 1 - candidates["p_normal"] if target == "abnormal" else candidates["p_malignant"]
    centre_x, centre_y = candidates["x"] + candidates["width"] / 2, candidates["y"] + candidates["height"] / 2
    return pd.DataFrame({"film_id": candidates["film_id"], "x": centre_x, "y": centre_y, "score": score.astype(float)})


def arrays_by_film(frame: pd.DataFrame, columns: Sequence[str]) -> dict[str, np.ndarray]:
    """Return {film_id: its rows of some columns as (n, columns) floats}, rows in the frame's order."""
    values, films = frame[list(columns)].to_numpy(float), frame["film_id"].to_numpy(str)
    order = np.argsort(films, kind="stable")
    names, starts = np.unique(films[order], return_index=True)
    return dict(zip(names.tolist(), np.split(values[order], starts[1:]), strict=True)) if len(names) else {}


def pointing_hits(
    films: pd.DataFrame,
    candidates: pd.DataFrame,
    pointers: pd.DataFrame | None,
    annotations: Sequence[Annotation],
    target: str,
) -> pd.DataFrame:
    """Return what each method hits on each film that has such an abnormality with a place.

    Args:
        films: Film rows of `predictions.csv`, one repeat.
        candidates: The same repeat's rows of `candidates.csv`.
        pointers: Rows of `pointers.csv`: Grad-CAM's of the same repeat, the baselines' of any; None for none.
        annotations: The MIAS index.
        target: One of `TARGETS`.

    Returns:
        `film_id`, `woman_id` and one column a method, `strongest_mark` first: floats in [0, 1], one row a film.
    """
    circles = circles_by_film(annotations, target)
    placed = films[films["film_id"].isin(circles)]
    marks = arrays_by_film(marks_as_points(candidates, target), ("x", "y", "score"))
    hits = pd.DataFrame({"film_id": placed["film_id"], "woman_id": placed["woman_id"]}).reset_index(drop=True)
    hits[STRONGEST] = [
        float(f in marks and froc.pointing_hits(marks[f][:, :2], marks[f][:, 2], circles[f])) for f in hits["film_id"]
    ]
    if pointers is not None:
        for method in dict.fromkeys(pointers["method"]):
            points = arrays_by_film(pointers[pointers["method"] == method], ("x", "y"))
            hits[method] = [
                froc.hits(points[f], circles[f]).any(axis=1).mean() if f in points else 0.0 for f in hits["film_id"]
            ]
    return hits


def methods_in(hits: pd.DataFrame) -> list[str]:
    """Return the names of the methods' columns."""
    return [name for name in hits if name not in ("film_id", "woman_id")]


def derive_pointing(hits: pd.DataFrame) -> dict:
    """Return {method: share of films it hits}, each with interval, n and unit. `hits` as `pointing_hits` gives it."""
    women = hits["woman_id"].to_numpy()
    weights = bootstrap.resample_weights(women)
    figures = {}
    for method in methods_in(hits):
        values = hits[method].to_numpy(float)
        whole = bool(np.isin(values, (0, 1)).all())
        found = (
            bootstrap.estimate_proportion(values > 0, women, weights)
            if whole
            else bootstrap.estimate_mean(values, women, weights)
        )
        figures[method] = report(found, len(hits), "film", None if len(hits) else "no films with a placed abnormality")
    return figures


def derive_differences(hits: pd.DataFrame) -> dict:
    """Return {"<method>_minus_<baseline>": paired difference over the same resampled women}."""
    women = hits["woman_id"].to_numpy()
    weights = bootstrap.resample_weights(women)
    differences = {}
    for method, baseline in _DIFFERENCES:
        if len(hits) and {method, baseline} <= set(hits):
            # The difference of two means over the same films is the mean of the differences.
            gain = (hits[method] - hits[baseline]).to_numpy(float)
            found = bootstrap.estimate_mean(gain, women, weights)
            differences[f"{method}_minus_{baseline}"] = report(found, len(hits), "film")
    return differences
