"""Operating points: the model's own, out of fold, and a slider that shows what any other threshold would do."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from mammo_core.evaluate.figures import MALIGNANT, report
from mammo_core.evaluate.sample import Sample
from mammo_core.evaluate.score_files import POINTS
from mammo_core.metrics import bootstrap, confusion, roc
from mammo_core.report import charts, curves
from mammo_core.report.chart_style import interval_text, percent_text
from mammo_core.report.curves import Line
from mammo_core.report.interval_charts import Row, interval_figure
from mammo_core.types import LABELS
from mammo_core.ui.metrics_sections import show, subtitle, tile
from mammo_core.ui.words import metrics as words
from mammo_core.ui.words.glossary import explained

SCREENING_PREVALENCE = 0.006
"""Share of women with cancer in a screening round, about."""


def show_points(block: dict, name: str) -> None:
    """Show the named operating points, each case judged by the threshold of its own fold; nothing where none are."""
    if "operating_points" not in block:
        return
    figures = block["figures"]
    st.markdown(words.POINTS, help=explained("Operating point", "Sensitivity", "Specificity"))
    left, right = st.columns(2)
    with left:
        rows = [
            Row(f"{point.capitalize()}: {kind}", figures[f"{point}_{kind}"])
            for point in POINTS
            for kind in ("sensitivity", "specificity")
        ]
        figure = interval_figure(rows, "Named operating points", subtitle(block), "share called right", percent_text)
        show(figure, f"points_{name}", "Sensitivity and specificity of the named points", words.READ["points"])
    with right:
        st.dataframe(_table(block), hide_index=True, alt="Named operating points with PPV and NPV")
        st.caption(words.PREDICTIVE)


def _table(block: dict) -> pd.DataFrame:
    """Return one line an operating point."""
    rows = []
    for point in POINTS:
        ends = block["operating_points"][point]
        ppv, npv = (block["figures"][f"{point}_{kind}"] for kind in ("ppv", "npv"))
        row = {"point": point, "threshold, over folds": f"{ends['least']:.3f} to {ends['most']:.3f}"}
        row |= {"PPV": percent_text(ppv), "called": ppv["n"], "NPV": percent_text(npv), "not called": npv["n"]}
        rows.append(row)
    return pd.DataFrame(rows)


@st.fragment
def show_slider(block: dict, rows: pd.DataFrame, points: dict[str, float], name: str) -> None:
    """Show what a threshold on P(malignant) does: rates, predictive values and matrix move together.

    Args:
        block: One unit of `metrics.json`.
        rows: Its cases.
        points: {operating point: the released model's own threshold}; may be empty.
        name: The unit's name.
    """
    sample = Sample.from_frame(rows)
    unit, score = block["unit"], sample.probabilities[:, MALIGNANT]
    prevalence = block["references"]["prevalence"]["malignant"]
    start = points.get("screening", prevalence)
    top = max(0.1, math.ceil(20 * float(score.max())) / 20)
    st.header("Any other threshold")
    threshold = st.slider(
        f"Call a {unit} malignant when P(malignant) is at least", 0.0, top, min(float(start), top), 0.005,
        format="%.3f", key=f"metrics_threshold_{name}",
    )  # fmt: skip
    start_text = "the model's screening point" if "screening" in points else "the share of malignant cases"
    st.caption(f"Starts at {start_text}, {start:.3f}. " + words.SLIDER_NOTE.format(unit=unit))
    with st.container(horizontal=True):
        for title, (figure, meaning) in threshold_figures(sample, threshold, unit).items():
            tile(title, figure, partial(percent_text, digits=int("screening" in title)), meaning)
    left, right = st.columns(2)
    table = confusion.table_at(sample.truth == MALIGNANT, score, threshold)
    with left:
        called = ["not malignant", "malignant"]
        counts = [[table.tn, table.fp], [table.fn, table.tp]]
        figure = charts.confusion_figure(counts, called, called, "Matrix at this threshold", subtitle(block), "called")
        show(figure, f"point_matrix_{name}", "Confusion matrix at the chosen threshold", words.READ["confusion"])
    with right:
        curve = roc.roc_curve(sample.truth == MALIGNANT, score)
        area = interval_text(block["figures"]["auc_malignant_vs_rest"])
        line = Line("malignant", curve.fpr, curve.tpr, curve.thresholds, f"malignant: AUC {area}")
        at = float(table.fp / max(table.fp + table.tn, 1)), float(table.tp / max(table.tp + table.fn, 1)), threshold
        figure = curves.roc_figure([line], "Where this threshold stands", subtitle(block), at)
        alt = "ROC curve of malignant against the rest, with the chosen threshold"
        show(figure, f"point_roc_{name}", alt, words.READ["roc"])
    names = rows["film_id"].where(rows["film_id"] != "", "woman " + rows["woman_id"].astype(str)).tolist()
    truth = [LABELS[k] for k in sample.truth]
    figure = charts.scores_figure(score, truth, names, "Every score, by true class", subtitle(block), threshold)
    alt = "P(malignant) of every case by true class, with the chosen threshold"
    show(figure, f"point_scores_{name}", alt, words.READ["scores"])


def threshold_figures(sample: Sample, threshold: float, unit: str) -> dict[str, tuple[dict, str]]:
    """Return {title: (figure, meaning)} at a threshold on P(malignant)."""
    truth, called = sample.truth == MALIGNANT, sample.probabilities[:, MALIGNANT] >= threshold
    shares = {
        "Sensitivity": (called, truth, f"Of malignant {unit}s, the share called."),
        "Specificity": (~called, ~truth, f"Of the other {unit}s, the share not called."),
        "PPV in this test set": (
            truth,
            called,
            f"Of {unit}s called, the share malignant, where {truth.mean():.0%} are.",
        ),
        "NPV in this test set": (~truth, ~called, f"Of {unit}s not called, the share not malignant."),
    }
    figures = {}
    for title, (success, among, meaning) in shares.items():
        found = bootstrap.estimate_proportion(success, sample.women, sample.resamples, among)
        reason = None if among.any() else "none is called"
        figures[title] = report(found, among.sum(), unit, reason), meaning
    if unit != "region":
        for i, title in enumerate(("PPV in screening", "NPV in screening")):
            found = bootstrap.estimate(lambda w, i=i: _in_screening(truth, called, w)[i], sample.resamples)
            meaning = (
                f"The same sensitivity and specificity where {SCREENING_PREVALENCE:.1%} are malignant (Bayes' rule)."
            )
            figures[title] = report(found, len(sample), unit), meaning
    return figures


def _in_screening(truth: np.ndarray, called: np.ndarray, weights: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Return (PPV, NPV) at the prevalence of screening."""
    table = confusion.table_at(truth, called.astype(float), 0.5, weights)
    return confusion.predictive_values_at(
        SCREENING_PREVALENCE, confusion.sensitivity(table), confusion.specificity(table)
    )
