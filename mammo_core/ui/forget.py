"""Forgetting: files that were opened, and the garbage of a page's run, collected without looking through the program.

What is forgotten is free to the program, not yet to the machine: `give_back_memory`.

Closed films may hang together in circles that only the collector finds. It looks at every object there is, and nearly
all belong to modules, which stay: a collection takes 100 to 200 ms with them, some 10 ms without. So what is there once
the modules are loaded is set aside (`gc.freeze`). A visitor's things may be among it: it is taken back and looked
through when many modules came anew, and every few minutes.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

_MANY_MODULES = 20
_SECONDS = 300
"""After so long all is looked through again."""


@dataclass
class _SetAside:
    """When things were last set aside, and how many modules there were."""

    modules: int = -_MANY_MODULES
    at: float = 0.0


_lock = Lock()


def forget_the_closed() -> None:
    """Free what nothing refers to any more. Collections of several visitors at once are one."""
    if not _lock.acquire(blocking=False):
        return
    try:
        last = _set_aside()
        grown = len(sys.modules) - last.modules >= _MANY_MODULES
        if grown or time.monotonic() - last.at > _SECONDS:
            gc.unfreeze()
            gc.collect()
            gc.freeze()
            last.modules, last.at = len(sys.modules), time.monotonic()
        else:
            gc.collect()
    finally:
        _lock.release()


def give_back_memory() -> None:
    """Give memory that closed films left free back to the machine: for when a visitor is done, not from run to run.

    The C library keeps it in holes between what stays: 100 to 300 MB, sometimes more and sometimes less. This takes 10
    to 30 ms, and the next films fetch it anew, which would slow a visitor who looks from film to film. Workers of
    `batch`, who read one film after another, keep theirs (`batch/cluster.py`). Without glibc nothing is done.
    """
    import ctypes  # not for the first page

    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (OSError, TypeError, AttributeError):
        return
    trim(0)


def forget_uploads(files: Iterable[UploadedFile]) -> None:
    """Let go of files that were taken in: Streamlit would keep them for minutes after the visitor has left."""
    run = get_script_run_ctx()
    if run is None:
        return
    for file in files:
        run.uploaded_file_mgr.remove_file(run.session_id, file.file_id)


@st.cache_resource(show_spinner=False)
def _set_aside() -> _SetAside:
    return _SetAside()
