"""What was called: confusion matrix, summary figures and figures of each class."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from mammo_core.report import charts
from mammo_core.report.figure_table import Cell, share
from mammo_core.report.interval_charts import Row, interval_figure
from mammo_core.types import LABELS
from mammo_core.ui.metrics_sections import show, show_table, subtitle
from mammo_core.ui.words import metrics as words
from mammo_core.ui.words.metrics_charts import ALTS, AXES, CALLED, COLUMNS, READ, SUMMARY

_SUMMARY = {
    "label": {
        "macro_auc": 0.5,
        "auc_normal_vs_abnormal": 0.5,
        "auc_malignant_vs_rest": 0.5,
        "auc_benign_vs_malignant": 0.5,
        "accuracy_label": "majority_class_accuracy",
        "balanced_accuracy_label": 1 / 3,
        "macro_f1_label": None,
        "kappa_label": 0.0,
        "kappa_label_quadratic": 0.0,
    },
    "decision": {
        "coverage": None,
        "accuracy_decided": None,
        "accuracy_decision": "majority_class_accuracy",
        "macro_f1_decision": None,
        "kappa_decided": 0.0,
        "kappa_decided_quadratic": 0.0,
        "malignant_called_or_referred": None,
        "others_neither_called_malignant_nor_referred": None,
    },
}
"""{what counts as called: {figure of `metrics.json`: its value, or the figure, without any skill}}."""


def show_calls(block: dict, name: str) -> None:
    """Show the confusion matrix, the summary figures and the figures of each class."""
    kinds = [kind for kind in CALLED if kind in block["confusion"]]
    kind = kinds[0]
    if len(kinds) > 1:
        kind = st.segmented_control(
            words.WHAT_COUNTS, kinds, default=kind, required=True, format_func=CALLED.get, key="metrics_called"
        )
        if kind == "decision":
            st.markdown(words.decisions(block))
    left, right = st.columns(2)
    with left:
        matrix, called = block["confusion"][kind], CALLED[kind]
        about = words.called_title(called), subtitle(block), called.lower()
        figure = charts.confusion_figure(matrix["counts"], block["confusion"]["rows"], matrix["columns"], *about)
        show(figure, f"confusion_{name}", words.called_alt(called), READ["confusion"])
        show_table(_class_rows(block, kind), f"classes_{kind}_{name}", ALTS["classes"])
    with right:
        show(_summary_figure(block, kind), f"summary_{name}", ALTS["summary"], READ["summary"])


def _class_rows(block: dict, kind: str) -> list[dict[str, object]]:
    """Return precision, recall and F1 of each class, with intervals and n."""
    rows = []
    for label in LABELS:
        precision, recall, f1 = (block["figures"][f"{name}_{kind}_{label}"] for name in ("precision", "recall", "f1"))
        row = {COLUMNS["class"]: label, COLUMNS["found"]: share(recall), COLUMNS["cases"]: recall["n"]}
        row |= {COLUMNS["right"]: share(precision), COLUMNS["calls"]: precision["n"], "F1": Cell(f1)}
        rows.append(row)
    return rows


def _summary_figure(block: dict, kind: str) -> go.Figure:
    """Return the summary figures as dots, beside what no skill would show."""
    figures = block["figures"]
    rows = []
    for key, no_skill in _SUMMARY[kind].items():
        if isinstance(no_skill, str):
            no_skill = figures[no_skill]["value"]
        rows.append(Row(SUMMARY[key], figures[key], no_skill))
    return interval_figure(rows, words.in_figures(CALLED[kind]), subtitle(block), AXES["unit"])
