"""The measurements of `make bench-growth`, each in a process of its own: one's memory does not count in another's.

    python -m benchmarks.growth_cases area FILM [SPACING_MM]    one film, step by step, against its floors
    python -m benchmarks.growth_cases encodings FILM            the same DICOM film, encoded in other ways
    python -m benchmarks.growth_cases rows SIDE                 what a row of the table takes, over films so large
    python -m benchmarks.growth_cases films FILM N              the verb `batch` over N copies of a film
    python -m benchmarks.growth_cases workers FILM              alone, one worker and two workers, in turn
    python -m benchmarks.growth_cases memory FILM N             memory on the way through N copies of a film
    python -m benchmarks.growth_cases feeding N                 how fast films are handed out and taken back

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
from collections.abc import Callable
from pathlib import Path

import cv2
import gdcm
import numpy as np
import pydicom

from benchmarks import growth_runs
from benchmarks.growth_process import forget_peak, one_thread, peak_rss, rss, seconds_of_work
from mammo_core import load_mammogram, preprocess
from mammo_core.batch.reader import Settings, read_row
from mammo_core.batch.sources import Film
from mammo_core.batch.table import Part, merge_parts, write_part
from mammo_core.mias.phantom import draw_phantom
from mammo_core.network.grid import lay_out
from mammo_core.reading.read_film import read_film, read_scan
from mammo_core.reading.scan import Scan, scan_film

RUNS, ROWS = 5, 50
ENCODINGS = ("ExplicitVRLittleEndian", "RLELossless", "JPEGLosslessProcess14_1", "JPEGLSLossless", "JPEG2000Lossless")
"""GDCM's names of the transfer syntaxes in which films are kept losslessly."""


def measure_area(film: str, spacing: str = "") -> dict:
    """Return the medians in milliseconds of processor time of each step and floor, and the memory of one reading."""
    data, bundle, spacing_mm = Path(film).read_bytes(), one_thread(), float(spacing) if spacing else None
    network = bundle.network
    forget_peak()
    memory_before = rss()
    mammogram = load_mammogram(data, pixel_spacing_mm=spacing_mm)
    read_film(mammogram, bundle)
    memory = peak_rss() - memory_before
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


def measure_encodings(film: str) -> dict:
    """Return size in bytes, and milliseconds of processor time to load it, of one film in each encoding."""
    cv2.setNumThreads(1)
    encoded = {name: _encode(film, name) for name in ENCODINGS}
    films = {name: load_mammogram(data).digest for name, data in encoded.items()}
    if len(set(films.values())) != 1:
        raise ValueError(f"the encodings do not hold the same film: {films}")
    times = _in_turn({name: lambda data=data: load_mammogram(data) for name, data in encoded.items()})
    return {"encodings": {name: {"load": times[name], "file_bytes": len(encoded[name])} for name in ENCODINGS}}


def measure_rows(side: str) -> dict:
    """Return the bytes that one more row adds to the table, over films that differ (copies compress to nothing)."""
    settings = Settings(one_thread().info["digest"], spacing_mm=0.5)
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


def _encode(film: str, name: str) -> bytes:
    """Return a DICOM file with its pixels in another transfer syntax, by GDCM."""
    reader, change, writer = gdcm.ImageReader(), gdcm.ImageChangeTransferSyntax(), gdcm.ImageWriter()
    reader.SetFileName(film)
    change.SetTransferSyntax(gdcm.TransferSyntax(getattr(gdcm.TransferSyntax, name)))
    if not reader.Read():
        raise ValueError("GDCM cannot read the film")
    change.SetInput(reader.GetImage())
    if not change.Change():
        raise ValueError(f"GDCM cannot encode the film as {name}")
    with tempfile.NamedTemporaryFile(suffix=".dcm") as file:
        writer.SetFileName(file.name)
        writer.SetFile(reader.GetFile())
        writer.SetImage(change.GetOutput())
        if not writer.Write():
            raise ValueError(f"GDCM cannot write the film as {name}")
        return Path(file.name).read_bytes()


def _decode(data: bytes) -> np.ndarray:
    if data.startswith(b"P5"):
        return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    return pydicom.dcmread(io.BytesIO(data)).pixel_array


def _in_turn(calls: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return the median milliseconds of processor time of each call, all run in turn after one warm-up."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for run in range(RUNS + 1):
        for name, call in calls.items():
            start = seconds_of_work()
            call()
            if run:
                times[name].append(1000 * (seconds_of_work() - start))
    return {name: statistics.median(values) for name, values in times.items()}


MEASURES = {
    "area": measure_area,
    "encodings": measure_encodings,
    "rows": measure_rows,
    "films": growth_runs.measure_films,
    "workers": growth_runs.measure_workers,
    "memory": growth_runs.measure_memory,
    "feeding": growth_runs.measure_feeding,
}

if __name__ == "__main__":
    load = os.getloadavg()[0]
    print(json.dumps(MEASURES[sys.argv[1]](*sys.argv[2:]) | {"load_before": load}))
