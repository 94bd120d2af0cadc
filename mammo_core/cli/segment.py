"""`segment PATH... --out DIR`."""

from __future__ import annotations

import argparse
import os
from collections import Counter
from pathlib import Path

from mammo_core.cli.inputs import add_paths, each_film, find_films
from mammo_core.cli.output import check_no_input, write_whole

EXAMPLES = """\
  python -m mammo_core segment film.dcm --out masks
  python -m mammo_core segment data/mias --out masks"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    add_paths(parser)
    parser.add_argument(
        "--out",
        metavar="DIR",
        type=Path,
        required=True,
        help="folder for STEM.png (the whole breast, 255 on 0, in the film's own frame) and STEM.pectoral.png; "
        "films of equal stem get their folder's name in front",
    )


def run(args: argparse.Namespace) -> int:
    """Write two masks a film and print the paths of the breast masks."""
    films = find_films(args.paths, leave_out=args.out)
    if args.out.exists() and not args.out.is_dir():
        raise argparse.ArgumentTypeError(f"--out must be a folder, {args.out} is a file")
    names = name_masks(films)
    check_no_input([args.out / f"{name}{end}" for name in names.values() for end in (".png", ".pectoral.png")], films)
    args.out.mkdir(parents=True, exist_ok=True)
    all_done = each_film(films, lambda path: _segment(path, args.out / names[path]), lambda path, message: None)
    return 0 if all_done else 1


def name_masks(films: list[Path]) -> dict[Path, str]:
    """Return {film: the name of its mask without ending}, no two alike.

    The stem where it is alone; else ``folder_stem``; films that are still alike (`a.dcm` beside `a.png`) get more
    folders in front, and their ending behind.
    """
    names = {path: path.stem for path in films}
    folders = {path: Path(os.path.realpath(path)).parent.parts[1:] for path in films}
    for depth in range(1, 1 + max(map(len, folders.values()))):
        for path in _alike(names):
            names[path] = "_".join((*folders[path][-depth:], path.stem))
    return names | {path: f"{names[path]}_{path.suffix[1:]}" for path in _alike(names)}


def _alike(names: dict[Path, str]) -> list[Path]:
    """Return films whose masks would be the same file (`a.pectoral` as a stem is the muscle of `a`)."""
    keys = {path: name.removesuffix(".pectoral") for path, name in names.items()}
    counts = Counter(keys.values())
    return [path for path, key in keys.items() if counts[key] > 1]


def _segment(path: Path, out: Path) -> None:
    import numpy as np

    from mammo_core import load_mammogram, preprocess
    from mammo_core.preprocess import film_mask
    from mammo_core.report.pictures import encode_png

    prepared = preprocess(load_mammogram(path))
    for mask, end in ((prepared.breast_mask, ".png"), (prepared.pectoral_mask, ".pectoral.png")):
        picture = film_mask(mask, prepared).astype(np.uint8) * np.uint8(255)
        write_whole(out.with_name(out.name + end), encode_png(picture))
    print(out.with_name(out.name + ".png"), flush=True)
