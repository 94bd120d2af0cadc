"""`make families`: train the families that can be, time them all, and write docs/families.{md,csv,json}.

Runs lie in `runs/experiments/fam-*` and go on where they were cut off. Costs are timed on one thread in seconds of the
processor, not of the clock, so that a busy machine changes nothing: a few steps of learning and of scoring, times the
pictures of an epoch.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.families_cost import time_epoch
from benchmarks.families_search import kept_search, run_search, search_text
from benchmarks.families_text import families_text
from mammo_core.config import ROOT
from mammo_core.metrics.bootstrap import paired_difference, resample_weights
from mammo_core.metrics.roc import one_vs_rest_auc
from mammo_core.network.families.names import FAMILIES, UNET
from mammo_core.training.run import train_experiment
from mammo_core.training.run_folder import ExperimentFolder, runs_dir
from mammo_core.training.scores import figures
from mammo_core.training.settings import ExperimentSettings, experiment_settings

OUT = ROOT / "docs" / "families"
LITE = tuple(name for name, family in FAMILIES.items() if family.origin == "package")
DOWNLOADED = tuple(name for name, family in FAMILIES.items() if family.origin == "keras")
SMALL = ("mobilenet", "mobilenet_v2")
"""Learned from scratch too, which takes a minute; the others' cost is told."""
HEAD, SCRATCH = "transfer: the head learns", "from random weights: all of it learns"
TRANSFER = ("fit.threads=1", "fit.epochs=20", "fit.patience=6")
FROM_SCRATCH = (*TRANSFER, "network.weights=none")
FINE = (
    *("fit.threads=1", "fit.epochs=15", "fit.patience=5", "fit.learning_rate=0.0001"),
    "network.trainable_blocks=4",
)
OUTLINE = (
    *("data.side_px=128", "fit.threads=1", "fit.epochs=60", "fit.patience=25"),
    *("fit.batch_size=8", "fit.learning_rate=0.003"),
)
POLAR = ("data.picture=polar", "data.side_px=128", "fit.threads=1", "fit.epochs=15", "fit.patience=5")


@dataclass(frozen=True)
class Plan:
    """One line of the table: a network, how it learns, and the folds that are to be run; none where only the cost is.

    Attributes:
        backbone: A key of `FAMILIES`.
        how: One word for it, part of the runs' names.
        title: How it learns, in words.
        stated: The settings besides the backbone and the fold.
        folds: Of the first partition of women.
    """

    backbone: str
    how: str
    title: str
    stated: tuple[str, ...]
    folds: tuple[int, ...] = (0,)

    @property
    def name(self) -> str:
        """What its runs are called, but for the fold."""
        return f"fam-{self.backbone.replace('efficientnet_', '').replace('_', '-')}-{self.how}"

    def settings(self, fold: int) -> ExperimentSettings:
        """Return the settings of a fold's run."""
        return experiment_settings((f"network.backbone={self.backbone}", f"data.fold={fold}", *self.stated))

    def runs(self) -> Iterator[tuple[str, ExperimentSettings]]:
        """Yield (name, settings) of each fold's run."""
        for fold in self.folds:
            yield f"{self.name}-{fold}", self.settings(fold)


PLANS = (
    *(Plan(name, "head", HEAD, TRANSFER, (0, 1, 2, 3, 4)) for name in LITE),
    *(Plan(name, "fine", "fine-tuning: head and last 4 blocks", FINE, (0, 1, 2, 3, 4)) for name in LITE),
    Plan(LITE[0], "polar", "transfer, whole films in polar form", POLAR, (0, 1, 2, 3, 4)),
    Plan(UNET, "films", "outlines lesions, from random weights", OUTLINE),
    *(Plan(name, "head", HEAD, TRANSFER, ()) for name in DOWNLOADED),
    *(Plan(name, "scratch", SCRATCH, FROM_SCRATCH, (0,) if name in SMALL else ()) for name in DOWNLOADED),
)


