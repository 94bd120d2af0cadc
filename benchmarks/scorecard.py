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
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from mammo_core.config import ROOT
from mammo_core.evaluate.crossval import folds_of
from mammo_core.evaluate.fit import cell_statistics, fit_film_head
from mammo_core.evaluate.run import Run
from mammo_core.evaluate.scorecard import BASELINES, COLUMNS, SANITY_COLUMNS, score_baselines, score_map, summarise
from mammo_core.evaluate.scorecard_text import to_markdown
from mammo_core.evaluate.settings import Settings
from mammo_core.evaluate.study import load_study
from mammo_core.explain import sanity
from mammo_core.explain.explain import METHODS, class_maps, on_film
from mammo_core.explain.keras_methods import KerasGraph
from mammo_core.explain.model import ExplainedModel, released_model
from mammo_core.film.load import load_mammogram
from mammo_core.mias.films import open_films
from mammo_core.mias.index import FILM_IDS, annotations_by_film, film_class, woman_of
from mammo_core.mias.splits import N_FOLDS, load_folds
from mammo_core.network.build import build_network, film_bias, set_heads
from mammo_core.network.bundle import Bundle, load_bundle
from mammo_core.network.geometry import N_FEATURES, REGION_CELLS, REGION_PX
from mammo_core.network.grid import lay_out
from mammo_core.network.heads import HeadConfig
from mammo_core.network.runtime import OnnxNetwork
from mammo_core.preprocess import preprocess
from mammo_core.types import Circle, Preprocessed

REPEAT = 0
PASSES = (("gradcam", "gradcam++", "layercam", "saliency"), ("scorecam",), ("smoothgrad",))
"""Methods are measured on all films before the next, slower ones are begun."""
TARGET = "malignant"
RowsOf = Callable[[str], list[dict]]
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
    placed = placed[: args.films]
    scores, checks = folds.folder / "scorecard.csv", folds.folder / "scorecard_sanity.csv"
    each(scores, COLUMNS, placed, BASELINES, lambda film_id: baseline_rows(film_id, bundle))
    for methods in PASSES:
        each(scores, COLUMNS, placed, methods, lambda film_id, methods=methods: method_rows(film_id, methods, folds))
        checked = sanity_films(placed)
        each(checks, SANITY_COLUMNS, checked, methods, lambda film_id, methods=methods: check(film_id, methods, bundle))
        write(args.out, pd.read_csv(scores), pd.read_csv(checks))
    return 0


