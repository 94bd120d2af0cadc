"""The ONNX copy of a network: the same numbers, a tenth of the weight at run time."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
import tf2onnx

from mammo_core.errors import BundleError
from mammo_core.network.runtime import OnnxNetwork

OUTPUTS = ("features", "region_logits", "film_logits")
TOLERANCE = 1e-4


def export_onnx(model: keras.Model, path: Path) -> float:
    """Write `model` as ONNX and compare both on a picture of noise.

    Args:
        model: From `build_network`, with its heads set.
        path: Where to write.

    Returns:
        The largest absolute difference of any logit.

    Raises:
        BundleError: The copy differs by more than `TOLERANCE`.
    """
    signature = [tf.TensorSpec((None, None, None, 1), tf.float32, name="film")]

    @tf.function(input_signature=signature)
    def named(film: tf.Tensor) -> dict[str, tf.Tensor]:
        return dict(zip(OUTPUTS, model(film, training=False), strict=True))

    tf2onnx.convert.from_function(named, input_signature=signature, opset=17, output_path=str(path))
    film = np.random.default_rng(0).integers(0, 256, (1, 192, 160, 1)).astype(np.float32)
    expected = named(film)
    got = OnnxNetwork(path).run(film[0, ..., 0], OUTPUTS)
    difference = max(float(np.abs(got[k] - expected[k].numpy()[0]).max()) for k in OUTPUTS[1:])
    if difference > TOLERANCE:
        raise BundleError(
            f"the ONNX copy differs by {difference:.2g} from the Keras graph; at most {TOLERANCE} allowed"
        )
    return difference
