"""Dealing the labels to other women: what the whole procedure gives where there is nothing to learn.

Both films of a woman get the truth of another woman's two films. A lesion is laid at the place of the other breast
that it had in its own (height, depth, distance to the skin), so that everything the study takes from positions stays as
it was; only the tie between a film and its truth is cut.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from mammo_core.evaluate.study import Study, Truth
from mammo_core.mias.index import annotations_by_film
from mammo_core.mias.sampling import place_like, position_of
from mammo_core.types import Annotation, Circle, Preprocessed


def permuted_truth(study: Study, number: int) -> Truth:
    """Return the truth after one permutation of the women.

    Args:
        study: With both films of each woman.
        number: Which permutation; it seeds the draw.
    """
    rng = np.random.default_rng((1994, number))
    films: dict[int, list[str]] = {}
    for film in study.films:
        films.setdefault(film.woman_id, []).append(film.film_id)
    women = sorted(films)
    truth = {}
    for woman, giver in zip(women, rng.permutation(women), strict=True):
        for film_id, given in zip(films[woman], films[giver], strict=True):
            truth[film_id] = tuple(_moved(a, film_id, study.prepared, rng) for a in annotations_by_film()[given])
    return truth


def _moved(
    annotation: Annotation, film_id: str, prepared: Mapping[str, Preprocessed], rng: np.random.Generator
) -> Annotation:
    """Return an annotation on another film, its circle at the corresponding place."""
    circle = annotation.circle
    if circle is not None:
        own, other = prepared[annotation.film_id], prepared[film_id]
        position = position_of(own, circle.x / own.scale[0], circle.y / own.scale[1])
        x, y = place_like(other, position, rng)
        circle = Circle(x * other.scale[0], y * other.scale[1], circle.radius_px)
    return replace(annotation, film_id=film_id, circle=circle)
