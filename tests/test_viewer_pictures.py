"""What the viewer sends: every level, at screen size or in detail, made once for as long as the film lives."""

import base64
import gc
import zlib

import numpy as np
import pytest

from mammo_core.types import Box
from mammo_core.ui.viewer import Pane
from mammo_core.ui.viewer import pictures as room
from mammo_core.ui.viewer.pictures import SCREEN_PX, detail, film_picture, heat_picture, named_windows, packed


def unpacked(sent: dict) -> np.ndarray:
    """Undo `packed` in NumPy, as viewer_decode.js does in the browser."""
    raw = np.frombuffer(zlib.decompress(base64.b64decode(sent["data"])), np.uint8)
    shape = sent["channels"], sent["rows"], sent["columns"]
    count = np.prod(shape)
    folded = (raw[:count].astype(np.uint16) << 8 | raw[count:]) if sent["wide"] else raw
    steps = (folded >> 1) ^ (-(folded & 1).astype(folded.dtype))
    levels = np.cumsum(steps.reshape(shape), axis=2, dtype=folded.dtype)
    return levels[0] if shape[0] == 1 else np.moveaxis(levels, 0, 2)


@pytest.mark.parametrize(("dtype", "shape"), [(np.uint16, (40, 31)), (np.uint8, (40, 31)), (np.uint8, (20, 15, 3))])
def test_every_level_survives_the_way(dtype, shape):
    pixels = np.random.default_rng(0).integers(0, np.iinfo(dtype).max, shape, endpoint=True).astype(dtype)
    assert np.array_equal(unpacked(packed(pixels)), pixels)


def test_detail_is_the_films_own_pixels_where_the_screen_has_room():
    pixels = np.random.default_rng(1).integers(0, 65535, (300, 200)).astype(np.uint16)
    sent = detail(pixels, Box(20.0, 250.0, 60.0, 900.0), 1000)
    assert [sent[name] for name in ("x", "y", "width", "height")] == [20, 250, 60, 50]
    assert np.array_equal(unpacked(sent), pixels[250:300, 20:80])


def test_a_crop_beside_the_film_is_cut_to_it():
    sent = detail(np.zeros((30, 20), np.uint8), Box(-500, 900, 10, 10), 100)
    assert [sent[name] for name in ("x", "y", "width", "height")] == [0, 29, 1, 1]


def test_a_film_is_sent_at_screen_size_with_its_own_frame_and_windows():
    pixels = np.full((3000, 1000), 7, np.uint16)
    sent = film_picture(pixels, 12, None).data
    assert max(sent["columns"], sent["rows"]) == SCREEN_PX
    assert (sent["width"], sent["height"], sent["bits"]) == (1000, 3000, 12)
    assert sent["windows"]["full"] == [0.0, 4095.0]


def test_every_window_has_white_above_black_even_on_an_empty_film():
    for pixels, bits in ((np.zeros((64, 32), np.uint8), 8), (np.full((64, 32), 9, np.uint16), 16)):
        assert all(white > black for black, white in named_windows(pixels, bits, Box(0, 0, 32, 64)))


def test_a_picture_is_made_once_and_forgotten_with_its_film():
    pixels = np.zeros((50, 40), np.uint16)
    film = id(pixels)
    assert film_picture(pixels, 16, None) is film_picture(pixels, 16, None)
    assert film_picture(pixels, 16, None).id != film_picture(pixels, 12, None).id
    assert sum(key[0] == film for key in room._made) == 2
    del pixels
    gc.collect()
    assert not any(key[0] == film for key in room._made)


def test_equal_content_has_one_name():
    heat = np.linspace(0, 1, 100, dtype=np.float32).reshape(10, 10)
    assert heat_picture(heat).id == heat_picture(heat.copy()).id


@pytest.mark.parametrize(("pixels", "bits"), [(np.zeros((4, 4), np.float32), 8), (np.zeros((4, 4), np.uint8), 16)])
def test_a_pane_refuses_what_is_no_film(pixels, bits):
    with pytest.raises(ValueError, match="must be"):
        Pane("film", "one", pixels, bits)
