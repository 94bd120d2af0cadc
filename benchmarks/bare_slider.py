"""A page that only does OpenCV's CLAHE and sends and draws what comes of it: our slider, our viewer, nothing else.

The floor of a slider's move in `benchmarks.speed_browser`, which serves this script and names the film in the address.
"""

import cv2
import streamlit as st

from benchmarks.speed_films import films
from mammo_core import load_mammogram
from mammo_core.types import Mammogram
from mammo_core.ui.dials import Dial, Move, show_dials
from mammo_core.ui.viewer import Pane, show_viewer

CLIP = Dial("clip_limit", "Local contrast", "CLAHE's clip limit", 0, 8, 0.25)


@st.cache_resource(show_spinner=False)
def film_named(name: str) -> Mammogram:
    """Return a film, decoded once."""
    return load_mammogram(films()[name])


@st.fragment
def show() -> None:
    """Show the film and its CLAHE picture, and the slider that makes it."""
    film = film_named(st.query_params["film"])
    clip = st.session_state.setdefault("clip", 2.0)
    enhanced = cv2.createCLAHE(clip, (8, 8)).apply(film.pixels)
    panes = [Pane("Film", "film", film.pixels, film.bit_depth), Pane("CLAHE", "film", enhanced, film.bit_depth)]
    show_viewer(panes, key="viewer")
    show_dials("Enhancement", [CLIP], {"clip_limit": clip}, follow, key="dials")


def follow(move: Move) -> None:
    """Remember where the slider was moved to."""
    st.session_state["clip"] = max(0.25, move.values["clip_limit"])


st.set_page_config(layout="wide")
show()
