"""Which rows of `predictions.csv` belong together: units apart, and the two kinds of normal regions apart."""

from __future__ import annotations

import pandas as pd

HEADLINE_REPEAT = 0
"""The partition of the women whose figures are quoted; the others show the spread."""
BLOCKS = {
    "film": ("film", ()),
    "breast": ("breast", ()),
    "woman": ("woman", ()),
    "region_normal": ("region", ("lesion", "normal")),
    "region_hard_normal": ("region", ("hard_lesion", "hard_normal")),
}
"""{name in `metrics.json`: (unit, kinds of lesions and normal regions that stand against each other)}."""


def rows_of(predictions: pd.DataFrame, block: str, repeat: int = HEADLINE_REPEAT) -> pd.DataFrame:
    """Return the rows of `predictions.csv` that a block of `BLOCKS` is computed from, in one repeat."""
    unit, kinds = BLOCKS[block]
    keep = (predictions["unit"] == unit) & (predictions["repeat"] == repeat)
    if kinds:
        keep &= predictions["kind"].isin(kinds)
    return predictions[keep]


def blocks_in(predictions: pd.DataFrame, repeat: int = HEADLINE_REPEAT) -> list[str]:
    """Return the names of the blocks that have cases, in the order of `BLOCKS`; regions need both kinds."""
    found = {name: set(rows_of(predictions, name, repeat)["kind"]) for name in BLOCKS}
    return [name for name, (_, kinds) in BLOCKS.items() if found[name] and found[name] >= set(kinds)]


def repeats_in(frame: pd.DataFrame) -> list[int]:
    """Return the numbers of the repeats in a frame, rising."""
    return sorted(int(repeat) for repeat in frame["repeat"].unique())
