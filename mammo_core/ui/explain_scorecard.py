"""The Explanations page's scorecard: the committed figures as charts and as a table, baselines beside them."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import streamlit as st

from mammo_core.config import ROOT
from mammo_core.explain.explain import METHOD_NAMES, METHODS
from mammo_core.report.chart_style import CONFIG, interval_text
from mammo_core.report.scorecard_chart import Entry, scorecard_figure
from mammo_core.ui.words import explain as words

SCORECARD = ROOT / "docs" / "scorecard.json"


@st.cache_data(max_entries=2, show_spinner=False)
def load_scorecard(path: Path, changed: float) -> dict:
    """Return the committed scorecard; `changed` is when the file was, so that a new one is read."""
    return json.loads(path.read_text(encoding="utf-8"))


def scorecard() -> dict | None:
    """Return the committed scorecard, or None where there is none."""
    return load_scorecard(SCORECARD, SCORECARD.stat().st_mtime) if SCORECARD.is_file() else None


def show_scorecard(card: dict | None, model_id: str | None) -> None:
    """Show pointing, energy and overlap of every method, for the films that are chosen."""
    if card is None:
        st.info(words.SCORECARD_ABSENT, icon=":material/info:")
        return
    st.markdown(words.SCORECARD_INTRO.format(**card))
    if card["model_id"] != model_id:
        measured = words.SCORECARD_OTHER_MODEL.format(measured=card["model_id"], active=model_id or "none")
        st.warning(measured, icon=":material/info:")
    name = st.segmented_control(
        words.GROUP_LABEL, list(words.GROUPS), default="malignant", required=True, format_func=words.GROUPS.get,
        key="explain_group", help=words.GROUP_HELP,
    )  # fmt: skip
    group = card["groups"][name]
    st.markdown(_best(group))
    if missing := [METHOD_NAMES[method] for method in METHODS if method not in group["methods"]]:
        st.caption(words.NOT_MEASURED.format(methods=", ".join(missing)))
    n = words.CHART_NOTE.format(**group)
    for column, (figure, (title, what)) in zip(st.columns(3), words.FIGURES.items(), strict=True):
        entries = [
            Entry(METHOD_NAMES.get(m) or words.BASELINES[m], values[figure], m in words.BASELINES)
            for m, values in group["methods"].items()
        ]
        with column:
            chart = scorecard_figure(entries, title, n, what)
            alt = words.CHART_ALT.format(title=title, what=what)
            st.plotly_chart(chart, theme=None, config=CONFIG, key=f"explain_{figure}", alt=alt)
    with st.expander(words.TABLE_TITLE, icon=":material/table:"):
        st.dataframe(_table(group), hide_index=True, alt=words.SCORECARD_TITLE)
        st.caption(words.FIGURES_HELP)


def _best(group: dict) -> str:
    methods = {name: figures["hit"]["value"] for name, figures in group["methods"].items()}
    best = max((name for name in methods if name in METHOD_NAMES), key=methods.__getitem__)
    values = {"value": f"{methods[best]:.0%}", "centre": f"{methods['centre']:.0%}", "n": group["n_films"]}
    return words.VERDICT_BEST.format(best=METHOD_NAMES[best], **values)


def _table(group: dict) -> pd.DataFrame:
    rows = []
    for name, figures in group["methods"].items():
        row = {words.TABLE_METHOD: METHOD_NAMES.get(name) or words.BASELINES[name]}
        row |= {title: interval_text(figures[figure]) for figure, (title, _) in words.FIGURES.items()}
        rows.append(row | {words.TABLE_EMPTY: "" if name in words.BASELINES else str(figures["n_empty"])})
    return pd.DataFrame(rows)


def show_sanity_figures(card: dict | None) -> None:
    """Show the check by randomised weights on the films of MIAS that it was measured on."""
    if card is None or not card["sanity"]["likeness"]:
        return
    st.markdown(words.SANITY_ONE_FILM.format(n=card["sanity"]["n_films"]))
    rows = [
        {words.TABLE_METHOD: METHOD_NAMES[method]}
        | {title: interval_text(levels[level]["rank"]) for level, title in words.LEVELS.items()}
        for method, levels in card["sanity"]["likeness"].items()
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt=words.SANITY_TITLE)
