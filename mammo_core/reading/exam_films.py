"""Which films of an exam speak for its breasts, and what has to be said about the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mammo_core.mias.index import woman_of
from mammo_core.types import FilmReading, Laterality, Mammogram

SIDES: dict[Laterality | None, str] = {"R": "right", "L": "left", None: "one"}
"""What a breast is called in a sentence."""


@dataclass(frozen=True)
class Speakers:
    """The films that speak.

    Attributes:
        indices: One a breast, as indices of the exam's films, R before L.
        warnings: How they were chosen, one sentence each, where there was something to choose or missing.
        doubts: Why the films do not make one woman's exam, one sentence each.
    """

    indices: tuple[int, ...]
    warnings: tuple[str, ...]
    doubts: tuple[str, ...]


def suspicion_key(probabilities: Sequence[float]) -> tuple[float, float]:
    """Return what films and breasts are ranked by: P(malignant), equal ones by P(abnormal)."""
    normal, _, malignant = probabilities
    return malignant, 1 - normal


def name_film(index: int, mammogram: Mammogram) -> str:
    """Return how a sentence calls a film: `R-MLO (film 2)`, counted from 1 in the order given."""
    return f"{mammogram.name} (film {index + 1})"


def choose_speakers(mammograms: Sequence[Mammogram], readings: Sequence[FilmReading]) -> Speakers:
    """Choose at most one film a breast.

    MLO films speak, since the model learned from those only; where there is none at all, the other films do (outside
    training, as their readings say). Of several films of one breast the most suspicious speaks: a finding must not be
    hidden by a better looking film. A film whose side is not known is never guessed to be the other breast; it speaks
    only where no film's side is known.

    Args:
        mammograms: The exam's films, at least one.
        readings: Their readings, in the same order.
    """
    names = [name_film(index, mammogram) for index, mammogram in enumerate(mammograms)]
    different, warnings = _without_copies(mammograms, names)
    eligible = _eligible(mammograms, readings, different)
    others = [names[index] for index in different if index not in eligible]
    if others:
        warnings.append(f"Shown, but not part of the answer: {_listed(others)}. The model learned from MLO views only.")
    by_side: dict[Laterality | None, list[int]] = {}
    for index in eligible:
        by_side.setdefault(mammograms[index].laterality, []).append(index)
    doubts = _women_apart([readings[index] for index in different])
    sides = [side for side in ("R", "L") if side in by_side]
    if sides and None in by_side:
        doubts.append(f"The side is not known of {_listed([names[i] for i in by_side[None]])}; it was left out.")
    indices = []
    for side in sides or [None]:
        of_side = by_side[side]
        speaker = max(of_side, key=lambda index: suspicion_key(readings[index].probabilities))
        indices.append(speaker)
        if len(of_side) > 1:
            shown = _listed([names[index] for index in of_side])
            warnings.append(
                f"The {SIDES[side]} breast has {len(of_side)} films: {shown}; {names[speaker]} speaks for it, as the "
                "more suspicious one."
            )
    return Speakers(tuple(indices), (*warnings, *_missing(sides)), tuple(doubts))


def _without_copies(mammograms: Sequence[Mammogram], names: list[str]) -> tuple[list[int], list[str]]:
    """Return the indices of films that differ in their pixels, and what to say of the copies."""
    first: dict[str, int] = {}
    different, warnings = [], []
    for index, mammogram in enumerate(mammograms):
        earlier = first.setdefault(mammogram.digest, index)
        if earlier == index:
            different.append(index)
        else:
            warnings.append(f"{names[earlier]} and {names[index]} are the same picture; it counts once.")
    return different, warnings


def _eligible(mammograms: Sequence[Mammogram], readings: Sequence[FilmReading], different: list[int]) -> list[int]:
    """Return the MLO films (those of the training set are); failing these the films of unknown view; else all."""
    views = {index: "MLO" if readings[index].training_film_id else mammograms[index].view for index in different}
    for view in ("MLO", None):
        of_view = [index for index in different if views[index] == view]
        if of_view:
            return of_view
    return different


def _women_apart(readings: list[FilmReading]) -> list[str]:
    """Return why the films cannot be of one woman, as far as the training set tells."""
    known = {r.training_film_id: woman_of(r.training_film_id) for r in readings if r.training_film_id}
    if len(set(known.values())) > 1:
        films = _listed([f"{film_id} of woman {woman}" for film_id, woman in sorted(known.items())])
        return [f"These films are of different women of the training set: {films}. Their breasts were not compared."]
    if known and len(known) < len(readings):
        return [
            f"{_listed(sorted(known))} of the training set came with other films; all films of that set are known, so "
            "the others are of another woman, or altered. The breasts were not compared."
        ]
    return []


def _missing(sides: list[Laterality]) -> list[str]:
    """Return what to say where one breast has no film that speaks."""
    if len(sides) == 2:
        return []
    absent = f"the {SIDES['L' if sides == ['R'] else 'R']} breast" if sides else "the other breast"
    return [f"No film speaks for {absent}; the answer is that of one film, and the two breasts were not compared."]


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
