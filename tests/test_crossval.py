"""Cross-validation is honest: no woman is scored by heads that saw her, and noise stays noise."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from mammo_core.evaluate import choose as choosing
from mammo_core.evaluate import crossval
from mammo_core.evaluate.choose import choose
from mammo_core.evaluate.constants import fit_calibration, fit_constants, operating_points
from mammo_core.evaluate.fit import Fits, HeadGrid
from mammo_core.evaluate.rows import Rows
from mammo_core.mias.index import woman_class
from mammo_core.mias.splits import load_folds
from mammo_core.types import LABELS
from tests.drawn_study import FILMS, N_WOMEN, SETTINGS, draw_study


def run(study, settings=SETTINGS, repeat=0):
    """Return all folds' rows."""
    rows = Rows()
    for _, result in crossval.cross_validate(Fits(study, settings), settings, repeat):
        rows.add(result.rows)
    return rows.tables


@pytest.fixture(scope="module")
def with_signal():
    return run(draw_study(signal=12.0))


def auc(tables, unit):
    rows = [row for row in tables["predictions"] if row["unit"] == unit]
    return roc_auc_score([row["y_true"] > 0 for row in rows], [1 - float(row["p_normal"]) for row in rows])


def test_no_woman_is_scored_by_heads_that_saw_her(monkeypatch):
    fitted, scored = {}, []
    real_heads, real_score = Fits.heads, crossval.score

    def heads_of(self, women, region, film):
        heads = real_heads(self, women, region, film)
        fitted[id(heads)] = (heads, women)
        return heads

    def score(study, women, heads, scan):
        scored.append(women & fitted[id(heads)][1])
        return real_score(study, women, heads, scan)

    monkeypatch.setattr(Fits, "heads", heads_of)
    monkeypatch.setattr(crossval, "score", score)
    monkeypatch.setattr(choosing, "score", score)
    run(draw_study(signal=1.0), repeat=1)
    assert len(scored) == 25
    assert not any(scored)


def test_settings_are_chosen_without_the_fold_that_is_scored(monkeypatch):
    seen = []
    real = Fits._once

    def once(self, of, women, head):
        seen.append(women)
        return real(self, of, women, head)

    monkeypatch.setattr(Fits, "_once", once)
    settings = replace(SETTINGS, film=HeadGrid((10, 20), (1.0,)))
    study = draw_study(signal=1.0)
    parts = crossval.folds_of(study, 0)
    for fold, _ in crossval.cross_validate(Fits(study, settings), settings, 0):
        assert seen
        assert not any(parts[fold] & women for women in seen)
        seen.clear()


def test_the_settings_that_find_the_signal_are_chosen():
    settings = replace(SETTINGS, film=HeadGrid((1, 20), (1.0,)), region=HeadGrid((1, 20), (1.0,)))
    study = draw_study(signal=6.0)
    chosen, scores = choose(Fits(study, settings), crossval.folds_of(study, 0), settings)
    assert chosen.film.n_components == chosen.region.n_components == 20
    assert len(scores.films) == len(FILMS)


def test_a_fingerprint_of_each_woman_is_worth_nothing_without_signal():
    tables = run(draw_study(signal=0.0))
    for unit in ("film", "breast", "region"):
        assert abs(auc(tables, unit) - 0.5) < 0.15


@pytest.mark.parametrize("unit", ["film", "breast", "woman", "region"])
def test_real_signal_is_found(with_signal, unit):
    assert auc(with_signal, unit) > 0.9


def test_every_film_breast_and_woman_is_scored_once_in_her_fold(with_signal):
    rows = with_signal["predictions"]
    for unit in ("film", "breast"):
        assert sorted(row["film_id"] for row in rows if row["unit"] == unit) == sorted(FILMS)
    women = [row for row in rows if row["unit"] == "woman"]
    assert sorted(row["woman_id"] for row in women) == list(range(1, N_WOMEN + 1))
    assert all(row["y_true"] == LABELS.index(woman_class(row["woman_id"])) for row in women)
    assert all(row["fold"] == load_folds()[row["woman_id"]][0] for row in rows)


def test_written_probabilities_sum_to_one(with_signal):
    for row in with_signal["predictions"] + with_signal["candidates"]:
        assert sum(float(row[f"p_{label}"]) for label in LABELS) == pytest.approx(1, abs=2e-6)


def test_decisions_follow_from_the_fold_s_own_operating_points(with_signal):
    thresholds = {(r["fold"], r["unit"], r["point"]): float(r["threshold"]) for r in with_signal["operating_points"]}
    assert len(thresholds) == 5 * 3 * 3
    for row in with_signal["predictions"]:
        if row["decision"] == "malignant":
            assert float(row["p_malignant"]) >= thresholds[row["fold"], row["unit"], "specific"] - 1e-5
        elif row["decision"] in LABELS:
            assert float(row["p_malignant"]) < thresholds[row["fold"], row["unit"], "screening"] + 1e-5


def test_same_seed_same_rows(with_signal):
    assert run(draw_study(signal=12.0)) == with_signal


def test_folds_that_are_done_are_not_done_again():
    study = draw_study(signal=1.0)
    done = [fold for fold, _ in crossval.cross_validate(Fits(study, SETTINGS), SETTINGS, 0, lambda fold: fold < 3)]
    assert done == [3, 4]


def test_screening_sensitivity_moves_the_lower_end_of_the_doubt_band():
    study = draw_study(signal=2.0)
    _, scores = choose(Fits(study, SETTINGS), crossval.folds_of(study, 0), SETTINGS)
    points = [
        fit_constants(scores, replace(SETTINGS, screening_sensitivity=share)).points["film"] for share in (1.0, 0.5)
    ]
    assert points[0].screening < points[1].screening
    assert all(p.screening <= p.specific for p in points)


def test_operating_points_worked_by_hand():
    probability = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95])
    malignant = np.array([False, False, False, True, False, False, True, False, True, True])
    points = operating_points(probability, malignant, replace(SETTINGS, screening_sensitivity=0.75))
    assert points.screening == 0.4  # three of four malignant may be kept, and 0.4 keeps all four
    assert points.balanced == 0.6  # 3 of 4 malignant at or above, 4 of 6 others below
    assert points.specific == 0.8


def test_calibration_of_marks_that_hit_no_lesion_of_one_kind_gives_that_kind_nothing():
    scores = [np.array([x, -x]) for x in np.linspace(-2, 2, 20)]
    calibration = fit_calibration(scores, [0] * 12 + [2] * 8)
    probabilities = calibration(np.array([[-2.0, 2.0], [2.0, -2.0]]))
    assert np.allclose(probabilities.sum(axis=1), 1)
    assert (probabilities[:, 1] < 0.1 * probabilities[:, 2]).all()
    assert probabilities[0, 0] > 0.9 > 0.1 > probabilities[1, 0]
