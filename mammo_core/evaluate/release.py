"""From MIAS to a released model folder: cross-validate, permute, fit on all women, write, check, and only then name it.

What is reported is out of fold. What ships is fitted on all women with the settings that the first partition's five
folds choose, and its calibration and operating points on the scores of that choice, which are not scored again.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from mammo_core.config import MODELS_DIR
from mammo_core.errors import BundleError
from mammo_core.evaluate.card import write_card
from mammo_core.evaluate.choose import Chosen
from mammo_core.evaluate.constants import CASES, Constants, fit_constants
from mammo_core.evaluate.derive import write_metrics
from mammo_core.evaluate.fit import Heads
from mammo_core.evaluate.neighbours import write_neighbours
from mammo_core.evaluate.rows import write_rows
from mammo_core.evaluate.run import PERMUTATION_COLUMNS, Progress, Run, on_one_thread
from mammo_core.evaluate.run_folder import RUNS_DIR
from mammo_core.evaluate.settings import Settings
from mammo_core.mias.splits import load_folds, split_digest
from mammo_core.network.bundle import KERAS_FILE, ONNX_FILE, Bundle, load_bundle, write_info
from mammo_core.network.geometry import SPACING_MM
from mammo_core.preprocess import fingerprint
from mammo_core.reading.demo_exams import demo_exams_applicability
from mammo_core.reading.known_films import breast_digest

_LIBRARIES = ("tensorflow", "keras", "numpy", "scikit-learn", "opencv-python-headless", "onnxruntime", "tf2onnx")
_MODEL_ID = re.compile(r"[a-z0-9][a-z0-9._-]{2,63}")


def train(
    model_id: str,
    settings: Settings,
    repeats: int,
    progress: Progress,
    models_dir: Path = MODELS_DIR,
    runs_dir: Path = RUNS_DIR,
) -> Path:
    """Train, evaluate and write a model folder.

    Args:
        model_id: Name of the new folder; lower case letters, digits, dot, dash and underscore.
        settings: Everything that can be set.
        repeats: How many of the five committed partitions of women to cross-validate on; the first is the headline.
        progress: Called with what is being done and a fraction from 0 to 1.
        models_dir: Where the folder goes.
        runs_dir: Where finished parts are kept; an interrupted run goes on where it was.

    Returns:
        The folder, loaded once to prove that it is sound. An interrupted run leaves no half-made model folder.

    Raises:
        ValueError: An unusable name or setting.
        BundleError: The folder exists already (released models are immutable), or weights are missing.
        DatasetError: MIAS is not there.
    """
    check_name(model_id)
    check_settings(settings)
    final = models_dir / model_id
    if final.exists():
        raise BundleError(f"models/{model_id} exists, and released models are never changed; choose another name")
    models_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=models_dir, prefix=".unfinished-") as unfinished:
        folder = Path(unfinished) / model_id
        folder.mkdir()
        _make(folder, settings, repeats, Run(settings, progress, runs_dir))
        load_bundle(folder)
        shutil.move(folder, final)
    return final


def check_name(model_id: str) -> None:
    """Raise ValueError for a name that no model folder can have."""
    if not _MODEL_ID.fullmatch(model_id):
        raise ValueError(f"a model is named with 3 to 64 of a-z 0-9 . _ -, beginning with a-z 0-9, not {model_id!r}")


def check_settings(settings: Settings) -> None:
    """Raise ValueError for settings that cannot be trained with."""
    if settings.preprocess.spacing_mm != SPACING_MM:
        raise ValueError(f"the scan is laid out for {SPACING_MM} mm; preprocess.spacing_mm cannot be changed")


@on_one_thread
def _make(folder: Path, settings: Settings, repeats: int, run: Run) -> None:
    """Fill a model folder."""
    from mammo_core.network.build import build_network, film_bias, set_heads
    from mammo_core.network.export import export_onnx

    rows, outside = run.out_of_fold(repeats)
    rows.write(folder)
    write_rows(folder / "permutations.csv", PERMUTATION_COLUMNS, run.permutations())
    chosen, scores = run.chosen
    constants = fit_constants(scores, settings.train)
    heads = run.fits.heads(frozenset(film.woman_id for film in run.study.films), chosen.region, chosen.film)
    write_neighbours(folder, run.study, heads.cells)
    model = build_network()
    set_heads(model, *heads.cells, heads.region, heads.film)
    model.save(folder / KERAS_FILE)
    difference = export_onnx(model, folder / ONNX_FILE)
    info = _describe(settings, chosen, constants, heads)
    info |= {"film_bias": [float(value) for value in film_bias(model)]}
    info |= {"onnx_difference": difference, "repeats": repeats, "minutes": run.minutes()}
    info |= {"training_films": {film.digest: film.film_id for film in run.study.films}}
    info |= {"training_breasts": {breast_digest(film.grid.image): film.film_id for film in run.study.films}}
    info |= {"training_films_outside": sorted(outside)}
    info["applicability"]["demo_exams"] = demo_exams_applicability(Bundle(folder, info, settings.preprocess))
    write_card(folder, write_metrics(folder), info)
    write_info(folder, info)


def _describe(settings: Settings, chosen: Chosen, constants: Constants, heads: Heads) -> dict:
    """Return what `bundle.json` says, but for what hangs on the written files."""
    mean, deviation = heads.cells
    look_mean, look_deviation = (heads.look[0] - mean) / deviation, heads.look[1] / deviation
    return {
        "labels": ["normal", "benign", "malignant"],
        "backbone": "EfficientNet-Lite0 with ImageNet weights, blocks 4, 7 and 10",
        "preprocessing": settings.preprocess.to_dict(),
        "fingerprint": fingerprint(settings.preprocess),
        "training": settings.train.to_dict(),
        "chosen": chosen.to_dict(),
        "scan": asdict(settings.train.scan),
        "calibration": {name: asdict(calibration) for name, calibration in constants.calibration.items()},
        "doubt_band": {case: asdict(constants.points[case].band) for case in CASES},
        "operating_points": {case: asdict(constants.points[case]) for case in CASES},
        "applicability": {
            "look_mean": [round(float(v), 6) for v in look_mean],
            "look_deviation": [round(float(v), 6) for v in look_deviation],
            "look_limit": constants.look_limit,
        },
        "split_digest": split_digest(load_folds()),
        "seed": settings.train.seed,
        "versions": {name: version(name) for name in _LIBRARIES},
    }
