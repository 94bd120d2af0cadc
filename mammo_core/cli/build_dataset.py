"""`build-dataset --out DIR [--protocol woman|seed] [--seed N]`."""

from __future__ import annotations

import argparse
from pathlib import Path

from mammo_core.cli.inputs import progress_teller, tell

EXAMPLES = """\
  python -m mammo_core build-dataset --out runs/dataset
  python -m mammo_core build-dataset --out runs/leaking --protocol seed --seed 7"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument(
        "--out",
        metavar="DIR",
        type=Path,
        required=True,
        help="new or empty folder for PART_images.npy and PART_labels.npy (PART: train, validation, test), "
        "manifest.csv and dataset.json",
    )
    parser.add_argument(
        "--protocol",
        choices=("woman", "seed"),
        default="woman",
        help="woman: no woman in two parts (default); seed: films split at random, marked as leaking",
    )
    parser.add_argument("--seed", metavar="N", type=_seed, default=0, help="of split and variants (default: 0)")


def run(args: argparse.Namespace) -> int:
    """Build the set, and print its folder and digest."""
    from mammo_core.mias.dataset import build_dataset, check_out

    try:
        check_out(args.out)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    report = build_dataset(args.out, args.protocol, args.seed, progress=progress_teller("build-dataset"))
    if report.leaking_women:
        women = ", ".join(map(str, report.leaking_women))
        tell(f"{len(report.leaking_women)} women are in more than one part, figures on this set are too good: {women}")
    sizes = " / ".join(f"{sum(counts):,} {part}" for part, counts in report.counts.items())
    print(f"{args.out}: {sizes}, digest {report.digest}")
    return 0


def _seed(text: str) -> int:
    """Parse a seed, a whole number from 0."""
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"expected a whole number from 0, not {text!r}")
    return int(text)
