"""What lies on a film besides the breast."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from mammo_core.film.artefacts import artefact_mask, disc, find_film, opened, without_fog, without_jumps
from mammo_core.mias.phantom import draw_phantom

WORK_MM = 1.0


def half_disc() -> np.ndarray:
    y, x = np.mgrid[:120, :100]
    return ((x**2 + (y - 60) ** 2) < 50**2).astype(np.uint8)


def test_padding_is_taken_off_even_with_a_scratch_in_it():
    film = np.full((80, 60), 40, np.uint8)
    film[::2] = 90
    film[:, ::59] = 120
    film[::79] = 120
    padded = np.pad(film, ((10, 5), (30, 20)))
    padded[50, 2:25] = 200
    assert find_film(padded) == (slice(10, 90), slice(30, 90))


def test_padding_of_any_width_gives_the_same_film():
    film = draw_phantom(5, 256).mammogram.pixels
    rows, columns = find_film(film)
    wide_rows, wide_columns = find_film(np.pad(film, ((7, 19), (40, 3))))
    assert (wide_rows.start - 7, wide_rows.stop - 7) == (rows.start, rows.stop)
    assert (wide_columns.start - 40, wide_columns.stop - 40) == (columns.start, columns.stop)


@pytest.mark.parametrize("level", [0, 17, 255])
def test_a_flat_picture_holds_no_film(level):
    assert find_film(np.full((40, 50), level, np.uint8)) is None


def test_labels_are_marked_and_the_breast_is_not():
    phantom = draw_phantom(1, 512)
    marked = artefact_mask(phantom.mammogram.pixels, phantom.breast_mask)
    bright = phantom.artefact_mask & (phantom.mammogram.pixels > 200)
    assert bright.any()
    assert marked[bright].all()
    assert not marked[phantom.breast_mask].any()


def test_artefact_mask_refuses_a_mask_of_another_film():
    with pytest.raises(ValueError, match="one shape"):
        artefact_mask(np.zeros((4, 5), np.uint8), np.zeros((5, 4), bool))


def test_without_a_breast_nothing_is_an_artefact():
    assert not artefact_mask(np.full((4, 5), 9, np.uint8), np.zeros((4, 5), bool)).any()


def test_a_tape_that_crosses_the_skin_line_is_cut_off_and_the_breast_stays():
    breast = half_disc()
    taped = breast.copy()
    taped[15:24] = 1
    cut = without_jumps(taped, breast, WORK_MM)
    assert (cut & ~breast & 1).sum() < 0.15 * (taped & ~breast & 1).sum()
    assert np.array_equal(without_jumps(breast, breast, WORK_MM), breast)


def test_light_leaked_in_along_the_chest_wall_is_dropped_and_a_bright_belly_is_not():
    breast = half_disc()
    strip = breast.copy()
    strip[:, :12] = 1
    film = np.where(breast, 100, 0) + np.where(strip & ~breast & 1, 10, 0)
    assert int(without_fog(strip, film, 100, WORK_MM).sum()) == pytest.approx(int(breast.sum()), rel=0.01)
    assert np.array_equal(without_fog(strip, np.full_like(film, 80), 100, WORK_MM), strip)


@pytest.mark.parametrize("radius", [1, 2, 3, 5, 8, 13])
def test_opening_with_rectangles_is_opening_with_the_disc(radius):
    rng = np.random.default_rng(radius)
    for share in (0, 0.5, 0.9, 0.98, 1):
        for shape in ((1, 1), (1, 40), (7, 3), (50, 31), (60, 80)):
            mask = (rng.random(shape) < share).astype(np.uint8)
            wide = cv2.copyMakeBorder(mask, *(radius,) * 4, cv2.BORDER_REFLECT)
            expected = cv2.morphologyEx(wide, cv2.MORPH_OPEN, disc(radius))[radius:-radius, radius:-radius]
            assert np.array_equal(opened(mask, radius), expected)
