"""`repeat RECORD PATH...`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from mammo_core.cli.inputs import add_paths, find_films, tell
from mammo_core.errors import RecordError

EXAMPLES = """\
  python -m mammo_core repeat record.json film.dcm
  python -m mammo_core repeat record.json exam/"""
_MOST_BYTES = 2**24
"""No record of eight films comes near it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("record", metavar="RECORD", type=Path, help="the record, as `report --json` wrote it")
    add_paths(parser)


def run(args: argparse.Namespace) -> int:
    """Say whether a recorded reading repeats bit by bit; if not, what differs, and return 1."""
    from mammo_core.report.repeat import bundle_of_record, repeat_record

    record = _read(args.record)
    bundle = bundle_of_record(record)
    outcome = repeat_record(record, [path.read_bytes() for path in find_films(args.paths)], bundle)
    if outcome.repeats:
        print(f"repeats bit by bit: films {len(record['films'])}, model {bundle.model_id}")
    else:
        print("does not repeat")
        print("\n".join(f"  {difference}" for difference in outcome.differences))
    for difference in outcome.surroundings:
        tell(f"not as it was then: {difference}")
    return 0 if outcome.repeats else 1


def _read(path: Path) -> object:
    try:
        with path.open("rb") as file:
            return json.loads(file.read(_MOST_BYTES))
    except (ValueError, RecursionError) as error:
        raise RecordError("expected a record as `report --json` writes it; this file is no JSON") from error
