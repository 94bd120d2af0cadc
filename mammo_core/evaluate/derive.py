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

from mammo_core.evaluate.benefit import derive_decision_curves
from mammo_core.evaluate.blocks import BLOCKS, HEADLINE_REPEAT, blocks_in, repeats_in, rows_of
from mammo_core.evaluate.doubt import derive_doubt_curve
from mammo_core.evaluate.figures import AUCS, EVENTS, figures_for, measure, near_chance, rounded, spread_of
from mammo_core.evaluate.localisation import derive_localisation
from mammo_core.evaluate.neighbour_figures import derive_neighbours
from mammo_core.evaluate.permutations import derive_permutations
from mammo_core.evaluate.prevalence import derive_predictive_values
from mammo_core.evaluate.sample import Sample
from mammo_core.evaluate.score_files import (
    DECIDING_UNITS,
    POINTS,
    SCORE_NAMES,
    ScoreFiles,
    check_score_files,
    load_score_files,
)
from mammo_core.evaluate.subgroups import derive_subgroups
from mammo_core.metrics import bootstrap, calibration
from mammo_core.mias.index import load_annotations
from mammo_core.reading.similar import PLACES_NAME
from mammo_core.types import DECISIONS, LABELS, Annotation

METRICS_NAME = "metrics.json"
SCHEMA = 4
"""Of `metrics.json`; raised whenever a figure is added, renamed or computed otherwise.

4: `decision_curve` and `predictive_values` of films, breasts and women, slope and intercept of calibration, subgroups
of women, and calcifications held against everything else.
"""


def derive_metrics(files: ScoreFiles, annotations: Sequence[Annotation] | None = None) -> dict:
    """Compute every figure that is told of a model.

    Args:
        files: As `load_score_files` returns them. Finding the place is left out without candidates, operating points
            and the curve of doubt without their thresholds, chance without permutations.
        annotations: The MIAS index; subgroups and finding the place are left out without it.

    Returns:
        A JSON-ready dict: `bootstrap` (what the intervals are), `units` ({name of `BLOCKS`: its figures}),
        `localisation`, `permutations` and `neighbours`. A figure is {"value", "ci95": [low, high] or null, "n",
        "unit"}, with "reason" where there is no value or no interval. The same input gives the same output.

    Raises:
        BundleError: The tables break a promise.
    """
    check_score_files(files)
    result = {
        "schema": SCHEMA,
        "bootstrap": {
            "over": "women",
            "resamples": bootstrap.N_RESAMPLES,
            "seed": bootstrap.SEED,
            "interval": "percentile, 95 %",
            "headline_repeat": HEADLINE_REPEAT,
        },
        "units": {name: _derive_block(files, name, annotations) for name in blocks_in(files.predictions)},
    }
    if files.candidates is not None and annotations is not None:
        result["localisation"] = derive_localisation(files, annotations)
    if files.permutations is not None:
        result["permutations"] = derive_permutations(files.permutations, result)
    if files.neighbours is not None:
        result["neighbours"] = derive_neighbours(files.neighbours)
    return result


def write_metrics(folder: Path) -> dict:
    """Derive the metrics of a model folder, write them to `metrics.json` beside its scores, and return them.

    The files they were derived from are named with their sha256.

    Raises:
        BundleError: A score file is missing, cannot be read or breaks a promise.
        DatasetError: The committed MIAS index is missing or damaged.
    """
    folder = Path(folder)
    metrics = derive_metrics(load_score_files(folder, complete=True), load_annotations())
    metrics["derived_from"] = source_digests(folder)
    text = json.dumps(metrics, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    (folder / METRICS_NAME).write_text(text, encoding="utf-8", newline="\n")
    return metrics


def source_digests(folder: Path) -> dict[str, str]:
    """Return {file name: sha256} of the files that `metrics.json` is derived from, as far as they are there."""
    paths = [Path(folder) / name for name in (*SCORE_NAMES, PLACES_NAME)]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths if path.is_file()}


def read_json(path: Path) -> dict:
    """Return a JSON object, or an empty one where the file is missing or no object."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _derive_block(files: ScoreFiles, name: str, annotations: Sequence[Annotation] | None) -> dict:
    """Return all figures of one unit."""
    unit, kinds = BLOCKS[name]
    rows = rows_of(files.predictions, name)
    sample = Sample.from_frame(rows, files.operating_points)
    block = {
        "unit": unit,
        "normals": kinds[-1] if kinds else None,
        "n": len(sample),
        "n_women": sample.n_women,
        "n_folds": len(np.unique(sample.fold)),
        "class_counts": sample.class_counts,
        "figures": (figures := {key: measure(sample, figure, unit) for key, figure in figures_for(sample).items()}),
        "close_to_chance": {key: words for key in figures if key in AUCS and (words := near_chance(figures[key]))},
        "references": _references(sample),
        "confusion": _confusion(sample),
        "repeats": _over_repeats(files, name),
    }
    if sample.thresholds:
        block["operating_points"] = {point: _thresholds(sample, point) for point in POINTS}
        block["doubt_curve"] = derive_doubt_curve(sample, unit)
        block["predictive_values"] = derive_predictive_values(sample, unit)
    if unit in DECIDING_UNITS:
        block["decision_curve"] = derive_decision_curves(sample)
    if annotations is not None:
        block["subgroups"] = derive_subgroups(rows, annotations, unit)
    return block


def _thresholds(sample: Sample, point: str) -> dict:
    """Return an operating point's thresholds: the least and the most of any fold, and each fold's."""
    of_fold = dict(zip(sample.fold.tolist(), sample.thresholds[point].tolist(), strict=True))
    values = [rounded(of_fold[fold]) for fold in sorted(of_fold)]
    return {"least": min(values), "most": max(values), "of_folds": values}


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


def _over_repeats(files: ScoreFiles, name: str) -> dict:
    """Return each figure's value in every repeat, with mean and deviation (n - 1); empty for a single repeat."""
    unit, _ = BLOCKS[name]
    repeats = repeats_in(files.predictions[files.predictions["unit"] == unit])
    if len(repeats) < 2:
        return {}
    samples = [
        Sample.from_frame(rows_of(files.predictions, name, repeat), files.operating_points) for repeat in repeats
    ]
    figures = {
        key: spread_of([float(figure.compute(sample, None)) for sample in samples])
        for key, figure in figures_for(samples[0]).items()
    }
    return {"repeats": repeats, "figures": figures}
