"""Long work on the pages: the one room of its jobs, and a running job with its progress and a way to cancel it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Timer

import streamlit as st

from mammo_core.jobs import Job, JobRoom
from mammo_core.ui.words import frame as words

EVERYONE = "everyone"
"""Owner of jobs that serve all visitors, such as an import: found again after the browser's page is loaded anew."""
DRAWN_SECONDS = 1.0
"""How long the browser is given to draw a first page."""
_SECONDS = 0.5
"""How often a running job is looked at."""


@st.cache_resource(show_spinner=False)
def job_room() -> JobRoom:
    """Return the one room of this program."""
    return JobRoom()


def once_drawn(work: Callable[[], object]) -> None:
    """Do something beside the pages once the first one was sent and drawn.

    The browser still asks for parts of Streamlit when the page has been sent. Python runs one thread at a time, so
    whatever loads at once would keep it waiting for them.
    """
    timer = Timer(DRAWN_SECONDS, work)
    timer.daemon = True
    timer.start()


def show_running(job: Job) -> None:
    """Show a running job with its progress and a button that cancels it; when it ends the whole page is drawn anew."""

    @st.fragment(run_every=_SECONDS)
    def look() -> None:
        status = job.status
        text = words.STOPPING if status.cancelling else status.message or words.BEGINNING
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.progress(status.fraction, text=text)
            st.button(words.CANCEL, key=f"cancel_{job.name}", on_click=job.cancel, disabled=status.cancelling)
        if status.state != "running":
            st.rerun(scope="app")

    look()
