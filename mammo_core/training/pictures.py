"""MIAS, or phantoms, as pictures for a network: regions, films unrolled about the breast's centroid, or whole films.

Made once and kept in `runs/pictures/` (a few minutes for MIAS), by a name that hangs on everything that shapes them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from mammo_core.config import PreprocessConfig
from mammo_core.film.load import load_mammogram
from mammo_core.film.polar import polar_frame
from mammo_core.film.regions import cut_fixed
from mammo_core.mias.films import open_films
from mammo_core.mias.index import FILM_IDS, annotations_by_film, woman_of
from mammo_core.mias.phantom import draw_phantom
from mammo_core.mias.splits import N_FOLDS, load_folds
from mammo_core.network.geometry import REGION_PX
from mammo_core.preprocess import fingerprint, preprocess
from mammo_core.training.places import TrueFilm, region_places
from mammo_core.training.run_folder import runs_dir
from mammo_core.training.settings import ExperimentSettings
from mammo_core.types import LABELS, Circle

PLACES_SEED = 0
"""Of normal places: the same for every run, so that runs can be compared."""
_PHANTOM_PX = 256
_PHANTOM_LESIONS = ((), ("CIRC",), ("SPIC",))
"""A normal, a benign and a malignant phantom take turns."""

Progress = Callable[[float], None]


@dataclass(frozen=True, eq=False)
class Pictures:
    """All pictures with their truth.

    Attributes:
        images: n x side x side uint8.
        labels: (n,) class indices; of the film for polar pictures and films.
        masks: n x side x side bool, the lesions of whole films; empty (0, 0, 0) for others.
        women: (n,) whose they are.
        names: (n,) film_id and number, such as `mdb005-2`.
    """

    images: np.ndarray
    labels: np.ndarray
    masks: np.ndarray
    women: np.ndarray
    names: np.ndarray

    def of(self, chosen: np.ndarray) -> Pictures:
        """Return some of them: n booleans or indices."""
        masks = self.masks[chosen] if len(self.masks) else self.masks
        return Pictures(self.images[chosen], self.labels[chosen], masks, self.women[chosen], self.names[chosen])

    def __len__(self) -> int:
        return len(self.images)


@dataclass(frozen=True, eq=False)
class Parts:
    """Pictures for learning, for choosing the epoch, and of women kept apart until the end."""

    train: Pictures
    validation: Pictures
    test: Pictures


def load_parts(settings: ExperimentSettings, progress: Progress = lambda fraction: None) -> Parts:
    """Return the pictures of the committed folds: one is tested, the next validates, the other three teach.

    Raises:
        DatasetError: MIAS is not there.
    """
    pictures = load_pictures(settings, progress)
    folds = _folds(settings)
    fold = np.array([folds[woman] for woman in pictures.women])
    test, validation = settings.data.fold, (settings.data.fold + 1) % N_FOLDS
    teaches = (fold != test) & (fold != validation)
    return Parts(pictures.of(teaches), pictures.of(fold == validation), pictures.of(fold == test))


def load_pictures(settings: ExperimentSettings, progress: Progress = lambda fraction: None) -> Pictures:
    """Return all pictures that an experiment needs, made now or kept from an earlier run.

    Regions are kept at their own size and resized here: finding their places is what takes long.
    """
    kept = runs_dir() / "pictures" / f"{_digest(settings)[:16]}.npz"
    if kept.is_file():
        with np.load(kept) as found:
            pictures = Pictures(**{name: found[name] for name in found.files})
    else:
        pictures = _make(settings, kept, progress)
    return replace(pictures, images=np.stack([_resized(image, settings.side_px) for image in pictures.images]))


def _make(settings: ExperimentSettings, kept: Path, progress: Progress) -> Pictures:
    films = {film.film_id: film for film in _films(settings, lambda fraction: progress(0.5 * fraction))}
    made = _MAKERS[settings.picture](films, settings.side_px, lambda fraction: progress(0.5 + 0.5 * fraction))
    kept.parent.mkdir(parents=True, exist_ok=True)
    aside = kept.with_suffix(".partial.npz")
    np.savez(aside, **vars(made))
    aside.replace(kept)
    return made


def _films(settings: ExperimentSettings, progress: Progress) -> Iterator[TrueFilm]:
    """Prepare every film of the source."""
    count = settings.data.phantoms if settings.data.source == "phantoms" else len(FILM_IDS)
    films = _phantom_films(count) if settings.data.source == "phantoms" else _mias_films()
    for number, film in enumerate(films, start=1):
        yield film
        progress(number / count)


def _mias_films() -> Iterator[TrueFilm]:
    sources = open_films()
    for film_id in FILM_IDS:
        prepared = preprocess(load_mammogram(sources[film_id]))
        marks = annotations_by_film()[film_id]
        lesions = tuple((LABELS.index(a.severity), _to_prepared(a.circle, prepared.scale)) for a in marks if a.circle)
        placed = all(a.circle or a.severity == "normal" for a in marks)
        label = max(LABELS.index(a.severity) for a in marks)
        yield TrueFilm(film_id, woman_of(film_id), label, lesions, placed, prepared)


def _phantom_films(count: int) -> Iterator[TrueFilm]:
    """Draw phantoms, each a woman of her own; what was drawn decides its class, whatever it might stand for."""
    for number in range(count):
        label = number % len(LABELS)
        phantom = draw_phantom(number, _PHANTOM_PX, lesions=_PHANTOM_LESIONS[label])
        prepared = preprocess(phantom.mammogram)
        lesions = tuple((label, _to_prepared(lesion.circle, prepared.scale)) for lesion in phantom.lesions)
        yield TrueFilm(f"phantom{number:03}", number, label, lesions, True, prepared)


def _to_prepared(circle: Circle, scale: tuple[float, float]) -> Circle:
    return Circle(circle.x / scale[0], circle.y / scale[1], circle.radius_px / scale[0])


def _regions(films: dict[str, TrueFilm], _side_px: int, progress: Progress) -> Pictures:
    places = region_places(films, REGION_PX, PLACES_SEED)
    images, names, counts = [], [], dict.fromkeys(films, 0)
    for number, place in enumerate(places, start=1):
        square = cut_fixed(films[place.film_id].prepared.image, place.x, place.y, REGION_PX)
        images.append(square)
        counts[place.film_id] += 1
        names.append(f"{place.film_id}-{counts[place.film_id]}")
        progress(number / len(places))
    labels, women = [place.label for place in places], [place.woman_id for place in places]
    return _gathered(images, labels, [], women, names)


def _polar(films: dict[str, TrueFilm], side_px: int, progress: Progress) -> Pictures:
    images = []
    for number, film in enumerate(films.values(), start=1):
        frame = polar_frame(film.prepared.breast_mask, (side_px, side_px))
        images.append(frame.unroll(film.prepared.image))
        progress(number / len(films))
    return _gathered(images, *_film_columns(films, []))


def _whole_films(films: dict[str, TrueFilm], side_px: int, progress: Progress) -> Pictures:
    """Cut each film to its breast, in a square that is shrunk; films with an unplaced abnormality are left out."""
    films = {film_id: film for film_id, film in films.items() if film.placed}
    images, masks = [], []
    for number, film in enumerate(films.values(), start=1):
        drawn = np.zeros(film.prepared.image.shape, np.uint8)
        for _, circle in film.lesions:
            cv2.circle(drawn, (round(circle.x), round(circle.y)), max(1, round(circle.radius_px)), 255, -1)
        rows, columns = np.nonzero(film.prepared.breast_mask)
        side = int(max(np.ptp(rows), np.ptp(columns))) + 1
        centre = (rows.min() + rows.max()) / 2, (columns.min() + columns.max()) / 2
        squares = [cut_fixed(picture, centre[1], centre[0], side) for picture in (film.prepared.image, drawn)]
        images.append(_resized(squares[0], side_px))
        masks.append(_resized(squares[1], side_px) > 127)
        progress(number / len(films))
    return _gathered(images, *_film_columns(films, masks))


def _film_columns(films: dict[str, TrueFilm], masks: list[np.ndarray]) -> tuple[list, list, list, list]:
    every = list(films.values())
    return [film.label for film in every], masks, [film.woman_id for film in every], list(films)


def _gathered(images: list, labels: list, masks: list, women: list, names: list) -> Pictures:
    empty = np.zeros((0, 0, 0), bool)
    return Pictures(
        np.stack(images), np.array(labels), np.stack(masks) if masks else empty, np.array(women), np.array(names)
    )


def _resized(square: np.ndarray, side_px: int) -> np.ndarray:
    if square.shape[0] == side_px:
        return square
    shrinks = square.shape[0] > side_px
    return cv2.resize(square, (side_px, side_px), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)


_MAKERS = {"region": _regions, "polar": _polar, "film": _whole_films}


def _folds(settings: ExperimentSettings) -> dict[int, int]:
    """Return {woman: her fold}; phantoms go round, one of each class to a fold."""
    if settings.data.source == "phantoms":
        return {number: number // len(LABELS) % N_FOLDS for number in range(settings.data.phantoms)}
    return {woman: folds[settings.data.repeat] for woman, folds in load_folds().items()}


def _digest(settings: ExperimentSettings) -> str:
    """Return what tells these pictures from others: films, preparing, kind, size and the code that cuts them."""
    data = settings.data
    side_px = REGION_PX if settings.picture == "region" else settings.side_px
    source = [data.source, data.phantoms if data.source == "phantoms" else 0, settings.picture, side_px]
    code = [Path(__file__), Path(__file__).with_name("places.py")]
    parts = [*source, PLACES_SEED, fingerprint(PreprocessConfig())]
    parts += [hashlib.sha256(path.read_bytes()).hexdigest() for path in code]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
