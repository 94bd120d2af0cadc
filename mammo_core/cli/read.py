"""`read PATH... [--json] [--spacing MM]`."""

from __future__ import annotations

import argparse
import json
from functools import cache
from pathlib import Path

from mammo_core.cli.inputs import add_paths, each_film, find_films, spacing_mm

EXAMPLES = """\
  python -m mammo_core read film.dcm
  python -m mammo_core read --json exam/ > readings.json
  python -m mammo_core read --spacing 0.05 scan.tif"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    add_paths(parser)
    parser.add_argument("--json", action="store_true", help="print an array with one object per file, failed ones too")
    parser.add_argument(
        "--spacing", metavar="MM", type=spacing_mm, help="millimetres per pixel, where the file is silent"
    )


def run(args: argparse.Namespace) -> int:
    """Read every film and print the readings."""
    from mammo_core import load_bundle, load_mammogram, read_film
    from mammo_core.reading.to_json import reading_to_json

    bundle = cache(load_bundle)
    results = []

    def work(path: Path) -> None:
        mammogram = load_mammogram(path, pixel_spacing_mm=args.spacing)
        result = reading_to_json(str(path), mammogram, read_film(mammogram, bundle()))
        results.append(result)
        if not args.json:
            print(describe(result), flush=True)

    def failed(path: Path, message: str) -> None:
        results.append({"file": str(path), "error": message})

    all_done = each_film(find_films(args.paths), work, failed)
    if args.json:
        print(json.dumps(results, indent=2, allow_nan=False))
    return 0 if all_done else 1


def describe(result: dict) -> str:
    """Return one reading (in the form of `reading_to_json`) as a few lines for a person."""
    name = f"{result['laterality'] or '?'}-{result['view'] or '?'}"
    lines = [f"{result['file']} ({name}): {result['decision']}", f"  {describe_shares(result)}"]
    for place in result["candidates"][:3]:
        x, y, width, height = (round(value) for value in place["box"])
        share = 100 * place["probabilities"]["malignant"]
        lines.append(f"  looked at x {x} to {x + width}, y {y} to {y + height}: malignant {share:.0f} %")
    lines += [f"  outside training: {reason}" for reason in result["applicability"]["reasons"]]
    return "\n".join([*lines, *(f"  note: {warning}" for warning in result["warnings"])])


def describe_shares(result: dict) -> str:
    """Return the probabilities of a film, breast or woman on one line."""
    return ", ".join(f"{label} {100 * share:.0f} %" for label, share in result["probabilities"].items())