def write(out: Path, scores: pd.DataFrame, checks: pd.DataFrame) -> None:
    """Write rows, figures and text of what was measured."""
    films, methods = list(FILM_IDS), [*METHODS, *BASELINES]
    for name, rows in (("scorecard", scores), ("scorecard_sanity", checks)):
        places = rows["method"].map(methods.index), rows["film_id"].map(films.index)
        rows = rows.assign(method_place=places[0], film_place=places[1])
        rows = rows.sort_values(["film_place", "method_place"], kind="stable")[list(rows.columns[:-2])]
        rows.to_csv(out / f"{name}.csv", index=False, lineterminator="\n")
    summary = summarise(pd.read_csv(out / "scorecard.csv"), pd.read_csv(out / "scorecard_sanity.csv"))
    (out / "scorecard.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    (out / "scorecard.md").write_text(to_markdown(summary), encoding="utf-8")


def each(path: Path, columns: tuple[str, ...], film_ids: list[str], methods: tuple[str, ...], rows_of: RowsOf) -> None:
    """Append the rows of every film that has none of these methods in `path` yet, film by film."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = pd.read_csv(path) if path.exists() else pd.DataFrame(columns=columns)
    done = set(rows.loc[rows["method"].isin(methods), "film_id"])
    for i, film_id in enumerate(film_ids):
        if film_id not in done:
            start = time.perf_counter()
            append(path, columns, rows_of(film_id))
            seconds = time.perf_counter() - start
            print(
                f"{path.stem}, {', '.join(methods)}: {film_id}, {i + 1} of {len(film_ids)}, {seconds:.1f} s", flush=True
            )


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
        print("preparing films", flush=True)
        frozen = Run(Settings(), lambda stage, fraction: None).network
        study = load_study(FilmsOnly(frozen), self.bundle.config, seed=self.bundle.info["seed"])
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
        return HeadConfig(**{field.name: row[field.name].item() for field in fields(HeadConfig)})


class FilmsOnly:
    """A network that runs films and passes over the study's regions: no map needs the region head."""

    def __init__(self, network: OnnxNetwork) -> None:
        self._network = network

    def run(self, image: np.ndarray, outputs: Sequence[str]) -> dict[str, np.ndarray]:
        """Run a film; a region's features are left 0."""
        if image.shape == (REGION_PX, REGION_PX):
            return {name: np.zeros((REGION_CELLS, REGION_CELLS, N_FEATURES), np.float32) for name in outputs}
        return self._network.run(image, outputs)


def prepare(film_id: str, bundle: Bundle) -> Preprocessed:
    """Return a film of MIAS as the model sees it."""
    return preprocess(load_mammogram(open_films()[film_id]), bundle.config)


def head_of(film_id: str, bundle: Bundle) -> dict:
    """Return what all rows of a film begin with."""
    woman = woman_of(film_id)
    head = {"model_id": bundle.model_id, "film_id": film_id, "woman_id": woman, "fold": load_folds()[woman][REPEAT]}
    return head | {"film_class": film_class(film_id)}


def method_rows(film_id: str, methods: tuple[str, ...], folds: FoldModels) -> list[dict]:
    """Return the rows of some methods on a film: for `malignant`, and for the film's own class."""
    prepared, head = prepare(film_id, folds.bundle), head_of(film_id, folds.bundle)
    model = folds.model(head["fold"])
    scan = model.scan(lay_out(prepared))
    targets = tuple(dict.fromkeys((TARGET, head["film_class"])))
    return [
        head
        | {"target": target, "method": method}
        | score_map(on_film(relative, scan.grid, prepared), circles_of(film_id)).to_row()
        for method in methods
        for target, relative in zip(targets, class_maps(method, targets, scan, model), strict=True)
    ]


def baseline_rows(film_id: str, bundle: Bundle) -> list[dict]:
    """Return the rows of a film that owe nothing to a model."""
    prepared = prepare(film_id, bundle)
    width_height = prepared.film_shape[::-1]
    breast = cv2.resize(prepared.breast_mask.astype(np.uint8), width_height, interpolation=cv2.INTER_NEAREST) > 0
    scores = score_baselines(breast, circles_of(film_id), seed=FILM_IDS.index(film_id))
    head = head_of(film_id, bundle) | {"target": ""}
    return [head | {"method": name} | score.to_row() for name, score in scores.items()]


def sanity_films(placed: list[str]) -> list[str]:
    """Return the first malignant films, one a woman."""
    malignant = {
        woman_of(film_id): film_id for film_id in sorted(placed, reverse=True) if film_class(film_id) == TARGET
    }
    return sorted(malignant.values())[:N_SANITY]


def check(film_id: str, methods: tuple[str, ...], bundle: Bundle) -> list[dict]:
    """Return how alike each method's map is after shuffling, level by level."""
    grid, model = lay_out(prepare(film_id, bundle)), released_model(bundle)
    head = {"model_id": bundle.model_id, "film_id": film_id, "woman_id": woman_of(film_id)}
    rows = []
    for method in methods:
        checked = sanity.check(method, TARGET, grid, model)
        for level in sanity.LEVELS:
            found = checked[level][1]
            rank = "" if found.rank is None else f"{found.rank:.4f}"
            rows.append(head | {"method": method, "level": level, "rank": rank, "ssim": f"{found.ssim:.4f}"})
    return rows


if __name__ == "__main__":
    sys.exit(main())
