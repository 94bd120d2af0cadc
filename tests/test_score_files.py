"""All five score files of a folder are read together, and refused when one breaks a promise."""

import shutil

import pandas as pd
import pytest

from mammo_core.errors import BundleError
from mammo_core.evaluate.score_files import SCORE_NAMES, load_score_files
from tests.synthetic_model import draw_files, write_files


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return write_files(tmp_path_factory.mktemp("models") / "sound", draw_files(12, 2))


@pytest.fixture
def folder(sound, tmp_path):
    return shutil.copytree(sound, tmp_path / "changed")


def refused(folder, name, change) -> str:
    """Return the message with which a folder is refused after a change to one of its tables."""
    frame = pd.read_csv(folder / name, dtype={"film_id": str}, keep_default_na=False, na_values={"x": "", "y": ""})
    change(frame).to_csv(folder / name, index=False)
    with pytest.raises(BundleError) as error:
        load_score_files(folder)
    return str(error.value)


def with_value(column, value, row=0):
    """Return a change of one cell."""

    def change(frame):
        frame[column] = frame[column].astype(object)
        frame.loc[frame.index[row], column] = value
        return frame

    return change


def test_a_sound_folder_is_read_whole(sound):
    files = load_score_files(sound)
    assert all(getattr(files, name.removesuffix(".csv")) is not None for name in SCORE_NAMES)


@pytest.mark.parametrize("name", SCORE_NAMES)
def test_a_model_folder_must_hold_every_table(folder, name):
    (folder / name).unlink()
    with pytest.raises(BundleError, match=f"lacks {name}"):
        load_score_files(folder, complete=True)


def test_the_scores_of_another_model_may_be_predictions_alone(folder):
    for name in SCORE_NAMES[1:]:
        (folder / name).unlink()
    files = load_score_files(folder)
    assert files.operating_points is None
    assert files.pointers is None
    assert files.permutations is None


def inverted(points):
    return points.assign(threshold=points["threshold"].where(points["point"] != "screening", 0.9))


@pytest.mark.parametrize("name", SCORE_NAMES)
def test_other_columns_are_refused(folder, name):
    assert "unknown: ['surprise']" in refused(folder, name, lambda frame: frame.assign(surprise=1))


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("operating_points.csv", with_value("unit", "region"), "unit must be one of"),
        ("operating_points.csv", with_value("point", "best"), "point must be one of"),
        ("operating_points.csv", with_value("threshold", 1.5), "threshold must lie in [0, 1]"),
        ("operating_points.csv", with_value("threshold", ""), "threshold must lie in [0, 1]"),
        ("operating_points.csv", lambda f: pd.concat([f, f.iloc[:1]]), "one threshold for each unit and point"),
        ("operating_points.csv", lambda f: f.iloc[1:], "every fold must have all of"),
        ("operating_points.csv", inverted, "must not lie above specific"),
        ("operating_points.csv", lambda f: f.assign(threshold=f["threshold"] / 2), "its fold's doubt band"),
        ("pointers.csv", with_value("method", "guess"), "method must be one of"),
        ("pointers.csv", with_value("x", 2000), "must lie on the film"),
        ("pointers.csv", with_value("y", ""), "must lie on the film"),
        ("pointers.csv", with_value("film_id", "mdb003"), "annotated circle"),
        ("pointers.csv", lambda f: f.assign(fold=(f["fold"] + 1) % 5), "in which predictions.csv scores the film"),
        ("pointers.csv", lambda f: pd.concat([f, f[f["method"] == "centre"].iloc[:1]]), "point once"),
        ("pointers.csv", lambda f: f[f["method"] != "random"], "random must point at every film"),
        ("candidates.csv", lambda f: f.assign(fold=(f["fold"] + 1) % 5), "in which predictions.csv scores the film"),
        ("permutations.csv", with_value("value", "inf"), "must be a number"),
        ("permutations.csv", with_value("value", "often"), "cannot be read"),
        ("permutations.csv", lambda f: pd.concat([f, f.iloc[:1]]), "one value a permutation"),
        ("permutations.csv", lambda f: f.iloc[1:], "a row for every permutation"),
        ("predictions.csv", lambda f: f.assign(y_true=f["y_true"].where(f["unit"] != "breast", 0)), "its film's"),
        ("predictions.csv", lambda f: f.assign(y_true=f["y_true"].where(f["unit"] != "woman", 0)), "worse film's"),
        ("predictions.csv", lambda f: f.assign(decision=f["decision"].replace("malignant", "normal")), "doubt band"),
    ],
)  # fmt: skip
def test_a_broken_promise_is_refused(folder, name, change, words):
    assert words in refused(folder, name, change)


def test_refer_needs_no_doubt_band(folder):
    frame = pd.read_csv(folder / "predictions.csv", dtype={"film_id": str}, keep_default_na=False)
    frame["decision"] = frame["decision"].mask(frame["unit"] == "film", "refer")
    frame.to_csv(folder / "predictions.csv", index=False)
    assert set(load_score_files(folder).predictions.query("unit == 'film'")["decision"]) == {"refer"}
