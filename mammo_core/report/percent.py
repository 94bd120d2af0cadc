"""A share as every page and the printed report write it."""

from __future__ import annotations


def percent(share: float) -> str:
    """Return `15 %`; a share that is not nothing never reads as nothing, nor one that is not all as all."""
    if 0 < share < 0.005:
        return "< 1 %"
    if 0.995 <= share < 1:
        return "> 99 %"
    return f"{100 * share:.0f} %"
