"""Every page is entered through `app.py`, whatever address is asked for first."""

from typing import NoReturn

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import StopException, get_script_run_ctx, script_runner


def enter_through_app() -> None:
    """Start again through `app.py` when Streamlit runs a page of `pages/` without it.

    Streamlit takes a folder of that name for its older kind of app until `st.navigation` is called once. So a page's
    own address, asked for first after the server starts, would show the page without the research notice. In an app of
    that kind the main script is one of several pages; here it is none. Streamlit's own flag does not tell: it is one
    for all visitors, and another one who comes at the same moment, such as an old tab that finds the server again,
    takes it down while this page is on its way.
    """
    ctx = get_script_run_ctx()
    if ctx is None:
        return
    scripts = [page["script_path"] for page in ctx.pages_manager.get_pages().values()]
    if len(scripts) > 1 and str(ctx.main_script_path) in scripts:
        PagesManager.uses_pages_directory = False
        st.rerun()


class PageEnds(StopException):
    """A page has been drawn as far as it goes."""


def end_page() -> NoReturn:
    """End a page here, where there is no more to show: what `st.stop` does, but as a run to its end.

    `app.py` catches `PageEnds`, so that Streamlit drops the fragments and widgets of the last run, and with them the
    films that were closed in between. After `st.stop` it keeps them, in a session that was left for minutes.
    """
    raise PageEnds


def leave_keras_alone() -> None:
    """See that drawing a page does not clear the session of Keras, which belongs to the work that runs beside the page.

    Streamlit clears it after every run of a page or a fragment once Keras is loaded: TensorFlow's kernels are forgotten
    and all of Python's objects looked through, while a method of explanation is at work in another thread. After one
    explanation every page of every visitor took up to a second longer, and the method itself many times as long. It
    closes Matplotlib's figures in the same place; pages have none of them open.
    """
    script_runner._clean_problem_modules = lambda: None
