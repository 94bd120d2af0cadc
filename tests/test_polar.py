"""The polar picture of a breast, and the way back."""

import numpy as np
import pytest

from mammo_core.film.polar import breast_centroid, polar_frame
from mammo_core.mias.phantom import draw_phantom


@pytest.fixture(scope="module", params=[0, 1, 2])
def phantom(request):
    return draw_phantom(request.param, 512)


def disc(radius=40, centre=(70, 60), shape=(130, 150)):
    y, x = np.indices(shape)
    return np.hypot(x - centre[0], y - centre[1]) <= radius


def test_the_centroid_is_the_middle_of_a_disc():
    assert breast_centroid(disc()) == pytest.approx((70, 60))


def test_there_and_back_is_the_same_within_the_breast(phantom):
    film, breast = phantom.mammogram.pixels, phantom.breast_mask
    frame = polar_frame(breast)
    back = frame.roll_up(frame.unroll(film))
    assert back.shape == film.shape
    assert back.dtype == film.dtype
    off = np.abs(back.astype(float) - film)[breast]
    assert off.mean() < 1.5
    assert np.percentile(off, 99) < 8


def test_a_smooth_film_comes_back_exactly(phantom):
    y, x = np.indices(phantom.breast_mask.shape, dtype=np.float32)
    film = 3 * x + 2 * y
    frame = polar_frame(phantom.breast_mask)
    back = frame.roll_up(frame.unroll(film))
    off = np.abs(back - film) * phantom.breast_mask
    assert off[2:-2, 2:-2].max() < 0.1
    assert off.max() < 5  # where the breast touches the film's edge, one pixel is worth up to 5


def test_a_mask_comes_back(phantom):
    frame = polar_frame(phantom.breast_mask)
    polar = frame.unroll(phantom.breast_mask)
    assert polar.dtype == bool
    back = frame.roll_up(polar)
    assert 2 * (back & phantom.breast_mask).sum() / (back.sum() + phantom.breast_mask.sum()) > 0.995


def test_a_coarse_picture_of_the_networks_size_still_shows_the_breast(phantom):
    film, breast = phantom.mammogram.pixels, phantom.breast_mask
    frame = polar_frame(breast, (224, 224))
    polar = frame.unroll(film)
    assert polar.shape == (224, 224)
    assert np.corrcoef(frame.roll_up(polar)[breast], film[breast])[0, 1] > 0.95


def test_a_row_is_a_direction_and_a_column_a_distance():
    frame = polar_frame(disc(), (360, 41))
    assert frame.reach_px == pytest.approx(41, abs=0.5)
    film = np.zeros((130, 150), np.uint8)
    film[60, 100] = film[85, 70] = 255  # 30 px to the right of the centre, 25 px below it
    polar = frame.unroll(film)
    rows, columns = np.nonzero(polar > 100)
    right, below = columns[rows < 45], columns[rows > 45]
    assert right * frame.reach_px / 40 == pytest.approx(30, abs=1)
    assert below * frame.reach_px / 40 == pytest.approx(25, abs=1)
    assert rows[rows > 45] == pytest.approx(90, abs=3)


def test_the_skin_of_a_disc_is_a_straight_line():
    mask = disc()
    polar = polar_frame(mask).unroll(mask)
    assert np.ptp(polar.sum(axis=1)) <= 2


def test_a_turned_breast_is_a_shifted_picture():
    y, x = np.indices((121, 121))
    mask = np.hypot(x - 60, y - 60) <= 55
    film = np.float32(100 + 40 * np.sin(x / 9) + 30 * np.cos(y / 13)) * mask
    frame = polar_frame(mask, (400, 56))
    quarter = frame.unroll(np.ascontiguousarray(np.rot90(film, -1)))  # clockwise, as rows count
    assert np.abs(quarter - np.roll(frame.unroll(film), 100, axis=0))[:, :50].max() < 1.5


def test_sixteen_bit_films_and_films_left_as_they_were():
    film = (disc() * 40_000).astype(np.uint16)
    before = film.copy()
    frame = polar_frame(disc())
    assert frame.unroll(film).max() == 40_000
    assert np.array_equal(film, before)


def test_nothing_seams_where_the_last_direction_meets_the_first():
    film = np.full((130, 150), 200, np.uint8)
    frame = polar_frame(disc(), (360, 60))
    assert (frame.roll_up(frame.unroll(film))[disc()] == 200).all()


def test_a_breast_of_one_pixel_is_no_trouble():
    mask = np.zeros((9, 9), bool)
    mask[4, 4] = True
    film = np.arange(81, dtype=np.uint8).reshape(9, 9)
    frame = polar_frame(mask)
    assert frame.roll_up(frame.unroll(film))[4, 4] == film[4, 4]


def test_refuses_an_empty_breast_and_other_shapes():
    with pytest.raises(ValueError, match="empty"):
        polar_frame(np.zeros((5, 5), bool))
    with pytest.raises(ValueError, match="polar_shape must be"):
        polar_frame(disc(), (1, 10))
    frame = polar_frame(disc(), (90, 40))
    with pytest.raises(ValueError, match=r"expected a film of shape \(130, 150\)"):
        frame.unroll(np.zeros((5, 5), np.uint8))
    with pytest.raises(ValueError, match=r"expected a polar picture of shape \(90, 40\)"):
        frame.roll_up(np.zeros((40, 90), np.uint8))
