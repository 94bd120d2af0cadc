"""The viewer as a component of the page."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import streamlit as st

from mammo_core.film.enhance import to_display
from mammo_core.report.pictures import encode_png, heat_layer, shrink
from mammo_core.ui.viewer.panes import Pane, ViewerEvent

SCREEN_PX = 1400
"""Longest side of what is sent to the browser at first."""
_FOLDER = Path(__file__).parent
_component = st.components.v2.component(
    "mammo_viewer", **{kind: (_FOLDER / f"viewer.{kind}").read_text(encoding="utf-8") for kind in ("html", "css", "js")}
)


def show_viewer(
    panes: Sequence[Pane], *, key: str, layouts: Sequence[str] = ("side", "swipe"), select_region: bool = False
) -> ViewerEvent | None:
    """Show panes side by side, or on a phone one at a time with the others a swipe away.

    Args:
        panes: What to show, of one film or of several.
        key: Key of the component.
        layouts: What the visitor may choose of `side` (side by side) and `swipe` (one pane, before and after).
        select_region: Whether a rectangle can be drawn.

    Returns:
        The rectangle that was just drawn, in this run only; else None.
    """
    contents = []
    for pane in panes:
        height, width = pane.pixels.shape[:2]
        small = shrink(pane.pixels, SCREEN_PX)
        picture = to_display(small, pane.bit_depth) if small.ndim == 2 else small
        contents.append(
            {
                "title": pane.title,
                "description": f"{pane.title}. Plus and minus zoom, arrows move, 0 fits the breast, 9 the whole film.",
                "width": width,
                "height": height,
                "focus": None if pane.focus is None else list(map(float, pane.focus)),
                "image": _data_uri(picture),
                "layer": None if pane.heatmap is None else _data_uri(heat_layer(shrink(pane.heatmap, SCREEN_PX))),
                "opacity": 0.65,
                "boxes": [list(map(float, mark.box)) for mark in pane.marks],
            }
        )
    first = {name: contents[0][name] for name in ("width", "height", "focus")}
    _component(data={"film": [pane.film_id for pane in panes], **first, "panes": contents}, key=key, height="content")
    return None


def _data_uri(picture: np.ndarray) -> str:
    return f"data:image/png;base64,{base64.b64encode(encode_png(picture)).decode()}"
