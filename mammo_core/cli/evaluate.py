"""`evaluate [MODEL] [--against FOLDER] [--json]`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

EXAMPLES = """\
  python -m mammo_core evaluate
  python -m mammo_core evaluate --json > metrics.json
  python -m mammo_core evaluate models/mine
  python -m mammo_core evaluate --against models/mine"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("model", metavar="MODEL", nargs="?", type=Path, help="a model folder (default: the active one)")
    parser.add_argument(
        "--against",
        metavar="FOLDER",
        type=Path,
        help="compare with the scores in another folder instead, over the same resampled women",
    )
    parser.add_argument("--json", action="store_true", help="print every figure as JSON")


def run(args: argparse.Namespace) -> int:
    """Derive every figure anew from the model's committed out-of-fold scores and print them."""
    from mammo_core import load_bundle
    from mammo_core.evaluate.compare import compare
    from mammo_core.evaluate.derive import derive_metrics
    from mammo_core.evaluate.score_files import load_score_files
    from mammo_core.evaluate.terminal import comparison_text, evaluation_text
    from mammo_core.mias.index import load_annotations

    bundle = load_bundle(args.model)
    files = load_score_files(bundle.folder)
    if args.against:
        other = load_score_files(args.against)
        found = compare(files, other, load_annotations())
        found = {"first": bundle.model_id, "second": args.against.resolve().name} | found
    else:
        found = derive_metrics(files, load_annotations()) | {"model_id": bundle.model_id}
    if args.json:
        print(json.dumps(found, indent=1, allow_nan=False))
    else:
        print(comparison_text(found) if args.against else evaluation_text(found))
    return 0
