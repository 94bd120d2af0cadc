"""The sections of the metrics page as tabs. Only the open one is computed, so that no unit waits for all of them."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from mammo_core.ui.metrics_apart import show_ranking
from mammo_core.ui.metrics_calibration import show_calibration
from mammo_core.ui.metrics_calls import show_calls
from mammo_core.ui.metrics_chance import show_chance
from mammo_core.ui.metrics_compare import show_compare
from mammo_core.ui.metrics_data import Tested
from mammo_core.ui.metrics_doubt import show_doubt
from mammo_core.ui.metrics_films import show_films
from mammo_core.ui.metrics_parts import show_parts
from mammo_core.ui.metrics_place import show_place
from mammo_core.ui.metrics_points import show_points, show_slider
from mammo_core.ui.metrics_similar import show_similar
from mammo_core.ui.metrics_use import show_use
from mammo_core.ui.words import metrics as words

_OPEN, _BEGINS = "metrics_open_section", "metrics_tabs_begin"


def show_tabs(tested: Tested, name: str) -> None:
    """Show the sections that a unit has figures for."""
    sections = {words.SECTIONS[key]: show_section for key, show_section in _sections(tested, name).items()}
    begins = _begins_with(name, list(sections))
    tabs = st.tabs(list(sections), default=begins, key="metrics_section", on_change="rerun")
    for tab, (label, show_section) in zip(tabs, sections.items(), strict=True):
        if tab.open:
            st.session_state[_OPEN] = label
            with tab:
                show_section()


def _begins_with(name: str, labels: list[str]) -> str:
    """Return the section that a unit's tabs begin with: the one that was open at the unit before.

    Streamlit takes tabs with other labels or another default for new ones, so the default stays while the unit does.
    """
    unit, begins = st.session_state.get(_BEGINS, (None, labels[0]))
    if unit != name:
        begins = st.session_state.get(_OPEN, labels[0])
        st.session_state[_BEGINS] = name, begins
    return begins if begins in labels else labels[0]


def _sections(tested: Tested, name: str) -> dict[str, Callable[[], None]]:
    """Return {section: what shows it}, in the order of `words.SECTIONS`."""
    block, sample = tested.metrics["units"][name], tested.sample(name)
    sections: dict[str, Callable[[], None]] = {"apart": lambda: show_ranking(block, sample, name)}
    if "subgroups" in block:
        similar = tested.metrics.get("neighbours") if block["unit"] == "region" else None
        sections["parts"] = lambda: (show_parts(block, name), show_similar(similar) if similar else None)
    sections["called"] = lambda: show_calls(block, name)
    if "doubt_curve" in block:
        sections["doubt"] = lambda: show_doubt(block, name)
    sections["points"] = lambda: (
        show_points(block, name),
        show_slider(block, tested.rows(name), sample, tested.thresholds(block["unit"]), name),
    )
    if "predictive_values" in block:
        sections["use"] = lambda: show_use(tested, block, name)
    sections["calibration"] = lambda: show_calibration(block, sample, name)
    if tested.chance(name):
        sections["chance"] = lambda: show_chance(tested, name)
    if name == "film":
        sections["place"] = lambda: show_place(tested, name)
        sections["films"] = lambda: show_films(tested)
    sections["compare"] = lambda: show_compare(tested, block, name)
    return sections
