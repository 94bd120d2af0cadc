"""How a film is laid before the network: cut to the breast, independent of its canvas."""

from dataclasses import replace

import numpy as np
import pytest

from mammo_core.network.geometry import CELL_PX
from mammo_core.network.grid import cut_region, lay_out
from mammo_core.types import Preprocessed


def prepared_film(top, left, height=200, width=120, canvas=(512, 384)):
    mask = np.zeros(canvas, bool)
    mask[top : top + height, left : left + width] = True
    texture = np.random.default_rng(1).integers(1, 256, (height, width))
    image = np.zeros(canvas, np.uint8)
    image[mask] = texture.ravel()
    return Preprocessed(image, mask, np.zeros(canvas, bool), (1.0, 1.0), canvas, 0.2, False, (), "")


def test_the_layout_does_not_depend_on_where_the_breast_lies_on_its_canvas():
    one, other = lay_out(prepared_film(40, 0)), lay_out(prepared_film(250, 200))
    assert np.array_equal(one.image, other.image)
    assert np.array_equal(one.in_breast, other.in_breast)


def test_sides_are_multiples_of_the_stride_and_the_margin_is_empty():
    image = lay_out(prepared_film(40, 0)).image
    assert [side % 32 for side in image.shape] == [0, 0]
    assert not image[:64].any()
    assert not image[:, :64].any()


def test_centres_of_cells_lie_in_the_breast():
    prepared = prepared_film(40, 100)
    x, y = lay_out(prepared).centres().T
    assert len(x) == pytest.approx(200 * 120 / CELL_PX**2, rel=0.15)
    assert (x.min(), x.max()) == pytest.approx((100, 220), abs=CELL_PX)
    assert (y.min(), y.max()) == pytest.approx((40, 240), abs=CELL_PX)


def test_a_map_of_cells_comes_back_to_where_it_was():
    prepared = prepared_film(40, 100)
    grid = lay_out(prepared)
    cells = np.zeros(grid.in_breast.shape, np.float32)
    cells[7, 6] = 1
    canvas = grid.to_film_canvas(cells, prepared.image.shape, fill=0.0)
    y, x = np.unravel_index(np.argmax(canvas), canvas.shape)
    assert np.hypot(*(grid.to_prepared(np.array([6, 7])) - (x, y))) <= 1.5


def leaning_film():
    """Half an ellipse with its chest wall at the left."""
    y, x = np.mgrid[:512, :384]
    mask = (x - 40) ** 2 / 150**2 + (y - 250) ** 2 / 200**2 < 1
    mask[:, :40] = False
    image = np.random.default_rng(2).integers(1, 256, mask.shape).astype(np.uint8) * mask
    return Preprocessed(image, mask, np.zeros_like(mask), (1.0, 1.0), mask.shape, 0.2, False, (), "")


def mirrored(prepared):
    image, mask = (np.ascontiguousarray(part[:, ::-1]) for part in (prepared.image, prepared.breast_mask))
    return replace(prepared, image=image, breast_mask=mask)


def test_a_film_and_its_mirror_image_are_the_same_picture_to_the_network():
    one, other = lay_out(leaning_film()), lay_out(mirrored(leaning_film()))
    assert (one.mirrored, other.mirrored) == (False, True)
    assert np.array_equal(one.image, other.image)
    assert np.array_equal(one.in_breast, other.in_breast)


def test_cells_of_a_mirrored_film_lie_at_mirrored_places():
    one, other = lay_out(leaning_film()), lay_out(mirrored(leaning_film()))
    assert np.array_equal(other.centres(), [384, 0] + one.centres() * [-1, 1])
    assert np.array_equal(other.to_prepared(other.from_prepared(np.array([7.0, 9.0])) / 16 - 0.5), [7, 9])
    cells = np.random.default_rng(3).random(one.in_breast.shape).astype(np.float32)
    canvas = one.to_film_canvas(cells, (512, 384), fill=0.0)
    assert np.array_equal(other.to_film_canvas(cells, (512, 384), fill=0.0), canvas[:, ::-1])


def test_a_region_at_the_corner_is_filled_with_air():
    image = np.full((200, 200), 9, np.uint8)
    crop = cut_region(image, 0, 0)
    assert crop.shape == (96, 96)
    assert (crop[:48] == 0).all()
    assert (crop[48:, 48:] == 9).all()
