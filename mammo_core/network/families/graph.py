"""Any family as one flat functional graph: grey picture in, logits out, no model inside a model.

    picture (side, side, 1), 0 to 255 -> scaled -> backbone -> `features` -> mean -> dropout -> `logits`, 3 classes
                                                   U-Net    -> `features` -> 1 x 1 convolution -> `logits`, each pixel

`features` is the last feature map, by that name in every family, so that Grad-CAM finds it (ours in closed form,
tf-keras-vis by the layer's name); `logits` is linear, as tf-keras-vis wants it.
"""

from __future__ import annotations

import re
import socket
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import keras
import numpy as np

from mammo_core.errors import BundleError
from mammo_core.network.families.lite import lite_backbone, load_lite_imagenet
from mammo_core.network.families.names import FAMILIES, UNET, WEIGHTS
from mammo_core.network.families.unet import unet_backbone
from mammo_core.types import LABELS

DOWNLOAD_SECONDS = 30.0
"""How long a silent server is waited for."""
_SCRATCH_MOMENTUM = 0.9
"""Of batch normalisation trained from scratch: an epoch here has ten steps, where ImageNet's has thousands."""
_LESION_LOGIT = -4.6
"""Where the U-Net begins: one pixel in a hundred is a lesion's (as Lin et al, RetinaNet, ICCV 2017, begin)."""
_APPLICATIONS = {
    "inception_v3": "InceptionV3",
    "mobilenet": "MobileNet",
    "mobilenet_v2": "MobileNetV2",
    "resnet50": "ResNet50",
    "resnet101": "ResNet101",
}


def build_family(
    name: str, side_px: int, weights: str = "imagenet", trainable_blocks: int = 0, dropout: float = 0.0, seed: int = 0
) -> keras.Model:
    """Build a family's graph.

    Args:
        name: A key of `FAMILIES`.
        side_px: Side of the input in pixels.
        weights: `imagenet`, or `none` for random ones.
        trainable_blocks: How many of the last blocks learn besides the head; 0 freezes the backbone (transfer), -1 lets
            all of it learn. Ignored where weights are random: there all learns.
        dropout: Share of the mean features that a training step leaves out.
        seed: Of random weights and dropout.

    Returns:
        Input `picture` (batch, side, side, 1), values 0 to 255; output `logits`: (batch, 3), the classes as `LABELS`;
        for the U-Net (batch, side, side, 1), a lesion's logit at each pixel.

    Raises:
        BundleError: ImageNet weights cannot be had.
        ValueError: An unknown family, or an impossible setting.
    """
    if name not in FAMILIES or weights not in WEIGHTS:
        raise ValueError(f"expected a family among {', '.join(FAMILIES)} and weights among {', '.join(WEIGHTS)}")
    keras.utils.set_random_seed(seed)
    keras.config.disable_interactive_logging()  # a download's bar would be printed to stdout
    picture = keras.Input((side_px, side_px, 1), name="picture")
    last = _backbone(_scaled(picture, name), name, weights)
    features = keras.layers.Activation("linear", name="features")(last)
    if name == UNET:
        seldom = keras.initializers.Constant(_LESION_LOGIT)
        logits = keras.layers.Conv2D(1, 1, bias_initializer=seldom, name="logits")(features)
    else:
        mean = keras.layers.GlobalAveragePooling2D(name="mean")(features)
        kept = keras.layers.Dropout(dropout, seed=seed, name="dropout")(mean)
        logits = keras.layers.Dense(len(LABELS), name="logits")(kept)
    model = keras.Model(picture, logits, name=name)
    if FAMILIES[name].origin == "package" and weights == "imagenet":
        load_lite_imagenet(model, name)
    if weights == "none" or name == UNET:
        _learn_from_scratch(model)
    else:
        _freeze(model, name, trainable_blocks)
    return model


