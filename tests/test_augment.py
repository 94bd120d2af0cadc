"""Sixteen variants: seeded, pure, and the first of them untouched."""

import hashlib
from itertools import combinations

import numpy as np
import pytest

from mammo_core.mias.augment import (
    BRIGHTNESS,
    CONTRAST,
    N_VARIANTS,
    Variant,
    all_variants,
    apply_variant,
    draw_variant,
    seeded_fraction,
)
from mammo_core.mias.phantom import draw_phantom

UNTOUCHED = Variant(0, False, 1.0, 0.0)


@pytest.fixture(scope="module")
def region():
    return draw_phantom(3, 512).mammogram.pixels[150:374, 100:324].copy()


def test_there_are_sixteen_and_all_differ(region):
    variants = all_variants(region, 0, "mdb005-1")
    assert variants.shape == (N_VARIANTS, *region.shape)
    assert variants.dtype == np.uint8
    assert not any(np.array_equal(one, other) for one, other in combinations(variants, 2))


def test_the_first_is_untouched_and_the_region_stays_as_it_was(region):
    before = region.copy()
    first = all_variants(region, 7, "mdb005-1")[0]
    assert np.array_equal(first, before)
    assert np.array_equal(region, before)
    assert not np.shares_memory(apply_variant(region, UNTOUCHED), region)


def test_a_variant_follows_from_seed_region_and_number_alone(region):
    alone = apply_variant(region, draw_variant(3, "mdb005-1", 11))
    assert np.array_equal(alone, all_variants(region, 3, "mdb005-1")[11])
    drawn = {draw_variant(seed, name, k) for seed in (0, 1) for name in ("mdb005-1", "mdb005-2") for k in range(1, 16)}
    assert len(drawn) == 2 * 2 * 15


def test_each_turn_and_flip_comes_twice_with_another_tone():
    variants = [draw_variant(0, "mdb010-1", number) for number in range(N_VARIANTS)]
    first, second = ([variant[:2] for variant in half] for half in (variants[:8], variants[8:]))
    assert first == second
    assert sorted(first) == [(turns, flipped) for turns in range(4) for flipped in (False, True)]
    assert len({variant[2:] for variant in variants}) == N_VARIANTS


def test_tones_fill_their_ranges():
    drawn = [draw_variant(0, f"mdb{film:03d}-0", number) for film in range(60) for number in range(1, N_VARIANTS)]
    for values, (low, high) in (([v.contrast for v in drawn], CONTRAST), ([v.brightness for v in drawn], BRIGHTNESS)):
        assert low <= min(values) < low + 0.02 * (high - low)
        assert high - 0.02 * (high - low) < max(values) <= high
        assert np.mean(values) == pytest.approx((low + high) / 2, abs=0.05 * (high - low))


def test_turns_are_counter_clockwise_and_the_flip_comes_after():
    region = np.array([[1, 2], [3, 4]], np.uint8)
    assert np.array_equal(apply_variant(region, Variant(1, False, 1, 0)), [[2, 4], [1, 3]])
    assert np.array_equal(apply_variant(region, Variant(1, True, 1, 0)), [[1, 3], [2, 4]])


def test_tone_is_contrast_about_mid_grey_then_brightness():
    region = np.array([[128, 228], [28, 1]], np.uint8)
    assert np.array_equal(apply_variant(region, Variant(0, False, 0.8, 10)), [[138, 218], [58, 36]])
    assert np.array_equal(apply_variant(region, Variant(0, False, 1.2, -25)), [[103, 223], [1, 1]])


@pytest.mark.parametrize("number", range(N_VARIANTS))
def test_air_stays_air_and_breast_stays_breast(number):
    region = np.repeat(np.array([[0, 1, 100, 255]], np.uint8), 4, axis=0)
    variant = draw_variant(0, "mdb001-1", number)
    geometry = variant._replace(contrast=1.0, brightness=0.0)
    assert np.array_equal(apply_variant(region, variant) == 0, apply_variant(region, geometry) == 0)


def test_a_fraction_is_the_head_of_a_hash():
    """Written down, since data sets of other days and machines hang on it."""
    digest = hashlib.sha256(b"0/mdb005-1/3/contrast").hexdigest()
    assert seeded_fraction(0, "mdb005-1", 3, "contrast") == pytest.approx(int(digest[:12], 16) / 16**12, abs=1e-13)
    assert 0 <= min(map(seeded_fraction, range(1000))) < 0.01
    assert 0.99 < max(map(seeded_fraction, range(1000))) < 1


@pytest.mark.parametrize("number", [-1, 16])
def test_refuses_a_number_that_is_not(number):
    with pytest.raises(ValueError, match=f"from 0 to 15, not {number}"):
        draw_variant(0, "mdb005-1", number)


@pytest.mark.parametrize("region", [np.zeros((4, 5), np.uint8), np.zeros((4, 4)), np.zeros((4, 4, 3), np.uint8)])
def test_refuses_what_is_no_square_of_bytes(region):
    with pytest.raises(ValueError, match="expected a square region of uint8; got"):
        apply_variant(region, UNTOUCHED)
