"""`python -m benchmarks.scaling`: write docs/scaling.md from what `make bench-growth` measured, and from nothing else.

Every figure of the document is worked out here from `benchmarks/growth.json` and the assumptions below; a test fails
while the document shows anything else.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path

from benchmarks import growth_text
from mammo_core.cli.output import write_whole
from mammo_core.config import ROOT
from mammo_core.evaluate.tables import table

DOCUMENT = ROOT / "docs" / "scaling.md"
WORDS = Path(__file__).with_name("scaling.md.in")

FILMS = 10_000_000
USED = 0.6
CORES = 16
OFFICE_SECONDS = 250 * 10 * 3600
CORE_HOUR, GB_MONTH = 0.05, 0.02
YEAR, DAY = 365 * 86400, 86400
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
        "films_table": growth_text.films_table(results),
        "workers_table": growth_text.workers_table(results),
    }
    return WORDS.read_text(encoding="utf-8").format(**_constants(results), **_growth(results), **tables)


def reckon(results: Mapping, kind: str) -> dict[str, float]:
    """Return what ten million films a year of one kind take; see the formulas in the document."""
    case, last = results["cases"][kind], growth_text.films_cases(results)[-1]
    seconds = growth_text.whole(case) / 1000 / _efficiency(results)
    worker = last["worker_peak_bytes"] + case["memory_bytes"]
    core_seconds = FILMS * seconds
    return {
        "seconds": seconds,
        "core_years": core_seconds / YEAR,
        "cores_all_year": core_seconds / (YEAR * USED),
        "cores_office": core_seconds / (OFFICE_SECONDS * USED),
        "cores_one_day": core_seconds / (DAY * USED),
        "machines_one_day": math.ceil(core_seconds / (DAY * USED) / CORES),
        "worker_gb": worker / 1e9,
        "machine_gb": CORES * worker / 1e9,
        "films_tb": FILMS * case["file_bytes"] / 1e12,
        "mb_a_second": FILMS * case["file_bytes"] / YEAR / 1e6,
        "mb_a_second_one_day": FILMS * case["file_bytes"] / DAY / 1e6,
        "core_price": core_seconds / 3600 / USED * CORE_HOUR,
        "storage_price": FILMS * case["file_bytes"] / 1e9 * GB_MONTH * 12,
        "workers_a_main": seconds / last["main_cpu_a_film"],
    }


def _efficiency(results: Mapping) -> float:
    """Return what share of a plain loop's rate a worker reaches, by processor seconds; never above 1."""
    return min(1.0, results["cases"]["workers"]["one_to_alone_cpu"])


def _reckoning_table(results: Mapping) -> str:
    """Return one column a kind of film."""
    kinds = {name: reckon(results, name) for name in KINDS if name in results["cases"]}
    lines = {
        "seconds a film and core": "{seconds:.2f}",
        "core-years": "{core_years:.2f}",
        "cores, spread over the year": "{cores_all_year:.1f}",
        "cores, in office hours": "{cores_office:.1f}",
        "cores, all in one day (machines of 16)": "{cores_one_day:.0f} ({machines_one_day})",
        "memory a worker, GB": "{worker_gb:.1f}",
        "memory a machine of 16 workers, GB": "{machine_gb:.0f}",
        "films, TB a year": "{films_tb:.0f}",
        "to be moved, MB a second over the year": "{mb_a_second:.1f}",
        "to be moved, MB a second for one day": "{mb_a_second_one_day:.0f}",
        "reading them, price": "{core_price:.0f}",
        "keeping them for a year, price": "{storage_price:.0f}",
    }
    rows = [[name, *(form.format(**found) for found in kinds.values())] for name, form in lines.items()]
    return table([f"{FILMS:,} films a year", *(KINDS[name] for name in kinds)], rows)


def _constants(results: Mapping) -> dict[str, str]:
    """Return the measured constants and the assumptions, as the document prints them."""
    last, demo = growth_text.films_cases(results)[-1], results["cases"]["area demo"]
    found, row = reckon(results, "area demo"), results["cases"]["rows"]["bytes_a_row"]
    machine = results["machine"]
    load = max(case["load_before"] for case in results["cases"].values())
    return {
        "model": results["model"],
        "machine": f"{machine['processor']}, {machine['cores']} cores, Python {machine['python']}",
        "load": f"{load:.0f}",
        "cores": f"{found['cores_all_year']:.1f}",
        "used": f"{100 * USED:.0f}",
        "core_hour": f"{CORE_HOUR:.2f}",
        "gb_month": f"{GB_MONTH:.2f}",
        "efficiency": f"{_efficiency(results):.2f}",
        "demo_ms": f"{growth_text.whole(demo):.0f}",
        "demo_mb": f"{demo['file_bytes'] / 1e6:.1f}",
        "row_bytes": f"{row:.0f}",
        "table_gb": f"{FILMS * row / 1e9:.1f}",
        "list_bytes": f"{last['listing_bytes_a_film']:.0f}",
        "list_gb": f"{FILMS * last['listing_bytes_a_film'] / 1e9:.1f}",
        "main_ms": f"{1000 * last['main_cpu_a_film']:.1f}",
        "main_rate": f"{1 / last['main_cpu_a_film']:.0f}",
        "clock_s": f"{last['seconds_a_film']:.1f}",
        "main_workers": f"{found['workers_a_main']:.0f}",
        "main_mb": f"{last['main_peak_bytes'] / 1e6:.0f}",
        "worker_mb": f"{last['worker_peak_bytes'] / 1e6:.0f}",
        "demo_memory_mb": f"{demo['memory_bytes'] / 1e6:.0f}",
        "n_most": f"{last['n']:,}",
        "storage_to_reading": f"{found['storage_price'] / found['core_price']:.0f}",
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
    found["films_times"] = f"{films[-1]['n'] / films[0]['n']:.0f}"
    for what in ("main", "worker"):
        found[f"{what}_memory_times"] = f"{films[-1][f'{what}_peak_bytes'] / films[0][f'{what}_peak_bytes']:.2f}"
    return found


if __name__ == "__main__":
    sys.exit(main())