def block_ends(model: keras.Model, name: str) -> list[str]:
    """Return the layers that end a family's blocks, first to last.

    A block of EfficientNet or MobileNet v2 ends in its sum where it has one, otherwise in its last normalisation.
    """
    pattern = re.compile(FAMILIES[name].block_end)
    names = [layer.name for layer in model.layers if FAMILIES[name].block_end and pattern.fullmatch(layer.name)]
    summed = {end.removesuffix("add") for end in names if end.endswith("add")}
    return [end for end in names if end.endswith("add") or not any(end.startswith(stem) for stem in summed if stem)]


def closed_form_gradcam(model: keras.Model, picture: np.ndarray, class_index: int) -> np.ndarray:
    """Return Grad-CAM at `features` of a classifier, in closed form.

    With a mean over the map and a dense head, Grad-CAM's weights (Selvaraju et al, ICCV 2017) are the class's column of
    the head: no backward pass is needed.

    Args:
        model: From `build_family`, a classifier.
        picture: side x side, 0 to 255.
        class_index: Index of `LABELS`.

    Returns:
        h x w float32, at least 0, one value a cell of `features`, scaled like the features.
    """
    layer = keras.Model(model.input, model.get_layer("features").output)
    features = layer.predict_on_batch(np.asarray(picture, np.float32)[None, ..., None])[0]
    column = model.get_layer("logits").get_weights()[0][:, class_index]
    return np.maximum(features @ column / np.prod(features.shape[:2]), 0)


def _scaled(picture: keras.KerasTensor, name: str) -> keras.KerasTensor:
    family = FAMILIES[name]
    if family.origin == "keras":
        picture = keras.layers.Concatenate(name="three_channels")([picture] * 3)
    offset = list(family.offset) if isinstance(family.offset, tuple) else family.offset
    return keras.layers.Rescaling(family.scale, offset=offset, name="scale")(picture)


def _backbone(scaled: keras.KerasTensor, name: str, weights: str) -> keras.KerasTensor:
    if name == UNET:
        return unet_backbone(scaled)
    if FAMILIES[name].origin == "package":
        return lite_backbone(scaled, name)
    build = getattr(keras.applications, _APPLICATIONS[name])
    with _no_endless_wait():
        try:
            loaded = weights if weights == "imagenet" else None
            with warnings.catch_warnings():  # that MobileNet's weights were learned at another size is known
                warnings.filterwarnings("ignore", "`input_shape` is undefined or non-square", UserWarning)
                return build(include_top=False, weights=loaded, input_tensor=scaled).output
        except Exception as error:
            # Keras raises a bare Exception where a download fails; what is wrong with a setting stays as it is.
            if not str(error).startswith("URL fetch failure") and not isinstance(error, OSError):
                raise
    raise BundleError(
        f"the ImageNet weights of {FAMILIES[name].title} come from keras.applications, which downloads them the first "
        "time, and its server cannot be reached from here. Train once where it can (they are kept in ~/.keras/models, "
        "which may be copied), or train from scratch with network.weights=none"
    )


@contextmanager
def _no_endless_wait() -> Iterator[None]:
    """Give up on a server that says nothing: Keras waits for ever."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(DOWNLOAD_SECONDS)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _learn_from_scratch(model: keras.Model) -> None:
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = _SCRATCH_MOMENTUM


def _freeze(model: keras.Model, name: str, trainable_blocks: int) -> None:
    """Freeze all but the head and the last blocks; batch normalisation keeps ImageNet's moments, as Keras advises."""
    ends = block_ends(model, name)
    if not -1 <= trainable_blocks <= len(ends):
        raise ValueError(
            f"network.trainable_blocks must be 0 (the head alone learns) to {len(ends)}, the blocks of "
            f"{FAMILIES[name].title}, or -1 for all of it, not {trainable_blocks}"
        )
    names = [layer.name for layer in model.layers]
    first = {0: names.index("features"), -1: 0}.get(trainable_blocks)
    if first is None:
        first = names.index(ends[-trainable_blocks - 1]) + 1 if trainable_blocks < len(ends) else 0
    for i, layer in enumerate(model.layers):
        layer.trainable = i >= first and not isinstance(layer, keras.layers.BatchNormalization)
