"""Does a map depend on what the model learned? The check by randomised weights.

Adebayo et al, "Sanity checks for saliency maps" (NeurIPS 2018): a map that stays as it was when the model's weights are
made worthless shows the picture, not the model. Weights are taken from the top downwards: the head, then the backbone's
last blocks too, then the whole network.

Randomised here means shuffled: each convolution keeps its values and loses their places, so that activations keep
their size and no layer dies (as they do when weights are drawn anew). `features` are standardised again over the film's
breast, as they were over the films of training.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

import keras
import numpy as np
from scipy.stats import rankdata

from mammo_core.explain.explain import class_maps
from mammo_core.explain.keras_methods import EXPLAINED_LAYER, KerasGraph
from mammo_core.explain.model import ExplainedModel
from mammo_core.film.enhance import enhancement_figures
from mammo_core.network.build import film_bias
from mammo_core.network.geometry import CELL_PX
from mammo_core.network.grid import Grid

LEVELS = ("head", "upper", "whole")
"""What is shuffled: the head; the head and the blocks that see cells of 3.2 mm; everything."""
_HEAD = "film_logits"
_LOWEST_UPPER_BLOCK = 5
_SEED = 0
_NOTHING = 2
"""Of 255 levels: what lies no higher is taken for empty."""
_one_at_a_time = Lock()
_LOOK_SECONDS = 0.5
"""How often who waits for the shuffled copies tells that it waits, and may be stopped."""


@dataclass(frozen=True)
class Likeness:
    """How alike two maps of one film are, inside the breast.

    Attributes:
        rank: Spearman's rank correlation, -1 to 1; None where one of them is the same everywhere.
        ssim: Structural similarity, at most 1 (Wang et al. 2004), of both maps scaled to their own maximum, where at
            least one of them shows something (1 % of its maximum): two maps agree wherever both are empty, which says
            nothing.
    """

    rank: float | None
    ssim: float


def shuffled(graph: KerasGraph, level: str) -> KerasGraph:
    """Return a copy of a graph with the weights of a level shuffled.

    Args:
        graph: Left as it is.
        level: One of `LEVELS`.
    """
    if level not in LEVELS:
        raise ValueError(f"level must be one of {', '.join(LEVELS)}, not {level!r}")
    copy = keras.models.clone_model(graph.model)
    copy.set_weights(graph.model.get_weights())
    rng = np.random.default_rng(_SEED)
    for layer in copy.layers:
        if isinstance(layer, keras.layers.Conv2D | keras.layers.DepthwiseConv2D) and _belongs(layer.name, level):
            layer.set_weights([rng.permutation(part.ravel()).reshape(part.shape) for part in layer.get_weights()])
    return KerasGraph(copy)


def explained(graph: KerasGraph, grid: Grid, top_cells: int) -> ExplainedModel:
    """Return a shuffled graph ready to be explained on a film: its features standardised over the film, in place."""
    layer = graph.model.get_layer(EXPLAINED_LAYER)
    unit = [np.zeros(layer.moving_mean.shape), np.full(layer.moving_variance.shape, 1 - layer.epsilon)]
    layer.set_weights(unit)
    cells = graph.run(grid.image, [EXPLAINED_LAYER])[EXPLAINED_LAYER][grid.in_breast].astype(np.float64)
    layer.set_weights([cells.mean(axis=0), np.maximum(cells.var(axis=0) - layer.epsilon, 0)])
    return ExplainedModel(graph, film_bias(graph.model), top_cells, lambda: graph)


def check(
    method: str,
    target: str,
    grid: Grid,
    model: ExplainedModel,
    progress: Callable[[float], None] = lambda fraction: None,
) -> dict[str, tuple[np.ndarray, Likeness]]:
    """Make a method's map again at every level, and say how alike it is to the true one.

    Args:
        method: One of `METHODS`.
        target: One of `LABELS`.
        grid: The film's layout.
        model: What is checked; its shuffled copies are kept for the next time.
        progress: Called with a fraction from 0 to 1; may raise to stop the work.

    Returns:
        {level: the map, not scaled, and its likeness}, with the true map itself under `""`.
    """
    while not _one_at_a_time.acquire(timeout=_LOOK_SECONDS):  # shuffled copies are set to one film at a time
        progress(0.0)
    try:
        graphs = _shuffled_graphs(model.load_graph())
        maps = {}
        for i, level in enumerate(("", *LEVELS)):
            some = explained(graphs[level], grid, model.top_cells) if level else model
            share = lambda fraction, i=i: progress((i + fraction) / (len(LEVELS) + 1))  # noqa: E731
            (maps[level],) = class_maps(method, (target,), some.scan(grid), some, share)
            share(1.0)
    finally:
        _one_at_a_time.release()
    return {level: (found, likeness(maps[""], found, grid.in_breast)) for level, found in maps.items()}


@lru_cache(maxsize=1)
def _shuffled_graphs(graph: KerasGraph) -> dict[str, KerasGraph]:
    return {level: shuffled(graph, level) for level in LEVELS}


def likeness(first: np.ndarray, second: np.ndarray, in_breast: np.ndarray) -> Likeness:
    """Compare two maps of one film.

    Args:
        first: One value per cell or per pixel, at least 0.
        second: The same shape.
        in_breast: One bool per cell; only the breast is compared.
    """
    mask = in_breast if first.shape == in_breast.shape else np.kron(in_breast, np.ones((CELL_PX, CELL_PX), bool))
    levels = _levels(first), _levels(second)
    shown = mask & (np.maximum(*levels) > _NOTHING)
    ssim = enhancement_figures(*levels, shown)["ssim"] if shown.any() else 1.0
    return Likeness(_rank_correlation(first[mask], second[mask]), ssim)


def _rank_correlation(first: np.ndarray, second: np.ndarray) -> float | None:
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    return float(np.corrcoef(rankdata(first), rankdata(second))[0, 1])


def _levels(values: np.ndarray) -> np.ndarray:
    peak = float(values.max())
    return np.round(255 * values / peak).astype(np.uint8) if peak > 0 else np.zeros(values.shape, np.uint8)


def _belongs(layer: str, level: str) -> bool:
    """Return whether a layer is shuffled at a level."""
    if level == "whole" or layer == _HEAD:
        return True
    block = re.match(r"block(\d+)_", layer)
    return level == "upper" and block is not None and int(block[1]) >= _LOWEST_UPPER_BLOCK
