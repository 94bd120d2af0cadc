"""EfficientNet-Lite0 as one flat chain of Keras layers, so that every CAM method can find its way through it.

Source: Tan & Le, EfficientNet (ICML 2019); the Lite variant has no squeeze-and-excite and uses ReLU6. Normalisation is
(x - 127) / 128, padding is TensorFlow's "same", batch-norm epsilon is 1e-3.
"""

from __future__ import annotations

import keras
import numpy as np

from mammo_core.network.imagenet import lite0_weights_path, read_torch_file

STAGES = [(1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3), (6, 5, 2, 192, 4)]
STAGES += [(6, 3, 1, 320, 1)]
"""(expansion, kernel, stride, channels, count of blocks) of each stage; only its first block has the stride."""
BLOCKS = [
    (expansion, kernel, stride if i == 0 else 1, channels)
    for expansion, kernel, stride, channels, count in STAGES
    for i in range(count)
]


def lite0_blocks(grey: keras.KerasTensor, last_block: int) -> list[keras.KerasTensor]:
    """Chain EfficientNet-Lite0's stem and blocks onto a grey input and return every block's output.

    Args:
        grey: (batch, H, W, 1) float, values 0 to 255.
        last_block: Index of the last block to build, 0 to 15.

    Returns:
        Outputs of blocks 0 to `last_block`; strides 2, 4, 4, 8, 8, 16 (blocks 5 to 10), 32.
    """
    x = keras.layers.Rescaling(1 / 128, offset=-127 / 128, name="scale")(grey)
    x = keras.layers.Conv2D(32, 3, strides=2, padding="same", use_bias=False, name="stem_conv")(x)
    x = norm_relu6(x, "stem")
    outputs = []
    for i, (expansion, kernel, stride, channels) in enumerate(BLOCKS[: last_block + 1]):
        x = residual_block(x, f"block{i}", expansion, kernel, stride, channels)
        outputs.append(x)
    return outputs


def load_imagenet(model: keras.Model) -> None:
    """Fill the layers that `lite0_blocks` made with ImageNet weights, in place; other layers are left alone.

    The stem's kernel is summed over its three input channels, which for a grey picture is the same convolution.

    Raises:
        BundleError: The weight package is missing or of a foreign format.
    """
    torch_weights = read_torch_file(lite0_weights_path())
    torch_names = {"stem_conv": "_conv_stem", "stem_bn": "_bn0"}
    for i in range(len(BLOCKS)):
        parts = {"expand_conv": "_expand_conv", "expand_bn": "_bn0", "depthwise_conv": "_depthwise_conv"}
        parts |= {"depthwise_bn": "_bn1", "project_conv": "_project_conv", "project_bn": "_bn2"}
        torch_names |= {f"block{i}_{ours}": f"_blocks.{i}.{theirs}" for ours, theirs in parts.items()}
    for layer in model.layers:
        if layer.name in torch_names:
            layer.set_weights(keras_weights(layer, torch_names[layer.name], torch_weights))


def keras_weights(layer: keras.Layer, name: str, torch_weights: dict[str, np.ndarray]) -> list[np.ndarray]:
    """Return a layer's weights in Keras's order and axes, from the torch layer `name`."""
    if isinstance(layer, keras.layers.BatchNormalization):
        parts = ("weight", "bias", "running_mean", "running_var")
        return [torch_weights[f"{name}.{part}"] for part in parts]
    kernel = torch_weights[f"{name}.weight"]
    if isinstance(layer, keras.layers.DepthwiseConv2D):
        return [kernel.transpose(2, 3, 0, 1)]
    kernel = kernel.transpose(2, 3, 1, 0)
    return [kernel.sum(axis=2, keepdims=True) if layer.name == "stem_conv" else kernel]


def norm_relu6(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    """Chain a normalisation and a ReLU that ends at 6, as layers `{name}_bn` and `{name}_relu`."""
    x = keras.layers.BatchNormalization(epsilon=1e-3, name=f"{name}_bn")(x)
    return keras.layers.ReLU(max_value=6, name=f"{name}_relu")(x)


def residual_block(
    x: keras.KerasTensor, name: str, expansion: int, kernel: int, stride: int, channels: int
) -> keras.KerasTensor:
    """Chain an inverted residual: expand, depthwise, project, and add the input where shapes allow."""
    came_in = x
    if expansion != 1:
        width = x.shape[-1] * expansion
        x = keras.layers.Conv2D(width, 1, padding="same", use_bias=False, name=f"{name}_expand_conv")(x)
        x = norm_relu6(x, f"{name}_expand")
    x = keras.layers.DepthwiseConv2D(
        kernel, strides=stride, padding="same", use_bias=False, name=f"{name}_depthwise_conv"
    )(x)
    x = norm_relu6(x, f"{name}_depthwise")
    x = keras.layers.Conv2D(channels, 1, padding="same", use_bias=False, name=f"{name}_project_conv")(x)
    x = keras.layers.BatchNormalization(epsilon=1e-3, name=f"{name}_project_bn")(x)
    if stride == 1 and came_in.shape[-1] == channels:
        x = keras.layers.Add(name=f"{name}_add")([came_in, x])
    return x
