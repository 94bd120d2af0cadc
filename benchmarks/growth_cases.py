"""The measurements of `make bench-growth`, each in a process of its own: one's memory does not count in another's.

    python -m benchmarks.growth_cases area FILM [SPACING_MM]    one film, step by step, against its floors
    python -m benchmarks.growth_cases films FILM N              the verb `batch` over N copies of a film
    python -m benchmarks.growth_cases workers FILM              alone, one worker and two workers, in turn
    python -m benchmarks.growth_cases rows SIDE                 what a row of the table takes, over films so large

Prints one JSON object. Everything runs with one thread a reader: then seconds of processor time are what a core of its
own would take by the clock, and hardly depend on who else uses the machine.
"""

from __future__ import annotations

import io
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import cv2
import numpy as np
import psutil
import pydicom
from distributed import Client

from mammo_core import load_bundle, load_mammogram, preprocess
from mammo_core.batch.cluster import open_cluster
from mammo_core.batch.reader import Settings, read_row
from mammo_core.batch.run import run_batch
from mammo_core.batch.sources import Film
from mammo_core.batch.table import Part, merge_parts, write_part
from mammo_core.mias.phantom import draw_phantom
from mammo_core.network.bundle import Bundle
from mammo_core.network.grid import lay_out
from mammo_core.reading.read_film import read_film, read_scan
from mammo_core.reading.scan import Scan, scan_film

RUNS, ROUNDS, FILMS_A_ROUND, ROWS = 5, 5, 24, 50
WORKERS = (1, 2)
SPACING_MM = 0.2
"""Of the films for `films` and `workers`, which are drawn, and state none."""


def measure_area(film: str, spacing: str = "") -> dict:
    """Return the medians in milliseconds of processor time of each step and floor, and the memory of one reading."""
    data, bundle, spacing_mm = Path(film).read_bytes(), _one_thread(), float(spacing) if spacing else None
    network = bundle.network
    _forget_peak()
    memory_before = psutil.Process().memory_info().rss
    mammogram = load_mammogram(data, pixel_spacing_mm=spacing_mm)
    read_film(mammogram, bundle)
    memory = _peak_rss() - memory_before
    prepared = preprocess(mammogram, bundle.config)
    scan, image = scan_film(prepared, bundle), lay_out(prepared).image
    clahe, eight_bit = cv2.createCLAHE(2.0, (8, 8)), (mammogram.pixels >> (mammogram.bit_depth - 8)).astype(np.uint8)
    times = _in_turn(
        {
            "load": lambda: load_mammogram(data, pixel_spacing_mm=spacing_mm),
            "prepare": lambda: preprocess(mammogram, bundle.config),
            "scan": lambda: Scan(lay_out(prepared), network).features,  # a scan of its own: what is kept costs nothing
            "answer": lambda: read_scan(mammogram, prepared, scan, bundle),
            "floor_decode": lambda: _decode(data),
            "floor_clahe": lambda: clahe.apply(eight_bit),
            "floor_network": lambda: network.run(image, ["features", "film_logits"]),
        }
    )
    return times | {
        "pixels": list(mammogram.pixels.shape[::-1]),
        "bits": mammogram.bit_depth,
        "prepared_pixels": list(image.shape[::-1]),
        "file_bytes": len(data),
        "pixel_bytes": mammogram.pixels.nbytes,
        "memory_bytes": memory,
    }


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

        _forget_peak()
        cost = _cost(lambda: run_batch([source], out, client, spacing_mm=SPACING_MM, told=told), n_films)
        floor.append(_alone_on_worker(client, film))
        return {
            "n": n_films,
            "seconds_a_film": cost["seconds"],
            "worker_cpu_a_film": cost["cpu"] - cost["main_cpu"],
            "floor_cpu_a_film": statistics.mean(floor),
            "main_cpu_a_film": cost["main_cpu"],
            "main_peak_bytes": _peak_rss(),
            "worker_peak_bytes": max(client.run(_peak_rss).values()),
            "listing_bytes_a_film": listed[0] / n_films,
        }


def measure_workers(film: str) -> dict:
    """Return rates alone, with one worker and with two, by the clock and by the processor's own count, in turn."""
    found: dict[str, list[dict]] = {"alone": [], **{str(n): [] for n in WORKERS}}
    with tempfile.TemporaryDirectory(prefix="mammo-growth-") as scratch, ExitStack() as stack:
        source, out = _copies(Path(film), FILMS_A_ROUND, Path(scratch)), Path(scratch) / "r.parquet"

        def run(client: Client) -> object:
            return run_batch([source], out, client, spacing_mm=SPACING_MM)

        clients = {n: stack.enter_context(open_cluster(n)) for n in WORKERS}
        for client in clients.values():
            run(client)  # the workers load their model
        digest = _one_thread().info["digest"]
        _alone(film, digest)
        for _ in range(ROUNDS):
            found["alone"].append(_cost(lambda: _alone(film, digest), FILMS_A_ROUND))
            for n, client in clients.items():
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


def measure_rows(side: str) -> dict:
    """Return the bytes that one more row adds to the table, over films that differ (copies compress to nothing)."""
    settings = Settings(_one_thread().info["digest"], spacing_mm=0.5)
    with tempfile.TemporaryDirectory(prefix="mammo-growth-") as scratch:
        rows, sizes, film = [], [], Path(scratch) / "film.pgm"
        for seed in range(2 * ROWS):
            pixels = draw_phantom(seed, int(side)).mammogram.pixels
            film.write_bytes(f"P5\n{side} {side}\n255\n".encode() + pixels.tobytes())
            rows.append(read_row(Film(f"archive/{seed:07d}.pgm", str(film)), settings))
            if len(rows) % ROWS == 0:
                part, out = Path(scratch) / "part.parquet", Path(scratch) / "r.parquet"
                write_part(part, Part(dict(enumerate(rows))))
                merge_parts([part], out)
                sizes.append(out.stat().st_size)
    return {"n": len(rows), "bytes_a_row": (sizes[1] - sizes[0]) / ROWS}


def _one_thread() -> Bundle:
    cv2.setNumThreads(1)
    return load_bundle(threads=1)


def _decode(data: bytes) -> np.ndarray:
    if data.startswith(b"P5"):
        return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    return pydicom.dcmread(io.BytesIO(data)).pixel_array


def _in_turn(calls: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return the median milliseconds of processor time of each call, all run in turn after one warm-up."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for run in range(RUNS + 1):
        for name, call in calls.items():
            start = time.process_time()
            call()
            if run:
                times[name].append(1000 * (time.process_time() - start))
    return {name: statistics.median(values) for name, values in times.items()}


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _alone(film: str, digest: str) -> float:
    """Return the processor seconds a film of reading in a plain loop: the floor of any scheduling."""
    settings, start = Settings(digest, SPACING_MM), time.process_time()
    for _ in range(FILMS_A_ROUND):
        read_row(Film(film, film), settings)
    return (time.process_time() - start) / FILMS_A_ROUND


def _alone_on_worker(client: Client, film: str) -> float:
    return client.submit(_alone, film, _one_thread().info["digest"], pure=False).result()


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


def _forget_peak() -> None:
    """Let Linux count the peak of this process's memory anew (proc(5), clear_refs)."""
    Path("/proc/self/clear_refs").write_text("5")


def _peak_rss() -> int:
    """Return the most memory this process has held, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    measure = {"area": measure_area, "films": measure_films, "workers": measure_workers, "rows": measure_rows}[
        sys.argv[1]
    ]
    load = os.getloadavg()[0]
    print(json.dumps(measure(*sys.argv[2:]) | {"load_before": load}))
