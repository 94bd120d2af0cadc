"""Films and women that the model was trained on: their honest answer is the out-of-fold one."""

from __future__ import annotations

import csv
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from mammo_core.network.bundle import Bundle
from mammo_core.types import Applicability, Box, Candidate, Probabilities

_HEADLINE_REPEAT = "0"
_OUTSIDE = "The film looks unlike the films of the other women, from which it was read."


@dataclass(frozen=True)
class Answer:
    """Probabilities and the decision made on them, of a film, a breast or a woman."""

    probabilities: Probabilities
    decision: str


@dataclass(frozen=True)
class KnownFilm:
    """The committed out-of-fold answer for a film of the training set; boxes may reach beyond the film."""

    film_id: str
    answer: Answer
    candidates: tuple[Candidate, ...]
    applicability: Applicability


@dataclass(frozen=True)
class KnownWoman:
    """The committed out-of-fold answers for a woman of the training set: one a film's breast, and hers."""

    woman_id: int
    breasts: dict[str, Answer]
    answer: Answer


def find_known(digest: str, bundle: Bundle) -> KnownFilm | None:
    """Return the out-of-fold answer for a film by its pixel digest, or None for a film the model has not seen."""
    film_id = bundle.info["training_films"].get(digest)
    return _load_films(bundle.folder, tuple(bundle.info["training_films_outside"]))[film_id] if film_id else None


def find_known_woman(film_ids: Collection[str], bundle: Bundle) -> KnownWoman | None:
    """Return the out-of-fold answers for a woman, or None where `film_ids` are not both films of one woman."""
    women = _load_women(bundle.folder)
    return next((woman for woman in women if set(film_ids) == set(woman.breasts)), None)


@lru_cache(maxsize=4)
def _load_films(folder: Path, outside: tuple[str, ...]) -> dict[str, KnownFilm]:
    candidates: dict[str, list[Candidate]] = {}
    for row in _rows(folder / "candidates.csv"):
        box = Box(*(float(row[key]) for key in ("x", "y", "width", "height")))
        candidates.setdefault(row["film_id"], []).append(Candidate(box, _probabilities(row)))
    return {
        row["film_id"]: KnownFilm(
            row["film_id"],
            _answer(row),
            tuple(sorted(candidates.get(row["film_id"], []), key=lambda candidate: -candidate.suspicion)),
            Applicability(False, (_OUTSIDE,)) if row["film_id"] in outside else Applicability(True),
        )
        for row in _rows(folder / "predictions.csv")
        if row["unit"] == "film"
    }


@lru_cache(maxsize=4)
def _load_women(folder: Path) -> tuple[KnownWoman, ...]:
    rows = _rows(folder / "predictions.csv")
    breasts: dict[str, dict[str, Answer]] = {}
    for row in rows:
        if row["unit"] == "breast":
            breasts.setdefault(row["woman_id"], {})[row["film_id"]] = _answer(row)
    return tuple(
        KnownWoman(int(row["woman_id"]), breasts[row["woman_id"]], _answer(row))
        for row in rows
        if row["unit"] == "woman"
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["repeat"] == _HEADLINE_REPEAT]


def _answer(row: dict[str, str]) -> Answer:
    return Answer(_probabilities(row), row["decision"])


def _probabilities(row: dict[str, str]) -> Probabilities:
    return Probabilities(*(float(row[f"p_{label}"]) for label in Probabilities._fields))
