"""Drawn films and their truth."""

from __future__ import annotations

import numpy as np
import pytest

from mammo_core.mias.phantom import KINDS, draw_phantom
from mammo_core.mias.phantom_tissue import power_law


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_film():
    first, again, other = draw_phantom(11, 256), draw_phantom(11, 256), draw_phantom(12, 256)
    assert first.mammogram.digest == again.mammogram.digest
    assert np.array_equal(first.pectoral_mask, again.pectoral_mask)
    assert first.lesions == again.lesions
    assert first.mammogram.digest != other.mammogram.digest


@pytest.mark.parametrize("size", [128, 256, 500])
def test_masks_have_the_films_shape_and_the_muscle_lies_in_the_breast(size):
    phantom = draw_phantom(2, size)
    assert phantom.mammogram.pixels.shape == (size, size)
    assert phantom.mammogram.pixels.dtype == np.uint8
    assert phantom.mammogram.pixel_spacing_mm == pytest.approx(0.2 * 1024 / size)
    for mask in (phantom.breast_mask, phantom.pectoral_mask, phantom.artefact_mask):
        assert mask.shape == (size, size)
        assert mask.dtype == bool
        assert not mask.flags.writeable
    assert phantom.pectoral_mask.any()
    assert not (phantom.pectoral_mask & ~phantom.breast_mask).any()
    assert 0.1 < phantom.breast_mask.mean() < 0.6


@pytest.mark.parametrize("laterality", ["L", "R"])
def test_a_left_breast_has_its_chest_wall_on_the_left(laterality):
    phantom = draw_phantom(5, 256, laterality=laterality)
    columns = np.flatnonzero(phantom.breast_mask.any(axis=0))
    heights = phantom.breast_mask.sum(axis=0)
    left, right = heights[columns[0]], heights[columns[-1]]
    assert phantom.mammogram.laterality == laterality
    assert (left > right) == (laterality == "L")


def test_it_calls_itself_a_phantom():
    assert "Phantom" in draw_phantom(0, 128).mammogram.source[0]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_lesion_lies_in_its_circle_inside_the_breast_and_changes_nothing_else(kind):
    plain = draw_phantom(21, 512, lesions=(), artefacts=False, laterality="R")
    ill = draw_phantom(21, 512, lesions=(kind,), artefacts=False, laterality="R")
    (lesion,) = ill.lesions
    assert plain.lesions == ()
    assert lesion.abnormality == kind
    assert lesion.severity in ("benign", "malignant")
    y, x = np.mgrid[:512, :512]
    away = np.hypot(x - lesion.circle.x, y - lesion.circle.y) / lesion.circle.radius_px
    assert ill.breast_mask[away < 1].all()
    assert not ill.pectoral_mask[away < 1].any()
    assert ill.mammogram.pixels[away < 0.5].mean() > plain.mammogram.pixels[away < 0.5].mean() + 3


def test_without_artefacts_none_is_marked_and_with_them_the_label_is_white():
    assert not draw_phantom(3, 256, artefacts=False).artefact_mask.any()
    marked = draw_phantom(3, 256)
    assert (marked.mammogram.pixels[marked.artefact_mask] > 200).any()


def test_the_texture_has_the_power_spectrum_that_was_asked_for():
    noise = power_law(np.random.RandomState(0), 512, exponent=3.0)
    power = np.abs(np.fft.rfft2(noise)) ** 2
    frequency = np.hypot(np.fft.fftfreq(512)[:, None], np.fft.rfftfreq(512)[None, :])
    used = (frequency > 0.01) & (frequency < 0.4)
    slope = np.polyfit(np.log(frequency[used]), np.log(power[used]), 1)[0]
    assert slope == pytest.approx(-3, abs=0.05)
    assert noise.std() == pytest.approx(1)


def test_refuses_a_thumbnail_and_an_unknown_lesion():
    with pytest.raises(ValueError, match="at least 128"):
        draw_phantom(0, 100)
    with pytest.raises(ValueError, match="BLOB"):
        draw_phantom(0, 128, lesions=("BLOB",))
