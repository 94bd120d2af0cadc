"""Nested cross-validation by woman: every film, region and mark is scored by a model that never saw its woman.

For each outer fold, everything is chosen and fitted on the other four: the heads' settings (see `choose`), calibration,
operating points and the limit of the look come from inner scores, each of those four folds scored by heads fitted on
the other three; then the heads are fitted on all four. So nothing that is reported was tuned on what it reports; only
where normal regions are taken from follows the places (not the looks) of all women's lesions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mammo_core.evaluate.choose import Chosen, choose
from mammo_core.evaluate.constants import fit_constants
from mammo_core.evaluate.fit import Fits, TrainConfig, Women
from mammo_core.evaluate.rows import Rows, score_rows
from mammo_core.evaluate.scoring import score
from mammo_core.evaluate.study import Study
from mammo_core.mias.splits import N_FOLDS, load_folds


@dataclass(frozen=True, eq=False)
class FoldResult:
    """One fold's rows of every score file, what was chosen for it, and films that looked unlike the others."""

    rows: Rows
    chosen: Chosen
    outside: list[str]


def folds_of(study: Study, repeat: int) -> list[Women]:
    """Return the study's women in each fold of one of the committed partitions."""
    fold_of = {woman: folds[repeat] for woman, folds in load_folds().items()}
    present = {film.woman_id for film in study.films}
    return [frozenset(woman for woman in present if fold_of[woman] == fold) for fold in range(N_FOLDS)]


def cross_validate(
    fits: Fits,
    config: TrainConfig,
    repeat: int,
    skip: Callable[[int], bool] = lambda fold: False,
    progress: Callable[[float], None] = lambda fraction: None,
) -> Iterator[tuple[int, FoldResult]]:
    """Score a study out of fold, one fold after the other.

    Args:
        fits: Heads of the study, shared between folds.
        config: Settings.
        repeat: Which of the committed partitions of women.
        skip: Folds that are done already.
        progress: Called with a fraction from 0 to 1.

    Yields:
        (fold, its result).
    """
    parts = folds_of(fits.study, repeat)
    for fold in range(N_FOLDS):
        if not skip(fold):
            share = lambda fraction, fold=fold: progress((fold + fraction) / N_FOLDS)  # noqa: E731
            yield fold, _fold(fits, config, parts, repeat, fold, share)
        progress((fold + 1) / N_FOLDS)


def _fold(
    fits: Fits,
    config: TrainConfig,
    parts: list[Women],
    repeat: int,
    fold: int,
    progress: Callable[[float], None],
) -> FoldResult:
    training = [part for i, part in enumerate(parts) if i != fold]
    chosen, inner = choose(fits, training, config, progress)
    constants = fit_constants(inner, config)
    heads = fits.heads(frozenset().union(*training), chosen.region, chosen.film)
    outer = score(fits.study, parts[fold], heads, config.scan)
    looks = zip(outer.films, outer.looks, strict=True)
    outside = [film.film_id for film, look in looks if look > constants.look_limit]
    return FoldResult(score_rows(inner, outer, constants, chosen, repeat, fold), chosen, outside)
