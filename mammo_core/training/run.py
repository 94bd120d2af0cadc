"""One run from its settings to its figures: learn, keep every whole epoch, stop when told or when nothing gets better.

A run that was stopped or killed goes on from its last whole epoch, and comes out as if nothing had happened: pictures
of an epoch follow from (seed, epoch) alone, and the kept state holds weights, optimiser and dropout. On one machine
with the same threads every metric agrees within `TOLERANCE`: sums of floats may be taken in another order.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mammo_core.errors import MammoError, TrainingError
from mammo_core.network.families.names import UNET
from mammo_core.training.batches import epoch_batches, n_batches
from mammo_core.training.pictures import Parts, load_parts
from mammo_core.training.run_folder import BEST_FILE, HELD_LOCK, TENSORBOARD_DIR, ExperimentFolder, only_run
from mammo_core.training.scores import figures, scores_of, validation_metrics
from mammo_core.training.settings import ExperimentSettings, differences

if TYPE_CHECKING:
    from mammo_core.network.families.learner import Learner, TensorBoardLog

TOLERANCE = 1e-3
"""Largest difference of any metric between a run in one go and one that was killed and went on."""
_LIVE_SECONDS = 0.5

Row = dict[str, float]
OnStep = Callable[[int, int, int, Row], None]
"""Called with epoch (from 1), step (from 1), steps of the epoch and the epoch's metrics so far."""
OnEpoch = Callable[[Row], None]


class RunStopped(Exception):  # noqa: N818 - it is no error
    """Raised inside a run after somebody asked for its end, or by `on_epoch` to end it."""


def train_experiment(
    folder: ExperimentFolder,
    settings: ExperimentSettings,
    on_step: OnStep = lambda *_: None,
    on_epoch: OnEpoch = lambda row: None,
) -> str:
    """Begin a run or go on with it, alone on this machine's runs folder.

    Args:
        folder: Where; a run with the same settings goes on.
        settings: What to train.
        on_step: Told of every step.
        on_epoch: Told of every whole epoch.

    Returns:
        How it ended: `finished` or `stopped`.

    Raises:
        TrainingError: Another run is going on, the run is finished or has other settings, or the loss is no number.
        DatasetError: MIAS is not there.
        BundleError: ImageNet weights cannot be had.
    """
    check_can_train(folder, settings)
    handed = HELD_LOCK in os.environ
    with only_run(folder.name):
        if not handed:  # who started this process has done so, and may have asked for its end since
            folder.forget_stop()
        return learn(folder, settings, on_step, on_epoch)


def check_can_train(folder: ExperimentFolder, settings: ExperimentSettings) -> None:
    """Raise TrainingError where a run of that name is finished, or is one of other settings."""
    if not folder.exists:
        return
    if other := differences(folder.settings(), settings):
        raise TrainingError(f"the run {folder.name} has other settings ({', '.join(other)}); choose another name")
    if folder.state() == "finished":
        raise TrainingError(f"the run {folder.name} is finished; choose another name to train again")


def learn(
    folder: ExperimentFolder,
    settings: ExperimentSettings,
    on_step: OnStep = lambda *_: None,
    on_epoch: OnEpoch = lambda row: None,
    test: bool = True,
) -> str:
    """Do the work of `train_experiment`; a search leaves the women kept apart alone (`test`)."""
    _begin(folder, settings)
    try:
        outcome = _learn_and_score(folder, settings, on_step, on_epoch, test)
    except (RunStopped, KeyboardInterrupt) as stopped:
        folder.write("end", {"state": "stopped"})
        if isinstance(stopped, KeyboardInterrupt):
            raise
        return "stopped"
    except Exception as error:
        reason = str(error) if isinstance(error, MammoError) else f"a mistake of this program ({type(error).__name__})"
        folder.write("end", {"state": "failed", "error": reason})
        raise
    finally:
        folder.remove("live")
        folder.forget_stop()
    folder.write("end", {"state": "finished", **outcome})
    folder.forget_states()  # not before: a process that dies in between could not go on
    return "finished"


def best_epoch(rows: list[Row], monitor: str) -> int:
    """Return the place of the row whose validation figure is highest, the first of equals."""
    return max(range(len(rows)), key=lambda i: (rows[i][monitor], -i))


def _begin(folder: ExperimentFolder, settings: ExperimentSettings) -> None:
    if not folder.exists:
        folder.write("begun", {"at": time.time()})
        folder.write("settings", settings.to_dict())
    folder.remove("end")
    folder.write("live", {"doing": "loading"})


