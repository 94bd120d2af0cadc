"""The pictures of the leakage lab as frozen features, every copy of every case.

Films are prepared as the seeds did it, with CLAHE (`mias.dataset.CONFIG`). A picture is 224 x 224 whatever it shows;
its features are the frozen layers' maps pooled over the whole and over the middle third, as regions are pooled for the
region head. Only numbers are kept, never a picture.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np

from mammo_core.film.load import load_mammogram
from mammo_core.film.regions import SEED_SIDE_PX, cut, seed_crop
from mammo_core.mias.augment import N_VARIANTS, all_variants
from mammo_core.mias.dataset import CONFIG, cut_source
from mammo_core.mias.dataset_sources import Source, find_sources
from mammo_core.mias.index import film_class, woman_of
from mammo_core.network.bundle import Bundle
from mammo_core.network.geometry import REGION_PX
from mammo_core.network.runtime import OnnxNetwork
from mammo_core.preprocess import preprocess
from mammo_core.types import LABELS, Box, Preprocessed

N_ROTATIONS = 8
"""Copies of a film, every 45 degrees."""
MATERIALS: Mapping[str, tuple[str, ...]] = {
    "films": ("films",),
    "lesions": ("lesions_radius",),
    "radius": ("lesions_radius", "normals_central"),
    "fixed": ("lesions_fixed", "normals_fixed"),
    "matched": ("lesions_fixed", "normals_matched"),
    "hard": ("lesions_hard", "normals_hard"),
}
"""{material of a protocol: the parts it is made of}."""
PARTS = tuple(dict.fromkeys(part for parts in MATERIALS.values() for part in parts))
_PART_OF = {"normal": "normals_matched", "hard_normal": "normals_hard", "hard_lesion": "lesions_hard"}
"""{kind of a region in `predictions.csv`: the part it belongs to}."""
Cut = Callable[[Preprocessed], np.ndarray]
Place = tuple[str, str, int, tuple[float, float]]


@dataclass(frozen=True, eq=False)
class Material:
    """Cases and all their copies.

    Attributes:
        case_ids: n names: a film, or a region such as `mdb005-1`.
        labels: (n,) indices of `LABELS`.
        features: (n, copies, d) float32.
    """

    case_ids: tuple[str, ...]
    labels: np.ndarray
    features: np.ndarray

    @property
    def films(self) -> list[str]:
        """The film of each case."""
        return [film_of(case_id) for case_id in self.case_ids]

    @property
    def women(self) -> np.ndarray:
        """(n,) the woman of each case."""
        return np.array([woman_of(film) for film in self.films])

    def with_labels(self, labels: np.ndarray) -> Material:
        """Return the same pictures with other labels."""
        return Material(self.case_ids, labels, self.features)

    @classmethod
    def joined(cls, parts: Iterable[Material]) -> Material:
        """Return several parts as one."""
        parts = list(parts)
        names = tuple(name for part in parts for name in part.case_ids)
        arrays = (np.concatenate([getattr(part, name) for part in parts]) for name in ("labels", "features"))
        return cls(names, *arrays)


def film_of(case_id: str) -> str:
    """Return the film of a case."""
    return case_id.partition("-")[0]


def make_parts(
    films: Mapping[str, bytes], network: OnnxNetwork, bundle: Bundle, progress: Callable[[float], None]
) -> dict[str, Material]:
    """Return every part of `MATERIALS`, film by film.

    Args:
        films: {film_id: bytes}.
        network: The frozen layers.
        bundle: Whose own regions are taken, from its `predictions.csv`: normals matched to lesions, and lesions and
            normals seen from blobs.
        progress: Called with a fraction from 0 to 1.
    """
    work = _work(films, own_places(bundle))
    cases: dict[str, list[tuple[str, int, np.ndarray]]] = {part: [] for part in PARTS}
    for number, (film_id, wanted) in enumerate(work.items(), start=1):
        prepared = preprocess(load_mammogram(films[film_id]), CONFIG)
        for part, case_id, label, cut_out in wanted:
            copies = rotated(prepared) if part == "films" else all_variants(cut_out(prepared), 0, case_id)
            cases[part].append((case_id, label, np.stack([features_of(copy, network) for copy in copies])))
        progress(number / len(work))
    return {
        part: Material(tuple(c[0] for c in found), np.array([c[1] for c in found]), np.stack([c[2] for c in found]))
        for part, found in cases.items()
        if found
    }


def _work(films: Iterable[str], places: Iterable[Place]) -> dict[str, list[tuple[str, str, int, Cut]]]:
    """Return {film: [(part, case, label, what to cut)]}, films in order: an archive is slow otherwise."""
    work: dict[str, list[tuple[str, str, int, Cut]]] = {film_id: [] for film_id in sorted(films)}
    for source in find_sources(films):
        radius, fixed = ("lesions_radius", "lesions_fixed") if source.label else ("normals_central", "normals_fixed")
        case = source.region_id, source.label
        work[source.film_id].append((radius, *case, partial(_as_the_seed, source)))
        work[source.film_id].append((fixed, *case, partial(_fixed_at_source, source)))
    for part, case_id, label, point in places:
        if film_of(case_id) in work:
            work[film_of(case_id)].append((part, case_id, label, partial(_fixed_at_point, point)))
    for film_id, wanted in work.items():
        if film_class(film_id) != "normal":
            wanted.append(("films", film_id, LABELS.index(film_class(film_id)), _nothing))
    return {film_id: wanted for film_id, wanted in work.items() if wanted}


def own_places(bundle: Bundle) -> list[Place]:
    """Return (part, case, label, (x, y) in film pixels) of the model's own regions that are not annotated places."""
    with (bundle.folder / "predictions.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] in _PART_OF and row["repeat"] == "0"]
    counted: Counter[tuple[str, str]] = Counter()
    places = []
    for row in rows:
        part, film_id = _PART_OF[row["kind"]], row["film_id"]
        counted[part, film_id] += 1
        point = float(row["x"]), float(row["y"])
        places.append((part, f"{film_id}-{counted[part, film_id]}", int(row["y_true"]), point))
    return sorted(places)


def rotated(prepared: Preprocessed) -> Iterator[np.ndarray]:
    """Yield the breast on black, 224 x 224 uint8, turned by every 45 degrees; nothing is cut off."""
    rows, columns = (np.flatnonzero(prepared.breast_mask.any(axis=axis)) for axis in (1, 0))
    height, width = int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1
    side = int(np.ceil(np.hypot(height, width)))
    left, top = int(columns[0]) - (side - width) // 2, int(rows[0]) - (side - height) // 2
    square = cut(prepared.image, left, top, side, side)
    small = cv2.resize(square, (SEED_SIDE_PX, SEED_SIDE_PX), interpolation=cv2.INTER_AREA)
    middle = (SEED_SIDE_PX - 1) / 2, (SEED_SIDE_PX - 1) / 2
    for turn in range(N_ROTATIONS):
        frame = cv2.getRotationMatrix2D(middle, 360 * turn / N_ROTATIONS, 1.0)
        yield cv2.warpAffine(small, frame, small.shape[::-1], flags=cv2.INTER_LINEAR)


def features_of(picture: np.ndarray, network: OnnxNetwork) -> np.ndarray:
    """Return (2c,) float32 of a picture: the mean of its map, then the mean of the middle third."""
    features = network.run(picture, ["features"])["features"]
    third = len(features) // 3
    middle = features[third : len(features) - third, third : len(features) - third]
    return np.concatenate([features.mean(axis=(0, 1)), middle.mean(axis=(0, 1))]).astype(np.float32)


def _as_the_seed(source: Source, prepared: Preprocessed) -> np.ndarray:
    return cut_source(prepared, source)[0]


def _fixed_at_source(source: Source, prepared: Preprocessed) -> np.ndarray:
    """Return the square of one size in the middle of what the seed cuts."""
    box = cut_source(prepared, source)[1]
    return _fixed_at_point((box.x + box.width / 2, box.y + box.height / 2), prepared)


def _fixed_at_point(point: tuple[float, float], prepared: Preprocessed) -> np.ndarray:
    x, y = prepared.box_from_film(Box(*point, 0, 0))[:2]
    return seed_crop(prepared.image, Box(x - REGION_PX / 2, y - REGION_PX / 2, REGION_PX, REGION_PX))


def _nothing(prepared: Preprocessed) -> np.ndarray:
    raise ValueError("a film is not cut")


def n_copies(material: str) -> int:
    """Return how many pictures each case of a material has."""
    return N_ROTATIONS if material == "films" else N_VARIANTS
