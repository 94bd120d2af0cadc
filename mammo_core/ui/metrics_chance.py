"""The model beside the same recipe with labels dealt to the women at random."""

from __future__ import annotations

import streamlit as st

from mammo_core.evaluate.permutations import LOCALISATION
from mammo_core.evaluate.pointing import STRONGEST
from mammo_core.report.interval_charts import Row, interval_figure
from mammo_core.ui.metrics_data import Tested
from mammo_core.ui.metrics_sections import show, show_table, subtitle
from mammo_core.ui.words import metrics as words
from mammo_core.ui.words.metrics_charts import ALTS, AXES, COLUMNS, READ, TITLES


def show_chance(tested: Tested, name: str) -> None:
    """Show each permuted figure of a unit: the model with its interval, the permutations as a band, and p."""
    block = tested.metrics["units"][name]
    told = [(label, figure, found) for label, figure, found in _told(tested, name) if found["p_value"] is not None]
    if not told:
        st.info(words.NO_CHANCE, icon=":material/casino:")
        return
    st.markdown(words.chance(told[0][2]["n"]))
    left, right = st.columns([3, 2])
    with left:
        rows = [Row(label, figure, chance=words.chance_ends(found)) for label, figure, found in told]
        figure = interval_figure(rows, TITLES["chance"], subtitle(block), AXES["unit"])
        show(figure, f"chance_{name}", ALTS["chance"], READ["chance"])
    with right:
        table = [
            {
                COLUMNS["figure"]: label,
                COLUMNS["at_random"]: words.at_random(found),
                "p": f"{found['p_value']:.3f}",
            }
            for label, _, found in told
        ]
        show_table(table, f"chance_table_{name}", ALTS["chance_table"])
        st.caption(words.P_VALUE)


def _told(tested: Tested, name: str) -> list[tuple[str, dict, dict]]:
    """Return (name, the model's figure, what permutations gave); films with the place of their marks."""
    block, chance = tested.metrics["units"][name], tested.chance(name) or {}
    told = [(label, block["figures"][key], chance[key]) for key, label in words.CHANCE_NAMES.items() if key in chance]
    place = tested.chance(LOCALISATION) or {}
    if name == "film" and "pointing" in place:
        found = tested.metrics[LOCALISATION]["abnormal"]
        told.append((words.PLACE_CHANCE["pointing"], found["pointing"][STRONGEST], place["pointing"]))
        if "sensitivity_at_1" in place:
            at_one = found["sensitivity_at"]["1"]
            told.append((words.PLACE_CHANCE["sensitivity_at_1"], at_one, place["sensitivity_at_1"]))
    return told
