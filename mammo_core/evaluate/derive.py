"""Every figure of a model folder, derived from its out-of-fold scores: `metrics.json`.

Units are kept apart, and so are the two kinds of normal regions: lesions against random normals look far easier than
against hard ones, and neither says how whole films fare. Repeat 0 is the headline, with intervals from a bootstrap over
women; mean and deviation over all repeats (other partitions of the same women) stand beside. The deviation
understates the doubt, and the interval does not cover training on other women: read the wider of the two.

Pooled AUCs rank scores of five models against each other, so they lie slightly under the mean of the fold-wise ones;
with shuffled labels they lie under 0.5. Both are given.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from mammo_core.evaluate.figures import EVENTS, figures_for, measure, rounded
from mammo_core.evaluate.localisation import derive_localisation
from mammo_core.evaluate.predictions import (
    CANDIDATES_NAME,
    PREDICTIONS_NAME,
    check_predictions,
    load_candidates,
    load_predictions,
)
from mammo_core.evaluate.sample import Sample
from mammo_core.evaluate.subgroups import derive_subgroups
from mammo_core.metrics import bootstrap, calibration
from mammo_core.mias.index import load_annotations
from mammo_core.types import DECISIONS, LABELS, Annotation

METRICS_NAME = "metrics.json"
SCHEMA = 2
"""Of `metrics.json`; raised whenever a figure is added, renamed or computed otherwise."""
HEADLINE_REPEAT = 0
BLOCKS = {
    "film": ("film", None),
    "breast": ("breast", None),
    "woman": ("woman", None),
    "region_normal": ("region", "normal"),
    "region_hard_normal": ("region", "hard_normal"),
}
"""{name in `metrics.json`: (unit, kind of normal regions the lesions stand against)}."""


def rows_of(predictions: pd.DataFrame, block: str, repeat: int = HEADLINE_REPEAT) -> pd.DataFrame:
    """Return the rows of `predictions.csv` that a block of `BLOCKS` is computed from, in one repeat."""
    unit, against = BLOCKS[block]
    keep = (predictions["unit"] == unit) & (predictions["repeat"] == repeat)
    if against:
        keep &= predictions["kind"].isin(("lesion", against))
    return predictions[keep]


def blocks_in(predictions: pd.DataFrame) -> list[str]:
    """Return the names of the blocks that have cases, in the order of `BLOCKS`; regions need both kinds."""
    kinds = {name: set(rows_of(predictions, name)["kind"]) for name in BLOCKS}
    return [name for name, (_, against) in BLOCKS.items() if kinds[name] and (not against or against in kinds[name])]


def derive_metrics(
    predictions: pd.DataFrame,
    candidates: pd.DataFrame | None = None,
    annotations: Sequence[Annotation] | None = None,
) -> dict:
    """Compute every figure that is told of a model.

    Args:
        predictions: As `load_predictions` returns it.
        candidates: As `load_candidates` returns it; finding the place is left out without it or without annotations.
        annotations: The MIAS index; subgroups by tissue and abnormality are left out without it.

    Returns:
        A JSON-ready dict: `bootstrap` (what the intervals are), `units` ({name of `BLOCKS`: its figures}) and, with
        candidates and annotations, `localisation`. A figure is {"value", "ci95": [low, high] or null, "n", "unit"},
        with "reason" where there is no value or no interval. The same input gives the same output.

    Raises:
        BundleError: The predictions break a promise.
    """
    check_predictions(predictions)
    result = {
        "schema": SCHEMA,
        "bootstrap": {
            "over": "women",
            "resamples": bootstrap.N_RESAMPLES,
            "seed": bootstrap.SEED,
            "interval": "percentile, 95 %",
            "headline_repeat": HEADLINE_REPEAT,
        },
        "units": {name: _derive_block(predictions, name, annotations) for name in blocks_in(predictions)},
    }
    if candidates is not None and annotations is not None:
        films = rows_of(predictions, "film")
        marks = candidates[candidates["repeat"] == HEADLINE_REPEAT]
        result["localisation"] = derive_localisation(films, marks, annotations)
    return result


def write_metrics(folder: Path) -> dict:
    """Derive the metrics of a model folder, write them to `metrics.json` beside `predictions.csv`, and return them.

    The files they were derived from are named with their sha256.

    Raises:
        BundleError: `predictions.csv` or `candidates.csv` is missing, cannot be read, or breaks a promise.
        DatasetError: The committed MIAS index is missing or damaged.
    """
    folder = Path(folder)
    metrics = derive_metrics(load_predictions(folder), load_candidates(folder), load_annotations())
    metrics["derived_from"] = source_digests(folder)
    text = json.dumps(metrics, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    (folder / METRICS_NAME).write_text(text, encoding="utf-8", newline="\n")
    return metrics


def source_digests(folder: Path) -> dict[str, str]:
    """Return {file name: sha256} of the files that `metrics.json` is derived from, as far as they are there."""
    paths = [Path(folder) / name for name in (PREDICTIONS_NAME, CANDIDATES_NAME)]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths if path.is_file()}


def _derive_block(predictions: pd.DataFrame, name: str, annotations: Sequence[Annotation] | None) -> dict:
    """Return all figures of one unit."""
    unit, against = BLOCKS[name]
    rows = rows_of(predictions, name)
    sample = Sample.from_frame(rows)
    block = {
        "unit": unit,
        "normals": against,
        "n": len(sample),
        "n_women": sample.n_women,
        "n_folds": len(np.unique(sample.fold)),
        "class_counts": sample.class_counts,
        "figures": {key: measure(sample, figure, unit) for key, figure in figures_for(sample).items()},
        "references": _references(sample),
        "confusion": _confusion(sample),
        "repeats": _over_repeats(predictions, name),
    }
    if annotations is not None and unit != "woman":
        block["subgroups"] = derive_subgroups(rows, annotations, unit)
    return block


def _references(sample: Sample) -> dict:
    """Return what a figure must be held against: what no skill, or perfect calibration, would show on these cases."""
    shares = np.array(list(sample.class_counts.values())) / max(len(sample), 1)
    base_rates = np.tile(shares, (len(sample), 1))
    return {
        "majority_class": LABELS[int(shares.argmax())],
        "prevalence": {label: rounded(value) for label, value in zip(LABELS, shares, strict=True)},
        "brier_of_base_rates": rounded(float(calibration.brier(sample.truth, base_rates))),
        "log_loss_of_base_rates": rounded(float(calibration.log_loss(sample.truth, base_rates))),
        "ece_if_perfectly_calibrated": {
            name: rounded(calibration.calibration_floor(probability(sample)))
            for name, (_, probability) in EVENTS.items()
        },
    }


def _confusion(sample: Sample) -> dict:
    """Return the counts: truth in rows; most probable class, or decision with `refer`, in columns."""
    matrices = {"rows": list(LABELS), "label": {"columns": list(LABELS), "counts": _counts(sample.label_matrix())}}
    if sample.decision is not None:
        matrices["decision"] = {"columns": list(DECISIONS), "counts": _counts(sample.decision_matrix())}
    return matrices


def _counts(matrix: np.ndarray) -> list[list[int]]:
    return matrix.astype(int).tolist()


def _over_repeats(predictions: pd.DataFrame, name: str) -> dict:
    """Return each figure's value in every repeat, with mean and deviation (n - 1); empty for a single repeat."""
    unit, _ = BLOCKS[name]
    repeats = sorted(int(r) for r in predictions.loc[predictions["unit"] == unit, "repeat"].unique())
    if len(repeats) < 2:
        return {}
    samples = [Sample.from_frame(rows_of(predictions, name, repeat)) for repeat in repeats]
    spread = {}
    for key, figure in figures_for(samples[0]).items():
        values = np.array([float(figure.compute(sample, None)) for sample in samples])
        spread[key] = {
            "mean": rounded(values.mean()),
            "sd": rounded(values.std(ddof=1)),
            "values": [rounded(value) for value in values],
        }
    return {"repeats": repeats, "figures": spread}
