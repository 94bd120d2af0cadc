"""`enhance PATH --out F [--clip-limit LIMIT] [--tile-grid CxR]`."""

from __future__ import annotations

import argparse
from pathlib import Path

from mammo_core.cli.inputs import each_film, tell
from mammo_core.cli.output import check_out_file, write_whole

EXAMPLES = """\
  python -m mammo_core enhance film.dcm --out enhanced.png
  python -m mammo_core enhance film.pgm --out enhanced.png --clip-limit 3 --tile-grid 12x12"""


def clip_limit(text: str) -> float:
    """Parse a CLAHE clip limit."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 40:
        raise argparse.ArgumentTypeError(f"expected a number above 0 and up to 40, such as 2, not {text!r}")
    return value


def tile_grid(text: str) -> tuple[int, int]:
    """Parse a count of tiles, columns by rows: `8x8`."""
    columns, separator, rows = text.lower().replace(",", "x").partition("x")
    try:
        grid = int(columns), int(rows if separator else columns)
    except ValueError:
        grid = 0, 0
    if not all(1 <= count <= 64 for count in grid):
        raise argparse.ArgumentTypeError(f"expected columns x rows of tiles, 1 to 64 each, such as 8x8, not {text!r}")
    return grid


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("path", metavar="PATH", type=Path, help="a film (DICOM, PGM, PNG, JPEG, TIFF)")
    parser.add_argument("--out", metavar="F", type=Path, required=True, help="PNG to write, marked as enhanced")
    parser.add_argument(
        "--clip-limit", metavar="LIMIT", type=clip_limit, default=2.0, help="CLAHE clip limit, as OpenCV (default: 2)"
    )
    parser.add_argument(
        "--tile-grid",
        metavar="CxR",
        type=tile_grid,
        default=(8, 8),
        help="CLAHE columns x rows of tiles (default: 8x8)",
    )


def run(args: argparse.Namespace) -> int:
    """Write the enhanced film and print its quality figures, one `name value` a line."""
    if args.out.suffix.lower() != ".png":
        raise argparse.ArgumentTypeError(f"--out must end in .png, not {args.out.name!r}")
    check_out_file(args.out, [args.path])
    all_done = each_film([args.path], lambda path: _enhance(path, args), lambda path, message: None)
    return 0 if all_done else 1


def _enhance(path: Path, args: argparse.Namespace) -> None:
    from mammo_core import load_mammogram, preprocess
    from mammo_core.errors import BreastNotFoundError
    from mammo_core.film.enhance import ENHANCED_BITS, enhance, enhancement_figures, to_display
    from mammo_core.preprocess import film_mask
    from mammo_core.report.pictures import enhanced_png

    mammogram = load_mammogram(path)
    enhanced = enhance(mammogram, clip_limit=args.clip_limit, tile_grid=args.tile_grid)
    write_whole(args.out, enhanced_png(enhanced))
    tell(f"wrote {args.out}; enhanced, not for diagnosis")
    try:
        prepared = preprocess(mammogram)
    except BreastNotFoundError as error:
        tell(f"no figures, for they are taken inside the breast: {error}")
        return
    before = to_display(mammogram.pixels, mammogram.bit_depth)
    after = to_display(enhanced, 8 if mammogram.bit_depth == 8 else ENHANCED_BITS)
    for name, value in enhancement_figures(before, after, film_mask(prepared.breast_mask, prepared)).items():
        print(f"{name} {value:.4g}")
