"""tf-keras-vis as it comes, eager and over the whole Keras graph: what our quicker ways are measured against."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from tf_keras_vis.gradcam import Gradcam
from tf_keras_vis.gradcam_plus_plus import GradcamPlusPlus
from tf_keras_vis.layercam import Layercam
from tf_keras_vis.saliency import Saliency
from tf_keras_vis.scorecam import Scorecam

from mammo_core.explain import keras_methods
from mammo_core.explain.scorecam import CHANNELS
from mammo_core.network.bundle import KERAS_FILE, Bundle
from mammo_core.network.grid import Grid
from mammo_core.reading.scores import AGAINST_NORMAL
from mammo_core.types import LABELS

CAMS = {"gradcam": Gradcam, "gradcam++": GradcamPlusPlus, "layercam": Layercam, "scorecam": Scorecam}


class TopCells(keras.layers.Layer):
    """Mean of the highest cells inside one film's breast for each class: the film's evidence, (batch, 3)."""

    def __init__(self, in_breast: np.ndarray, count: int) -> None:
        super().__init__(name="evidence")
        self._outside = tf.constant(np.where(in_breast, 0, -1e9).ravel(), tf.float32)
        self._count = min(count, int(in_breast.sum()))

    def call(self, cells: tf.Tensor) -> tf.Tensor:
        """Return (batch, 3) for (batch, h, w, 3)."""
        flat = tf.reshape(cells, (-1, self._outside.shape[0], 3)) + self._outside[:, None]
        highest = tf.math.top_k(tf.transpose(flat, (0, 2, 1)), self._count).values
        return tf.reduce_mean(highest, axis=-1)


def keras_vis_map(method: str, target: str, grid: Grid, bundle: Bundle) -> np.ndarray:
    """Return tf-keras-vis's own map of the released graph, not scaled: one value per cell, or per pixel."""
    return keras_vis_method(method, target, grid, bundle)()


def keras_vis_method(method: str, target: str, grid: Grid, bundle: Bundle) -> Callable[[], np.ndarray]:
    """Return what makes that map; the graph is loaded and the method set up once."""
    base = keras.saving.load_model(bundle.folder / KERAS_FILE, compile=False)
    top = TopCells(grid.in_breast, bundle.info["scan"]["top_cells"])
    against_normal = keras.ops.matmul(base.get_layer("film_logits").output, AGAINST_NORMAL.T)
    model = keras.Model(base.input, top(against_normal))
    film, index = grid.image.astype(np.float32)[None, ..., None], LABELS.index(target)
    score = lambda found: found[..., index]  # noqa: E731
    if method in CAMS:
        layer = "context" if method == "gradcam" else keras_methods.EXPLAINED_LAYER
        options = {"penultimate_layer": layer, "seek_penultimate_conv_layer": False}
        options |= {"expand_cam": False, "normalize_cam": False} | ({"max_N": CHANNELS} if method == "scorecam" else {})
        cam = CAMS[method](model)
        return lambda: np.asarray(cam(score, film, **options))[0]
    samples = keras_methods.SMOOTHGRAD_SAMPLES if method == "smoothgrad" else 0
    options = {"normalize_map": False, "smooth_samples": samples, "smooth_noise": keras_methods.SMOOTHGRAD_NOISE}
    saliency = Saliency(model)

    def pixel_map() -> np.ndarray:
        np.random.seed(0)  # the noise is drawn from NumPy's global generator
        return np.asarray(saliency(score, film, **options))[0]

    return pixel_map
