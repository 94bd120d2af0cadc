"""Operating points: the model's own, out of fold, and a slider that shows what any other threshold would do."""

from __future__ import annotations

import math

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
from mammo_core.report.figure_table import share
from mammo_core.report.interval_charts import Row, interval_figure
from mammo_core.types import LABELS
from mammo_core.ui.metrics_sections import Tile, show, show_table, show_tiles, subtitle
from mammo_core.ui.words import metrics as words
from mammo_core.ui.words.glossary import explained
from mammo_core.ui.words.metrics_charts import (
    ALTS,
    AREA,
    AXES,
    COLUMNS,
    NONE_CALLED,
    PREDICTIVE_TILES,
    RATE_TILES,
    READ,
    TITLES,
    curve_legend,
    without_model,
)


def show_points(block: dict, name: str) -> None:
    """Show the named operating points, each case judged by the threshold of its own fold; nothing where none are."""
    if "operating_points" not in block:
        return
    figures = block["figures"]
    st.markdown(words.POINTS, help=explained("Operating point", "Sensitivity", "Specificity"))
    left, right = st.columns(2)
    with left:
        rows = [
            Row(words.point_rate(point, kind), figures[f"{point}_{kind}"])
            for point in POINTS
            for kind in ("sensitivity", "specificity")
        ]
        figure = interval_figure(rows, TITLES["points"], subtitle(block), AXES["share"], percent_text)
        show(figure, f"points_{name}", ALTS["points"], READ["points"])
    with right:
        show_table(_rows(block), f"points_table_{name}", ALTS["points_table"])
        st.caption(words.PREDICTIVE)


def _rows(block: dict) -> list[dict[str, object]]:
    """Return one line an operating point."""
    rows = []
    for point in POINTS:
        ends = block["operating_points"][point]
        ppv, npv = (block["figures"][f"{point}_{kind}"] for kind in ("ppv", "npv"))
        row = {COLUMNS["point"]: point, COLUMNS["thresholds"]: words.thresholds(ends)}
        row |= {"PPV": share(ppv), COLUMNS["called"]: ppv["n"], "NPV": share(npv), COLUMNS["not_called"]: npv["n"]}
        rows.append(row)
    return rows


@st.fragment
def show_slider(block: dict, rows: pd.DataFrame, sample: Sample, points: dict[str, float], name: str) -> None:
    """Show what a threshold on P(malignant) does: rates, predictive values and matrix move together.

    Args:
        block: One unit of `metrics.json`.
        rows: Its cases.
        sample: The same cases as arrays.
        points: {operating point: the released model's own threshold}; may be empty.
        name: The unit's name.
    """
    unit, score = block["unit"], sample.probabilities[:, MALIGNANT]
    start = points.get("screening", block["references"]["prevalence"]["malignant"])
    top = max(0.1, math.ceil(20 * float(score.max())) / 20)
    st.header(words.ANY_THRESHOLD_TITLE)
    threshold = st.slider(
        words.threshold_label(unit), 0.0, top, min(float(start), top), 0.005,
        format="%.3f", key=f"metrics_threshold_{name}",
    )  # fmt: skip
    st.caption(words.threshold_note(unit, start, "screening" in points))
    show_tiles(threshold_tiles(sample, threshold, unit), across=4)
    _show_charts(block, sample, threshold, name)
    names = rows["film_id"].where(rows["film_id"] != "", rows["woman_id"].map(words.woman_named)).tolist()
    truth = [LABELS[k] for k in sample.truth]
    figure = charts.scores_figure(score, truth, names, TITLES["scores"], subtitle(block), threshold)
    show(figure, f"point_scores_{name}", ALTS["scores"], READ["scores"])


def _show_charts(block: dict, sample: Sample, threshold: float, name: str) -> None:
    """Show the confusion matrix at a threshold, and where it stands on the ROC curve."""
    malignant, score = sample.truth == MALIGNANT, sample.probabilities[:, MALIGNANT]
    table = confusion.table_at(malignant, score, threshold)
    left, right = st.columns(2)
    with left:
        counts = [[table.tn, table.fp], [table.fn, table.tp]]
        about = words.MALIGNANT_OR_NOT, words.MALIGNANT_OR_NOT, TITLES["point_matrix"], subtitle(block), AXES["called"]
        figure = charts.confusion_figure(counts, *about)
        show(figure, f"point_matrix_{name}", ALTS["point_matrix"], READ["confusion"])
    with right:
        curve = roc.roc_curve(malignant, score)
        legend = curve_legend("malignant", AREA, interval_text(block["figures"]["auc_malignant_vs_rest"]))
        line = Line("malignant", curve.fpr, curve.tpr, curve.thresholds, legend)
        at = float(table.fp / max(table.fp + table.tn, 1)), float(table.tp / max(table.tp + table.fn, 1)), threshold
        figure = curves.roc_figure([line], TITLES["point_roc"], subtitle(block), at)
        show(figure, f"point_roc_{name}", ALTS["point_roc"], READ["roc"])


def threshold_tiles(sample: Sample, threshold: float, unit: str) -> list[Tile]:
    """Return rates and predictive values at a threshold on P(malignant), in this test set."""
    truth, called = sample.truth == MALIGNANT, sample.probabilities[:, MALIGNANT] >= threshold
    shares: dict[str, tuple[np.ndarray, np.ndarray]] = {
        "sensitivity": (called, truth),
        "specificity": (~called, ~truth),
        "ppv": (truth, called),
        "npv": (~truth, ~called),
    }
    prevalence = f"{truth.mean():.0%}"
    unaided = {"ppv": without_model(truth.mean()), "npv": without_model(1 - truth.mean())}
    tiles = []
    for kind, (title, meaning) in (RATE_TILES | PREDICTIVE_TILES).items():
        success, among = shares[kind]
        found = bootstrap.estimate_proportion(success, sample.women, sample.resamples, among)
        figure = report(found, among.sum(), unit, None if among.any() else NONE_CALLED)
        title = words.in_this_set(title) if kind in PREDICTIVE_TILES else title
        meaning = meaning.format(units=words.units(unit), prevalence=prevalence)
        tiles.append(Tile(title, figure, meaning, beneath=unaided.get(kind, "")))
    return tiles
