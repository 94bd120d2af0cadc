"""`report PATH... --out F.pdf [--json F.json] [--spacing MM] [--with-names] [--date MOMENT]`."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path

from mammo_core.cli.inputs import add_paths, each_film, find_films, spacing_mm, tell
from mammo_core.cli.output import check_out_file, write_whole

EXAMPLES = """\
  python -m mammo_core report film.dcm --out report.pdf --json record.json
  python -m mammo_core report exam/ --out report.pdf
  python -m mammo_core report right.dcm left.dcm --out report.pdf --with-names"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    add_paths(parser)
    parser.add_argument("--out", metavar="F.pdf", type=Path, required=True, help="the report, one A4 page")
    parser.add_argument(
        "--json", metavar="F.json", type=Path, help="the record, from which `repeat` reads again, bit by bit"
    )
    parser.add_argument(
        "--spacing", metavar="MM", type=spacing_mm, help="millimetres per pixel, where the files are silent"
    )
    parser.add_argument(
        "--with-names", action="store_true", help="print the files' names too (they may name a patient; never folders)"
    )
    parser.add_argument(
        "--date", metavar="MOMENT", type=moment, help="of the reading, such as 2026-11-22T10:00+00:00 (default: now)"
    )


def moment(text: str) -> datetime:
    """Parse a moment; without a time zone it is UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a moment such as 2026-11-22T10:00+00:00, not {text!r}") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def run(args: argparse.Namespace) -> int:
    """Read one film, or several as those of one woman, and write the report: all of it, or nothing."""
    from mammo_core import load_bundle
    from mammo_core.report.pdf import make_pdf
    from mammo_core.report.record import make_record
    from mammo_core.report.reported import MOST_FILMS, FilmFile, open_file, read_files

    films = find_films(args.paths)
    if len(films) > MOST_FILMS:
        raise argparse.ArgumentTypeError(
            f"expected the films of one woman, 1 to {MOST_FILMS}; {len(films)} came. Name those of one exam"
        )
    if args.out.suffix.lower() != ".pdf":
        raise argparse.ArgumentTypeError(f"--out must end in .pdf, not {args.out.name!r}")
    for out in filter(None, (args.out, args.json)):
        check_out_file(out, films)
    if args.json and args.json.resolve() == args.out.resolve():
        raise argparse.ArgumentTypeError("--json and --out must be two files")
    bundle, opened = load_bundle(), []

    def work(path: Path) -> None:
        name = path.name if args.with_names else ""
        opened.append(open_file(FilmFile(path.read_bytes(), name, opened_spacing_mm=args.spacing), bundle))

    if not each_film(films, work, lambda path, message: None):
        tell("no report was written: it would be of an exam without these films")
        return 1
    read, exam = read_files(opened, bundle)
    read_at = args.date or datetime.now(UTC)
    write_whole(args.out, make_pdf(read, bundle, read_at, exam))
    if args.json:
        record = make_record(read, bundle, read_at, exam)
        write_whole(args.json, (json.dumps(record, indent=1, allow_nan=False) + "\n").encode())
    tell(f"films read: {len(read)}; research prototype, not for diagnosis")
    print(args.out)
    return 0
