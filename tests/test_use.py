"""What figures would mean in use: predictive values at other prevalences, decision curves, calcifications alone."""

import json

import numpy as np
import pytest

from mammo_core.evaluate import use_tables
from mammo_core.evaluate.benefit import derive_decision_curves, runs_above_zero
from mammo_core.evaluate.blocks import rows_of
from mammo_core.evaluate.derive import derive_metrics
from mammo_core.evaluate.predictions import load_predictions
from mammo_core.evaluate.prevalence import PREVALENCES, SCREENING, Rates, derive_predictive_values, rates_at
from mammo_core.evaluate.sample import Sample
from mammo_core.evaluate.score_files import DECIDING_UNITS, ScoreFiles
from mammo_core.evaluate.subgroups import derive_subgroups
from mammo_core.metrics import bootstrap, roc
from mammo_core.metrics.decision_curve import net_benefit
from mammo_core.mias.index import annotations_by_film, films_of, load_annotations
from mammo_core.network.active import active_folder
from tests.synthetic_model import draw_files


@pytest.fixture(scope="module")
def files() -> ScoreFiles:
    return draw_files(40, 1)


@pytest.fixture(scope="module")
def metrics(files) -> dict:
    return derive_metrics(files, load_annotations())


def sample_of(files: ScoreFiles, block: str) -> Sample:
    return Sample.from_frame(rows_of(files.predictions, block), files.operating_points)


def test_predictive_values_worked_by_hand():
    # Of 1,000 women 10 have cancer: 8 are called, and 99 of the other 990. Once drawn anew, 9 and 198.
    rates = Rates(np.array([0.8, 0.9, 0.8]), np.array([0.9, 0.8, 0.9]), 161, "woman")
    found = rates.predictive_values(0.01)
    assert found["ppv"]["value"] == pytest.approx(8 / 107, abs=1e-6)
    assert found["npv"]["value"] == pytest.approx(891 / 893, abs=1e-6)
    low, high = found["ppv"]["ci95"]
    least, most = 9 / 207, 8 / 107
    assert low == pytest.approx(least + 0.025 * (most - least), abs=1e-6)
    assert high == pytest.approx(least + 0.975 * (most - least), abs=1e-6)
    assert (found["ppv"]["n"], found["ppv"]["unit"]) == (161, "woman")


@pytest.mark.parametrize("unit", DECIDING_UNITS)
def test_predictive_values_at_the_studys_own_prevalence_are_those_of_its_cases(metrics, unit):
    block = metrics["units"][unit]
    for point, entries in block["predictive_values"].items():
        own = entries[-1]
        assert own["prevalence"] == block["references"]["prevalence"]["malignant"]
        for kind in ("ppv", "npv"):
            assert own[kind]["value"] == pytest.approx(block["figures"][f"{point}_{kind}"]["value"], abs=1e-5)


def test_the_rarer_the_disease_the_lower_the_ppv_and_the_higher_the_npv(metrics):
    entries = metrics["units"]["woman"]["predictive_values"]["screening"]
    assert [entry["prevalence"] for entry in entries[:-1]] == list(PREVALENCES)
    ppv, npv = ([entry[kind]["value"] for entry in entries] for kind in ("ppv", "npv"))
    assert ppv == sorted(ppv)
    assert npv == sorted(npv, reverse=True)
    for entry in entries:
        assert entry["ppv"]["ci95"][0] <= entry["ppv"]["value"] <= entry["ppv"]["ci95"][1]


def test_rates_are_the_figures_of_the_operating_point(files, metrics):
    rates = rates_at(sample_of(files, "film"), "balanced", "film")
    figures = metrics["units"]["film"]["figures"]
    for kind in ("sensitivity", "specificity"):
        found = getattr(rates, kind)
        assert found[0] == pytest.approx(figures[f"balanced_{kind}"]["value"], abs=1e-6)
        assert len(found) == 1 + bootstrap.N_RESAMPLES


def test_no_cases_have_no_predictive_values(files):
    film = sample_of(files, "film")
    empty = film.part(np.zeros(len(film), bool))
    for entries in derive_predictive_values(empty, "film").values():
        assert [entry["ppv"]["value"] for entry in entries] == [None]
    assert derive_decision_curves(empty) == {}


