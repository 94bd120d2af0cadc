"""The registry of verbs, and what holds for all of them: arguments, exit codes, interrupts, closed pipes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from mammo_core.errors import MammoError

DONE, FAILED, WRONG_USE, INTERRUPTED, PIPE_CLOSED = 0, 1, 2, 130, 141

VERBS = {
    "read": ("mammo_core.cli.read", "read films: probabilities, decision and the places looked at"),
    "read-exam": ("mammo_core.cli.read_exam", "read the films of one woman together: each breast against the other"),
    "batch": ("mammo_core.cli.batch", "read an archive of films into one Parquet table, on many cores or machines"),
    "report": ("mammo_core.cli.report", "write a reading as one printable page, and as a record that can be repeated"),
    "repeat": ("mammo_core.cli.repeat", "read a recorded film again and say whether it repeats bit by bit"),
    "enhance": ("mammo_core.cli.enhance", "raise a film's contrast for the eye"),
    "segment": ("mammo_core.cli.segment", "outline the breast and the pectoral muscle"),
    "explain": ("mammo_core.cli.explain", "show where the model looked, as heatmap or overlay"),
    "import-mias": ("mammo_core.cli.import_mias", "bring the MIAS films into data/mias, checked"),
    "build-dataset": ("mammo_core.cli.build_dataset", "write the seed's set of regions as .npy, for comparison"),
    "crossval": ("mammo_core.cli.crossval", "cross-validate on MIAS by woman, with true or shuffled labels"),
    "leakage": ("mammo_core.cli.leakage", "test one network under leaky and honest protocols, side by side"),
    "train": ("mammo_core.cli.train", "train on MIAS, cross-validate, and release; or train an experiment"),
    "tune": ("mammo_core.cli.tune", "search an experiment's settings with Optuna; the study is kept"),
    "evaluate": ("mammo_core.cli.evaluate", "derive a model's figures anew from its committed scores"),
}
"""{verb: (module, one line)}. A module has `EXAMPLES`, `add_arguments(parser)` and `run(args) -> exit code`.

It is imported only when its verb is asked for, and imports what it works with only in `run`: `--help` stays quick.
"""

_NOTICE = "A research prototype, not a medical device."
_EXIT_CODES = "exit codes: 0 done, 1 some inputs failed (each is named on stderr), 2 wrong use, 130 interrupted"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb and return the exit code. Bad input ends in a message, never in a traceback."""
    argv = list(sys.argv[1:] if argv is None else argv)
    sys.stdout.reconfigure(errors="backslashreplace")  # a film's name may hold any bytes
    try:
        try:
            args = build_parser(argv).parse_args(argv)
            return args.run(args)
        finally:
            sys.stdout.flush()
    except argparse.ArgumentTypeError as error:
        return _complain(error, WRONG_USE)
    except BrokenPipeError:
        # The reader of our output went away. Python would complain once more when it flushes stdout at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except (MammoError, OSError) as error:
        return _complain(error, FAILED)
    except ModuleNotFoundError as error:
        return _complain(f"{error}; install the packages: pip install -r requirements.txt", FAILED)
    except KeyboardInterrupt:
        return INTERRUPTED


def _complain(error: Exception | str, code: int) -> int:
    print(f"mammo_core: {error}", file=sys.stderr)
    return code


def build_parser(argv: Sequence[str]) -> argparse.ArgumentParser:
    """Return the parser; only the verb that is named brings its arguments."""
    parser = argparse.ArgumentParser(
        prog="python -m mammo_core",
        description=f"Read mammograms, explain the reading, and measure it honestly. {_NOTICE}",
        epilog=f"{_EXIT_CODES}\nexample:\n  python -m mammo_core read --json film.dcm",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(metavar="VERB", required=True, title="verbs, each with --help")
    named = next((word for word in argv if not word.startswith("-")), None)
    for verb, (module_name, summary) in VERBS.items():
        verb_parser = verbs.add_parser(
            verb,
            help=summary,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if verb == named:
            module = import_module(module_name)
            verb_parser.description = f"{summary[0].upper()}{summary[1:]}. {_NOTICE}"
            verb_parser.epilog = f"{_EXIT_CODES}\nexamples:\n{module.EXAMPLES}"
            module.add_arguments(verb_parser)
            verb_parser.set_defaults(run=module.run)
    return parser
