"""What the model would be worth in use: predictive values down to screening, and decision curves."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st

from mammo_core.evaluate.prevalence import SCREENING, Rates
from mammo_core.evaluate.score_files import POINTS
from mammo_core.evaluate.use_tables import gain_figure, useful_text
from mammo_core.report.chart_style import percent_text
from mammo_core.report.curves import Band
from mammo_core.report.figure_table import Cell
from mammo_core.report.interval_charts import signed_text
from mammo_core.report.palette import CLASS_COLOURS
from mammo_core.report.use_charts import decision_curve_figure, predictive_figure
from mammo_core.ui.metrics_data import Tested
from mammo_core.ui.metrics_sections import Tile, show, show_table, show_tiles, subtitle
from mammo_core.ui.words import metrics as words
from mammo_core.ui.words import metrics_use as use_words
from mammo_core.ui.words.glossary import explained
from mammo_core.ui.words.metrics_charts import (
    ALTS,
    COLUMNS,
    LEGENDS,
    PREDICTIVE_TILES,
    RATE_TILES,
    READ,
    TITLES,
    without_model,
)

STOPS = (0.003, 0.004, 0.006, 0.008, 0.01, 0.015, 0.02, 0.03, 0.05, 0.07, 0.1, 0.13, 0.2, 0.25)
"""Of the slider of prevalences, as far as they lie below the study's own."""
_GAINS_AT = (0.05, 0.1, 0.2)
_N_DRAWN = 30
_one_digit = partial(percent_text, digits=1)


def show_use(tested: Tested, block: dict, name: str) -> None:
    """Show both, the part that moves with its slider as a fragment of its own."""
    if not block["references"]["prevalence"]["malignant"]:
        st.info(use_words.NO_MALIGNANT, icon=":material/info:")
        return
    st.header(use_words.PREVALENCE_TITLE, help=explained("PPV", "NPV"))
    _show_prevalence(tested, block, name)
    st.header(use_words.BENEFIT_TITLE, help=explained("Net benefit"))
    _show_benefit(block, name)


@st.fragment
def _show_prevalence(tested: Tested, block: dict, name: str) -> None:
    """Show what PPV and NPV of an operating point become where fewer are malignant."""
    unit, own = block["unit"], block["references"]["prevalence"]["malignant"]
    screening, stops = SCREENING[unit], [*(stop for stop in STOPS if stop < own), own]
    point = st.segmented_control(
        use_words.PREVALENCE_POINT, POINTS, default=POINTS[0], required=True, key=f"metrics_use_point_{name}"
    )
    prevalence = st.select_slider(
        use_words.prevalence_label(unit), stops, screening if screening in stops else own,
        format_func=partial(use_words.prevalence_stop, unit=unit, own=own, screening=screening),
        key=f"metrics_prevalence_{name}",
    )  # fmt: skip
    rates, figures = tested.rates(name, point), block["figures"]
    values = rates.predictive_values(prevalence)
    told = values | {kind: figures[f"{point}_{kind}"] for kind in RATE_TILES}
    meaning = {"units": words.units(unit), "prevalence": f"{prevalence:.1%}"}
    unaided = {"ppv": without_model(prevalence), "npv": without_model(1 - prevalence)}
    tiles = []
    for kind, (title, text) in (PREDICTIVE_TILES | RATE_TILES).items():
        written = _one_digit if kind in values else percent_text
        tiles.append(Tile(title, told[kind], text.format(**meaning), written, unaided.get(kind, "")))
    show_tiles(tiles, across=4)
    st.markdown(use_words.of_a_thousand(unit, prevalence, told["sensitivity"], told["specificity"], values["ppv"]))
    _show_curves(rates, prevalence, block, name)
    st.caption(use_words.PREVALENCE_NOTE)
    table = [
        {COLUMNS["point"]: point, COLUMNS["prevalence"]: f"{100 * entry['prevalence']:.1f} %"}
        | {kind.upper(): Cell(entry[kind], _one_digit) for kind in ("ppv", "npv")}
        for entry in block["predictive_values"][point]
    ]
    show_table(table, f"predictive_{point}_{name}", ALTS["predictive_table"])


def _show_curves(rates: Rates, prevalence: float, block: dict, name: str) -> None:
    """Show PPV and NPV against prevalence, with the chosen one marked."""
    grid = np.geomspace(STOPS[0], max(block["references"]["prevalence"]["malignant"], 2 * STOPS[0]), _N_DRAWN)
    drawn = [rates.predictive_values(float(share)) for share in grid]
    chosen = rates.predictive_values(prevalence)
    unaided = {"ppv": grid, "npv": 1 - grid}
    colours = {"ppv": CLASS_COLOURS["malignant"], "npv": CLASS_COLOURS["normal"]}
    legends = {"ppv": LEGENDS["predictive"], "npv": LEGENDS["not_called"]}
    for column, kind in zip(st.columns(2), ("ppv", "npv"), strict=True):
        found = [figures[kind] for figures in drawn]
        value = np.array([np.nan if f["value"] is None else f["value"] for f in found])
        ends = np.array([f["ci95"] or (np.nan, np.nan) for f in found])
        band = Band(grid, value, ends[:, 0], ends[:, 1], np.full(len(grid), block["n"]), colours[kind], legends[kind])
        names = use_words.PREDICTIVE_AXES[kind] | {"unaided": LEGENDS["unaided"], "chosen": LEGENDS["chosen"]}
        at = prevalence, chosen[kind]["value"]
        with column:
            figure = predictive_figure(band, unaided[kind], at, TITLES[kind], subtitle(block), names)
            show(figure, f"{kind}_{name}", ALTS[kind], READ[kind])


def _show_benefit(block: dict, name: str) -> None:
    """Show whether acting on the probabilities would beat acting on all and on nobody."""
    st.markdown(use_words.BENEFIT)
    names = use_words.BENEFIT_NAMES | {part: LEGENDS[f"benefit_{part}"] for part in ("model", "all", "none")}
    rows = []
    for column, (event, curve) in zip(st.columns(2), block["decision_curve"].items(), strict=True):
        with column:
            title = TITLES[f"benefit_{event}"]
            figure = decision_curve_figure(curve, event, title, subtitle(block), names)
            show(figure, f"benefit_{event}_{name}", ALTS[f"benefit_{event}"], READ["benefit"])
            st.markdown(use_words.benefit(curve, event))
        row = {COLUMNS["event"]: words.probability_of(event), COLUMNS["useful"]: useful_text(curve)}
        for threshold in _GAINS_AT:
            gain = gain_figure(curve, curve["thresholds"].index(threshold), block["unit"])
            row[COLUMNS["gain"].format(threshold)] = Cell(gain, signed_text)
        rows.append(row)
    show_table(rows, f"benefit_table_{name}", ALTS["benefit_table"])
    st.caption(use_words.BENEFIT_NOTE)
