"""Whether the model's probabilities mean what they say."""

from __future__ import annotations

import numpy as np
import streamlit as st

from mammo_core.evaluate.figures import EVENTS
from mammo_core.evaluate.sample import Sample
from mammo_core.metrics import bootstrap, calibration
from mammo_core.report import curves
from mammo_core.report.chart_style import interval_text
from mammo_core.report.figure_table import Cell
from mammo_core.ui.metrics_sections import show, show_table, subtitle
from mammo_core.ui.words import metrics as words
from mammo_core.ui.words.glossary import explained
from mammo_core.ui.words.metrics_charts import ALTS, COLUMNS, READ, TITLES

_SHOWN = ("malignant", "abnormal")


def show_calibration(block: dict, sample: Sample, name: str) -> None:
    """Show whether probabilities mean what they say."""
    figures, references = block["figures"], block["references"]
    for column, event in zip(st.columns(2), _SHOWN, strict=True):
        happened, probability = (part(sample) for part in EVENTS[event])
        curve = calibration.reliability(happened, probability)
        bins = calibration.equal_mass_bins(probability, calibration.N_BINS)
        drawn = [
            bootstrap.estimate_proportion(happened, sample.women, sample.resamples, bins == k) for k in np.unique(bins)
        ]
        low, high = np.array([found.low for found in drawn]), np.array([found.high for found in drawn])
        error, floor = figures[f"ece_{event}"], references["ece_if_perfectly_calibrated"][event]
        with column:
            title = TITLES[f"reliability_{event}"]
            figure = curves.reliability_figure(*curve, low, high, event, title, subtitle(block))
            show(figure, f"reliability_{event}_{name}", ALTS[f"reliability_{event}"], READ["calibration"])
            st.markdown(words.calibration_error(error, floor), help=explained("Calibration error"))
    st.markdown(words.whole_scores(figures["brier"], figures["log_loss"], references))
    show_table([_row(block, event) for event in _SHOWN], f"calibration_{name}", ALTS["calibration_table"])
    st.caption(words.SLOPE_NOTE)


def _row(block: dict, event: str) -> dict[str, object]:
    """Return error, slope and intercept of the probability of one event."""
    figures, floor = block["figures"], block["references"]["ece_if_perfectly_calibrated"][event]
    return {
        COLUMNS["event"]: words.probability_of(event),
        COLUMNS["error"]: Cell(figures[f"ece_{event}"], lambda figure: interval_text(figure, 3)),
        COLUMNS["floor"]: round(floor, 3),
        COLUMNS["slope"]: Cell(figures[f"calibration_slope_{event}"]),
        COLUMNS["in_the_large"]: Cell(figures[f"calibration_in_the_large_{event}"]),
    }
