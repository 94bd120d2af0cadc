"""Pictures for the screen and for saving: what is laid over what, and that it says what it is."""

import io

import numpy as np
import pytest
from PIL import Image

from mammo_core.film.demo_films import DEMO_EXAMS
from mammo_core.report import palette, pictures
from mammo_core.types import Box
from mammo_core.ui.demo import picture_file
from scripts.demo_pictures import draw

FILM = np.tile(np.linspace(0, 255, 400).astype(np.uint8), (300, 1))


def opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png))


def test_an_empty_heatmap_leaves_the_film_as_it_is():
    laid = pictures.overlay(FILM, np.zeros(FILM.shape, np.float32))
    assert (laid == FILM[..., None]).all()


def test_the_overlay_is_strongest_where_the_heatmap_is():
    heat = np.zeros(FILM.shape, np.float32)
    heat[100:200, 100:200] = 1
    changed = np.abs(pictures.overlay(FILM, heat, 0.5).astype(int) - FILM[..., None]).sum(axis=2) > 0
    assert changed[100:200, 100:200].mean() > 0.95
    assert not changed[:100].any()


def test_opacity_nought_shows_the_film_alone():
    assert (pictures.overlay(FILM, np.ones(FILM.shape, np.float32), 0.0) == FILM[..., None]).all()


@pytest.mark.parametrize(("shape", "opacity"), [((300, 399), 0.5), ((300, 400), 1.1), ((300, 400), -0.1)])
def test_refuses_another_frame_and_a_foolish_opacity(shape, opacity):
    with pytest.raises(ValueError, match="not"):
        pictures.overlay(FILM, np.zeros(shape, np.float32), opacity)


@pytest.mark.parametrize(
    "picture",
    [FILM, FILM.astype(np.uint16) * 257, np.dstack([FILM] * 3), np.dstack([FILM] * 4)],
    ids=["grey", "grey of 16 bits", "RGB", "RGBA"],
)
def test_png_gives_back_what_went_in(picture):
    assert (np.asarray(opened(pictures.encode_png(picture))) == picture).all()


def test_png_carries_its_texts():
    assert opened(pictures.encode_png(FILM, {"CLAHE": "clip limit 2"})).text == {"CLAHE": "clip limit 2"}


@pytest.mark.parametrize(("dtype", "top"), [(np.uint8, 255), (np.uint16, 4095)])
def test_an_enhanced_film_is_marked_on_the_picture_and_in_the_file(dtype, top):
    pixels = np.full((300, 400), top // 4, dtype)
    png = opened(pictures.enhanced_png(pixels))
    assert png.text["Comment"] == "enhanced, not for diagnosis"
    seen = np.asarray(png)
    assert (seen != seen[0, 0])[-60:].any()
    assert (seen[:200] == seen[0, 0]).all()


def test_twelve_bits_are_spread_over_sixteen_so_that_viewers_show_them():
    seen = np.asarray(opened(pictures.enhanced_png(np.full((300, 400), 4095, np.uint16))))
    assert seen.dtype == np.uint16
    assert seen[0, 0] == 65535


def test_an_overlay_file_is_marked_and_keeps_the_films_frame():
    heat = np.ones(FILM.shape, np.float32)
    png = opened(pictures.overlay_png(FILM, heat, 0.5, [Box(10, 10, 50, 50)]))
    assert png.size == (400, 300)
    assert "not for diagnosis" in png.text["Comment"]


def test_boxes_are_drawn_where_they_are_and_the_picture_given_stays_as_it_was():
    plain = np.zeros((200, 200, 3), np.uint8)
    drawn = pictures.draw_boxes(plain, [Box(50, 60, 40, 30)])
    assert not plain.any()
    assert drawn[60, 50:90].any()
    assert not drawn[:50].any()


def test_shrinking_keeps_the_shape_and_leaves_small_pictures_alone():
    assert pictures.shrink(FILM, 200).shape == (150, 200)
    assert pictures.shrink(FILM, 4000) is FILM


def test_a_heatmap_that_is_hot_in_one_pixel_keeps_its_maximum_when_it_is_shrunk():
    heat = np.zeros((200, 100), np.float32)
    heat[50, 50] = 0.8
    small = pictures.shrink_heatmap(heat, 40)
    assert small.shape == (40, 20)
    assert small.max() == pytest.approx(0.8)
    assert not pictures.shrink_heatmap(np.zeros((200, 100), np.float32), 40).any()
    assert pictures.shrink_heatmap(heat, 200).max() == pytest.approx(0.8)


def test_the_colours_of_the_heat_bar_are_those_of_heatmaps():
    colours = pictures.heat_layer(np.linspace(0, 1, len(palette.HEAT), dtype=np.float32)[None])[0, :, :3]
    assert ["#" + bytes(colour).hex() for colour in colours] == list(palette.HEAT)


@pytest.mark.parametrize("exam", DEMO_EXAMS)
def test_the_pictures_of_the_demo_exams_are_what_their_films_look_like(exam):
    drawn = draw(exam).astype(int)
    kept = np.asarray(Image.open(picture_file(exam))).astype(int)
    assert kept.shape == drawn.shape
    assert np.abs(kept - drawn).max() < 32  # as JPEG keeps it
    assert np.abs(kept - drawn).mean() < 1
