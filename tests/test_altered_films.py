"""The copies that the applicability report is made of show what they say."""

import numpy as np
import pytest

from benchmarks.altered_films import OTHER_LOOK, SAME_BREAST
from mammo_core.mias.phantom import draw_phantom

FILM = draw_phantom(1, 512, artefacts=False, laterality="L").mammogram.pixels


@pytest.mark.parametrize("name", SAME_BREAST)
def test_a_place_on_a_copy_is_found_again_on_the_film(name):
    marked = np.minimum(FILM, 180)
    marked[256:265, 146:155] = 255
    copy = SAME_BREAST[name].make(marked)
    level = 0.9 * np.iinfo(copy.dtype).max
    ys, xs = np.nonzero(copy[: copy.shape[0] - 20, 20:-20][20:] > level)
    found = (xs.mean() + 20.5, ys.mean() + 20.5)
    assert SAME_BREAST[name].back(marked, found) == pytest.approx((150.5, 260.5), abs=2)
    assert SAME_BREAST[name].spacing_mm * copy.shape[0] >= 0.5 * 0.2 * FILM.shape[0]


@pytest.mark.parametrize("name", [name for name in OTHER_LOOK if "spacing" not in name])
def test_a_copy_with_another_look_keeps_the_frame_and_changes_the_picture(name):
    copy = OTHER_LOOK[name](FILM)
    assert copy.shape == FILM.shape
    grey = copy.astype(float) / np.iinfo(copy.dtype).max
    assert np.abs(grey - FILM / 255).mean() > 0.001
