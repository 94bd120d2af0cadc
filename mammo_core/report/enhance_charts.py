"""The figure of grey levels before and after an enhancement."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from mammo_core.report.chart_style import styled
from mammo_core.report.palette import ACCENT, MUTED

_PLOT_PX = 230
_SMALLEST_SHARE = 1e-4
"""Where a logarithmic axis begins: per cent of the breast's pixels."""


def grey_levels_figure(counts: np.ndarray, logarithmic: bool) -> go.Figure:
    """Draw both histograms over one axis: before as an area, after as a line.

    Args:
        counts: 2 x 256, pixels at each grey level, before and after.
        logarithmic: Whether the shares are drawn on a logarithmic axis, on which rare levels can be seen.
    """
    n = int(counts[0].sum())
    shares = 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure = go.Figure()
    looks = (
        ("before (the untouched film)", {"fill": "tozeroy", "line": {"color": MUTED, "width": 1}}),
        ("after", {"line": {"color": ACCENT, "width": 2}}),
    )
    for (name, look), share in zip(looks, shares, strict=True):
        drawn = np.maximum(share, _SMALLEST_SHARE) if logarithmic else share
        hover = f"grey level %{{x}}: %{{customdata:.3g}} % {name.split(' ')[0]}<extra></extra>"
        figure.add_scatter(
            name=name, x=np.arange(256), y=np.round(drawn, 5), customdata=np.round(share, 5), mode="lines", **look,
            hovertemplate=hover,
        )  # fmt: skip
    subtitle = f"Share of the breast's {n:,} pixels, %".replace(",", "\u202f")
    styled(figure, "Grey levels before and after", subtitle, "Grey level (0 black, 255 white)", "", _PLOT_PX, 2)
    figure.update_xaxes(range=[0, 255], tickvals=[0, 64, 128, 192, 255])
    if logarithmic:
        top = np.log10(max(shares.max(), 10 * _SMALLEST_SHARE)) + 0.1
        figure.update_yaxes(type="log", range=[np.log10(_SMALLEST_SHARE), top], dtick=1, tickformat="~g")
    else:
        figure.update_yaxes(rangemode="tozero")
    return figure
