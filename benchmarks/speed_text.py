"""`python -m benchmarks.speed_text`: write docs/speed.md from what `make bench` measured.

The tables come from `benchmarks/speed.json`, the words from `speed.md.in`; a test fails while they differ.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from mammo_core.cli.output import write_whole
from mammo_core.config import ROOT
from mammo_core.evaluate.tables import table

RESULTS = ROOT / "benchmarks" / "speed.json"
DOCUMENT = ROOT / "docs" / "speed.md"
WORDS = Path(__file__).with_name("speed.md.in")
GROUPS = {
    "library": "Library: regions, films, visitors",
    "start": "Start: imports, the first page",
    "browser": "Browser: an upload, a slider",
    "memory": "Memory of the server",
    "learning": "Learning: an epoch",
}
_HEAD = ("what", "takes", "floor", "floor takes", "ratio", "middle half", "aim")


def main() -> int:
    """Write the document anew."""
    write_document(json.loads(RESULTS.read_text(encoding="utf-8")))
    return 0


def write_document(results: Mapping) -> None:
    """Write docs/speed.md."""
    write_whole(DOCUMENT, document(results).encode())


def document(results: Mapping) -> str:
    """Return docs/speed.md: the words of `speed.md.in` with the tables and the machine filled in."""
    machine = results["measured_on"]
    packages = ", ".join(f"{name} {version}" for name, version in machine["packages"].items())
    facts = {key: machine[key] for key in ("system", "cores", "python", "model")}
    tables = {group: _group_table(results["groups"][group]) for group in GROUPS}
    took = results["took"].values()
    facts |= {"minutes": round(sum(group["seconds"] for group in took) / 60), "verdict": _verdict(results["groups"])}
    facts |= {"days": " and ".join(sorted({group["on"] for group in took}))}
    return WORDS.read_text(encoding="utf-8").format(**facts, packages=packages, **tables)


def _verdict(groups: Mapping) -> str:
    """Return whether the aims were met, in a sentence."""
    aims = [line for lines in groups.values() for line in lines if line["at_most"] is not None]
    missed = [f"{line['what']} against {line['floor_is']}" for line in aims if not line["met"]]
    if not missed:
        return f"All {len(aims)} aims were met."
    return f"{len(aims) - len(missed)} of {len(aims)} aims were met; missed: {'; '.join(missed)}."


def _group_table(lines: list[Mapping]) -> str:
    return table(_HEAD, [_row(line) for line in lines])


def _row(line: Mapping) -> tuple[str, ...]:
    unit = line["unit"]
    aim = "–" if line["at_most"] is None else f"{line['at_most']:g}"
    verdict = "" if line["met"] else ", **missed**"
    work, floor = (
        f"{line[key]:,.0f} {unit}" if line[key] >= 20 else f"{line[key]:.1f} {unit}" for key in ("work", "floor")
    )
    half = "–" if line["half"] is None else "{:.3g} to {:.3g}".format(*line["half"])
    return line["what"], work, line["floor_is"], floor, f"{line['ratio']:.3g}", half, aim + verdict


if __name__ == "__main__":
    sys.exit(main())
