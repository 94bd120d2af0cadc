"""The parts of the metrics page that show figures as they were derived; nothing here is computed but curves."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from mammo_core.evaluate.sample import Sample
from mammo_core.metrics import roc
from mammo_core.report import charts, curves
from mammo_core.report.chart_style import CONFIG, interval_text, percent_text
from mammo_core.report.charts import Row
from mammo_core.report.curves import Line
from mammo_core.types import LABELS
from mammo_core.ui import metrics_words as words

_TILES = {
    "macro_auc": ("Mean AUC", "Each class against the other two, averaged: 0.5 is a coin, 1 is perfect."),
    "auc_normal_vs_abnormal": ("AUC, abnormal", "The chance that an abnormal case scores above a normal one."),
    "auc_malignant_vs_rest": ("AUC, malignant", "The chance that a malignant case scores above any other."),
    "kappa_label_quadratic": (
        "Kappa, quadratic",
        "Agreement beyond chance of the most probable class with the truth; malignant taken for normal costs most.",
    ),
}
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


def show(figure: go.Figure, key: str, alt: str) -> None:
    """Show a Plotly figure in its own colours."""
    st.plotly_chart(figure, theme=None, config=CONFIG, key=key, alt=alt)


def subtitle(block: dict) -> str:
    """Return unit and n, as they stand under a figure's title."""
    return f"{words.plural(block['n'], block['unit'])}, {words.plural(block['n_women'], 'woman')}, out of fold"


def show_headline(block: dict) -> None:
    """Show the four figures that matter most, each with interval and n, and what they mean."""
    with st.container(horizontal=True):
        for name, (title, meaning) in _TILES.items():
            figure = block["figures"][name]
            tile(title, figure, interval_text, meaning)
    st.markdown(words.headline(block))


def tile(title: str, figure: dict, text: Callable[[dict], str], meaning: str) -> None:
    """Show one figure large, with its interval beneath; `text` writes it as `0.77 [0.71, 0.84]`."""
    value, _, interval = text(figure).partition(" [")
    beside = f"95 %: {interval.rstrip(']').replace(', ', ' to ')}" if interval else figure.get("reason", "")
    st.metric(
        title,
        value,
        beside,
        delta_color="off",
        delta_arrow="off",
        delta_description=f"n = {figure['n']}",
        help=meaning,
        border=True,
    )


def show_ranking(block: dict, sample: Sample, name: str) -> None:
    """Show one-against-rest ROC and precision-recall curves."""
    figures = block["figures"]
    areas = {"normal": "auc_normal_vs_abnormal", "benign": "auc_benign_vs_rest", "malignant": "auc_malignant_vs_rest"}
    roc_lines, pr_lines, prevalences = [], [], []
    for k, label in enumerate(LABELS):
        case = sample.truth == k, sample.probabilities[:, k]
        curve, pr = roc.roc_curve(*case), roc.precision_recall_curve(*case)
        area, precision = figures[areas[label]], figures[f"average_precision_{label}"]
        roc_lines.append(Line(label, curve.fpr, curve.tpr, curve.thresholds, f"{label}: AUC {interval_text(area)}"))
        legend = f"{label}: average precision {interval_text(precision)}"
        pr_lines.append(Line(label, pr.recall, pr.precision, pr.thresholds, legend))
        prevalences.append(pr.prevalence)
    left, right = st.columns(2)
    with left:
        figure = curves.roc_figure(roc_lines, "ROC: each class against the other two", subtitle(block))
        show(figure, f"roc_{name}", "ROC curves of the three classes, each against the other two")
    with right:
        title = "Precision: how many called are right"
        figure = curves.precision_recall_figure(pr_lines, prevalences, title, subtitle(block))
        show(figure, f"pr_{name}", "Precision-recall curves of the three classes")
    st.caption(_foldwise_text(block))


def _foldwise_text(block: dict) -> str:
    """Return the fold-wise AUC and the spread over repeats beside the pooled one."""
    pooled, foldwise = (block["figures"][name] for name in ("macro_auc", "macro_auc_foldwise"))
    text = (
        f"The curves pool the scores of {block['n_folds']} models: mean AUC {interval_text(pooled, 3)}. "
        f"Ranked within each fold alone and averaged it is {interval_text(foldwise, 3)}."
    )
    spread = block["repeats"].get("figures", {}).get("macro_auc", {})
    if spread.get("mean") is not None:
        text += (
            f" Over {len(block['repeats']['repeats'])} ways of dealing the women into folds it is {spread['mean']:.3f} "
            f"± {spread['sd']:.3f} (standard deviation; it understates the doubt, for the films are the same)."
        )
    return text


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
        show(figure, f"confusion_{name}", f"Confusion matrix: truth in rows, {_CALLED[kind].lower()} in columns")
        st.caption("Large: number of cases. Small: share of the true class, so each row adds up to 100 %.")
        st.dataframe(_class_table(block, kind), hide_index=True, alt="Precision, recall and F1 of each class")
    with right:
        show(_summary_figure(block, kind), f"summary_{name}", "Summary figures with 95 % intervals")


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
    return charts.interval_figure(rows, f"{_CALLED[kind]}, in figures", subtitle(block), "from 0 to 1")


def show_subgroups(block: dict) -> None:
    """Show figures by tissue and by kind of abnormality."""
    tissues = {"F": "fatty", "G": "fatty-glandular", "D": "dense-glandular"}
    kinds = {
        "CALC": "calcifications", "CIRC": "well-defined masses", "SPIC": "spiculated masses",
        "MISC": "ill-defined masses", "ARCH": "architectural distortion", "ASYM": "asymmetry",
    }  # fmt: skip
    groups = block["subgroups"]
    tables = (
        _group_table(groups["tissue"], tissues, "tissue", "auc_normal_vs_abnormal"),
        _group_table(groups["abnormality"], kinds, "abnormality", "auc_against_normals"),
    )
    for column, table in zip(st.columns(2), tables, strict=True):
        column.dataframe(table, hide_index=True, alt=f"Figures by {table.columns[0]}")
    st.caption(
        "AUC of abnormal against normal, with 95 % intervals. Each abnormality stands against all normal cases. Parts "
        "are small and many: read the intervals, not the order. Tissue is MIAS's own code, not BI-RADS density."
    )


def _group_table(parts: dict, names: dict[str, str], title: str, figure: str) -> pd.DataFrame:
    """Return one line a subgroup."""
    rows = []
    for code, part in parts.items():
        counts = part["class_counts"]
        row = {title: f"{code} {names[code]}", "benign": counts["benign"], "malignant": counts["malignant"]}
        row |= {"AUC": interval_text(part["figures"][figure])}
        if "abnormal_not_called_normal" in part["figures"]:
            row["not called normal"] = percent_text(part["figures"]["abnormal_not_called_normal"])
        rows.append(row)
    return pd.DataFrame(rows)
