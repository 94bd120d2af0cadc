"""Heatmaps: the closed form is Grad-CAM, every method keeps the contract, and no evidence is said so."""

import numpy as np
import pytest

from benchmarks.keras_vis import keras_vis_map
from mammo_core import explain, load_bundle, load_mammogram, preprocess
from mammo_core.explain import keras_methods
from mammo_core.explain.explain import METHODS, class_maps, gradcam
from mammo_core.explain.model import film_evidence, released_model
from mammo_core.mias.phantom import draw_phantom
from mammo_core.network.grid import Grid, lay_out
from mammo_core.reading.scores import evidence
from mammo_core.types import LABELS

TOLERANCE = {
    "gradcam": 1e-3,
    "gradcam++": 5e-3,
    "layercam": 1e-3,
    "scorecam": 1e-3,
    "saliency": 1e-3,
    "smoothgrad": 5e-3,
}
"""Largest difference allowed, as a share of the map's maximum; the features come from ONNX, tf-keras-vis's do not."""


@pytest.fixture(scope="module")
def bundle():
    return load_bundle()


@pytest.fixture(scope="module")
def mammogram(demo_film):
    return load_mammogram(demo_film("sfm-malign-0/1-283.dcm"), pixel_spacing_mm=0.05)


@pytest.fixture(scope="module")
def small_film():
    return draw_phantom(3, size=256).mammogram


@pytest.fixture(scope="module")
def grid(mammogram, bundle):
    return lay_out(preprocess(mammogram, bundle.config))


@pytest.fixture(scope="module")
def small_grid(grid):
    """A piece of the film's breast."""
    rows, columns = np.nonzero(grid.in_breast)
    top, left = int(np.median(rows)) // 2 * 2 - 8, int(np.median(columns)) // 2 * 2 - 6
    image = grid.image[16 * top :, 16 * left :][:256, :192]
    return Grid(image, (0, 0), grid.in_breast[top:, left:][:16, :12])


@pytest.mark.parametrize("target", LABELS)
def test_closed_form_equals_the_reference_on_a_real_film(grid, bundle, target):
    assert difference("gradcam", target, grid, bundle) < TOLERANCE["gradcam"]


@pytest.mark.parametrize("method", ["gradcam++", "layercam", "saliency"])
def test_the_quicker_ways_keep_to_the_reference_on_a_real_film(grid, bundle, method):
    assert difference(method, "malignant", grid, bundle) < TOLERANCE[method]


@pytest.mark.parametrize("method", ["scorecam", "smoothgrad"])
def test_many_passes_keep_to_the_reference(small_grid, bundle, method):
    assert difference(method, "malignant", small_grid, bundle) < TOLERANCE[method]


def difference(method, target, grid, bundle):
    model = released_model(bundle)
    (ours,) = class_maps(method, (target,), model.scan(grid), model)
    theirs = keras_vis_map(method, target, grid, bundle)
    assert ours.shape == theirs.shape
    assert ours.max() > 0
    return np.abs(ours / ours.max() - theirs / theirs.max()).max()


@pytest.mark.parametrize("method", ["gradcam", "gradcam++", "scorecam", "saliency"])
def test_two_classes_at_once_get_the_maps_they_get_alone(small_grid, bundle, method):
    model = released_model(bundle)
    together = class_maps(method, ("benign", "malignant"), model.scan(small_grid), model)
    alone = [class_maps(method, (target,), model.scan(small_grid), model)[0] for target in ("benign", "malignant")]
    assert all(np.array_equal(a, b) for a, b in zip(together, alone, strict=True))


def test_a_films_evidence_is_the_mean_of_its_highest_cells_in_the_breast():
    cells = np.zeros((2, 4, 3))
    cells[..., 2] = [[1, 5, 3, 90], [2, 90, 90, 90]]  # malignant; what lies outside the breast does not count
    cells[..., 1] = [[4, 0, 0, 0], [0, 0, 0, 0]]
    in_breast = np.array([[True, True, True, False], [True, False, False, False]])
    assert np.array_equal(film_evidence(cells, in_breast, 2), [-1.25, 2.0, 4.0])


def test_a_term_that_all_logits_share_is_no_evidence():
    logits = np.random.default_rng(0).normal(size=(5, 3))
    assert np.allclose(evidence(logits), evidence(logits + 7.0))
    assert np.allclose(evidence([0.0, 1.0, 3.0]), [-2.0, 1.0, 3.0])


@pytest.mark.parametrize("method", ["scorecam", "smoothgrad"])
def test_long_work_can_be_stopped_on_its_way(small_film, bundle, method):
    told = []

    def stop(fraction):
        told.append(fraction)
        if len(told) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        explain(small_film, method, "malignant", bundle, progress=stop)
    assert told[-1] < 0.5


@pytest.mark.parametrize("method", METHODS)
def test_every_method_gives_a_map_in_the_films_own_frame(small_film, bundle, method):
    told = []
    result = explain(small_film, method, "malignant", bundle, progress=told.append)
    assert result.heatmap.shape == small_film.pixels.shape
    assert result.heatmap.dtype == np.float32
    assert result.heatmap.min() >= 0
    assert result.heatmap.max() == (0 if result.empty else 1)
    assert (told[0], told[-1]) == (0, 1)
    assert told == sorted(told)


def test_a_heatmap_of_a_real_film_lies_on_the_breast(mammogram, bundle):
    result = explain(mammogram, "gradcam", "malignant", bundle)
    prepared = preprocess(mammogram, bundle.config)
    rows, columns = np.nonzero(result.heatmap > 0.5)
    inside = prepared.breast_mask[
        (rows / prepared.scale[1]).astype(int).clip(max=prepared.breast_mask.shape[0] - 1),
        (columns / prepared.scale[0]).astype(int).clip(max=prepared.breast_mask.shape[1] - 1),
    ]
    assert result.heatmap.shape == mammogram.pixels.shape
    assert inside.mean() > 0.98


def test_no_evidence_gives_an_empty_map():
    assert not gradcam(np.ones((3, 3, 2)), np.array([-1.0, -2.0])).any()


def test_maps_with_noise_are_the_same_every_time(small_grid, bundle):
    model = released_model(bundle)
    first, second = (class_maps("smoothgrad", ("benign",), model.scan(small_grid), model)[0] for _ in range(2))
    assert first.any()
    assert np.allclose(first, second, rtol=1e-4)


def test_one_compiled_graph_serves_films_of_every_size_and_says_what_reads_films(small_film, mammogram, bundle):
    graph = keras_methods.released_graph(bundle.folder / "model.keras")
    for film in (small_film, mammogram):
        grid = lay_out(preprocess(film, bundle.config))
        expected, got = (network.run(grid.image, ["film_logits"])["film_logits"] for network in (graph, bundle.network))
        assert np.abs(got - expected).max() < 1e-4


@pytest.mark.parametrize(("method", "target"), [("magic", "malignant"), ("gradcam", "bad")])
def test_unknown_methods_and_classes_are_mistakes_of_the_caller(small_film, bundle, method, target):
    with pytest.raises(ValueError, match="must be one of"):
        explain(small_film, method, target, bundle)
