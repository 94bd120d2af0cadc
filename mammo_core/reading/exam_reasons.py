"""Why an exam reads as it does, in sentences for a radiologist."""

from __future__ import annotations

import numpy as np

from mammo_core.reading.exam_films import SIDES, suspicion_key
from mammo_core.types import BreastReading, Candidate, FilmReading, Preprocessed

LIMIT = (
    "The model tells benign from malignant hardly better than chance: take this as a place to look at, not as a "
    "diagnosis."
)
_THIRDS = ("upper", "middle", "lower")


def give_reasons(
    suspect: BreastReading, other: BreastReading | None, film: FilmReading, prepared: Preprocessed, compared: bool
) -> tuple[str, ...]:
    """Return three sentences: which breast, what its film shows by itself, and how little that may mean.

    Args:
        suspect: The breast behind the answer.
        other: The other one, where a film speaks for it.
        film: The reading of the suspect breast's film.
        prepared: That film as the model saw it.
        compared: Whether the breasts' answers come from holding one against the other.
    """
    mark = _strongest_mark(film, prepared)
    if compared:
        alone = f"Its film alone gives malignant {_percent(film.probabilities.malignant)}"
        mark = f"{alone}, before it is compared with the other breast. {mark}".strip()
    return tuple(filter(None, (_which(suspect, other), mark, LIMIT)))


def _which(suspect: BreastReading, other: BreastReading | None) -> str:
    shares = f"malignant {_percent(suspect.probabilities.malignant)}, abnormal {_percent(_abnormal(suspect))}"
    if other is None:
        side = f"the {SIDES[suspect.laterality]} breast" if suspect.laterality else "one breast, its side not known,"
        return f"Only {side} is read: {shares}."
    own, against = SIDES[suspect.laterality], SIDES[other.laterality]
    theirs = f"{_percent(other.probabilities.malignant)} and {_percent(_abnormal(other))} in the {against}"
    if [_percent(v) for v in suspicion_key(suspect.probabilities)] == [
        _percent(v) for v in suspicion_key(other.probabilities)
    ]:
        return f"The two breasts look alike: {shares} in the {own}, {theirs}."
    though = f", though the {against} is the likelier to be abnormal" if _abnormal(other) > _abnormal(suspect) else ""
    return f"The {own} breast is the more suspicious one: {shares}, against {theirs}{though}."


def _strongest_mark(film: FilmReading, prepared: Preprocessed) -> str:
    if not film.candidates:
        return ""
    mark = film.candidates[0]
    return (
        f"The strongest mark on its film lies in the {_third(mark, prepared)} third of the breast: lesion "
        f"{_percent(mark.suspicion)}."
    )


def _third(mark: Candidate, prepared: Preprocessed) -> str:
    """Return in which third of the breast's height, muscle included, a mark lies."""
    box = prepared.box_from_film(mark.box)
    rows = np.flatnonzero(prepared.breast_mask.any(axis=1))
    share = (box.y + box.height / 2 - rows[0]) / max(len(rows), 1)
    return _THIRDS[min(max(int(3 * share), 0), 2)]


def _abnormal(breast: BreastReading) -> float:
    return 1 - breast.probabilities.normal


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
