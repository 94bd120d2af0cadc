"""The seed's data set: 224 x 224 regions of MIAS as `.npy`, 1,584 for training, 47 for validation, 48 for testing.

For comparison only, and named so in the set itself: a lesion is cut by its annotated radius and a normal from the
middle of the breast, so the blur alone tells the classes (see `mammo_core.film.regions`). What the seed also had, one
woman in several parts, comes only with the protocol `seed`, which counts and names the women who leak.

A set is gathered beside its folder and moved there in whole: a run that is broken off leaves nothing behind. It holds
no date and no path, so that the same films, seed and code give the same bytes.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mammo_core.config import PreprocessConfig
from mammo_core.errors import DatasetError
from mammo_core.film.load import load_mammogram
from mammo_core.film.regions import SEED_SIDE_PX, seed_central_box, seed_crop, seed_radius_box
from mammo_core.mias.augment import N_VARIANTS, all_variants
from mammo_core.mias.dataset_sources import Protocol, Source, deal_sources, find_sources, leaking_women
from mammo_core.mias.films import open_films
from mammo_core.preprocess import fingerprint, preprocess
from mammo_core.types import LABELS, Box, Preprocessed, pixel_digest

CONFIG = PreprocessConfig(clahe=True)
"""The seed's regions went through CLAHE, artefacts removed."""
COLUMNS = ("part", "index", "film_id", "woman_id", "label", "x", "y", "box", "variant", "digest", "leaks")
"""Of `manifest.csv`. `index` is the row in the part's arrays; x, y (the centre) and `box` (x y width height) are in
film pixels from the top left; `digest` is that of the picture; `leaks` is 1 where the woman is in another part too."""
_NOTICE = (
    "For comparison with the published figures only: radius crops and central normals let the blur tell the classes. "
    "Crops of mini-MIAS (Suckling et al. 1994): for research, not to be passed on. No medical device."
)
_LEAKS = " Films were split at random: women are in several parts, and figures on this split are too good."

Progress = Callable[[float], None]


@dataclass(frozen=True)
class DatasetReport:
    """What was written.

    Attributes:
        folder: Where.
        counts: {part: pictures of each class, in the order of `LABELS`}.
        leaking_women: Women in more than one part; empty under the protocol `woman`.
        digest: sha256 over all files: the same for the same films, seed, protocol and code.
    """

    folder: Path
    counts: Mapping[str, tuple[int, ...]]
    leaking_women: tuple[int, ...]
    digest: str


def build_dataset(
    out: Path,
    protocol: Protocol = "woman",
    seed: int = 0,
    films: Mapping[str, bytes] | None = None,
    progress: Progress | None = None,
) -> DatasetReport:
    """Write the seed's data set into a folder.

    For each part `PART_images.npy` (n x 224 x 224 uint8) and `PART_labels.npy` (n uint8: 0 normal, 1 benign, 2
    malignant), PART being train, validation and test; `manifest.csv` (`COLUMNS`); and `dataset.json`.

    Args:
        out: Folder that is not there yet, or is empty.
        protocol: `woman`: no woman in two parts; `seed`: films split at random, as the seed did.
        seed: Of the split and of the variants' tones.
        films: {film_id: bytes of the film}; MIAS where it is found when left out.
        progress: Called with a fraction from 0 to 1.

    Raises:
        DatasetError: MIAS is not there, or lacks films.
        ImageError: A film cannot be read or prepared.
        ValueError: `out` is a file or holds something, or there is no such protocol.
        OSError: The folder cannot be written.
    """
    check_out(out)
    films = open_films() if films is None else films
    chosen = deal_sources(find_sources(films), seed, protocol)
    leaking = leaking_women(chosen)
    out = Path(os.path.realpath(out))
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".build-dataset-", dir=out.parent) as staging:
        folder = Path(staging) / "set"
        folder.mkdir()
        regions = _cut_regions(films, [source for part in chosen.values() for source in part], progress)
        rows = [row for part, sources in chosen.items() for row in _write_part(folder, part, sources, regions, seed)]
        _write_manifest(folder / "manifest.csv", rows, leaking)
        digest = _write_description(folder / "dataset.json", protocol, seed, chosen, leaking)
        os.replace(folder, out)
    return DatasetReport(out, _counts(chosen), leaking, digest)


