"""Whether marks and heatmaps lie where the abnormalities are, beside points that know nothing; whole films only."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from mammo_core.evaluate.blocks import HEADLINE_REPEAT
from mammo_core.evaluate.localisation import match_marks
from mammo_core.evaluate.pointing import BASELINES, TARGETS
from mammo_core.evaluate.tables import ABNORMALITY_TEXTS, METHOD_TEXTS, TISSUE_TEXTS
from mammo_core.metrics import froc
from mammo_core.mias.index import load_annotations
from mammo_core.report import curves
from mammo_core.report.chart_style import percent_text
from mammo_core.report.curves import Line
from mammo_core.report.interval_charts import Row, interval_figure, methods_figure
from mammo_core.ui.metrics_data import Tested
from mammo_core.ui.metrics_sections import show
from mammo_core.ui.words import metrics as words
from mammo_core.ui.words.glossary import explained

_TITLES = {"abnormal": "any abnormality", "malignant": "malignant ones"}


def show_place(tested: Tested, name: str) -> None:
    """Show pointing beside its baselines, the FROC curve, and both by kind of abnormality and by tissue."""
    found = tested.metrics["localisation"]
    abnormal = found["abnormal"]
    st.markdown(words.place(abnormal), help=explained("FROC"))
    left, right = st.columns(2)
    with left:
        _show_pointing(found, name)
        st.dataframe(_rates(found), hide_index=True, alt="Sensitivity at rates of false marks")
    with right:
        _show_froc(tested, found, name)
    st.caption(words.hit(abnormal))
    for column, kind, texts in zip(
        st.columns(2), ("abnormality", "tissue"), (ABNORMALITY_TEXTS, TISSUE_TEXTS), strict=True
    ):
        with column:
            _show_parts(abnormal, kind, texts, name)


def _show_pointing(found: dict, name: str) -> None:
    pointing = found["abnormal"]["pointing"]
    films = words.plural(pointing["strongest_mark"]["n"], "film")
    rows = [
        Row(METHOD_TEXTS[method].capitalize().replace("cam", "CAM"), pointing[method], baseline=method in BASELINES)
        for method in METHOD_TEXTS
        if method in pointing
    ]
    subtitle = f"{films} with a placed abnormality, out of fold"
    figure = interval_figure(rows, "Is it pointing at it?", subtitle, "share of films hit", percent_text)
    show(figure, f"pointing_{name}", "Share of films hit by each method and baseline", words.READ["pointing"])


def _show_froc(tested: Tested, found: dict, name: str) -> None:
    films, marks = tested.rows("film"), tested.files.candidates
    marks = marks[marks["repeat"] == HEADLINE_REPEAT]
    lines = []
    for target in TARGETS:
        matched = match_marks(films, marks, load_annotations(), target)
        curve = froc.froc_curve(matched.lesions["best"], matched.false["score"], len(matched.normal))
        at_one = percent_text(found[target]["sensitivity_at"]["1"])
        legend = f"{_TITLES[target]}: {at_one} at 1 (n = {found[target]['n_lesions']})"
        lines.append(Line(target, curve.nlf, curve.llf, curve.thresholds, legend))
    normal = words.plural(found["abnormal"]["n_normal_films"], "normal film")
    figure = curves.froc_figure(lines, "Found, at how many false marks", f"{normal}, out of fold")
    alt = "Share of abnormalities found against false marks on a normal film"
    show(figure, f"froc_{name}", alt, words.READ["froc"])


def _show_parts(abnormal: dict, kind: str, texts: dict[str, str], name: str) -> None:
    """Show pointing and sensitivity of each part of the test set."""
    parts = {code: part for code, part in abnormal[kind].items() if part["pointing"]["strongest_mark"]["n"]}
    groups = [
        (f"{code} {texts[code]}, n = {part['pointing']['strongest_mark']['n']}", part["pointing"])
        for code, part in parts.items()
    ]
    if not groups:
        return
    subtitle = "films with a placed abnormality, out of fold"
    figure = methods_figure(groups, f"Pointing, by {kind}", subtitle, "share of films hit")
    show(figure, f"pointing_{kind}_{name}", f"Pointing of each method by {kind}", words.READ[f"pointing_{kind}"])
    rows = [
        {kind: f"{code} {texts[code]}", "lesions": part["n_lesions"]}
        | {f"found at {rate}": percent_text(part["sensitivity_at"][rate]) for rate in ("0.5", "1", "2", "4")}
        for code, part in parts.items()
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt=f"Sensitivity at rates of false marks by {kind}")


def _rates(found: dict) -> pd.DataFrame:
    """Return sensitivity at each rate of false marks."""
    rates = found["abnormal"]["sensitivity_at"]
    columns = {
        _TITLES[target]: [percent_text(found[target]["sensitivity_at"][rate]) for rate in rates] for target in TARGETS
    }
    return pd.DataFrame({"found at false marks": list(rates)} | columns)
