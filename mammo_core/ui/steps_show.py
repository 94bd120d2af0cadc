"""The Step by step page: a card for each preparing step, and the chosen one large, before and after."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from mammo_core.config import PreprocessConfig
from mammo_core.errors import BundleError, ImageError
from mammo_core.report.pictures import shrink
from mammo_core.report.steps import Step, preparing_steps
from mammo_core.ui import verbs
from mammo_core.ui.picker import Item, pick, small_picture
from mammo_core.ui.steps_films import Choice
from mammo_core.ui.viewer import Pane, show_viewer
from mammo_core.ui.words import steps as words

_MADE, _STEP = "steps_made", "steps_step"
_FIRST_STEP = 4
"""The breast's outline is shown large at first."""
_CARD_PX = 360


@dataclass(frozen=True, eq=False)
class Made:
    """A film taken apart: what for, its steps at screen size, and why they end early if they do."""

    key: tuple
    steps: tuple[Step, ...]
    error: ImageError | None


def take_apart(source: str, key: str, choice: Choice) -> Made:
    """Return a film's steps, kept in this visitor's session while the film stays the same.

    Raises:
        MammoError: The film cannot be read.
        KeyError: The film has gone.
    """
    config = _config()
    wanted = (source, key, choice.version, config)
    made = st.session_state.get(_MADE)
    if made is None or made.key != wanted:
        mammogram = choice.load()
        steps, error = preparing_steps(mammogram, config)
        small = tuple(replace(step, picture=shrink(step.picture, verbs.SCREEN_PX)) for step in steps)
        made = st.session_state[_MADE] = Made(wanted, small, error)
    return made


@st.fragment
def show_steps(made: Made) -> None:
    """Show a card for each step, and the chosen one beside the one before it."""
    last = len(made.steps) - 1
    chosen = min(st.session_state.get(_STEP, _FIRST_STEP), last)
    cards, large = st.columns([1.25, 1], gap="medium")
    with cards:
        items = [
            Item(str(i), small_picture(step.picture, _CARD_PX), step.title, step.sentence)
            for i, step in enumerate(made.steps)
        ]
        pick(words.STEP_LABEL, items, str(chosen), _choose, key="steps_cards", look="cards")
    step = made.steps[chosen]
    film_id = repr(made.key[:3])
    panes = [Pane(shown.title, film_id, shown.picture, 8) for shown in made.steps[max(0, chosen - 1) : chosen + 1]]
    with large:
        st.markdown(f"**{chosen + 1}. {step.title}.** {step.sentence}")
        show_viewer(panes, key="steps_viewer")
        if made.error:
            st.error(str(made.error), title=words.ENDS_HERE, icon=":material/error:")


def _choose(step: str) -> None:
    st.session_state[_STEP] = int(step)


def _config() -> PreprocessConfig:
    """Return the active model's settings, or the defaults where no model is active."""
    try:
        return verbs.active_bundle().config
    except BundleError:
        return PreprocessConfig()
