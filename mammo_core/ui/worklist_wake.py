"""The job that reads what waits on the worklist; nothing here loads a database before there is something to read."""

from __future__ import annotations

import streamlit as st

from mammo_core.config import WorklistConfig
from mammo_core.errors import JobError
from mammo_core.jobs import Job, Progress
from mammo_core.ui.long_work import EVERYONE, job_room, once_drawn

_JOB = "worklist"


def read_on() -> bool:
    """See that what waits is read beside the page; False while other long work uses the machine."""
    try:
        job_room().start(EVERYONE, _JOB, _work)
    except JobError:
        return False
    return True


def reading_job() -> Job | None:
    """Return the job that reads what waits, running or ended."""
    return job_room().find(EVERYONE, _JOB)


@st.cache_resource(show_spinner=False)
def wake_worklist() -> None:
    """Read on, once a program and once its first page is drawn, what was waiting when the program last ended."""
    try:
        config = WorklistConfig.from_environment()
    except ValueError:  # said on the Worklist page
        return
    if config.database_url or (config.folder / "worklist.sqlite").exists():
        once_drawn(read_on)


def _work(progress: Progress, cancelled: object) -> int:
    from mammo_core.ui.worklist_store import read_what_waits  # loads SQLAlchemy, beside the page

    return read_what_waits(progress)
