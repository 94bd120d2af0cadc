"""How well the classes are told apart: curves of all cases, and the spread over partitions."""

from __future__ import annotations

import streamlit as st

from mammo_core.evaluate.sample import Sample
from mammo_core.metrics import roc
from mammo_core.report import curves
from mammo_core.report.chart_style import interval_text
from mammo_core.report.curves import Line
from mammo_core.types import LABELS
from mammo_core.ui.metrics_sections import show, subtitle
from mammo_core.ui.words import metrics as words
from mammo_core.ui.words.metrics_charts import ALTS, AREA, PRECISION, READ, TITLES, curve_legend

_AREAS = {"normal": "auc_normal_vs_abnormal", "benign": "auc_benign_vs_rest", "malignant": "auc_malignant_vs_rest"}


def show_ranking(block: dict, sample: Sample, name: str) -> None:
    """Show one-against-rest ROC and precision-recall curves."""
    figures, roc_lines, pr_lines, prevalences = block["figures"], [], [], []
    for k, label in enumerate(LABELS):
        case = sample.truth == k, sample.probabilities[:, k]
        curve, pr = roc.roc_curve(*case), roc.precision_recall_curve(*case)
        legend = curve_legend(label, AREA, interval_text(figures[_AREAS[label]]))
        roc_lines.append(Line(label, curve.fpr, curve.tpr, curve.thresholds, legend))
        legend = curve_legend(label, PRECISION, interval_text(figures[f"average_precision_{label}"]))
        pr_lines.append(Line(label, pr.recall, pr.precision, pr.thresholds, legend))
        prevalences.append(pr.prevalence)
    left, right = st.columns(2)
    with left:
        figure = curves.roc_figure(roc_lines, TITLES["roc"], subtitle(block))
        show(figure, f"roc_{name}", ALTS["roc"], READ["roc"])
    with right:
        figure = curves.precision_recall_figure(pr_lines, prevalences, TITLES["precision"], subtitle(block))
        show(figure, f"pr_{name}", ALTS["precision"], READ["precision"])
    st.caption(words.partition_spread(block))
