"""Bringing MIAS in from the Dataset page: what to fetch, the upload, and the import beside the page.

Only an upload is taken, never a path: a field that opens any place of the server's disk would serve whoever reaches the
page. Who has a folder of films uses the command line.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from mammo_core.errors import JobError
from mammo_core.jobs import Job, Progress
from mammo_core.mias.download import MIAS_DIR, ImportReport, import_mias
from mammo_core.ui.long_work import EVERYONE, job_room, show_running
from mammo_core.ui.words import dataset as words

JOB = "import MIAS"
_WATCHED = "import_watched"
_PLAIN_NAME = re.compile(r"\w[\w. -]{0,79}")


def show_absent() -> None:
    """Say that MIAS is absent and how to get it, beside the upload, and that phantoms are shown meanwhile."""
    with st.container(border=True):
        how, upload = st.columns([1.5, 1], gap="medium")
        how.header(words.ABSENT_TITLE)
        how.markdown(words.ABSENT)
        how.caption(words.COMMAND)
        with upload:
            show_import()
    st.markdown(words.PHANTOMS)


def show_partial(n_present: int, n_films: int) -> None:
    """Offer the import where films are missing."""
    if n_present < n_films:
        with st.expander(words.PARTIAL.format(n=n_present), icon=":material/info:"):
            show_import()


def show_import() -> None:
    """Show the upload, or the import that is running, and how this visitor's last one ended."""
    job = job_room().find(EVERYONE, JOB)
    if job and job.running:
        st.session_state[_WATCHED] = job
        show_running(job)
        return
    _show_end()
    generation = st.session_state.get("import_generation", 0)
    file = st.file_uploader(words.UPLOAD_LABEL, key=f"dataset_upload_{generation}", help=words.UPLOAD_HELP)
    if file is None:
        return
    try:
        job = job_room().start(EVERYONE, JOB, import_work(file.name, file.getbuffer(), import_target()))
    except JobError as error:
        st.error(str(error), title=words.BUSY_TITLE, icon=":material/error:")
        return
    st.session_state[_WATCHED] = job
    st.session_state["import_generation"] = generation + 1  # an emptied field; the job holds the file until it ends
    st.rerun()


def show_imported() -> None:
    """Say what the import brought, once, where the page no longer asks for one."""
    job = st.session_state.get(_WATCHED)
    if job and not job.running:
        _show_end()
        del st.session_state[_WATCHED]


def import_target() -> Path:
    """Return where `mammo_core.config.find_mias` looks first: `MAMMO_MIAS_DIR` if it is set, else `data/mias/`."""
    stated = os.environ.get("MAMMO_MIAS_DIR")
    return Path(stated) if stated else MIAS_DIR


def import_work(name: str, content: bytes | memoryview, target: Path) -> Callable[..., ImportReport]:
    """Return the work of a job that imports an uploaded archive.

    The upload lies in a temporary folder while it is unpacked, because archives are read from files; the folder goes
    whatever happens. A plain name is kept, so that messages can name the file.

    Args:
        name: The file's name.
        content: Its bytes.
        target: Folder to hold the films.
    """

    def work(progress: Progress, cancelled: Callable[[], bool]) -> ImportReport:
        progress(0.0, words.IMPORTING)
        with tempfile.TemporaryDirectory(prefix="mammo-upload-") as folder:
            path = Path(folder) / (name if _PLAIN_NAME.fullmatch(name) else "upload")
            path.write_bytes(content)
            return import_mias(path, target, progress)

    return work


def _show_end() -> None:
    """Say how the import that this visitor watched has ended; others are not told, since it may name a file."""
    job: Job | None = st.session_state.get(_WATCHED)
    if job is None or job.running:
        return
    status, report = job.status, job.result
    if status.state == "failed":
        st.error(status.error, title=words.FAILED_TITLE, icon=":material/error:")
    elif status.state == "cancelled":
        st.info(words.CANCELLED, icon=":material/cancel:")
    else:
        there = len(report.imported) + len(report.kept)
        st.success(words.IMPORTED.format(n=len(report.imported), there=there), icon=":material/check_circle:")
        if report.altered:
            st.warning(words.ALTERED.format(n=len(report.altered)), icon=":material/warning:")
