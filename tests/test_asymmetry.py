"""Left against right: two like breasts give next to nothing, a lesion on one side stands out there, and only there."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from mammo_core.errors import ImageError
from mammo_core.film.asymmetry import MIN_SHARED, compare_breasts
from mammo_core.mias.phantom import draw_phantom
from mammo_core.preprocess import preprocess
from mammo_core.types import Mammogram, pixel_digest

SIZE = 512
RADIUS = 20
SEEDS = (3, 5, 8)


def drawn(seed: int, side: str) -> Mammogram:
    return draw_phantom(seed, SIZE, laterality=side, lesions=(), artefacts=False).mammogram


def with_lesion(mammogram: Mammogram, place: tuple[float, float]) -> Mammogram:
    """Add a soft mass of `RADIUS` at (x, y), given as shares of the film."""
    y, x = np.mgrid[:SIZE, :SIZE]
    distance = np.hypot(x - place[0] * SIZE, y - place[1] * SIZE)
    mass = 90 * np.exp(-((distance / RADIUS) ** 2))
    return restored(mammogram, np.minimum(mammogram.pixels + mass, 255).astype(np.uint8))


def restored(mammogram: Mammogram, pixels: np.ndarray, **changes: object) -> Mammogram:
    pixels = np.ascontiguousarray(pixels)
    return replace(mammogram, pixels=pixels, digest=pixel_digest(pixels), **changes)


def somewhere_in(mammogram: Mammogram) -> tuple[float, float]:
    """Return a place in the breast beside the muscle, as shares of the film."""
    film = preprocess(mammogram)
    rows, columns = np.nonzero(film.breast_mask & ~film.pectoral_mask)
    height, width = film.image.shape
    return float(columns.mean() / width), float(rows.mean() / height)


def peak(share: np.ndarray) -> tuple[float, float]:
    """Return (x, y) of a map's middle of strength: the mean place of what reaches nine tenths of its maximum."""
    rows, columns = np.nonzero(share >= 0.9 * share.max())
    return columns.mean(), rows.mean()


def distance(share: np.ndarray, place: tuple[float, float]) -> float:
    """Return how far a map's peak is from a place, in radii of the lesion."""
    unit = share.shape[1] / SIZE
    x, y = peak(share)
    return float(np.hypot(x / unit - place[0] * SIZE, y / unit - place[1] * SIZE) / RADIUS)


@pytest.mark.parametrize("seed", SEEDS)
def test_two_like_breasts_give_next_to_nothing(seed):
    found = compare_breasts(*(preprocess(drawn(seed, side)) for side in "RL"))
    assert found.shared > 0.98
    assert max(found.first.max(), found.second.max()) < 0.1


@pytest.mark.parametrize("seed", SEEDS)
def test_a_lesion_on_one_side_stands_out_there_and_not_on_the_other_side(seed):
    right, left = drawn(seed, "R"), drawn(seed, "L")
    place = somewhere_in(left)
    found = compare_breasts(preprocess(right), preprocess(with_lesion(left, place)))
    assert found.second.max() > 0.2
    assert distance(found.second, place) < 1
    assert found.first.max() < found.second.max() / 3


def test_the_order_of_the_breasts_makes_no_difference_to_what_is_found():
    right, left = drawn(3, "R"), drawn(3, "L")
    place = somewhere_in(left)
    found = compare_breasts(preprocess(with_lesion(left, place)), preprocess(right))
    assert distance(found.first, place) < 1
    assert found.second.max() < found.first.max() / 3


def test_a_film_that_is_stored_mirrored_gets_its_map_in_its_own_frame():
    right, left = preprocess(drawn(3, "R")), drawn(3, "L")
    left = with_lesion(left, somewhere_in(left))
    usual = compare_breasts(right, preprocess(left)).second
    mirrored = compare_breasts(right, preprocess(restored(left, left.pixels[:, ::-1]))).second
    np.testing.assert_allclose(mirrored[:, ::-1], usual, atol=0.05)
    assert usual.max() > 0.5


def test_films_of_different_sizes_and_spacings_are_compared():
    right, left = drawn(3, "R"), drawn(3, "L")
    finer = restored(right, cv2.resize(right.pixels, (768, 768)), pixel_spacing_mm=right.pixel_spacing_mm * 2 / 3)
    place = somewhere_in(left)
    found = compare_breasts(preprocess(finer), preprocess(with_lesion(left, place)))
    assert distance(found.second, place) < 1
    assert found.first.max() < found.second.max() / 3


def test_the_maps_are_shares_over_each_prepared_film_and_nothing_lies_outside_the_breast():
    films = [preprocess(drawn(seed, side)) for seed, side in ((3, "R"), (8, "L"))]
    found = compare_breasts(*films)
    for film, share in zip(films, (found.first, found.second), strict=True):
        assert share.shape == film.image.shape
        assert share.dtype == np.float32
        assert not share.flags.writeable
        assert 0 <= share.min() <= share.max() <= 1
        assert not share[~film.breast_mask].any()


def test_brightness_and_contrast_of_the_whole_film_make_no_difference():
    right, left = (preprocess(drawn(3, side)) for side in "RL")
    dim = replace(left, image=(left.image * 0.7).astype(np.uint8))
    assert compare_breasts(right, dim).first.max() < 0.1


def test_an_empty_breast_is_a_mistake_of_the_caller():
    film = preprocess(drawn(3, "R"))
    with pytest.raises(ValueError, match="breast_mask is empty"):
        compare_breasts(film, replace(film, breast_mask=np.zeros_like(film.breast_mask)))


def test_a_breast_that_is_all_muscle_is_refused():
    film = preprocess(drawn(3, "R"))
    with pytest.raises(ImageError, match="muscle"):
        compare_breasts(film, replace(film, pectoral_mask=film.breast_mask))


def test_outlines_that_have_nothing_in_common_are_refused():
    film = preprocess(drawn(3, "R"))
    comb = np.zeros_like(film.breast_mask)
    comb[::40, :] = comb[:, -1] = comb[1::40, :] = True
    comb[:60] = comb[-60:] = True
    with pytest.raises(ImageError, match=str(MIN_SHARED)):
        compare_breasts(film, replace(film, breast_mask=comb, pectoral_mask=np.zeros_like(comb)))
