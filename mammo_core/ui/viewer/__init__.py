"""Panes of one film with a shared zoom: wheel, drag, pinch and keyboard; nothing is kept in the browser."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st

from mammo_core.report.pictures import encode_png, heat_layer
from mammo_core.types import Box

_FOLDER = Path(__file__).parent
_component = st.components.v2.component(
    "mammo_viewer", **{kind: (_FOLDER / f"viewer.{kind}").read_text(encoding="utf-8") for kind in ("html", "css", "js")}
)


@dataclass(frozen=True, eq=False)
class Pane:
    """One view of the film.

    Attributes:
        title: Shown in the corner.
        image: h x w uint8, at screen size.
        heatmap: h x w float32 in [0, 1], laid over the image, or None.
        opacity: Of the heatmap, 0 to 1.
        boxes: In pixels of the film, numbered from 1.
    """

    title: str
    image: np.ndarray
    heatmap: np.ndarray | None = None
    opacity: float = 1.0
    boxes: Sequence[Box] = ()


def show_viewer(
    film_id: str, film_shape: tuple[int, int], panes: Sequence[Pane], key: str, focus: Box | None = None
) -> None:
    """Show panes side by side, or on a phone one at a time with the others a swipe away.

    Args:
        film_id: Zoom is kept while this stays the same.
        film_shape: (H, W) of the film, the frame of the boxes.
        panes: What to show.
        key: Key of the component.
        focus: What fills the panes at first, in film pixels; None for the whole film.
    """
    height, width = film_shape
    contents = [
        {
            "title": pane.title,
            "description": f"{pane.title}. Plus and minus zoom, arrows move, 0 fits the breast, 9 the whole film.",
            "image": _data_uri(pane.image),
            "layer": None if pane.heatmap is None else _data_uri(heat_layer(pane.heatmap)),
            "opacity": pane.opacity,
            "boxes": [list(map(float, box)) for box in pane.boxes],
        }
        for pane in panes
    ]
    place = None if focus is None else list(map(float, focus))
    data = {"film": film_id, "width": width, "height": height, "focus": place, "panes": contents}
    _component(data=data, key=key, height="content")


def _data_uri(picture: np.ndarray) -> str:
    return f"data:image/png;base64,{base64.b64encode(encode_png(picture)).decode()}"
