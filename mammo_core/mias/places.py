"""Places to take regions from: every lesion, and two of each normal film, chosen as `sampling` says.

One rule for the released model (`mammo_core.evaluate.study`) and for experiments (`mammo_core.training`), on MIAS and
on phantoms alike: where the normal regions lie decides how hard the task is, and two rules would be two tasks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mammo_core.mias.sampling import nearest_blob, place_apart, place_like, position_of
from mammo_core.types import Preprocessed

Lesion = tuple[int, float, float]
"""Class as an index of `LABELS`, and centre (x, y) in prepared pixels."""


@dataclass(frozen=True)
class Place:
    """A region to be.

    Attributes:
        film_id: The film it lies on.
        kind: `lesion`, `normal` or `hard_normal`.
        label: Index of `LABELS`.
        x: Of its centre, in prepared pixels, and
        y: likewise.
    """

    film_id: str
    kind: str
    label: int
    x: float
    y: float


def region_places(
    films: Mapping[str, Preprocessed],
    lesions: Mapping[str, Sequence[Lesion]],
    labels: Mapping[str, int],
    side_px: int,
    seed: int,
) -> list[Place]:
    """Return the place of every lesion, then a matched normal and a hard normal one of each normal film.

    Args:
        films: {film_id: the prepared film}.
        lesions: {film_id: its lesions}; those outside the breast lend no position to normal places.
        labels: {film_id: its worst class}; a film may be abnormal without a lesion that has a place.
        side_px: Side of a region in prepared pixels; the two normal places of a film lie so far apart.
        seed: Of the normal places.
    """
    places = [Place(film_id, "lesion", *lesion) for film_id in films for lesion in lesions[film_id]]
    positions = [position_of(films[place.film_id], place.x, place.y) for place in places]
    in_breast = [position for position in positions if position.skin_px > 0]
    rng = np.random.default_rng(seed)
    for film_id, film in films.items():
        if labels[film_id] or not in_breast:
            continue
        matched = place_like(film, in_breast[rng.integers(len(in_breast))], rng)
        elsewhere = place_apart(film, in_breast, matched, side_px, rng)
        hard = nearest_blob(film, elsewhere, matched, side_px)
        places += [Place(film_id, "normal", 0, *matched), Place(film_id, "hard_normal", 0, *hard)]
    return places
