"""Figures with their intervals as dots and lines, beside what no skill and permuted labels would show.

Every figure says in its own title what it shows, in which unit and on how many cases, so that it can be cut out of the
page and still be honest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from mammo_core.report.chart_style import interval_text, styled
from mammo_core.report.palette import ACCENT, BACKGROUND, GRID, MUTED, SURFACE, TEXT

_ROW_PX = 50


@dataclass(frozen=True)
class Row:
    """One line of an interval plot.

    Attributes:
        name: What is measured.
        figure: A figure of `metrics.json`.
        no_skill: Its value without any skill, if there is one.
        chance: Least and most that labels dealt at random gave, if that was tried.
        baseline: Whether this is itself what knowing nothing gives.
    """

    name: str
    figure: dict
    no_skill: float | None = None
    chance: tuple[float, float] | None = None
    baseline: bool = False


def interval_figure(
    rows: Sequence[Row],
    title: str,
    subtitle: str,
    x_title: str,
    text: Callable[[dict], str] = interval_text,
    start: float = 0.0,
) -> go.Figure:
    """Draw figures as dots with their 95 % intervals, first row on top.

    Names stand above their lines, so that the lines keep the whole width of a telephone.

    Args:
        rows: What is drawn; rows without a value show their name and a dash.
        title: See `styled`.
        subtitle: See `styled`.
        x_title: See `styled`.
        text: Writes a figure beside its name.
        start: Where the axis begins, unless something lies lower.
    """
    figure = go.Figure()
    heights = np.arange(len(rows), 0, -1)
    _add_chance(figure, rows, heights)
    for row, y in zip(rows, heights, strict=True):
        colour = MUTED if row.baseline else ACCENT
        interval = row.figure["ci95"] or [row.figure["value"]] * 2
        line = {"color": colour, "width": 4}
        figure.add_trace(go.Scatter(x=interval, y=[y, y], mode="lines", line=line, hoverinfo="skip", showlegend=False))
        name = f"{row.name}  <b>{text(row.figure)}</b>"
        figure.add_annotation(x=0, xref="paper", xanchor="left", y=y, yshift=20, text=name, showarrow=False)
    hover = [f"{row.name}: {text(row.figure)}<br>n = {row.figure['n']}" for row in rows]
    n_legend = 1 + any(row.chance for row in rows)
    figure.add_trace(
        go.Scatter(
            x=[row.figure["value"] for row in rows],
            y=heights,
            mode="markers",
            marker={
                "color": [MUTED if row.baseline else ACCENT for row in rows],
                "size": 13,
                "line": {"color": BACKGROUND, "width": 2},
            },
            name="measured, with 95 % interval",
            text=hover,
            hovertemplate="%{text}<extra></extra>",
        )
    )
    if any(row.no_skill is not None for row in rows):
        n_legend += 1
        figure.add_trace(
            go.Scatter(
                x=[row.no_skill for row in rows],
                y=heights,
                mode="markers",
                marker={"symbol": "line-ns", "size": 16, "line": {"color": TEXT, "width": 2}},
                name="without any skill",
                hovertemplate="without any skill: %{x:.2f}<extra></extra>",
            )
        )
    ends = [end for row in rows for end in (row.figure["ci95"] or ())] + [e for row in rows for e in row.chance or ()]
    styled(figure, title, subtitle, x_title, plot_height=_ROW_PX * len(rows) + 14, n_legend=n_legend, left=14)
    figure.update_yaxes(visible=False, range=[0.6, len(rows) + 0.75])
    return figure.update_xaxes(range=[min([start, *ends]) - 0.02, 1.02], tickformat=".1f", dtick=0.2)


def difference_figure(rows: Sequence[Row], title: str, subtitle: str, x_title: str) -> go.Figure:
    """Draw differences as dots with their 95 % intervals about a line at 0. Arguments as `interval_figure`."""
    figure = interval_figure(rows, title, subtitle, x_title, signed_text)
    ends = [abs(end) for row in rows for end in (row.figure["ci95"] or [row.figure["value"] or 0.0])]
    reach = 1.1 * max([0.05, *ends])
    figure.add_vline(0, line={"color": MUTED, "width": 1.2, "dash": "dot"})
    return figure.update_xaxes(range=[-reach, reach], tickformat="+.2f", dtick=None, nticks=7)


def signed_text(figure: Mapping) -> str:
    """Return `+0.03 [-0.01, +0.07]` for a difference of `metrics.json`, without interval or as a dash where none is."""
    if figure["value"] is None:
        return "–"
    value = f"{figure['value'] + 0.0:+.3f}"
    return value if figure["ci95"] is None else f"{value} [{figure['ci95'][0]:+.3f}, {figure['ci95'][1]:+.3f}]"


def _add_chance(figure: go.Figure, rows: Sequence[Row], heights: np.ndarray) -> None:
    """Draw where labels dealt at random ended, as a band behind each line."""
    named = False
    for row, y in zip(rows, heights, strict=True):
        if row.chance:
            figure.add_trace(
                go.Scatter(
                    x=list(row.chance),
                    y=[y, y],
                    mode="lines",
                    line={"color": GRID, "width": 16},
                    name="the same recipe with labels dealt at random",
                    legendgroup="chance",
                    showlegend=not named,
                    hovertemplate="labels dealt at random: %{x:.2f}<extra></extra>",
                )
            )
            named = True


@dataclass(frozen=True)
class Method:
    """One mark in a row of `methods_figure`: name in the legend, colour, Plotly symbol, whether its interval shows."""

    name: str
    colour: str
    symbol: str
    has_interval: bool


METHODS = {
    "strongest_mark": Method("strongest mark, with 95 % interval", ACCENT, "circle", True),
    "gradcam": Method("highest point of Grad-CAM", TEXT, "diamond", False),
    "centre": Method("centre of the breast", MUTED, "square-open", False),
    "random": Method("random point in the breast", MUTED, "x-thin-open", False),
}
"""{method of `metrics.json`: how it is drawn}."""


def methods_figure(groups: Sequence[tuple[str, dict[str, dict]]], title: str, subtitle: str, x_title: str) -> go.Figure:
    """Draw several methods on the same line for each of several groups, first group on top.

    Args:
        groups: (name, {method of `METHODS`: figure of `metrics.json`}).
        title: See `styled`.
        subtitle: See `styled`.
        x_title: See `styled`.
    """
    figure = go.Figure()
    heights = np.arange(len(groups), 0, -1)
    present = [key for key in METHODS if any(key in methods for _, methods in groups)]
    for (name, _), y in zip(groups, heights, strict=True):
        figure.add_annotation(x=0, xref="paper", xanchor="left", y=y, yshift=19, text=name, showarrow=False)
        figure.add_shape(type="line", x0=0, x1=1, y0=y, y1=y, line={"color": SURFACE, "width": 6}, layer="below")
    for key in present:
        method = METHODS[key]
        found = [(methods[key], y) for (_, methods), y in zip(groups, heights, strict=True) if key in methods]
        for value, y in found if method.has_interval else ():
            if value["ci95"]:
                line = {"color": method.colour, "width": 3}
                ends = go.Scatter(
                    x=value["ci95"], y=[y, y], mode="lines", line=line, hoverinfo="skip", showlegend=False
                )
                figure.add_trace(ends)
        figure.add_trace(
            go.Scatter(
                x=[value["value"] for value, _ in found],
                y=[y for _, y in found],
                mode="markers",
                marker={
                    "color": method.colour,
                    "symbol": method.symbol,
                    "size": 11,
                    "line": {"color": method.colour if "open" in method.symbol else BACKGROUND, "width": 2},
                },
                name=method.name,
                text=[interval_text(value) for value, _ in found],
                hovertemplate=method.name.split(",")[0] + ": %{text}<extra></extra>",
            )
        )
    styled(figure, title, subtitle, x_title, plot_height=46 * len(groups) + 14, n_legend=len(present), left=14)
    figure.update_yaxes(visible=False, range=[0.6, len(groups) + 0.75])
    return figure.update_xaxes(range=[-0.02, 1.02], tickformat=".0%", dtick=0.25)
