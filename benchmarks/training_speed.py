"""An epoch of an experiment against a bare `keras.Model.fit` of the same graph on as many pictures: at most 1.1 times.

Ours turns, flips and tones the pictures, keeps the state, the best network and the logs, and can be watched and
stopped; both score as many pictures for validation, and count accuracy and AUC as they go.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import keras
import numpy as np

from benchmarks.contest import Contest
from mammo_core.training.pictures import Parts, Pictures
from mammo_core.training.run import keep_epoch, learn_epoch, make_learner, tensorboard_log
from mammo_core.training.run_folder import ExperimentFolder
from mammo_core.training.settings import experiment_settings

N_TRAINING, N_VALIDATION = 320, 96
"""About a fold of MIAS's regions; whole batches, so that both see as many."""
STATED = ("network.backbone=efficientnet_lite0", "network.trainable_blocks=4", "fit.learning_rate=0.0001")


def contests(folder: Path) -> Iterator[Contest]:
    """Yield the contest of an experiment's epoch, whose run is kept in `folder`."""
    epoch, floor = epoch_and_floor(folder)
    yield Contest(f"epoch of {N_TRAINING} pictures", epoch, "keras.Model.fit", floor, 1.1, runs=5)


def epoch_and_floor(folder: Path) -> tuple[Callable[[], object], Callable[[], float]]:
    """Return one epoch of an experiment in `folder`, and one of Keras alone, each on a network of its own."""
    settings = experiment_settings(STATED)
    parts = Parts(_noise(N_TRAINING), _noise(N_VALIDATION), _noise(3))
    ours, bare = make_learner(settings), make_learner(settings).model
    run, log, rows = ExperimentFolder(folder), tensorboard_log(ExperimentFolder(folder)), []
    shown, scored = (part.images[..., None].astype(np.float32) for part in (parts.train, parts.validation))

    def epoch() -> None:
        rows.append(learn_epoch(run, settings, parts, ours, len(rows)))
        keep_epoch(run, settings, ours, rows, log)

    def fit() -> float:
        """Return the milliseconds of an epoch amid others: a `fit` takes longer to begin than a run does to go on."""
        ends = _EpochEnds()
        validation, batch_size = (scored, parts.validation.labels), settings.fit.batch_size
        bare.fit(
            shown, parts.train.labels, batch_size, epochs=3, verbose=0, callbacks=[ends], validation_data=validation
        )
        return 1000 * (ends.at[-1] - ends.at[0]) / (len(ends.at) - 1)

    return epoch, fit


class _EpochEnds(keras.callbacks.Callback):
    """Notes when each epoch ends."""

    def __init__(self) -> None:
        super().__init__()
        self.at: list[float] = []

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Note the time."""
        self.at.append(time.perf_counter())


def _noise(count: int) -> Pictures:
    rng = np.random.default_rng(count)
    images = rng.integers(0, 256, (count, 96, 96)).astype(np.uint8)
    names = np.array([f"noise-{i}" for i in range(count)])
    return Pictures(images, np.arange(count) % 3, np.zeros((0, 0, 0), bool), np.arange(count), names)
