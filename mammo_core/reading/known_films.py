"""Films and women that the model was trained on: their honest answer is the out-of-fold one."""

from __future__ import annotations

import csv
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from weakref import WeakKeyDictionary

import numpy as np

from mammo_core.network.bundle import Bundle
from mammo_core.types import Applicability, Box, Candidate, Mammogram, Preprocessed, Probabilities, pixel_digest

_HEADLINE_REPEAT = "0"
_breasts: WeakKeyDictionary[Preprocessed, str] = WeakKeyDictionary()
_OUTSIDE = "The film looks unlike the films of the other women, from which it was read."


@dataclass(frozen=True)
class Answer:
    """Probabilities and the decision made on them, of a film, a breast or a woman."""

    probabilities: Probabilities
    decision: str


@dataclass(frozen=True)
class KnownFilm:
    """The committed out-of-fold answer for a film of the training set.

    `candidates` lie on the film as it was published and may reach beyond it.
    """

    film_id: str
    answer: Answer
    candidates: tuple[Candidate, ...]
    applicability: Applicability


def breast_digest(image: np.ndarray) -> str:
    """Return a digest of the breast on a prepared film, the same for its mirror images and whatever lies around it.

    A copy of a training film that was mirrored, turned upside down, brought to another depth or put on another canvas
    has other pixels and the same breast. Measured on the 322 films against themselves: mirrored 322 found, 16 bits 322,
    upside down 320, black borders 283 (borders move the outline of the others a little), anything that changes grey
    values 0. It is exact, so it cannot take a film for another.

    Args:
        image: h x w uint8, 0 outside the breast and only there, as `Preprocessed.image` or `Grid.image`.
    """
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    breast = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return min(pixel_digest(turned) for turned in (breast, breast[:, ::-1], breast[::-1], breast[::-1, ::-1]))


def find_film_id(mammogram: Mammogram, prepared: Preprocessed, bundle: Bundle) -> str | None:
    """Return `mdb001` to `mdb322` for a film of the training set, by its pixels or by its breast; else None."""
    by_pixels = bundle.info["training_films"].get(mammogram.digest)
    if by_pixels:
        return by_pixels
    if prepared not in _breasts:  # asked anew for every place of a film that is read
        _breasts[prepared] = breast_digest(prepared.image)
    return bundle.info["training_breasts"].get(_breasts[prepared])


@dataclass(frozen=True)
class KnownWoman:
    """The committed out-of-fold answers for a woman of the training set: one a film's breast, and hers."""

    woman_id: int
    breasts: dict[str, Answer]
    answer: Answer


def find_known(mammogram: Mammogram, prepared: Preprocessed, bundle: Bundle) -> KnownFilm | None:
    """Return the out-of-fold answer for a film of the training set, or None for a film the model has not seen.

    On a copy that is not the published film pixel by pixel, the committed boxes would lie in the wrong place: it has
    none.
    """
    film_id = find_film_id(mammogram, prepared, bundle)
    if film_id is None:
        return None
    known = _load_films(bundle.folder, tuple(bundle.info["training_films_outside"]))[film_id]
    return known if mammogram.digest in bundle.info["training_films"] else replace(known, candidates=())


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
