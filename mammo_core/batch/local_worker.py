"""What a worker of this machine does as it starts (`preload` of Dask)."""

from __future__ import annotations

import signal


def dask_setup(_worker: object) -> None:
    """Leave Ctrl-C, which a terminal sends to every process of a command, to the main process: it ends its workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
