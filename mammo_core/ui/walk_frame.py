"""What stands around a step of the walk: exam and title, how far one is, and the ways on, back and out."""

from __future__ import annotations

from html import escape

import streamlit as st

from mammo_core.ui.walk_start import N_STEPS, WalkPlace
from mammo_core.ui.words import walk as words


def show_head(place: WalkPlace) -> None:
    """Show the exam, the step's title and how far it is."""
    exam = words.EXAMS[place.exam]
    title = words.HEAD.format(exam=exam, title=words.STEPS[place.step - 1])
    progress = words.PROGRESS.format(step=place.step, n=N_STEPS)
    done = "".join(f'<li class="{"done" if step <= place.step else ""}"></li>' for step in range(1, N_STEPS + 1))
    st.html(
        f'<div class="walk-head"><h1>{escape(title)}</h1><div role="status">{escape(progress)}</div>'
        f'<ol aria-hidden="true">{done}</ol></div>'
    )


def show_ways(place: WalkPlace) -> None:
    """Show the buttons that go back and on; they stand at the foot of the screen."""
    with st.container(horizontal=True, key="walk_ways", vertical_alignment="center"):
        st.button(
            words.BACK, key="walk_back", icon=":material/arrow_back:", disabled=place.step == 1, on_click=place.go,
            args=(-1,), shortcut=words.BACK_KEY,
        )  # fmt: skip
        st.button(
            words.NEXT, key="walk_next", icon=":material/arrow_forward:", type="primary",
            disabled=place.step == N_STEPS, on_click=place.go, args=(1,), shortcut=words.NEXT_KEY,
        )  # fmt: skip
        for exam, name in words.EXAMS.items():
            if exam != place.exam:
                st.button(words.OTHER.format(exam=name.lower()), key="walk_other", on_click=place.change, args=(exam,))


def show_end(place: WalkPlace) -> None:
    """Show, behind the last step, where one may go from here."""
    with st.container(horizontal=True, key="walk_end"):
        again = words.AGAIN.format(exam=words.EXAMS[place.exam].lower())
        st.button(again, key="walk_again", icon=":material/replay:", on_click=place.change, args=(place.exam, 1))
        if st.button(words.HANG, key="walk_hang", icon=":material/view_column:"):
            st.session_state["demo_asked_for"] = place.exam
            st.switch_page("pages/exam.py")
        if st.button(words.OWN, key="walk_own", icon=":material/radiology:"):
            st.switch_page("pages/read.py")
