"""Pictures for the eye."""

from __future__ import annotations

from math import exp

import cv2
import numpy as np
import pytest

from mammo_core.film.enhance import enhance, enhanced_area, enhancement_figures, sharpen, to_display
from mammo_core.film.enhance_settings import PRESETS, EnhanceSettings, described, enhanced_picture, short_name
from mammo_core.film.load import load_mammogram
from mammo_core.film.tables import look_up
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


def test_the_area_that_is_known_already_gives_the_same_picture(phantom):
    mammogram = lifted(phantom, 12)
    assert np.array_equal(enhance(mammogram, 3.0), enhance(mammogram, 3.0, mask=enhanced_area(mammogram)))
    with pytest.raises(ValueError, match="mask"):
        enhance(mammogram, mask=np.ones((3, 3), bool))


def test_figures_look_at_the_breast_only(phantom):
    before = phantom.mammogram.pixels
    after = enhance(phantom.mammogram)
    wide = [cv2.copyMakeBorder(picture, 40, 0, 90, 30, cv2.BORDER_REFLECT_101) for picture in (before, after)]
    mask = cv2.copyMakeBorder(phantom.breast_mask.astype(np.uint8), 40, 0, 90, 30, cv2.BORDER_CONSTANT) > 0
    expected = enhancement_figures(before, after, phantom.breast_mask)
    assert enhancement_figures(*wide, mask) == pytest.approx(expected, rel=1e-6)


DEPTHS = [(8, np.uint8), (12, np.uint16), (16, np.uint16)]


@pytest.mark.parametrize(("bit_depth", "dtype"), DEPTHS)
@pytest.mark.parametrize("radius_px", [0.5, 3.0, 9.0])
def test_a_flat_breast_stays_flat_to_its_very_edge(bit_depth, dtype, radius_px):
    mask = np.zeros((60, 50), bool)
    mask[8:52, :33] = True
    pixels = np.where(mask, 2**bit_depth * 2 // 3, 5).astype(dtype)
    assert np.array_equal(sharpen(pixels, mask, radius_px, 3.0, bit_depth), pixels)


def blurred_step(low: float, high: float, radius_px: float, distance: int) -> float:
    """A step blurred by a Gaussian cut at three deviations, so many pixels into the bright side, summed by hand."""
    reach = int(np.ceil(3 * radius_px))
    weights = {k: exp(-(k**2) / (2 * radius_px**2)) for k in range(-reach, reach + 1)}
    levels = {k: high if distance + k >= 0 else low for k in weights}
    return sum(weights[k] * levels[k] for k in weights) / sum(weights.values())


@pytest.mark.parametrize(("bit_depth", "dtype"), DEPTHS)
@pytest.mark.parametrize("radius_px", [0.8, 2.0, 3.5])
def test_an_edge_overshoots_by_the_amount_times_what_the_blur_takes_from_it(bit_depth, dtype, radius_px):
    low, high = (round(share * (2**bit_depth - 1)) for share in (0.3, 0.6))
    pixels = np.full((64, 80), low, dtype)
    pixels[:, 40:] = high
    sharp = sharpen(pixels, np.ones(pixels.shape, bool), radius_px, 0.5, bit_depth)[32].astype(int)
    for distance in (0, 1, 3):
        lost = high - blurred_step(low, high, radius_px, distance)
        assert sharp[40 + distance] == pytest.approx(high + 0.5 * lost, abs=1)
        assert sharp[39 - distance] == pytest.approx(low - 0.5 * lost, abs=1)


def test_an_edge_cannot_overshoot_what_the_depth_holds():
    pixels = np.full((32, 32), 100, np.uint16)
    pixels[:, 16:] = 1000
    sharp = sharpen(pixels, np.ones(pixels.shape, bool), 2.0, 4.0, 10)
    assert (sharp.min(), sharp.max()) == (0, 1023)


@pytest.mark.parametrize(("bit_depth", "dtype"), DEPTHS)
def test_sharpening_leaves_the_outside_of_the_breast_and_the_film_as_they_were(phantom, bit_depth, dtype):
    mask = phantom.breast_mask
    pixels = (phantom.mammogram.pixels.astype(dtype) << (bit_depth - 8)).astype(dtype)
    before = pixels.copy()
    sharp = sharpen(pixels, mask, 1.5, 2.0, bit_depth)
    assert sharp.dtype == dtype
    assert np.array_equal(sharp[~mask], pixels[~mask])
    assert np.mean(sharp[mask] != pixels[mask]) > 0.3
    assert np.array_equal(pixels, before)


def test_what_is_outside_does_not_shine_into_the_breast(phantom):
    pixels, mask = phantom.mammogram.pixels.copy(), phantom.breast_mask
    dark = sharpen(pixels, mask, 3.0, 1.0, 8)
    pixels[~mask] = 255
    assert np.array_equal(sharpen(pixels, mask, 3.0, 1.0, 8)[mask], dark[mask])


@pytest.mark.parametrize("radius_px", [6.0, 8.0, 17.0, 40.0])
def test_a_wide_blur_on_a_reduced_copy_differs_by_less_than_a_screen_shows(phantom, radius_px):
    pixels = cv2.resize(phantom.mammogram.pixels, None, fx=2, fy=2).astype(np.uint16) * 16
    mask = cv2.resize(phantom.breast_mask.astype(np.uint8), pixels.shape[::-1]) > 0
    share, size = mask.astype(np.float64), 2 * int(np.ceil(3 * radius_px)) + 1
    blur = lambda a: cv2.GaussianBlur(a, (size, size), radius_px, borderType=cv2.BORDER_CONSTANT)  # noqa: E731
    exact = 2 * pixels - blur(pixels * share) / np.maximum(blur(share), 1e-9)
    difference = np.abs(sharpen(pixels, mask, radius_px, 1.0, 12) - exact.clip(0, 4095))[mask]
    assert np.percentile(difference, 99.9) < 4096 / 256
    assert difference.mean() < 1


def test_no_amount_and_no_breast_change_nothing(phantom):
    pixels = phantom.mammogram.pixels
    assert np.array_equal(sharpen(pixels, phantom.breast_mask, 2.0, 0.0, 8), pixels)
    assert np.array_equal(sharpen(pixels, np.zeros(pixels.shape, bool), 2.0, 1.0, 8), pixels)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"radius_px": 0.0}, "radius_px"),
        ({"radius_px": float("nan")}, "radius_px"),
        ({"amount": -0.1}, "amount"),
        ({"amount": float("inf")}, "amount"),
        ({"mask": np.ones((3, 4), bool)}, "mask"),
        ({"mask": np.ones((4, 4), np.uint8)}, "mask"),
        ({"pixels": np.zeros((4, 4), np.float32)}, "uint8 or uint16"),
    ],
)
def test_sharpening_refuses_what_means_nothing(change, message):
    given = {"pixels": np.zeros((4, 4), np.uint8), "mask": np.ones((4, 4), bool), "radius_px": 1.0, "amount": 1.0}
    with pytest.raises(ValueError, match=message):
        sharpen(**given | change, bit_depth=8)


