"""What was called: confusion matrix, summary figures and figures of each class."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from mammo_core.report import charts
from mammo_core.report.chart_style import interval_text, percent_text
from mammo_core.report.interval_charts import Row, interval_figure
from mammo_core.types import LABELS
from mammo_core.ui.metrics_sections import show, subtitle
from mammo_core.ui.words import metrics as words

_SUMMARY = {
    "label": (
        ("macro_auc", "AUC, mean of the classes", 0.5),
        ("auc_normal_vs_abnormal", "AUC, normal or abnormal", 0.5),
        ("auc_malignant_vs_rest", "AUC, malignant or not", 0.5),
        ("auc_benign_vs_malignant", "AUC, benign or malignant", 0.5),
        ("accuracy_label", "Accuracy", "majority_class_accuracy"),
        ("balanced_accuracy_label", "Balanced accuracy", 1 / 3),
        ("macro_f1_label", "F1, mean of the classes", None),
        ("kappa_label", "Cohen's kappa", 0.0),
        ("kappa_label_quadratic", "Kappa, quadratic", 0.0),
    ),
    "decision": (
        ("coverage", "Decided, not referred", None),
        ("accuracy_decided", "Accuracy of the decided", None),
        ("accuracy_decision", "Accuracy, referred counts as not right", "majority_class_accuracy"),
        ("macro_f1_decision", "F1, mean of the classes", None),
        ("kappa_decided", "Cohen's kappa of the decided", 0.0),
        ("kappa_decided_quadratic", "Kappa of the decided, quadratic", 0.0),
        ("malignant_called_or_referred", "Malignant: called so or referred", None),
        ("others_neither_called_malignant_nor_referred", "Others: neither", None),
    ),
}
"""{what counts as called: (figure of `metrics.json`, its name, its value or the figure without any skill)}."""
_CALLED = {"decision": "The decision", "label": "The most probable class"}


def show_calls(block: dict, name: str) -> None:
    """Show the confusion matrix, the summary figures and the figures of each class."""
    kinds = [kind for kind in _CALLED if kind in block["confusion"]]
    kind = kinds[0]
    if len(kinds) > 1:
        kind = st.segmented_control(
            "What counts as called", kinds, default=kind, required=True, format_func=_CALLED.get, key="metrics_called"
        )
        if kind == "decision":
            st.markdown(_decisions_text(block))
    left, right = st.columns(2)
    with left:
        matrix = block["confusion"][kind]
        title = "Truth against " + _CALLED[kind].lower()
        figure = charts.confusion_figure(
            matrix["counts"],
            block["confusion"]["rows"],
            matrix["columns"],
            title,
            subtitle(block),
            _CALLED[kind].lower(),
        )
        alt = f"Confusion matrix: truth in rows, {_CALLED[kind].lower()} in columns"
        show(figure, f"confusion_{name}", alt, words.READ["confusion"])
        st.dataframe(_class_table(block, kind), hide_index=True, alt="Precision, recall and F1 of each class")
    with right:
        show(
            _summary_figure(block, kind),
            f"summary_{name}",
            "Summary figures with 95 % intervals",
            words.READ["summary"],
        )


def _decisions_text(block: dict) -> str:
    """Return what became of the cases that matter: coverage, missed and referred."""
    figures = block["figures"]
    missed, kept, spared = (
        figures[name]
        for name in (
            "malignant_called_normal",
            "malignant_called_or_referred",
            "others_neither_called_malignant_nor_referred",
        )
    )
    return (
        f"A decision was made for **{percent_text(figures['coverage'])}**; the rest were referred to a person. Of the "
        f"decided, {percent_text(figures['accuracy_decided'])} are right. Of {missed['n']} malignant {missed['unit']}s "
        f"**{percent_text(missed)} were called normal** and {percent_text(kept)} called malignant or referred; of the "
        f"{spared['n']} others {percent_text(spared)} were neither. Cohen's kappa of the decided: "
        f"{interval_text(figures['kappa_decided'])} (n = {figures['kappa_decided']['n']})."
    )


def _class_table(block: dict, kind: str) -> pd.DataFrame:
    """Return precision, recall and F1 of each class, with intervals and n."""
    figures = block["figures"]
    rows = []
    for label in LABELS:
        precision, recall, f1 = (figures[f"{name}_{kind}_{label}"] for name in ("precision", "recall", "f1"))
        rows.append(
            {
                "class": label,
                "found (recall)": percent_text(recall),
                "cases": recall["n"],
                "right (precision)": percent_text(precision),
                "calls": precision["n"],
                "F1": interval_text(f1),
            }
        )
    return pd.DataFrame(rows)


def _summary_figure(block: dict, kind: str) -> go.Figure:
    """Return the summary figures as dots, beside what no skill would show."""
    figures = block["figures"]
    rows = []
    for key, name, no_skill in _SUMMARY[kind]:
        if isinstance(no_skill, str):
            no_skill = figures[no_skill]["value"]
        rows.append(Row(name, figures[key], no_skill))
    return interval_figure(rows, f"{_CALLED[kind]}, in figures", subtitle(block), "from 0 to 1")
