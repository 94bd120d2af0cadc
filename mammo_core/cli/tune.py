"""`tune SEARCH [--trials N] [--set section.key=value]`."""

from __future__ import annotations

import argparse
from typing import Any

from mammo_core.cli.experiment import experiment_settings_of, quiet_tensorflow
from mammo_core.cli.inputs import tell
from mammo_core.cli.train import add_settings

EXAMPLES = """\
  python -m mammo_core tune first --trials 10
  python -m mammo_core tune fine --set network.trainable_blocks=4 --set fit.epochs=15"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument(
        "search", metavar="SEARCH", help="name of the search, kept in runs/studies/; the same name goes on with it"
    )
    parser.add_argument("--trials", type=int, default=10, metavar="N", help="trials in all (default: 10)")
    add_settings(parser, "state a setting, which is not searched then, such as network.backbone=mobilenet")


def run(args: argparse.Namespace) -> int:
    """Try settings one after the other, and print the trials, the best one first."""
    from mammo_core.training.search import search
    from mammo_core.training.settings import check_run_name

    if args.trials < 1:
        raise argparse.ArgumentTypeError(f"--trials takes a count of at least 1, not {args.trials}")
    settings = experiment_settings_of(args)
    try:
        check_run_name(args.search)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    quiet_tensorflow()
    stated = [assignment.partition("=")[0].strip() for assignment in args.assignments]
    rows = search(args.search, settings, stated, args.trials, lambda row: tell(trial_text(row)))
    for row in sorted(rows, key=lambda row: -row["value"]):
        print(trial_text(row))
    return 0


def trial_text(row: dict[str, Any]) -> str:
    """Return a trial as one line."""
    settings = "  ".join(f"{name}={_short(value)}" for name, value in sorted(row["settings"].items()))
    return f"trial {row['number']}  {row['state']}  validation {row['value']:.3f}  {row['epochs']} epochs  {settings}"


def _short(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
