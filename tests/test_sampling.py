"""Normal places are taken where a lesion could have been, and hard ones at the nearest blob."""

import numpy as np
import pytest

from mammo_core import preprocess
from mammo_core.mias.phantom import draw_phantom
from mammo_core.mias.sampling import nearest_blob, place_apart, place_like, position_of


@pytest.fixture(scope="module", params=["L", "R"])
def prepared(request):
    return preprocess(draw_phantom(5, laterality=request.param).mammogram)


def test_a_copied_position_lies_in_the_breast_where_the_lesion_lay(prepared):
    rng = np.random.default_rng(0)
    lesion = position_of(prepared, *place_like(prepared, position_of(prepared, 400, 500), rng))
    for _ in range(20):
        x, y = place_like(prepared, lesion, rng)
        copy = position_of(prepared, x, y)
        assert prepared.breast_mask[int(y), int(x)]
        assert copy.height == pytest.approx(lesion.height, abs=0.07)
        assert copy.depth == pytest.approx(lesion.depth, abs=0.11)
        assert copy.skin_px == pytest.approx(lesion.skin_px, abs=9)


def test_depth_counts_from_the_chest_wall_on_both_sides(prepared):
    columns = np.flatnonzero(prepared.breast_mask.any(axis=0))
    rows = np.flatnonzero(prepared.breast_mask.any(axis=1))
    left, right = (position_of(prepared, x, rows.mean()).depth for x in (columns[0], columns[-1]))
    widest_left = prepared.breast_mask[:, columns[5]].sum() > prepared.breast_mask[:, columns[-5]].sum()
    assert (left, right) == ((0, 1) if widest_left else (1, 0))


def test_a_place_beside_the_breast_has_no_distance_to_the_skin(prepared):
    assert position_of(prepared, *np.argwhere(~prepared.breast_mask)[0][::-1]).skin_px == 0


def test_the_nearest_blob_is_a_bright_spot_inside_the_breast(prepared):
    y, x = np.argwhere(prepared.breast_mask)[len(np.argwhere(prepared.breast_mask)) // 2]
    blob_x, blob_y = nearest_blob(prepared, (float(x), float(y)), (0.0, 0.0), 96)
    around = prepared.image[int(blob_y) - 12 : int(blob_y) + 13, int(blob_x) - 12 : int(blob_x) + 13]
    assert prepared.breast_mask[int(blob_y), int(blob_x)]
    assert around[8:17, 8:17].mean() > around.mean()


def test_a_hard_place_never_overlaps_the_film_s_other_normal_place(prepared):
    rng = np.random.default_rng(1)
    positions = [position_of(prepared, x, y) for x, y in ((400, 500), (450, 700), (500, 300))]
    for _ in range(5):
        other = place_like(prepared, positions[0], rng)
        place = place_apart(prepared, positions, other, 96, rng)
        blob = nearest_blob(prepared, place, other, 96)
        assert np.hypot(place[0] - other[0], place[1] - other[1]) >= 96
        assert np.hypot(blob[0] - other[0], blob[1] - other[1]) >= 96


def test_a_breast_too_small_for_two_places_gives_the_farthest(prepared):
    positions = [position_of(prepared, 400, 500)]
    x, y = place_apart(prepared, positions, (400.0, 500.0), 1e6, np.random.default_rng(0))
    assert prepared.breast_mask[int(y), int(x)]


def test_the_same_seed_gives_the_same_places(prepared):
    position = position_of(prepared, 400, 500)
    places = [place_like(prepared, position, np.random.default_rng(3)) for _ in range(2)]
    assert places[0] == places[1]
