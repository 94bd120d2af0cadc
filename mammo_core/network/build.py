"""The whole network as one flat Keras graph: middle layers of EfficientNet-Lite0, one head for regions, one for films.

    grey (H, W, 1) -> stem, blocks 0..10 -> blocks 4, 7 and 10 side by side at one cell per 16 pixels, standardised
                   -> `features` -> `region_logits`   a 6 x 6 valid convolution: 96 pixels in, one answer out
                                 -> `film_logits`     each cell with its surroundings: a map of answers

Both heads are linear: the film head in `context`, each cell with its surroundings, which is the layer that Grad-CAM
explains. Middle layers and a small
field of view are what small data sets of lesions reward: the last layers know objects of photographs.
"""

from __future__ import annotations

import keras
import numpy as np

from mammo_core.network.backbone import lite0_blocks, load_imagenet
from mammo_core.network.geometry import N_FEATURES, REGION_CELLS, SURROUNDS

TAPS = (4, 7, 10)
"""The blocks that are read: strides 8, 16 and 16; 40, 80 and 112 channels."""


def build_network() -> keras.Model:
    """Build the graph with ImageNet weights in its blocks and zero heads.

    Returns:
        A functional model without nested models. Input `film`: (batch, H, W, 1), values 0 to 255, H and W multiples
        of 32 and at least 96. Outputs, in order: `features` (batch, H/16, W/16, 232), `region_logits`
        (batch, H/16 - 5, W/16 - 5, 3) and `film_logits` (batch, H/16, W/16, 3), the classes as `LABELS`.

    Raises:
        BundleError: The weight package is not installed.
    """
    film = keras.Input((None, None, 1), name="film")
    blocks = lite0_blocks(film, TAPS[-1])
    fine = keras.layers.AveragePooling2D(2, name="block4_pool")(blocks[TAPS[0]])
    cells = keras.layers.Concatenate(name="taps")([fine, blocks[TAPS[1]], blocks[TAPS[2]]])
    features = keras.layers.BatchNormalization(center=False, scale=False, epsilon=1e-6, name="features")(cells)
    region_logits = keras.layers.Conv2D(3, REGION_CELLS, name="region_logits", kernel_initializer="zeros")(features)
    around = [
        keras.layers.AveragePooling2D(size, strides=1, padding="same", name=f"around{size}")(features)
        for size in SURROUNDS
    ]
    context = keras.layers.Concatenate(name="context")([features, *around])
    film_logits = keras.layers.Conv2D(3, 1, name="film_logits", kernel_initializer="zeros")(context)
    model = keras.Model(film, [features, region_logits, film_logits], name="mammo")
    load_imagenet(model)
    model.trainable = False
    return model


def set_heads(
    model: keras.Model,
    mean: np.ndarray,
    deviation: np.ndarray,
    region: tuple[np.ndarray, np.ndarray],
    film: tuple[np.ndarray, np.ndarray],
) -> None:
    """Put standardisation and heads into the graph, in place.

    Args:
        model: From `build_network`.
        mean: (232,) mean of each raw feature over breast cells.
        deviation: (232,) its standard deviation.
        region: Weights (464, 3) over [mean of all 36 cells, mean of the central 4], and bias (3,), on raw features.
        film: Weights (696, 3) over [cell, 3 x 3 mean, 7 x 7 mean], and bias (3,), on raw features.
    """
    model.get_layer("features").set_weights([mean, deviation**2 - 1e-6])
    weights, bias = _on_standardised(*region, mean, deviation)
    whole, centre = weights.reshape(2, N_FEATURES, 3)
    kernel = np.broadcast_to(whole / REGION_CELLS**2, (REGION_CELLS, REGION_CELLS, N_FEATURES, 3)).copy()
    middle = slice(REGION_CELLS // 2 - 1, REGION_CELLS // 2 + 1)
    kernel[middle, middle] += centre / 4
    model.get_layer("region_logits").set_weights([kernel, bias])
    weights, bias = _on_standardised(*film, mean, deviation)
    model.get_layer("film_logits").set_weights([weights[None, None], bias])


def _on_standardised(
    weights: np.ndarray, bias: np.ndarray, mean: np.ndarray, deviation: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return linear weights over raw features as weights over standardised ones (pooling keeps both linear)."""
    copies = len(weights) // len(mean)
    return weights * np.tile(deviation, copies)[:, None], bias + np.tile(mean, copies) @ weights


def film_bias(model: keras.Model) -> np.ndarray:
    """Return the film head's bias, (3,): what its logits are where there is no evidence. Grad-CAM needs it."""
    return model.get_layer("film_logits").get_weights()[1]