def main() -> int:
    """Train what is missing if asked to, time what was never timed, and write the documents."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train", action="store_true", help="train the runs that are missing (an hour of one core)")
    parser.add_argument("--time", action="store_true", help="time the networks (some minutes of one core)")
    parser.add_argument("--search", action="store_true", help="search settings with Optuna (some minutes of one core)")
    args = parser.parse_args()
    if args.train:
        for fold in range(max(len(plan.folds) for plan in PLANS)):  # the first of every line before the second of any
            for plan in PLANS:
                for name, settings in list(plan.runs())[fold : fold + 1]:
                    _train(name, settings)
    if args.time:
        _time_plans()
    if args.search:
        run_search()
    kept = _read(OUT.with_suffix(".json"))
    runs = {run["name"]: run for run in kept.get("runs", [])} | _finished()
    costs = kept.get("costs", {}) | _timed()
    _write([runs[name] for name in sorted(runs)], costs, kept_search() or kept.get("search", {}))
    print(f"{len(runs)} runs and {len(costs)} costs written to {OUT.relative_to(ROOT)}.md, .csv and .json")
    return 0


def _train(name: str, settings: ExperimentSettings) -> None:
    folder = ExperimentFolder.named(name)
    if not folder.exists or folder.state() != "finished":
        print(f"training {name}", flush=True)
        train_experiment(folder, settings)


def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _finished() -> dict[str, dict[str, Any]]:
    """Return every finished run of the plans, by name: settings, history, and what it said of the women kept apart."""
    found = {}
    for name, settings in (run for plan in PLANS for run in plan.runs()):
        folder = ExperimentFolder.named(name)
        if folder.exists and folder.settings() == settings and folder.read("end").get("state") == "finished":
            about = {"name": name, "settings": settings.to_dict(), **folder.read("network")}
            said = {"scores": folder.read("scores"), "result": folder.read("result")}
            found[name] = about | {"history": [_rounded(row) for row in folder.history()]} | said
    return found


def _rounded(row: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in row.items()}


def _timed() -> dict[str, dict[str, Any]]:
    """Return what was timed so far, by plan; it is kept in `runs/`, so that timing goes on where it was cut off."""
    return _read(runs_dir() / "families-costs.json")


def _time_plans() -> None:
    found = _timed()
    for plan in PLANS:
        if plan.name not in found:
            print(f"timing {plan.name}", flush=True)
            path = runs_dir() / "families-costs.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            found[plan.name] = time_epoch(plan.settings(0))
            path.write_text(json.dumps(found, indent=1), encoding="utf-8")


def _write(runs: Sequence[dict[str, Any]], costs: dict[str, dict[str, Any]], found: dict[str, Any]) -> None:
    whole = {"runs": list(runs), "costs": costs, "search": found}
    OUT.with_suffix(".json").write_text(json.dumps(whole, separators=(",", ":")) + "\n", encoding="utf-8")
    names = [{name for name, _ in plan.runs()} for plan in PLANS]
    by_plan = [[run for run in runs if run["name"] in some] for some in names]
    rows = [_row(plan, some, costs.get(plan.name, {})) for plan, some in zip(PLANS, by_plan, strict=True)]
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    OUT.with_suffix(".csv").write_text(out.getvalue(), encoding="utf-8")
    OUT.with_suffix(".md").write_text(families_text(rows, _differences(by_plan), search_text(found)), encoding="utf-8")


def _together(runs: Sequence[dict[str, Any]]) -> dict[str, list]:
    """Return what several folds' networks said, each of women it had not seen, as one."""
    return {name: [one for run in runs for one in run["scores"][name]] for name in runs[0]["scores"]}


def _row(plan: Plan, runs: Sequence[dict[str, Any]], cost: dict[str, Any]) -> dict[str, Any]:
    """Return a plan as a row: the figures of all its folds' women together, each scored by a network without her."""
    outlines, settings = plan.backbone == UNET, plan.settings(0)
    row = {"backbone": plan.backbone, "network": FAMILIES[plan.backbone].title, "learns": plan.title}
    row |= {
        "folds": len(runs),
        "planned": len(plan.folds),
        "n_women": 0,
        "n_pictures": 0,
        "epochs": "",
        "epochs_at_most": settings.fit.epochs,
    }
    row |= {f"{which}{part}": None for which in ("main", "second") for part in ("", "_low", "_high")}
    if runs:
        found = figures(_together(runs))
        row |= {"n_women": found["n_women"], "n_pictures": found["n_pictures"]}
        row["epochs"] = round(float(np.mean([len(run["history"]) for run in runs])))
        names = ("dice", "auc_lesion") if outlines else ("auc_macro", "auc_malignant")
        for which, name in zip(("main", "second"), names, strict=True):
            one = found["figures"][name]
            row |= {which: one["value"], f"{which}_low": one["low"], f"{which}_high": one["high"]}
    columns = ("side_px", "weights_here", "n_training", "seconds_per_epoch", "n_parameters", "n_trainable", "file_mb")
    return row | {name: cost.get(name) for name in columns}


def _differences(by_plan: Sequence[Sequence[dict[str, Any]]]) -> list[str]:
    """Hold plans against the first on the same women, where both were run on the same folds of the same pictures."""
    texts, first = [], by_plan[0]
    for plan, runs in zip(PLANS[1:], by_plan[1:], strict=True):
        folds = {run["settings"]["data"]["fold"] for run in runs}
        same = [run for run in first if run["settings"]["data"]["fold"] in folds]
        if not runs or len(same) != len(runs) or _together(runs)["names"] != _together(same)["names"]:
            continue
        ours, theirs = _together(runs), _together(same)
        labels, weights = np.array(ours["labels"]), resample_weights(np.array(ours["women"]))
        macro = [partial(_macro_auc, labels, np.array(one["shares"])) for one in (ours, theirs)]
        found = paired_difference(*macro, weights)
        what = f"{FAMILIES[plan.backbone].title}, {plan.title}"
        n = f"{len(np.unique(ours['women']))} women"
        texts.append(f"- {what}: {found.value:+.2f} ({found.low:+.2f} to {found.high:+.2f}), {n}")
    if not texts:
        return []
    title = f"AUC (mean) less that of {FAMILIES[PLANS[0].backbone].title}, {PLANS[0].title}, on the same women:"
    return [title, "", *texts]


def _macro_auc(labels: np.ndarray, shares: np.ndarray, weights: np.ndarray | None) -> np.ndarray:
    return one_vs_rest_auc(labels, shares, weights).mean(axis=-1)


if __name__ == "__main__":
    sys.exit(main())
