"""The Explanations page's memory: one film on the bench, its maps, and the queue of what is worked out beside the page.

All of a visitor's work runs in one job, one thing after the other, so that visitors share the machine; what is asked
for meanwhile joins the queue. What is done stays for the session, the newest first.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
import streamlit as st

from mammo_core.errors import JobError
from mammo_core.explain.explain import explain
from mammo_core.jobs import Job, Progress
from mammo_core.network.bundle import Bundle
from mammo_core.preprocess import preprocess
from mammo_core.reading.known_films import find_film_id
from mammo_core.report.pictures import shrink_heatmap
from mammo_core.types import Mammogram, Preprocessed
from mammo_core.ui.kept import Kept
from mammo_core.ui.long_work import job_room
from mammo_core.ui.steps_films import Choice

MAP_PX = 1000
"""Longest side of a kept map: about the resolution that the model sees."""
_RESULT_BYTES = 64 * 2**20
"""For a visitor's maps, of some 3 MB each: every method for every class of a film."""
_JOB = "explanations"


@dataclass(frozen=True, eq=False)
class Subject:
    """The film on the bench.

    Attributes:
        key: Names film and model; a film of another spacing is another one.
        bundle: The model.
        mammogram: The film.
        prepared: The film as the model sees it.
        training_film_id: The film's name where the model learned from it, else None.
    """

    key: tuple
    bundle: Bundle
    mammogram: Mammogram
    prepared: Preprocessed
    training_film_id: str | None


@dataclass(frozen=True, eq=False)
class Map:
    """A method's map at screen size: float32 in [0, 1], and whether it is empty."""

    heatmap: np.ndarray
    empty: bool


@dataclass(frozen=True, eq=False)
class Task:
    """Something to be worked out: what it is kept under, what it is called on screen, and the work."""

    key: tuple
    words: str
    work: Callable[[Callable[[float], None]], object]


@dataclass(eq=False)
class Bench:
    """One visitor's film, results and queue.

    Attributes:
        owner: What the visitor's job is known by.
        subject: The film on the bench, if any.
        results: {key: result}, those used last only.
        queue: What is to be worked out; the first is being worked on.
        fraction: Share done of the first.
        failed: Why the last task failed, for a person to read; empty otherwise.
    """

    owner: str = field(default_factory=lambda: secrets.token_hex(8))
    subject: Subject | None = None
    results: Kept = field(default_factory=lambda: Kept(_RESULT_BYTES))
    queue: list[Task] = field(default_factory=list)
    fraction: float = 0.0
    failed: str = ""
    _lock: Lock = field(default_factory=Lock, repr=False)

    def lay(self, key: tuple, choice: Choice, bundle: Bundle) -> Subject:
        """Lay a film on the bench, unless it lies there already.

        Raises:
            MammoError: The film cannot be read or outlined.
            KeyError: The film has gone.
        """
        if self.subject is None or self.subject.key != key:
            mammogram = choice.load()
            prepared = preprocess(mammogram, bundle.config)
            known = find_film_id(mammogram, prepared, bundle)
            self.subject = Subject(key, bundle, mammogram, prepared, known)
        return self.subject

    def instant(self, key: tuple, method: str, target: str) -> Map:
        """Return a quick map, worked out at once where it is not kept."""
        return self.results.found_or_made(key, lambda: explained_map(self.subject, method, target))

    def ask(self, task: Task) -> None:
        """Put a task into the queue, unless it is done or waits there already."""
        self.failed = ""
        if task.key not in self.results and task.key not in {waiting.key for waiting in self.queue}:
            self.queue.append(task)

    def waits(self, key: tuple) -> bool:
        """Return whether a task is in the queue or being worked on."""
        return any(task.key == key for task in self.queue)

    @property
    def job(self) -> Job | None:
        """The visitor's job, running or ended."""
        return job_room().find(self.owner, _JOB)

    def start(self) -> bool:
        """See that the queue is worked on, unless its job has failed; False while others use the machine."""
        if not self.look():
            return True
        try:
            job_room().start(self.owner, _JOB, self._work)
        except JobError:
            return False
        return True

    def look(self) -> bool:
        """Take note of how the job ended, if it broke off; return whether there is work left."""
        job = self.job
        if job and job.status.state == "failed":
            self.failed = job.status.error
            self.queue.clear()
            job_room().forget(self.owner, _JOB)
        return bool(self.queue)

    def cancel(self) -> None:
        """Drop all that is waited for."""
        with self._lock:
            self.queue.clear()
        if self.job:
            self.job.cancel()

    def _work(self, progress: Progress, cancelled: Callable[[], bool]) -> None:
        while task := self._begin_next():

            def tell(fraction: float) -> None:
                progress(0.0)  # raises when somebody cancelled
                self.fraction = fraction

            self.results.keep(task.key, task.work(tell))
            with self._lock:
                if self.queue and self.queue[0] is task:
                    self.queue.pop(0)

    def _begin_next(self) -> Task | None:
        with self._lock:
            self.fraction = 0.0
            return self.queue[0] if self.queue else None


def current_bench() -> Bench:
    """Return this visitor's bench."""
    return st.session_state.setdefault("explain_bench", Bench())


def explained_map(
    subject: Subject, method: str, target: str, progress: Callable[[float], None] = lambda fraction: None
) -> Map:
    """Return a method's map of a film, at screen size."""
    film, bundle = subject.mammogram, subject.bundle
    result = explain(film, method, target, bundle, prepared=subject.prepared, progress=progress)
    return Map(shrink_heatmap(result.heatmap, MAP_PX), result.empty)
