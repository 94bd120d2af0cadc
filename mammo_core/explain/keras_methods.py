"""The methods that need gradients, on the Keras graph.

Grad-CAM++ (Chattopadhay et al, WACV 2018) and LayerCAM (Jiang et al, TIP 2021) are tf-keras-vis's own, run over the
graph from `features` on: the features themselves come from the network that reads films. Both are compiled once for
films of every size. Saliency (Simonyan et al, 2014) and SmoothGrad (Smilkov et al, 2017) need the gradient down to the
pixels, which is compiled once for films of every size too: half the time of tf-keras-vis, which is the tested reference
of all four (equal within 1e-3 of the map's maximum, Grad-CAM++ within 5e-3).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock

import keras
import numpy as np
import tensorflow as tf
from tf_keras_vis import ModelVisualization
from tf_keras_vis.gradcam_plus_plus import GradcamPlusPlus
from tf_keras_vis.layercam import Layercam

from mammo_core.network.grid import Grid
from mammo_core.reading.scores import AGAINST_NORMAL

EXPLAINED_LAYER = "features"
SMOOTHGRAD_SAMPLES = 8
SMOOTHGRAD_NOISE = 0.1
"""Deviation of the noise, as a share of the film's range of grey levels."""
_FILM = tf.TensorSpec((1, None, None, 1), tf.float32)


class KerasGraph:
    """A whole network in Keras, compiled on first use for films of every size. Safe to share between threads.

    Args:
        model: From `build_network` or a model folder, with its heads set.
    """

    def __init__(self, model: keras.Model) -> None:
        self.model = model
        self._one_at_a_time = Lock()  # a gradient over a whole film holds about 1 GB
        self._forward = tf.function(lambda film: model(film, training=False), input_signature=[_FILM])
        evidence = keras.ops.matmul(model.get_layer("film_logits").output, AGAINST_NORMAL.T)
        self._evidence = keras.Model(model.input, evidence)
        self._pixel_gradients = [self._compile_gradients(n) for n in range(1, 4)]
        self._cams = {
            "gradcam++": self._compile_cam(GradcamPlusPlus),
            "layercam": self._compile_cam(_CompilableLayercam),
        }

    def run(self, image: np.ndarray, outputs: Sequence[str]) -> dict[str, np.ndarray]:
        """Run one picture: as `OnnxNetwork.run`."""
        with self._one_at_a_time:
            found = dict(zip(self.model.output_names, self._forward(_as_film(image)), strict=True))
        return {name: found[name].numpy()[0] for name in outputs}

    def pixel_gradients(
        self, image: np.ndarray, in_breast: np.ndarray, classes: Sequence[int], top_cells: int
    ) -> np.ndarray:
        """Return the gradients of a film's evidence down to its pixels; classes share the way up.

        Args:
            image: H x W, values 0 to 255.
            in_breast: H/16 x W/16 bool.
            classes: Evidence for which, as indices of `LABELS`.
            top_cells: How many of the highest cells make a film's evidence.

        Returns:
            len(classes) x H x W float32.
        """
        outside = _outside(in_breast)
        count = min(top_cells, int(in_breast.sum()))
        with self._one_at_a_time:
            return self._pixel_gradients[len(classes) - 1](_as_film(image), outside, list(classes), count).numpy()

    def cam(self, method: str, features: np.ndarray, in_breast: np.ndarray, class_index: int, top: int) -> np.ndarray:
        """Return the map of `gradcam++` or `layercam` for (h, w, c) features: (h, w), at least 0."""
        outside, count = _outside(in_breast), np.array([min(top, in_breast.sum())], np.int32)
        return np.asarray(self._cams[method](features[None], outside[None], count, class_index))[0]

    def _compile_cam(self, kind: type[ModelVisualization]) -> Callable[..., tf.Tensor]:
        """Return tf-keras-vis's method over the graph from `features` on, compiled when it is first called."""
        tail = self._evidence.get_layer(EXPLAINED_LAYER).output
        features = keras.Input((None, None, tail.shape[-1]), batch_size=1)
        outside, count = keras.Input((None,), batch_size=1), keras.Input((), batch_size=1, dtype="int32")
        named = keras.layers.Activation("linear", name=EXPLAINED_LAYER)(features)
        evidence = keras.Model(tail, self._evidence.output)(named)
        film = keras.Model([features, outside, count], _HighestCells()([evidence, outside, count]))
        method = kind(film)
        options = {"penultimate_layer": EXPLAINED_LAYER, "seek_penultimate_conv_layer": False}
        options |= {"expand_cam": False, "normalize_cam": False}
        kinds = ((1, None, None, tail.shape[-1]), "float32"), ((1, None), "float32"), ((1,), "int32"), ((), "int32")

        @tf.function(input_signature=[tf.TensorSpec(*kind) for kind in kinds], autograph=False)
        def cam(features: tf.Tensor, outside: tf.Tensor, count: tf.Tensor, class_index: tf.Tensor) -> tf.Tensor:
            return method(lambda found: tf.gather(found, class_index, axis=-1), [features, outside, count], **options)

        return cam

    def _compile_gradients(self, n_classes: int) -> Callable[..., tf.Tensor]:
        """Return the compiled gradients of the evidence for so many classes; nothing is traced before it is called."""
        kinds = ((None,), "float32"), ((n_classes,), "int32"), ((), "int32")

        @tf.function(input_signature=[_FILM, *(tf.TensorSpec(*kind) for kind in kinds)])
        def gradients(film: tf.Tensor, outside: tf.Tensor, classes: tf.Tensor, count: tf.Tensor) -> tf.Tensor:
            with tf.GradientTape(persistent=True, watch_accessed_variables=False) as tape:
                tape.watch(film)
                cells = tf.reshape(self._evidence(film, training=False), (-1, 3)) + outside[:, None]
                found = [tf.reduce_mean(tf.math.top_k(cells[:, classes[i]], count).values) for i in range(n_classes)]
            return tf.stack([tape.gradient(one, film)[0, ..., 0] for one in found])

        return gradients


