"""The pectoral muscle."""

from __future__ import annotations

import numpy as np
import pytest

from mammo_core.film.breast import segment_breast
from mammo_core.film.load import load_mammogram
from mammo_core.film.pectoral import segment_pectoral
from mammo_core.mias.phantom import draw_phantom


def dice(a: np.ndarray, b: np.ndarray) -> float:
    return 2 * int((a & b).sum()) / int(a.sum() + b.sum())


@pytest.mark.parametrize("seed", range(12))
def test_the_muscle_of_a_phantom_is_found_on_either_side(seed):
    phantom = draw_phantom(seed, 512)
    found = segment_pectoral(phantom.mammogram.pixels, phantom.breast_mask, 0.4, "MLO")
    assert dice(found, phantom.pectoral_mask) > 0.95


def test_a_cc_view_has_no_muscle():
    phantom = draw_phantom(0, 256)
    assert not segment_pectoral(phantom.mammogram.pixels, phantom.breast_mask, 0.8, "CC").any()


def test_a_breast_without_an_edge_has_no_muscle():
    y, x = np.mgrid[:400, :300]
    breast = (x**2 + (y - 200) ** 2) < 190**2
    assert not segment_pectoral(np.where(breast, 150, 0).astype(np.uint8), breast, 0.5, "MLO").any()


def test_without_a_breast_there_is_no_muscle():
    assert not segment_pectoral(np.zeros((40, 40), np.uint8), np.zeros((40, 40), bool), 0.5, None).any()


def test_the_mirrored_film_has_the_mirrored_muscle():
    phantom = draw_phantom(7, 512, laterality="L")
    pixels, breast = phantom.mammogram.pixels, phantom.breast_mask
    mirrored = segment_pectoral(pixels[:, ::-1], breast[:, ::-1], 0.4, "MLO")
    assert np.array_equal(mirrored[:, ::-1], segment_pectoral(pixels, breast, 0.4, "MLO"))


@pytest.mark.parametrize("film_id", ["mdb001", "mdb028", "mdb150", "mdb264", "mdb320"])
def test_on_mias_the_muscle_is_a_triangle_at_the_top_of_the_chest_wall(mias_dir, film_id):
    pixels = load_mammogram(mias_dir / f"{film_id}.pgm").pixels
    breast = segment_breast(pixels, 0.2)
    muscle = segment_pectoral(pixels, breast, 0.2, "MLO")
    assert 0.03 < muscle.sum() / breast.sum() < 0.45
    assert not (muscle & ~breast).any()
    widths = muscle.sum(axis=1)
    assert widths[:100].mean() > widths[300:400].mean()
    assert np.median(pixels[muscle]) > np.median(pixels[breast])


def test_refuses_a_mask_of_another_film():
    with pytest.raises(ValueError, match="one shape"):
        segment_pectoral(np.zeros((4, 5), np.uint8), np.zeros((5, 4), bool), 0.2, None)
