"""`make families`: train the families that can be, time the others, and write docs/families.{md,csv,json}.

Runs lie in `runs/experiments/fam-*` and go on where they were cut off. Costs are timed on one thread in seconds of the
processor, not of the clock, so that a busy machine changes nothing: a few steps, times the steps of an epoch.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from benchmarks.families_text import families_text
from mammo_core.config import ROOT
from mammo_core.errors import BundleError
from mammo_core.metrics.bootstrap import paired_difference, resample_weights
from mammo_core.metrics.roc import one_vs_rest_auc
from mammo_core.mias.splits import N_FOLDS
from mammo_core.network.families.names import FAMILIES, UNET
from mammo_core.training.run import make_learner, train_experiment
from mammo_core.training.run_folder import ExperimentFolder, runs_dir
from mammo_core.training.scores import figures
from mammo_core.training.settings import ExperimentSettings, experiment_settings

OUT = ROOT / "docs" / "families"
LITE = ("efficientnet_lite0", "efficientnet_lite1", "efficientnet_lite2")
TRANSFER = ("fit.threads=1", "fit.epochs=20", "fit.patience=6")
FINE = (
    *("fit.threads=1", "fit.epochs=15", "fit.patience=5", "fit.learning_rate=0.0001"),
    "network.trainable_blocks=4",
)
N_TRAINING = 320
"""Regions that teach in a fold of MIAS, about."""
_TIMED_STEPS, _TIMED_BATCH = 3, 8


@dataclass(frozen=True)
class Plan:
    """One line of the table: a network, how it learns, the folds that were run, and the settings besides the fold."""

    backbone: str
    how: str
    title: str
    stated: tuple[str, ...]
    folds: tuple[int, ...] = (0,)

    def runs(self) -> Iterator[tuple[str, ExperimentSettings]]:
        """Yield (name, settings) of each fold's run."""
        short = self.backbone.replace("efficientnet_", "")
        for fold in self.folds:
            stated = (f"network.backbone={self.backbone}", f"data.fold={fold}", *self.stated)
            yield f"fam-{short}-{self.how}-{fold}", experiment_settings(stated)


PLANS = (
    *(Plan(name, "head", "transfer: the head learns", TRANSFER, (0, 1, 2, 3, 4)) for name in LITE),
    *(Plan(name, "fine", "fine-tuning: head and last 4 blocks", FINE) for name in LITE),
    Plan(
        *(LITE[0], "polar", "transfer, whole films in polar form"),
        ("data.picture=polar", "data.side_px=128", "fit.threads=1", "fit.epochs=15", "fit.patience=5"),
    ),
    Plan(
        *(UNET, "films", "outlines lesions, from random weights"),
        ("data.side_px=128", "fit.threads=1", "fit.epochs=25", "fit.patience=10"),
    ),
)


