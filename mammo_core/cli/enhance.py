"""`enhance PATH --out F [--clip-limit LIMIT] [--tile-grid CxR] [--sharpen AMOUNT] [--radius-mm MM]`."""

from __future__ import annotations

import argparse
from pathlib import Path

from mammo_core.cli.inputs import each_film, tell
from mammo_core.cli.output import check_out_file, write_whole

EXAMPLES = """\
  python -m mammo_core enhance film.dcm --out enhanced.png
  python -m mammo_core enhance film.pgm --out enhanced.png --clip-limit 3 --tile-grid 12x12
  python -m mammo_core enhance film.dcm --out sharp.png --sharpen 1 --radius-mm 0.3"""


def clip_limit(text: str) -> float:
    """Parse a CLAHE clip limit."""
    return _number(text, 0, 40, "a number from 0 (no CLAHE) to 40, such as 2")


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


def amount(text: str) -> float:
    """Parse how much the unsharp mask adds."""
    return _number(text, 0, 10, "a number from 0 to 10, such as 1")


def radius_mm(text: str) -> float:
    """Parse the radius of the unsharp mask, millimetres."""
    return _number(text, 0.01, 20, "millimetres from 0.01 to 20, such as 0.4")


def _number(text: str, low: float, high: float, expected: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise argparse.ArgumentTypeError(f"expected {expected}, not {text!r}")
    return value


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("path", metavar="PATH", type=Path, help="a film (DICOM, PGM, PNG, JPEG, TIFF)")
    parser.add_argument("--out", metavar="F", type=Path, required=True, help="PNG to write, marked as enhanced")
    parser.add_argument(
        "--clip-limit",
        metavar="LIMIT",
        type=clip_limit,
        default=2.0,
        help="CLAHE clip limit, as OpenCV (default: 2; 0: none)",
    )
    parser.add_argument(
        "--tile-grid",
        metavar="CxR",
        type=tile_grid,
        default=(8, 8),
        help="CLAHE columns x rows of tiles (default: 8x8)",
    )
    parser.add_argument(
        "--sharpen", metavar="AMOUNT", type=amount, default=0.0, help="amount of the unsharp mask (default: 0, none)"
    )
    parser.add_argument(
        "--radius-mm", metavar="MM", type=radius_mm, default=0.4, help="radius of the unsharp mask (default: 0.4 mm)"
    )


def run(args: argparse.Namespace) -> int:
    """Write the enhanced film and print its quality figures, one `name value` a line."""
    if args.out.suffix.lower() != ".png":
        raise argparse.ArgumentTypeError(f"--out must end in .png, not {args.out.name!r}")
    if args.clip_limit == 0 and args.sharpen == 0:
        raise argparse.ArgumentTypeError(
            "expected a --clip-limit or a --sharpen above 0: as it is, nothing would change"
        )
    check_out_file(args.out, [args.path])
    all_done = each_film([args.path], lambda path: _enhance(path, args), lambda path, message: None)
    return 0 if all_done else 1


def _enhance(path: Path, args: argparse.Namespace) -> None:
    from mammo_core import load_mammogram
    from mammo_core.film.enhance import enhanced_area, enhancement_figures, to_display
    from mammo_core.film.enhance_settings import EnhanceSettings, described, enhanced_picture
    from mammo_core.report.pictures import enhanced_png

    mammogram = load_mammogram(path)
    settings = EnhanceSettings(args.clip_limit, args.tile_grid, args.sharpen, args.radius_mm)
    area = enhanced_area(mammogram)
    enhanced, bits = enhanced_picture(mammogram, settings, area)
    write_whole(args.out, enhanced_png(enhanced, described(settings, mammogram), bits))
    tell(f"wrote {args.out}; enhanced, not for diagnosis")
    if not area.any():
        tell("no figures: all pixels have one grey level")
        return
    before = to_display(mammogram.pixels, mammogram.bit_depth)
    for name, value in enhancement_figures(before, to_display(enhanced, bits), area).items():
        print(f"{name} {value:.4g}")
