"""How far reader and program agree, before and after the reader saw the program's answer, and who moved whom.

Kappa (Cohen 1960) over `LABELS`, with a 95 % interval by resampling women: exams of one woman are drawn together. An
exam counts where both sides named a class; referring is no class, and how many are left out so is said. An answer is
held against the reading on which it was given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mammo_core.metrics.bootstrap import MIN_WOMEN, Estimate, estimate, resample_weights
from mammo_core.metrics.confusion import cohen_kappa, confusion_matrix
from mammo_core.store.exam import Exam
from mammo_core.types import LABELS

MOVES = ("agreed from the start", "moved to the program", "stayed", "moved elsewhere", "moved away", "referred")
"""What became of a first answer: the program said the same (and the reader stayed, or moved away), or something else
(and the reader moved to it, stayed, or moved to a third answer), or it referred."""


@dataclass(frozen=True)
class Agreement:
    """Two sides held against each other.

    Attributes:
        n: Exams that count.
        left_out: Exams that both answered, and one of them by referring.
        same: How many of the n are the same.
        kappa: With its interval.
    """

    n: int
    left_out: int
    same: int
    kappa: Estimate


@dataclass(frozen=True)
class Move:
    """Exams of one history: what the reader said first, what the program said, what the reader said last, and `n`."""

    before: str
    program: str
    after: str
    n: int

    @property
    def kind(self) -> str:
        """One of `MOVES`."""
        if self.program == "refer":
            return "referred"
        if self.before == self.program:
            return "agreed from the start" if self.after == self.before else "moved away"
        if self.after == self.program:
            return "moved to the program"
        return "stayed" if self.after == self.before else "moved elsewhere"


def program_of(exam: Exam) -> str:
    """Return the program's decision that the reader's answers are held against; empty where it was not read."""
    reading = exam.seen or exam.reading
    return reading.decision if reading else ""


def agreement(first: Sequence[str], second: Sequence[str], women: Sequence[str]) -> Agreement:
    """Hold two sides' answers against each other.

    Args:
        first: One of `DECISIONS` for each exam; empty where there is none.
        second: Of the other side, in the same order.
        women: What exams of one woman share.
    """
    both = [
        (LABELS.index(a), LABELS.index(b), w)
        for a, b, w in zip(first, second, women, strict=True)
        if a in LABELS and b in LABELS
    ]
    answered = sum(bool(a and b) for a, b in zip(first, second, strict=True))
    if not both:
        return Agreement(0, answered, 0, Estimate(np.nan, np.nan, np.nan, "no exam counts yet"))
    a, b, groups = (np.array(values) for values in zip(*both, strict=True))
    n = len(LABELS)
    kappa = estimate(lambda w: cohen_kappa(confusion_matrix(a, b, n, weights=w)), resample_weights(groups))
    if len(set(groups)) < MIN_WOMEN:
        kappa = Estimate(kappa.value, np.nan, np.nan, f"fewer than {MIN_WOMEN} women: no interval")
    return Agreement(len(both), answered - len(both), int((a == b).sum()), kappa)


def agreements(exams: Sequence[Exam]) -> dict[str, Agreement]:
    """Return the three agreements: `before` and `after` with the program, and `moved`, the reader with herself."""
    women = [exam.woman or str(exam.number) for exam in exams]
    before, after = [exam.before for exam in exams], [exam.after for exam in exams]
    program = [program_of(exam) for exam in exams]
    return {
        "before": agreement(before, program, women),
        "after": agreement(after, program, women),
        "moved": agreement(before, after, women),
    }


def moves(exams: Sequence[Exam]) -> list[Move]:
    """Return who moved whom: every history of exams that were answered before and after, the commonest first."""
    told = Counter((exam.before, program_of(exam), exam.after) for exam in exams if exam.before and exam.after)
    return [Move(*history, n) for history, n in told.most_common()]
