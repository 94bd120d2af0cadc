"""The active model's scores and figures, read once and kept.

`metrics.json` is believed only while it was derived from the very files beside it and by this code; otherwise
everything is derived again (some seconds).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import streamlit as st

from mammo_core.evaluate.blocks import BLOCKS, HEADLINE_REPEAT, blocks_in, rows_of
from mammo_core.evaluate.derive import METRICS_NAME, SCHEMA, derive_metrics, read_json, source_digests
from mammo_core.evaluate.prevalence import Rates, rates_at
from mammo_core.evaluate.sample import Sample
from mammo_core.evaluate.score_files import ScoreFiles, load_score_files
from mammo_core.mias.index import annotations_by_film, background_tissue, load_annotations
from mammo_core.types import LABELS, Box
from mammo_core.ui.words import metrics as words


@dataclass(frozen=True, eq=False)
class Tested:
    """A model folder's scores and what is derived from them.

    Attributes:
        folder: The model folder.
        files: Its score files.
        metrics: `metrics.json`.
        points: {unit: {operating point: the model's own threshold on P(malignant)}}, as far as it states them.
    """

    folder: Path
    files: ScoreFiles
    metrics: dict
    points: dict[str, dict[str, float]]
    _kept: dict = field(default_factory=dict, repr=False)

    @property
    def model_id(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def blocks(self) -> list[str]:
        """Names of the units that have figures."""
        return blocks_in(self.files.predictions)

    def rows(self, block: str) -> pd.DataFrame:
        """Return the headline repeat's cases of a unit."""
        return rows_of(self.files.predictions, block)

    def sample(self, block: str) -> Sample:
        """Return the same cases as arrays; made once, and so are its resamples."""
        if block not in self._kept:
            self._kept[block] = Sample.from_frame(self.rows(block), self.files.operating_points)
        return self._kept[block]

    def rates(self, block: str, point: str) -> Rates:
        """Return what an operating point of a unit does, resampled once."""
        if (block, point) not in self._kept:
            self._kept[block, point] = rates_at(self.sample(block), point, BLOCKS[block][0])
        return self._kept[block, point]

    def thresholds(self, unit: str) -> dict[str, float]:
        """Return {operating point: the model's own threshold} of a unit; empty where it states none."""
        of_unit = self.points.get(unit)
        return of_unit if isinstance(of_unit, dict) else {}

    def chance(self, block: str) -> dict | None:
        """Return what permuted labels gave on a unit, or None where that was not tried."""
        return self.metrics.get("permutations", {}).get(block)

    def strongest_mark(self, film_id: str) -> Box | None:
        """Return a film's most suspicious mark in the headline repeat, or None where it has none."""
        marks = self.files.candidates
        marks = marks[(marks["film_id"] == film_id) & (marks["repeat"] == HEADLINE_REPEAT)]
        if marks.empty:
            return None
        strongest = marks.loc[marks["p_normal"].idxmin()]
        return Box(*(float(strongest[side]) for side in ("x", "y", "width", "height")))


def load_tested(folder: Path) -> Tested:
    """Return what is known of a model folder, from the cache while its files stay the same.

    Raises:
        BundleError: The folder's scores are missing, cannot be read, or break a promise.
    """
    return _load_tested(folder, source_digests(folder))


@st.cache_resource(max_entries=4, show_spinner=words.DERIVING)  # shared by all visitors, and changed by none
def _load_tested(folder: Path, digests: dict[str, str]) -> Tested:
    files = load_score_files(folder, complete=True)
    metrics = read_json(folder / METRICS_NAME)
    if metrics.get("derived_from") != digests or metrics.get("schema") != SCHEMA:
        metrics = derive_metrics(files, load_annotations())
    points = read_json(folder / "bundle.json").get("operating_points", {})
    return Tested(folder, files, metrics, points)


def film_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the tested films as they are listed: truth, tissue, abnormality, probabilities, decision, mistake.

    A film is a mistake when it was called another class than its own; a referred film is none.
    """
    truth = rows["y_true"].map(LABELS.__getitem__)
    by_film = annotations_by_film()
    kinds = [" ".join(dict.fromkeys(a.abnormality for a in by_film[film])) for film in rows["film_id"]]
    return pd.DataFrame(
        {
            "film": rows["film_id"],
            "truth": truth,
            "decision": rows["decision"],
            "p_malignant": rows["p_malignant"],
            "abnormality": ["" if kind == "NORM" else kind for kind in kinds],
            "p_benign": rows["p_benign"],
            "p_normal": rows["p_normal"],
            "tissue": rows["film_id"].map(background_tissue),
            "mistake": (rows["decision"] != truth) & (rows["decision"] != "refer"),
        }
    ).reset_index(drop=True)
