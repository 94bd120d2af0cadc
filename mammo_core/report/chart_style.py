"""How every figure looks: dark, quiet, in plain words, and readable on a telephone.

Legends stand below the plot in a margin of their own, one entry a line, so that nothing overlaps at any width. Nothing
zooms or pans: a finger that scrolls the page must not move an axis.
"""

from __future__ import annotations

from collections.abc import Mapping

import plotly.graph_objects as go

from mammo_core.report.palette import BACKGROUND, GRID, MUTED, SURFACE, TEXT

CONFIG = {"displayModeBar": False, "responsive": True}
"""Plotly's own settings, to be given where a figure is shown."""
_SAVE = {"displayModeBar": True, "displaylogo": False, "modeBarButtons": [["toImage"]]}
FONT = "'Source Sans Pro', 'Source Sans 3', 'Source Sans', 'DejaVu Sans', sans-serif"

_LEGEND_LINE_PX = 24
_TOP_PX, _AXIS_PX = 72, 56


def savable(name: str) -> dict:
    """Return Plotly's settings for a figure that its reader can save, under `name`, as SVG; the browser writes it."""
    return CONFIG | _SAVE | {"toImageButtonOptions": {"format": "svg", "filename": name}}


def styled(
    figure: go.Figure,
    title: str,
    subtitle: str,
    x_title: str,
    y_title: str = "",
    plot_height: int = 330,
    n_legend: int = 0,
    left: int = 58,
) -> go.Figure:
    """Dress a figure and return it.

    Args:
        figure: The figure with its traces.
        title: What it shows, at most about 40 characters so that it fits a telephone.
        subtitle: Unit and n, at most about 55 characters.
        x_title: With its unit.
        y_title: With its unit; none where the ticks are names.
        plot_height: Height of the plot alone in pixels; title, axis and legend are added.
        n_legend: Lines of the legend.
        left: Left margin in pixels.
    """
    legend_px = n_legend * _LEGEND_LINE_PX
    figure.update_layout(
        template="none",
        paper_bgcolor=BACKGROUND,
        plot_bgcolor=BACKGROUND,
        font={"family": FONT, "size": 14, "color": TEXT},
        title={
            "text": f'{title}<br><span style="font-size:13px;color:{MUTED}">{subtitle}</span>',
            "font": {"size": 17},
            "x": 0,
            "xanchor": "left",
            "xref": "paper",
            "y": 1,
            "yanchor": "top",
            "yref": "container",
            "pad": {"l": -left, "t": 24},
        },
        height=_TOP_PX + plot_height + _AXIS_PX + legend_px,
        margin={"l": left, "r": 14, "t": _TOP_PX, "b": _AXIS_PX + legend_px},
        showlegend=n_legend > 0,
        legend={
            "orientation": "v",
            "x": 0,
            "xanchor": "left",
            "xref": "paper",
            "y": 0,
            "yanchor": "bottom",
            "yref": "container",
            "font": {"size": 13},
            "itemclick": "toggle",
            "bgcolor": "rgba(0,0,0,0)",
            "tracegroupgap": 0,
        },
        hoverlabel={"bgcolor": SURFACE, "bordercolor": GRID, "font": {"family": FONT, "size": 13, "color": TEXT}},
        dragmode=False,
        modebar={"bgcolor": "rgba(0,0,0,0)", "color": MUTED, "activecolor": TEXT},
    )
    axis = {"gridcolor": GRID, "zeroline": False, "fixedrange": True, "linecolor": GRID, "tickcolor": GRID}
    axis |= {"tickfont": {"size": 13, "color": MUTED}, "automargin": False}
    figure.update_xaxes(title={"text": x_title, "standoff": 8, "font": {"size": 13}}, **axis)
    figure.update_yaxes(title={"text": y_title, "standoff": 6, "font": {"size": 13}}, **axis)
    return figure


def interval_text(figure: Mapping, digits: int = 2) -> str:
    """Return `0.77 [0.71, 0.84]` for a figure of `metrics.json`, `0.77` without interval, `-` without value."""
    if figure["value"] is None:
        return "–"
    value = f"{figure['value']:.{digits}f}"
    if figure["ci95"] is None:
        return value
    low, high = figure["ci95"]
    return f"{value} [{low:.{digits}f}, {high:.{digits}f}]"


def percent_text(figure: Mapping, digits: int = 0) -> str:
    """Return `77 % [71, 84]` for a share of `metrics.json`."""
    if figure["value"] is None:
        return "–"
    value = f"{100 * figure['value']:.{digits}f} %"
    if figure["ci95"] is None:
        return value
    low, high = figure["ci95"]
    return f"{value} [{100 * low:.{digits}f}, {100 * high:.{digits}f}]"
