"""A model folder is believed only when every file is the released one and the code prepares films as it did then."""

import json
import shutil

import pytest

from mammo_core import load_bundle
from mammo_core.errors import BundleError, ChecksumError, ConfigMismatchError
from mammo_core.evaluate.predictions import load_predictions
from mammo_core.mias.index import FILM_IDS
from mammo_core.mias.splits import load_folds, split_digest
from mammo_core.network.active import active_folder
from mammo_core.network.bundle import FILES, write_info


@pytest.fixture
def copy(tmp_path):
    folder = tmp_path / active_folder().name
    shutil.copytree(active_folder(), folder)
    return folder


def change_info(folder, **changes):
    """Release a folder with other information, as a program of another version might have."""
    info = json.loads((folder / "bundle.json").read_text())
    write_info(folder, {key: value for key, value in (info | changes).items() if key not in ("sha256", "digest")})


def test_the_active_model_loads_and_says_what_it_is():
    bundle = load_bundle()
    assert bundle.model_id == active_folder().name
    assert "not a medical device" in bundle.card
    assert bundle.info["split_digest"] == split_digest(load_folds())
    assert sorted(bundle.info["training_films"].values()) == sorted(FILM_IDS)


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_was_tampered_with_is_refused(copy, name):
    data = bytearray((copy / name).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / name).write_bytes(data)
    with pytest.raises(ChecksumError, match=name):
        load_bundle(copy)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(copy, name):
    (copy / name).unlink()
    with pytest.raises(BundleError, match=name):
        load_bundle(copy)


def test_changed_constants_are_refused(copy):
    info = json.loads((copy / "bundle.json").read_text())
    info["doubt_band"] = {"low": 0.9, "high": 0.95}
    (copy / "bundle.json").write_text(json.dumps(info))
    with pytest.raises(ChecksumError, match=r"bundle\.json"):
        load_bundle(copy)


def test_other_classes_are_refused(copy):
    change_info(copy, labels=["benign", "normal", "malignant"])
    with pytest.raises(BundleError, match="expected the classes"):
        load_bundle(copy)


def test_an_unknown_setting_is_a_foreign_config(copy):
    change_info(copy, preprocessing=load_bundle().config.to_dict() | {"gamma": 2})
    with pytest.raises(ConfigMismatchError, match="gamma"):
        load_bundle(copy)


def test_a_setting_that_differs_changes_the_fingerprint_and_is_refused(copy):
    change_info(copy, preprocessing=load_bundle().config.to_dict() | {"clahe": True})
    with pytest.raises(ConfigMismatchError, match="fingerprint"):
        load_bundle(copy)


def test_another_schema_is_refused(copy):
    change_info(copy, schema_version=99)
    with pytest.raises(BundleError, match="schema version"):
        load_bundle(copy)


def test_broken_json_and_foreign_folders_are_refused(copy, tmp_path):
    (copy / "bundle.json").write_text("{")
    with pytest.raises(BundleError, match="not valid JSON"):
        load_bundle(copy)
    with pytest.raises(BundleError, match="no model folder"):
        load_bundle(tmp_path)


def test_a_half_made_folder_is_not_released(copy):
    (copy / "model.onnx").unlink()
    with pytest.raises(BundleError, match=r"half-made: model\.onnx"):
        write_info(copy, {})


@pytest.mark.parametrize("name", ["", "../models", "nothing-here", ".."])
def test_active_must_name_a_folder_in_models(monkeypatch, tmp_path, name):
    monkeypatch.setattr("mammo_core.network.active.MODELS_DIR", tmp_path)
    (tmp_path / "ACTIVE").write_text(name)
    with pytest.raises(BundleError, match="models/ACTIVE"):
        load_bundle()


def test_every_film_has_an_out_of_fold_score_in_every_repeat():
    films = load_predictions(active_folder()).query("unit == 'film'")
    assert (films.groupby("repeat")["film_id"].nunique() == len(FILM_IDS)).all()
