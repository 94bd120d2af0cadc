"""Whether marks and heatmaps lie where the abnormalities are, beside points that know nothing; whole films only."""

from __future__ import annotations

import streamlit as st

from mammo_core.evaluate.blocks import HEADLINE_REPEAT
from mammo_core.evaluate.localisation import match_marks
from mammo_core.evaluate.pointing import BASELINES, STRONGEST, TARGETS
from mammo_core.evaluate.subgroups import CALCIFICATIONS
from mammo_core.evaluate.tables import ABNORMALITY_TEXTS, METHOD_TEXTS, TISSUE_TEXTS
from mammo_core.metrics import froc
from mammo_core.mias.index import load_annotations
from mammo_core.report import curves
from mammo_core.report.chart_style import percent_text
from mammo_core.report.curves import Line
from mammo_core.report.figure_table import share
from mammo_core.report.interval_charts import Row, interval_figure, methods_figure
from mammo_core.report.palette import TEXT
from mammo_core.ui.metrics_data import Tested
from mammo_core.ui.metrics_sections import show, show_table
from mammo_core.ui.words import metrics as words
from mammo_core.ui.words.glossary import explained
from mammo_core.ui.words.metrics_charts import (
    ALTS,
    AXES,
    COLUMNS,
    FOUND_AT,
    READ,
    TARGET_TEXTS,
    TITLES,
    froc_legend,
    named,
)

_RATES = ("0.5", "1", "2", "4")
_KINDS = {"abnormality": ABNORMALITY_TEXTS, "tissue": TISSUE_TEXTS}


def show_place(tested: Tested, name: str) -> None:
    """Show pointing beside its baselines, the FROC curve, and both by kind of abnormality and by tissue."""
    found = tested.metrics["localisation"]
    abnormal = found["abnormal"]
    st.markdown(words.place(abnormal), help=explained("FROC"))
    left, right = st.columns(2)
    with left:
        _show_pointing(found, name)
        show_table(_rates(found), f"rates_{name}", ALTS["rates"])
    with right:
        _show_froc(tested, found, name)
    st.caption(words.hit(abnormal))
    for column, kind in zip(st.columns(2), _KINDS, strict=True):
        with column:
            _show_parts(abnormal, kind, name)


def _show_pointing(found: dict, name: str) -> None:
    pointing = found["abnormal"]["pointing"]
    rows = [
        Row(words.method(METHOD_TEXTS[method]), pointing[method], baseline=method in BASELINES)
        for method in METHOD_TEXTS
        if method in pointing
    ]
    about = TITLES["pointing"], words.pointing_subtitle(pointing[STRONGEST]["n"]), AXES["hit"]
    show(interval_figure(rows, *about, percent_text), f"pointing_{name}", ALTS["pointing"], READ["pointing"])


def _show_froc(tested: Tested, found: dict, name: str) -> None:
    """Show the FROC curve of all abnormalities, of the malignant ones and of calcifications, with stated intervals."""
    films, marks, annotations = tested.rows("film"), tested.files.candidates, load_annotations()
    marks = marks[marks["repeat"] == HEADLINE_REPEAT]
    calcified = [a for a in annotations if a.abnormality == CALCIFICATIONS]
    drawn = {target: (annotations, target, found[target]) for target in TARGETS}
    drawn["calcifications"] = (calcified, "abnormal", found["abnormal"]["abnormality"][CALCIFICATIONS])
    lines, stated = [], {}
    for label, (of_line, target, told) in drawn.items():
        if not told["n_lesions"]:
            continue
        matched = match_marks(films, marks, of_line, target)
        curve = froc.froc_curve(matched.lesions["best"], matched.false["score"], len(matched.normal))
        legend = froc_legend(label, percent_text(told["sensitivity_at"]["1"]), told["n_lesions"])
        drawn_as = {"colour": TEXT, "dash": "dot"} if of_line is calcified else {}
        lines.append(Line(label, curve.nlf, curve.llf, curve.thresholds, legend, **drawn_as))
        stated[label] = told["sensitivity_at"]
    normal = words.froc_subtitle(found["abnormal"]["n_normal_films"])
    show(curves.froc_figure(lines, TITLES["froc"], normal, stated), f"froc_{name}", ALTS["froc"], READ["froc"])


def _show_parts(abnormal: dict, kind: str, name: str) -> None:
    """Show pointing and sensitivity of each part of the test set."""
    texts = _KINDS[kind]
    parts = {code: part for code, part in abnormal[kind].items() if part["pointing"][STRONGEST]["n"]}
    groups = [(named(code, texts, part["pointing"][STRONGEST]["n"]), part["pointing"]) for code, part in parts.items()]
    if not groups:
        return
    key = f"pointing_{kind}"
    show(methods_figure(groups, TITLES[key], words.PLACE_SUBTITLE, AXES["hit"]), f"{key}_{name}", ALTS[key], READ[key])
    rows = [
        {kind: named(code, texts), COLUMNS["lesions"]: part["n_lesions"]}
        | {FOUND_AT.format(rate): share(part["sensitivity_at"][rate]) for rate in _RATES}
        for code, part in parts.items()
    ]
    show_table(rows, f"parts_{kind}_{name}", ALTS[f"parts_{kind}"])


def _rates(found: dict) -> list[dict[str, object]]:
    """Return sensitivity at each rate of false marks."""
    return [
        {COLUMNS["false_marks"]: rate}
        | {TARGET_TEXTS[target]: share(found[target]["sensitivity_at"][rate]) for target in TARGETS}
        for rate in found["abnormal"]["sensitivity_at"]
    ]
