"""Long work of a visitor: started by a button, shown with progress and a way to cancel, found again when the page is
drawn anew.
"""

from __future__ import annotations

import uuid

import streamlit as st

from mammo_core.jobs import Job, JobRoom

_SECONDS = 0.5
"""How often a running job is looked at."""


@st.cache_resource(show_spinner=False)
def job_room() -> JobRoom:
    """Return the one room of this program; jobs in it belong to visitors."""
    return JobRoom()


def visitor() -> str:
    """Return what this visitor's session is known by, a random word."""
    return st.session_state.setdefault("visitor", uuid.uuid4().hex)


def visitors_job(name: str) -> Job | None:
    """Return this visitor's job of that name, running or ended, or None."""
    return job_room().find(visitor(), name)


def show_running(job: Job) -> None:
    """Show a running job with its progress and a button that cancels it; when it ends the whole page is drawn anew."""

    @st.fragment(run_every=_SECONDS)
    def look() -> None:
        status = job.status
        bar, stop = st.columns([5, 1], vertical_alignment="bottom")
        words = "Stopping and clearing up …" if status.cancelling else status.message or "Beginning …"
        bar.progress(status.fraction, text=words)
        stop.button(
            "Cancel",
            key=f"cancel_{job.name}",
            on_click=job.cancel,
            disabled=status.cancelling,
            icon=":material/close:",
            width="stretch",
        )
        if status.state != "running":
            st.rerun(scope="app")

    look()
