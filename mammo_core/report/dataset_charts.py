"""Figures of what is in the data set: counts by class, tissue, abnormality and fold."""

from __future__ import annotations

from collections.abc import Mapping

import plotly.graph_objects as go

from mammo_core.report.chart_style import styled
from mammo_core.report.palette import BACKGROUND, CLASS_COLOURS, TEXT

_PATTERNS = {"normal": "", "benign": "/", "malignant": "x"}
"""Of each class's bars, so that they are not told apart by colour alone."""
_BAR_PX = 38


def counts_figure(
    counts: Mapping[str, Mapping[str, int]], title: str, subtitle: str, x_title: str, left: int = 58
) -> go.Figure:
    """Draw counts as stacked bars, one a line, with a part for each class.

    Args:
        counts: {name of the line: {class: count}}, the first on top; every line has the same classes.
        title: See `styled`.
        subtitle: See `styled`.
        x_title: What is counted.
        left: Margin in pixels for the lines' names.
    """
    names = list(counts)
    labels = list(next(iter(counts.values())))
    figure = go.Figure()
    for label in labels:
        values = [counts[name][label] for name in names]
        figure.add_bar(
            name=label,
            y=names,
            x=values,
            orientation="h",
            text=[f"{value}" if value else "" for value in values],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            constraintext="none",
            textfont={"size": 13, "color": BACKGROUND},
            marker={
                "color": CLASS_COLOURS[label],
                "line": {"color": BACKGROUND, "width": 1},
                "pattern": {
                    "shape": _PATTERNS[label],
                    "fillmode": "overlay",
                    "size": 7,
                    "solidity": 0.15,
                    "fgcolor": BACKGROUND,
                    "fgopacity": 0.3,
                },
            },
            hovertemplate=f"%{{y}}, {label}: %{{x}}<extra></extra>",
        )
    totals = [sum(counts[name].values()) for name in names]
    for name, total in zip(names, totals, strict=True):
        figure.add_annotation(
            x=total,
            y=name,
            text=f"{total}",
            showarrow=False,
            xanchor="left",
            xshift=6,
            font={"size": 13, "color": TEXT},
        )
    styled(figure, title, subtitle, x_title, "", len(names) * _BAR_PX + 16, len(labels), left)
    figure.update_layout(barmode="stack", bargap=0.32)
    figure.update_layout(legend={"traceorder": "normal"})
    figure.update_yaxes(autorange="reversed", showgrid=False, tickfont={"color": TEXT})
    figure.update_xaxes(range=[0, 1.12 * max(totals)], nticks=6)
    return figure
