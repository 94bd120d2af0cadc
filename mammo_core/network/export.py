"""The ONNX copy of a network: the same numbers, a tenth of the weight at run time."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import onnx
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

    copy, _ = tf2onnx.convert.from_function(named, input_signature=signature, opset=17)
    _give_scalars_a_rank(copy)
    onnx.save(copy, path)
    film = np.random.default_rng(0).integers(0, 256, (1, 192, 160, 1)).astype(np.float32)
    expected = named(film)
    got = OnnxNetwork(path).run(film[0, ..., 0], OUTPUTS)
    difference = max(float(np.abs(got[k] - expected[k].numpy()[0]).max()) for k in OUTPUTS[1:])
    if difference > TOLERANCE:
        raise BundleError(
            f"the ONNX copy differs by {difference:.2g} from the Keras graph; at most {TOLERANCE} allowed"
        )
    return difference


def _give_scalars_a_rank(copy: onnx.ModelProto) -> None:
    """Give scalars that a picture is multiplied with or added to the picture's rank, in place; no number changes.

    ONNX Runtime walks through a picture of one channel pixel by pixel beside a scalar without dimensions: that alone
    took a third of a region's pass.
    """
    operands = {name for node in copy.graph.node if node.op_type in ("Mul", "Add") for name in node.input}
    for constant in copy.graph.initializer:
        if constant.name in operands and not constant.dims:
            constant.dims.extend([1, 1, 1, 1])
