"""The breast outline: known truth on phantoms, promises of invariance, real films."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest

from mammo_core.errors import BreastNotFoundError, ImageError
from mammo_core.film.artefacts import find_film
from mammo_core.film.breast import chest_side, estimated_spacing, segment_breast
from mammo_core.film.load import load_mammogram
from mammo_core.mias.phantom import draw_phantom


def dice(a: np.ndarray, b: np.ndarray) -> float:
    return 2 * int((a & b).sum()) / int(a.sum() + b.sum())


@pytest.fixture(scope="module")
def film_028(mias_dir) -> np.ndarray:
    return load_mammogram(mias_dir / "mdb028.pgm").pixels


@pytest.mark.parametrize("seed", range(8))
def test_the_outline_of_a_phantom_is_found(seed):
    phantom = draw_phantom(seed)
    found = segment_breast(phantom.mammogram.pixels, phantom.mammogram.pixel_spacing_mm)
    assert dice(found, phantom.breast_mask) > 0.99


@pytest.mark.parametrize("size", [256, 400, 700])
def test_the_outline_is_found_at_every_resolution(size):
    phantom = draw_phantom(3, size)
    found = segment_breast(phantom.mammogram.pixels, phantom.mammogram.pixel_spacing_mm)
    assert dice(found, phantom.breast_mask) > 0.98


def test_mask_has_the_films_shape_and_the_film_is_left_as_it_was(film_028):
    before = film_028.copy()
    mask = segment_breast(film_028, 0.2)
    assert mask.shape == film_028.shape
    assert mask.dtype == bool
    assert np.array_equal(before, film_028)


def test_bit_depth_and_linear_scaling_do_not_matter(film_028):
    mask = segment_breast(film_028, 0.2)
    assert np.array_equal(mask, segment_breast(film_028.astype(np.uint16) * 257, 0.2))
    assert np.array_equal(mask, segment_breast(film_028.astype(np.uint16) * 16, 0.2))
    assert dice(mask, segment_breast(film_028 // 2, 0.2)) > 0.99
    assert dice(mask, segment_breast((film_028 * 0.9 + 20).astype(np.uint8), 0.2)) > 0.99


def test_the_mirrored_film_has_the_mirrored_outline(film_028):
    mirrored = segment_breast(np.ascontiguousarray(film_028[:, ::-1]), 0.2)
    assert np.array_equal(mirrored[:, ::-1], segment_breast(film_028, 0.2))


def test_black_padding_does_not_matter(film_028):
    padded = segment_breast(np.pad(film_028, ((33, 5), (60, 101))), 0.2)
    assert np.array_equal(padded[33:-5, 60:-101], segment_breast(film_028, 0.2))
    assert padded.sum() == padded[33:-5, 60:-101].sum()


def test_air_of_exactly_zero_as_on_digital_films_is_no_trouble():
    phantom = draw_phantom(4, 512)
    cut_out = phantom.mammogram.pixels * phantom.breast_mask
    assert dice(segment_breast(cut_out, 0.4), phantom.breast_mask) > 0.985


def test_jpeg_and_noise_do_little_harm(film_028):
    mask = segment_breast(film_028, 0.2)
    jpeg = cv2.imdecode(cv2.imencode(".jpg", film_028, [cv2.IMWRITE_JPEG_QUALITY, 60])[1], cv2.IMREAD_UNCHANGED)
    noise = np.zeros(film_028.shape)
    noise[find_film(film_028)] = np.random.default_rng(0).normal(0, 2, film_028[find_film(film_028)].shape)
    noisy = np.clip(np.rint(film_028 + noise), 0, 255).astype(np.uint8)
    assert dice(mask, segment_breast(jpeg, 0.2)) > 0.985
    assert dice(mask, segment_breast(noisy, 0.2)) > 0.97


@pytest.mark.parametrize(
    ("film_id", "area_cm2", "chest"),
    [
        # area within 3 % of an outline drawn by hand; a label on the skin, tape across the top, a bright frame edge,
        # and films whose air is grey
        ("mdb002", 169, "left"),
        ("mdb061", 71, "right"),
        ("mdb133", 332, "right"),
        ("mdb151", 388, "right"),
        ("mdb289", 105, "right"),
    ],
)
def test_known_trouble_makers_of_mias_keep_their_area(mias_dir, film_id, area_cm2, chest):
    mask = segment_breast(load_mammogram(mias_dir / f"{film_id}.pgm").pixels, 0.2)
    assert mask.sum() * 0.0004 == pytest.approx(area_cm2, rel=0.03)
    assert chest_side(mask) == chest


def test_every_demo_film_has_one_whole_breast_without_letters_or_frame(demo_dir):
    films = sorted(demo_dir.rglob("*.dcm"))
    assert len(films) == 8
    for path in films:
        mammogram = load_mammogram(io.BytesIO(path.read_bytes()))
        mask = segment_breast(mammogram.pixels, estimated_spacing(mammogram.pixels.shape))
        parts, *_ = cv2.connectedComponents(mask.astype(np.uint8))
        assert parts == 2, path.name
        assert 0.15 < mask.mean() < 0.5, path.name
        assert chest_side(mask) == ("left" if mammogram.laterality == "L" else "right"), path.name
        far = mask[:, -mask.shape[1] // 5 :] if mammogram.laterality == "L" else mask[:, : mask.shape[1] // 5]
        assert not far.any(), path.name


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((1, 1), np.uint8),
        np.full((9, 9), 200, np.uint8),
        np.full((1, 4000), 200, np.uint8),
        np.zeros((300, 200), np.uint16),
        np.full((300, 200), 65535, np.uint16),
        np.pad(np.full((20, 20), 200, np.uint8), 200),
    ],
    ids=["one pixel", "tiny", "a line", "black", "white", "a spot"],
)
def test_where_no_breast_can_be_the_message_says_so(pixels):
    with pytest.raises(BreastNotFoundError, match=r"expected a (film|breast)") as caught:
        segment_breast(pixels, 0.2)
    assert isinstance(caught.value, ImageError)


def test_a_spacing_of_nothing_is_the_callers_mistake():
    with pytest.raises(ValueError, match="spacing_mm must be positive"):
        segment_breast(np.zeros((50, 50), np.uint8), 0)


def test_chest_side_of_nothing_is_the_callers_mistake():
    with pytest.raises(ValueError, match="empty"):
        chest_side(np.zeros((5, 5), bool))
