"""A model folder with scores drawn at random around the real labels of MIAS: for tests, never for a claim."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pandas as pd

from mammo_core.evaluate.permutations import figure_values
from mammo_core.evaluate.score_files import DECIDING_UNITS, POINTS, ScoreFiles
from mammo_core.mias.index import annotations_by_film, film_class, films_of, load_annotations, woman_class
from mammo_core.mias.splits import load_folds
from mammo_core.types import LABELS

PRIOR = np.array([0.9, -0.2, -0.5])
COLUMNS = ("unit", "repeat", "fold", "film_id", "woman_id", "y_true", "p_normal", "p_benign", "p_malignant")
N_RANDOM = 5
N_PERMUTATIONS = 20


def draw_probabilities(rng: np.random.Generator, truth: int, signal: float) -> dict[str, float]:
    logits = PRIOR + rng.normal(0, 0.7, 3) + signal * np.eye(3)[truth]
    odds = np.exp(logits) / np.exp(logits).sum()
    normal, benign = np.round(odds[:2], 6)
    return {"p_normal": normal, "p_benign": benign, "p_malignant": round(1 - normal - benign, 6)}


def thresholds(fold: int) -> dict[str, float]:
    """Return an operating point's thresholds: another for each fold."""
    return {"screening": 0.22 + 0.005 * fold, "balanced": 0.28 + 0.002 * fold, "specific": 0.35 + 0.005 * fold}


def decide(p: dict[str, float], fold: int) -> str:
    of_fold = thresholds(fold)
    if p["p_malignant"] >= of_fold["screening"]:
        return "malignant" if p["p_malignant"] >= of_fold["specific"] else "refer"
    return "normal" if p["p_normal"] >= p["p_benign"] else "benign"


def draw_case(rng: np.random.Generator, head: dict, unit: str, truth: int, signal: float) -> dict:
    p = draw_probabilities(rng, truth, signal)
    return {"unit": unit, **head, "y_true": truth, **p, "decision": decide(p, head["fold"]), "kind": ""}


def draw_regions(rng: np.random.Generator, head: dict, truth: int) -> list[dict]:
    """Return a film's lesions, each also from beside its place, or a random and a hard normal place."""
    region, rows = {"unit": "region", **head, "decision": ""}, []
    for a in (a for a in annotations_by_film()[head["film_id"]] if a.circle):
        label = LABELS.index(a.severity)
        for kind, off in (("lesion", 0), ("hard_lesion", 5)):
            place = {"kind": kind, "x": a.circle.x + off, "y": a.circle.y}
            rows.append(region | {"y_true": label} | draw_probabilities(rng, label, 1.2) | place)
    for kind, signal in (("normal", 1.8), ("hard_normal", 0.6)) if truth == 0 else ():
        place = {"kind": kind, "x": round(rng.uniform(300, 700), 1), "y": round(rng.uniform(300, 700), 1)}
        rows.append(region | {"y_true": 0} | draw_probabilities(rng, 0, signal) | place)
    return rows


def draw_marks(rng: np.random.Generator, head: dict, truth: int) -> list[dict]:
    """Return a film's four marks, the first of them often at its abnormality."""
    circles = [a.circle for a in annotations_by_film()[head["film_id"]] if a.circle]
    rows = []
    for i in range(4):
        x, y = rng.uniform(200, 800, 2)
        near = bool(circles) and i == 0 and rng.random() < 0.6
        if near:
            x, y = circles[0].x + rng.normal(0, 8), circles[0].y + rng.normal(0, 8)
        box = {"x": round(x - 48, 1), "y": round(y - 48, 1), "width": 96.0, "height": 96.0}
        rows.append(head | box | draw_probabilities(rng, truth if near else 0, 1.0))
    return rows