def check_out(out: Path) -> None:
    """Raise ValueError unless a data set may be written to `out`: a folder that is not there yet, or is empty."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ValueError(f"--out must be a new or an empty folder; {out} is there and holds something. Name another")


def cut_source(prepared: Preprocessed, source: Source) -> tuple[np.ndarray, Box]:
    """Return a source's region and its box, in pixels of the film.

    Args:
        prepared: The source's film.
        source: What to cut: the square of the annotated radius, or the middle of a normal breast.

    Returns:
        224 x 224 uint8, and the square it was cut from.
    """
    if source.circle is None:
        box = prepared.box_to_film(seed_central_box(prepared.breast_mask, prepared.pectoral_mask))
    else:
        box = seed_radius_box(source.circle.x, source.circle.y, source.circle.radius_px)
    return seed_crop(prepared.image, prepared.box_from_film(box)), box


def _cut_regions(
    films: Mapping[str, bytes], sources: Iterable[Source], progress: Progress | None
) -> dict[Source, tuple[np.ndarray, Box]]:
    """Return {source: (region, box in film pixels)}. Films are read in order: an archive is slow otherwise."""
    wanted = sorted(sources, key=lambda source: source.region_id)
    regions = {}
    for number, source in enumerate(wanted, start=1):
        if number == 1 or source.film_id != wanted[number - 2].film_id:
            prepared = preprocess(load_mammogram(films[source.film_id]), CONFIG)
        regions[source] = cut_source(prepared, source)
        if not regions[source][0].any():
            raise DatasetError(
                f"region {source.region_id} holds no breast; {source.film_id} is not the film that MIAS published, or "
                "its outline failed. Import MIAS again, or report it."
            )
        if progress:
            progress(number / len(wanted))
    return regions


def _write_part(
    folder: Path, part: str, sources: tuple[Source, ...], regions: Mapping[Source, tuple[np.ndarray, Box]], seed: int
) -> Iterator[tuple]:
    """Write a part's arrays and yield its rows of the manifest, without the last column."""
    n_variants = N_VARIANTS if part == "train" else 1
    images = np.empty((len(sources) * n_variants, SEED_SIDE_PX, SEED_SIDE_PX), np.uint8)
    for place, source in enumerate(sources):
        region, box = regions[source]
        variants = all_variants(region, seed, source.region_id)[:n_variants]
        images[place * n_variants :][:n_variants] = variants
        centre = f"{box.x + box.width / 2:g}", f"{box.y + box.height / 2:g}"
        square = " ".join(f"{value:g}" for value in box)
        where = (source.film_id, source.woman_id, source.label, *centre, square)
        for number, variant in enumerate(variants):
            yield (part, place * n_variants + number, *where, number, pixel_digest(variant))
    np.save(folder / f"{part}_images.npy", images)
    np.save(folder / f"{part}_labels.npy", np.repeat(np.array([s.label for s in sources], np.uint8), n_variants))


def _write_manifest(path: Path, rows: Iterable[tuple], leaking: tuple[int, ...]) -> None:
    """Write `manifest.csv`; the last column marks the women in several parts."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([*row, int(row[COLUMNS.index("woman_id")] in leaking)] for row in rows)


def _write_description(
    path: Path, protocol: Protocol, seed: int, chosen: Mapping[str, tuple[Source, ...]], leaking: tuple[int, ...]
) -> str:
    """Write `dataset.json` and return the total digest, over every other file and what the set says of itself."""
    counts = _counts(chosen)
    description = {
        "notice": _NOTICE + (_LEAKS if protocol == "seed" else ""),
        "protocol": protocol,
        "seed": seed,
        "labels": list(LABELS),
        "n_images": {part: sum(counts[part]) for part in counts},
        "n_images_by_class": {part: dict(zip(LABELS, counts[part], strict=True)) for part in counts},
        "n_sources": {part: len(sources) for part, sources in chosen.items()},
        "variants_per_training_source": N_VARIANTS,
        "region": {"lesion": "square of the annotated radius", "normal": "central square", "side_px": SEED_SIDE_PX},
        "n_leaking_women": len(leaking),
        "leaking_women": list(leaking),
        "preprocess": CONFIG.to_dict(),
        "fingerprint": fingerprint(CONFIG),
        "sha256": {file.name: _sha256(file) for file in sorted(path.parent.iterdir())},
    }
    digest = hashlib.sha256(json.dumps(description, sort_keys=True).encode()).hexdigest()
    path.write_text(json.dumps(description | {"digest": digest}, indent=2) + "\n", encoding="utf-8", newline="\n")
    return digest


def _counts(chosen: Mapping[str, tuple[Source, ...]]) -> dict[str, tuple[int, ...]]:
    """Return {part: pictures of each class}."""
    labels = {part: [source.label for source in sources] for part, sources in chosen.items()}
    n_variants = {part: N_VARIANTS if part == "train" else 1 for part in chosen}
    return {part: tuple(n_variants[part] * labels[part].count(k) for k in range(len(LABELS))) for part in chosen}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
