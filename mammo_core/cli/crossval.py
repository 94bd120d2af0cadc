"""`crossval [--repeats N] [--set section.key=value] [--shuffle-labels]`."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from mammo_core.cli.inputs import progress_teller
from mammo_core.cli.train import add_repeats, add_settings, settings_of

EXAMPLES = """\
  python -m mammo_core crossval
  python -m mammo_core crossval --repeats 1 --set train.film.n_components=96
  python -m mammo_core crossval --shuffle-labels"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    add_repeats(parser)
    add_settings(parser)
    parser.add_argument(
        "--shuffle-labels",
        nargs="?",
        type=int,
        const=20,
        metavar="N",
        help="deal the labels to other women N times (default: 20) and show what the same procedure gives then",
    )


def run(args: argparse.Namespace) -> int:
    """Cross-validate from the films on, and hold the result against the active model. Finished parts are kept."""
    from mammo_core.evaluate.repeatability import permutation_table, repeatability_table
    from mammo_core.evaluate.run import Run

    settings = settings_of(args)
    if args.shuffle_labels is not None and args.shuffle_labels < 1:
        raise argparse.ArgumentTypeError(f"--shuffle-labels takes a count of at least 1, not {args.shuffle_labels}")
    stages: dict[str, Callable[[float], None]] = {}
    work = Run(settings, lambda stage, share: stages.setdefault(stage, progress_teller(stage))(share))
    if args.shuffle_labels is None:
        rows, _ = work.out_of_fold(args.repeats)
        rows.write(work.folder.path)
        print(repeatability_table(work.folder.path))
    else:
        print(permutation_table(work.permutations(args.shuffle_labels)))
    print(f"\nkept in {work.folder.path}")
    return 0
