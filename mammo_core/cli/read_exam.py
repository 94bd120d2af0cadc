"""`read-exam PATH... [--json] [--spacing MM]`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from mammo_core.cli.inputs import add_paths, each_film, find_films, spacing_mm
from mammo_core.cli.read import describe, describe_shares

MOST_FILMS = 20
"""More films than any woman's visit has: then the folder is not one exam."""
EXAMPLES = """\
  python -m mammo_core read-exam exam/
  python -m mammo_core read-exam --json right.dcm left.dcm > exam.json"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    add_paths(parser)
    parser.add_argument("--json", action="store_true", help="print one object: the films, the breasts and the woman")
    parser.add_argument(
        "--spacing", metavar="MM", type=spacing_mm, help="millimetres per pixel, where the files are silent"
    )


def run(args: argparse.Namespace) -> int:
    """Read all films together, as those of one woman, and print the reading."""
    from mammo_core import load_bundle, load_mammogram, preprocess, read_exam
    from mammo_core.network.grid import lay_out
    from mammo_core.reading.to_json import exam_to_json

    films = find_films(args.paths)
    if len(films) > MOST_FILMS:
        raise argparse.ArgumentTypeError(
            f"expected the films of one woman, about 1 to 8; {len(films)} came. Name those of one exam, or its folder"
        )
    bundle = load_bundle()
    mammograms, prepared, errors = {}, [], []

    def work(path: Path) -> None:
        mammogram = load_mammogram(path, pixel_spacing_mm=args.spacing)
        ready = preprocess(mammogram, bundle.config)
        lay_out(ready)  # refuses a breast too small to be read while the film can still be named
        mammograms[str(path)] = mammogram
        prepared.append(ready)

    each_film(films, work, lambda path, message: errors.append({"file": str(path), "error": message}))
    if mammograms:
        exam = read_exam(list(mammograms.values()), bundle, prepared=prepared)
        result = exam_to_json(list(mammograms), list(mammograms.values()), exam, errors)
    else:
        result = {"films": errors, "error": "none of the films could be read"}
    if args.json:
        print(json.dumps(result, indent=2, allow_nan=False))
    elif mammograms:
        print(describe_exam(result))
    return 1 if errors else 0


def describe_exam(result: dict) -> str:
    """Return an exam (in the form of `exam_to_json`) as lines for a person."""
    lines = [f"woman: {result['decision']}", f"  {describe_shares(result)}"]
    for breast in result["breasts"]:
        side = {"R": "right breast", "L": "left breast", None: "breast of unknown side"}[breast["laterality"]]
        lines += [f"{side}: {breast['decision']}, by {breast['file']}", f"  {describe_shares(breast)}"]
    lines += [f"  {reason}" for reason in result["reasons"]]
    lines += [f"  outside training: {reason}" for reason in result["applicability"]["reasons"]]
    lines += [f"  note: {warning}" for warning in result["warnings"]]
    return "\n".join([*lines, *(describe(film) for film in result["films"] if "error" not in film)])
