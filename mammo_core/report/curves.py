"""Curves: ROC, precision-recall, reliability and FROC. Rates in, a Plotly figure out; nothing is computed here.

Every figure says in its own title what it shows, in which unit and on how many cases, so that it can be cut out of the
page and still be honest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import plotly.graph_objects as go

from mammo_core.report.chart_style import styled
from mammo_core.report.palette import ACCENT, CLASS_COLOURS, CLASS_DASHES, CLASS_MARKERS, GRID, MUTED, TEXT

_SHARE_AXIS = {"range": [-0.01, 1.01], "tickvals": [0, 0.25, 0.5, 0.75, 1], "tickformat": ".0%"}


@dataclass(frozen=True)
class Line:
    """One curve: rates `x` and `y` at `thresholds`, the class it is of (or other words), and what the legend says.

    A curve of no class may bring its own `colour` and `dash`.
    """

    label: str
    x: np.ndarray
    y: np.ndarray
    thresholds: np.ndarray
    legend: str
    colour: str = ACCENT
    dash: str = "dash"


def roc_figure(
    lines: Sequence[Line], title: str, subtitle: str, point: tuple[float, float, float] | None = None
) -> go.Figure:
    """Draw ROC curves.

    Args:
        lines: x = false positive rate, y = true positive rate, one line a class.
        title: See `styled`.
        subtitle: See `styled`.
        point: The operating point as (false positive rate, true positive rate, threshold), if it is to be shown.
    """
    figure = go.Figure(_no_skill([0, 1], [0, 1], "a coin: 0.50"))
    for line in lines:
        hover = "finds %{y:.0%} of " + line.label + "<br>with %{x:.0%} of the others called too"
        figure.add_trace(_curve(line, hover, "linear"))
    if point:
        figure.add_trace(
            go.Scatter(
                x=[point[0]],
                y=[point[1]],
                mode="markers",
                marker={"symbol": "circle-open", "size": 15, "color": TEXT, "line": {"width": 3}},
                name=f"operating point: P(malignant) ≥ {point[2]:.2f}",
                hovertemplate="sensitivity %{y:.0%}<br>specificity " + f"{1 - point[0]:.0%}<extra></extra>",
            )
        )
    n_legend = len(lines) + 1 + bool(point)
    styled(figure, title, subtitle, "others wrongly called (1 - specificity)", "found (sensitivity)", n_legend=n_legend)
    return figure.update_xaxes(**_SHARE_AXIS).update_yaxes(**_SHARE_AXIS)


def precision_recall_figure(
    lines: Sequence[Line], prevalences: Sequence[float], title: str, subtitle: str
) -> go.Figure:
    """Draw precision against recall, with each class's prevalence as a thin line: the precision of a coin.

    Args:
        lines: x = recall, y = precision, one line a class.
        prevalences: Share of each line's class.
        title: See `styled`.
        subtitle: See `styled`.
    """
    figure = go.Figure()
    for line, prevalence in zip(lines, prevalences, strict=True):
        hover = "%{y:.0%} of those called are " + line.label + "<br>when %{x:.0%} of them are found"
        # Drawn as average precision counts it: each step of recall at the precision where it ends.
        y, thresholds = (np.append(values[:1], values) for values in (line.y, line.thresholds))
        stepped = replace(line, x=np.append(0.0, line.x), y=y, thresholds=thresholds)
        figure.add_trace(_curve(stepped, hover, "vh"))
        figure.add_shape(
            type="line",
            x0=0,
            x1=1,
            y0=prevalence,
            y1=prevalence,
            layer="below",
            line={"color": CLASS_COLOURS[line.label], "width": 1, "dash": "dot"},
            opacity=0.55,
        )
    figure.add_trace(_no_skill([None], [None], "thin lines: share of the class, a coin's precision"))
    styled(figure, title, subtitle, "found (recall)", "of those called, right (precision)", n_legend=len(lines) + 1)
    return figure.update_xaxes(**_SHARE_AXIS).update_yaxes(**_SHARE_AXIS)


def reliability_figure(
    predicted: np.ndarray,
    observed: np.ndarray,
    count: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    label: str,
    title: str,
    subtitle: str,
) -> go.Figure:
    """Draw what happened against what was predicted.

    Args:
        predicted: Mean probability of each bin.
        observed: Share of the event in each bin.
        count: Cases in each bin.
        low: Lower end of the 95 % interval of the share; nan for none.
        high: Upper end.
        label: The class it is of, for its colour, or other words.
        title: See `styled`.
        subtitle: See `styled`.
    """
    colour = CLASS_COLOURS.get(label, ACCENT)
    top = float(min(1.0, max(0.1, np.nanmax(np.concatenate([predicted, observed, high, [0]])) * 1.06)))
    figure = go.Figure(_no_skill([0, top], [0, top], "perfectly calibrated"))
    figure.add_trace(
        go.Scatter(
            x=predicted,
            y=observed,
            mode="lines+markers",
            name="observed, with 95 % interval",
            line={"color": colour, "width": 2},
            marker={"size": 9, "symbol": CLASS_MARKERS.get(label, "circle")},
            error_y={
                "array": high - observed,
                "arrayminus": observed - low,
                "color": colour,
                "width": 4,
                "thickness": 1.2,
            },
            customdata=np.asarray(count),
            hovertemplate="predicted %{x:.0%}, happened %{y:.0%}<br>%{customdata} cases<extra></extra>",
        )
    )
    styled(figure, title, subtitle, "probability the model gave", "share that came true", n_legend=2)
    return figure.update_xaxes(range=[0, top], tickformat=".0%").update_yaxes(range=[0, top], tickformat=".0%")


def froc_figure(
    lines: Sequence[Line], title: str, subtitle: str, stated: Mapping[str, Mapping[str, dict]] | None = None
) -> go.Figure:
    """Draw FROC curves: x = false marks on a normal film, y = share of abnormalities found.

    Args:
        lines: One a group of abnormalities.
        title: See `styled`.
        subtitle: See `styled`.
        stated: {label of a line: {rate of false marks: figure}}, drawn as intervals on its line.
    """
    figure = go.Figure()
    for line in lines:
        figure.add_trace(_curve(line, "finds %{y:.0%} with %{x:.2f} false marks on a normal film", "hv"))
        for rate, found in (stated or {}).get(line.label, {}).items():
            colour = CLASS_COLOURS.get(line.label, line.colour)
            ends = {"x": [float(rate)] * 2, "y": found["ci95"] or [], "mode": "lines", "hoverinfo": "skip"}
            figure.add_trace(go.Scatter(**ends, line={"color": colour, "width": 1.2}, opacity=0.7, showlegend=False))
    styled(figure, title, subtitle, "false marks on a normal film", "abnormalities found", n_legend=len(lines))
    return figure.update_xaxes(rangemode="tozero").update_yaxes(**_SHARE_AXIS)


def _curve(line: Line, hover: str, shape: str) -> go.Scatter:
    """Return a class's curve in its colour and dash."""
    return go.Scatter(
        x=line.x,
        y=line.y,
        mode="lines",
        name=line.legend,
        line={
            "color": CLASS_COLOURS.get(line.label, line.colour),
            "dash": CLASS_DASHES.get(line.label, line.dash),
            "width": 2.5,
            "shape": shape,
        },
        customdata=line.thresholds,
        hovertemplate=hover + "<br>at a probability of %{customdata:.2f} or more<extra></extra>",
    )


