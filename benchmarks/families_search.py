"""A search for the settings of transfer on Lite0, on small pictures so that it takes minutes; and what it found.

The same as `tune fam-search --trials 20` with each of `STATED` after `--set`; the released model is not touched by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill
from typing import Any

from mammo_core.mias.splits import N_FOLDS, load_folds
from mammo_core.training.run_folder import ExperimentFolder
from mammo_core.training.search import search, studies_dir
from mammo_core.training.settings import experiment_settings

NAME, N_TRIALS = "fam-search", 20
STATED = (
    *("network.backbone=efficientnet_lite0", "network.trainable_blocks=0", "data.side_px=64"),
    *("fit.epochs=12", "fit.patience=4", "fit.threads=1", "fit.tensorboard=false"),
)
_HEAD = ("trial", "validation AUC", "learning rate", "regions a step", "dropout", "balance", "epochs", "ended")


def run_search() -> None:
    """Try what is not tried yet, telling each trial."""
    names = [one.partition("=")[0] for one in STATED]
    search(NAME, experiment_settings(STATED), names, N_TRIALS, lambda row: print(f"trial {row['number']}", flush=True))


def kept_search() -> dict[str, Any]:
    """Return the kept search once it has run to its end, {} before.

    Returns:
        `rows`, one a trial; `monitor`; the `settings` that all trials share; `n_women` who judged.
    """
    folder = ExperimentFolder(studies_dir() / NAME)
    trials = folder.read("trials")
    if len(trials.get("rows", [])) < N_TRIALS:
        return {}
    data = folder.settings().data
    judges = [woman for woman, folds in load_folds().items() if folds[data.repeat] == (data.fold + 1) % N_FOLDS]
    return trials | {"settings": folder.read("settings"), "n_women": len(judges)}


def search_text(found: dict[str, Any]) -> str:
    """Return what a search found, in sentences; nothing for none.

    Args:
        found: As `kept_search` returns it.
    """
    if not found:
        return ""
    rows = sorted(found["rows"], key=lambda row: -row["value"])
    n_done = sum(row["state"] == "done" for row in rows)
    n_epochs, minutes = sum(row["epochs"] for row in rows), sum(row["seconds"] for row in rows) / 60
    best, middle, last = (f"{rows[i]['value']:.3f}" for i in (0, len(rows) // 2, -1))
    data = found["settings"]["data"]
    said = (
        f"Optuna tried {len(rows)} settings of transfer on EfficientNet-Lite0, on regions shrunk to {data['side_px']} "
        f"pixels, fold {data['fold']}: {n_done} to their end, {len(rows) - n_done} broken off because they fell behind "
        f"({n_epochs} epochs, {minutes:.0f} minutes by the clock). Validation AUC, on the regions of the "
        f"{found['n_women']} women who choose the epoch, was {best} for the best, {middle} for the middle one and "
        f"{last} for the last. The best of {len(rows)} is flattered by having been chosen, the women kept apart "
        "were never looked at, and nothing of it goes into the released model."
    )
    lines = "\n".join(f"| {' | '.join(cells)} |" for cells in (_HEAD, ["---"] * len(_HEAD), *map(_cells, rows)))
    return f"\n## A search for settings\n\n{fill(said, 120)}\n\n{lines}\n"


def _cells(row: dict[str, Any]) -> Sequence[str]:
    chosen = row["settings"]
    return (
        *(str(row["number"]), f"{row['value']:.3f}", f"{chosen['fit.learning_rate']:.1e}"),
        *(str(chosen["fit.batch_size"]), f"{chosen['network.dropout']:.2f}", chosen["data.balance"]),
        *(str(row["epochs"]), row["state"]),
    )
