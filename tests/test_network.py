"""The graph: real ImageNet weights, one flat chain, heads that are what was fitted, an ONNX copy that agrees."""

import io
import pickle

import cv2
import keras
import numpy as np
import onnx
import pytest
from sklearn.datasets import load_sample_image

from mammo_core.errors import BundleError
from mammo_core.network.backbone import lite0_blocks, load_imagenet
from mammo_core.network.build import build_network, film_bias, set_heads
from mammo_core.network.export import OUTPUTS, export_onnx
from mammo_core.network.geometry import N_FEATURES
from mammo_core.network.heads import HeadConfig, fit_head
from mammo_core.network.imagenet import lite0_weights_path, read_torch_file
from mammo_core.network.regions import orientations, pool_region
from mammo_core.network.runtime import OnnxNetwork

DAISY, CHURCH_AND_PALACE = 985, {497, 442, 698}


@pytest.fixture(scope="module")
def heads():
    rng = np.random.default_rng(3)
    mean, deviation = rng.normal(size=N_FEATURES), rng.uniform(0.5, 2, N_FEATURES)
    region = rng.normal(size=(2 * N_FEATURES, 3)) / 50, rng.normal(size=3)
    film = rng.normal(size=(3 * N_FEATURES, 3)) / 50, rng.normal(size=3)
    return mean, deviation, region, film


@pytest.fixture(scope="module")
def plain_network():
    model = build_network()
    model.get_layer("features").set_weights([np.zeros(N_FEATURES), np.full(N_FEATURES, 1 - 1e-6)])
    return model


@pytest.fixture(scope="module")
def network(heads):
    model = build_network()
    set_heads(model, *heads)
    return model


@pytest.fixture(scope="module")
def picture():
    return np.random.default_rng(5).integers(0, 256, (160, 128)).astype(np.uint8)


def run(model, image):
    return [out.numpy()[0] for out in model(image.astype(np.float32)[None, ..., None], training=False)]


def test_imagenet_weights_classify_photographs_after_being_read_without_torch():
    grey = keras.Input((None, None, 1))
    last = keras.layers.Conv2D(1280, 1, use_bias=False, name="head")(lite0_blocks(grey, 15)[-1])
    model = keras.Model(grey, last)
    load_imagenet(model)
    torch = read_torch_file(lite0_weights_path())
    model.get_layer("head").set_weights([torch["_conv_head.weight"].transpose(2, 3, 1, 0)])

    def top_classes(name, n):
        picture = cv2.cvtColor(load_sample_image(name), cv2.COLOR_RGB2GRAY)
        scale = 224 / min(picture.shape)
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)[:224, 60:284]
        maps = model(picture.astype(np.float32)[None, ..., None]).numpy()
        normed = (maps - torch["_bn1.running_mean"]) / np.sqrt(torch["_bn1.running_var"] + 1e-3)
        pooled = np.clip(normed * torch["_bn1.weight"] + torch["_bn1.bias"], 0, 6).mean(axis=(1, 2))
        return set(np.argsort(-(pooled @ torch["_fc.weight"].T + torch["_fc.bias"])[0])[:n].tolist())

    assert DAISY in top_classes("flower.jpg", 1)
    assert CHURCH_AND_PALACE & top_classes("china.jpg", 2)


def test_a_weight_file_that_would_run_code_is_refused(tmp_path):
    class Evil:
        def __reduce__(self):
            return eval, ("1/0",)

    buffer = io.BytesIO()
    for part in (0x1950A86A20F9469CFC6C, 1001, {}, Evil()):
        pickle.dump(part, buffer, protocol=2)
    path = tmp_path / "evil.pth"
    path.write_bytes(buffer.getvalue())
    with pytest.raises(BundleError, match="not on the allowed list"):
        read_torch_file(path)


def test_a_file_of_another_format_is_refused(tmp_path):
    path = tmp_path / "foreign.pth"
    path.write_bytes(pickle.dumps(42) * 3)
    with pytest.raises(BundleError, match="legacy torch file"):
        read_torch_file(path)


