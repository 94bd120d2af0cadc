"""The explanations' scorecard: does a map lie where the radiologists put their circles? Figures from per-film rows.

Conventions
-----------
- Films: every abnormal film of MIAS with a placed abnormality; the lesion is the union of its circles, each with a
  radius of at least `froc.MIN_RADIUS_PX`, one cell of the film scan.
- `hit`: the map's maximum lies in a circle: the rule of `metrics.froc.hits` (Zhang et al, "Excitation backprop", 2018,
  call it the pointing game).
- `energy`: the share of the map's sum that lies in the lesion (Wang et al, Score-CAM, 2020).
- `iou`: intersection over union of the lesion and of the map's highest pixels, as many as the lesion has. A threshold
  at a share of the maximum would reward whichever map is as blurred as lesions are large; this asks only for order.
- An empty map counts 0 three times.
- Baselines: `centre` and `random` are discs of the lesion's area at the breast's centroid and at 50 places drawn
  uniformly in the breast (the mean over them); `uniform` is a map that is the same everywhere in the breast, whose
  energy is the lesion's share of the breast.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mammo_core.evaluate.figures import report
from mammo_core.metrics import bootstrap, froc
from mammo_core.types import Circle

FIGURES = ("hit", "energy", "iou")
BASELINES = ("centre", "random", "uniform")
GROUPS = {
    "malignant": "malignant films, asked for malignant",
    "abnormal": "all abnormal films, asked for malignant",
    "own_class": "all abnormal films, each asked for its own class",
}
COLUMNS = ("model_id", "film_id", "woman_id", "fold", "film_class", "target", "method", "x", "y", *FIGURES)
SANITY_COLUMNS = ("model_id", "film_id", "woman_id", "method", "level", "rank", "ssim")
N_RANDOM = 50


@dataclass(frozen=True)
class MapScore:
    """How well one map lies on one film's lesion: its maximum (x, y) in film pixels (None: empty), and `FIGURES`."""

    point: tuple[float, float] | None
    hit: float
    energy: float
    iou: float

    def to_row(self) -> dict[str, str]:
        """Return the columns of the score file."""
        x, y = ("", "") if self.point is None else (f"{value:.0f}" for value in self.point)
        return {"x": x, "y": y} | {name: f"{getattr(self, name):.5g}" for name in FIGURES}


def lesion_mask(shape: tuple[int, int], circles: Sequence[Circle]) -> np.ndarray:
    """Return the union of circles as H x W bool."""
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    mask = np.zeros(shape, bool)
    for circle in circles:
        radius = max(circle.radius_px, froc.MIN_RADIUS_PX)
        mask |= np.hypot(columns - circle.x, rows - circle.y) <= radius
    return mask


def score_map(heatmap: np.ndarray, circles: Sequence[Circle]) -> MapScore:
    """Score one map against the circles of its film.

    Args:
        heatmap: H x W float, at least 0, in the film's own frame.
        circles: At least one, in the same pixels.
    """
    total = float(heatmap.sum(dtype=np.float64))
    if total <= 0:
        return MapScore(None, 0.0, 0.0, 0.0)
    lesion = lesion_mask(heatmap.shape, circles)
    row, column = np.unravel_index(int(np.argmax(heatmap)), heatmap.shape)
    hit = _hits([(column, row)], circles)
    energy = float(heatmap[lesion].sum(dtype=np.float64)) / total
    return MapScore((float(column), float(row)), hit, energy, _iou(_highest(heatmap, int(lesion.sum())), lesion))


def score_baselines(breast: np.ndarray, circles: Sequence[Circle], seed: int) -> dict[str, MapScore]:
    """Score what owes nothing to a model, on one film.

    Args:
        breast: H x W bool, in the film's own frame.
        circles: At least one.
        seed: Of the random places.
    """
    lesion, inside = lesion_mask(breast.shape, circles), np.argwhere(breast)
    drawn = np.random.default_rng(seed).integers(len(inside), size=N_RANDOM)
    (centre,) = _discs(inside.mean(axis=0)[None], breast, lesion, circles)
    random = np.mean(list(_discs(inside[drawn], breast, lesion, circles)), axis=0)
    area, share = lesion.sum(), (lesion & breast).sum() / breast.sum()
    drawn_in = area * share  # of as many pixels as the lesion has, drawn from the breast, so many are expected in it
    uniform = share, share, drawn_in / (2 * area - drawn_in)
    scores = {"centre": centre, "random": random, "uniform": uniform}
    return {name: MapScore(None, *(float(value) for value in values)) for name, values in scores.items()}


