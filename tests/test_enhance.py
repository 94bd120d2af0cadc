"""Pictures for the eye."""

from __future__ import annotations

import numpy as np
import pytest

from mammo_core.film.enhance import enhance, enhancement_figures, to_display
from mammo_core.film.load import load_mammogram
from mammo_core.mias.phantom import draw_phantom
from mammo_core.types import Mammogram

CLIP_LIMITS = (0.5, 1.0, 2.0, 4.0, 8.0)


def film(pixels: np.ndarray, bit_depth: int, spacing_mm: float = 0.4) -> Mammogram:
    return Mammogram(pixels, bit_depth, spacing_mm, None, "MLO", (), "")


@pytest.fixture(scope="module")
def phantom():
    return draw_phantom(4, 512)


def lifted(phantom, bit_depth: int) -> Mammogram:
    """The phantom with more bits, either the same levels further apart or filled up with finer ones."""
    pixels = phantom.mammogram.pixels.astype(np.float64) / 255 * (2**bit_depth - 1)
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, pixels.shape) * 2 ** (bit_depth - 8)
    return film(np.clip(pixels + noise, 0, 2**bit_depth - 1).astype(np.uint16), bit_depth)


def contrasts(mammogram: Mammogram, mask: np.ndarray) -> list[float]:
    before = to_display(mammogram.pixels, mammogram.bit_depth)
    found = []
    for clip_limit in CLIP_LIMITS:
        after = enhance(mammogram, clip_limit)
        after = after if after.dtype == np.uint8 else to_display(after, 12, (0, 4095))
        found.append(enhancement_figures(before, after, mask)["contrast_improvement"])
    return found


@pytest.mark.parametrize("bit_depth", [8, 10, 12, 16])
def test_contrast_rises_with_the_clip_limit_on_every_depth(phantom, bit_depth):
    mammogram = phantom.mammogram if bit_depth == 8 else lifted(phantom, bit_depth)
    found = contrasts(mammogram, phantom.breast_mask)
    assert all(np.diff(found) > 0.03), found


def test_contrast_rises_with_the_clip_limit_on_an_8_bit_film_stored_in_16(phantom):
    found = contrasts(film(phantom.mammogram.pixels.astype(np.uint16) * 257, 16), phantom.breast_mask)
    assert all(np.diff(found) > 0.03), found


def test_a_film_of_full_range_is_enhanced_alike_in_8_and_16_bit(phantom):
    pixels = phantom.mammogram.pixels.copy()
    pixels[0, -1], pixels[0, -2] = 255, 0
    shallow, deep = enhance(film(pixels, 8)), enhance(film(pixels.astype(np.uint16) * 257, 16))
    difference = np.abs(shallow.astype(float) - deep / 4095 * 255)[phantom.breast_mask]
    assert np.percentile(difference, 99) < 4


@pytest.mark.parametrize("bit_depth", [8, 12, 16])
def test_air_stays_black(phantom, bit_depth):
    pixels = (phantom.mammogram.pixels * phantom.breast_mask).astype(np.uint8 if bit_depth == 8 else np.uint16)
    enhanced = enhance(film(pixels << (bit_depth - 8) if bit_depth > 8 else pixels, bit_depth), 4.0)
    assert not enhanced[~phantom.breast_mask].any()


@pytest.mark.parametrize(
    ("bit_depth", "dtype", "white"), [(8, np.uint8, 255), (12, np.uint16, 4095), (16, np.uint16, 4095)]
)
def test_depth_and_shape_are_as_promised_and_the_film_is_left_as_it_was(phantom, bit_depth, dtype, white):
    mammogram = phantom.mammogram if bit_depth == 8 else lifted(phantom, bit_depth)
    before = mammogram.pixels.copy()
    enhanced = enhance(mammogram, tile_grid=(4, 6))
    assert enhanced.dtype == dtype
    assert enhanced.shape == mammogram.pixels.shape
    assert enhanced.max() <= white
    assert np.array_equal(before, mammogram.pixels)


