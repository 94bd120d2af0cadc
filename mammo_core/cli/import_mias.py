"""`import-mias SOURCE [--target DIR]`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from mammo_core.cli.inputs import progress_teller, tell
from mammo_core.config import DATA_DIR

if TYPE_CHECKING:
    from mammo_core.mias.download import ImportReport

OFFICIAL_ADDRESS = "http://peipa.essex.ac.uk/pix/mias/all-mias.tar.gz"
EXAMPLES = f"""\
  python -m mammo_core import-mias all-mias.tar.gz
  python -m mammo_core import-mias folder-with-films --target data/mias
  python -m mammo_core import-mias {OFFICIAL_ADDRESS}"""

_BAR_WIDTH = 40


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument(
        "source",
        metavar="SOURCE",
        help="the archive (all-mias.tar.gz), a folder of films, kaggle's .zip or all_mias_scans.h5, or the http "
        f"address of one: MIAS is at {OFFICIAL_ADDRESS} (111 MB; the next call goes on where a download was cut off)",
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

    bar = _Bar() if sys.stderr.isatty() else None
    try:
        report = import_mias(args.source, args.target, bar or progress_teller("import"))
    finally:
        if bar:
            bar.end()
    n_films = len(report.imported) + len(report.kept)
    print(f"{n_films} films in {report.target}: {len(report.imported)} imported, {len(report.kept)} already there")
    for line in _remarks(report):
        tell(line)
    return 0 if report.complete else 1


def _remarks(report: ImportReport) -> Iterator[str]:
    """Yield what a person should know besides."""
    from mammo_core.mias.films import name_films

    if report.archive_known is not None:
        known = "is the known one" if report.archive_known else "is not the known one, but was packed anew"
        yield f"checksums: every film is as published; the archive {known}"
    if report.altered:
        names = name_films(report.altered)
        yield f"{len(report.altered)} films of the source are not as published and were left out: {names}"
    if report.missing:
        yield f"{len(report.missing)} of 322 films are missing: {name_films(report.missing)}; import a whole copy"
    if report.imported:
        yield "MIAS is for research only, see Licence.txt beside the films; cite Suckling et al. (1994)"


class _Bar:
    """The share done, drawn in one line of the terminal."""

    def __init__(self) -> None:
        self._drawn = -1

    def __call__(self, fraction: float) -> None:
        """Draw a share from 0 to 1 where it differs from what stands there."""
        percent = int(100 * fraction)
        if percent != self._drawn:
            self._drawn = percent
            filled = int(_BAR_WIDTH * fraction)
            line = "#" * filled + "." * (_BAR_WIDTH - filled)
            print(f"\rimport [{line}] {percent:3d} %", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the line."""
        if self._drawn >= 0:
            tell("")
