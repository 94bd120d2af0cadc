"""The parts of the metrics page that compute from the scores: operating point, calibration, place."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from mammo_core.evaluate.blocks import HEADLINE_REPEAT
from mammo_core.evaluate.figures import EVENTS, MALIGNANT, report
from mammo_core.evaluate.localisation import match_marks
from mammo_core.evaluate.pointing import TARGETS
from mammo_core.evaluate.sample import Sample
from mammo_core.metrics import bootstrap, calibration, confusion, froc, roc
from mammo_core.mias.index import load_annotations
from mammo_core.report import charts, curves
from mammo_core.report.chart_style import interval_text, percent_text
from mammo_core.report.curves import Line
from mammo_core.types import LABELS
from mammo_core.ui import metrics_words as words
from mammo_core.ui.metrics_data import Tested
from mammo_core.ui.metrics_sections import show, subtitle, tile

SCREENING_PREVALENCE = 0.006
"""Share of women with cancer in a screening round, about."""


@st.fragment
def show_operating_point(block: dict, rows: pd.DataFrame, screening: float | None, name: str) -> None:
    """Show what a threshold on P(malignant) does: rates, predictive values and matrix move together."""
    sample = Sample.from_frame(rows)
    unit, score = block["unit"], sample.probabilities[:, MALIGNANT]
    start = screening if screening is not None else block["references"]["prevalence"]["malignant"]
    top = max(0.1, math.ceil(20 * float(score.max())) / 20)
    threshold = st.slider(
        f"Call a {unit} malignant when P(malignant) is at least", 0.0, top, min(float(start), top), 0.005,
        format="%.3f", key=f"metrics_threshold_{name}",
    )  # fmt: skip
    start_text = "the model's screening point" if start == screening else "the share of malignant cases"
    st.caption(f"Starts at {start_text}, {start:.3f}. " + words.SLIDER_NOTE.format(unit=unit))
    figures = threshold_figures(sample, threshold, unit)
    with st.container(horizontal=True):
        for title, (figure, meaning) in figures.items():
            tile(title, figure, partial(percent_text, digits=int("screening" in title)), meaning)
    left, right = st.columns(2)
    with left:
        table = confusion.table_at(sample.truth == MALIGNANT, score, threshold)
        names = ["not malignant", "malignant"]
        counts = [[table.tn, table.fp], [table.fn, table.tp]]
        figure = charts.confusion_figure(counts, names, names, "Matrix at this threshold", subtitle(block), "called")
        show(figure, f"point_matrix_{name}", "Confusion matrix at the chosen threshold")
    with right:
        curve = roc.roc_curve(sample.truth == MALIGNANT, score)
        area = interval_text(block["figures"]["auc_malignant_vs_rest"])
        line = Line("malignant", curve.fpr, curve.tpr, curve.thresholds, f"malignant: AUC {area}")
        point = float(table.fp / max(table.fp + table.tn, 1)), float(table.tp / max(table.tp + table.fn, 1)), threshold
        figure = curves.roc_figure([line], "Where this threshold stands", subtitle(block), point)
        show(figure, f"point_roc_{name}", "ROC curve of malignant against the rest, with the chosen threshold")
    names = rows["film_id"].where(rows["film_id"] != "", "woman " + rows["woman_id"].astype(str)).tolist()
    truth = [LABELS[k] for k in sample.truth]
    figure = charts.scores_figure(score, truth, names, "Every score, by true class", subtitle(block), threshold)
    show(figure, f"point_scores_{name}", "P(malignant) of every case by true class, with the chosen threshold")


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
            show(figure, f"reliability_{event}_{name}", f"Reliability of P({event}) in bins of equally many cases")
            st.caption(
                f"Calibration error {error['value']:.3f}. It is never 0: perfect probabilities would show about "
                f"{floor:.3f} on so few cases."
            )
    brier, loss = figures["brier"], figures["log_loss"]
    st.markdown(
        f"**Brier score {interval_text(brier, 3)}** (n = {brier['n']}; 0 is perfect; always stating the shares of the "
        f"classes scores {references['brier_of_base_rates']:.3f}). Log loss {interval_text(loss, 3)} nats, against "
        f"{references['log_loss_of_base_rates']:.3f}."
    )


def show_place(tested: Tested, name: str) -> None:
    """Show whether marks lie where the abnormalities are; whole films only."""
    found = tested.metrics.get("localisation")
    if not found:
        st.info("This model folder holds no marks (`candidates.csv`), so finding the place was not tested.")
        return
    films, marks = tested.rows("film"), tested.files.candidates
    marks = marks[marks["repeat"] == HEADLINE_REPEAT]
    titles = {"abnormal": "any abnormality", "malignant": "malignant ones"}
    lines = []
    for target in TARGETS:
        matched = match_marks(films, marks, load_annotations(), target)
        curve = froc.froc_curve(matched.lesions["best"], matched.false["score"], len(matched.normal))
        at_one = percent_text(found[target]["sensitivity_at"]["1"])
        legend = f"{titles[target]}: {at_one} at 1 (n = {found[target]['n_lesions']})"
        lines.append(Line(target, curve.nlf, curve.llf, curve.thresholds, legend))
    left, right = st.columns(2)
    with left:
        n_normal = found["abnormal"]["n_normal_films"]
        figure = curves.froc_figure(lines, "Found, at how many false marks", f"{n_normal} normal films, out of fold")
        show(figure, f"froc_{name}", "Share of abnormalities found against false marks on a normal film")
    with right:
        pointing = found["abnormal"]["pointing"]["strongest_mark"]
        st.markdown(
            f"**The strongest mark is right on {percent_text(pointing)}** of {pointing['n']} films with a placed "
            "abnormality."
        )
        st.dataframe(_place_table(found, titles), hide_index=True, alt="Sensitivity at rates of false marks")
        st.caption(
            f"A mark is a hit when {found['abnormal']['hit']}. False marks are counted on normal films only. "
            "Abnormalities that MIAS gives no place are left out."
        )


def _place_table(found: dict, titles: dict[str, str]) -> pd.DataFrame:
    """Return sensitivity at each rate of false marks."""
    rates = found["abnormal"]["sensitivity_at"]
    columns = {
        titles[target]: [percent_text(found[target]["sensitivity_at"][rate]) for rate in rates] for target in TARGETS
    }
    return pd.DataFrame({"false marks, at most": list(rates)} | columns)