def _no_skill(x: list, y: list, name: str) -> go.Scatter:
    """Return the line that says what no skill would show."""
    line = {"color": GRID if x == [None] else MUTED, "width": 1.2, "dash": "dot"}
    return go.Scatter(x=x, y=y, mode="lines", name=name, line=line, hoverinfo="skip")


@dataclass(frozen=True)
class Band:
    """A curve with its interval: `y`, `low` and `high` at `x` (nan for none), how it is drawn, what the legend says."""

    x: np.ndarray
    y: np.ndarray
    low: np.ndarray
    high: np.ndarray
    n: np.ndarray
    colour: str
    legend: str
    dash: str = "solid"


def share_decided_figure(
    bands: Sequence[Band], title: str, subtitle: str, y_title: str, own: tuple[float, float] | None = None
) -> go.Figure:
    """Draw figures against the share of cases decided.

    Args:
        bands: x = share of the cases decided, y a share; one a figure.
        title: See `styled`.
        subtitle: See `styled`.
        y_title: See `styled`.
        own: (share, value) at which the model itself works, if it is to be shown.
    """
    figure = go.Figure()
    for band in bands:
        if band.dash == "solid":
            add_band(figure, band)
        figure.add_trace(
            go.Scatter(
                x=band.x,
                y=band.y,
                mode="lines",
                name=band.legend,
                line={"color": band.colour, "dash": band.dash, "width": 2.5 if band.dash == "solid" else 1.5},
                customdata=band.n,
                hovertemplate="%{y:.0%} of %{customdata}, with %{x:.0%} decided<extra>" + band.legend + "</extra>",
            )
        )
    if own:
        figure.add_trace(
            go.Scatter(
                x=[own[0]],
                y=[own[1]],
                mode="markers",
                marker={"symbol": "circle-open", "size": 15, "color": TEXT, "line": {"width": 3}},
                name=f"where the model works: {own[0]:.0%} decided",
                hovertemplate="%{y:.0%}, with %{x:.0%} decided<extra></extra>",
            )
        )
    styled(figure, title, subtitle, "share decided, the surest first", y_title, n_legend=len(bands) + bool(own))
    return figure.update_xaxes(**_SHARE_AXIS).update_yaxes(**_SHARE_AXIS)


def add_band(figure: go.Figure, band: Band) -> None:
    """Fill between the ends of the interval, where there is one."""
    known = ~(np.isnan(band.low) | np.isnan(band.high))
    x, low, high = band.x[known], band.low[known], band.high[known]
    red, green, blue = (int(band.colour[i : i + 2], 16) for i in (1, 3, 5))
    figure.add_trace(
        go.Scatter(
            x=np.concatenate([x, x[::-1]]),
            y=np.concatenate([high, low[::-1]]),
            fill="toself",
            fillcolor=f"rgba({red},{green},{blue},0.16)",
            line={"width": 0},
            hoverinfo="skip",
            showlegend=False,
        )
    )
