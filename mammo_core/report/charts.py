"""Figures of what was called: matrix, scores, film. See `curves` and `interval_charts` for the others.

Every figure says in its own title what it shows, in which unit and on how many cases, so that it can be cut out of the
page and still be honest.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.express as px
import plotly.graph_objects as go

from mammo_core.report.chart_style import FONT, styled
from mammo_core.report.palette import (
    BACKGROUND,
    CLASS_COLOURS,
    CLASS_MARKERS,
    MUTED,
    SURFACE,
    TEXT,
)
from mammo_core.types import Box

_CELLS = [[0.0, SURFACE], [1.0, "#1d6fa5"]]


def confusion_figure(
    counts: Sequence[Sequence[int]], rows: Sequence[str], columns: Sequence[str], title: str, subtitle: str, called: str
) -> go.Figure:
    """Draw a confusion matrix: counts, and their share of the true class.

    Args:
        counts: len(rows) x len(columns).
        rows: True classes.
        columns: What was called.
        title: See `styled`.
        subtitle: See `styled`.
        called: What the columns are, in words.
    """
    matrix = np.asarray(counts, float)
    totals = matrix.sum(axis=1, keepdims=True)
    shares = np.divide(matrix, totals, out=np.zeros_like(matrix), where=totals > 0)
    figure = go.Figure(
        go.Heatmap(
            z=shares,
            text=[
                [f"<b>{n:.0f}</b><br>{100 * s:.0f} %" for n, s in zip(*row, strict=True)]
                for row in zip(matrix, shares, strict=True)
            ],
            texttemplate="%{text}",
            textfont={"size": 15, "color": TEXT},
            x=list(columns),
            y=list(rows),
            zmin=0,
            zmax=1,
            colorscale=_CELLS,
            showscale=False,
            xgap=3,
            ygap=3,
            hovertemplate="truth: %{y}<br>" + called + ": %{x}<br>%{text}<extra></extra>",
        )
    )
    for k, name in enumerate(rows):
        if name in columns:
            column = list(columns).index(name)
            box = {"x0": column - 0.49, "x1": column + 0.49, "y0": k - 0.49, "y1": k + 0.49}
            figure.add_shape(type="rect", line={"color": TEXT, "width": 1.5}, **box)
    styled(figure, title, subtitle, called, plot_height=max(84 * len(rows), 220), left=104)
    names = [f"<b>{name}</b><br>n = {n:.0f}" for name, n in zip(rows, totals[:, 0], strict=True)]
    figure.update_yaxes(autorange="reversed", tickvals=list(rows), ticktext=names, showgrid=False, ticks="")
    figure.update_xaxes(showgrid=False, ticks="", tickfont={"color": TEXT})
    figure.update_yaxes(tickfont={"color": TEXT})
    return figure


def scores_figure(
    scores: np.ndarray, truth: Sequence[str], names: Sequence[str], title: str, subtitle: str, threshold: float | None
) -> go.Figure:
    """Draw every case's P(malignant), by true class, as points over a box.

    Args:
        scores: n probabilities.
        truth: n true classes.
        names: n names of cases, for the reader who points at one.
        title: See `styled`.
        subtitle: See `styled`.
        threshold: Where the operating point stands, if it is to be shown.
    """
    figure = go.Figure()
    truth = np.asarray(truth)
    present = [label for label in CLASS_COLOURS if (truth == label).any()]
    for label in present:
        of_class = truth == label
        figure.add_trace(
            go.Box(
                x=np.asarray(scores)[of_class],
                y=[f"<b>{label}</b><br>n = {of_class.sum()}"] * int(of_class.sum()),
                orientation="h",
                boxpoints="all",
                jitter=0.7,
                pointpos=0,
                width=0.72,
                fillcolor="rgba(0,0,0,0)",
                line={"color": MUTED, "width": 1.5},
                marker={"color": CLASS_COLOURS[label], "symbol": CLASS_MARKERS[label], "size": 6, "opacity": 0.65},
                text=np.asarray(names)[of_class],
                hovertemplate="%{text}: P(malignant) = %{x:.2f}<extra></extra>",
                hoveron="points",
            )
        )
    if threshold is not None:
        figure.add_vline(threshold, line={"color": TEXT, "width": 2, "dash": "dash"})
    styled(figure, title, subtitle, "P(malignant) the model gave", plot_height=96 * max(len(present), 1), left=104)
    figure.update_yaxes(autorange="reversed", showgrid=False, ticks="", tickfont={"color": TEXT})
    return figure.update_xaxes(range=[-0.01, max(0.5, float(np.max(scores, initial=0)) + 0.03)], tickformat=".1f")


def film_figure(
    pixels: np.ndarray, circles: Sequence[tuple[float, float, float, str, str]], mark: Box | None = None
) -> go.Figure:
    """Draw an untouched film with its annotated circles and the place where the model saw most.

    Args:
        pixels: H x W uint8.
        circles: (x, y, radius, words, class) in film pixels from the top left.
        mark: The model's strongest mark, if it is to be shown.
    """
    height, width = pixels.shape
    figure = px.imshow(pixels, binary_string=True, binary_compression_level=1)
    figure.update_traces(hovertemplate="x %{x}, y %{y}<extra></extra>")
    for x, y, radius, text, label in circles:
        colour = CLASS_COLOURS[label]
        box = {"x0": x - radius, "x1": x + radius, "y0": y - radius, "y1": y + radius}
        figure.add_shape(type="circle", line={"color": colour, "width": 2}, **box)
        # Words above the circle, or below it at the film's upper edge.
        edge, shift = (y - radius, 10) if y - radius > 60 else (y + radius, -10)
        font = {"color": colour, "size": 13}
        figure.add_annotation(
            x=x, y=edge, yshift=shift, text=text, showarrow=False, font=font, bgcolor="rgba(14,17,22,0.75)"
        )
    if mark:
        x1, y1 = mark.x + mark.width, mark.y + mark.height
        line = {"color": TEXT, "width": 1.5, "dash": "dash"}
        figure.add_shape(type="rect", x0=mark.x, y0=mark.y, x1=x1, y1=y1, line=line)
    figure.update_layout(
        template="none",
        font={"family": FONT},
        paper_bgcolor=BACKGROUND,
        plot_bgcolor=BACKGROUND,
        height=450,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        dragmode=False,
    )
    figure.update_xaxes(visible=False, range=[0, width], constrain="domain", fixedrange=True)
    return figure.update_yaxes(visible=False, range=[height, 0], scaleanchor="x", constrain="domain", fixedrange=True)
