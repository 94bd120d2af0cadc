"""The place that a visitor marked on a film: what the model says of the square around it, and why."""

from __future__ import annotations

import streamlit as st

from mammo_core.errors import MammoError
from mammo_core.network.bundle import Bundle
from mammo_core.ui import cards, verbs
from mammo_core.ui.case import OpenFilm
from mammo_core.ui.viewer import Mark, ViewerEvent
from mammo_core.ui.words import read as words

_REGION = "region"
"""Session state: the film's key and the place (x, y) in its pixels."""


def take_region(film: OpenFilm, event: ViewerEvent | None) -> None:
    """Remember the middle of a rectangle that was just drawn on a film."""
    if event:
        box = event.region
        st.session_state[_REGION] = film.key, (box.x + box.width / 2, box.y + box.height / 2)


def region_marks(film: OpenFilm, bundle: Bundle | None) -> list[Mark]:
    """Return the square around the film's marked place, if there is one and it could be read."""
    point = marked_place(film)
    if bundle is None or point is None:
        return []
    try:
        return [Mark(verbs.region(film, bundle, point).box, words.REGION_MARK, words.REGION_SQUARE, "R")]
    except MammoError:
        return []


def show_region(film: OpenFilm, bundle: Bundle | None) -> None:
    """Show the three probabilities and the Grad-CAM of the film's marked place, if there is one."""
    point = marked_place(film)
    if bundle is None or point is None:
        return
    with st.container(border=True, key="region_card"):
        try:
            reading = verbs.region(film, bundle, point)
        except MammoError as error:
            st.error(str(error), title=words.NOT_READ_TITLE, icon=":material/error:")
            return
        target = st.session_state.get("target", "malignant")
        pictures = verbs.region_pictures(film, bundle, point, target)
        said, alone, explained = st.columns([2.2, 1, 1], gap="medium")
        with said:
            st.markdown(f"## {words.REGION_TITLE}", help=words.REGION_HELP)
            cards.show_shares(reading.probabilities, of="region", usual={})
            st.caption(f"{words.REGION_SQUARE} {words.REGION_TRAINED if reading.training_film_id else ''}")
            st.button(words.REGION_CLOSE, on_click=_forget, icon=":material/close:", type="tertiary")
        alone.image(pictures.film, words.REGION_ALONE, width="stretch", alt=words.REGION_ALONE)
        title = (words.REGION_EMPTY if pictures.empty else words.REGION_HEAT).format(target=target)
        explained.image(pictures.with_heatmap, title, width="stretch", alt=title)


def marked_place(film: OpenFilm) -> tuple[float, float] | None:
    """Return the middle (x, y) in film pixels of the square that was drawn on a film, if there is one."""
    key, point = st.session_state.get(_REGION, (None, None))
    return point if key == film.key else None


def _forget() -> None:
    st.session_state.pop(_REGION, None)
