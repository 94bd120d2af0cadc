"""A family's graph with what it needs to learn: loss, metrics, optimiser, and a state that can be kept and put back.

The step is Keras's own, the one that `keras.Model.fit` takes, so that nothing is slower than that. With the same seed
and the same number of threads the same metrics come out: operations are asked to be deterministic, and dropout's and
Adam's states are part of what is kept.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import keras
import numpy as np
import tensorflow as tf

from mammo_core.errors import BundleError
from mammo_core.network.families.graph import build_family
from mammo_core.network.families.names import UNET
from mammo_core.types import LABELS


class Learner:
    """A graph that learns batch by batch.

    Args:
        name: A key of `FAMILIES`.
        side_px: Side of the input.
        weights: `imagenet` or `none`.
        trainable_blocks: See `build_family`.
        dropout: See `build_family`.
        learning_rate: Adam's (Kingma and Ba, ICLR 2015).
        seed: Of random weights and dropout.

    Raises:
        BundleError: ImageNet weights cannot be had.
    """

    def __init__(
        self,
        name: str,
        side_px: int,
        weights: str = "imagenet",
        trainable_blocks: int = 0,
        dropout: float = 0.0,
        learning_rate: float = 1e-3,
        seed: int = 0,
    ) -> None:
        self.model = build_family(name, side_px, weights, trainable_blocks, dropout, seed)
        self._outlines = name == UNET
        loss = _outline_loss if self._outlines else keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        metrics = [_Dice(name="dice"), _FilmAuc(name="auc")] if self._outlines else ["accuracy", _MacroAuc(name="auc")]
        optimizer = keras.optimizers.Adam(learning_rate)
        # XLA would compile for minutes, and is five times slower on a processor without a GPU.
        self.model.compile(optimizer, loss, weighted_metrics=[], metrics=metrics, jit_compile=False)
        self.model.optimizer.build(self.model.trainable_variables)

    @property
    def n_parameters(self) -> int:
        """Count of all weights."""
        return self.model.count_params()

    @property
    def n_trainable(self) -> int:
        """Count of the weights that learn."""
        return sum(int(np.prod(variable.shape)) for variable in self.model.trainable_variables)

    def begin_epoch(self) -> None:
        """Start the epoch's running metrics anew."""
        self.model.reset_metrics()

    def learn(self, pictures: np.ndarray, truth: np.ndarray, weights: np.ndarray) -> dict[str, float]:
        """Take one step and return the epoch's running metrics.

        Args:
            pictures: n x side x side, 0 to 255.
            truth: n class indices, or n x side x side masks for the U-Net.
            weights: n floats: how much each picture counts in the loss.
        """
        target = truth[..., None].astype(np.float32) if self._outlines else truth
        step = pictures[..., None].astype(np.float32), target, weights.astype(np.float32)
        if self.model.train_function is None:
            found = self.model.train_on_batch(*step, return_dict=True)  # builds the metrics and the function
        else:
            found = self.model.train_function(iter([step]))  # without the reset of metrics that the other would do
        return {name: float(value) for name, value in found.items()}

    def logits(self, pictures: np.ndarray, batch_size: int) -> np.ndarray:
        """Return the logits of n pictures: n x 3, or n x side x side for the U-Net. The last batch is filled up."""
        found = []
        for start in range(0, len(pictures), batch_size):
            batch = pictures[start : start + batch_size]
            filled = np.resize(batch, (batch_size, *batch.shape[1:])) if len(batch) < batch_size else batch
            found.append(self.model.predict_on_batch(filled[..., None].astype(np.float32))[: len(batch)])
        logits = np.concatenate(found)
        return logits[..., 0] if self._outlines else logits

    def save_state(self, path: Path) -> None:
        """Keep everything that learning goes on from: weights that learn, dropout's and the optimiser's state."""
        np.savez(path, *[variable.numpy() for variable in self._state()])

    def load_state(self, path: Path) -> None:
        """Put a kept state back.

        Raises:
            BundleError: It is that of another graph, or broken.
        """
        state = self._state()
        try:
            with np.load(path) as kept:
                values = [kept[name] for name in kept.files]
        except (OSError, ValueError, KeyError) as error:
            raise BundleError(f"{path.name} cannot be read; the run cannot go on. Begin it anew") from error
        if [value.shape for value in values] != [tuple(variable.shape) for variable in state]:
            raise BundleError(f"{path.name} is the state of another network; the run cannot go on. Begin it anew")
        for variable, value in zip(state, values, strict=True):
            variable.assign(value)

    def export(self, path: Path) -> None:
        """Write the graph with its weights as `.keras`, without the optimiser."""
        self.model.save(path, include_optimizer=False)

    def _state(self) -> list[keras.Variable]:
        """Return what learning changes; frozen layers, most of a network at transfer, stay as they were built."""
        learned = [variable for layer in self.model.layers if layer.trainable for variable in layer.variables]
        return [*learned, *self.model.optimizer.variables]


