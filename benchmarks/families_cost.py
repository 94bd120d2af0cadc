"""What an epoch of an experiment costs, in seconds of the processor on one thread: some steps, times its pictures."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from mammo_core.errors import BundleError
from mammo_core.training.pictures import Pictures, load_parts
from mammo_core.training.run import make_learner
from mammo_core.training.settings import ExperimentSettings

if TYPE_CHECKING:
    from mammo_core.network.families.learner import Learner

_WARM_UPS, _TIMED = 2, 2
"""Batches that are not counted (the first builds, the second compiles), and that are."""
_MEGABYTE, _BYTES_OF_A_WEIGHT = 1e6, 4


def time_epoch(settings: ExperimentSettings) -> dict[str, Any]:
    """Time a network on the pictures that a run would learn from.

    Returns:
        `side_px`; `weights_here`: whether its weights can be had on this machine; `n_training` pictures;
        `seconds_per_epoch` of one core's processor, learning and scoring the validation part; `n_parameters`,
        `n_trainable`; `file_mb`: of the weights alone.

    Raises:
        DatasetError: MIAS is not there.
    """
    parts = load_parts(settings)
    learner, weights_here = _learner(settings)
    size = settings.fit.batch_size
    some = parts.train.of(np.arange(size) % len(parts.train))
    learning = _seconds(lambda: learner.learn(some.images, _truth(some), np.ones(size))) / size
    scoring = _seconds(lambda: learner.logits(some.images, size)) / size
    return {
        "side_px": settings.side_px,
        "weights_here": weights_here,
        "n_training": len(parts.train),
        "seconds_per_epoch": round(learning * len(parts.train) + scoring * len(parts.validation), 1),
        "n_parameters": learner.n_parameters,
        "n_trainable": learner.n_trainable,
        "file_mb": round(_BYTES_OF_A_WEIGHT * learner.n_parameters / _MEGABYTE, 1),
    }


def _learner(settings: ExperimentSettings) -> tuple[Learner, bool]:
    """Return the network; a frozen one whose weights cannot be had gets random ones, which take as long."""
    try:
        return make_learner(settings), True
    except BundleError:
        learner = make_learner(replace(settings, network=replace(settings.network, weights="none")))
    for layer in learner.model.layers[:-1]:
        layer.trainable = False
    learner.model.compile("adam", learner.model.loss, jit_compile=False)
    return learner, False


def _truth(pictures: Pictures) -> np.ndarray:
    return pictures.masks if len(pictures.masks) else pictures.labels


def _seconds(step: Callable[[], object]) -> float:
    for _ in range(_WARM_UPS):
        step()
    began = time.process_time()
    for _ in range(_TIMED):
        step()
    return (time.process_time() - began) / _TIMED
