"""The viewer as a component of the page: what is sent to the browser, and what comes back."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import streamlit as st

from mammo_core.report.pictures import heat_layer
from mammo_core.types import Box
from mammo_core.ui.viewer.panes import Pane, ViewerEvent
from mammo_core.ui.viewer.pictures import Picture, detail, film_picture, heat_picture

_FOLDER = Path(__file__).parent
_SCRIPTS = (
    *("words", "decode", "pictures", "geometry", "draw", "layout", "marks", "measure"),
    *("detail", "gestures", "keys", "tools", "main"),
)
"""In this order they are one module."""


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


_component = st.components.v2.component(
    "mammo_viewer",
    html=_read("viewer.html"),
    css=_read("viewer.css"),
    js="\n".join(_read(f"viewer_{name}.js") for name in _SCRIPTS),
)
_LEVELS = (np.arange(256, dtype=np.float32)[None] + 0.5) / 255
_COLOURS = base64.b64encode(heat_layer(_LEVELS)[0, :, :3].tobytes()).decode()
"""The heatmap's colour of each level, as it is drawn into files."""


def show_viewer(
    panes: Sequence[Pane],
    *,
    key: str,
    layouts: Sequence[str] = ("side", "swipe"),
    select_region: bool = False,
    rerun: str = "app",
    on_phone: str = "",
) -> ViewerEvent | None:
    """Show films side by side, or two of them in one pane with a divider between before and after.

    Zooming, moving, window and level, heatmap opacity, boxes and measuring happen in the browser and run nothing here.
    Detail is fetched by a fragment of the viewer's own.

    Args:
        panes: What to show, of one film or of several.
        key: Key of the component.
        layouts: What the visitor may choose of `side` and `swipe`; the first is shown at first.
        select_region: Whether a rectangle can be drawn.
        rerun: What runs anew when one was drawn: `app`, or the key of the fragment that calls this.
        on_phone: The layout that is shown at first on a narrow screen; empty for that of any screen.

    Returns:
        The rectangle that was just drawn, in this run only; else None.
    """
    _draw(tuple(panes), key, tuple(layouts), select_region, rerun, on_phone)
    return drawn_region(key)


def drawn_region(key: str) -> ViewerEvent | None:
    """Return the rectangle that was just drawn, once: for pages that want it before they show the viewer again."""
    return st.session_state.pop(_event_key(key), None)


@st.fragment
def _draw(
    panes: tuple[Pane, ...], key: str, layouts: tuple[str, ...], select_region: bool, rerun: str, on_phone: str
) -> None:
    """Send what the browser does not have yet; it asks for what it turns out to lack."""
    films = [film_picture(pane.pixels, pane.bit_depth, pane.focus) for pane in panes]
    heats = [None if pane.heatmap is None else heat_picture(pane.heatmap) for pane in panes]
    pictures = {picture.id: picture for picture in (*films, *heats) if picture}
    sent = st.session_state.get(f"{key}_sent", frozenset())
    sent = sent - set(st.session_state.pop(f"{key}_missing", ()))
    st.session_state[f"{key}_sent"] = frozenset(pictures)
    asked = st.session_state.pop(f"{key}_detail", None)

    shapes = [pane.pixels.shape[:2] for pane in panes]  # Streamlit keeps the callback longer than the films are open

    def region_drawn() -> None:
        event = _event(st.session_state[key]["region"], shapes)
        if event:
            st.session_state[_event_key(key)] = event
            st.rerun(rerun)

    _component(
        data={
            "panes": [_described(*of_pane) for of_pane in zip(panes, films, heats, strict=True)],
            "pictures": {name: picture.data for name, picture in pictures.items() if name not in sent},
            "detail": _details(asked, panes, films),
            "layouts": layouts,
            "on_phone": on_phone,
            "regions": select_region,
            "colours": _COLOURS,
        },
        key=key,
        height="content",
        on_detail_change=lambda: st.session_state.update({f"{key}_detail": st.session_state[key]["detail"]}),
        on_missing_change=lambda: st.session_state.update({f"{key}_missing": st.session_state[key]["missing"] or ()}),
        on_region_change=region_drawn,
    )


def _described(pane: Pane, film: Picture, heat: Picture | None) -> dict:
    return {
        "title": pane.title,
        "film": pane.film_id,
        "picture": film.id,
        "heat": heat and heat.id,
        "colours": pane.colours,
        "width": pane.pixels.shape[1],
        "height": pane.pixels.shape[0],
        "marks": [asdict(mark) | {"box": list(map(float, mark.box))} for mark in pane.marks],
        "mirrored": pane.mirrored,
        "focus": None if pane.focus is None else list(map(float, pane.focus)),
        "spacing": pane.pixel_spacing_mm,
        "against": pane.against,
    }


def _details(asked: dict | None, panes: tuple[Pane, ...], films: list[Picture]) -> dict | None:
    """Return the crops that were asked for, with the request's number; what is on no pane any more is left out."""
    if not asked:
        return None
    pixels = {film.id: pane.pixels for pane, film in zip(panes, films, strict=True)}
    tiles = [
        {"picture": want["picture"]} | detail(pixels[want["picture"]], Box(*map(float, want["box"])), int(want["side"]))
        for want in asked["wants"]
        if want["picture"] in pixels
    ]
    return {"number": asked["number"], "tiles": tiles}


def _event(drawn: dict | None, shapes: Sequence[tuple[int, int]]) -> ViewerEvent | None:
    """Return a rectangle as an event, cut to its film; None for what is on no film of these (H, W)."""
    if not drawn or not 0 <= drawn["pane"] < len(shapes):
        return None
    height, width = shapes[drawn["pane"]]
    x, y, across, down = map(float, drawn["box"])
    left, top = max(0.0, x), max(0.0, y)
    right, bottom = min(float(width), x + across), min(float(height), y + down)
    if right < left or bottom < top:
        return None
    return ViewerEvent(int(drawn["pane"]), Box(left, top, right - left, bottom - top))


def _event_key(key: str) -> str:
    return f"{key}_event"
