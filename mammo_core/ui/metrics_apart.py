"""How well the classes are told apart: curves of all cases, spread over partitions, and parts of the test set."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from mammo_core.evaluate.sample import Sample
from mammo_core.evaluate.tables import ABNORMALITY_TEXTS, TISSUE_TEXTS
from mammo_core.metrics import roc
from mammo_core.report import curves
from mammo_core.report.chart_style import interval_text, percent_text
from mammo_core.report.curves import Line
from mammo_core.types import LABELS
from mammo_core.ui.metrics_sections import show, subtitle
from mammo_core.ui.words import metrics as words


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
        show(figure, f"roc_{name}", "ROC curves of the three classes, each against the other two", words.READ["roc"])
    with right:
        title = "Precision: how many called are right"
        figure = curves.precision_recall_figure(pr_lines, prevalences, title, subtitle(block))
        show(figure, f"pr_{name}", "Precision-recall curves of the three classes", words.READ["precision"])
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


def show_subgroups(block: dict) -> None:
    """Show figures by tissue and by kind of abnormality, where the unit has them."""
    if "subgroups" not in block:
        return
    groups = block["subgroups"]
    tables = (
        _group_table(groups["tissue"], TISSUE_TEXTS, "tissue", "auc_normal_vs_abnormal"),
        _group_table(groups["abnormality"], ABNORMALITY_TEXTS, "abnormality", "auc_against_normals"),
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
