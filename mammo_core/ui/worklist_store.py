"""The store of this program, the visitor's list in it, and the reading of what waits.

Importing this loads SQLAlchemy: pages that only may need a list import it where they do.
"""

from __future__ import annotations

import threading
from pathlib import Path

from mammo_core.config import WorklistConfig
from mammo_core.errors import StoreError
from mammo_core.jobs import Progress
from mammo_core.network.active import active_folder
from mammo_core.network.bundle import Bundle, load_bundle
from mammo_core.store.queue import read_waiting, take_over
from mammo_core.store.store import Store
from mammo_core.store.worklist import SHARED_KEY, Worklist, new_key
from mammo_core.ui.worklist_key import current_key, set_key

_stores: dict[WorklistConfig, Store] = {}
_opening = threading.Lock()


def store() -> Store:
    """Return the store, opened once a program; what a program before it was reading waits again then.

    Raises:
        StoreError: It cannot be opened.
    """
    try:
        config = WorklistConfig.from_environment()
    except ValueError as error:
        raise StoreError(str(error)) from None
    with _opening:
        if config not in _stores:
            opened = Store(config)
            take_over(opened)
            opened.sweep()
            opened.keep_house()
            _stores[config] = opened
        return _stores[config]


def current_list() -> Worklist | None:
    """Return this visitor's list, or the shared one; None where the visitor has none yet."""
    opened = store()
    key = SHARED_KEY if opened.config.shared else current_key()
    return Worklist(opened, key) if key else None


def own_list() -> Worklist:
    """Return this visitor's list; one is begun where there is none."""
    found = current_list()
    if found is None:
        set_key(new_key())
        found = Worklist(store(), current_key())
    return found


def read_what_waits(progress: Progress) -> int:
    """Read all exams that wait; return how many. The work of a job: nothing of Streamlit's is used.

    Raises:
        BundleError: No model can be used; the exams wait on.
    """
    models: dict[Path, Bundle] = {}

    def bundle() -> Bundle:
        folder = active_folder()
        if folder not in models:
            models.clear()
            models[folder] = load_bundle(folder)
        return models[folder]

    return read_waiting(store(), bundle, lambda fraction, message: progress(0.0, message))
