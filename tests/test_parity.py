"""One film, one answer: the command line, the page, the committed scores and the library agree for the same bytes."""

import json
import os
import re
import subprocess
import sys

import keras
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mammo_core import load_bundle, load_mammogram, preprocess, read_exam, read_film
from mammo_core.config import ROOT
from mammo_core.evaluate.grain import context_features
from mammo_core.evaluate.predictions import load_predictions
from mammo_core.evaluate.run import Run
from mammo_core.evaluate.settings import Settings
from mammo_core.reading.scan import scan_film
from mammo_core.reading.scores import margins
from mammo_core.reading.to_json import exam_to_json, reading_to_json


@pytest.fixture(scope="module")
def paths(mias_dir, demo_dir):
    return [mias_dir / "mdb028.pgm", demo_dir / "sfm-benign-0" / "1-131.dcm"]


@pytest.fixture(scope="module")
def by_library(paths):
    films = [load_mammogram(path) for path in paths]
    return [
        reading_to_json(str(path), film, read_film(film, load_bundle()))
        for path, film in zip(paths, films, strict=True)
    ]


def test_the_command_line_says_what_the_library_says(paths, by_library):
    command = [sys.executable, "-m", "mammo_core", "read", "--json", *map(os.fspath, paths)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == json.loads(json.dumps(by_library))


def test_the_command_line_reads_an_exam_as_the_library_does(demo_dir):
    paths = sorted((demo_dir / "sfm-malign-0").glob("*.dcm"))
    command = [sys.executable, "-m", "mammo_core", "read-exam", "--json", os.fspath(paths[0].parent)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    films = [load_mammogram(path) for path in paths]
    expected = exam_to_json([str(path) for path in paths], films, read_exam(films, load_bundle()))
    assert json.loads(done.stdout) == json.loads(json.dumps(expected))


@pytest.mark.parametrize("index", [0, 1])
def test_the_page_says_what_the_library_says(paths, by_library, index):
    page = AppTest.from_file(str(ROOT / "pages" / "read.py"), default_timeout=120).run()
    page.file_uploader[0].upload(paths[index].name, paths[index].read_bytes())
    page.run()
    assert not page.exception
    shown = "".join(str(block.value) for block in page.html)
    shares = {label: float(share) for label, share in re.findall(r'data-label="(\w+)" data-share="([\d.]+)"', shown)}
    assert shares == pytest.approx(by_library[index]["probabilities"], abs=1e-6)
    assert re.search(r'data-decision="(\w+)"', shown)[1] == by_library[index]["decision"]


def test_a_film_is_scanned_to_the_margins_that_the_model_was_evaluated_by(mias_dir, tmp_path):
    """Evaluation runs frozen layers and applies heads beside them; reading runs one network that holds both."""
    bundle = load_bundle()
    prepared = preprocess(load_mammogram(mias_dir / "mdb028.pgm"), bundle.config)
    scan = scan_film(prepared, bundle)
    frozen = Run(Settings(), lambda stage, fraction: None, tmp_path).network
    cells = context_features(frozen.run(scan.grid.image, ["features"])["features"])
    weights, bias = released_film_head(bundle)
    evaluated = margins(cells @ weights + bias)
    assert np.abs(scan.margins - evaluated)[scan.grid.in_breast].max() < 1e-4


def released_film_head(bundle):
    """Return weights (696, 3) and bias (3,) of the released film head on raw features, as fitting gives them."""
    model = keras.saving.load_model(bundle.folder / "model.keras", compile=False)
    mean, variance = (np.tile(part, 3) for part in model.get_layer("features").get_weights())
    weights, bias = model.get_layer("film_logits").get_weights()
    raw = weights[0, 0] / np.sqrt(variance + 1e-6)[:, None]
    return raw, bias - mean @ raw


def test_a_training_film_is_read_as_it_was_evaluated(by_library):
    rows = load_predictions(load_bundle().folder).query("unit == 'film' and repeat == 0 and film_id == 'mdb028'")
    assert [rows.iloc[0][f"p_{label}"] for label in by_library[0]["probabilities"]] == pytest.approx(
        list(by_library[0]["probabilities"].values()), abs=1e-6
    )
    assert rows.iloc[0]["decision"] == by_library[0]["decision"]
