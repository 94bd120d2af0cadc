"""What the model gains by keeping silent: accuracy against the share decided, and what becomes of each class."""

from __future__ import annotations

import numpy as np
import streamlit as st

from mammo_core.report import curves
from mammo_core.report.curves import Band
from mammo_core.report.figure_table import share
from mammo_core.report.palette import ACCENT, CLASS_COLOURS, MUTED
from mammo_core.types import LABELS
from mammo_core.ui.metrics_sections import show, show_table, subtitle
from mammo_core.ui.words import metrics as words
from mammo_core.ui.words.glossary import explained
from mammo_core.ui.words.metrics_charts import ALTS, AXES, COLUMNS, LEGENDS, READ, TITLES


def show_doubt(block: dict, name: str) -> None:
    """Show a unit's curves against the share decided, and coverage and error by class."""
    points, figures = block["doubt_curve"]["points"], block["figures"]
    own = figures["coverage"]["value"], figures["accuracy_decided"]["value"]
    st.markdown(words.doubt(block), help=explained("Refer"))
    left, right = st.columns(2)
    with left:
        bands = [
            _band(points, "accuracy", ACCENT, LEGENDS["right"]),
            _band(points, "always_normal", MUTED, LEGENDS["always_normal"], "dot"),
        ]
        about = TITLES["doubt"], subtitle(block), AXES["true_class"]
        figure = curves.share_decided_figure(bands, *about, None if None in own else own)
        show(figure, f"doubt_{name}", ALTS["doubt"], READ["doubt"])
    with right:
        bands = [
            _band(points, "sensitivity_malignant", CLASS_COLOURS["malignant"], LEGENDS["sensitivity"]),
            _band(points, "specificity_malignant", CLASS_COLOURS["normal"], LEGENDS["specificity"]),
        ]
        figure = curves.share_decided_figure(bands, TITLES["doubt_malignant"], subtitle(block), AXES["call_right"])
        show(figure, f"doubt_malignant_{name}", ALTS["doubt_malignant"], READ["doubt_malignant"])
    show_table(_by_class(figures), f"by_class_{name}", ALTS["by_class"])
    st.caption(READ["by_class"])


def _band(points: list[dict], key: str, colour: str, legend: str, dash: str = "solid") -> Band:
    """Return one figure of the curve's points."""
    figures = [point[key] for point in points]
    value = np.array([np.nan if f["value"] is None else f["value"] for f in figures])
    ends = np.array([f["ci95"] or (np.nan, np.nan) for f in figures]).reshape(-1, 2)
    n = np.array([f["n"] for f in figures])
    return Band(np.array([p["share"] for p in points]), value, ends[:, 0], ends[:, 1], n, colour, legend, dash)


def _by_class(figures: dict) -> list[dict[str, object]]:
    """Return what share of each class is decided, and how much of that is wrong."""
    rows = []
    for label in LABELS:
        decided, wrong = figures[f"coverage_{label}"], figures[f"error_decided_{label}"]
        row = {COLUMNS["class"]: label, COLUMNS["cases"]: decided["n"], COLUMNS["decided"]: share(decided)}
        rows.append(row | {COLUMNS["of_them"]: wrong["n"], COLUMNS["wrong"]: share(wrong)})
    return rows
