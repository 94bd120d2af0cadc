"""The Leakage lab's page: its committed figures as pictures, sentences and a table. Nothing is computed here."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import streamlit as st

from mammo_core.config import ROOT
from mammo_core.evaluate.leakage.text import (
    LEARNERS,
    MECHANISMS,
    NAMES,
    ends_text,
    n_text,
    permuted_text,
    step_text,
    with_ends,
)
from mammo_core.evaluate.leakage.write import CASES_NAME, JSON_NAME, TABLE_NAME
from mammo_core.report.chart_style import CONFIG
from mammo_core.report.leakage_chart import Tested, leakage_figure
from mammo_core.ui.words import leakage as words

FOLDER = ROOT / "docs"


@st.cache_data(max_entries=2, show_spinner=False)
def _load(path: Path, changed: float) -> dict:
    """Return the committed figures; `changed` is when the file was, so that a new one is read."""
    return json.loads(path.read_text(encoding="utf-8"))


def committed(folder: Path = FOLDER) -> dict | None:
    """Return the committed figures, or None where there are none."""
    path = folder / JSON_NAME
    return _load(path, path.stat().st_mtime) if path.is_file() else None


def show_copies(summary: dict, material: str) -> None:
    """Show benign against malignant under three ways of dealing, with both learners, for `films` or `lesions`."""
    names = [f"{material}_{unit}" for unit in ("random", "film", "woman")]
    protocols = {name: summary["protocols"][name] for name in names}
    last = protocols[names[-1]]
    for column, (learner, title) in zip(st.columns(2, gap="medium"), words.CHARTS.items(), strict=True):
        rows = [Tested(words.ROWS[name], protocols[name]["learners"][learner]["accuracy"]) for name in names]
        chart = leakage_figure(rows, title, n_text(last), words.ACCURACY, last["commonest_class"], summary["published"])
        with column:
            _show(chart, f"leakage_{material}_{learner}", f"{words.MALIGNANT_TITLE}: {title}")


def show_ladder(summary: dict) -> None:
    """Show normal against abnormal, leak by leak."""
    protocols = {name: found for name, found in summary["protocols"].items() if found["question"] == "abnormal"}
    rows = [Tested(words.ROWS[name], found["learners"]["linear"]["auc"]) for name, found in protocols.items()]
    chart = leakage_figure(rows, words.LADDER, words.regions(protocols.values()), words.AUC, 0.5)
    _show(chart, "leakage_ladder", words.ABNORMAL_TITLE)


def show_mechanisms(summary: dict) -> None:
    """Show what each leak is, in two sentences, and what it did here."""
    for pair in (list(MECHANISMS)[i : i + 2] for i in range(0, len(MECHANISMS), 2)):
        for column, name in zip(st.columns(2, gap="medium"), pair, strict=False):
            column.markdown(f"**{name}.** {MECHANISMS[name].text} *{step_text(name, summary)}*")


def show_table(summary: dict, folder: Path = FOLDER) -> None:
    """Show every figure as a table, and let it be saved with the scores it derives from."""
    with st.expander(words.TABLE_TITLE, icon=":material/table:"):
        st.dataframe(_table(summary), hide_index=True, alt=words.TABLE_TITLE)
    with st.container(horizontal=True):
        for label, name, mime in (
            (words.SAVE_TABLE, TABLE_NAME, "text/csv"),
            (words.SAVE_JSON, JSON_NAME, "application/json"),
            (words.SAVE_CASES, CASES_NAME, "text/csv"),
        ):
            if (folder / name).is_file():
                st.download_button(
                    label, (folder / name).read_bytes, name, mime, icon=":material/download:", on_click="ignore"
                )


def _table(summary: dict) -> pd.DataFrame:
    rows = []
    for name, protocol in summary["protocols"].items():
        for learner, figures in protocol["learners"].items():
            accuracy, auc = figures["accuracy"], figures["auc"]
            cells = (
                *(NAMES[name], n_text(protocol), LEARNERS[learner], with_ends(accuracy["value"], accuracy["ci95"])),
                *(ends_text(accuracy["naive_ci95"]), permuted_text(accuracy), with_ends(auc["value"], auc["ci95"])),
            )
            rows.append(dict(zip(words.TABLE.values(), cells, strict=True)))
    return pd.DataFrame(rows)


def _show(chart: object, key: str, alt: str) -> None:
    st.plotly_chart(chart, theme=None, config=CONFIG, key=key, alt=alt)
