"""How often the similar cases of the Read page tell the truth, out of fold, beside chance."""

from __future__ import annotations

import streamlit as st

from mammo_core.report.figure_table import Cell, share
from mammo_core.report.interval_charts import signed_text
from mammo_core.ui.metrics_sections import show_table
from mammo_core.ui.words import metrics_use as words
from mammo_core.ui.words.metrics_charts import ALTS, COLUMNS


def show_similar(found: dict) -> None:
    """Show the agreement of neighbours with the truth: `neighbours` of `metrics.json`."""
    st.header(words.SIMILAR_TITLE)
    st.markdown(words.similar(found))
    rows = [
        {
            COLUMNS["neighbours"]: words.SIMILAR[name],
            COLUMNS["right_share"]: share(figure),
            COLUMNS["by_chance"]: round(figure["chance"], 3),
            COLUMNS["above_chance"]: Cell(figure["above_chance"], signed_text),
        }
        for name, figure in found["figures"].items()
        if figure["n"]
    ]
    show_table(rows, "similar", ALTS["similar"])
