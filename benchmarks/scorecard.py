"""`make scorecard`: do the explanations lie where the abnormalities are? Writes docs/scorecard.{csv,json,md}.

Every film is explained out of fold: the heads of each fold of the first partition are fitted again, with the settings
that the model folder's history.csv gives for that fold, and set into the Keras graph. About 25 minutes on one core;
work that was broken off goes on where it stopped.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from mammo_core.config import ROOT
from mammo_core.evaluate.crossval import folds_of
from mammo_core.evaluate.fit import cell_statistics, fit_film_head
from mammo_core.evaluate.scorecard import COLUMNS, SANITY_COLUMNS, score_baselines, score_map, summarise
from mammo_core.evaluate.scorecard_text import to_markdown
from mammo_core.evaluate.study import load_study
from mammo_core.explain.explain import METHODS, class_maps, on_film
from mammo_core.explain.keras_methods import EXPLAINED_LAYER, KerasGraph
from mammo_core.explain.model import ExplainedModel, released_model
from mammo_core.explain.sanity import LEVELS, check
from mammo_core.film.load import load_mammogram
from mammo_core.mias.films import open_films
from mammo_core.mias.index import FILM_IDS, annotations_by_film, film_class, woman_of
from mammo_core.mias.splits import N_FOLDS, load_folds
from mammo_core.network.build import build_network, film_bias, set_heads
from mammo_core.network.bundle import Bundle, load_bundle
from mammo_core.network.geometry import N_FEATURES
from mammo_core.network.grid import lay_out
from mammo_core.network.heads import HeadConfig
from mammo_core.preprocess import preprocess
from mammo_core.types import Circle, Preprocessed

REPEAT = 0
TARGET = "malignant"
N_SANITY = 10
_HEADS = ("mean", "deviation", "weights", "bias")


def main() -> int:
    """Score what is not scored yet, then write the scorecard."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--films", type=int, default=len(FILM_IDS), help="only so many films, for a try")
    parser.add_argument("--out", type=Path, default=ROOT / "docs", help="default: docs")
    parser.add_argument("--work", type=Path, default=ROOT / "runs" / "scorecard", help="default: runs/scorecard")
    args = parser.parse_args()
    bundle = load_bundle()
    folds = FoldModels(bundle, args.work / bundle.model_id)
    placed = sorted((f for f in FILM_IDS if circles_of(f)), key=lambda f: (load_folds()[woman_of(f)][REPEAT], f))
    scores, sanity = folds.folder / "scorecard.csv", folds.folder / "scorecard_sanity.csv"
    each(scores, COLUMNS, placed[: args.films], lambda film_id: score_film(film_id, folds))
    each(sanity, SANITY_COLUMNS, sanity_films(placed)[: args.films], lambda film_id: check_film(film_id, bundle))
    write(args.out, pd.read_csv(scores), pd.read_csv(sanity))
    return 0


