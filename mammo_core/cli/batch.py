"""`batch SOURCE... --out results.parquet [--workers N | --scheduler URL] [--spacing MM]`."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from mammo_core.cli.inputs import spacing_mm, tell
from mammo_core.cli.output import check_out_file

if TYPE_CHECKING:
    from mammo_core.batch.run import Progress

TELL_SECONDS = 5.0

EXAMPLES = """\
  python -m mammo_core batch archive/ --out results.parquet
  python -m mammo_core batch films.zip --out results.parquet --workers 2
  python -m mammo_core batch list.txt --out results.parquet --scheduler tcp://cluster:8786

A run that was cut off, however that was, goes on when the same command is given again; what is there so far lies in
results.parquet.parts. Every film is one row; a film that could not be read has its reason in the column `error`. Where
files could not be reached, the same command reads those again.
Workers of a cluster need this program, the same model, and the films at the same paths (docs/scaling.md)."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument(
        "sources",
        metavar="SOURCE",
        nargs="+",
        type=Path,
        help="a folder to walk, a zip archive, a .txt file with one path a line, or films",
    )
    parser.add_argument("--out", metavar="FILE", type=Path, required=True, help="the table to write, as Parquet")
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--workers", metavar="N", type=_count, help="processes to read with, one thread each (default: one a core)"
    )
    where.add_argument("--scheduler", metavar="URL", help="a Dask cluster to read with instead, as tcp://host:8786")
    parser.add_argument(
        "--spacing", metavar="MM", type=spacing_mm, help="millimetres per pixel, where files are silent"
    )


def run(args: argparse.Namespace) -> int:
    """Read all films; 1 when some were set aside."""
    check_out_file(args.out, args.sources)
    from mammo_core.batch.cluster import open_cluster
    from mammo_core.batch.run import run_batch

    try:
        with open_cluster(args.workers, args.scheduler) as client:
            totals = run_batch(args.sources, args.out, client, spacing_mm=args.spacing, told=progress_lines(tell))
    except KeyboardInterrupt:
        tell("stopped; the same command goes on from here")
        raise
    beside = f", {totals.passed_over} files passed over that are no pictures" if totals.passed_over else ""
    print(f"{totals.films} films in {args.out}: {totals.films - totals.failed} read, {totals.failed} set aside{beside}")
    if totals.out_of_reach:
        tell(
            f"{totals.out_of_reach} of those set aside could not be reached: the same command reads them alone; to "
            f"list the films anew, delete {args.out}.parts first"
        )
    return 1 if totals.failed else 0


def progress_lines(say: Callable[[str], None]) -> Callable[[Progress], None]:
    """Return what names each film that is set aside, and says how far the run is every few seconds and at its end."""
    said_at = time.monotonic()

    def told(progress: Progress) -> None:
        nonlocal said_at
        if progress.row and progress.row.get("error"):
            say(f"{progress.row['file']}: {progress.row['error']}")
        if progress.done == progress.total or time.monotonic() - said_at >= TELL_SECONDS:
            said_at = time.monotonic()
            left = (progress.total - progress.done) / progress.films_a_second
            say(f"{progress.done}/{progress.total} films, {progress.films_a_second:.1f} a second, {_span(left)} left")

    return told


def _span(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 2:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.0f} h"


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1024:
        raise argparse.ArgumentTypeError(f"expected a number of processes from 1 to 1024, not {text!r}")
    return int(text)
