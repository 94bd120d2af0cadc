"""The one way from film to model input, its promises and its fingerprint."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from mammo_core import preprocess
from mammo_core.config import PreprocessConfig
from mammo_core.errors import BreastNotFoundError, ImageError
from mammo_core.film import breast
from mammo_core.film.load import load_mammogram
from mammo_core.mias.phantom import draw_phantom
from mammo_core.preprocess import film_mask, fingerprint
from mammo_core.types import Box, Mammogram, pixel_digest


def film(pixels: np.ndarray, spacing_mm: float | None = 0.2, bit_depth: int = 8) -> Mammogram:
    return Mammogram(np.ascontiguousarray(pixels), bit_depth, spacing_mm, None, "MLO", (), pixel_digest(pixels))


@pytest.fixture(scope="module")
def pixels_028(mias_dir) -> np.ndarray:
    return load_mammogram(mias_dir / "mdb028.pgm").pixels


def test_outside_is_0_and_inside_runs_from_1_to_255():
    phantom = draw_phantom(3, 512)
    prepared = preprocess(phantom.mammogram)
    assert prepared.image.dtype == np.uint8
    assert not prepared.image[~prepared.breast_mask].any()
    inside = prepared.image[prepared.breast_mask]
    assert (inside.min(), inside.max()) == (1, 255)
    assert 0.015 < (inside == 1).mean() < 0.06
    assert prepared.digest == pixel_digest(prepared.image)


def test_a_film_at_200_micron_keeps_its_size_and_others_are_resampled(pixels_028):
    assert preprocess(film(pixels_028)).image.shape == (1024, 1024)
    coarse = preprocess(film(pixels_028[::2, ::2], 0.4))
    assert coarse.image.shape == (1024, 1024)
    assert coarse.scale == (0.5, 0.5)
    assert coarse.film_shape == (512, 512)


def test_the_way_back_to_the_film_is_kept():
    phantom = draw_phantom(6, 700)
    prepared = preprocess(phantom.mammogram)
    assert prepared.image.shape == (1024, 1024)
    box = Box(100, 200, 50, 60)
    assert prepared.box_from_film(prepared.box_to_film(box)) == pytest.approx(box)
    mask = film_mask(prepared.breast_mask, prepared)
    assert mask.shape == (700, 700)
    assert mask.dtype == bool
    overlap = 2 * (mask & phantom.breast_mask).sum() / (mask.sum() + phantom.breast_mask.sum())
    assert overlap > 0.99


def test_a_mask_of_another_film_cannot_be_brought_back():
    with pytest.raises(ValueError, match="the prepared film's shape"):
        film_mask(np.zeros((4, 4), bool), preprocess(draw_phantom(0, 256).mammogram))


def test_bit_depth_does_not_matter(pixels_028):
    plain = preprocess(film(pixels_028))
    deep = preprocess(film(pixels_028.astype(np.uint16) * 257, bit_depth=16))
    assert plain.digest == deep.digest
    assert np.array_equal(plain.pectoral_mask, deep.pectoral_mask)


def test_linear_grey_scaling_matters_only_by_rounding(pixels_028):
    plain = preprocess(film(pixels_028))
    scaled = preprocess(film((pixels_028.astype(np.uint16) * 131), bit_depth=16))
    difference = np.abs(plain.image.astype(int) - scaled.image)
    assert (difference > 1).mean() < 0.001


def test_the_mirrored_film_gives_the_mirrored_input(pixels_028):
    plain, mirrored = preprocess(film(pixels_028)), preprocess(film(pixels_028[:, ::-1]))
    assert np.array_equal(plain.image, mirrored.image[:, ::-1])
    assert np.array_equal(plain.pectoral_mask, mirrored.pectoral_mask[:, ::-1])


def test_padding_does_not_change_what_lies_in_the_breast(pixels_028):
    padded = preprocess(film(np.pad(pixels_028, ((20, 61), (7, 130)))))
    assert np.array_equal(padded.image[20:-61, 7:-130], preprocess(film(pixels_028)).image)


def test_a_16_bit_dicom_film_is_prepared_whole(demo_film):
    mammogram = load_mammogram(demo_film("sfm-malign-0/1-281.dcm"))
    prepared = preprocess(mammogram)
    assert prepared.spacing_estimated
    assert max(prepared.image.shape) == 1200
    assert prepared.pectoral_mask.any()
    assert prepared.scale[0] == pytest.approx(mammogram.pixels.shape[1] / prepared.image.shape[1])


def test_an_unknown_spacing_is_estimated_and_says_so(pixels_028):
    guessed, stated = preprocess(film(pixels_028, None)), preprocess(film(pixels_028))
    assert guessed.spacing_estimated
    assert guessed.spacing_mm == pytest.approx(240 / 1024)
    assert "estimated" in guessed.steps[0]
    assert not stated.spacing_estimated
    assert "stated" in stated.steps[0]


def test_clahe_changes_the_breast_only_and_is_named_in_the_steps():
    mammogram = draw_phantom(1, 256).mammogram
    plain, enhanced = preprocess(mammogram), preprocess(mammogram, PreprocessConfig(clahe=True))
    assert not enhanced.image[~enhanced.breast_mask].any()
    assert enhanced.image[enhanced.breast_mask].min() >= 1
    assert not np.array_equal(plain.image, enhanced.image)
    assert "CLAHE" in enhanced.steps[-1]


def test_a_cc_view_gets_no_muscle():
    mammogram = replace(draw_phantom(1, 256).mammogram, view="CC")
    assert not preprocess(mammogram).pectoral_mask.any()


def test_the_film_is_left_as_it_was_and_the_result_cannot_be_edited(pixels_028):
    before = pixels_028.copy()
    prepared = preprocess(film(pixels_028))
    assert np.array_equal(before, pixels_028)
    with pytest.raises(ValueError, match="read-only"):
        prepared.image[0, 0] = 1


@pytest.mark.parametrize("spacing_mm", [None, 0.2, 0.001])
@pytest.mark.parametrize("shape", [(1, 1), (9, 7), (1, 3000), (400, 300)])
def test_tiny_and_flat_pictures_are_refused(shape, spacing_mm):
    for level in (0, 130, 255):
        with pytest.raises(BreastNotFoundError, match="expected"):
            preprocess(film(np.full(shape, level, np.uint8), spacing_mm))


def test_a_spot_view_without_an_outline_is_prepared_whole(pixels_028):
    spot = film(np.ascontiguousarray(pixels_028[500:700, 300:500]))
    with pytest.raises(BreastNotFoundError, match="10 cm2"):
        preprocess(spot)
    prepared = preprocess(replace(spot, doubts=("The file says that it shows a spot compression view.",)))
    assert prepared.breast_mask.mean() > 0.9
    blank = replace(spot, pixels=np.zeros((200, 200), np.uint8), doubts=("A spot view.",))
    with pytest.raises(BreastNotFoundError):
        preprocess(blank)


def test_a_spacing_that_makes_a_film_of_metres_is_refused_before_it_is_resampled():
    with pytest.raises(ImageError, match=r"pixel spacing of 25\.0 mm makes 62500 x 50000"):
        preprocess(film(np.full((400, 500), 9, np.uint8), 25.0))


def test_the_fingerprint_is_stable_between_runs_and_changes_with_settings_and_code(monkeypatch):
    code = "from mammo_core.preprocess import fingerprint; print(fingerprint())"
    other_run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert other_run.stdout.strip() == fingerprint(PreprocessConfig()) == fingerprint()
    assert fingerprint(PreprocessConfig(clahe=True)) != fingerprint()
    assert fingerprint(PreprocessConfig(stretch_percentiles=(1.0, 99.7))) != fingerprint()
    before = fingerprint()
    monkeypatch.setattr(breast, "SKIN_LEVEL", 0.012)
    fingerprint.cache_clear()
    assert fingerprint() != before
    monkeypatch.undo()
    fingerprint.cache_clear()
    assert fingerprint() == before
