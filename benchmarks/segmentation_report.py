"""How well the breast is outlined (`make segmentation-report`): Dice against hand-drawn masks, film by film.

The masks are PNG files named after MIAS films (`mdb001.png`, 0/255, in the film's own frame), in the folder given as
argument, by MAMMO_MASKS_DIR, or beside the project in `../shared/mias-breast-masks`. The settings were tuned on every
second woman; the table reports both halves.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import cv2
import numpy as np

from mammo_core import load_mammogram, preprocess
from mammo_core.config import ROOT
from mammo_core.mias.films import open_films
from mammo_core.preprocess import film_mask

MIAS_SPACING_MM = 0.2
BESIDE = ROOT.parent / "shared" / "mias-breast-masks"
WORST = 8


def dice(a: np.ndarray, b: np.ndarray) -> float:
    """Return twice the overlap over the sum of two masks (Dice 1945)."""
    return 2 * int((a & b).sum()) / max(1, int(a.sum() + b.sum()))


def measure(masks: dict[str, Path]) -> dict[str, tuple[float, float, float]]:
    """Return for each film its Dice, the seconds of `preprocess` and those of OpenCV's CLAHE on the same film."""
    films = open_films()
    clahe = cv2.createCLAHE(2.0, (8, 8))
    found = {}
    for film_id, path in masks.items():
        mammogram = load_mammogram(films[film_id], pixel_spacing_mm=MIAS_SPACING_MM)
        truth = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) > 127
        start = time.perf_counter()
        prepared = preprocess(mammogram)
        middle = time.perf_counter()
        clahe.apply(mammogram.pixels)
        end = time.perf_counter()
        found[film_id] = (dice(film_mask(prepared.breast_mask, prepared), truth), middle - start, end - middle)
    return found


def tuned_on(film_id: str) -> bool:
    """Say whether a film's woman is of the half that the settings were tuned on (the masks hold every third woman)."""
    woman = (int(film_id[3:]) + 1) // 2
    return (woman - 1) // 3 % 2 == 0


def row(name: str, scores: list[float]) -> str:
    """Return one line of the table."""
    if not scores:
        return f"| {name} | 0 | | | |"
    median, low = np.percentile(scores, [50, 5])
    return f"| {name} | {len(scores)} | {median:.4f} | {low:.4f} | {min(scores):.4f} |"


def main() -> int:
    """Print the table. Returns 0, or 2 where there are no masks."""
    parser = argparse.ArgumentParser(description=__doc__)
    default = Path(os.environ.get("MAMMO_MASKS_DIR", BESIDE))
    parser.add_argument("masks", nargs="?", type=Path, default=default, help="folder of mdbNNN.png")
    folder = parser.parse_args().masks
    masks = {path.stem: path for path in sorted(folder.glob("mdb*.png"))}
    if not masks:
        print(f"no mdbNNN.png in {folder}: name a folder of masks, or set MAMMO_MASKS_DIR", file=sys.stderr)
        return 2
    cv2.setNumThreads(1)
    found = measure(masks)
    print("| films | n | median Dice | 5th percentile | least |\n|---|---|---|---|---|")
    print(row("tuned on", [score for film_id, (score, *_) in found.items() if tuned_on(film_id)]))
    print(row("not tuned on", [score for film_id, (score, *_) in found.items() if not tuned_on(film_id)]))
    print(row("all", [score for score, *_ in found.values()]))
    worst = sorted(found, key=lambda film_id: found[film_id][0])[:WORST]
    print("\nleast: " + ", ".join(f"{film_id} {found[film_id][0]:.3f}" for film_id in worst))
    seconds, reference = (float(np.median([times[k] for times in found.values()])) for k in (1, 2))
    print(f"preprocess: {1000 * seconds:.0f} ms a film (median), {seconds / reference:.1f} times OpenCV's CLAHE")
    return 0


if __name__ == "__main__":
    sys.exit(main())
