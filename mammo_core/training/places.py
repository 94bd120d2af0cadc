"""Where regions are taken from, on MIAS and on phantoms alike: every lesion, and two matched places of a normal film.

The same rule as that of the released model's regions (`mammo_core.evaluate.study`): one normal place lies as a lesion
lay in another breast, the second is a bright blob apart from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mammo_core.mias.sampling import nearest_blob, place_apart, place_like, position_of
from mammo_core.types import Circle, Preprocessed


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


@dataclass(frozen=True)
class Place:
    """A region's centre (x, y), in prepared pixels, and its class."""

    film_id: str
    woman_id: int
    label: int
    x: float
    y: float


def region_places(films: Mapping[str, TrueFilm], side_px: int, seed: int) -> list[Place]:
    """Return every lesion's place, and a matched normal and a hard normal one of each normal film.

    Args:
        films: {film_id: film}.
        side_px: Side of a region in prepared pixels; the two normal ones of a film lie so far apart.
        seed: Of the normal places.
    """
    places, positions = [], []
    for film in films.values():
        for label, circle in film.lesions:
            places.append(Place(film.film_id, film.woman_id, label, circle.x, circle.y))
            positions.append(position_of(film.prepared, circle.x, circle.y))
    in_breast = [position for position in positions if position.skin_px > 0]
    rng = np.random.default_rng(seed)
    for film in films.values():
        if film.label or not in_breast:
            continue
        matched = place_like(film.prepared, in_breast[rng.integers(len(in_breast))], rng)
        elsewhere = place_apart(film.prepared, in_breast, matched, side_px, rng)
        hard = nearest_blob(film.prepared, elsewhere, matched, side_px)
        places += [Place(film.film_id, film.woman_id, 0, *place) for place in (matched, hard)]
    return places
