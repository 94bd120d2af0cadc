"""The scorecard of the explanations as a figure: each method's value with its interval, and the baselines below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from mammo_core.report.chart_style import interval_text, styled
from mammo_core.report.palette import ACCENT, BACKGROUND, MUTED, TEXT

_ROW_PX, _LEFT_PX = 30, 132


@dataclass(frozen=True)
class Entry:
    """One line: a name, a figure as `scorecard.json` has it, and whether it is a baseline."""

    name: str
    figure: dict
    baseline: bool = False


def scorecard_figure(entries: Sequence[Entry], title: str, subtitle: str, x_title: str) -> go.Figure:
    """Draw values as dots with their 95 % intervals, first on top; baselines as grey diamonds.

    Args:
        entries: The lines.
        title: See `styled`.
        subtitle: See `styled`.
        x_title: What is measured.
    """
    figure = go.Figure()
    heights = np.arange(len(entries), 0, -1)
    for baseline, colour, symbol, name in ((False, ACCENT, "circle", "method"), (True, MUTED, "diamond", "baseline")):
        some = [(entry, y) for entry, y in zip(entries, heights, strict=True) if entry.baseline == baseline]
        for entry, y in some:
            interval = entry.figure["ci95"] or [entry.figure["value"]] * 2
            line = {"color": colour, "width": 3}
            figure.add_trace(go.Scatter(x=interval, y=[y, y], mode="lines", line=line, hoverinfo="skip"))
        figure.add_trace(
            go.Scatter(
                x=[entry.figure["value"] for entry, _ in some],
                y=[y for _, y in some],
                mode="markers",
                marker={"color": colour, "symbol": symbol, "size": 11, "line": {"color": BACKGROUND, "width": 1.5}},
                name=name,
                text=[f"{entry.name}: {interval_text(entry.figure)}, n = {entry.figure['n']}" for entry, _ in some],
                hovertemplate="%{text}<extra></extra>",
            )
        )
    styled(figure, title, subtitle, x_title, plot_height=_ROW_PX * len(entries), left=_LEFT_PX)
    names = [entry.name for entry in entries]
    figure.update_yaxes(tickvals=heights.tolist(), ticktext=names, showgrid=False, ticks="", tickfont={"color": TEXT})
    figure.update_yaxes(range=[0.4, len(entries) + 0.6])
    top = max((entry.figure["ci95"] or [entry.figure["value"]])[-1] for entry in entries)
    return figure.update_xaxes(range=[0, min(1.0, 1.08 * top)], nticks=5, rangemode="tozero")
