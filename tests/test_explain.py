"""Heatmaps: the closed form is Grad-CAM, every method keeps the contract, and no evidence is said so."""

import numpy as np
import pytest

from mammo_core import explain, load_bundle, load_mammogram, preprocess
from mammo_core.explain import keras_methods
from mammo_core.explain.explain import METHODS, gradcam
from mammo_core.mias.phantom import draw_phantom
from mammo_core.reading.read_film import scan_film
from mammo_core.types import LABELS


@pytest.fixture(scope="module")
def bundle():
    return load_bundle()


@pytest.fixture(scope="module")
def mammogram(demo_film):
    return load_mammogram(demo_film("sfm-malign-0/1-283.dcm"), pixel_spacing_mm=0.05)


@pytest.fixture(scope="module")
def small_film():
    return draw_phantom(3, size=256).mammogram


@pytest.mark.parametrize("target", LABELS)
def test_closed_form_equals_the_reference_on_a_real_film(mammogram, bundle, target):
    scan = scan_film(preprocess(mammogram, bundle.config), bundle)
    ours = gradcam(scan.features, bundle.gradcam_column(target))
    theirs = keras_methods.keras_map("gradcam", target, scan.grid, bundle, lambda fraction: None)
    assert ours.max() > 0
    assert np.allclose(ours / ours.max(), theirs / theirs.max(), atol=1e-3)


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


def test_maps_with_noise_are_the_same_every_time(small_film, bundle, monkeypatch):
    monkeypatch.setattr(keras_methods, "_SMOOTHGRAD_SAMPLES", 2)
    first, second = (explain(small_film, "smoothgrad", "benign", bundle).heatmap for _ in range(2))
    assert np.allclose(first, second, atol=1e-4)


@pytest.mark.parametrize(("method", "target"), [("magic", "malignant"), ("gradcam", "bad")])
def test_unknown_methods_and_classes_are_mistakes_of_the_caller(small_film, bundle, method, target):
    with pytest.raises(ValueError, match="must be one of"):
        explain(small_film, method, target, bundle)
