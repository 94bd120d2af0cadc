"""Regions: the honest square has one size for all; the seed's depend on the truth and are named so."""

import numpy as np
import pytest

from mammo_core.film.regions import SEED_SIDE_PX, cut, cut_fixed, seed_central_box, seed_crop, seed_radius_box
from mammo_core.mias.phantom import draw_phantom
from mammo_core.network.grid import cut_region
from mammo_core.types import Box

FILM = np.arange(1, 101, dtype=np.uint8).reshape(10, 10)


def test_a_window_beyond_the_film_is_zero():
    window = cut(FILM, -1, 8, 3, 4)
    assert np.array_equal(window, [[0, 81, 82], [0, 91, 92], [0, 0, 0], [0, 0, 0]])
    assert not cut(FILM, 50, -50, 3, 3).any()


def test_a_window_is_a_copy():
    window = cut(FILM, 0, 0, 4, 4)
    window[:] = 0
    assert FILM[0, 0] == 1


@pytest.mark.parametrize(("x", "y"), [(5, 5), (4.6, 5.4), (0, 0), (9, 9)])
def test_the_fixed_square_has_one_size_and_its_centre_in_the_middle(x, y):
    region = cut_fixed(FILM, x, y, 4)
    assert region.shape == (4, 4)
    assert region[2, 2] == FILM[round(y), round(x)]


def test_the_network_sees_the_fixed_square():
    image = draw_phantom(1, 256).mammogram.pixels
    assert np.array_equal(cut_region(image, 100.4, 30), cut_fixed(image, 100.4, 30, 96))
    assert np.array_equal(cut_region(image, 100.4, 60), image[12:108, 52:148])


def test_the_seeds_square_follows_the_annotated_radius():
    assert seed_radius_box(50, 40, 10) == Box(40, 30, 20, 20)
    with pytest.raises(ValueError, match="radius_px must be positive, not 0"):
        seed_radius_box(50, 40, 0)


def test_the_seeds_normal_region_is_central_and_leaves_the_muscle_out():
    breast, pectoral = np.zeros((2, 100, 80), bool)
    breast[10:90, :60] = True
    pectoral[10:50, :60] = True
    assert seed_central_box(breast, np.zeros_like(breast)) == Box(15, 35, 30, 30)
    assert seed_central_box(breast, pectoral) == Box(20, 60, 20, 20)
    with pytest.raises(ValueError, match="outside the pectoral muscle"):
        seed_central_box(pectoral, pectoral)


@pytest.mark.parametrize("seed", range(4))
def test_the_seeds_normal_region_lies_in_the_breast(seed):
    phantom = draw_phantom(seed, 512)
    box = seed_central_box(phantom.breast_mask, phantom.pectoral_mask)
    window = cut(phantom.breast_mask, *(round(value) for value in box))
    assert window.mean() > 0.9


@pytest.mark.parametrize("side", [1, 7, 224, 400])
def test_the_seeds_picture_is_224_whatever_was_cut(side):
    image = np.full((500, 500), 90, np.uint8)
    crop = seed_crop(image, Box(20.2, 30.4, side, side))
    assert crop.shape == (SEED_SIDE_PX, SEED_SIDE_PX)
    assert crop.dtype == np.uint8
    assert (crop == 90).all()


def test_the_seeds_picture_of_its_own_size_is_the_film_itself():
    image = draw_phantom(2, 512).mammogram.pixels
    assert np.array_equal(seed_crop(image, Box(100, 50, 224, 224)), image[50:274, 100:324])


def test_a_small_radius_shows_as_blur():
    """Why the seed's regions are for comparison only."""
    image = np.random.default_rng(0).integers(1, 256, (500, 500)).astype(np.uint8)
    small, large = (seed_crop(image, seed_radius_box(250, 250, radius)) for radius in (12, 100))
    steps = [np.abs(np.diff(crop.astype(float))).mean() for crop in (small, large)]
    assert steps[0] < steps[1] / 3
