"""The first screen of the metrics page, and what its sections share: how charts, tables, tiles and subtitles are shown.

Every chart and every table can be saved, under the model's name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from mammo_core.network.active import active_folder
from mammo_core.report.chart_style import percent_text, savable
from mammo_core.report.figure_table import saved, shown
from mammo_core.report.interval_charts import Row, interval_figure
from mammo_core.ui.words import metrics as words
from mammo_core.ui.words import metrics_charts as chart_words


def show(figure: go.Figure, key: str, alt: str, how: str | None = None) -> None:
    """Show a Plotly figure in its own colours and, in one sentence beneath, how to read it."""
    st.plotly_chart(figure, theme=None, config=savable(_file_name(key)), key=key, alt=alt)
    if how:
        st.caption(how)


def show_table(rows: Sequence[Mapping[str, object]], key: str, alt: str) -> None:
    """Show a table of texts and `figure_table.Cell`s, with a button that saves it as numbers."""
    st.dataframe(shown(rows), hide_index=True, alt=alt)
    save_button(saved(rows), key)


def save_button(table: pd.DataFrame, key: str) -> None:
    """Show the button that saves a table as CSV."""
    st.download_button(
        words.SAVE_TABLE,
        table.to_csv(index=False, lineterminator="\n"),
        file_name=f"{_file_name(key)}.csv",
        mime="text/csv",
        key=f"save_{key}",
        help=words.SAVE_TABLE_HELP,
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
    )


def _file_name(key: str) -> str:
    """Return the name under which a chart or table is saved, without its ending."""
    return f"{active_folder().name}-{key}".replace("_", "-")


def subtitle(block: dict) -> str:
    """Return unit and n, as they stand under a figure's title."""
    women = "" if block["unit"] == "woman" else f", {words.plural(block['n_women'], 'woman')}"
    return f"{words.plural(block['n'], block['unit'])}{women}, {words.OUT_OF_FOLD}"


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
            for key, question in chart_words.QUESTIONS.items()
        ]
        title, axis = chart_words.TITLES["headline"], chart_words.AXES["auc"]
        figure = interval_figure(rows, title, subtitle(block), axis, start=0.4)
        show(figure, f"headline_{name}", chart_words.ALTS["headline"], chart_words.READ["headline"])
    with right:
        told = chart_words.DECISION_TILES if "coverage" in block["figures"] else chart_words.SCORE_TILES
        units = words.units(block["unit"])
        show_tiles(
            [
                Tile(title, _told(block["figures"], key), meaning.format(units=units))
                for key, (title, meaning) in told.items()
            ],
            across=2,
        )
    st.markdown(words.headline(block))


def _told(figures: Mapping[str, dict], key: str) -> dict:
    """Return the figure of a tile."""
    return complement(figures[key]) if key in chart_words.COMPLEMENTS else figures[key]


def complement(figure: dict) -> dict:
    """Return the share of the rest: a figure of `metrics.json` taken from 1, and so its interval's ends."""
    if figure["value"] is None:
        return figure
    ends = figure["ci95"] and [1 - end for end in reversed(figure["ci95"])]
    return figure | {"value": 1 - figure["value"], "ci95": ends}


@dataclass(frozen=True)
class Tile:
    """One figure shown large.

    Attributes:
        title: Its name.
        figure: Itself.
        meaning: What it is.
        text: How it is written, as `0.77 [0.71, 0.84]`.
        beneath: What stands below it, in small; may be empty.
    """

    title: str
    figure: Mapping
    meaning: str
    text: Callable[[Mapping], str] = percent_text
    beneath: str = ""


def show_tiles(tiles: Sequence[Tile], across: int) -> None:
    """Show tiles in rows of `across`, all of one width."""
    for first in range(0, len(tiles), across):
        for column, tile in zip(st.columns(across), tiles[first : first + across], strict=False):
            with column:
                _show_tile(tile)


def _show_tile(tile: Tile) -> None:
    """Show a figure with its interval beneath."""
    value, _, interval = tile.text(tile.figure).partition(" [")
    ends = words.interval_ends(interval.rstrip("]").replace(", ", " – ")) if interval else tile.figure.get("reason", "")
    st.metric(
        tile.title,
        value,
        ends,
        delta_color="off",
        delta_arrow="off",
        delta_description=f"n = {tile.figure['n']}",
        help=tile.meaning,
        border=True,
    )
    if tile.beneath:
        st.caption(tile.beneath)
