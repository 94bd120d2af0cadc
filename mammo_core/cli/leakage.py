"""`leakage [--json] [--out DIR]`."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

from mammo_core.cli.inputs import progress_teller, tell

EXAMPLES = """\
  python -m mammo_core leakage
  python -m mammo_core leakage --json
  python -m mammo_core leakage --out docs"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("--json", action="store_true", help="print every figure as JSON instead of tables")
    parser.add_argument(
        "--out", type=Path, help="write leakage.csv, .json, .md and the scores they derive from into this folder"
    )


def run(args: argparse.Namespace) -> int:
    """Run the lab, some minutes on one core; finished parts are kept, so that a second run goes on where it was."""
    if args.out and args.out.exists() and not args.out.is_dir():
        raise argparse.ArgumentTypeError(f"--out must name a folder, and {args.out} is a file")
    from mammo_core.evaluate.leakage.run import LeakageRun
    from mammo_core.evaluate.leakage.text import to_markdown
    from mammo_core.evaluate.leakage.write import write_leakage
    from mammo_core.network.bundle import load_bundle

    bundle = load_bundle()
    stages: dict[str, Callable[[float], None]] = {}
    lab = LeakageRun(bundle, lambda stage, share: stages.setdefault(stage, progress_teller(stage))(share))
    cases, permutations = lab.cases(), lab.permutations()
    with tempfile.TemporaryDirectory() as scratch:
        summary = write_leakage(args.out or Path(scratch), cases, permutations, bundle.model_id, lab.seconds())
    print(json.dumps(summary) if args.json else to_markdown(summary))
    tell(f"kept in {lab.folder}")
    return 0