def main() -> int:
    """Train what is missing if asked to, time what was never timed, and write the documents."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train", action="store_true", help="train the runs that are missing (an hour of one core)")
    parser.add_argument("--time", action="store_true", help="time the networks (some minutes of one core)")
    args = parser.parse_args()
    if args.train:
        for fold in range(N_FOLDS):  # the first fold of every line before the second of any
            for plan in PLANS:
                for name, settings in plan.runs():
                    if settings.data.fold == fold:
                        _train(name, settings)
    if args.time:
        _time_networks()
    kept = _kept()
    runs, costs = _finished() or kept.get("runs", []), _timed() or kept.get("costs", [])
    _write(runs, costs)
    print(f"{len(runs)} runs and {len(costs)} costs written to {OUT.relative_to(ROOT)}.md, .csv and .json")
    return 0


def _train(name: str, settings: ExperimentSettings) -> None:
    folder = ExperimentFolder.named(name)
    if not folder.exists or folder.state() != "finished":
        print(f"training {name}", flush=True)
        train_experiment(folder, settings)


def _kept() -> dict[str, Any]:
    path = OUT.with_suffix(".json")
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _finished() -> list[dict[str, Any]]:
    """Return every finished run of the plans: its plan, settings, history, and what it said of the women kept apart."""
    found = []
    for number, plan in enumerate(PLANS):
        for name, settings in plan.runs():
            folder = ExperimentFolder.named(name)
            if folder.exists and folder.read("end").get("state") == "finished":
                about = {"plan": number, "name": name, "settings": settings.to_dict()}
                said = {"scores": folder.read("scores"), "result": folder.read("result")}
                found.append(about | {"history": [_rounded(row) for row in folder.history()]} | said)
    return found


def _rounded(row: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in row.items()}


def _timed() -> list[dict[str, Any]]:
    """Return what was timed so far; it is kept in `runs/`, so that timing goes on where it was cut off."""
    path = runs_dir() / "families-costs.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []


def _time_networks() -> None:
    """Time the networks, each learning by its head, and those without weights here as a whole too."""
    path = runs_dir() / "families-costs.json"
    found = [cost for cost in _timed() if cost["seconds_per_epoch"] is not None]
    timed = {(cost["backbone"], cost["whole"]) for cost in found}
    for name, family in FAMILIES.items():
        for whole in {"package": (False,), "keras": (False, True), "none": (True,)}[family.origin]:
            if (name, whole) not in timed:
                print(f"timing {family.title}{', all of it' if whole else ''}", flush=True)
                found.append(_cost(name, whole))
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(json.dumps(found), encoding="utf-8")


def _cost(name: str, whole: bool) -> dict[str, Any]:
    """Time a few steps; a frozen network whose weights cannot be had is timed with random ones, which takes as long."""
    stated = (f"network.backbone={name}", "fit.threads=1", "data.side_px=128" if name == UNET else "fit.seed=0")
    weights = "none" if whole else "imagenet"
    try:
        learner = make_learner(experiment_settings((*stated, f"network.weights={weights}")))
        weights_here = not whole
    except BundleError:
        learner, weights_here = make_learner(experiment_settings((*stated, "network.weights=none"))), False
        for layer in learner.model.layers[:-1]:
            layer.trainable = False
        learner.model.compile(learner.model.optimizer, learner.model.loss, jit_compile=False)
    side_px = learner.model.input.shape[1]
    given = np.random.default_rng(0).integers(0, 256, (_TIMED_BATCH, side_px, side_px)).astype(np.uint8)
    truth = given > 250 if name == UNET else np.arange(_TIMED_BATCH) % 3
    for _ in range(2):  # the first builds, the second compiles
        learner.learn(given, truth, np.ones(_TIMED_BATCH))
    began = time.process_time()
    for _ in range(_TIMED_STEPS):
        learner.learn(given, truth, np.ones(_TIMED_BATCH))
    each = (time.process_time() - began) / (_TIMED_STEPS * _TIMED_BATCH)
    return {
        "backbone": name,
        "whole": whole,
        "side_px": side_px,
        "weights_here": weights_here,
        "seconds_per_epoch": round(each * N_TRAINING, 1),
        "n_parameters": learner.n_parameters,
        "n_trainable": learner.n_trainable,
        "file_mb": round(4 * learner.n_parameters / 1e6, 1),
    }


def _write(runs: Sequence[dict[str, Any]], costs: Sequence[dict[str, Any]]) -> None:
    whole = {"runs": list(runs), "costs": list(costs)}
    OUT.with_suffix(".json").write_text(json.dumps(whole, separators=(",", ":")) + "\n", encoding="utf-8")
    by_plan = [[run for run in runs if run["plan"] == number] for number in range(len(PLANS))]
    rows = [_row(plan, some, costs) for plan, some in zip(PLANS, by_plan, strict=True)]
    run_plans = {(row["backbone"], row["whole"]) for row in rows}
    rows += [_not_run(cost) for cost in costs if (cost["backbone"], cost["whole"]) not in run_plans]
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    OUT.with_suffix(".csv").write_text(out.getvalue(), encoding="utf-8")
    OUT.with_suffix(".md").write_text(families_text(rows, _differences(by_plan)), encoding="utf-8")


def _together(runs: Sequence[dict[str, Any]]) -> dict[str, list]:
    """Return what several folds' networks said, each of women it had not seen, as one."""
    return {name: [one for run in runs for one in run["scores"][name]] for name in runs[0]["scores"]}


def _row(plan: Plan, runs: Sequence[dict[str, Any]], costs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return a plan as a row: the figures of all its folds' women together, each scored by a network without her."""
    whole = plan.backbone == UNET
    cost = next((cost for cost in costs if (cost["backbone"], cost["whole"]) == (plan.backbone, whole)), {})
    if plan.how not in ("head", "films"):  # another epoch than the one that was timed
        cost = cost | {"seconds_per_epoch": None, "n_trainable": None}
    row = {"backbone": plan.backbone, "network": FAMILIES[plan.backbone].title, "whole": whole, "learns": plan.title}
    row |= {"folds": len(runs), "n_women": 0, "n_pictures": 0, "epochs": 0}
    main, second = ("dice", "auc_lesion") if whole else ("auc_macro", "auc_malignant")
    row |= {f"{which}{part}": None for which in ("main", "second") for part in ("", "_low", "_high")}
    if runs:
        found = figures(_together(runs))
        row |= {"n_women": found["n_women"], "n_pictures": found["n_pictures"]}
        row["epochs"] = round(float(np.mean([len(run["history"]) for run in runs])))
        for which, name in (("main", main), ("second", second)):
            one = found["figures"][name]
            row |= {which: one["value"], f"{which}_low": one["low"], f"{which}_high": one["high"]}
    return row | _cost_columns(cost) | {"note": "" if runs else "not run yet"}


def _not_run(cost: dict[str, Any]) -> dict[str, Any]:
    family = FAMILIES[cost["backbone"]]
    learns = "from random weights: all of it learns" if cost["whole"] else "transfer: the head learns"
    reason = "not run: no ImageNet weights here" if not cost["whole"] else "not run: cost"
    empty = {f"{which}{part}": None for which in ("main", "second") for part in ("", "_low", "_high")}
    row = {"backbone": cost["backbone"], "network": family.title, "whole": cost["whole"], "learns": learns}
    row |= {"folds": 0, "n_women": 0, "n_pictures": 0, "epochs": 0}
    return row | empty | _cost_columns(cost) | {"note": reason}


def _cost_columns(cost: dict[str, Any]) -> dict[str, Any]:
    names = ("side_px", "seconds_per_epoch", "n_parameters", "n_trainable", "file_mb")
    return {name: cost.get(name) for name in names}


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
