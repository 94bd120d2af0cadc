"""Whether the model's probabilities mean what they say."""

from __future__ import annotations

import numpy as np
import streamlit as st

from mammo_core.evaluate.figures import EVENTS
from mammo_core.evaluate.sample import Sample
from mammo_core.metrics import bootstrap, calibration
from mammo_core.report import curves
from mammo_core.report.chart_style import interval_text
from mammo_core.ui.metrics_sections import show, subtitle
from mammo_core.ui.words import metrics as words
from mammo_core.ui.words.glossary import explained


def show_calibration(block: dict, sample: Sample, name: str) -> None:
    """Show whether probabilities mean what they say."""
    figures, references = block["figures"], block["references"]
    for column, event in zip(st.columns(2), ("malignant", "abnormal"), strict=True):
        happened, probability = (part(sample) for part in EVENTS[event])
        curve = calibration.reliability(happened, probability)
        bins = calibration.equal_mass_bins(probability, calibration.N_BINS)
        drawn = [
            bootstrap.estimate_proportion(happened, sample.women, sample.resamples, bins == k) for k in np.unique(bins)
        ]
        low, high = np.array([found.low for found in drawn]), np.array([found.high for found in drawn])
        error, floor = figures[f"ece_{event}"], references["ece_if_perfectly_calibrated"][event]
        with column:
            figure = curves.reliability_figure(*curve, low, high, event, f"Does P({event}) come true?", subtitle(block))
            alt = f"Reliability of P({event}) in bins of equally many cases"
            show(figure, f"reliability_{event}_{name}", alt, words.READ["calibration"])
            st.markdown(words.calibration_error(error, floor), help=explained("Calibration error"))
    brier, loss = figures["brier"], figures["log_loss"]
    st.markdown(
        f"**Brier score {interval_text(brier, 3)}** (n = {brier['n']}; 0 is perfect; always stating the shares of the "
        f"classes scores {references['brier_of_base_rates']:.3f}). Log loss {interval_text(loss, 3)} nats, against "
        f"{references['log_loss_of_base_rates']:.3f}."
    )
