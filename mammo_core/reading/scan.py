"""What the network says of a film or of a region, computed once and shared by all that is made of it.

Reading, Grad-CAM and similar cases want other outputs of the same pass over the same pixels. A film's scan is kept
beside the prepared film, which callers hand on anyway; a region's scan is handed on itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol
from weakref import WeakKeyDictionary

import numpy as np

from mammo_core.network.bundle import Bundle
from mammo_core.network.grid import Grid, cut_region, lay_out
from mammo_core.network.regions import orientations
from mammo_core.reading.scores import margins
from mammo_core.types import Box, Preprocessed


class Network(Protocol):
    """Whatever runs a picture through the network: see `OnnxNetwork.run`."""

    def run(self, image: np.ndarray, outputs: Sequence[str]) -> dict[str, np.ndarray]:
        """Run one picture and return the outputs asked for."""


@dataclass(frozen=True, eq=False)
class Scan:
    """A film before a network; the pass is made when it is first asked for, and once.

    Attributes:
        grid: The film's layout.
        network: What it is shown to.
    """

    grid: Grid
    network: Network
    _found: dict[str, np.ndarray] = field(default_factory=dict, init=False, repr=False)

    @property
    def features(self) -> np.ndarray:
        """Features of each cell, h x w x 232 float32, standardised."""
        return self._outputs()["features"]

    @property
    def logits(self) -> np.ndarray:
        """The film head's answer in each cell, h x w x 3 float32 over `LABELS`."""
        return self._outputs()["film_logits"]

    @property
    def margins(self) -> np.ndarray:
        """`scores.margins` of each cell, h x w x 2 float64."""
        return self._outputs()["margins"]

    def _outputs(self) -> dict[str, np.ndarray]:
        # No `cached_property`: in Python 3.11 all scans would share one lock, and a reading wait for another visitor's.
        if not self._found:
            seen = self.network.run(self.grid.image, ["features", "film_logits"])
            self._found.update(seen, margins=margins(seen["film_logits"]))
        return self._found


@dataclass(frozen=True, eq=False)
class RegionScan:
    """The 19.2 mm square around a point, in its eight orientations (`network.regions`).

    Attributes:
        x: The point, in prepared pixels.
        y: The same.
        features: 8 x 6 x 6 x 232 float32, standardised.
        logits: 8 x 3 float32, the region head's answers over `LABELS`.
    """

    x: float
    y: float
    features: np.ndarray
    logits: np.ndarray


_kept: WeakKeyDictionary[Preprocessed, Scan] = WeakKeyDictionary()


def scan_film(prepared: Preprocessed, bundle: Bundle) -> Scan:
    """Lay a prepared film before the bundle's network; the same scan again for as long as the prepared film lives.

    Raises:
        BreastNotFoundError: The breast fills no cell.
    """
    kept = kept_scan(prepared)
    if kept is None or kept.network is not bundle.network:
        kept = _kept[prepared] = Scan(lay_out(prepared), bundle.network)
    return kept


def kept_scan(prepared: Preprocessed) -> Scan | None:
    """Return the scan that is kept beside a prepared film, if any."""
    return _kept.get(prepared)


def scan_region(prepared: Preprocessed, point: tuple[float, float], bundle: Bundle) -> RegionScan:
    """Run the network over the square around a point, all orientations in one pass.

    Args:
        prepared: The film as the model sees it.
        point: (x, y) in pixels of the original film.
        bundle: The model.
    """
    x, y = prepared.box_from_film(Box(*point, 0, 0))[:2]
    turned = np.stack(orientations(cut_region(prepared.image, x, y)))
    out = bundle.network.run_batch(turned, ["features", "region_logits"])
    return RegionScan(x, y, out["features"], out["region_logits"][:, 0, 0])
