"""What the methods need of a model: the released one, one with heads of its own, or one with random weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mammo_core.network.bundle import KERAS_FILE, Bundle
from mammo_core.network.grid import Grid
from mammo_core.reading.scan import Network, Scan
from mammo_core.reading.scores import evidence

if TYPE_CHECKING:
    from mammo_core.explain.keras_methods import KerasGraph


@dataclass(frozen=True, eq=False)
class ExplainedModel:
    """A model that can be explained.

    Attributes:
        network: Runs pictures.
        bias: (3,) the film head's bias of each class, in the order of `LABELS`.
        top_cells: How many of a film's highest cells make its logit.
        load_graph: Gives the same network in Keras; TensorFlow is loaded when it is called, and not before.
    """

    network: Network
    bias: np.ndarray
    top_cells: int
    load_graph: Callable[[], KerasGraph]

    def scan(self, grid: Grid) -> Scan:
        """Lay a film before this model."""
        return Scan(grid, self.network)


def released_model(bundle: Bundle) -> ExplainedModel:
    """Return the model of a model folder: ONNX for all that needs no gradient, Keras on demand."""

    def load_graph() -> KerasGraph:
        from mammo_core.explain.keras_methods import released_graph

        return released_graph(bundle.folder / KERAS_FILE)

    return ExplainedModel(bundle.network, bundle.film_bias, bundle.info["scan"]["top_cells"], load_graph)


def film_evidence(cells: np.ndarray, in_breast: np.ndarray, top_cells: int) -> np.ndarray:
    """Return a film's evidence for each class, which every method explains: the mean of its highest cells.

    Args:
        cells: h x w x 3, the output `film_logits`.
        in_breast: h x w bool.
        top_cells: How many cells.
    """
    return np.sort(evidence(cells)[in_breast], axis=0)[-top_cells:].mean(axis=0)
