"""Choosing the heads' settings inside a training part: each of its parts is scored by heads fitted on the others.

What wins is what gives the true classes the most probability after calibration (log loss), for films and for regions
alone. The scores of the winners serve to fit calibration and operating points, so nothing outside the part is touched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from operator import attrgetter

import numpy as np

from mammo_core.evaluate.constants import fit_calibration, log_loss
from mammo_core.evaluate.fit import Fits, TrainConfig, Women
from mammo_core.evaluate.scoring import Scores, score
from mammo_core.network.heads import HeadConfig
from mammo_core.reading.scores import film_summary, margins


@dataclass(frozen=True)
class Chosen:
    """The settings of both heads."""

    region: HeadConfig
    film: HeadConfig

    def to_dict(self) -> dict:
        """Return a JSON-ready dict."""
        return asdict(self)


def choose(
    fits: Fits,
    parts: Sequence[Women],
    config: TrainConfig,
    progress: Callable[[float], None] = lambda fraction: None,
) -> tuple[Chosen, Scores]:
    """Choose settings by cross-validation over `parts`.

    Args:
        fits: Heads of the study, shared between calls.
        parts: Disjoint women; each part is scored by heads fitted on all the other parts.
        config: What there is to choose from.
        progress: Called with a fraction from 0 to 1.

    Returns:
        The settings, and every film's and region's scores by the heads that were fitted with them.
    """
    everyone = frozenset().union(*parts)
    rest = {part: everyone - part for part in parts}
    regions, films = config.region.heads(), config.film.heads()
    done = 0
    losses: dict[HeadConfig, float] = {}

    def least(heads: list[HeadConfig], loss: Callable[[HeadConfig], float]) -> HeadConfig:
        nonlocal done
        for head in heads:
            losses[head] = loss(head)
            done += 1
            progress(done / (len(regions) + len(films)))
        return min(heads, key=losses.__getitem__)

    chosen = Chosen(
        least(regions, lambda head: _region_loss(fits, rest, head)),
        least(films, lambda head: _film_loss(fits, rest, head, config.scan.top_cells)),
    )
    scores = Scores()
    for part in parts:
        scores.add(score(fits.study, part, fits.heads(rest[part], chosen.region, chosen.film), config.scan))
    return chosen, scores


def _region_loss(fits: Fits, rest: dict[Women, Women], head: HeadConfig) -> float:
    scores, labels = [], []
    for part, others in rest.items():
        weights, bias = fits.region(others, head)
        for region in filter(attrgetter("teaches"), fits.study.regions_of(part)):
            scores.append(margins((region.features @ weights + bias).mean(axis=0)))
            labels.append(region.label)
    return _loss(scores, labels)


def _film_loss(fits: Fits, rest: dict[Women, Women], head: HeadConfig, top_cells: int) -> float:
    scores, labels = [], []
    for part, others in rest.items():
        weights, bias = fits.film(others, head)
        for film in fits.study.films_of(part):
            scores.append(film_summary(margins(film.cells @ weights + bias), top_cells))
            labels.append(film.label)
    return _loss(scores, labels)


def _loss(scores: list[np.ndarray], labels: list[int]) -> float:
    return log_loss(fit_calibration(scores, labels), scores, labels)
