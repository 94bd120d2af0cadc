"""The first screen of the metrics page, and what its sections share: how a chart, a tile and a subtitle are shown."""

from __future__ import annotations

from collections.abc import Callable

import plotly.graph_objects as go
import streamlit as st

from mammo_core.report.chart_style import CONFIG, percent_text
from mammo_core.report.interval_charts import Row, interval_figure
from mammo_core.ui.words import metrics as words

_QUESTIONS = {
    "auc_normal_vs_abnormal": "Abnormal or normal",
    "auc_malignant_vs_rest": "Malignant or not",
    "auc_benign_vs_malignant": "Malignant or benign",
    "macro_auc": "All three classes",
}
"""{AUC: what it asks}."""
_DECISION_TILES = {
    "coverage": ("Decided", "Share of all {unit}s for which the model decides; the rest it refers to a person."),
    "accuracy_decided": ("Right when decided", "Of the {unit}s decided, the share called their true class."),
    "malignant_called_normal": ("Cancers missed", "Of the malignant {unit}s, the share called normal."),
    "malignant_called_or_referred": (
        "Cancers flagged",
        "Of the malignant {unit}s, the share called malignant or referred to a person.",
    ),
}
_SCORE_TILES = {
    "accuracy_label": ("Right", "Share of all {unit}s whose most probable class is their true one."),
    "majority_class_accuracy": ("Commonest class", "Share right when always naming the commonest class."),
    "ece_abnormal": ("Calibration error", "Mean distance of P(abnormal) from the share that is abnormal."),
    "ece_malignant": ("Of P(malignant)", "Mean distance of P(malignant) from the share that is malignant."),
}


def show(figure: go.Figure, key: str, alt: str, how: str | None = None) -> None:
    """Show a Plotly figure in its own colours and, in one sentence beneath, how to read it."""
    st.plotly_chart(figure, theme=None, config=CONFIG, key=key, alt=alt)
    if how:
        st.caption(how)


def subtitle(block: dict) -> str:
    """Return unit and n, as they stand under a figure's title."""
    women = "" if block["unit"] == "woman" else f", {words.plural(block['n_women'], 'woman')}"
    return f"{words.plural(block['n'], block['unit'])}{women}, out of fold"


def show_headline(block: dict, chance: dict | None, name: str) -> None:
    """Show how good it is and how sure of that one can be: four questions, four figures, and what they mean.

    Args:
        block: One unit of `metrics.json`.
        chance: The same unit of `permutations`, if labels were permuted.
        name: The unit's name.
    """
    left, right = st.columns([3, 2], gap="medium", vertical_alignment="center")
    with left:
        rows = [
            Row(question, block["figures"][key], 0.5, words.chance_ends((chance or {}).get(f"{key}_foldwise")))
            for key, question in _QUESTIONS.items()
        ]
        figure = interval_figure(rows, "Can it tell them apart?", subtitle(block), words.AUC_AXIS, start=0.4)
        show(figure, f"headline_{name}", "Four AUCs with 95 % intervals, beside chance", words.READ["headline"])
    with right:
        tiles = _DECISION_TILES if "coverage" in block["figures"] else _SCORE_TILES
        for pair in (list(tiles)[:2], list(tiles)[2:]):
            with st.container(horizontal=True):
                for key in pair:
                    title, meaning = tiles[key]
                    tile(title, block["figures"][key], percent_text, meaning.format(unit=block["unit"]))
    st.markdown(words.headline(block))


def tile(title: str, figure: dict, text: Callable[[dict], str], meaning: str) -> None:
    """Show one figure large, with its interval beneath; `text` writes it as `0.77 [0.71, 0.84]`."""
    value, _, interval = text(figure).partition(" [")
    beside = f"95 %: {interval.rstrip(']').replace(', ', ' to ')}" if interval else figure.get("reason", "")
    st.metric(
        title,
        value,
        beside,
        delta_color="off",
        delta_arrow="off",
        delta_description=f"n = {figure['n']}",
        help=meaning,
        border=True,
    )
