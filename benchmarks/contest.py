"""Contests: a piece of work against its floor, both timed in turn in the same run, and the table they make.

A floor is the least that any program would have to do for the same. Ratios hold when a machine is slow or busy; seconds
do not, and are printed for orientation only.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Contest:
    """One piece of work against its floor.

    Attributes:
        what: The work, as the table names it.
        work: Does it; a number that it returns is taken for the milliseconds that it took.
        floor_is: The floor, as the table names it.
        floor: Does the floor; as `work`.
        at_most: The ratio that is aimed at; below 1 where the work is to be so much faster. None where none was set.
        runs: How often both are run, in turn, after one run each to warm up.
        calls: How often each is called in its turn; the median counts. More than one where the other side, which ran
            in between, would leave cold caches to a work of some milliseconds.
    """

    what: str
    work: Callable[[], object]
    floor_is: str
    floor: Callable[[], object]
    at_most: float | None = None
    runs: int = 9
    calls: int = 1


@dataclass(frozen=True)
class Result:
    """What a contest came to: medians in `unit`, and the work as a multiple of the floor.

    `half` is the range of the middle half of the turns' ratios; None where there were no turns.
    """

    what: str
    work: float
    floor_is: str
    floor: float
    ratio: float
    at_most: float | None
    runs: int
    unit: str = "ms"
    half: tuple[float, float] | None = None

    @property
    def met(self) -> bool:
        """Whether the aim was reached, or there is none."""
        return self.at_most is None or self.ratio <= self.at_most


def hold(contest: Contest) -> Result:
    """Run a contest, each side beginning every other turn.

    A ratio is the median of the turns' own ratios, so that a slower minute slows both.
    """
    _milliseconds(contest.work), _milliseconds(contest.floor)
    works, floors = [], []
    for turn in range(contest.runs):
        sides = [(contest.work, works), (contest.floor, floors)]
        for call, times in reversed(sides) if turn % 2 else sides:
            times.append(statistics.median(_milliseconds(call) for _ in range(contest.calls)))
    ratios = [work / floor for work, floor in zip(works, floors, strict=True)]
    low, ratio, high = statistics.quantiles(ratios, n=4, method="inclusive")
    work, floor = statistics.median(works), statistics.median(floors)
    return Result(contest.what, work, contest.floor_is, floor, ratio, contest.at_most, contest.runs, half=(low, high))


def head() -> str:
    """Return the table's head."""
    return f"{'what':<58}{'takes':>9}{'floor':>9}{'':4}{'ratio':>7}{'middle half':>17}{'aim':>7}        floor"


def line(result: Result) -> str:
    """Return a contest's line of the table."""
    aim = "" if result.at_most is None else f"{result.at_most:g}"
    verdict = "" if result.at_most is None else "met" if result.met else "MISSED"
    half = "" if result.half is None else "{:.3g} to {:.3g}".format(*result.half)
    return (
        f"{result.what:<58}{result.work:9.1f}{result.floor:9.1f} {result.unit:<3}{result.ratio:7.3g}{half:>17}{aim:>7} "
        f"{verdict:<7}{result.floor_is}"
    )


def as_json(result: Result) -> dict[str, object]:
    """Return a contest's line for machines."""
    return asdict(result) | {"met": result.met}


def _milliseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    told = work()
    return float(told) if isinstance(told, int | float) else 1000 * (time.perf_counter() - start)