def _learn_and_score(
    folder: ExperimentFolder, settings: ExperimentSettings, on_step: OnStep, on_epoch: OnEpoch, test: bool
) -> dict[str, Any]:
    parts = load_parts(settings, lambda share: folder.write("live", {"doing": "preparing films", "share": share}))
    folder.write("live", {"doing": "building the network"})
    learner = make_learner(settings)
    folder.write("network", {"n_parameters": learner.n_parameters, "n_trainable": learner.n_trainable})
    _learn(folder, settings, parts, learner, on_step, on_epoch)
    rows = folder.history()
    best = best_epoch(rows, settings.monitor)
    if test:
        folder.write("live", {"doing": "scoring the women kept apart"})
        learner.load_state(folder.state_file(best + 1))
        learner.export(folder.path / BEST_FILE)
        scores = scores_of(parts.test, learner.logits(parts.test.images, settings.fit.batch_size))
        folder.write("scores", scores)
        folder.write("result", figures(scores))
    return {"best_epoch": best + 1, "early": len(rows) < settings.fit.epochs}


def make_learner(settings: ExperimentSettings) -> Learner:
    """Return the network of an experiment, ready to learn. TensorFlow is loaded here."""
    from mammo_core.network.families.learner import Learner, use_threads

    use_threads(settings.fit.threads)
    network = settings.network
    weights = "none" if network.backbone == UNET else network.weights
    try:
        return Learner(
            network.backbone,
            settings.side_px,
            weights,
            network.trainable_blocks,
            network.dropout,
            settings.fit.learning_rate,
            settings.fit.seed,
        )
    except ValueError as error:
        raise TrainingError(str(error)) from error


def _learn(
    folder: ExperimentFolder,
    settings: ExperimentSettings,
    parts: Parts,
    learner: Learner,
    on_step: OnStep,
    on_epoch: OnEpoch,
) -> None:
    """Learn until the last epoch, or until nothing got better for `fit.patience` epochs."""
    rows = folder.history()
    if rows:
        learner.load_state(folder.state_file(len(rows)))
    log = tensorboard_log(folder) if settings.fit.tensorboard else None
    while len(rows) < settings.fit.epochs:
        if rows and len(rows) - 1 - best_epoch(rows, settings.monitor) >= settings.fit.patience:
            return
        rows = [*rows, learn_epoch(folder, settings, parts, learner, len(rows), on_step)]
        keep_epoch(folder, settings, learner, rows, log)
        on_epoch(rows[-1])


def keep_epoch(
    folder: ExperimentFolder,
    settings: ExperimentSettings,
    learner: Learner,
    rows: list[Row],
    log: TensorBoardLog | None,
) -> None:
    """Keep what the last of `rows` ended with: the state to go on from, that of the best epoch so far, the logs."""
    learner.save_state(folder.state_file(len(rows)))
    folder.keep_epochs(rows, best_epoch(rows, settings.monitor) + 1)
    if log:
        log.write(len(rows), {name: rows[-1][name] for name in rows[-1] if name not in ("epoch", "seconds")})


def learn_epoch(
    folder: ExperimentFolder,
    settings: ExperimentSettings,
    parts: Parts,
    learner: Learner,
    epoch: int,
    on_step: OnStep = lambda *_: None,
) -> Row:
    """Learn from every training picture once, then score the validation part.

    Args:
        folder: Where the epoch can be watched, and where an end is asked for.
        settings: The run's.
        parts: Its pictures.
        learner: Its network.
        epoch: From 0.
        on_step: Told of every step.

    Raises:
        RunStopped: Somebody asked for an end.
        TrainingError: The loss is no number any more.
    """
    data, fit = settings.data, settings.fit
    began, told = time.perf_counter(), -math.inf
    learner.begin_epoch()
    augment = settings.picture if data.augment else None
    batches = epoch_batches(parts.train, fit.batch_size, fit.seed, epoch, data.balance, augment)
    steps = n_batches(parts.train, fit.batch_size)
    for step, batch in enumerate(batches, start=1):
        metrics = learner.learn(*batch)
        if not math.isfinite(metrics["loss"]):
            raise TrainingError(
                f"the loss is no number any more in epoch {epoch + 1}; begin again with a lower fit.learning_rate"
            )
        on_step(epoch + 1, step, steps, metrics)
        if folder.asked_to_stop:
            raise RunStopped
        if time.perf_counter() - told >= _LIVE_SECONDS:
            told = time.perf_counter()
            live = {"epoch": epoch + 1, "step": step, "steps": steps, "metrics": metrics}
            folder.write("live", {"doing": "learning", **live})
    logits = learner.logits(parts.validation.images, fit.batch_size)
    seconds = time.perf_counter() - began
    return {"epoch": epoch + 1, "seconds": seconds, **metrics, **validation_metrics(parts.validation, logits)}


def tensorboard_log(folder: ExperimentFolder) -> TensorBoardLog:
    """Return the run's log for TensorBoard, which is loaded here."""
    from mammo_core.network.families.learner import TensorBoardLog

    return TensorBoardLog(folder.path / TENSORBOARD_DIR)
