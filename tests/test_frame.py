"""A bright frame around a film is no part of it, and nothing else is taken for one."""

import numpy as np
import pytest

from mammo_core import load_mammogram, preprocess
from mammo_core.film.frame import inside_frame
from mammo_core.mias.phantom import draw_phantom
from mammo_core.report.pictures import encode_png
from mammo_core.types import Mammogram

PIXELS = draw_phantom(1, 512, artefacts=False, laterality="L").mammogram.pixels
WHOLE = (slice(0, 512), slice(0, 512))


def prepared(pixels):
    return preprocess(Mammogram(pixels, 8, 0.4, None, "MLO", (), ""))


def test_a_film_without_a_frame_is_left_whole():
    assert inside_frame(PIXELS) == WHOLE
    assert inside_frame(np.zeros((20, 30), np.uint8)) == (slice(0, 20), slice(0, 30))
    assert inside_frame(np.full((20, 30), 255, np.uint8)) == (slice(0, 20), slice(0, 30))


@pytest.mark.parametrize("sides", [((8, 8), (8, 8)), ((0, 8), (0, 0)), ((0, 0), (8, 0))], ids=str)
def test_a_white_frame_is_cut_off_on_the_sides_it_lies_on(sides):
    rows, columns = inside_frame(np.pad(PIXELS, sides, constant_values=250))
    (top, bottom), (left, right) = sides
    assert rows == slice(top + 2 * bool(top), 512 + top - 2 * bool(bottom))
    assert columns == slice(left + 2 * bool(left), 512 + left - 2 * bool(right))


def test_the_wide_white_air_of_a_negative_is_no_frame():
    negative = np.pad(255 - PIXELS, 100, constant_values=255)
    assert inside_frame(negative) == (slice(0, 712), slice(0, 712))


def test_a_framed_film_is_admitted_and_prepared_as_the_film_itself():
    framed = np.pad(PIXELS, 10, constant_values=255)
    assert load_mammogram(encode_png(framed), pixel_spacing_mm=0.4).name == "L-MLO"
    plain, around = prepared(PIXELS).breast_mask, prepared(framed).breast_mask[20:-20, 20:-20]
    assert 2 * (plain & around).sum() / (plain.sum() + around.sum()) > 0.99
