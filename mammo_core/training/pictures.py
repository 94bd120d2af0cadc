"""MIAS, or phantoms, as pictures for a network: regions, films unrolled about the breast's centroid, or whole films.

Made once and kept in `runs/pictures/` (a few minutes for MIAS), by a name that hangs on everything that shapes them.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from mammo_core.config import PreprocessConfig
from mammo_core.film.polar import polar_frame
from mammo_core.film.regions import cut_fixed
from mammo_core.mias import places, sampling
from mammo_core.mias.splits import N_FOLDS, load_folds
from mammo_core.network.geometry import REGION_PX
from mammo_core.preprocess import fingerprint
from mammo_core.training import films as films_room
from mammo_core.training.films import Progress, TrueFilm, true_films
from mammo_core.training.run_folder import runs_dir
from mammo_core.training.settings import ExperimentSettings
from mammo_core.types import LABELS

PLACES_SEED = 0
"""Of normal places: the same for every run, so that runs can be compared."""


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
    films = {film.film_id: film for film in true_films(settings, lambda fraction: progress(0.5 * fraction))}
    made = _MAKERS[settings.picture](films, settings.side_px, lambda fraction: progress(0.5 + 0.5 * fraction))
    kept.parent.mkdir(parents=True, exist_ok=True)
    aside = kept.with_suffix(".partial.npz")
    np.savez(aside, **vars(made))
    aside.replace(kept)
    return made


def _regions(films: dict[str, TrueFilm], _side_px: int, progress: Progress) -> Pictures:
    prepared = {film_id: film.prepared for film_id, film in films.items()}
    lesions = {
        film_id: [(label, circle.x, circle.y) for label, circle in film.lesions] for film_id, film in films.items()
    }
    labels = {film_id: film.label for film_id, film in films.items()}
    found = places.region_places(prepared, lesions, labels, REGION_PX, PLACES_SEED)
    images, names, counts = [], [], dict.fromkeys(films, 0)
    for number, place in enumerate(found, start=1):
        images.append(cut_fixed(prepared[place.film_id].image, place.x, place.y, REGION_PX))
        counts[place.film_id] += 1
        names.append(f"{place.film_id}-{counts[place.film_id]}")
        progress(number / len(found))
    women = [films[place.film_id].woman_id for place in found]
    return _gathered(images, [place.label for place in found], [], women, names)


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
    code = [Path(module.__file__) for module in (films_room, places, sampling)] + [Path(__file__)]
    parts = [*source, PLACES_SEED, fingerprint(PreprocessConfig())]
    parts += [hashlib.sha256(path.read_bytes()).hexdigest() for path in code]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
