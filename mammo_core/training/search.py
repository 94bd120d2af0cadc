"""A search for settings with Optuna: tried one after the other, judged on the validation part, kept and shown.

Source: Akiba et al, Optuna (KDD 2019); the sampler is its tree-structured Parzen estimator (Bergstra et al, NeurIPS
2011), and a trial that falls behind the median of the others is broken off. The women kept apart are never scored: a
search that looked at them would tune on what it reports. Every trial is a run of its own; a search that was killed goes
on, and the trial that was cut off is tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mammo_core.errors import TrainingError
from mammo_core.training.run import RunStopped, learn
from mammo_core.training.run_folder import ExperimentFolder, only_run, runs_dir
from mammo_core.training.settings import ExperimentSettings, check_run_name, differences

if TYPE_CHECKING:
    import optuna

JOURNAL_FILE = "optuna.log"
_QUIET_TRIALS = 4
"""So many trials, and epochs of each, before any is broken off."""

OnTrial = Callable[[dict[str, Any]], None]


def searched_settings(settings: ExperimentSettings, stated: Iterable[str]) -> dict[str, tuple]:
    """Return {setting: (kind, what may be chosen)} of what a search varies: what `--set` does not state.

    Args:
        settings: The others come from here.
        stated: Names of settings that are given and stay.
    """
    space: dict[str, tuple] = {
        "fit.learning_rate": ("log", 1e-5, 1e-2),
        "fit.batch_size": ("choice", 16, 32),
        "network.dropout": ("range", 0.0, 0.5),
        "network.trainable_blocks": ("choice", 0, 2, 4),
        "data.balance": ("choice", "weights", "sampling", "none"),
    }
    if settings.network.backbone == "unet":
        space = {name: space[name] for name in ("fit.learning_rate", "fit.batch_size")}
    elif settings.network.weights == "none":
        del space["network.trainable_blocks"]
    return {name: values for name, values in space.items() if name not in set(stated)}


def studies_dir() -> Path:
    """Return where searches lie."""
    return runs_dir() / "studies"


def search(
    name: str, settings: ExperimentSettings, stated: Iterable[str], n_trials: int, on_trial: OnTrial = lambda row: None
) -> list[dict[str, Any]]:
    """Try settings until `n_trials` trials of the search are done, those of earlier calls included.

    Args:
        name: Of the search.
        settings: What all trials share.
        stated: Names of the settings that are not searched.
        n_trials: How many in all.
        on_trial: Told of every trial that is done.

    Returns:
        A row for each trial: `number`, `state`, `value` (the best validation figure), `settings`, `epochs`, `seconds`.

    Raises:
        TrainingError: A run is going on, or the search of that name shares other settings.
        DatasetError: MIAS is not there.
    """
    import optuna

    check_run_name(name)
    folder = ExperimentFolder(studies_dir() / name)
    space = searched_settings(settings, stated)
    with only_run(f"search {name}"):
        _check_shared(folder, settings, space)
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        study = _open(folder.path / JOURNAL_FILE, settings.fit.seed)
        _try_again(study)
        while (done := _n_done(study)) < n_trials:
            # A sampler draws from a stream: one of its own for each trial, so that one which was cut off goes on alike.
            study.sampler = _sampler(settings.fit.seed + done)
            try:
                _one_trial(study, study.ask(), folder, settings, space)
            except RunStopped:
                break
            rows = _rows(study, folder)
            folder.write("trials", {"rows": rows, "monitor": settings.monitor})
            on_trial(rows[-1])
    return folder.read("trials").get("rows", [])


def all_studies() -> list[ExperimentFolder]:
    """Return every search, by name."""
    folder = studies_dir()
    return [ExperimentFolder(path) for path in sorted(folder.iterdir() if folder.is_dir() else ()) if path.is_dir()]


def _check_shared(folder: ExperimentFolder, settings: ExperimentSettings, space: dict[str, tuple]) -> None:
    if not folder.exists:
        folder.write("space", space)
        folder.write("settings", settings.to_dict())
        return
    other = differences(folder.settings(), settings)
    if other or sorted(folder.read("space")) != sorted(space):
        raise TrainingError(f"the search {folder.name} was begun with other settings; choose another name")


def _open(journal: Path, seed: int) -> optuna.Study:
    """Open the kept study. It is a plain file of what happened, so that a killed search loses nothing."""
    import optuna
    from optuna.storages.journal import JournalFileBackend

    return optuna.create_study(
        storage=optuna.storages.JournalStorage(JournalFileBackend(str(journal))),
        study_name="search",
        load_if_exists=True,
        direction="maximize",
        sampler=_sampler(seed),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=_QUIET_TRIALS, n_warmup_steps=_QUIET_TRIALS),
    )


def _sampler(seed: int) -> optuna.samplers.BaseSampler:
    import optuna

    return optuna.samplers.TPESampler(seed=seed)


def _try_again(study: optuna.Study) -> None:
    """Mark trials that were cut off as failed, and queue their settings again."""
    from optuna.trial import TrialState

    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        study.tell(trial.number, state=TrialState.FAIL)
        study.enqueue_trial(trial.params)


def _n_done(study: optuna.Study) -> int:
    from optuna.trial import TrialState

    return len(study.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED)))


def _one_trial(
    study: optuna.Study,
    trial: optuna.Trial,
    folder: ExperimentFolder,
    settings: ExperimentSettings,
    space: dict[str, tuple],
) -> None:
    """Train with what the sampler suggests; break off when the trial falls behind, or when an end is asked for."""
    from optuna.trial import TrialState

    values = {name: _suggest(trial, name, *choice) for name, choice in space.items()}
    run = ExperimentFolder(folder.path / f"trial-{trial.number:03}")
    behind = False

    def report(row: dict[str, float]) -> None:
        nonlocal behind
        trial.report(row[settings.monitor], int(row["epoch"]))
        behind = trial.should_prune()
        if behind or folder.asked_to_stop:
            raise RunStopped

    learn(run, _with(settings, values), on_epoch=report, test=False)
    if folder.asked_to_stop and not behind:
        study.tell(trial, state=TrialState.FAIL)
        study.enqueue_trial(trial.params)
        raise RunStopped
    rows = run.history()
    study.tell(trial, max(row[settings.monitor] for row in rows) if not behind else None, _ended(behind))
    run.forget_states()


def _ended(behind: bool) -> optuna.trial.TrialState:
    from optuna.trial import TrialState

    return TrialState.PRUNED if behind else TrialState.COMPLETE


def _suggest(trial: optuna.Trial, name: str, kind: str, *values: Any) -> Any:
    if kind == "choice":
        return trial.suggest_categorical(name, values)
    return trial.suggest_float(name, *values, log=kind == "log")


def _with(settings: ExperimentSettings, values: dict[str, Any]) -> ExperimentSettings:
    """Return the settings with {`section.key`: value} put in."""
    for name, value in values.items():
        section, key = name.split(".")
        settings = replace(settings, **{section: replace(getattr(settings, section), **{key: value})})
    return settings


def _rows(study: optuna.Study, folder: ExperimentFolder) -> list[dict[str, Any]]:
    """Return the trials that are done, in their order, ready for JSON; a page needs no Optuna to show them."""
    rows = []
    for trial in study.get_trials(deepcopy=False):
        if trial.state.name not in ("COMPLETE", "PRUNED"):
            continue
        epochs = ExperimentFolder(folder.path / f"trial-{trial.number:03}").history()
        monitor = ExperimentFolder(folder.path).settings().monitor
        rows.append(
            {
                "number": trial.number,
                "state": "done" if trial.state.name == "COMPLETE" else "broken off",
                "value": max(row[monitor] for row in epochs),
                "settings": trial.params,
                "epochs": len(epochs),
                "seconds": sum(row["seconds"] for row in epochs),
            }
        )
    return rows
