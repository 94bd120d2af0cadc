"""Operating points, each case by its own fold's threshold, and accuracy against the share decided: worked by hand."""

import numpy as np
import pytest

from mammo_core.evaluate.doubt import N_POINTS, derive_doubt_curve, sureness
from mammo_core.evaluate.figures import figures_for, measure, near_chance
from mammo_core.evaluate.sample import Sample

NORMAL, BENIGN, MALIGNANT, REFER = range(4)


def sample_of(p_malignant, truth, decision, low=0.2, high=0.5, fold=None) -> Sample:
    """Return cases of as many women; the rest of the probability is normal's."""
    p, n = np.asarray(p_malignant, float), len(p_malignant)
    ends = {"screening": low, "balanced": (np.asarray(low) + high) / 2, "specific": high}
    return Sample(
        truth=np.asarray(truth, int),
        probabilities=np.stack([1 - p, np.zeros(n), p], axis=1),
        label=np.where(p > 0.5, MALIGNANT, NORMAL),
        decision=np.asarray(decision, int),
        women=np.arange(n),
        fold=np.zeros(n, int) if fold is None else np.asarray(fold),
        case=np.array([f"film {i:03d}" for i in range(n)]),
        thresholds={point: np.broadcast_to(np.asarray(at, float), n) for point, at in ends.items()},
    )


def value(sample: Sample, name: str) -> tuple:
    found = measure(sample, figures_for(sample)[name], "film")
    return found["value"], found["n"]


def test_an_operating_point_uses_the_threshold_of_each_cases_own_fold():
    # Called: 0.3 in the fold with threshold 0.25 (malignant), 0.6 (malignant), 0.5 (normal); 0.3 at 0.35 is not.
    sample = sample_of(
        [0.3, 0.3, 0.6, 0.5, 0.1, 0.1], [2, 2, 2, 0, 0, 1], [3] * 6, low=[0.25, 0.35, 0.35, 0.35, 0.25, 0.25]
    )
    assert value(sample, "screening_sensitivity") == (pytest.approx(2 / 3, abs=1e-6), 3)
    assert value(sample, "screening_specificity") == (pytest.approx(2 / 3, abs=1e-6), 3)
    assert value(sample, "screening_ppv") == (pytest.approx(2 / 3, abs=1e-6), 3)
    assert value(sample, "screening_npv") == (pytest.approx(2 / 3, abs=1e-6), 3)
    assert value(sample, "specific_sensitivity") == (pytest.approx(1 / 3, abs=1e-6), 3)


def test_an_operating_point_without_malignant_cases_says_why():
    sample = sample_of([0.1, 0.9], [0, 0], [0, 2])
    found = measure(sample, figures_for(sample)["balanced_sensitivity"], "film")
    assert (found["value"], found["n"]) == (None, 0)
    assert found["reason"] == "no cases"
    assert value(sample, "balanced_specificity") == (0.5, 2)


def test_sureness_is_the_distance_from_the_doubt_band_in_log_odds():
    sample = sample_of([0.1, 0.5, 0.8, 0.25, 0.45], [0, 2, 2, 0, 2], [0, 2, 2, 3, 3])
    sure, called = sureness(sample)
    odds = np.log(np.array([0.2 / 0.8 / (0.1 / 0.9), 1, 0.8 / 0.2, 0.2 / 0.8 / (0.25 / 0.75), 0.45 / 0.55]))
    assert sure == pytest.approx(odds)
    assert called.tolist() == [NORMAL, MALIGNANT, MALIGNANT, NORMAL, MALIGNANT]


def test_a_film_unlike_the_training_films_is_never_sure():
    sample = sample_of([0.01, 0.4], [0, 2], [REFER, REFER])
    sure, called = sureness(sample)
    assert sure[0] == -np.inf
    assert np.isfinite(sure[1])
    assert called.tolist() == [NORMAL, MALIGNANT]


def test_the_curve_worked_by_hand():
    # From sure to unsure: 0.01 normal (right), 0.9 malignant (right), 0.05 (a cancer, missed), 0.3 (nearer to low).
    sample = sample_of([0.3, 0.05, 0.9, 0.01], [0, 2, 2, 0], [3, 0, 2, 0])
    points = derive_doubt_curve(sample, "film")["points"]
    assert [p["n"] for p in points] == [1, 2, 3, 4]
    assert [p["share"] for p in points] == [0.25, 0.5, 0.75, 1]
    assert [p["accuracy"]["value"] for p in points] == pytest.approx([1, 1, 2 / 3, 3 / 4], abs=1e-6)
    assert [p["sensitivity_malignant"]["value"] for p in points] == [None, 1, 0.5, 0.5]
    assert [p["specificity_malignant"]["value"] for p in points] == [1, 1, 1, 1]
    assert [p["always_normal"]["value"] for p in points] == pytest.approx([1, 0.5, 1 / 3, 0.5], abs=1e-6)


def test_the_curve_passes_through_the_models_own_decisions():
    rng = np.random.default_rng(0)
    p, truth = rng.uniform(0, 1, 100), rng.integers(0, 3, 100)
    decision = np.where(p >= 0.5, MALIGNANT, np.where(p < 0.2, NORMAL, REFER))
    sample = sample_of(p, truth, decision)
    sure, called = sureness(sample)
    decided = decision != REFER
    assert ((sure >= 0) == decided).all()
    assert (called[decided] == decision[decided]).all()
    points = derive_doubt_curve(sample, "film")["points"]
    assert len(points) == N_POINTS
    assert points[-1]["n"] == 100
    assert points[-1]["accuracy"]["value"] == pytest.approx((called == truth).mean())
    assert all(0 <= p["accuracy"]["ci95"][0] <= p["accuracy"]["ci95"][1] <= 1 for p in points if p["n"] >= 10)


def test_the_curve_of_no_cases_is_empty():
    assert derive_doubt_curve(sample_of([], [], []), "film")["points"] == []


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        ({"value": 0.55, "ci95": [0.45, 0.65]}, "no better than chance"),
        ({"value": 0.58, "ci95": [0.51, 0.65]}, "close to chance"),
        ({"value": 0.70, "ci95": [0.49, 0.90]}, "no better than chance"),
        ({"value": 0.50, "ci95": None}, "no better than chance"),
        ({"value": 0.72, "ci95": [0.65, 0.80]}, None),
        ({"value": None, "ci95": None}, None),
    ],
)
def test_an_auc_near_one_half_is_said_to_be(figure, words):
    told = near_chance(figure)
    assert (told is None) if words is None else told.startswith(words)
