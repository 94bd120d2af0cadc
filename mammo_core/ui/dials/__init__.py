"""Sliders that are followed while they move: Streamlit's own speak up only when they are let go.

The browser sends a move, waits until Python has answered it, and then sends the newest one: however slow the work, it
never queues up, and the picture is never further behind than one piece of work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import streamlit as st

_FOLDER = Path(__file__).parent
_component = st.components.v2.component(
    "mammo_dials", **{kind: (_FOLDER / f"dials.{kind}").read_text(encoding="utf-8") for kind in ("html", "css", "js")}
)


@dataclass(frozen=True)
class Dial:
    """One slider.

    Attributes:
        id: What its value is known by.
        label: Above it.
        help: One sentence below it.
        low: Smallest value.
        high: Largest value.
        step: Between values.
        unit: After the value, with what parts it from the number: ` mm`; `{}` stands for the value itself: `{} x {}`.
        off: What is shown in place of the smallest value; empty for the value.
        idle: Whether it changes nothing now; it is drawn fainter and can be moved.
    """

    id: str
    label: str
    help: str
    low: float
    high: float
    step: float
    unit: str = "{}"
    off: str = ""
    idle: bool = False


@dataclass(frozen=True)
class Move:
    """What the visitor did to the sliders.

    Attributes:
        values: The value of every slider, within its limits and on its steps.
        gesture: The same for all moves of one drag, or of one run of key presses on a slider.
        moving: Whether more is likely to come at once.
    """

    values: dict[str, float]
    gesture: int
    moving: bool


def show_dials(
    label: str,
    dials: Sequence[Dial],
    values: Mapping[str, float],
    on_move: Callable[[Move], None],
    key: str,
    stamp: int = 0,
) -> None:
    """Show sliders; draw them after what they change, for their being drawn tells the browser that all has arrived.

    Args:
        label: What the sliders do, for those who cannot see them.
        dials: The sliders.
        values: Where they stand.
        on_move: Called with a move before the page is drawn anew.
        key: Key of the component.
        stamp: Another number moves the sliders to `values` even while the visitor holds one.
    """

    def moved() -> None:
        move = read_move(st.session_state[key].get("move"), dials)
        if move is not None:
            on_move(move)

    state = st.session_state.get(key) or {}
    asked = state.get("move")
    answered = asked.get("number", 0) if isinstance(asked, dict) else 0
    data = {"label": label, "dials": [asdict(dial) | {"value": values[dial.id]} for dial in dials]}
    _component(data=data | {"answered": answered, "stamp": stamp}, key=key, on_move_change=moved, height="content")


def read_move(sent: Any, dials: Sequence[Dial]) -> Move | None:
    """Return what the browser sent as a move; None where it is none. Values are brought within their limits."""
    if not isinstance(sent, dict) or not isinstance(sent.get("values"), dict):
        return None
    values = {}
    for dial in dials:
        value = sent["values"].get(dial.id)
        if not isinstance(value, int | float) or value != value:
            return None
        steps = round((min(max(value, dial.low), dial.high) - dial.low) / dial.step)
        values[dial.id] = round(dial.low + steps * dial.step, 6)
    gesture = sent.get("gesture")
    return Move(values, gesture if isinstance(gesture, int) else 0, sent.get("moving") is True)
