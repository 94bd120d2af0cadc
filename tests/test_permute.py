"""Labels are dealt to other women, whole women at a time, and everything else stays as it was."""

from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest

from mammo_core import preprocess
from mammo_core.evaluate.permute import permuted_truth
from mammo_core.mias.index import annotations_by_film, film_class, films_of, woman_of
from mammo_core.mias.phantom import draw_phantom
from mammo_core.mias.sampling import position_of

FILM_IDS = [film_id for woman in (1, 3, 5, 8, 12) for film_id in films_of(woman)]


@pytest.fixture(scope="module")
def study():
    """Phantoms under the names of MIAS films of five women, three of them with an annotated place."""
    prepared = {film_id: preprocess(draw_phantom(i).mammogram) for i, film_id in enumerate(FILM_IDS)}
    films = [SimpleNamespace(film_id=film_id, woman_id=woman_of(film_id)) for film_id in FILM_IDS]
    return SimpleNamespace(films=films, prepared=prepared)


def classes(truth):
    return {film_id: max(a.severity != "normal" for a in found) for film_id, found in truth.items()}


def test_a_woman_gets_both_films_of_one_other_woman(study):
    truth = permuted_truth(study, 1)
    given = Counter(tuple(truth[film_id][0].abnormality for film_id in films_of(w)) for w in (1, 3, 5, 8, 12))
    own = Counter(
        tuple(annotations_by_film()[film_id][0].abnormality for film_id in films_of(w)) for w in (1, 3, 5, 8, 12)
    )
    assert given == own
    assert all(a.film_id == film_id for film_id, found in truth.items() for a in found)


def test_permutations_differ_and_each_can_be_repeated(study):
    assert permuted_truth(study, 2) == permuted_truth(study, 2)
    tied = {film_id: film_class(film_id) != "normal" for film_id in FILM_IDS}
    assert any(classes(permuted_truth(study, number)) != tied for number in range(5))
    assert len({tuple(classes(permuted_truth(study, number)).values()) for number in range(8)}) > 1


def test_a_lesion_lies_in_the_other_breast_where_it_lay_in_its_own(study):
    placed = [a for found in annotations_by_film().values() for a in found if a.circle and a.film_id in FILM_IDS]
    moved = [a for found in permuted_truth(study, 3).values() for a in found if a.circle]
    assert len(moved) == len(placed) > 0
    own = {}
    for a in placed:
        position = position_of(study.prepared[a.film_id], a.circle.x, a.circle.y)
        own[a.severity, a.circle.radius_px] = position
    for a in moved:
        x, y = np.array([a.circle.x, a.circle.y]) / study.prepared[a.film_id].scale
        assert study.prepared[a.film_id].breast_mask[int(y), int(x)]
        before, after = own[a.severity, a.circle.radius_px], position_of(study.prepared[a.film_id], x, y)
        assert after.height == pytest.approx(before.height, abs=0.15)
