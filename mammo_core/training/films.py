"""Prepared films with their truth, of MIAS or drawn: what training pictures are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mammo_core.film.load import load_mammogram
from mammo_core.mias.films import open_films
from mammo_core.mias.index import FILM_IDS, annotations_by_film, woman_of
from mammo_core.mias.phantom import draw_phantom
from mammo_core.preprocess import preprocess
from mammo_core.training.settings import ExperimentSettings
from mammo_core.types import LABELS, Circle, Preprocessed

_PHANTOM_PX = 256
_PHANTOM_LESIONS = ((), ("CIRC",), ("SPIC",))
"""A normal, a benign and a malignant phantom take turns."""

Progress = Callable[[float], None]


@dataclass(frozen=True, eq=False)
class TrueFilm:
    """A prepared film with its truth.

    Attributes:
        film_id: Its name.
        woman_id: Whose it is.
        label: Worst class, as an index of `LABELS`.
        lesions: (class index, circle in pixels of the prepared film) of every placed abnormality.
        placed: Whether every abnormality has a place; a film with one that has none cannot be outlined.
        prepared: The film as the network's input is cut from it.
    """

    film_id: str
    woman_id: int
    label: int
    lesions: tuple[tuple[int, Circle], ...]
    placed: bool
    prepared: Preprocessed


def true_films(settings: ExperimentSettings, progress: Progress) -> Iterator[TrueFilm]:
    """Prepare every film of an experiment's source, one after the other.

    Raises:
        DatasetError: MIAS is not there.
    """
    count = settings.data.phantoms if settings.data.source == "phantoms" else len(FILM_IDS)
    films = phantom_films(count) if settings.data.source == "phantoms" else _mias_films()
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


def phantom_films(count: int) -> Iterator[TrueFilm]:
    """Draw phantoms, each a woman of her own; what was drawn decides its class, whatever it might stand for."""
    for number in range(count):
        label = number % len(LABELS)
        phantom = draw_phantom(number, _PHANTOM_PX, lesions=_PHANTOM_LESIONS[label])
        prepared = preprocess(phantom.mammogram)
        lesions = tuple((label, _to_prepared(lesion.circle, prepared.scale)) for lesion in phantom.lesions)
        yield TrueFilm(f"phantom{number:03}", number, label, lesions, True, prepared)


def _to_prepared(circle: Circle, scale: tuple[float, float]) -> Circle:
    return Circle(circle.x / scale[0], circle.y / scale[1], circle.radius_px / scale[0])
