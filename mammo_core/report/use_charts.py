"""What a model would be worth in use: predictive values by prevalence, and decision curves.

Every figure says in its own title what it shows, in which unit and on how many cases, so that it can be cut out of the
page and still be honest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from mammo_core.report.chart_style import styled
from mammo_core.report.curves import Band, add_band
from mammo_core.report.palette import ACCENT, CLASS_COLOURS, MUTED, TEXT

_PER = 100
"""Net benefit is told per this many cases."""


def predictive_figure(
    band: Band, unaided: np.ndarray, chosen: tuple[float, float], title: str, subtitle: str, names: Mapping[str, str]
) -> go.Figure:
    """Draw a predictive value against prevalence, which has a logarithmic axis.

    Args:
        band: x = prevalence, y = the value with its interval.
        unaided: The same without the model: what is so of any case.
        chosen: (prevalence, value) to be marked.
        title: See `styled`.
        subtitle: See `styled`.
        names: Words: `x`, `y`, `unaided`, `chosen`.
    """
    figure = go.Figure()
    add_band(figure, band)
    curve = {"color": band.colour, "width": 2.5}
    hover = "%{y:.1%}, where %{x:.2%} have cancer<extra></extra>"
    figure.add_trace(go.Scatter(x=band.x, y=band.y, mode="lines", name=band.legend, line=curve, hovertemplate=hover))
    dotted = {"color": MUTED, "width": 1.5, "dash": "dot"}
    figure.add_trace(
        go.Scatter(x=band.x, y=unaided, mode="lines", name=names["unaided"], line=dotted, hoverinfo="skip")
    )
    ring = {"symbol": "circle-open", "size": 15, "color": TEXT, "line": {"width": 3}}
    figure.add_trace(
        go.Scatter(x=chosen[:1], y=chosen[1:], mode="markers", name=names["chosen"], marker=ring, hovertemplate=hover)
    )
    styled(figure, title, subtitle, names["x"], names["y"], plot_height=250, n_legend=3)
    ticks = [0.003, 0.01, 0.03, 0.1, 0.3]
    ends = [np.log10(band.x[0]) - 0.03, np.log10(band.x[-1]) + 0.03]
    figure.update_xaxes(type="log", tickvals=ticks, tickformat=".1~%", range=ends)
    drawn = np.concatenate([unaided, band.y, band.low, band.high])
    bottom, top = float(np.nanmin(drawn)), float(np.nanmax(drawn))
    room = 0.06 * max(top - bottom, 0.01)
    digits = ".0%" if top - bottom > 0.1 else ".1%"
    return figure.update_yaxes(range=[bottom - room, top + room], tickformat=digits)


def decision_curve_figure(curve: Mapping, event: str, title: str, subtitle: str, names: Mapping[str, str]) -> go.Figure:
    """Draw net benefit against the threshold from which one acts.

    Args:
        curve: One of a unit's `decision_curve` in `metrics.json`.
        event: Which, for its colour.
        title: See `styled`.
        subtitle: See `styled`.
        names: Words: `x`, `y`, `model`, `all`, `none`.
    """
    x, found = np.array(curve["thresholds"]), curve["net_benefit"]
    value, low, high = (_PER * _numbers(found[name]) for name in ("value", "low", "high"))
    everybody = _PER * _numbers(curve["acting_on_all"])
    colour = CLASS_COLOURS.get(event, ACCENT)
    figure = go.Figure()
    add_band(figure, Band(x, value, low, high, np.full(len(x), curve["n"]), colour, names["model"]))
    for y, name, line in (
        (value, names["model"], {"color": colour, "width": 2.5}),
        (everybody, names["all"], {"color": MUTED, "width": 1.5, "dash": "dash"}),
        (np.zeros(len(x)), names["none"], {"color": MUTED, "width": 1.5, "dash": "dot"}),
    ):
        hover = "%{y:.1f}, acting from %{x:.0%} on<extra>" + name + "</extra>"
        figure.add_trace(go.Scatter(x=x, y=y, mode="lines", name=name, line=line, hovertemplate=hover))
    styled(figure, title, subtitle, names["x"], names["y"], n_legend=3)
    top = float(np.nanmax(np.concatenate([high, value, everybody])))
    figure.update_xaxes(range=[0, 0.505], tickformat=".0%", dtick=0.1)
    return figure.update_yaxes(range=[-0.25 * top, 1.05 * top])


def _numbers(values: Sequence[float | None]) -> np.ndarray:
    return np.array([np.nan if value is None else value for value in values])
