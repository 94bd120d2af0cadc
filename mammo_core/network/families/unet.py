"""A small U-Net that outlines lesions: a flat graph from a whole film to one logit a pixel.

Source: Ronneberger, Fischer and Brox, U-Net (MICCAI 2015), at an eighth of its width for a data set of this size, with
batch normalisation and "same" padding, as is usual since. The loss is cross-entropy plus the soft Dice loss (Milletari
et al, V-Net, 3DV 2016): a lesion fills a hundredth of a film, and cross-entropy alone is content with none.
"""

from __future__ import annotations

import keras

WIDTHS = (8, 16, 32, 64)
"""Channels at full, half, quarter and eighth size."""


def unet_backbone(scaled: keras.KerasTensor) -> keras.KerasTensor:
    """Chain a U-Net onto a scaled grey input and return its last feature map, (batch, H, W, 8); H, W multiples of 8."""
    x, skipped = scaled, []
    for i, width in enumerate(WIDTHS):
        x = _twice(keras.layers.MaxPooling2D(2, name=f"down{i}_pool")(x) if i else x, width, f"down{i}")
        skipped.append(x)
    for i in reversed(range(len(WIDTHS) - 1)):
        x = keras.layers.UpSampling2D(2, interpolation="bilinear", name=f"up{i}_size")(x)
        x = keras.layers.Concatenate(name=f"up{i}_join")([x, skipped[i]])
        x = _twice(x, WIDTHS[i], f"up{i}")
    return x


def _twice(x: keras.KerasTensor, width: int, name: str) -> keras.KerasTensor:
    for i in range(2):
        x = keras.layers.Conv2D(width, 3, padding="same", use_bias=False, name=f"{name}_conv{i}")(x)
        x = keras.layers.BatchNormalization(name=f"{name}_bn{i}")(x)
        x = keras.layers.ReLU(name=f"{name}_relu{i}")(x)
    return x
