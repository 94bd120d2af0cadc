"""What docs/families.md says, from the rows of docs/families.csv."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mammo_core.network.families.names import UNET


def families_text(rows: Sequence[dict[str, Any]], differences: Sequence[str]) -> str:
    """Return the document.

    Args:
        rows: One a line of the table, as docs/families.csv has them.
        differences: Lines that hold networks against each other; may be empty.
    """
    head = "network | learns | folds | women kept apart | AUC, mean | AUC, malignant | s per epoch | parameters | file"
    lines = [f"| {head} |", "| --- " * (head.count("|") + 1) + "|"]
    lines += [_line(row) for row in rows if row["backbone"] != UNET]
    unet = "".join(_unet_text(row) for row in rows if row["backbone"] == UNET and row["folds"])
    return "\n".join([_INTRO, *lines, "", *differences, ""]) + unet + _OUTRO


def _line(row: dict[str, Any]) -> str:
    women = f"{row['n_women']} ({row['n_pictures']} pictures)" if row["folds"] else row["note"]
    cells = [row["network"], row["learns"], str(row["folds"] or "–"), women, _interval(row, "main")]
    cells += [_interval(row, "second"), _number(row["seconds_per_epoch"], "g"), _millions(row["n_parameters"])]
    return f"| {' | '.join(cells)} | {_number(row['file_mb'], '.0f')} MB |"


def _number(value: float | None, form: str) -> str:
    return "–" if value is None else f"{value:{form}}"


def _millions(count: int | None) -> str:
    return "–" if count is None else f"{count / 1e6:.1f} M"


def _interval(row: dict[str, Any], which: str) -> str:
    if row[which] is None:
        return "–"
    if row[f"{which}_low"] is None:
        return f"{row[which]:.2f}"
    return f"{row[which]:.2f} ({row[f'{which}_low']:.2f} to {row[f'{which}_high']:.2f})"


def _unet_text(row: dict[str, Any]) -> str:
    cost = f"{_millions(row['n_parameters'])} parameters, {_number(row['seconds_per_epoch'], 'g')} s per epoch"
    return (
        f"\nThe U-Net ({cost} of whole films), on {row['n_pictures']} films of {row['n_women']} women kept "
        f"apart: Dice of outline and circle {_interval(row, 'main')}, AUC of films with a lesion against those without "
        f"{_interval(row, 'second')}.\n"
    )


_INTRO = """# Families of networks

Written by `make families` from runs of `train`; the released model is none of these. Each figure is on women who
neither taught nor chose the epoch, with its 95 % interval over women; the folds of several runs are taken together.
Regions are squares of 19.2 mm around lesions and matched normal places of MIAS, split by woman: three fifths teach, one
fifth chooses the epoch, one is kept apart. Seconds are of one core, timed over a few steps (320 training regions; –:
not timed yet, `make families ARGS=--time` does it); files hold the weights alone. The weights that were not here come
from keras.applications, which downloads them where a network allows.
"""
_OUTRO = """
**How to read it.** An interval of a difference that holds 0 shows no difference. Networks that were not run have no
figure here; published ones on copies of the same films split at random say nothing about them (see the leakage lab).
"""
