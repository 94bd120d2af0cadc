"""The methods that need gradients or many passes: tf-keras-vis over the released Keras graph.

Grad-CAM++ (Chattopadhay et al, WACV 2018), LayerCAM (Jiang et al, TIP 2021), Score-CAM (Wang et al, CVPRW 2020, its
faster form with a channel limit), saliency (Simonyan et al, 2014) and SmoothGrad (Smilkov et al, 2017).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from threading import Lock

import keras
import numpy as np
import tensorflow as tf
from tf_keras_vis.gradcam import Gradcam
from tf_keras_vis.gradcam_plus_plus import GradcamPlusPlus
from tf_keras_vis.layercam import Layercam
from tf_keras_vis.saliency import Saliency
from tf_keras_vis.scorecam import Scorecam

from mammo_core.network.bundle import KERAS_FILE, Bundle
from mammo_core.network.grid import Grid
from mammo_core.network.runtime import OnnxNetwork
from mammo_core.types import LABELS

EXPLAINED_LAYER = "features"
SCORECAM_CHANNELS = 24
"""Score-CAM tries this many of the 232 channels, those that vary most over the film."""
_SMOOTHGRAD_SAMPLES = 12
_SMOOTHGRAD_NOISE = 0.1
_noise_lock = Lock()
_CAMS = {"gradcam": Gradcam, "gradcam++": GradcamPlusPlus, "layercam": Layercam}


class _TopCells(keras.layers.Layer):
    """Mean of each class's highest cells inside the breast: the film's logits, (batch, 3)."""

    def __init__(self, in_breast: np.ndarray, count: int, **kwargs) -> None:
        super().__init__(**kwargs)
        self._outside = tf.constant(np.where(in_breast, 0, -1e9).ravel(), tf.float32)
        self._count = min(count, int(in_breast.sum()))

    def call(self, cells: tf.Tensor) -> tf.Tensor:
        """Return (batch, 3) for (batch, h, w, 3)."""
        flat = tf.reshape(cells, (-1, self._outside.shape[0], 3)) + self._outside[:, None]
        highest = tf.math.top_k(tf.transpose(flat, (0, 2, 1)), self._count).values
        return tf.reduce_mean(highest, axis=-1)


class _FilmModel(keras.Model):
    """The graph up to one film's logits, `predict` by way of the ONNX copy: Score-CAM asks for many pictures.

    The copy gives the same logits (within 1e-4, tested at release) several times sooner.
    """

    network: OnnxNetwork
    progress: Callable[[float], None] = staticmethod(lambda fraction: None)

    def predict(self, x: list[np.ndarray], batch_size: int | None = None) -> np.ndarray:
        """Return (n, 3) logits of n pictures, telling how far it is."""
        logits = []
        for i, picture in enumerate(x[0]):
            cells = self.network.run(picture[..., 0], ["film_logits"])["film_logits"]
            logits.append(self.get_layer("logits")(cells[None]).numpy()[0])
            self.progress((i + 1) / len(x[0]))
        return np.array(logits)


def film_model(grid: Grid, bundle: Bundle) -> keras.Model:
    """Return the released graph ending in the film's three logits, for a film laid out as `grid`."""
    base = _released_graph(bundle.folder)
    cells = base.get_layer("film_logits").output
    logits = _TopCells(grid.in_breast, bundle.info["scan"]["top_cells"], name="logits")(cells)
    model = _FilmModel(inputs=base.input, outputs=logits)
    model.network = bundle.network
    return model


def keras_map(method: str, target: str, grid: Grid, bundle: Bundle, progress: Callable[[float], None]) -> np.ndarray:
    """Return a method's map, not yet scaled: one value per cell (CAMs) or per pixel (saliency), at least 0.

    Args:
        method: One of `METHODS`; `gradcam` is the reference that the closed form is tested against.
        target: One of `LABELS`.
        grid: The film's layout.
        bundle: The model.
        progress: Called with a fraction from 0 to 1.
    """
    model = film_model(grid, bundle)
    model.progress = progress
    film = grid.image.astype(np.float32)[None, ..., None]
    index = LABELS.index(target)

    def score(logits: tf.Tensor) -> tf.Tensor:
        return logits[..., index]

    layer = {"penultimate_layer": EXPLAINED_LAYER, "seek_penultimate_conv_layer": False}
    raw = {"expand_cam": False, "normalize_cam": False}
    if method in _CAMS:
        return np.asarray(_CAMS[method](model)(score, film, **layer, **raw))[0]
    if method == "scorecam":
        return np.asarray(Scorecam(model)(score, film, max_N=SCORECAM_CHANNELS, **layer, **raw))[0]
    if method == "smoothgrad":
        samples = {"smooth_samples": _SMOOTHGRAD_SAMPLES, "smooth_noise": _SMOOTHGRAD_NOISE}
        with _fixed_noise():
            return np.asarray(Saliency(model)(score, film, normalize_map=False, **samples))[0]
    return np.asarray(Saliency(model)(score, film, normalize_map=False))[0]


@contextmanager
def _fixed_noise() -> Iterator[None]:
    """Fix NumPy's global random state, which tf-keras-vis draws from, and put it back afterwards."""
    with _noise_lock:  # the state is the whole process's, and visitors share the process
        state = np.random.get_state()
        np.random.seed(0)
        try:
            yield
        finally:
            np.random.set_state(state)


@lru_cache(maxsize=2)
def _released_graph(folder: Path) -> keras.Model:
    return keras.saving.load_model(folder / KERAS_FILE, compile=False)
