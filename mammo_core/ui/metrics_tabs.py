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
from mammo_core.ui.metrics_use import show_use
from mammo_core.ui.words import metrics as words


def show_tabs(tested: Tested, name: str) -> None:
    """Show the sections that a unit has figures for."""
    sections = _sections(tested, name)
    tabs = st.tabs([words.SECTIONS[key] for key in sections], key="metrics_section", on_change="rerun")
    for tab, show_section in zip(tabs, sections.values(), strict=True):
        if tab.open:
            with tab:
                show_section()


def _sections(tested: Tested, name: str) -> dict[str, Callable[[], None]]:
    """Return {section: what shows it}, in the order of `words.SECTIONS`."""
    block, sample = tested.metrics["units"][name], tested.sample(name)
    sections: dict[str, Callable[[], None]] = {"apart": lambda: show_ranking(block, sample, name)}
    if "subgroups" in block:
        sections["parts"] = lambda: show_parts(block, name)
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
