"""From MIAS to a released model folder: cross-validate, fit on all women, write, check, and only then name it.

What is reported is out of fold. What ships is fitted on all women with the same settings, and its calibration and doubt
band on the out-of-fold scores of the first partition, which are not scored again.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

import numpy as np

from mammo_core.config import MODELS_DIR
from mammo_core.errors import BundleError
from mammo_core.evaluate.card import write_card
from mammo_core.evaluate.crossval import (
    CANDIDATE_COLUMNS,
    HISTORY_COLUMNS,
    PREDICTION_COLUMNS,
    OutOfFold,
    cross_validate,
    write_rows,
)
from mammo_core.evaluate.derive import write_metrics
from mammo_core.evaluate.fit import Constants, Heads, fit_constants, fit_heads
from mammo_core.evaluate.settings import Settings
from mammo_core.evaluate.study import Study, load_study
from mammo_core.mias.splits import load_folds, split_digest
from mammo_core.network.bundle import KERAS_FILE, ONNX_FILE, load_bundle, write_info
from mammo_core.network.geometry import N_FEATURES, SPACING_MM
from mammo_core.network.runtime import OnnxNetwork
from mammo_core.preprocess import fingerprint

Progress = Callable[[str, float], None]
_LIBRARIES = ("tensorflow", "keras", "numpy", "scikit-learn", "opencv-python-headless", "onnxruntime", "tf2onnx")
_MODEL_ID = re.compile(r"[a-z0-9][a-z0-9._-]{2,63}")


def train(model_id: str, settings: Settings, repeats: int, progress: Progress, models_dir: Path = MODELS_DIR) -> Path:
    """Train, evaluate and write a model folder.

    Args:
        model_id: Name of the new folder; lower case letters, digits, dot, dash and underscore.
        settings: Everything that can be set.
        repeats: How many of the five committed partitions of women to cross-validate on; the first is the headline.
        progress: Called with what is being done and a fraction from 0 to 1.
        models_dir: Where the folder goes.

    Returns:
        The folder, loaded once to prove that it is sound. An interrupted run leaves nothing behind.

    Raises:
        ValueError: An unusable name or setting.
        BundleError: The folder exists already (released models are immutable), or weights are missing.
        DatasetError: MIAS is not there.
    """
    check_request(model_id, settings)
    final = models_dir / model_id
    if final.exists():
        raise BundleError(f"models/{model_id} exists, and released models are never changed; choose another name")
    models_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=models_dir, prefix=".unfinished-") as unfinished:
        folder = Path(unfinished) / model_id
        folder.mkdir()
        _make(folder, settings, repeats, progress)
        load_bundle(folder)
        shutil.move(folder, final)
    return final


def check_request(model_id: str, settings: Settings) -> None:
    """Raise ValueError for a name or a setting that cannot be trained with."""
    if not _MODEL_ID.fullmatch(model_id):
        raise ValueError(f"a model is named with 3 to 64 of a-z 0-9 . _ -, beginning with a-z 0-9, not {model_id!r}")
    if settings.preprocess.spacing_mm != SPACING_MM:
        raise ValueError(f"the scan is laid out for {SPACING_MM} mm; preprocess.spacing_mm cannot be changed")


def _make(folder: Path, settings: Settings, repeats: int, progress: Progress) -> None:
    """Fill a model folder."""
    from mammo_core.network.build import build_network, gradcam_columns, set_heads
    from mammo_core.network.export import export_onnx

    progress("building the network", 0.0)
    model = build_network()
    model.get_layer("features").set_weights([np.zeros(N_FEATURES), np.full(N_FEATURES, 1 - 1e-6)])
    export_onnx(model, folder / ONNX_FILE)
    study = load_study(
        OnnxNetwork(folder / ONNX_FILE),
        settings.preprocess,
        seed=settings.train.seed,
        progress=lambda fraction: progress("preparing films", fraction),
    )
    headline = _evaluate(folder, study, settings, repeats, progress)
    constants = fit_constants(headline.scores, settings.train)
    progress("fitting on all women", 0.0)
    heads = fit_heads(study, {film.woman_id for film in study.films}, settings.train)
    mean, deviation = _cell_statistics(study)
    set_heads(model, mean, deviation, heads.region, heads.film)
    model.save(folder / KERAS_FILE)
    difference = export_onnx(model, folder / ONNX_FILE)
    info = _describe(settings, constants, heads, mean, deviation)
    info |= {"gradcam_columns": [[round(float(w), 6) for w in column] for column in gradcam_columns(model)]}
    info |= {"onnx_difference": difference, "repeats": repeats}
    info |= {"training_films": {film.digest: film.film_id for film in study.films}}
    info |= {"training_films_outside": sorted(headline.outside)}
    metrics = write_metrics(folder)
    write_card(folder, metrics, info)
    write_info(folder, info)


def _evaluate(folder: Path, study: Study, settings: Settings, repeats: int, progress: Progress) -> OutOfFold:
    """Cross-validate, write the scores, and return the headline repeat, on whose scores the constants are fitted."""
    predictions, candidates, history = [], [], []
    headline = None
    for repeat in range(repeats):
        result = cross_validate(
            study,
            settings.train,
            repeat,
            lambda fraction, repeat=repeat: progress("cross-validating", (repeat + fraction) / repeats),
        )
        predictions += result.predictions
        candidates += result.candidates
        history += result.history
        headline = headline or result
    write_rows(folder / "predictions.csv", PREDICTION_COLUMNS, predictions)
    write_rows(folder / "candidates.csv", CANDIDATE_COLUMNS, candidates)
    write_rows(folder / "history.csv", HISTORY_COLUMNS, history)
    return headline


def _cell_statistics(study: Study) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard deviation of the raw features over all breast cells, (232,) each."""
    cells = [film.cells[:, :N_FEATURES].astype(np.float64) for film in study.films]
    count = sum(map(len, cells))
    mean = sum(part.sum(axis=0) for part in cells) / count
    variance = sum(((part - mean) ** 2).sum(axis=0) for part in cells) / count
    return mean, np.sqrt(variance)


def _describe(settings: Settings, constants: Constants, heads: Heads, mean: np.ndarray, deviation: np.ndarray) -> dict:
    """Return what `bundle.json` says, but for what hangs on the written files."""
    look_mean, look_deviation = (heads.look[0] - mean) / deviation, heads.look[1] / deviation
    return {
        "labels": ["normal", "benign", "malignant"],
        "backbone": "EfficientNet-Lite0 with ImageNet weights, blocks 4, 7 and 10",
        "preprocessing": settings.preprocess.to_dict(),
        "fingerprint": fingerprint(settings.preprocess),
        "training": settings.train.to_dict(),
        "scan": asdict(settings.train.scan),
        "calibration": {name: asdict(getattr(constants, name)) for name in ("film", "region", "candidate")},
        "doubt_band": asdict(constants.band),
        "operating_points": {"screening": constants.band.low, "specific": constants.band.high},
        "applicability": {
            "look_mean": [round(float(v), 6) for v in look_mean],
            "look_deviation": [round(float(v), 6) for v in look_deviation],
            "look_limit": constants.look_limit,
        },
        "split_digest": split_digest(load_folds()),
        "seed": settings.train.seed,
        "versions": {name: version(name) for name in _LIBRARIES},
    }