def use_threads(count: int) -> None:
    """Let TensorFlow compute with so many threads (0: as many as cores that may be used), and the same each time.

    Must be called before anything is computed; later calls with another count change nothing.
    """
    tf.config.experimental.enable_op_determinism()
    try:
        tf.config.threading.set_intra_op_parallelism_threads(count or cv2.getNumberOfCPUs())
        tf.config.threading.set_inter_op_parallelism_threads(1)
    except RuntimeError:
        return  # TensorFlow has begun: a second run of one program, which keeps the first one's threads


class TensorBoardLog:
    """Metrics as TensorBoard reads them (`tensorboard --logdir`).

    Args:
        folder: Where; `train` and `validation` are made in it.
    """

    def __init__(self, folder: Path) -> None:
        self._writers = {part: tf.summary.create_file_writer(str(folder / part)) for part in ("train", "validation")}

    def write(self, epoch: int, metrics: dict[str, float]) -> None:
        """Write an epoch's metrics; names that begin with ``val_`` are those of validation."""
        for name, value in metrics.items():
            part = "validation" if name.startswith("val_") else "train"
            with self._writers[part].as_default(step=epoch):
                tf.summary.scalar(f"epoch_{name.removeprefix('val_')}", value)
        for writer in self._writers.values():
            writer.flush()


class _MacroAuc(keras.metrics.AUC):
    """Mean over the classes of each against the rest, by its probability, at 200 thresholds: live, so near enough."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name, multi_label=True, num_labels=len(LABELS))

    def update_state(self, y_true: tf.Tensor, y_pred: tf.Tensor, sample_weight: tf.Tensor | None = None) -> None:
        """Add a batch of class indices and logits."""
        classes = keras.ops.one_hot(keras.ops.reshape(y_true, (-1,)), len(LABELS))
        super().update_state(classes, keras.ops.softmax(y_pred))


class _FilmAuc(keras.metrics.AUC):
    """Films with a lesion against those without, by a film's highest pixel."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name)

    def update_state(self, y_true: tf.Tensor, y_pred: tf.Tensor, sample_weight: tf.Tensor | None = None) -> None:
        """Add a batch of masks and logits."""
        highest = keras.ops.sigmoid(keras.ops.max(y_pred, axis=(1, 2, 3)))
        super().update_state(keras.ops.max(y_true, axis=(1, 2, 3)), highest)


class _Dice(keras.metrics.Mean):
    """Overlap of outline and circle at probability one half, over the films with a lesion (Dice 1945)."""

    def update_state(self, y_true: tf.Tensor, y_pred: tf.Tensor, sample_weight: tf.Tensor | None = None) -> None:
        """Add a batch of masks and logits."""
        found = keras.ops.cast(y_pred > 0, "float32")
        both = 2 * keras.ops.sum(found * y_true, axis=(1, 2, 3))
        area = keras.ops.sum(y_true, axis=(1, 2, 3))
        dice = both / keras.ops.maximum(keras.ops.sum(found, axis=(1, 2, 3)) + area, 1.0)
        super().update_state(dice, sample_weight=keras.ops.cast(area > 0, "float32"))


def _outline_loss(y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
    """Return each film's cross-entropy plus the soft Dice loss of the whole batch, (batch,).

    Of the batch, not of each film: most films have no lesion, where any pixel found would cost as much as a missed
    lesion, and the network would learn to find nothing.
    """
    entropy = keras.ops.mean(keras.ops.binary_crossentropy(y_true, y_pred, from_logits=True), axis=(1, 2, 3))
    share = keras.ops.sigmoid(y_pred)
    both = 2 * keras.ops.sum(share * y_true) + 1.0
    return entropy + 1.0 - both / (keras.ops.sum(share) + keras.ops.sum(y_true) + 1.0)
