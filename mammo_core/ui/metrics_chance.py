"""The model beside the same recipe with labels dealt to the women at random."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from mammo_core.evaluate.permutations import LOCALISATION
from mammo_core.evaluate.pointing import STRONGEST
from mammo_core.report.interval_charts import Row, interval_figure
from mammo_core.ui.metrics_data import Tested
from mammo_core.ui.metrics_sections import show, subtitle
from mammo_core.ui.words import metrics as words


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
        figure = interval_figure(rows, "Better than chance?", subtitle(block), "from 0 to 1")
        show(figure, f"chance_{name}", "Figures of the model beside those of permuted labels", words.READ["chance"])
    with right:
        table = [
            {
                "figure": label,
                "labels at random": f"{found['mean']:.2f} ({found['least']:.2f} to {found['most']:.2f})",
                "p": f"{found['p_value']:.3f}",
            }
            for label, _, found in told
        ]
        st.dataframe(pd.DataFrame(table), hide_index=True, alt="What permuted labels gave, and p")
        st.caption(words.P_VALUE)


def _told(tested: Tested, name: str) -> list[tuple[str, dict, dict]]:
    """Return (name, the model's figure, what permutations gave); films with the place of their marks."""
    block, chance = tested.metrics["units"][name], tested.chance(name) or {}
    told = [(label, block["figures"][key], chance[key]) for key, label in words.CHANCE_NAMES.items() if key in chance]
    place = tested.chance(LOCALISATION) or {}
    if name == "film" and "pointing" in place:
        found = tested.metrics[LOCALISATION]["abnormal"]
        told.append(("Strongest mark hits", found["pointing"][STRONGEST], place["pointing"]))
        if "sensitivity_at_1" in place:
            told.append(("Found at 1 false mark", found["sensitivity_at"]["1"], place["sensitivity_at_1"]))
    return told
