"""What the model gains by keeping silent: accuracy against the share decided, and what becomes of each class."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from mammo_core.report import curves
from mammo_core.report.chart_style import percent_text
from mammo_core.report.curves import Band
from mammo_core.report.palette import ACCENT, CLASS_COLOURS, MUTED
from mammo_core.types import LABELS
from mammo_core.ui.metrics_sections import show, subtitle
from mammo_core.ui.words import metrics as words
from mammo_core.ui.words.glossary import explained


def show_doubt(block: dict, name: str) -> None:
    """Show a unit's curves against the share decided, and coverage and error by class."""
    points, figures, unit = block["doubt_curve"]["points"], block["figures"], block["unit"]
    own = figures["coverage"]["value"], figures["accuracy_decided"]["value"]
    st.markdown(words.doubt(block), help=explained("Refer"))
    left, right = st.columns(2)
    with left:
        bands = [
            _band(points, "accuracy", ACCENT, "right, with 95 % interval"),
            _band(points, "always_normal", MUTED, "right when always saying normal", "dot"),
        ]
        figure = curves.share_decided_figure(
            bands, "Right, of those decided", subtitle(block), "called their true class", None if None in own else own
        )
        show(figure, f"doubt_{name}", f"Accuracy against the share of {unit}s decided", words.READ["doubt"])
    with right:
        bands = [
            _band(points, "sensitivity_malignant", CLASS_COLOURS["malignant"], "malignant: called so (sensitivity)"),
            _band(points, "specificity_malignant", CLASS_COLOURS["normal"], "others: not called so (specificity)"),
        ]
        figure = curves.share_decided_figure(bands, "Cancers, of those decided", subtitle(block), "called right")
        alt = f"Sensitivity and specificity for malignant against the share of {unit}s decided"
        show(figure, f"doubt_malignant_{name}", alt, words.READ["doubt_malignant"])
    st.dataframe(_by_class(figures), hide_index=True, alt="Coverage and error of each class")
    st.caption(words.READ["by_class"])


def _band(points: list[dict], key: str, colour: str, legend: str, dash: str = "solid") -> Band:
    """Return one figure of the curve's points."""
    figures = [point[key] for point in points]
    value = np.array([np.nan if f["value"] is None else f["value"] for f in figures])
    ends = np.array([f["ci95"] or (np.nan, np.nan) for f in figures]).reshape(-1, 2)
    n = np.array([f["n"] for f in figures])
    return Band(np.array([p["share"] for p in points]), value, ends[:, 0], ends[:, 1], n, colour, legend, dash)


def _by_class(figures: dict) -> pd.DataFrame:
    """Return what share of each class is decided, and how much of that is wrong."""
    rows = []
    for label in LABELS:
        decided, wrong = figures[f"coverage_{label}"], figures[f"error_decided_{label}"]
        row = {"class": label, "cases": decided["n"], "decided": percent_text(decided), "of them": wrong["n"]}
        rows.append(row | {"wrong": percent_text(wrong)})
    return pd.DataFrame(rows)
