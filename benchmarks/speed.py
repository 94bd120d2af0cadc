"""`make bench`: how long everything takes, as multiples of floors that are timed in turn in the same run.

A table for people; the same for machines goes into `benchmarks/speed.json`, group by group, so that one group can be
timed anew by itself. Once all groups are there `docs/speed.md` is written from it. On a busy machine the seconds
grow, the ratios hardly; a quiet one is better still.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from benchmarks.contest import Contest, Result, as_json, head, hold, line
from benchmarks.speed_text import GROUPS, RESULTS, write_document
from mammo_core.network.active import active_folder

_PACKAGES = ("numpy", "opencv-python-headless", "onnxruntime", "streamlit", "tensorflow")


def main() -> int:
    """Hold the contests, print them, and keep them. Returns 1 when an aim was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=GROUPS, default=list(GROUPS), help="these groups only")
    args = parser.parse_args()
    kept = _begin()
    missed = 0
    for group in args.only:
        print(f"\n{GROUPS[group]}\n{head()}", flush=True)
        kept["groups"][group], started = [], time.monotonic()
        for contest in _contests(group):
            result = contest if isinstance(contest, Result) else hold(contest)
            print(line(result), flush=True)
            kept["groups"][group].append(as_json(result))
            missed += not result.met
        kept["took"][group] = {"on": f"{date.today()}", "seconds": round(time.monotonic() - started)}
        RESULTS.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    if set(kept["groups"]) == set(GROUPS):
        write_document(kept)
    print(f"\n{missed} aims missed" if missed else "\nall aims met")
    return int(missed > 0)


def _contests(group: str) -> Iterator[Contest | Result]:
    """Yield a group's contests, or what came out where a group is no matter of turns."""
    if group == "learning":
        with tempfile.TemporaryDirectory(prefix="mammo-bench-") as folder:
            yield from import_module("benchmarks.training_speed").contests(Path(folder))
    else:
        yield from import_module(f"benchmarks.speed_{group}").contests()


def _begin() -> dict:
    """Return what is kept of earlier runs on this machine with this model, or an empty record."""
    machine = {
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in _PACKAGES},
        "model": active_folder().name,
    }
    try:
        kept = json.loads(RESULTS.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        kept = {}
    same = kept.get("measured_on") == machine
    return {"measured_on": machine} | {part: kept.get(part, {}) if same else {} for part in ("took", "groups")}


if __name__ == "__main__":
    sys.exit(main())