def summarise(rows: pd.DataFrame, sanity: pd.DataFrame) -> dict:
    """Return every figure with its interval, from the two score files (`COLUMNS` and `SANITY_COLUMNS`)."""
    models = set(rows["model_id"]) | set(sanity["model_id"])
    if len(models) != 1:
        raise ValueError(f"expected the scores of one model, got those of {', '.join(sorted(models))}")
    placed = rows.drop_duplicates("film_id")
    return {
        "model_id": models.pop(),
        "n_films": len(placed),
        "n_women": int(placed["woman_id"].nunique()),
        "bootstrap": {"unit": "woman", "resamples": bootstrap.N_RESAMPLES, "seed": bootstrap.SEED},
        "groups": {name: _summarise_group(_of_group(rows, name)) for name in GROUPS},
        "sanity": {
            "n_films": int(sanity["film_id"].nunique()),
            "likeness": _summarise_sanity(sanity),
        },
    }


def _of_group(rows: pd.DataFrame, group: str) -> pd.DataFrame:
    """Return the rows that a group is made of; baselines have no target and belong to all."""
    baseline = rows["method"].isin(BASELINES)
    if group == "own_class":
        return rows[baseline | (rows["target"] == rows["film_class"])]
    asked = rows[baseline | (rows["target"] == "malignant")]
    return asked if group == "abnormal" else asked[asked["film_class"] == "malignant"]


def _summarise_group(rows: pd.DataFrame) -> dict:
    films = rows.drop_duplicates("film_id").set_index("film_id")["woman_id"].sort_index()
    women = films.to_numpy()
    weights = bootstrap.resample_weights(women)
    tables = {name: rows.pivot(index="film_id", columns="method", values=name).loc[films.index] for name in FIGURES}
    methods = [name for name in dict.fromkeys(rows["method"]) if name not in BASELINES]
    return {
        "n_films": len(films),
        "n_women": len(np.unique(women)),
        "methods": {
            name: {figure: _estimate(figure, tables[figure][name], women, weights) for figure in FIGURES}
            | {"n_empty": int(rows.loc[rows["method"] == name, "x"].isna().sum()) if name in methods else 0}
            for name in (*methods, *BASELINES)
        },
        "above_centre": {
            name: {
                figure: _estimate("gain", tables[figure][name] - tables[figure]["centre"], women, weights)
                for figure in FIGURES
            }
            for name in methods
        },
    }


def _summarise_sanity(rows: pd.DataFrame) -> dict:
    """Return {method: {level: {rank, ssim}}}: mean likeness of the true map and the one of random weights."""
    summary: dict = {}
    for (method, level), some in rows.groupby(["method", "level"], sort=False):
        summary.setdefault(method, {})[level] = {
            name: _estimate(name, known[name], known["woman_id"].to_numpy())
            for name, known in ((name, some.dropna(subset=[name])) for name in ("rank", "ssim"))
        }
    return summary


def _estimate(figure: str, values: pd.Series, women: np.ndarray, weights: np.ndarray | None = None) -> dict:
    """Return the mean of a figure over films; a share of whole hits gets its bound even where all hit or none does."""
    weights = bootstrap.resample_weights(women) if weights is None else weights
    numbers = values.to_numpy(float)
    if figure == "hit" and np.isin(numbers, (0, 1)).all():
        return report(bootstrap.estimate_proportion(numbers > 0, women, weights), len(numbers), "film")
    return report(bootstrap.estimate_mean(numbers, women, weights), len(numbers), "film")


def _hits(points: Sequence[tuple[float, float]], circles: Sequence[Circle]) -> float:
    """Return the share of points that hit a circle."""
    return float(froc.hits(points, [(c.x, c.y, c.radius_px) for c in circles]).any(axis=1).mean())


def _discs(
    centres: np.ndarray, breast: np.ndarray, lesion: np.ndarray, circles: Sequence[Circle]
) -> Iterator[tuple[float, float, float]]:
    """Yield (hit, energy, iou) of discs of the lesion's area at centres (row, column), cut to the breast."""
    area = int(lesion.sum())
    radius = float(np.sqrt(area / np.pi))
    for row, column in centres:
        top, left = max(0, int(row - radius)), max(0, int(column - radius))
        window = (slice(top, int(row + radius) + 2), slice(left, int(column + radius) + 2))
        rows, columns = np.nonzero(breast[window])
        inside = np.hypot(columns + left - column, rows + top - row) <= radius
        size, common = int(inside.sum()), int(lesion[window][rows[inside], columns[inside]].sum())
        yield _hits([(column, row)], circles), common / max(size, 1), common / (size + area - common)


def _highest(heatmap: np.ndarray, count: int) -> np.ndarray:
    """Return the `count` highest pixels of a map, fewer where fewer are above 0, as H x W bool."""
    highest = np.argpartition(heatmap, -count, axis=None)[-count:]
    mask = np.zeros(heatmap.shape, bool)
    mask.flat[highest] = True
    return mask & (heatmap > 0)


def _iou(first: np.ndarray, second: np.ndarray) -> float:
    return float((first & second).sum() / (first | second).sum())
