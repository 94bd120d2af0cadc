"""Pointing beside centre and random, and marks against circles: worked by hand on films of MIAS."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mammo_core.evaluate.derive import derive_metrics
from mammo_core.evaluate.localisation import derive_localisation, match_marks, values_of
from mammo_core.evaluate.pointing import derive_differences, derive_pointing, methods_in, pointing_hits
from mammo_core.evaluate.score_files import ScoreFiles
from mammo_core.mias.index import annotations_by_film, load_annotations, woman_of
from tests.synthetic_model import draw_files

FILMS = ("mdb001", "mdb028", "mdb003")
"""A benign and a malignant film with a place, and a normal one."""


def circle(film_id):
    return next(a.circle for a in annotations_by_film()[film_id] if a.circle)


@pytest.fixture
def films() -> pd.DataFrame:
    return pd.DataFrame(
        {"film_id": FILMS, "woman_id": [woman_of(f) for f in FILMS], "y_true": [1, 2, 0], "fold": 0, "repeat": 0}
    )


def marks_at(places) -> pd.DataFrame:
    """Return candidates whose centres lie at (film, dx, dy from its circle, P(malignant))."""
    rows = []
    for film, dx, dy, score in places:
        at = circle(film) if film != "mdb003" else circle("mdb001")
        box = {"x": at.x + dx - 48, "y": at.y + dy - 48, "width": 96, "height": 96}
        rows.append({"repeat": 0, "fold": 0, "film_id": film, **box, "p_normal": 1 - score, "p_benign": 0.0})
    return pd.DataFrame(rows).assign(p_malignant=lambda f: 1 - f["p_normal"])


def pointers_at(places) -> pd.DataFrame:
    """Return pointers at (method, film, dx, dy from its circle)."""
    rows = [
        {"repeat": 0, "fold": 0, "film_id": film, "method": m, "x": circle(film).x + dx, "y": circle(film).y + dy}
        for m, film, dx, dy in places
    ]
    return pd.DataFrame(rows)


def test_pointing_counts_films_and_random_counts_shares(films):
    marks = marks_at([("mdb001", 0, 0, 0.9), ("mdb001", 400, 0, 0.2), ("mdb028", 400, 0, 0.8), ("mdb028", 0, 0, 0.3)])
    pointers = pointers_at(
        [("centre", "mdb001", 300, 0), ("centre", "mdb028", 0, 0)]
        + [("gradcam", "mdb028", 0, 5)]  # An empty map on mdb001: it points nowhere and misses.
        + [("random", "mdb001", dx, 0) for dx in (0, 500, 500, 500)]
        + [("random", "mdb028", dx, 0) for dx in (500, 500, 0, 0)]
    )
    hits = pointing_hits(films, marks, pointers, load_annotations(), "abnormal").set_index("film_id")
    assert methods_in(hits.reset_index()) == ["strongest_mark", "centre", "gradcam", "random"]
    assert hits.loc["mdb001", ["strongest_mark", "centre", "gradcam", "random"]].tolist() == [1, 0, 0, 0.25]
    assert hits.loc["mdb028", ["strongest_mark", "centre", "gradcam", "random"]].tolist() == [0, 1, 1, 0.5]
    figures = derive_pointing(hits.reset_index())
    assert {name: f["value"] for name, f in figures.items()} == {
        "strongest_mark": 0.5, "centre": 0.5, "gradcam": 0.5, "random": 0.375,
    }  # fmt: skip
    assert all(f["n"] == 2 and f["reason"] == "too few women for an interval" for f in figures.values())
    malignant = pointing_hits(films, marks, pointers, load_annotations(), "malignant")
    assert malignant["film_id"].tolist() == ["mdb028"]


def test_a_difference_is_paired_by_woman():
    # One method hits wherever the other does and on two films more: no resample of women can turn the order round.
    weak = np.tile([1.0, 0.0], 20)
    hits = pd.DataFrame({"film_id": [f"f{i}" for i in range(40)], "woman_id": np.arange(40)})
    hits = hits.assign(strongest_mark=weak, centre=weak, random=0.1)
    hits.loc[[1, 3], "strongest_mark"] = 1.0
    found = derive_differences(hits)
    assert list(found) == ["strongest_mark_minus_centre", "strongest_mark_minus_random"]
    gain = found["strongest_mark_minus_centre"]
    assert gain["value"] == pytest.approx(2 / 40)
    assert 0 <= gain["ci95"][0] < gain["value"] < gain["ci95"][1] < 0.15
    assert found["strongest_mark_minus_random"]["value"] == pytest.approx(22 / 40 - 0.1)


def test_sensitivity_at_a_rate_worked_by_hand(films):
    # Normal film: marks at 0.6 and 0.5. Lesions at 0.7 and 0.55: one is found without a false mark, both with one.
    marks = marks_at([("mdb001", 0, 0, 0.7), ("mdb028", 0, 0, 0.55), ("mdb003", 0, 0, 0.6), ("mdb003", 200, 0, 0.5)])
    values = values_of(films, marks, None, load_annotations(), "abnormal")
    assert values == {
        "pointing": 1.0, "sensitivity_at_0.25": 0.5, "sensitivity_at_0.5": 0.5, "sensitivity_at_1": 1.0,
        "sensitivity_at_2": 1.0, "sensitivity_at_4": 1.0,
    }  # fmt: skip
    assert len(match_marks(films, marks, load_annotations(), "malignant").lesions) == 1


def test_without_lesions_there_is_a_reason_and_no_number(films):
    normal = films[films["y_true"] == 0].assign(unit="film", kind="")
    files = ScoreFiles(normal, marks_at([("mdb003", 0, 0, 0.6)]))
    found = derive_localisation(files, load_annotations())["abnormal"]
    assert found["pointing"]["strongest_mark"]["value"] is None
    assert found["pointing"]["strongest_mark"]["reason"] == "no films with a placed abnormality"
    assert found["sensitivity_at"]["1"] == {
        "value": None, "ci95": None, "n": 0, "unit": "lesion", "reason": "no abnormality with a place",
    }  # fmt: skip
    assert found["differences"] == {}


@pytest.fixture(scope="module")
def drawn() -> tuple[ScoreFiles, dict]:
    files = draw_files()
    films_only = replace(files, predictions=files.predictions.query("unit == 'film'"), permutations=None)
    return files, derive_metrics(replace(films_only, operating_points=None), load_annotations())["localisation"]


def test_parts_add_up_to_the_whole_and_have_every_method(drawn):
    _, found = drawn
    whole = found["abnormal"]
    assert list(whole["pointing"]) == ["strongest_mark", "gradcam", "centre", "random"]
    assert sum(part["n_lesions"] for part in whole["tissue"].values()) == whole["n_lesions"]
    assert sum(part["n_lesions"] for part in whole["abnormality"].values()) == whole["n_lesions"]
    assert sum(part["n_normal_films"] for part in whole["tissue"].values()) == whole["n_normal_films"]
    assert all(part["n_normal_films"] == whole["n_normal_films"] for part in whole["abnormality"].values())
    for part in (*whole["tissue"].values(), *whole["abnormality"].values()):
        assert set(part["pointing"]) == set(whole["pointing"])
        assert set(part["sensitivity_at"]) == {"0.25", "0.5", "1", "2", "4"}
    pointed = [part["pointing"]["strongest_mark"] for part in (whole, *whole["tissue"].values())]
    n_hit, *in_parts = [(figure["value"] or 0) * figure["n"] for figure in pointed]
    assert sum(in_parts) == pytest.approx(n_hit, abs=1e-3)
    assert 0 < n_hit < pointed[0]["n"]


def test_repeats_stand_beside_the_headline_with_its_own_marks_and_heatmaps(drawn):
    _, found = drawn
    spread = found["malignant"]["repeats"]
    assert spread["repeats"] == [0, 1]
    assert spread["figures"]["pointing"]["values"][0] == found["malignant"]["pointing"]["strongest_mark"]["value"]
    assert spread["figures"]["gradcam"]["values"][0] == found["malignant"]["pointing"]["gradcam"]["value"]
    assert "centre" not in spread["figures"]
