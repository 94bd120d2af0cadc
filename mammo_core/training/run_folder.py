"""What a run leaves on the disk, whole at every moment: pages and terminals watch it, and a killed run goes on from it.

Every file is written aside and moved into place. A state is believed only when `history.json` has its epoch, so that a
process that dies at any moment leaves the last whole epoch behind. Nothing here imports TensorFlow.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event
from typing import Any, Literal, TextIO

from mammo_core.config import ROOT
from mammo_core.errors import TrainingError
from mammo_core.training.settings import ExperimentSettings, check_run_name

State = Literal["running", "finished", "stopped", "interrupted", "failed"]
BEST_FILE = "best.keras"
TENSORBOARD_DIR = "tensorboard"
LOG_FILE = "log.txt"
HELD_LOCK = "MAMMO_HELD_LOCK"
"""Environment variable: the descriptor of the lock that a started process was handed."""
_LOCK_FILE = ".running"
_LOCK_TRIES, _LOCK_PAUSE_SECONDS = 20, 0.1


def runs_dir() -> Path:
    """Return where runs lie: `MAMMO_RUNS_DIR`, or the project's git-ignored `runs/`."""
    stated = os.environ.get("MAMMO_RUNS_DIR")
    return Path(stated) if stated else ROOT / "runs"


def experiments_dir() -> Path:
    """Return where experiments lie."""
    return runs_dir() / "experiments"


class ExperimentFolder:
    """One run's folder.

    Files: `settings.json`; `history.json` (a row an epoch); `state-*.npz` (after the last and the best of these);
    `live.json` (the epoch that is running); `end.json` (how it ended); `scores.json` and `result.json` (what it says of
    the women kept apart, and the figures of that); `best.keras`; `tensorboard/`.

    Args:
        path: The folder, made when something is written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name

    @classmethod
    def named(cls, name: str) -> ExperimentFolder:
        """Return the folder of a run among the experiments. Raises ValueError for an impossible name."""
        check_run_name(name)
        return cls(experiments_dir() / name)

    @property
    def exists(self) -> bool:
        """Whether a run was begun here."""
        return (self.path / "settings.json").is_file()

    def settings(self) -> ExperimentSettings:
        """Return the run's settings. Raises TrainingError when they cannot be read."""
        try:
            return ExperimentSettings.from_dict(self.read("settings"))
        except (KeyError, ValueError) as error:
            raise TrainingError(f"the settings of {self.name} cannot be read ({error}); begin it anew") from error

    def history(self) -> list[dict[str, float]]:
        """Return a row for each whole epoch: `epoch` from 1, `seconds` and the metrics."""
        return self.read("history").get("rows", [])

    def state(self) -> State:
        """Return how the run stands."""
        if running_now() == self.name:
            return "running"
        return self.read("end").get("state", "interrupted")

    def read(self, part: str) -> dict[str, Any]:
        """Return a JSON file of the run, {} where there is none (yet)."""
        try:
            found = json.loads((self.path / f"{part}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def write(self, part: str, value: dict[str, Any]) -> None:
        """Write a JSON file of the run; it appears whole or not at all."""
        self.path.mkdir(parents=True, exist_ok=True)
        aside = self.path / f".{part}.partial"
        aside.write_text(json.dumps(value, indent=1, allow_nan=False), encoding="utf-8")
        aside.replace(self.path / f"{part}.json")

    def remove(self, part: str) -> None:
        """Remove a JSON file of the run, if it is there."""
        (self.path / f"{part}.json").unlink(missing_ok=True)

    def ask_to_stop(self) -> None:
        """Ask the run to end at its next step; the epoch that is running is done again when it goes on."""
        (self.path / "stop").touch()

    @property
    def asked_to_stop(self) -> bool:
        """Whether somebody asked for an end."""
        return (self.path / "stop").exists()

    def forget_stop(self) -> None:
        """Forget an earlier request."""
        (self.path / "stop").unlink(missing_ok=True)

    def state_file(self, epoch: int) -> Path:
        """Return where the state after `epoch`, from 1, is kept."""
        return self.path / f"state-{epoch:04}.npz"

    def keep_epochs(self, rows: list[dict[str, float]], best: int) -> None:
        """Believe these epochs from now on; only the last one's state and that of the epoch `best` are kept."""
        self.write("history", {"rows": rows})
        self.forget_states({self.state_file(len(rows)), self.state_file(best)})

    def forget_states(self, but: Collection[Path] = ()) -> None:
        """Remove all states, such as those of a finished run, `but` some."""
        for old in self.path.glob("state-*.npz"):
            if old not in but:
                old.unlink(missing_ok=True)


def all_runs() -> list[ExperimentFolder]:
    """Return every run, the one begun last first."""
    folder = experiments_dir()
    found = [ExperimentFolder(path) for path in (folder.iterdir() if folder.is_dir() else ()) if path.is_dir()]
    return sorted((run for run in found if run.exists), key=lambda run: -run.read("begun").get("at", 0.0))


@contextmanager
def only_run(name: str) -> Iterator[None]:
    """Hold the one place for heavy work: while it is held no second run begins, and a dead process frees it.

    Args:
        name: Of the run (or search) that takes the place.

    Raises:
        TrainingError: Another run is going on.
    """
    held = os.environ.pop(HELD_LOCK, "")
    with os.fdopen(int(held), "a+", encoding="utf-8") if held else _locked_file() as lock:
        _sign(lock, name)
        try:
            yield
        finally:
            lock.truncate(0)


@contextmanager
def place_for(name: str) -> Iterator[int]:
    """Take the one place for a process that is about to be started, and yield the descriptor to hand to it.

    The lock goes over with the descriptor (and its number in the environment as `HELD_LOCK`), so that nobody else gets
    in between, and lasts for as long as that process lives.

    Raises:
        TrainingError: Another run is going on.
    """
    with _locked_file() as lock:
        _sign(lock, name)
        yield lock.fileno()


def running_now() -> str | None:
    """Return the name of the run that is going on, or None."""
    try:
        with (experiments_dir() / _LOCK_FILE).open(encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                with suppress(ValueError):
                    return json.loads(lock.read()).get("name") or "?"
                return "?"  # it has just begun and not said its name yet
    except OSError:
        pass
    return None


def _locked_file() -> TextIO:
    folder = experiments_dir()
    folder.mkdir(parents=True, exist_ok=True)
    lock = (folder / _LOCK_FILE).open("a+", encoding="utf-8")
    try:
        _take(lock.fileno())
    except BaseException:
        lock.close()
        raise
    return lock


def _sign(lock: TextIO, name: str) -> None:
    lock.truncate(0)
    lock.write(json.dumps({"name": name}))
    lock.flush()


def _take(descriptor: int) -> None:
    """Lock, or raise TrainingError. Whoever merely looks (`running_now`) holds the lock for a blink: hence tries."""
    pause = Event()
    for _ in range(_LOCK_TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            pause.wait(_LOCK_PAUSE_SECONDS)
    raise TrainingError(
        f"the run {running_now() or ''} is going on, and only one may. Stop it or wait for its end, then start again"
    )