@pytest.mark.parametrize("shape", [(1, 1), (3, 200), (63, 65)])
@pytest.mark.parametrize("bit_depth", [8, 16])
def test_every_size_is_enhanced_even_where_no_breast_is(shape, bit_depth):
    pixels = np.random.default_rng(0).integers(0, 200, shape).astype(np.uint8 if bit_depth == 8 else np.uint16)
    assert enhance(film(pixels, bit_depth)).shape == shape


def test_a_real_16_bit_film_reacts_to_the_clip_limit(demo_film):
    mammogram = load_mammogram(demo_film("sfm-benign-0/1-131.dcm"))
    low, high = (enhance(mammogram, clip_limit) for clip_limit in (1.0, 6.0))
    lit = low > 0
    assert high[lit].std() > 1.02 * low[lit].std()


@pytest.mark.parametrize(
    ("settings", "message"), [({"clip_limit": 0}, "clip_limit"), ({"tile_grid": (0, 8)}, "tile_grid")]
)
def test_settings_that_mean_nothing_are_refused(phantom, settings, message):
    with pytest.raises(ValueError, match=message):
        enhance(phantom.mammogram, **settings)


def test_an_8_bit_film_is_shown_as_it_is(phantom):
    assert np.array_equal(to_display(phantom.mammogram.pixels, 8), phantom.mammogram.pixels)


def test_a_deep_film_is_shown_over_the_whole_range_in_order():
    pixels = np.arange(0, 4096, dtype=np.uint16).reshape(64, 64) + 1000
    shown = to_display(pixels, 16)
    assert (shown.min(), shown.max()) == (0, 255)
    assert np.all(np.diff(shown.ravel().astype(int)) >= 0)


def test_a_window_is_applied_on_every_depth():
    assert to_display(np.array([[10, 50, 110, 200]], np.uint8), 8, (10, 110)).tolist() == [[0, 102, 255, 255]]
    assert to_display(np.array([[0, 400, 1000]], np.uint16), 12, (0, 1000)).tolist() == [[0, 102, 255]]
    with pytest.raises(ValueError, match="white above black"):
        to_display(np.zeros((2, 2), np.uint8), 8, (5, 5))


def test_a_flat_deep_film_is_shown_without_complaint():
    assert to_display(np.full((8, 8), 700, np.uint16), 12).shape == (8, 8)


def test_equal_pictures_have_the_figures_of_no_change(phantom):
    pixels = phantom.mammogram.pixels
    figures = enhancement_figures(pixels, pixels, phantom.breast_mask)
    assert figures["entropy_before"] == figures["entropy_after"]
    assert figures["contrast_improvement"] == figures["noise_amplification"] == 1
    assert figures["brightness_error"] == 0
    assert figures["psnr_db"] == np.inf
    assert figures["ssim"] == pytest.approx(1)


def test_figures_by_hand():
    before = np.tile(np.array([[100, 120], [120, 100]], np.uint8), (20, 20))
    after = np.tile(np.array([[90, 130], [130, 90]], np.uint8), (20, 20))
    figures = enhancement_figures(before, after, np.ones((40, 40), bool))
    assert figures["entropy_before"] == 1
    assert figures["psnr_db"] == pytest.approx(10 * np.log10(255**2 / 100))
    assert figures["brightness_error"] == pytest.approx(0, abs=1e-4)
    assert figures["contrast_improvement"] == pytest.approx(2, abs=0.01)
    assert figures["noise_amplification"] == pytest.approx(2)
    assert figures["ssim"] < 1


@pytest.mark.parametrize(
    ("after", "mask"),
    [
        (np.zeros((4, 4), np.uint16), np.ones((4, 4), bool)),
        (np.zeros((4, 5), np.uint8), np.ones((4, 4), bool)),
        (np.zeros((4, 4), np.uint8), np.zeros((4, 4), bool)),
    ],
    ids=["depth", "shape", "empty mask"],
)
def test_figures_refuse_what_they_cannot_compare(after, mask):
    with pytest.raises(ValueError, match=r"expected|empty"):
        enhancement_figures(np.zeros((4, 4), np.uint8), after, mask)
