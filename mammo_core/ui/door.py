"""Every page is entered through `app.py`, whatever address is asked for first."""

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager


def enter_through_app() -> None:
    """Start again through `app.py` when Streamlit runs a page of `pages/` without it.

    Streamlit takes a folder of that name for its older kind of app until `st.navigation` is called once. So a page's
    own address, asked for first after the server starts, would show the page without the research notice.
    """
    if PagesManager.uses_pages_directory:
        PagesManager.uses_pages_directory = False
        st.rerun()
