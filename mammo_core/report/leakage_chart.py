"""The leakage lab in one picture: what each protocol gives with the true labels, and with labels dealt at random.

Where the two lie together the figure is made by the protocol. An honest protocol drops the labels dealt at random to
the grey line of no skill; only what the true labels reach beyond that was learned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from mammo_core.report.chart_style import interval_text, styled
from mammo_core.report.palette import ACCENT, BACKGROUND, GRID, MUTED, OUTSIDE, TEXT

_ROW_PX, _APART = 62, 0.25


@dataclass(frozen=True)
class Tested:
    """One protocol: its name, and a figure of `leakage.json`."""

    name: str
    figure: dict


def leakage_figure(
    rows: Sequence[Tested],
    title: str,
    subtitle: str,
    x_title: str,
    no_skill: float,
    published: Mapping[str, float] | None = None,
) -> go.Figure:
    """Draw each protocol on a line of its own, first on top, names above the lines.

    Args:
        rows: The protocols.
        title: See `styled`.
        subtitle: See `styled`.
        x_title: See `styled`.
        no_skill: What knowing nothing gives.
        published: Figures of others, drawn as a band from least to most.
    """
    figure, heights = go.Figure(), np.arange(len(rows), 0, -1)
    if published:
        _add_published(figure, published)
    figure.add_vline(x=no_skill, line={"color": MUTED, "width": 1, "dash": "dot"})
    for row, y in zip(rows, heights, strict=True):
        name = f"{row.name}  <b>{interval_text(row.figure)}</b>"
        figure.add_annotation(x=0, xref="paper", xanchor="left", y=y, yshift=21, text=name, showarrow=False)
    _add_marks(figure, list(zip(rows, heights - _APART, strict=True)), True)
    _add_marks(figure, list(zip(rows, heights, strict=True)), False)
    styled(figure, title, subtitle, x_title, plot_height=_ROW_PX * len(rows) + 24, n_legend=2, left=14)
    figure.update_yaxes(visible=False, range=[0.5, len(rows) + 0.75])
    ends = [row.figure["ci95"][0] for row in rows if row.figure["ci95"]]
    ends += [row.figure["permuted"]["least"] for row in rows]
    return figure.update_xaxes(range=[min(0.4, *ends) - 0.02, 1.02], tickformat=".1f", dtick=0.1)


def _add_marks(figure: go.Figure, rows: Sequence[tuple[Tested, int]], permuted: bool) -> None:
    """Draw the true labels as dots with their interval, or labels dealt at random as diamonds with their range."""
    colour, symbol = (OUTSIDE, "diamond-open") if permuted else (ACCENT, "circle")
    values, texts = [], []
    for row, y in rows:
        found = row.figure["permuted"] if permuted else row.figure
        ends = [found["least"], found["most"]] if permuted else found["ci95"]
        values.append(found["mean"] if permuted else found["value"])
        texts.append(f"{row.name}: {values[-1]:.2f}" + (f", {ends[0]:.2f} to {ends[1]:.2f}" if ends else ""))
        if ends:
            line = {"color": colour, "width": 2 if permuted else 4}
            figure.add_trace(go.Scatter(x=ends, y=[y, y], mode="lines", line=line, hoverinfo="skip", showlegend=False))
    figure.add_trace(
        go.Scatter(
            x=values,
            y=[y for _, y in rows],
            mode="markers",
            marker={
                "color": colour,
                "symbol": symbol,
                "size": 13,
                "line": {"color": colour if permuted else BACKGROUND, "width": 2},
            },
            name="labels dealt at random, least to most" if permuted else "true labels, with 95 % interval over women",
            text=texts,
            hovertemplate="%{text}<extra></extra>",
        )
    )


def _add_published(figure: go.Figure, published: Mapping[str, float]) -> None:
    least, most = min(published.values()), max(published.values())
    figure.add_vrect(x0=least, x1=most, fillcolor=GRID, opacity=0.55, line_width=0, layer="below")
    figure.add_annotation(
        x=(least + most) / 2, y=0.0, yref="paper", yanchor="bottom", text=f"published {least:.2f} to {most:.2f}",
        showarrow=False, font={"size": 12, "color": TEXT},
    )  # fmt: skip
