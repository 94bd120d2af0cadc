"""Runs as figures: one run's loss and AUC by epoch, several runs held against each other, the trials of a search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from mammo_core.report.chart_style import styled
from mammo_core.report.palette import ACCENT, MUTED, TEXT

RUN_COLOURS = (ACCENT, "#f0e442", "#e8590c", "#4fd1a5", "#c4a1ff", "#ff7ab6")
"""As many runs as can be told apart; dashes and markers differ too."""
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "star")

Rows = Sequence[Mapping[str, float]]


def curve_figure(
    rows: Rows, metric: str, title: str, names: tuple[str, str], epochs: int, best: int | None
) -> go.Figure:
    """Draw a metric by epoch: validation as a line, training as a fainter one, the best epoch marked.

    Args:
        rows: One for each whole epoch.
        metric: Such as `loss`; validation's is `val_loss`.
        title: What it shows.
        names: Of training and of validation, for the legend.
        epochs: How many there may be: the axis does not move while the run goes on.
        best: The place of the best epoch's row, if there is one.
    """
    figure = go.Figure()
    looks = ((metric, names[0], MUTED, "dot"), (f"val_{metric}", names[1], ACCENT, "solid"))
    x = [row["epoch"] for row in rows]
    for key, name, colour, dash in looks:
        line = {"color": colour, "width": 2.5, "dash": dash}
        y = [row[key] for row in rows]
        hover = f"{name} %{{y:.3f}}<extra>%{{x}}</extra>"
        figure.add_trace(
            go.Scatter(x=x, y=y, mode="lines+markers", name=name, line=line, marker={"size": 5}, hovertemplate=hover)
        )
    if best is not None and rows:
        look = {"color": "rgba(0,0,0,0)", "size": 14, "line": {"color": TEXT, "width": 2}}
        at = [rows[best]["epoch"]], [rows[best][f"val_{metric}"]]
        figure.add_trace(go.Scatter(x=at[0], y=at[1], mode="markers", marker=look, showlegend=False, hoverinfo="skip"))
    styled(figure, title, "", "epoch", plot_height=210, n_legend=2)
    figure.update_layout(margin_t=48)
    return _metric_axis(figure, metric, epochs)


def runs_figure(runs: Mapping[str, Rows], metric: str, title: str, subtitle: str) -> go.Figure:
    """Draw one validation metric of several runs by epoch.

    Args:
        runs: {name: its rows}, at most as many as `RUN_COLOURS`.
        metric: Such as `val_auc`; a run without it is left out.
        title: What it shows.
        subtitle: On whom.
    """
    figure = go.Figure()
    shown = {name: [row for row in rows if metric in row] for name, rows in runs.items()}
    for number, (name, rows) in enumerate(shown.items()):
        colour, dash = RUN_COLOURS[number], _DASHES[number]
        figure.add_trace(
            go.Scatter(
                x=[row["epoch"] for row in rows],
                y=[row[metric] for row in rows],
                mode="lines+markers",
                name=name,
                line={"color": colour, "width": 2.5, "dash": dash},
                marker={"symbol": _SYMBOLS[number], "size": 7},
                hovertemplate=f"{name} %{{y:.3f}}<extra>%{{x}}</extra>",
            )
        )
    styled(figure, title, subtitle, "epoch", plot_height=260, n_legend=len(shown))
    return _metric_axis(figure, metric, max((len(rows) for rows in shown.values()), default=1))


def trials_figure(rows: Sequence[Mapping], title: str, subtitle: str, y_title: str) -> go.Figure:
    """Draw each trial's value, those broken off hollow, and the best so far as a line."""
    figure = go.Figure()
    best = [max(row["value"] for row in rows[: i + 1]) for i in range(len(rows))]
    numbers = [row["number"] for row in rows]
    figure.add_trace(
        go.Scatter(
            x=numbers, y=best, mode="lines", line={"color": MUTED, "dash": "dot", "shape": "hv"}, hoverinfo="skip"
        )
    )
    symbols = ["circle" if row["state"] == "done" else "circle-open" for row in rows]
    figure.add_trace(
        go.Scatter(
            x=numbers,
            y=[row["value"] for row in rows],
            mode="markers",
            marker={"color": ACCENT, "size": 10, "symbol": symbols},
            text=["<br>".join(f"{name} = {value}" for name, value in row["settings"].items()) for row in rows],
            hovertemplate="%{y:.3f}<br>%{text}<extra>%{x}</extra>",
        )
    )
    styled(figure, title, subtitle, "trial", y_title, plot_height=240)
    return figure.update_xaxes(dtick=max(1, len(rows) // 10))


def _metric_axis(figure: go.Figure, metric: str, epochs: int) -> go.Figure:
    figure.update_xaxes(range=[0.5, max(epochs, 2) + 0.5], nticks=8, tickformat="d")
    if not metric.endswith("loss"):
        figure.update_yaxes(range=[0, 1.02])
    return figure.update_yaxes(rangemode="tozero")