def test_the_decision_curve_is_net_benefit_with_its_gain_over_acting_on_all_or_nobody(files, metrics):
    sample = sample_of(files, "breast")
    curve = metrics["units"]["breast"]["decision_curve"]["malignant"]
    assert curve["thresholds"][0] == 0.01
    assert curve["thresholds"][-1] == 0.5
    expected = net_benefit(sample.truth == 2, sample.probabilities[:, 2], curve["thresholds"])
    np.testing.assert_allclose(curve["net_benefit"]["value"], expected, atol=1e-6)
    best = np.maximum(curve["acting_on_all"], 0)
    np.testing.assert_allclose(curve["gain"]["value"], expected - best, atol=2e-6)
    known = [k for k, low in enumerate(curve["gain"]["low"]) if low is not None]
    for name in ("net_benefit", "gain"):
        ends = curve[name]
        assert all(ends["low"][k] <= ends["high"][k] for k in known)
    assert (curve["n"], curve["prevalence"]) == (80, pytest.approx((sample.truth == 2).mean(), abs=1e-6))
    json.dumps(metrics, allow_nan=False)


def test_regions_have_no_decision_curve(metrics):
    assert "decision_curve" not in metrics["units"]["region_normal"]
    assert set(metrics["units"]["film"]["decision_curve"]) == {"malignant", "abnormal"}


def test_useful_thresholds_are_unbroken_runs_whose_whole_interval_lies_above_zero():
    thresholds = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
    assert runs_above_zero(thresholds, [0.01, 0.02, 0.0, None, 0.1, -0.1]) == [[0.1, 0.2], [0.5, 0.5]]
    assert runs_above_zero(thresholds, [None] * 6) == []


def test_calcifications_stand_beside_everything_else_on_the_same_women():
    rows = rows_of(load_predictions(active_folder()), "film")
    found = derive_subgroups(rows, load_annotations(), "film")
    calc, other = (found["abnormality"][name] for name in ("CALC", "OTHER"))
    abnormal = rows[rows["y_true"] > 0]
    has_calc = [any(a.abnormality == "CALC" for a in annotations_by_film()[film]) for film in abnormal["film_id"]]
    n_normal = len(rows) - len(abnormal)
    assert calc["n"] - n_normal == sum(has_calc)
    assert other["n"] - n_normal == len(abnormal) - sum(has_calc)
    difference = found["calcifications_less_others"]
    aucs = [part["figures"]["auc_against_normals"]["value"] for part in (calc, other)]
    assert difference["value"] == pytest.approx(aucs[0] - aucs[1], abs=2e-6)
    assert difference["n"] == len(abnormal)
    low, high = difference["ci95"]
    assert low < difference["value"] < high


def test_a_woman_belongs_to_the_kinds_of_both_her_films(files):
    rows = rows_of(files.predictions, "woman")
    found = derive_subgroups(rows, load_annotations(), "woman")
    abnormal = rows[rows["y_true"] > 0]
    kinds = [{a.abnormality for f in films_of(w) for a in annotations_by_film()[f]} for w in abnormal["woman_id"]]
    n_normal = len(rows) - len(abnormal)
    for name in ("CALC", "CIRC"):
        part = found["abnormality"][name]
        assert part["n"] - n_normal == sum(name in of_woman for of_woman in kinds)
    score = 1 - rows["p_normal"].to_numpy()
    tissue = np.array([annotations_by_film()[films_of(w)[0]][0].background_tissue for w in rows["woman_id"]])
    fatty = tissue == "F"
    expected = float(roc.auc(rows["y_true"].to_numpy()[fatty] > 0, score[fatty]))
    assert found["tissue"]["F"]["figures"]["auc_normal_vs_abnormal"]["value"] == pytest.approx(expected, abs=1e-6)
    assert "malignant_called_or_referred" in found["tissue"]["F"]["figures"]


def test_tables_say_where_acting_is_of_use_and_what_screening_makes_of_predictive_values(metrics):
    table = use_tables.predictive_table(metrics)
    woman = metrics["units"]["woman"]["predictive_values"]["balanced"]
    screened = next(entry for entry in woman if entry["prevalence"] == SCREENING["woman"])
    assert f"| woman | balanced | 0.6 % | {use_tables.cell(screened['ppv'], 40, 3)} |" in table
    assert f"{100 * woman[-1]['prevalence']:.1f} % (this study)" in table
    curve = {"useful": [[0.06, 0.31], [0.35, 0.35]]}
    assert use_tables.useful_text(curve) == "0.06 to 0.31, 0.35"
    assert use_tables.useful_text({"useful": []}) == "none shown"
    assert use_tables.benefit_table(metrics).count("\n") == 1 + 6
    assert "Calibration slope of P(malignant)" in use_tables.calibration_table(metrics)
    assert use_tables.predictive_table({"units": {}}) == use_tables.benefit_table({"units": {}}) == ""
