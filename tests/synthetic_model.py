"""A model folder with scores drawn at random around the real labels of MIAS: for tests, never for a claim."""

from pathlib import Path

import numpy as np
import pandas as pd

from mammo_core.mias.index import annotations_by_film, film_class, films_of
from mammo_core.mias.splits import load_folds
from mammo_core.types import LABELS

PRIOR = np.array([0.9, -0.2, -0.5])


def draw_probabilities(rng: np.random.Generator, truth: int, signal: float) -> dict[str, float]:
    logits = PRIOR + rng.normal(0, 0.7, 3) + signal * np.eye(3)[truth]
    odds = np.exp(logits) / np.exp(logits).sum()
    normal, benign = np.round(odds[:2], 6)
    return {"p_normal": normal, "p_benign": benign, "p_malignant": round(1 - normal - benign, 6)}


def decide(p: dict[str, float]) -> str:
    if p["p_malignant"] >= 0.22:
        return "malignant" if p["p_malignant"] >= 0.35 else "refer"
    return "normal" if p["p_normal"] >= p["p_benign"] else "benign"


def draw_frames(n_women: int = 40, repeats: int = 2, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return predictions and candidates of the first women of MIAS."""
    rng, folds = np.random.default_rng(seed), load_folds()
    rows, marks = [], []
    for repeat in range(repeats):
        for woman in range(1, n_women + 1):
            head = {"repeat": repeat, "fold": folds[woman][repeat]}
            for film in films_of(woman):
                identity = head | {"film_id": film, "woman_id": woman}
                truth = LABELS.index(film_class(film))
                p = draw_probabilities(rng, truth, 0.9)
                rows.append({"unit": "film", **identity, "y_true": truth, **p, "decision": decide(p), "kind": ""})
                region = {"unit": "region", **identity, "decision": ""}
                circles = [a for a in annotations_by_film()[film] if a.circle]
                for a in circles:
                    label = LABELS.index(a.severity)
                    place = {"kind": "lesion", "x": a.circle.x, "y": a.circle.y}
                    rows.append(region | {"y_true": label} | draw_probabilities(rng, label, 1.2) | place)
                for kind, signal in (("normal", 1.8), ("hard_normal", 0.6)) if truth == 0 else ():
                    place = {"kind": kind, "x": rng.uniform(300, 700), "y": rng.uniform(300, 700)}
                    rows.append(region | {"y_true": 0} | draw_probabilities(rng, 0, signal) | place)
                for i in range(4):
                    x, y = rng.uniform(200, 800, 2)
                    near = bool(circles) and i == 0 and rng.random() < 0.6
                    if near:
                        x, y = circles[0].circle.x + rng.normal(0, 8), circles[0].circle.y + rng.normal(0, 8)
                    box = {"x": round(x - 48, 1), "y": round(y - 48, 1), "width": 96.0, "height": 96.0}
                    marks.append(head | {"film_id": film} | box | draw_probabilities(rng, truth if near else 0, 1.0))
    columns = ["unit", "repeat", "fold", "film_id", "woman_id", "y_true", "p_normal", "p_benign", "p_malignant"]
    return pd.DataFrame(rows)[[*columns, "decision", "kind", "x", "y"]], pd.DataFrame(marks)


def write_model(folder: Path, n_women: int = 40, repeats: int = 2, seed: int = 0) -> Path:
    """Write `predictions.csv` and `candidates.csv` into a folder and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    predictions, candidates = draw_frames(n_women, repeats, seed)
    predictions.to_csv(folder / "predictions.csv", index=False)
    candidates.to_csv(folder / "candidates.csv", index=False)
    return folder
