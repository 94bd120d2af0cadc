"""The settings that a visitor chose, kept from film to film and from page to page, with a way back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import streamlit as st

from mammo_core.film.enhance_settings import PRESETS, EnhanceSettings
from mammo_core.ui.dials import Dial, Move
from mammo_core.ui.words import enhance as words

DIALS = (
    Dial("clip_limit", *words.DIALS["clip_limit"], 0, 8, 0.25, "{}", words.OFF),
    Dial("tiles", *words.DIALS["tiles"], 2, 24, 1, "{} × {}"),
    Dial("amount", *words.DIALS["amount"], 0, 3, 0.1, "× {}", words.OFF),
    Dial("radius_mm", *words.DIALS["radius_mm"], 0.1, 2, 0.1, "{} mm"),
)
_STEPS_BACK = 50
_KEY = "enhance_choice"


@dataclass
class Choice:
    """What is chosen now.

    Attributes:
        settings: Now.
        past: Earlier ones, the newest last; one drag of a slider is one step.
        gesture: The drag or run of key presses that made `settings`, if one did.
        moving: Whether a slider is being moved.
        stamp: Counts the changes that were not made with a slider, which the sliders have to follow.
    """

    settings: EnhanceSettings = PRESETS["classic"]
    past: list[EnhanceSettings] = field(default_factory=list)
    gesture: int | None = None
    moving: bool = False
    stamp: int = 0

    @property
    def preset(self) -> str | None:
        """Name of the preset that is chosen, if it is one."""
        return next((name for name, preset in PRESETS.items() if preset == self.settings), None)

    def move(self, move: Move) -> None:
        """Follow a slider."""
        values = dict(move.values)
        tiles = int(values.pop("tiles"))
        self._change(replace(self.settings, tile_grid=(tiles, tiles), **values), move.gesture)
        self.moving = move.moving

    def take(self, preset: str) -> None:
        """Take a preset's settings."""
        self._change(PRESETS[preset])
        self._overrule()

    def undo(self) -> None:
        """Go back before the last change."""
        if self.past:
            self.settings = self.past.pop()
        self._overrule()

    def _change(self, settings: EnhanceSettings, gesture: int | None = None) -> None:
        if settings == self.settings:
            return
        if gesture is None or gesture != self.gesture:
            self.past = [*self.past, self.settings][-_STEPS_BACK:]
        self.settings, self.gesture = settings, gesture

    def _overrule(self) -> None:
        self.gesture, self.moving = None, False
        self.stamp += 1


def dials_of(settings: EnhanceSettings) -> list[Dial]:
    """Return the sliders; one that does nothing now says so."""
    idle = {"tiles": settings.clip_limit == 0, "radius_mm": settings.amount == 0}
    return [
        replace(dial, unit=dial.unit + words.IDLE[dial.id], idle=True) if idle.get(dial.id) else dial for dial in DIALS
    ]


def dial_values(settings: EnhanceSettings) -> dict[str, float]:
    """Return where the sliders stand."""
    return {
        "clip_limit": settings.clip_limit,
        "tiles": settings.tile_grid[0],
        "amount": settings.amount,
        "radius_mm": settings.radius_mm,
    }


def current_choice() -> Choice:
    """Return this visitor's choice; the classic preset on the first visit."""
    return st.session_state.setdefault(_KEY, Choice())
