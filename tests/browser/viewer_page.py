"""A page with nothing but the viewer on drawn films, for its browser tests."""

import time

import numpy as np
import streamlit as st
from drawn_films import BOARD, FOCUS, LIGHTER, SPACING_MM, SPECK, deep_film, heatmap

from mammo_core.types import Box
from mammo_core.ui.viewer import Mark, Pane, show_viewer


@st.cache_resource
def films() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw them once, so that each is the same array in every run."""
    film = deep_film()
    return film, film + np.uint16(LIGHTER), heatmap()


def pair() -> list[Pane]:
    """Return two films of one frame, the second with a heatmap and marks."""
    marks = [Mark(Box(*BOARD), "the board", "Every second pixel."), Mark(Box(200, 300, 400, 400), "a corner")]
    marks.append(Mark(Box(*SPECK), "a speck"))
    return [
        Pane("Deep", "one", deep, 16, pixel_spacing_mm=SPACING_MM),
        Pane("Lighter", "one", lighter, 16, heatmap=heat, marks=marks, pixel_spacing_mm=SPACING_MM),
    ]


def mirrored() -> list[Pane]:
    """Return two films, the second flipped; their spacing is not known."""
    return [
        Pane("Right", "right", deep, 16, focus=Box(*FOCUS), heatmap=heat, colours="difference"),
        Pane("Left", "left", lighter, 16, mirrored=True, focus=Box(*FOCUS)),
    ]


def crowded() -> list[Pane]:
    """Return two films of nearly one scale, the first with boxes that lie over each other's numbers."""
    places = [(600, 1400), (600, 1700), (650, 1420), (900, 1500), (560, 1150), (300, 1300)]
    marks = [Mark(Box(x, y, 400, 400), "a place") for x, y in places]
    x, y, width, height = FOCUS
    return [
        Pane("Crowded", "crowded", deep, 16, focus=Box(*FOCUS), marks=marks),
        Pane("Other", "other", lighter, 16, focus=Box(x, y, width / 1.15, height / 1.15)),
    ]


st.set_page_config(layout="wide")
deep, lighter, heat = films()
panes = {"mirrored": mirrored, "crowded": crowded}.get(st.query_params.get("kind"), pair)()
overtaken = st.query_params.get("kind") == "overtaken" and "overtaken" not in st.session_state
if overtaken:
    panes = mirrored()
event = show_viewer(panes, key="viewer", select_region=True)
if event:
    st.markdown(f"pane {event.pane}: " + " ".join(f"{value:.2f}" for value in event.region))
if overtaken:
    time.sleep(0.3)  # the first films have reached the browser, whose viewer is still being loaded
    st.session_state["overtaken"] = True
    st.rerun()
