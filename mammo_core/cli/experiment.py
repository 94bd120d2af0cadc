"""Experiments at the terminal: `train RUN --set network.backbone=...` and what `tune` shares with it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mammo_core.cli.inputs import tell

if TYPE_CHECKING:
    from mammo_core.training.settings import ExperimentSettings

_NAMES = {"loss": "loss", "accuracy": "accuracy", "dice": "Dice", "auc": "AUC"}
_FIGURES = {
    "auc_macro": "AUC, mean of each class against the rest",
    "auc_abnormal": "AUC, normal against abnormal",
    "auc_malignant": "AUC, malignant against the rest",
    "accuracy": "accuracy of the most probable class",
    "dice": "Dice of outline and circle, films with a lesion",
    "auc_lesion": "AUC, films with a lesion against those without",
}


def run_experiment(args: argparse.Namespace) -> int:
    """Train an experiment or go on with it, telling loss, accuracy and AUC as they come; print its figures."""
    from mammo_core.training.run import train_experiment
    from mammo_core.training.run_folder import ExperimentFolder

    if args.activate:
        raise argparse.ArgumentTypeError("an experiment is no release and cannot be activated; leave --activate out")
    try:
        folder = ExperimentFolder.named(args.model_id)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    if args.resume and not folder.exists:
        raise argparse.ArgumentTypeError(f"there is no experiment {args.model_id} to go on with")
    if args.resume and args.assignments:
        raise argparse.ArgumentTypeError("--resume goes on with the run's own settings; leave --set out")
    settings = folder.settings() if args.resume else experiment_settings_of(args)
    quiet_tensorflow()
    ended = train_experiment(folder, settings, on_step=tell_step, on_epoch=tell_epoch)
    if ended == "stopped":
        tell(f"stopped; python -m mammo_core train {folder.name} --resume goes on")
    else:
        print(figures_text(folder.read("result")))
    print(folder.path)
    return 0


def experiment_settings_of(args: argparse.Namespace) -> ExperimentSettings:
    """Return an experiment's settings with `--set` applied; wrong ones are wrong use."""
    from mammo_core.training.settings import experiment_settings

    try:
        return experiment_settings(args.assignments)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def quiet_tensorflow() -> None:
    """Keep TensorFlow's remarks on processors and missing graphics cards off stderr, unless they are asked for."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def tell_step(epoch: int, step: int, steps: int, metrics: Mapping[str, float]) -> None:
    """Keep a line of the running epoch up to date, where a person looks on."""
    if sys.stderr.isatty():
        print(f"\r\033[Kepoch {epoch}  step {step}/{steps}  {_line(metrics)}", end="", file=sys.stderr, flush=True)


def tell_epoch(row: Mapping[str, float]) -> None:
    """Tell a whole epoch: training, then validation."""
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    validation = {name.removeprefix("val_"): value for name, value in row.items() if name.startswith("val_")}
    tell(f"epoch {row['epoch']}  {_line(row)}  | validation: {_line(validation)}  | {row['seconds']:.1f} s")


def figures_text(result: Mapping[str, Any]) -> str:
    """Return a run's figures on the women kept apart, one a line, with their intervals."""
    lines = [f"{result['n_pictures']} pictures of {result['n_women']} women kept apart (95 % interval over women)"]
    for name, found in result["figures"].items():
        value = "undefined" if found["value"] is None else f"{found['value']:.3f}"
        interval = found["reason"] if found["low"] is None else f"{found['low']:.3f} to {found['high']:.3f}"
        lines.append(f"{value}  ({interval})  {_FIGURES[name]}")
    return "\n".join(lines)


def _line(metrics: Mapping[str, float]) -> str:
    return "  ".join(f"{title} {metrics[name]:.3f}" for name, title in _NAMES.items() if name in metrics)
