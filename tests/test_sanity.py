"""The check by randomised weights: what is shuffled, what is left alone, and that Grad-CAM notices."""

import numpy as np
import pytest

from mammo_core import load_bundle, load_mammogram, preprocess
from mammo_core.explain.explain import class_maps
from mammo_core.explain.model import released_model
from mammo_core.explain.sanity import LEVELS, check, explained, likeness, shuffled
from mammo_core.network.grid import Grid, lay_out


@pytest.fixture(scope="module")
def model():
    return released_model(load_bundle())


@pytest.fixture(scope="module")
def grid(demo_film):
    """A piece of a demo film's breast."""
    film = load_mammogram(demo_film("sfm-malign-0/1-283.dcm"), pixel_spacing_mm=0.05)
    whole = lay_out(preprocess(film, load_bundle().config))
    rows, columns = np.nonzero(whole.in_breast)
    top, left = int(np.median(rows)) // 2 * 2 - 10, int(np.median(columns)) // 2 * 2 - 8
    return Grid(whole.image[16 * top :, 16 * left :][:320, :256], (0, 0), whole.in_breast[top:, left:][:20, :16])


@pytest.fixture(scope="module")
def checked(grid, model):
    return check("gradcam", "malignant", grid, model)


@pytest.mark.parametrize("level", LEVELS)
def test_shuffled_weights_change_the_map_of_gradcam(checked, level):
    relative, alike = checked[level]
    assert relative.any()
    assert abs(alike.rank) < 0.5
    assert alike.ssim < 0.5


def test_the_true_map_is_like_itself(checked):
    assert checked[""][1].rank == pytest.approx(1)
    assert checked[""][1].ssim == pytest.approx(1)


def test_the_true_map_is_the_released_models(checked, grid, model):
    assert np.array_equal(checked[""][0], class_maps("gradcam", ("malignant",), model.scan(grid), model)[0])


def test_shuffling_keeps_the_values_and_goes_from_the_top_downwards(model):
    graph = model.load_graph()
    changed = {level: changed_layers(graph, shuffled(graph, level)) for level in LEVELS}
    assert changed["head"] == {"film_logits"}
    assert changed["head"] < changed["upper"] < changed["whole"]
    assert any(name.startswith("block10_") for name in changed["upper"])
    assert not any(name.startswith("block4_") for name in changed["upper"])
    assert "stem_conv" in changed["whole"]
    assert not any(name.endswith("_bn") for name in changed["whole"])


def changed_layers(graph, copy):
    names = set()
    for layer in graph.model.layers:
        other = copy.model.get_layer(layer.name)
        for before, after in zip(layer.get_weights(), other.get_weights(), strict=True):
            assert np.array_equal(np.sort(before, axis=None), np.sort(after, axis=None))
            if not np.array_equal(before, after):
                names.add(layer.name)
    return names


def test_features_of_a_shuffled_model_are_standardised_over_the_film(grid, model):
    some = explained(shuffled(model.load_graph(), "whole"), grid, model.top_cells)
    cells = some.network.run(grid.image, ["features"])["features"][grid.in_breast]
    assert np.allclose(cells.mean(axis=0), 0, atol=1e-2)
    assert np.allclose(cells.std(axis=0), 1, atol=1e-2)


def test_likeness_is_that_of_order_inside_the_breast():
    in_breast = np.ones((8, 8), bool)
    in_breast[0] = False
    first = np.arange(64, dtype=float).reshape(8, 8)
    second = first**3
    second[0] = 1e9  # outside the breast
    assert likeness(first, second, in_breast).rank == pytest.approx(1)
    assert likeness(first, first.max() - first, in_breast).rank == pytest.approx(-1)
    assert likeness(first, np.zeros((8, 8)), in_breast).rank is None


def test_an_unknown_level_is_a_mistake_of_the_caller(model):
    with pytest.raises(ValueError, match="level must be one of"):
        shuffled(model.load_graph(), "tail")


def test_a_check_can_be_stopped(grid, model):
    def stop(fraction):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check("gradcam", "malignant", grid, model, stop)
    assert check("gradcam", "malignant", grid, model)[""][0].any()