def test_a_radius_in_millimetres_reaches_as_far_on_a_film_of_any_spacing(phantom):
    pixels = cv2.resize(phantom.mammogram.pixels, (300, 400), interpolation=cv2.INTER_AREA)
    settings = EnhanceSettings(clip_limit=0, amount=1.0, radius_mm=1.2)
    for spacing_mm, radius_px in ((0.4, 3.0), (0.1, 12.0)):
        mammogram = film(pixels, 8, spacing_mm)
        expected = sharpen(pixels, enhanced_area(mammogram), radius_px, 1.0, 8)
        assert np.array_equal(enhanced_picture(mammogram, settings)[0], expected)


@pytest.mark.parametrize(("bit_depth", "after_clahe"), [(8, 8), (10, 12), (16, 12)])
def test_a_picture_says_how_many_bits_it_uses(phantom, bit_depth, after_clahe):
    mammogram = phantom.mammogram if bit_depth == 8 else lifted(phantom, bit_depth)
    for settings, bits in ((PRESETS["strong"], after_clahe), (EnhanceSettings(0, amount=1.0), bit_depth)):
        pixels, used = enhanced_picture(mammogram, settings)
        assert used == bits
        assert 2 ** (bits - 1) < pixels.max() < 2**bits


def test_the_preset_none_is_the_film_as_it_is(phantom):
    mammogram = lifted(phantom, 16)
    pixels, bits = enhanced_picture(mammogram, PRESETS["none"])
    assert PRESETS["none"].changes_nothing
    assert not PRESETS["gentle"].changes_nothing
    assert bits == 16
    assert np.array_equal(pixels, mammogram.pixels)


def test_settings_are_written_exactly(phantom):
    settings = EnhanceSettings(clip_limit=2.25, tile_grid=(6, 4), amount=0.5, radius_mm=0.3)
    assert described(settings, film(phantom.mammogram.pixels, 8, 0.06)) == {
        "CLAHE": "clip limit 2.25, 6 x 4 tiles",
        "Unsharp mask": "radius 0.3 mm (5 pixels), amount 0.5",
    }
    assert described(PRESETS["none"], phantom.mammogram) == {"CLAHE": "none", "Unsharp mask": "none"}
    assert short_name(settings) == "clahe-2.25-6x4_sharpen-0.3mm-x0.5"
    assert short_name(PRESETS["none"]) == "unchanged"
    assert settings.to_dict() == {"clip_limit": 2.25, "tile_grid": [6, 4], "amount": 0.5, "radius_mm": 0.3}


@pytest.mark.parametrize(
    "given", [{"clip_limit": -1}, {"clip_limit": float("nan")}, {"tile_grid": (0, 8)}, {"amount": -1}, {"radius_mm": 0}]
)
def test_settings_refuse_what_means_nothing(given):
    with pytest.raises(ValueError, match=next(iter(given))):
        EnhanceSettings(**given)


@pytest.mark.parametrize("entries", [np.uint8, np.uint16])
@pytest.mark.parametrize(("kind", "values"), [(np.uint8, 256), (np.uint16, 65536), (np.uint16, 4096)])
def test_looking_up_is_indexing(kind, values, entries):
    draw = np.random.default_rng(0)
    table = draw.integers(0, np.iinfo(entries).max, values, entries, endpoint=True)
    pixels = draw.integers(0, values, (37, 21), kind)
    for picture in (pixels, pixels[::-2, ::3], pixels[:, ::-1]):
        found = look_up(table, picture)
        assert found.dtype == entries
        assert np.array_equal(found, table[picture])
