"""The lower part of the Training page: searches that were kept, and the committed table of the families."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from mammo_core.config import ROOT
from mammo_core.report.chart_style import CONFIG
from mammo_core.report.training_charts import trials_figure
from mammo_core.training.search import all_studies
from mammo_core.ui.words import training as words

FAMILIES_TEXT = ROOT / "docs" / "families.md"


def show_searches() -> None:
    """Show the trials of a search: values, settings, and which were broken off."""
    studies = {study.name: study.read("trials").get("rows", []) for study in all_studies()}
    studies = {name: rows for name, rows in studies.items() if rows}
    if not studies:
        st.info(words.NO_SEARCH, icon=":material/search:")
        return
    chosen = st.selectbox(words.SEARCH, list(studies), key="training_search")
    rows = studies[chosen]
    picture, table = st.columns([1, 1.4], gap="medium")
    figure = trials_figure(rows, f"{words.TRIALS_TITLE}: {chosen}", words.TRIALS_SUBTITLE, "")
    with picture:
        st.plotly_chart(figure, theme=None, config=CONFIG, key="training_trials", alt=words.TRIALS_TITLE)
    with table:
        ordered = pd.DataFrame([_trial(row) for row in sorted(rows, key=lambda row: -row["value"])])
        st.dataframe(ordered, hide_index=True, alt=words.TRIALS_TITLE)
    st.caption(words.TRIALS_NOTE)


def show_families() -> None:
    """Show the committed table of what the families cost and what was found."""
    if FAMILIES_TEXT.is_file():
        with st.container(key="training_families"):
            st.markdown(_below_title(FAMILIES_TEXT))


def _trial(row: dict[str, Any]) -> dict[str, Any]:
    """Return a trial as a row of the table: what it was, then what it chose, by the names that the form has."""
    figures = (row["number"], row["state"], f"{row['value']:.3f}", row["epochs"], round(row["seconds"]))
    chosen = {words.TRIAL_SETTINGS.get(name, name): _short(value) for name, value in row["settings"].items()}
    return dict(zip(words.TRIAL_COLUMNS, figures, strict=True)) | chosen


def _short(value: Any) -> Any:
    return f"{value:.2g}" if isinstance(value, float) else words.BALANCES.get(value, value)


def _below_title(path: Path) -> str:
    """Return a document without its title, its headings two levels down: the page has its own."""
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    return "\n".join(f"##{line}" if line.startswith("#") else line for line in lines)
