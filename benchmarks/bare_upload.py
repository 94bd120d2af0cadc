"""A page that only sends and draws: the panes of a film that was read beforehand, in our viewer, after an upload.

The floor of an upload in `benchmarks.speed_browser`, which serves this script and sends it the files that it knows.
"""

import hashlib

import streamlit as st

from benchmarks.speed_films import films
from mammo_core import explain, load_bundle, load_mammogram, preprocess, read_film
from mammo_core.film.enhance import ENHANCED_BITS, enhance
from mammo_core.network.bundle import Bundle
from mammo_core.report.pictures import box_of_breast, shrink_heatmap
from mammo_core.ui.read_films import marks_of
from mammo_core.ui.verbs import SCREEN_PX
from mammo_core.ui.viewer import Pane, show_viewer
from mammo_core.ui.viewer.pictures import film_picture, heat_picture


@st.cache_resource(show_spinner=False)
def ready() -> dict[str, list[Pane]]:
    """Return {digest of a file: the panes that the Read page shows of it}, their pictures packed for sending."""
    bundle = load_bundle()
    return {hashlib.sha256(data).hexdigest(): panes_of(data, bundle) for data in films().values()}


def panes_of(data: bytes, bundle: Bundle) -> list[Pane]:
    """Return the panes that the Read page shows of a file, and pack their pictures."""
    film = load_mammogram(data)
    prepared = preprocess(film, bundle.config)
    reading, explained = read_film(film, bundle, prepared=prepared), explain(film, bundle=bundle, prepared=prepared)
    focus, bits = box_of_breast(prepared), film.bit_depth
    panes = [
        Pane("Film", film.digest, film.pixels, bits, focus=focus),
        Pane("Enhanced", film.digest, enhance(film), 8 if bits == 8 else ENHANCED_BITS, focus=focus),
        Pane(
            "Grad-CAM", film.digest, film.pixels, bits, shrink_heatmap(explained.heatmap, SCREEN_PX), focus=focus,
            marks=marks_of(reading),
        ),
    ]  # fmt: skip
    for pane in panes:
        film_picture(pane.pixels, pane.bit_depth, pane.focus)
    heat_picture(panes[2].heatmap)
    return panes


st.set_page_config(layout="wide")
panes = ready()
sent = st.file_uploader("Films", accept_multiple_files=True)
if sent:
    show_viewer(panes[hashlib.sha256(sent[-1].getvalue()).hexdigest()], key="viewer")
