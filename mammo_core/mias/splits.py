"""Folds of women: both films of a woman are always in the same part.

Five folds, five times repeated, stratified by the woman's worst class and background tissue. They are committed in
``data/splits/folds.csv``, which is the truth; `make_folds` is how it came to be.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType

import numpy as np

from mammo_core.config import DATA_DIR
from mammo_core.errors import DatasetError
from mammo_core.mias.index import FILM_IDS, N_FILMS, background_tissue, films_of, woman_class, woman_of

N_WOMEN = N_FILMS // 2
N_FOLDS = 5
N_REPEATS = 5
SEED = 1994
FOLDS_PATH = DATA_DIR / "splits" / "folds.csv"

Folds = Mapping[int, tuple[int, ...]]
"""{woman_id: the fold (0 to 4) whose test part she is in, one for each repeat}."""


def deal_folds(women: Sequence[int], n_folds: int, seed: int | Sequence[int]) -> dict[int, int]:
    """Deal women into folds, stratified by worst class and background tissue. Serves inner folds too.

    Women are sorted by stratum, shuffled inside each, and dealt like cards without starting anew at a stratum, so that
    fold sizes, and the count of each stratum in each fold, differ by at most one.

    Args:
        women: Women (1 to 161) to deal, each once.
        n_folds: Number of folds, at least 2.
        seed: Seed of the shuffle, as `numpy.random.default_rng` takes it.

    Returns:
        {woman_id: fold in [0, n_folds)}.

    Raises:
        ValueError: Fewer than two folds, fewer women than folds, or a woman named twice.
    """
    if len(set(women)) != len(women):
        raise ValueError("each woman may be dealt once only")
    if not 2 <= n_folds <= len(women):
        raise ValueError(f"n_folds must be from 2 to the number of women ({len(women)}), not {n_folds}")
    rng = np.random.default_rng(seed)
    shuffled = [int(woman) for woman in rng.permutation(sorted(women))]
    shuffled.sort(key=_stratum)
    seats = rng.permutation(n_folds)
    return {woman: int(seats[position % n_folds]) for position, woman in enumerate(shuffled)}


def _stratum(woman_id: int) -> tuple[str, str]:
    """Return what a woman is stratified by: her worst class and her first film's background tissue."""
    return woman_class(woman_id), background_tissue(films_of(woman_id)[0])


def make_folds(seed: int = SEED) -> dict[int, tuple[int, ...]]:
    """Return the folds of all women for every repeat, as they are committed."""
    women = range(1, N_WOMEN + 1)
    repeats = [deal_folds(women, N_FOLDS, (seed, repeat)) for repeat in range(N_REPEATS)]
    return {woman: tuple(folds[woman] for folds in repeats) for woman in women}


def format_folds(folds: Folds) -> str:
    """Return folds as the text of ``folds.csv``, women in order."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["woman_id", *(f"repeat_{repeat}" for repeat in range(N_REPEATS))])
    writer.writerows([woman, *folds[woman]] for woman in sorted(folds))
    return out.getvalue()


def split_digest(folds: Folds) -> str:
    """Return the sha256 of the folds as CSV text: a model folder says by it which split it was evaluated on."""
    return hashlib.sha256(format_folds(folds).encode()).hexdigest()


@cache
def load_folds(path: Path = FOLDS_PATH) -> Folds:
    """Read the committed folds.

    Raises:
        DatasetError: The file is missing, or does not give every woman one fold for each repeat.
    """
    try:
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))[1:]
        numbers = [tuple(map(int, row)) for row in rows]
    except (OSError, ValueError) as error:
        raise DatasetError(f"{path.name} is part of the project but cannot be read ({error}); restore it") from None
    folds = {row[0]: row[1:] for row in numbers if row}
    sound = all(len(row) == N_REPEATS and set(row) <= set(range(N_FOLDS)) for row in folds.values())
    if not sound or len(numbers) != N_WOMEN or sorted(folds) != list(range(1, N_WOMEN + 1)):
        raise DatasetError(
            f"{path.name} must give each of {N_WOMEN} women one fold (0 to {N_FOLDS - 1}) for each of {N_REPEATS} "
            f"repeats; it has {len(numbers)} rows for {len(folds)} women. Restore it from git."
        )
    return MappingProxyType(folds)


def fold_films(repeat: int, fold: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return (training films, test films) of one fold of one repeat.

    Raises:
        ValueError: No such repeat or fold.
    """
    if not 0 <= repeat < N_REPEATS or not 0 <= fold < N_FOLDS:
        raise ValueError(f"repeat must be 0 to {N_REPEATS - 1} and fold 0 to {N_FOLDS - 1}, not {repeat} and {fold}")
    folds = load_folds()
    test = tuple(film_id for film_id in FILM_IDS if folds[woman_of(film_id)][repeat] == fold)
    train = tuple(film_id for film_id in FILM_IDS if folds[woman_of(film_id)][repeat] != fold)
    check_women_apart({"training": train, "test": test})
    return train, test


def check_women_apart(parts: Mapping[str, Iterable[str]]) -> None:
    """Check that no woman has films in two parts.

    Args:
        parts: {name of the part: film_ids in it}; a film may occur more than once within its part.

    Raises:
        DatasetError: A woman is in two parts, by the same film or by her other one.
    """
    seen: dict[int, tuple[str, str]] = {}
    for part, film_ids in parts.items():
        for film_id in film_ids:
            first_part, first_film = seen.setdefault(woman_of(film_id), (part, film_id))
            if first_part != part:
                raise DatasetError(
                    f"woman {woman_of(film_id)} is in two parts: {first_film} in {first_part}, {film_id} in {part}. "
                    "Split by woman, not by film; see data/splits/folds.csv."
                )
