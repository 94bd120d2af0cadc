"""`import-mias SOURCE [--target DIR]`."""

from __future__ import annotations

import argparse
from pathlib import Path

from mammo_core.cli.inputs import progress_teller, tell
from mammo_core.config import DATA_DIR

EXAMPLES = """\
  python -m mammo_core import-mias all-mias.tar.gz
  python -m mammo_core import-mias folder-with-films --target data/mias"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument(
        "source", metavar="SOURCE", type=Path, help="the archive (all-mias.tar.gz) or a folder of films"
    )
    parser.add_argument(
        "--target",
        metavar="DIR",
        type=Path,
        default=DATA_DIR / "mias",
        help="folder for the films (default: data/mias)",
    )


def run(args: argparse.Namespace) -> int:
    """Import, and print one line on what is there now. A film that is still missing makes the exit code 1."""
    from mammo_core.mias.download import import_mias

    report = import_mias(args.source, args.target, progress_teller("import"))
    n_films = len(report.imported) + len(report.kept)
    print(f"{n_films} films in {report.target}: {len(report.imported)} imported, {len(report.kept)} already there")
    if report.missing:
        some = ", ".join(report.missing[:8]) + (" ..." if len(report.missing) > 8 else "")
        tell(f"{len(report.missing)} of 322 films are missing: {some}; import them from a whole copy")
    return 0 if report.complete else 1
