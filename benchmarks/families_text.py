"""What docs/families.md says, from the rows of docs/families.csv."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill
from typing import Any

from mammo_core.network.families.names import UNET

_HEAD = ("network", "learns", "folds", "women kept apart", "AUC, mean", "AUC, malignant")
_COST_HEAD = ("network", "learns", "side, pixels", "parameters", "that learn", "weights, MB", "s per epoch",
              "epochs at most", "a fold, minutes", "run here")  # fmt: skip


def families_text(rows: Sequence[dict[str, Any]], differences: Sequence[str], searched: str) -> str:
    """Return the document.

    Args:
        rows: One a line of the table, as docs/families.csv has them.
        differences: Lines that hold networks against each other; may be empty.
        searched: What the search for settings found, as text; may be empty.
    """
    run = [row for row in rows if row["folds"]]
    found = _table(_HEAD, [_found(row) for row in run if row["backbone"] != UNET])
    unet = "".join(_unet_text(row) for row in run if row["backbone"] == UNET)
    costs = _table(_COST_HEAD, [_cost(row) for row in rows])
    return "\n".join([_INTRO, found, "", *differences, "", unet, _COSTS, costs, _OUTRO]) + searched


def _table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *lines))


def _found(row: dict[str, Any]) -> tuple[str, ...]:
    women = f"{row['n_women']} ({row['n_pictures']} pictures)"
    return (row["network"], row["learns"], str(row["folds"]), women, _interval(row, "main"), _interval(row, "second"))


def _cost(row: dict[str, Any]) -> tuple[str, ...]:
    seconds, at_most = row["seconds_per_epoch"], row["epochs_at_most"]
    minutes = "–" if seconds is None else f"{seconds * at_most / 60:.1f}"
    counts = (_counted(row["n_parameters"]), _counted(row["n_trainable"]), _number(row["file_mb"], ".1f"))
    return (
        *(row["network"], row["learns"], _number(row["side_px"], "d"), *counts, _number(seconds, "g")),
        *(str(at_most), minutes, _run_here(row)),
    )


def _run_here(row: dict[str, Any]) -> str:
    """Return how much of a plan was run, or why none of it was."""
    if row["folds"]:
        return f"{row['folds']} of 5 folds, {row['epochs']} epochs each"
    if row["planned"] or row["weights_here"] is None:
        return "not yet"
    return "no: for its cost" if row["weights_here"] else "no: its ImageNet weights are not here"


def _number(value: float | None, form: str) -> str:
    return "–" if value is None else f"{value:{form}}"


def _counted(count: int | None) -> str:
    """Return a count of weights as people say it."""
    if count is None:
        return "–"
    return f"{count / 1e6:.1f} M" if count >= 1e5 else f"{count:,}"


def _interval(row: dict[str, Any], which: str) -> str:
    if row[which] is None:
        return "–"
    if row[f"{which}_low"] is None:
        return f"{row[which]:.2f}"
    return f"{row[which]:.2f} ({row[f'{which}_low']:.2f} to {row[f'{which}_high']:.2f})"


def _unet_text(row: dict[str, Any]) -> str:
    said = (
        f"The {row['network']} outlines lesions on whole films of {row['side_px']} pixels, from the radiologists' "
        f"circles. On {row['n_pictures']} films of {row['n_women']} women kept apart, Dice of outline and circle is "
        f"{_interval(row, 'main')} on films with a lesion, AUC of these against films without "
        f"{_interval(row, 'second')}."
    )
    return f"{fill(said, 120)}\n"


_INTRO = """# Families of networks

Written by `make families` from runs of `train`; the released model is none of these. Each figure is on women who
neither taught nor chose the epoch, with its 95 % interval over women; the folds of several runs are taken together.
Regions are squares of 19.2 mm around lesions and matched normal places of MIAS, split by woman: three fifths teach, one
fifth chooses the epoch, one is kept apart. A film in polar form has its own class, so its line is another task.

## What was found
"""
_COSTS = """**How to read it.** An interval of a difference that holds 0 shows no difference; one of an AUC that
holds 0.5 shows nothing found. Networks that were not run have no figure; published ones on copies of the same films
split at random say nothing about them (see the leakage lab).

## What they cost
"""
_OUTRO = """
Seconds are of one core's processor (`make families ARGS=--time`): two steps of learning and of scoring are timed, and
counted up to the pictures of an epoch. A fold takes at most its epochs; early stopping often ends it sooner. Weights
count four bytes a parameter. ImageNet's weights of the networks that have none here come from keras.applications, which
downloads them where a network allows; their time was measured with random weights, which takes as long.
"""
