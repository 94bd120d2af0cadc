"""A run in a process of its own, started by a page: it outlives the page, its visitor and the server.

A job of `mammo_core.jobs` is a thread and dies with the server, which is right for minutes and wrong for hours. So the
page starts what a person would type, hands over the one place for heavy work, and from then on only reads the folder.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading

from mammo_core.config import ROOT
from mammo_core.errors import TrainingError
from mammo_core.training.run_folder import HELD_LOCK, LOG_FILE, ExperimentFolder, place_for
from mammo_core.training.settings import ExperimentSettings, differences


def start_run(folder: ExperimentFolder, settings: ExperimentSettings) -> None:
    """Start a new run beside this program.

    Raises:
        TrainingError: Another run is going on, or one of that name is there.
    """
    if folder.exists:
        raise TrainingError(f"there is a run {folder.name} already; choose another name")
    values = settings.to_dict()
    names = {"network.backbone", *differences(ExperimentSettings(), settings)}
    stated = [(name, values[name.split(".")[0]][name.split(".")[1]]) for name in sorted(names)]
    _start(folder, [word for name, value in stated for word in ("--set", f"{name}={_as_text(value)}")])


def resume_run(folder: ExperimentFolder) -> None:
    """Go on with a run that was stopped, cut off or failed, beside this program.

    Raises:
        TrainingError: Another run is going on, or this one is finished.
    """
    if folder.state() == "finished":
        raise TrainingError(f"the run {folder.name} is finished")
    _start(folder, ["--resume"])


def _start(folder: ExperimentFolder, words: list[str]) -> None:
    command = [sys.executable, "-m", "mammo_core", "train", folder.name, *words]
    folder.path.mkdir(parents=True, exist_ok=True)
    with place_for(folder.name) as descriptor, (folder.path / LOG_FILE).open("ab") as log:
        folder.forget_stop()  # not before: a refusal leaves the running run's own request alone
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | {HELD_LOCK: str(descriptor)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=(descriptor,),
        )
    # Somebody has to ask how a process ended, or it stays in the system's table until this program ends.
    threading.Thread(target=process.wait, name=f"waits for {folder.name}", daemon=True).start()


def _as_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
