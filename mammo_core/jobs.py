"""One room for long work: it runs in a thread beside the page or command that asked for it.

A job's work gets two callables: ``progress(fraction, message)``, to be called often, which raises `JobCancelled` once
somebody has asked for an end, so that work which only reports its progress can be cancelled too; and ``cancelled()``,
for work that wants to look for itself. Cancelling is asking: the work ends at its next report and clears up behind it.

A page that is drawn anew finds its jobs by their owner and name; the room itself must be kept by who opens it.
"""

from __future__ import annotations

import atexit
import logging
import threading
import traceback
import weakref
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from mammo_core.errors import JobError, MammoError

MAX_RUNNING = 2
"""Jobs that may run at once, of all owners together. None may take the last place: work that serves all visitors, such
as a worklist of hundreds of films and an import, would keep everybody from a heatmap."""
MAX_KEPT = 32
"""Jobs that are remembered; the oldest ended ones are forgotten first."""
CLOSING_SECONDS = 10.0
"""How long the end of the program waits for its jobs to clear up."""

State = Literal["running", "done", "failed", "cancelled"]
Progress = Callable[..., None]
"""``progress(fraction, message="")``: share done, 0 to 1, and what is being done; an empty message keeps the last."""
Work = Callable[[Progress, Callable[[], bool]], Any]

_log = logging.getLogger(__name__)


class JobCancelled(Exception):  # noqa: N818 - it is no error
    """Raised inside a job's work by ``progress`` after somebody asked for its end. Let it pass."""


@dataclass(frozen=True)
class JobStatus:
    """What a job is doing, at one moment.

    Attributes:
        state: `running`, `done`, `failed` or `cancelled`.
        fraction: Share done, 0 to 1; never goes back.
        message: What is being done, in words.
        cancelling: Whether an end was asked for and has not come yet.
        error: Why it failed, for a person to read; empty otherwise.
    """

    state: State
    fraction: float
    message: str
    cancelling: bool
    error: str


class Job:
    """Work that runs in a thread of its own. All of it may be called from any thread."""

    def __init__(self, name: str, work: Work) -> None:
        self.name = name
        self._work: Work | None = work
        self._lock = threading.Lock()
        self._asked, self._ended = threading.Event(), threading.Event()
        self._state: State = "running"
        self._fraction, self._message, self._error = 0.0, "", ""
        self._result: Any = None
        self._thread = threading.Thread(target=self._run, name=f"job {name}", daemon=True)

    @property
    def status(self) -> JobStatus:
        """What the job is doing now."""
        with self._lock:
            cancelling = self._asked.is_set() and self._state == "running"
            return JobStatus(self._state, self._fraction, self._message, cancelling, self._error)

    @property
    def running(self) -> bool:
        """Whether the work has not ended yet."""
        return not self._ended.is_set()

    @property
    def result(self) -> Any:
        """What the work returned; None unless the job is done."""
        with self._lock:
            return self._result

    def cancel(self) -> None:
        """Ask for an end; a job that has ended stays as it is."""
        self._asked.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end, at most `timeout` seconds. Return whether it has come."""
        return self._ended.wait(timeout)

    def _start(self) -> None:
        self._thread.start()

    def _progress(self, fraction: float, message: str = "") -> None:
        if self._asked.is_set():
            raise JobCancelled
        with self._lock:
            self._fraction = max(self._fraction, min(1.0, float(fraction)))
            self._message = message or self._message

    def _run(self) -> None:
        result, state, error = None, "done", ""
        try:
            result = self._work(self._progress, self._asked.is_set)
        except JobCancelled:
            state = "cancelled"
        except MammoError as caught:
            state, error = "failed", str(caught)
        except Exception as caught:
            state, error = "failed", self._unforeseen(caught)
        with self._lock:
            self._state, self._result, self._error = state, result, error
            self._fraction = 1.0 if state == "done" else self._fraction
            self._work = None  # what it held, such as an uploaded file, is no longer needed
        self._ended.set()

    def _unforeseen(self, error: Exception) -> str:
        """Return a sentence for a person, and log where it was: never the error's words, which may quote a file."""
        at = traceback.extract_tb(error.__traceback__)[-1]
        _log.error("job %r broke off: %s at %s:%s", self.name, type(error).__name__, Path(at.filename).name, at.lineno)
        return (
            f"The work broke off by a mistake of this program ({type(error).__name__}); nothing was kept of it. "
            "Try again; if it happens again, the program's log names the place."
        )


class JobRoom:
    """The jobs of all owners (visitors of the dashboard, or one command line), bounded and safe to share by threads."""

    def __init__(self, max_running: int = MAX_RUNNING, max_kept: int = MAX_KEPT) -> None:
        self._max_running, self._max_kept = max_running, max_kept
        self._lock = threading.Lock()
        self._jobs: OrderedDict[tuple[str, str], Job] = OrderedDict()
        room = weakref.ref(self)
        atexit.register(lambda: (kept := room()) and kept.close())

    def start(self, owner: str, name: str, work: Work) -> Job:
        """Start a job, which takes the place of the owner's ended one of that name.

        Args:
            owner: Whose job it is: what a visitor is known by, or a word for what serves them all.
            name: What the job is; the same name of the same owner runs once at a time, and while it runs it is
                given back as it is, so that a button pressed twice starts nothing twice.
            work: Called with ``progress`` and ``cancelled`` (see the module) in a thread of its own. What it returns is
                the job's result.

        Raises:
            JobError: As many jobs as may run at once are running, or the owner's would leave no room for others.
        """
        with self._lock:
            present = self._jobs.get((owner, name))
            if present and present.running:
                return present
            running = [whose for (whose, _), job in self._jobs.items() if job.running]
            if len(running) >= self._max_running:
                raise JobError(
                    f"{len(running)} long jobs are running, and {self._max_running} may at once. Wait for one to end, "
                    "or cancel it, and start again."
                )
            if running.count(owner) >= max(1, self._max_running - 1):
                raise JobError(
                    "Other long work is going on, and the place that is left is for others. Wait for it to end, or "
                    "cancel it, and start again."
                )
            job = Job(name, work)
            self._jobs[owner, name] = job
            self._jobs.move_to_end((owner, name))
            self._forget_oldest()
            job._start()
            return job

    def find(self, owner: str, name: str) -> Job | None:
        """Return an owner's job of that name, running or ended, or None."""
        with self._lock:
            return self._jobs.get((owner, name))

    def forget(self, owner: str, name: str) -> None:
        """Forget a job that has ended; one that runs stays."""
        with self._lock:
            job = self._jobs.get((owner, name))
            if job and not job.running:
                del self._jobs[owner, name]

    def close(self, timeout: float = CLOSING_SECONDS) -> None:
        """Cancel all jobs and wait for each to clear up, at most `timeout` seconds. Called at the program's end too."""
        with self._lock:
            jobs = [job for job in self._jobs.values() if job.running]
        for job in jobs:
            job.cancel()
        for job in jobs:
            job.wait(timeout)

    def _forget_oldest(self) -> None:
        ended = [key for key, job in self._jobs.items() if not job.running]
        for key in ended[: max(0, len(self._jobs) - self._max_kept)]:
            del self._jobs[key]
