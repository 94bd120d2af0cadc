"""The measurements of `make bench-growth` that run the verb `batch`: many films, workers, memory on the way, feeding.

Started by `benchmarks.growth_cases`, each in a process of its own.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil
from dask.utils import key_split
from distributed import Client

from benchmarks.growth_process import forget_peak, one_thread, peak_rss, rss
from mammo_core.batch.cluster import open_cluster
from mammo_core.batch.reader import Settings, read_row
from mammo_core.batch.run import Progress, run_batch
from mammo_core.batch.sources import Film

ROUNDS, FILMS_A_ROUND = 5, 48
WORKERS = (1, 2)
SPACING_MM, TINY_SPACING_MM = 0.2, 0.5
"""Of the films, which are drawn, and state none; the tiny ones are a whole breast too."""
NOTES = 10
"""How often memory is noted on the way."""


def measure_films(film: str, n: str) -> dict:
    """Return time, memory and bytes of `batch` over so many copies of a film, with one worker, and its floor."""
    n_films = int(n)
    with tempfile.TemporaryDirectory(prefix="mammo-growth-") as scratch, open_cluster(1) as client:
        source, out = _copies(Path(film), n_films, Path(scratch)), Path(scratch) / "r.parquet"
        _alone_on_worker(client, film)  # loads the model
        floor = [_alone_on_worker(client, film)]
        listed: list[int] = []

        def told(_: object) -> None:
            if not listed:
                listed.append(_listing(out).stat().st_size)

        forget_peak()
        cost = _cost(lambda: run_batch([source], out, client, spacing_mm=SPACING_MM, told=told), n_films)
        floor.append(_alone_on_worker(client, film))
        return {
            "n": n_films,
            "seconds_a_film": cost["seconds"],
            "worker_cpu_a_film": cost["cpu"] - cost["main_cpu"],
            "floor_cpu_a_film": statistics.mean(floor),
            "main_cpu_a_film": cost["main_cpu"],
            "main_peak_bytes": peak_rss(),
            "worker_peak_bytes": max(client.run(peak_rss).values()),
            "listing_bytes_a_film": listed[0] / n_films,
        }


def measure_workers(film: str) -> dict:
    """Return rates alone, with one worker and with two, by the clock and by the processor's own count, in turn."""
    found: dict[str, list[dict]] = {"alone": [], **{str(n): [] for n in WORKERS}}
    with tempfile.TemporaryDirectory(prefix="mammo-growth-") as scratch:
        source, out = _copies(Path(film), FILMS_A_ROUND, Path(scratch)), Path(scratch) / "r.parquet"

        def run(client: Client) -> object:
            return run_batch([source], out, client, spacing_mm=SPACING_MM)

        digest = one_thread().info["digest"]
        _alone(film, digest)
        for _ in range(ROUNDS):
            found["alone"].append(_cost(lambda: _alone(film, digest), FILMS_A_ROUND))
            for n in WORKERS:
                with open_cluster(n) as client:  # one at a time: a cluster that waits wants its beat of the cores too
                    run(client)  # the workers load their model
                    found[str(n)].append(_cost(lambda client=client: run(client), FILMS_A_ROUND))
    alone, one, two = found["alone"], found["1"], found["2"]
    for cost in one:
        cost["worker_cpu"] = cost["cpu"] - cost["main_cpu"]
    return {
        "films_a_round": FILMS_A_ROUND,
        "rounds": ROUNDS,
        "seconds_a_film": {name: _median(costs, "seconds") for name, costs in found.items()},
        "cpu_a_film": {name: _median(costs, "cpu") for name, costs in found.items()},
        "one_to_alone": _ratio(alone, "seconds", one, "seconds"),
        "two_to_one": _ratio(one, "seconds", two, "seconds"),
        # What the ratios would be on two cores of one's own: the main process runs beside one worker, and between two.
        "one_to_alone_cpu": _ratio(alone, "cpu", one, "worker_cpu"),
        "two_to_one_cpu": 2 * _ratio(one, "worker_cpu", two, "cpu"),
    }


def measure_memory(film: str, n: str) -> dict:
    """Return the memory of the main process and of the one worker on the way through so many copies of a small film."""
    notes: list[dict] = []
    with tempfile.TemporaryDirectory(prefix="mammo-growth-") as scratch, open_cluster(1) as client:
        source, out = _copies(Path(film), int(n), Path(scratch)), Path(scratch) / "r.parquet"

        def told(progress: Progress) -> None:
            if progress.read % (int(n) // NOTES) == 0:
                worker = max(client.run(rss).values())
                notes.append({"n": progress.read, "main_bytes": rss(), "worker_bytes": worker})

        run_batch([source], out, client, spacing_mm=TINY_SPACING_MM, told=told)
    return {"notes": notes, "names_at_most": key_split.cache_info().maxsize}


def measure_feeding(n: str) -> dict:
    """Return how many films a second the main process hands out and takes back, where a worker has nothing to do.

    The files are no pictures: a worker looks at their beginnings and passes them over.
    """
    n_files = int(n)
    with tempfile.TemporaryDirectory(prefix="mammo-growth-") as scratch, open_cluster(1) as client:
        note = Path(scratch) / "note"
        note.write_text("no picture")
        source, out = _copies(note, n_files, Path(scratch)), Path(scratch) / "r.parquet"
        client.submit(one_thread).result()
        cost = _cost(lambda: run_batch([source], out, client), n_files)
    return {"n": n_files, "seconds_a_film": cost["seconds"], "main_cpu_a_film": cost["main_cpu"]}


def _alone(film: str, digest: str) -> float:
    """Return the processor seconds a film of reading in a plain loop: the floor of any scheduling."""
    settings, start = Settings(digest, SPACING_MM), time.process_time()
    for _ in range(FILMS_A_ROUND):
        read_row(Film(film, film), settings)
    return (time.process_time() - start) / FILMS_A_ROUND


def _alone_on_worker(client: Client, film: str) -> float:
    return client.submit(_alone, film, one_thread().info["digest"], pure=False).result()


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _cost(call: Callable[[], object], n_films: int) -> dict[str, float]:
    """Return seconds a film by the clock, and processor seconds of this process and its children, and of it alone."""
    main, before = psutil.Process(), _processor_seconds()
    main_before = sum(main.cpu_times()[:2])
    seconds = _seconds(call)
    costs = {
        "seconds": seconds,
        "cpu": _processor_seconds() - before,
        "main_cpu": sum(main.cpu_times()[:2]) - main_before,
    }
    return {kind: value / n_films for kind, value in costs.items()}


def _processor_seconds() -> float:
    this = psutil.Process()
    return sum(sum(process.cpu_times()[:2]) for process in (this, *this.children(recursive=True)))


def _median(costs: Sequence[dict], kind: str) -> float:
    return statistics.median(cost[kind] for cost in costs)


def _ratio(over: Sequence[dict], kind: str, under: Sequence[dict], other: str) -> float:
    """Return the median of the rounds' ratios: what both had in a round, a busy neighbour too, cancels."""
    return statistics.median(a[kind] / b[other] for a, b in zip(over, under, strict=True))


def _copies(film: Path, n: int, scratch: Path) -> Path:
    """Return a folder with so many links to one film."""
    folder = scratch / "films"
    for number in range(n):
        link = folder / f"{number // 1000:04d}" / f"{number:07d}{film.suffix}"
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(film)
    return folder


def _listing(out: Path) -> Path:
    return out.with_name(f"{out.name}.parts") / "_films.jsonl"
