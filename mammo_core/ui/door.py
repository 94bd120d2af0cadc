"""Every page is entered through `app.py`, whatever address is asked for first."""

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import script_runner


def enter_through_app() -> None:
    """Start again through `app.py` when Streamlit runs a page of `pages/` without it.

    Streamlit takes a folder of that name for its older kind of app until `st.navigation` is called once. So a page's
    own address, asked for first after the server starts, would show the page without the research notice.
    """
    if PagesManager.uses_pages_directory:
        PagesManager.uses_pages_directory = False
        st.rerun()


def leave_keras_alone() -> None:
    """See that drawing a page does not clear the session of Keras, which belongs to the work that runs beside the page.

    Streamlit clears it after every run of a page or a fragment once Keras is loaded: TensorFlow's kernels are forgotten
    and all of Python's objects looked through, while a method of explanation is at work in another thread. After one
    explanation every page of every visitor took up to a second longer, and the method itself many times as long. It
    closes Matplotlib's figures in the same place; pages have none of them open.
    """
    script_runner._clean_problem_modules = lambda: None