def write(out: Path, scores: pd.DataFrame, sanity: pd.DataFrame) -> None:
    """Write rows, figures and text."""
    order = {film_id: i for i, film_id in enumerate(FILM_IDS)}
    for name, rows in (("scorecard", scores), ("scorecard_sanity", sanity)):
        rows = rows.sort_values("film_id", key=lambda ids: ids.map(order), kind="stable")
        rows.to_csv(out / f"{name}.csv", index=False, lineterminator="\n")
    summary = summarise(pd.read_csv(out / "scorecard.csv"), pd.read_csv(out / "scorecard_sanity.csv"))
    (out / "scorecard.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    (out / "scorecard.md").write_text(to_markdown(summary), encoding="utf-8")


def each(path: Path, columns: tuple[str, ...], film_ids: list[str], rows_of: Callable[[str], list[dict]]) -> None:
    """Append the rows of every film that has none in `path` yet, film by film."""
    path.parent.mkdir(parents=True, exist_ok=True)
    done = set(pd.read_csv(path)["film_id"]) if path.exists() else set()
    for i, film_id in enumerate(film_ids):
        if film_id in done:
            continue
        start = time.perf_counter()
        append(path, columns, rows_of(film_id))
        print(f"{path.name}: {film_id}, {i + 1} of {len(film_ids)}, {time.perf_counter() - start:.1f} s", flush=True)


def append(path: Path, columns: tuple[str, ...], rows: Iterable[dict]) -> None:
    """Append rows to a CSV file, its head first where it is new."""
    new = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        if new:
            writer.writeheader()
        writer.writerows(rows)


def circles_of(film_id: str) -> list[Circle]:
    """Return the film's annotated circles."""
    return [a.circle for a in annotations_by_film()[film_id] if a.circle]


class FoldModels:
    """The model of each fold: heads fitted on the other folds, set into one Keras graph, one fold at a time."""

    def __init__(self, bundle: Bundle, folder: Path) -> None:
        self.bundle, self.folder = bundle, folder
        self._fold: int | None = None

    def model(self, fold: int) -> ExplainedModel:
        """Return the model that has not seen the women of a fold; the one returned before is no longer valid."""
        if fold != self._fold:
            mean, deviation, *film = (self._heads[f"{name}_{fold}"] for name in _HEADS)
            no_region = np.zeros((2 * N_FEATURES, 3), np.float32), np.zeros(3, np.float32)  # no map asks for it
            set_heads(self._graph.model, mean, deviation, no_region, tuple(film))
            self._fold = fold
        graph = self._graph
        return ExplainedModel(graph, film_bias(graph.model), self.bundle.info["scan"]["top_cells"], lambda: graph)

    @cached_property
    def _graph(self) -> KerasGraph:
        return KerasGraph(build_network())

    @cached_property
    def _heads(self) -> dict[str, np.ndarray]:
        """Return the heads of all folds: from the work folder, or fitted now (some minutes)."""
        path = self.folder / "heads.npz"
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            np.savez(path, **self._fit())
        return dict(np.load(path))

    def _fit(self) -> dict[str, np.ndarray]:
        raw = [np.zeros(N_FEATURES), np.full(N_FEATURES, 1 - 1e-6)]  # as `load_study` wants the features
        self._graph.model.get_layer(EXPLAINED_LAYER).set_weights(raw)
        print("preparing films", flush=True)
        study = load_study(self._graph, self.bundle.config, seed=self.bundle.info["seed"])
        parts, found = folds_of(study, REPEAT), {}
        for fold in range(N_FOLDS):
            print(f"fitting the film head of fold {fold}", flush=True)
            films = study.films_of(frozenset().union(*(part for i, part in enumerate(parts) if i != fold)))
            arrays = (*cell_statistics(films), *fit_film_head(films, self._settings(fold), self.bundle.info["seed"]))
            found |= {f"{name}_{fold}": array for name, array in zip(_HEADS, arrays, strict=True)}
        return found

    def _settings(self, fold: int) -> HeadConfig:
        """Return the film head's settings that were chosen inside a fold's training part."""
        rows = pd.read_csv(self.bundle.folder / "history.csv")
        row = rows[(rows["repeat"] == REPEAT) & (rows["fold"] == fold) & (rows["head"] == "film")].iloc[0]
        return HeadConfig(int(row["n_components"]), float(row["inverse_penalty"]), bool(row["whiten"]))


def prepare(film_id: str, bundle: Bundle) -> Preprocessed:
    """Return a film of MIAS as the model sees it."""
    return preprocess(load_mammogram(open_films()[film_id]), bundle.config)


def score_film(film_id: str, folds: FoldModels) -> list[dict]:
    """Return the rows of a film: each method for `malignant` and for the film's own class, and the baselines."""
    prepared, circles = prepare(film_id, folds.bundle), circles_of(film_id)
    grid, fold, own = lay_out(prepared), load_folds()[woman_of(film_id)][REPEAT], film_class(film_id)
    model, targets = folds.model(fold), tuple(dict.fromkeys((TARGET, own)))
    head = {"model_id": folds.bundle.model_id, "film_id": film_id, "woman_id": woman_of(film_id), "fold": fold}
    head |= {"film_class": own}
    rows = []
    for method in METHODS:
        for target, relative in zip(targets, class_maps(method, targets, grid, model), strict=True):
            score = score_map(on_film(relative, grid, prepared), circles)
            rows.append(head | {"target": target, "method": method} | score.to_row())
    width_height = prepared.film_shape[::-1]
    breast = cv2.resize(prepared.breast_mask.astype(np.uint8), width_height, interpolation=cv2.INTER_NEAREST) > 0
    baselines = score_baselines(breast, circles, seed=FILM_IDS.index(film_id))
    return rows + [head | {"target": "", "method": name} | score.to_row() for name, score in baselines.items()]


def sanity_films(placed: list[str]) -> list[str]:
    """Return the first malignant films, one a woman."""
    malignant = {
        woman_of(film_id): film_id for film_id in sorted(placed, reverse=True) if film_class(film_id) == TARGET
    }
    return sorted(malignant.values())[:N_SANITY]


def check_film(film_id: str, bundle: Bundle) -> list[dict]:
    """Return how alike each method's map is after shuffling, level by level."""
    grid, model = lay_out(prepare(film_id, bundle)), released_model(bundle)
    head = {"model_id": bundle.model_id, "film_id": film_id, "woman_id": woman_of(film_id)}
    rows = []
    for method in METHODS:
        checked = check(method, TARGET, grid, model)
        for level in LEVELS:
            found = checked[level][1]
            rank = "" if found.rank is None else f"{found.rank:.4f}"
            rows.append(head | {"method": method, "level": level, "rank": rank, "ssim": f"{found.ssim:.4f}"})
    return rows


if __name__ == "__main__":
    sys.exit(main())
