"""`explain PATH [--method METHOD] [--target CLASS] --out F`."""

from __future__ import annotations

import argparse
import io
from pathlib import Path

from mammo_core.cli.inputs import each_film, progress_teller, spacing_mm, tell
from mammo_core.cli.output import check_out_file, write_whole
from mammo_core.types import LABELS

EXAMPLES = """\
  python -m mammo_core explain film.dcm --out overlay.png
  python -m mammo_core explain film.pgm --method gradcam --out heatmap.npy
  python -m mammo_core explain film.pgm --method scorecam --target benign --out overlay.png"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    from mammo_core.explain.explain import METHODS

    parser.add_argument("path", metavar="PATH", type=Path, help="a film (DICOM, PGM, PNG, JPEG, TIFF)")
    parser.add_argument("--method", choices=METHODS, default="gradcam", help="default: gradcam, the quick one")
    parser.add_argument(
        "--target", choices=LABELS, default="malignant", help="the class asked about (default: malignant)"
    )
    parser.add_argument(
        "--spacing", metavar="MM", type=spacing_mm, help="millimetres per pixel, where the file is silent"
    )
    parser.add_argument(
        "--out",
        metavar="F",
        type=Path,
        required=True,
        help=".npy for the heatmap (float32 in [0, 1], the film's own frame), .png for an overlay on the film",
    )


def run(args: argparse.Namespace) -> int:
    """Write the heatmap or the overlay."""
    if args.out.suffix.lower() not in (".npy", ".png"):
        raise argparse.ArgumentTypeError(f"--out must end in .npy or .png, not {args.out.name!r}")
    check_out_file(args.out, [args.path])
    all_done = each_film([args.path], lambda path: _explain(path, args), lambda path, message: None)
    return 0 if all_done else 1


def _explain(path: Path, args: argparse.Namespace) -> None:
    from mammo_core import explain, load_mammogram

    mammogram = load_mammogram(path, pixel_spacing_mm=args.spacing)
    explanation = explain(mammogram, args.method, args.target, progress=progress_teller(args.method))
    as_array = args.out.suffix.lower() == ".npy"
    write_whole(args.out, _array(explanation) if as_array else _overlay(mammogram, explanation))
    if explanation.empty:
        tell(f"the map is empty: {args.method} found nothing that speaks for {args.target}")
    print(args.out)


def _array(explanation: object) -> bytes:
    """Return the heatmap as the bytes of a .npy file."""
    import numpy as np

    out = io.BytesIO()
    np.save(out, explanation.heatmap)
    return out.getvalue()


def _overlay(mammogram: object, explanation: object) -> bytes:
    """Return the heatmap over the film as the bytes of a PNG."""
    from mammo_core.film.enhance import to_display
    from mammo_core.report.pictures import OVERLAY_OPACITY, overlay_png

    film = to_display(mammogram.pixels, mammogram.bit_depth)
    return overlay_png(film, explanation.heatmap, OVERLAY_OPACITY, boxes=())
