"""`python -m benchmarks.scaling`: write docs/scaling.md from what `make bench-growth` measured, and from nothing else.

Every figure of the document is worked out here and in `scaling_reckon`, from `benchmarks/growth.json` and the
assumptions there; a test fails while the document shows anything else.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from benchmarks import growth_text
from benchmarks.scaling_reckon import (
    COPIES,
    CORE_GB,
    CORE_HOUR,
    CORES,
    DAY,
    FILMS,
    GB_MONTH,
    GB_MOVED,
    LOGS_FULL,
    USED,
    efficiency,
    films_a_second,
    grown,
    left_to_grow,
    reckon,
)
from mammo_core.batch.parts import MAX_FILMS
from mammo_core.batch.reader import FILM_SECONDS, WAITS_SECONDS
from mammo_core.cli.output import write_whole
from mammo_core.config import ROOT
from mammo_core.evaluate.tables import table

DOCUMENT = ROOT / "docs" / "scaling.md"
WORDS = Path(__file__).with_name("scaling.md.in")

NOT_TIMED = ("rows", "memory")
"""Cases that measure bytes only: other work on the machine changes nothing in them."""
KINDS = {"area demo": "a digitised DICOM film of 16 bits", "area larger x4": "a film as MIAS's, 8 bits"}
KINDS |= {"area finer x16": "a film of 4096 x 4096 pixels, 8 bits"}


def main() -> int:
    """Write the document anew."""
    write_document(json.loads((ROOT / "benchmarks" / "growth.json").read_text(encoding="utf-8")))
    return 0


def write_document(results: Mapping) -> None:
    """Write docs/scaling.md."""
    write_whole(DOCUMENT, document(results).encode())


def document(results: Mapping) -> str:
    """Return docs/scaling.md: the words of `scaling.md.in` with every figure filled in."""
    tables = {
        "reckoning": _reckoning_table(results),
        "area_table": growth_text.area_table(results),
        "encodings_table": growth_text.encodings_table(results),
        "films_table": growth_text.films_table(results),
        "memory_table": growth_text.memory_table(results),
        "workers_table": growth_text.workers_table(results),
    }
    figures = _constants(results) | _growth(results) | _memory(results) | _again(results)
    return WORDS.read_text(encoding="utf-8").format(**figures, **tables)


def _reckoning_table(results: Mapping) -> str:
    """Return one column a kind of film."""
    kinds = {name: reckon(results, name) for name in KINDS if name in results["cases"]}
    lines = {
        "worker, seconds a film": "{seconds:.3f}",
        "main process, seconds a film": "{main_seconds:.4f}",
        "core-years, both": "{core_years:.3f}",
        "cores, spread over the year": "{cores_all_year:.3f}",
        "cores, in office hours": "{cores_office:.2f}",
        f"cores, all in one day (machines of {CORES})": "{cores_one_day:.1f} ({machines_one_day})",
        "of them for main processes (runs side by side)": "{main_cores_one_day:.1f} ({runs_one_day})",
        "memory a worker, GB": "{worker_gb:.2f}",
        f"memory a machine of {CORES} workers and a main process, GB": "{machine_gb:.1f}",
        f"of {CORE_GB} GB a core that are rented with it": "{memory_used:.0f} %",
        "films, TB a year": "{films_tb:.0f}",
        "to be moved, MB a second over the year": "{mb_a_second:.1f}",
        "to be moved, MB a second for one day": "{mb_a_second_one_day:.0f}",
        "price of reading them": "{core_price:.0f}",
        "price of keeping them for a year": "{storage_price:.0f}",
        f"price of keeping {COPIES} copies for a year": "{copies_price:.0f}",
        "price of moving them once, where moving is paid": "{moving_price:.0f}",
    }
    rows = [[name, *(form.format(**found) for found in kinds.values())] for name, form in lines.items()]
    return table([f"{FILMS:,} films a year", *(KINDS[name] for name in kinds)], rows)


def _constants(results: Mapping) -> dict[str, str]:
    """Return the measured constants and the assumptions, as the document prints them."""
    last, demo = growth_text.films_cases(results)[-1], results["cases"]["area demo"]
    found, row = reckon(results, "area demo"), results["cases"]["rows"]["bytes_a_row"]
    machine = results["machine"]
    load = max(case["load_before"] for name, case in results["cases"].items() if name not in NOT_TIMED)
    return {
        "model": results["model"],
        "machine": f"{machine['processor']}, {machine['cores']} cores, Python {machine['python']}",
        "load": f"{load:.0f}",
        "cores": f"{found['cores_all_year']:.2f}",
        "core_gb": f"{CORE_GB}",
        "copies": f"{COPIES}",
        "machine_cores": f"{CORES}",
        "gb_moved": f"{GB_MOVED:.2f}",
        "used": f"{100 * USED:.0f}",
        "core_hour": f"{CORE_HOUR:.2f}",
        "gb_month": f"{GB_MONTH:.2f}",
        "efficiency": f"{efficiency(results):.2f}",
        "demo_ms": f"{growth_text.whole(demo):.0f}",
        "demo_mb": f"{demo['file_bytes'] / 1e6:.1f}",
        "row_bytes": f"{row:.0f}",
        "table_gb": f"{FILMS * row / 1e9:.1f}",
        "list_bytes": f"{last['listing_bytes_a_film']:.0f}",
        "list_gb": f"{FILMS * last['listing_bytes_a_film'] / 1e9:.1f}",
        "main_ms": f"{1000 * last['main_cpu_a_film']:.1f}",
        "main_share": f"{100 * found['main_seconds'] / (found['main_seconds'] + found['seconds']):.0f}",
        "main_rate": f"{films_a_second(results):.0f}",
        "needed_rate": f"{FILMS / (DAY * USED):.0f}",
        "fed_ms": f"{1000 * results['cases']['feeding']['seconds_a_film']:.1f}",
        "fed_cpu_ms": f"{1000 * results['cases']['feeding']['main_cpu_a_film']:.1f}",
        "n_fed": f"{results['cases']['feeding']['n']:,}",
        "main_workers": f"{found['workers_a_main']:.0f}",
        "main_mb": f"{last['main_peak_bytes'] / 1e6:.0f}",
        "worker_mb": f"{last['worker_peak_bytes'] / 1e6:.0f}",
        "demo_memory_mb": f"{demo['memory_bytes'] / 1e6:.0f}",
        "n_most": f"{last['n']:,}",
        "storage_to_reading": f"{found['storage_price'] / found['core_price']:.0f}",
        "moving_to_reading": f"{found['moving_price'] / found['core_price']:.0f}",
    }


def _growth(results: Mapping) -> dict[str, str]:
    """Return how many times what x16 in area and the most films take, against x1 and the fewest."""
    cases, films = results["cases"], growth_text.films_cases(results)
    found = {}
    for way in ("finer", "larger"):
        small, large = cases[f"area {way} x1"], cases[f"area {way} x16"]
        found[f"{way}_time"] = f"{growth_text.whole(large) / growth_text.whole(small):.1f}"
        found[f"{way}_memory"] = f"{large['memory_bytes'] / small['memory_bytes']:.1f}"
        found[f"{way}_load"] = f"{large['load'] / small['load']:.1f}"
        found[f"{way}_prepare"] = f"{large['prepare'] / small['prepare']:.1f}"
        found[f"{way}_scan"] = f"{large['scan'] / small['scan']:.1f}"
    found["larger_most"] = max((found[f"larger_{step}"] for step in ("load", "prepare", "scan")), key=float)
    encodings = cases["encodings"]["encodings"]
    slowest = max(encodings, key=lambda name: encodings[name]["load"])
    after = growth_text.whole(cases["area demo"]) - cases["area demo"]["load"]
    found["slowest"] = growth_text.ENCODINGS[slowest]
    slow, rle = (encodings[name]["load"] + after for name in (slowest, "RLELossless"))
    found["slowest_times"] = f"{slow / rle:.1f}"
    found["films_times"] = f"{films[-1]['n'] / films[0]['n']:.0f}"
    for what in ("main", "worker"):
        found[f"{what}_memory_times"] = f"{films[-1][f'{what}_peak_bytes'] / films[0][f'{what}_peak_bytes']:.2f}"
    return found


def _memory(results: Mapping) -> dict[str, str]:
    """Return by how much memory grows on the way, and how much that can become."""
    case = results["cases"]["memory"]
    found = {"names_at_most": f"{case['names_at_most']:,}", "n_many": f"{case['notes'][-1]['n']:,}"}
    for process in ("main", "worker"):
        found[f"{process}_grown_bytes"] = f"{grown(results, process):.0f}"
        found[f"{process}_left_mb"] = f"{left_to_grow(results, process) / 1e6:.0f}"
    return found | {"logs_full": f"{LOGS_FULL:,}"}


def _again(results: Mapping) -> dict[str, str]:
    """Return what is read a second time after a failure, and what that takes."""
    seconds, away = reckon(results, "area demo")["seconds"], 3600 / sum(WAITS_SECONDS)
    return {
        "part_films": f"{MAX_FILMS:,}",
        "part_minutes": f"{MAX_FILMS * seconds / 60:.0f}",
        "tries": f"{len(WAITS_SECONDS) + 1}",
        "wait_s": f"{sum(WAITS_SECONDS):.1f}",
        "away_films": f"{away:,.0f}",
        "away_minutes": f"{away * seconds / 60:.0f}",
        "film_minutes": f"{FILM_SECONDS / 60:.0f}",
    }


if __name__ == "__main__":
    sys.exit(main())
