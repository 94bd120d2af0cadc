"""Where the work is done: processes of this machine, or the workers of a Dask cluster that is there already."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mammo_core.errors import BatchError

if TYPE_CHECKING:
    from distributed import Client

KEPT_BYTES = 256 * 2**20
"""Freed memory that a worker keeps for its next film."""
CONNECT_SECONDS = 30
"""How long a scheduler may take to answer, and its first worker to be there."""


@contextmanager
def open_cluster(workers: int | None = None, scheduler: str | None = None) -> Iterator[Client]:
    """Yield a client of the cluster that reads; workers that were started here end with the block or this process.

    Args:
        workers: Processes to start on this machine, one thread each; None for one a core.
        scheduler: Address of a cluster instead (`tcp://host:8786`, `tls://...` with Dask's own settings for it). Its
            workers need this program, the same model, and the films at the same paths.

    Raises:
        BatchError: The scheduler does not answer, or has no worker.
    """
    from distributed import Client

    if scheduler is None:
        with _local(workers) as client:
            yield client
        return
    try:
        client = Client(scheduler, timeout=CONNECT_SECONDS)
    except (OSError, ValueError) as error:
        raise BatchError(f"no Dask scheduler answers at {scheduler} ({type(error).__name__}); check it") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        except TimeoutError as error:
            raise BatchError(f"the Dask scheduler at {scheduler} has no worker; start one") from error
        yield client


@contextmanager
def _local(workers: int | None) -> Iterator[Client]:
    """Start processes that listen on 127.0.0.1 only. One that dies is started anew, and we are told at once."""
    import dask
    import distributed.scheduler
    import distributed.worker
    from dask.system import CPU_COUNT
    from distributed import Client, LocalCluster

    settings = {"distributed.scheduler.allowed-failures": 0, "distributed.worker.profile.enabled": False}
    # Every process of Dask's looks at its own pulse fifty times a second, and at the system twice: 7 % of a core with
    # two workers, for a dashboard that nobody opens here.
    settings |= {"distributed.admin.tick.interval": "500ms", "distributed.admin.system-monitor.interval": "10s"}
    # Dask lets workers give freed memory back at once; every film then fetches it anew.
    settings |= {"distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": KEPT_BYTES}
    with (
        dask.config.set(settings),
        LocalCluster(
            n_workers=workers or CPU_COUNT,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",  # any free port: with None two runs at once quarrel about 8787
            preload=["mammo_core.batch.local_worker"],
            silence_logs=logging.CRITICAL + 1,
            scheduler_kwargs={"extensions": _without_spans(distributed.scheduler.DEFAULT_EXTENSIONS)},
            extensions=_without_spans(distributed.worker.DEFAULT_EXTENSIONS),
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


def _without_spans(extensions: dict[str, type]) -> dict[str, type]:
    """Return Dask's extensions without the one that keeps a note of every task ever given, for good."""
    return {name: extension for name, extension in extensions.items() if name != "spans"}
