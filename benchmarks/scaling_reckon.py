"""What ten million films a year take, from what `make bench-growth` measured and the assumptions below."""

from __future__ import annotations

import math
from collections.abc import Mapping

from benchmarks import growth_text

FILMS = 10_000_000
USED = 0.6
CORES = 16
OFFICE_SECONDS = 250 * 10 * 3600
CORE_HOUR, GB_MONTH, GB_MOVED = 0.05, 0.02, 0.05
COPIES = 2
CORE_GB = 2
"""Memory that is rented with a core; less than most offers have."""
YEAR, DAY = 365 * 86400, 86400
LOGS_FULL = 1000
"""Films after which Dask's logs are full (its `low-level-log-length`)."""


def reckon(results: Mapping, kind: str) -> dict[str, float]:
    """Return what ten million films a year of one kind take; see the formulas in the document."""
    case, last = results["cases"][kind], growth_text.films_cases(results)[-1]
    seconds, main = growth_text.whole(case) / 1000 / efficiency(results), last["main_cpu_a_film"]
    worker = last["worker_peak_bytes"] + case["memory_bytes"] + left_to_grow(results, "worker")
    machine = CORES * worker + last["main_peak_bytes"] + left_to_grow(results, "main")
    core_seconds, gigabytes = FILMS * (seconds + main), FILMS * case["file_bytes"] / 1e9
    return {
        "seconds": seconds,
        "main_seconds": main,
        "core_years": core_seconds / YEAR,
        "cores_all_year": core_seconds / (YEAR * USED),
        "cores_office": core_seconds / (OFFICE_SECONDS * USED),
        "cores_one_day": core_seconds / (DAY * USED),
        "machines_one_day": math.ceil(core_seconds / (DAY * USED) / CORES),
        "main_cores_one_day": FILMS * main / (DAY * USED),
        "runs_one_day": math.ceil(FILMS / (DAY * USED) / films_a_second(results)),
        "worker_gb": worker / 1e9,
        "machine_gb": machine / 1e9,
        "memory_used": 100 * machine / 1e9 / (CORES * CORE_GB),
        "films_tb": gigabytes / 1e3,
        "mb_a_second": 1e3 * gigabytes / YEAR,
        "mb_a_second_one_day": 1e3 * gigabytes / DAY,
        "core_price": core_seconds / 3600 / USED * CORE_HOUR,
        "storage_price": gigabytes * GB_MONTH * 12,
        "copies_price": COPIES * gigabytes * GB_MONTH * 12,
        "moving_price": gigabytes * GB_MOVED,
        "workers_a_main": seconds * films_a_second(results),
    }


def films_a_second(results: Mapping) -> float:
    """Return how many films a main process feeds at most: by its processor, or by the clock where that is longer."""
    of_the_processor = growth_text.films_cases(results)[-1]["main_cpu_a_film"]
    return 1 / max(of_the_processor, results["cases"]["feeding"]["seconds_a_film"])


def grown(results: Mapping, process: str) -> float:
    """Return by how many bytes a film the main process or a worker grew, once Dask's logs are full."""
    notes = results["cases"]["memory"]["notes"]
    first = next(note for note in notes if note["n"] >= LOGS_FULL)
    return max(0.0, (notes[-1][f"{process}_bytes"] - first[f"{process}_bytes"]) / (notes[-1]["n"] - first["n"]))


def left_to_grow(results: Mapping, process: str) -> float:
    """Return the bytes by which a process grows until Dask keeps as many names as it ever does."""
    return grown(results, process) * results["cases"]["memory"]["names_at_most"]


def efficiency(results: Mapping) -> float:
    """Return what share of a plain loop's rate a worker reaches, by processor seconds; never above 1."""
    return min(1.0, results["cases"]["workers"]["one_to_alone_cpu"])
