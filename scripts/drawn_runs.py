"""Run folders for a server that shows the Training page: the committed runs of docs/families.json, laid out again."""

from __future__ import annotations

import json
from pathlib import Path

from mammo_core.config import ROOT
from mammo_core.training.run_folder import ExperimentFolder

FAMILIES = ROOT / "docs" / "families.json"


def lay_out_runs(runs_dir: Path) -> list[str]:
    """Lay the committed runs out as finished experiments below `runs_dir`, and return their names."""
    names: list[str] = []
    if not FAMILIES.is_file():
        return names
    for number, run in enumerate(json.loads(FAMILIES.read_text(encoding="utf-8"))["runs"]):
        folder = ExperimentFolder(runs_dir / "experiments" / run["name"])
        folder.write("settings", run["settings"])
        folder.write("begun", {"at": float(-number)})
        folder.write("history", {"rows": run["history"]})
        folder.write("result", run["result"])
        folder.write("end", {"state": "finished", "early": True})
        names.append(run["name"])
    return names
