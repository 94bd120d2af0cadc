"""The empty Enhancement page: what it is for, and films to try it on."""

from __future__ import annotations

import streamlit as st

from mammo_core.ui.ways_in import show_ways_in
from mammo_core.ui.words import enhance as words


def show_invitation() -> None:
    """Show the upload field and the demo exams."""
    st.markdown(words.EMPTY)
    show_ways_in()
