"""Grad-CAM of a region: the head's own weights, laid over the square that is read."""

import numpy as np
import pytest

from mammo_core import load_bundle, preprocess
from mammo_core.explain.region_cam import region_cam, region_kernel, turned_back
from mammo_core.mias.phantom import draw_phantom
from mammo_core.network.bundle import ONNX_FILE
from mammo_core.network.regions import orientations
from mammo_core.reading.scan import scan_region
from mammo_core.types import LABELS


@pytest.fixture(scope="module")
def bundle():
    return load_bundle()


@pytest.fixture(scope="module")
def prepared(bundle):
    return preprocess(draw_phantom(3).mammogram, bundle.config)


@pytest.fixture(scope="module")
def middle(prepared):
    """The middle of the breast, in film pixels."""
    rows, columns = np.nonzero(prepared.breast_mask)
    return columns.mean() * prepared.scale[0], rows.mean() * prepared.scale[1]


@pytest.fixture(scope="module")
def scan(bundle, prepared, middle):
    return scan_region(prepared, middle, bundle)


def test_the_weights_are_those_that_make_the_regions_logits(bundle):
    rng = np.random.default_rng(0)
    kernel = region_kernel(bundle.folder / ONNX_FILE)
    biases = []
    for _ in range(2):
        out = bundle.network.run(rng.integers(0, 255, (96, 96)), ["features", "region_logits"])
        evidence = np.einsum("hwc,hwct->t", out["features"], kernel)
        biases.append(out["region_logits"][0, 0] - evidence)
    assert kernel.shape == (6, 6, 232, 3)
    assert biases[0] == pytest.approx(biases[1], abs=1e-3)


def test_maps_of_the_eight_orientations_are_turned_back():
    cells = np.arange(36.0).reshape(6, 6, 1)
    for upright in turned_back(orientations(cells)):
        assert np.array_equal(upright, cells)


@pytest.mark.parametrize("target", LABELS)
def test_a_regions_map_covers_its_square_and_is_relative_to_its_own_maximum(bundle, scan, target):
    heatmap = region_cam(scan, target, bundle)
    assert heatmap.shape == (96, 96)
    assert heatmap.min() >= 0
    assert heatmap.max() in (0.0, 1.0)


def test_each_class_has_a_map_of_its_own(bundle, scan):
    normal, _, malignant = (region_cam(scan, target, bundle) for target in LABELS)
    assert not np.allclose(normal, malignant)


def test_an_unknown_class_is_a_mistake_of_the_caller(bundle, scan):
    with pytest.raises(ValueError, match="target must be one of"):
        region_cam(scan, "cyst", bundle)