class _CompilableLayercam(Layercam):
    """LayerCAM with its last step, a sum of products, in TensorFlow instead of NumPy."""

    def _calculate_cam(
        self,
        grads: tf.Tensor,
        penultimate_output: tf.Tensor,
        gradient_modifier: Callable,
        activation_modifier: Callable,
    ) -> tf.Tensor:
        return activation_modifier(tf.reduce_sum(penultimate_output * gradient_modifier(grads), axis=-1))


class _HighestCells(keras.layers.Layer):
    """Mean of the highest cells inside the breast for each class: a film's evidence, (1, 3).

    Given are the cells (1, h, w, 3), what is added to each ((1, h * w): very little outside the breast), and how many
    count ((1,) int32), so that one graph serves films of every size.
    """

    def call(self, given: Sequence[tf.Tensor]) -> tf.Tensor:
        """Return (1, 3)."""
        cells, outside, count = given
        inside = tf.reshape(cells, (1, -1, 3)) + outside[..., None]
        return tf.reduce_mean(tf.math.top_k(tf.transpose(inside, (0, 2, 1)), count[0]).values, axis=-1)

    def compute_output_spec(self, given: Sequence[keras.KerasTensor]) -> keras.KerasTensor:
        """Return the result's shape, which Keras cannot tell while the number of cells is open."""
        return keras.KerasTensor((1, 3), given[0].dtype)


def saliency(graph: KerasGraph, grid: Grid, classes: Sequence[int], top_cells: int) -> np.ndarray:
    """Return how much each pixel would change a film's evidence: len(classes) x H x W float32, at least 0."""
    return np.abs(graph.pixel_gradients(grid.image, grid.in_breast, classes, top_cells))


def smoothgrad(
    graph: KerasGraph,
    grid: Grid,
    classes: Sequence[int],
    top_cells: int,
    progress: Callable[[float], None] = lambda fraction: None,
    samples: int = SMOOTHGRAD_SAMPLES,
) -> np.ndarray:
    """Return saliency averaged over noisy copies of the film: len(classes) x H x W float32, at least 0.

    The noise is the same every time: NumPy's legacy generator with seed 0, in the order in which tf-keras-vis draws.
    """
    film = grid.image.astype(np.float32)
    noise, deviation = np.random.RandomState(0), SMOOTHGRAD_NOISE * float(film.max() - film.min())
    total = np.zeros((len(classes), *film.shape), np.float32)
    for i in range(samples):
        noisy = film + noise.normal(0.0, deviation, film.shape).astype(np.float32)
        total += np.abs(graph.pixel_gradients(noisy, grid.in_breast, classes, top_cells))
        progress((i + 1) / samples)
    return total / samples


@lru_cache(maxsize=2)
def released_graph(path: Path) -> KerasGraph:
    """Return the graph of a `model.keras`, kept for the next time."""
    return KerasGraph(keras.saving.load_model(path, compile=False))


def _outside(in_breast: np.ndarray) -> np.ndarray:
    """Return what is added to each cell, so that none outside the breast is among the highest: (h * w,) float32."""
    return np.where(in_breast, 0, -1e9).ravel().astype(np.float32)


def _as_film(image: np.ndarray) -> tf.Tensor:
    return tf.constant(np.asarray(image, np.float32)[None, ..., None])
