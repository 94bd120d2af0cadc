"""Tables of figures: as text to read, and as numbers to keep, from the same rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from mammo_core.report.chart_style import interval_text, percent_text


@dataclass(frozen=True)
class Cell:
    """A figure of `metrics.json` in a table, and how it is written to be read."""

    figure: Mapping
    text: Callable[[Mapping], str] = interval_text


def share(figure: Mapping) -> Cell:
    """Return a share, read as `77 % [71, 84]`."""
    return Cell(figure, percent_text)


def shown(rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """Return the table as it is read: each figure one text."""
    return pd.DataFrame(
        [
            {name: cell.text(cell.figure) if isinstance(cell, Cell) else cell for name, cell in row.items()}
            for row in rows
        ]
    )


def saved(rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """Return the table as numbers: each figure four columns, for value, both ends of its interval, and n."""
    return pd.DataFrame([_numbers(row) for row in rows])


def _numbers(row: Mapping[str, object]) -> dict[str, object]:
    numbers: dict[str, object] = {}
    for name, cell in row.items():
        if not isinstance(cell, Cell):
            numbers[name] = cell
            continue
        low, high = cell.figure["ci95"] or (None, None)
        ends = {"low": low, "high": high, "n": cell.figure["n"]}
        numbers |= {name: cell.figure["value"]} | {f"{name}, {end}": value for end, value in ends.items()}
    return numbers
