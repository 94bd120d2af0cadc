"""Every tested film as a table, and the film that is chosen as a picture with its annotation."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from mammo_core.config import find_mias
from mammo_core.errors import MammoError
from mammo_core.mias.index import annotations_by_film
from mammo_core.report import charts
from mammo_core.report.chart_style import CONFIG
from mammo_core.types import DECISIONS, LABELS, Box
from mammo_core.ui.dataset_films import opened
from mammo_core.ui.metrics_data import Tested, film_table
from mammo_core.ui.metrics_sections import save_button
from mammo_core.ui.words import metrics as words
from mammo_core.ui.words.metrics_charts import ALTS, FILM_COLUMNS

_FILM = "metrics_film"
_COLUMNS = {
    "film": st.column_config.TextColumn(FILM_COLUMNS["film"], pinned=True),
    "p_malignant": st.column_config.ProgressColumn(
        FILM_COLUMNS["p_malignant"], format="%.2f", min_value=0.0, max_value=1.0
    ),
    "p_benign": st.column_config.NumberColumn(FILM_COLUMNS["p_benign"], format="%.2f"),
    "p_normal": st.column_config.NumberColumn(FILM_COLUMNS["p_normal"], format="%.2f"),
}


@st.fragment
def show_films(tested: Tested) -> None:
    """Show the tested films, filtered, and the chosen one."""
    table = film_table(tested.rows("film"))
    shown = _filtered(table)
    st.caption(words.films_listed(len(shown), len(table)))
    films = shown["film"].tolist()
    # A grid of its own for each set of films, or a filter would leave the wrong row marked as chosen.
    grid = f"metrics_films_{hash(tuple(films))}"
    left, right = st.columns([3, 2])
    with left:
        st.dataframe(
            shown.drop(columns="mistake"), hide_index=True, height=560, key=grid,
            on_select=partial(_choose, grid, films),
            selection_mode="single-row", column_config=_COLUMNS, alt=ALTS["films"],
        )  # fmt: skip
        save_button(shown, "films")
    with right:
        film = st.selectbox(words.FILM, table["film"], index=None, key=_FILM, placeholder=words.FILM_HINT)
        if film:
            _show_film(table[table["film"] == film].iloc[0], tested.strongest_mark(film))


def _filtered(table: pd.DataFrame) -> pd.DataFrame:
    """Return the films that the filters leave."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        mistakes = st.toggle(words.MISTAKES, key="metrics_mistakes", help=words.MISTAKES_HELP)
        truths = st.pills(words.TRUTH, LABELS, selection_mode="multi", key="metrics_truths")
        decisions = st.pills(words.DECISION, DECISIONS, selection_mode="multi", key="metrics_decisions")
    keep = table["truth"].isin(truths or LABELS) & table["decision"].isin(decisions or DECISIONS)
    if mistakes:
        keep &= table["mistake"]
    return table[keep].sort_values("p_malignant", ascending=False, kind="stable")


def _choose(grid: str, films: list[str]) -> None:
    """Open the film whose row was selected in a grid of films."""
    rows = st.session_state[grid]["selection"]["rows"]
    if rows:
        st.session_state[_FILM] = films[rows[0]]


def _show_film(row: pd.Series, mark: Box | None) -> None:
    """Show one film with its annotated circles and the model's strongest mark, or say why it cannot be shown."""
    st.markdown(words.film_told(row))
    annotations = [a for a in annotations_by_film()[row["film"]] if a.severity != "normal"]
    unplaced = sum(a.circle is None for a in annotations)
    if unplaced:
        st.caption(words.unplaced(unplaced))
    source = find_mias()
    if source is None:
        st.info(words.NO_MIAS, icon=":material/image_not_supported:")
        return
    try:
        with st.spinner(words.OPENING_FILM):
            pixels = opened(row["film"], source).pixels
    except (MammoError, KeyError) as error:
        st.warning(words.film_closed(row["film"], error))
        return
    circles = [
        (a.circle.x, a.circle.y, a.circle.radius_px, f"{a.severity} {a.abnormality}", a.severity)
        for a in annotations
        if a.circle
    ]
    picture = charts.film_figure(pixels, circles, mark)
    st.plotly_chart(picture, theme=None, config=CONFIG, key="metrics_film_picture", alt=words.film_alt(row["film"]))
    st.caption(words.FILM_CAPTION)
