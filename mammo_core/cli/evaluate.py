"""`evaluate [MODEL] [--json]`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

EXAMPLES = """\
  python -m mammo_core evaluate
  python -m mammo_core evaluate --json > metrics.json
  python -m mammo_core evaluate models/mine"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("model", metavar="MODEL", nargs="?", type=Path, help="a model folder (default: the active one)")
    parser.add_argument("--json", action="store_true", help="print every figure as JSON")


def run(args: argparse.Namespace) -> int:
    """Derive every figure anew from the model's committed out-of-fold scores and print them."""
    from mammo_core import load_bundle
    from mammo_core.evaluate.card import film_results_table
    from mammo_core.evaluate.derive import derive_metrics
    from mammo_core.evaluate.score_files import load_score_files
    from mammo_core.mias.index import load_annotations

    bundle = load_bundle(args.model)
    metrics = derive_metrics(load_score_files(bundle.folder), load_annotations()) | {"model_id": bundle.model_id}
    if args.json:
        print(json.dumps(metrics, indent=1, allow_nan=False))
    else:
        print(f"{bundle.model_id}: whole films, out of fold\n\n{film_results_table(metrics)}")
    return 0