def draw_pointers(rng: np.random.Generator, head: dict) -> list[dict]:
    """Return where Grad-CAM, the centre and random points lie on a film with a circle; nothing for other films."""
    circles = [a.circle for a in annotations_by_film()[head["film_id"]] if a.circle]
    if not circles:
        return []
    near = rng.random() < 0.5
    spot = (circles[0].x + rng.normal(0, 8), circles[0].y + rng.normal(0, 8)) if near else rng.uniform(200, 800, 2)
    points = [("gradcam", spot)]
    if head["repeat"] == 0:
        points += [("centre", (512.0, 512.0)), *(("random", rng.uniform(200, 800, 2)) for _ in range(N_RANDOM))]
    return [head | {"method": name, "x": round(float(x), 1), "y": round(float(y), 1)} for name, (x, y) in points]


def draw_scores(n_women: int, repeats: int, rng: np.random.Generator) -> tuple[pd.DataFrame, ...]:
    """Return predictions, candidates and pointers of the first women of MIAS."""
    folds = load_folds()
    rows, marks, pointers = [], [], []
    for repeat in range(repeats):
        for woman in range(1, n_women + 1):
            fold = folds[woman][repeat]
            of_woman = {"repeat": repeat, "fold": fold, "film_id": "", "woman_id": woman}
            rows.append(draw_case(rng, of_woman, "woman", LABELS.index(woman_class(woman)), 1.0))
            for film in films_of(woman):
                head, truth = of_woman | {"film_id": film}, LABELS.index(film_class(film))
                rows += [draw_case(rng, head, "film", truth, 0.9), draw_case(rng, head, "breast", truth, 1.1)]
                rows += draw_regions(rng, head, truth)
                place = {"repeat": repeat, "fold": fold, "film_id": film}
                marks += draw_marks(rng, place, truth)
                pointers += draw_pointers(rng, place)
    return pd.DataFrame(rows)[[*COLUMNS, "decision", "kind", "x", "y"]], pd.DataFrame(marks), pd.DataFrame(pointers)


def draw_points(predictions: pd.DataFrame) -> pd.DataFrame:
    folds = predictions[["repeat", "fold"]].drop_duplicates()
    return pd.DataFrame(
        {"repeat": repeat, "fold": fold, "unit": unit, "point": point, "threshold": thresholds(fold)[point]}
        for repeat, fold in folds.itertuples(index=False)
        for unit in DECIDING_UNITS
        for point in POINTS
    )


def draw_permutations(n_women: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return what figures of scores without any signal would be, around chance."""
    named = figure_values(*draw_scores(n_women, 1, rng)[:2], load_annotations())
    centre = {"macro": 0.49, "auc": 0.49, "accuracy": 0.6, "kappa": 0.0, "pointing": 0.06, "sensitivity": 0.15}
    rows = []
    for row in named:
        value = next((v for name, v in centre.items() if name in row["figure"]), 0.1)
        drawn = np.round(value + rng.normal(0, 0.04, N_PERMUTATIONS), 6)
        rows += [row | {"permutation": i, "value": max(v, 0)} for i, v in enumerate(drawn)]
    return pd.DataFrame(rows)[["permutation", "unit", "figure", "value"]]


def draw_files(n_women: int = 40, repeats: int = 2, seed: int = 0) -> ScoreFiles:
    """Return all tables of a model."""
    rng = np.random.default_rng(seed)
    predictions, candidates, pointers = draw_scores(n_women, repeats, rng)
    return ScoreFiles(predictions, candidates, draw_points(predictions), pointers, draw_permutations(n_women, rng))


def write_files(folder: Path, files: ScoreFiles) -> Path:
    """Write the tables that are there into a folder and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for table in fields(files):
        frame = getattr(files, table.name)
        if frame is not None:
            frame.to_csv(folder / f"{table.name}.csv", index=False)
    return folder


def write_model(folder: Path, n_women: int = 40, repeats: int = 2, seed: int = 0) -> Path:
    """Write every score file into a folder and return it."""
    return write_files(folder, draw_files(n_women, repeats, seed))