def test_the_graph_is_flat(network):
    assert not [layer.name for layer in network.layers if isinstance(layer, keras.Model)]


def test_heads_in_the_graph_are_the_linear_maps_that_were_fitted(plain_network, network, heads, picture):
    _mean, _deviation, (region_weights, region_bias), (film_weights, film_bias) = heads
    raw = run(plain_network, picture)[0]
    _features, region_logits, film_logits = run(network, picture)
    expected = pool_region(raw[1:7, 1:7]) @ region_weights + region_bias
    assert np.allclose(region_logits[1, 1], expected, atol=1e-3)
    row, column = 4, 3  # far enough from the border for a whole 7 x 7 surrounding
    surroundings = [raw[row - r : row + r + 1, column - r : column + r + 1].mean(axis=(0, 1)) for r in (0, 1, 3)]
    assert np.allclose(film_logits[row, column], np.concatenate(surroundings) @ film_weights + film_bias, atol=1e-3)


def test_standardised_features_are_what_the_statistics_say(plain_network, network, heads, picture):
    mean, deviation = heads[:2]
    assert np.allclose(run(network, picture)[0], (run(plain_network, picture)[0] - mean) / deviation, atol=1e-3)


def test_onnx_copy_agrees_and_is_saved_whole(network, picture, tmp_path):
    path = tmp_path / "model.onnx"
    assert export_onnx(network, path) < 1e-4
    got = OnnxNetwork(path).run(picture, OUTPUTS)
    for name, expected in zip(OUTPUTS, run(network, picture), strict=True):
        assert np.abs(got[name] - expected).max() < 1e-4


def test_no_scalar_of_the_onnx_copy_makes_the_runtime_walk_through_a_picture_pixel_by_pixel(network, tmp_path):
    path = tmp_path / "model.onnx"
    export_onnx(network, path)
    graph = onnx.load(path).graph
    ranks = {constant.name: len(constant.dims) for constant in graph.initializer}
    arithmetic = [node for node in graph.node if node.op_type in ("Mul", "Add", "Sub", "Div")]
    constants = [name for node in arithmetic for name in node.input if name in ranks]
    assert len(constants) >= 2, "scaling by a factor and an offset"
    assert {ranks[name] for name in constants} == {4}


def test_saved_and_loaded_keras_model_gives_the_same_logits(network, picture, tmp_path):
    network.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", compile=False)
    for ours, theirs in zip(run(network, picture), run(again, picture), strict=True):
        assert np.array_equal(ours, theirs)


def test_a_broken_onnx_file_is_a_bundle_error(tmp_path):
    path = tmp_path / "model.onnx"
    path.write_bytes(b"not a network")
    with pytest.raises(BundleError, match=r"model\.onnx"):
        OnnxNetwork(path)


def test_the_film_head_s_bias_is_its_logit_where_features_are_ordinary(network, heads):
    mean, _deviation, _region, (weights, bias) = heads
    assert np.allclose(film_bias(network), bias + np.tile(mean, 3) @ weights, atol=1e-4)


def test_a_fitted_head_is_one_linear_map_that_separates_what_can_be_separated():
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], 60)
    features = rng.normal(size=(180, 12)) * 3 + 5
    features[np.arange(180), labels] += 12
    weights, bias = fit_head(features, labels, np.ones(180), HeadConfig(8, 1.0))
    assert weights.shape == (12, 3)
    assert (np.argmax(features @ weights + bias, axis=1) == labels).mean() > 0.97


def test_a_head_refuses_to_be_fitted_without_a_class():
    with pytest.raises(ValueError, match="all three classes"):
        fit_head(np.ones((4, 2)), np.array([0, 0, 1, 1]), np.ones(4), HeadConfig(1, 1.0))


def test_a_region_is_shown_in_eight_different_orientations():
    crop = np.arange(36).reshape(6, 6)
    assert len({turned.tobytes() for turned in orientations(crop)}) == 8
