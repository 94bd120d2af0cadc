"""The ways into the walk, and where a visitor is in it."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from mammo_core.film.demo_films import has_demos
from mammo_core.ui.words import walk as words

N_STEPS = len(words.STEPS)
_PLACE = "walk_place"


@dataclass
class WalkPlace:
    """Where a visitor is: in which exam, and at which step of each (from 1)."""

    exam: str
    steps: dict[str, int]

    @property
    def step(self) -> int:
        """The step in the exam that is walked through."""
        return self.steps.get(self.exam, 1)

    def go(self, by: int) -> None:
        """Go on or back within the exam."""
        self.steps[self.exam] = min(max(self.step + by, 1), N_STEPS)

    def change(self, exam: str, step: int | None = None) -> None:
        """Go over to an exam, at the step where it was left or at `step`."""
        self.exam = exam
        if step is not None:
            self.steps[exam] = step


def walk_place() -> WalkPlace:
    """Return where the visitor is; on the first visit what the address says, else the beginning."""
    if _PLACE not in st.session_state:
        names = {_in_address(exam): exam for exam in words.EXAMS}
        exam = names.get(st.query_params.get("exam", ""), next(iter(words.EXAMS)))
        step = st.query_params.get("step", "1")
        st.session_state[_PLACE] = WalkPlace(
            exam, {exam: min(max(int(step), 1), N_STEPS) if step.isdecimal() and len(step) < 3 else 1}
        )
    return st.session_state[_PLACE]


def keep_in_address(place: WalkPlace) -> None:
    """Write exam and step into the address, so that a reload or a bookmark comes back to them."""
    st.query_params.update(exam=_in_address(place.exam), step=str(place.step))


def _in_address(exam: str) -> str:
    return words.EXAMS[exam].split()[0].lower()


def show_walk_button(key: str) -> None:
    """Show the button that begins the walk, or goes on with it; nothing where the demo exams are not installed.

    Args:
        key: Of the button; one a page.
    """
    if not has_demos():
        return
    place = st.session_state.get(_PLACE)
    begun = place is not None and place.step > 1
    label = words.GO_ON.format(step=place.step, n=N_STEPS) if begun else words.START
    if st.button(label, key=key, icon=":material/directions_walk:", type="primary"):
        st.switch_page("pages/walk.py")
    st.caption(words.START_NOTE)
