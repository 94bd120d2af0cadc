"""Decision curves and logistic recalibration: by hand, against dcurves and statsmodels, and what must hold anyway."""

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from mammo_core.metrics import calibration
from mammo_core.metrics.decision_curve import net_benefit, net_benefit_of_acting_on_all

GOLDEN = json.loads((Path(__file__).parent / "golden" / "decision_curve.json").read_text())
CASES = np.array(GOLDEN["y_true"]), np.array(GOLDEN["probability"])


def drawn(seed: int, n: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Return events that come true a little less often than their probabilities say."""
    rng = np.random.default_rng(seed)
    probability = rng.uniform(0.02, 0.98, n)
    return rng.random(n) < probability * 0.8, probability


def test_net_benefit_is_that_of_dcurves():
    np.testing.assert_allclose(net_benefit(*CASES, GOLDEN["thresholds"]), GOLDEN["net_benefit"], atol=1e-10)
    of_all = net_benefit_of_acting_on_all(CASES[0], GOLDEN["thresholds"])
    np.testing.assert_allclose(of_all, GOLDEN["acting_on_all"], atol=1e-10)


def test_net_benefit_worked_by_hand():
    by_hand = GOLDEN["by_hand"]
    found = net_benefit(*CASES, [by_hand["threshold"]])
    assert found == pytest.approx([by_hand["net_benefit"]], abs=1e-12)


def test_a_perfect_probability_is_worth_the_prevalence_at_every_threshold():
    truth = np.array([1, 0, 0, 1, 0])
    np.testing.assert_allclose(net_benefit(truth, truth, [0.1, 0.5, 0.9]), 0.4)
    np.testing.assert_allclose(net_benefit(truth, np.zeros(5), [0.1, 0.5, 0.9]), 0)


def test_acting_on_all_is_worth_nothing_where_the_threshold_is_the_prevalence():
    assert net_benefit_of_acting_on_all(CASES[0], [CASES[0].mean()]) == pytest.approx([0], abs=1e-12)
    np.testing.assert_allclose(net_benefit(*CASES, [0.0]), CASES[0].mean())


def test_weights_are_repeated_cases():
    weights = np.random.default_rng(0).integers(0, 3, (5, 20))
    repeated = [(np.repeat(CASES[0], row), np.repeat(CASES[1], row)) for row in weights]
    at_once = net_benefit(*CASES, [0.1, 0.3], weights)
    np.testing.assert_allclose(at_once, [net_benefit(*cases, [0.1, 0.3]) for cases in repeated], atol=1e-12)
    for metric in (calibration.calibration_slope, calibration.calibration_in_the_large):
        np.testing.assert_allclose(metric(*CASES, weights), [metric(*cases) for cases in repeated], atol=1e-8)


def test_a_threshold_of_one_and_no_case_are_refused_or_empty():
    with pytest.raises(ValueError, match=r"lie in \[0, 1\)"):
        net_benefit(*CASES, [1.0])
    assert np.isnan(net_benefit([], [], [0.1, 0.2])).tolist() == [True, True]


def test_recalibration_is_that_of_statsmodels():
    assert calibration.calibration_slope(*CASES) == pytest.approx(GOLDEN["slope"], abs=1e-9)
    assert calibration.calibration_in_the_large(*CASES) == pytest.approx(GOLDEN["in_the_large"], abs=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_the_slope_is_that_of_scikit_learn(seed):
    event, probability = drawn(seed)
    log_odds = np.log(probability / (1 - probability))[:, None]
    expected = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(log_odds, event).coef_[0, 0]
    assert calibration.calibration_slope(event, probability) == pytest.approx(expected, abs=1e-4)


def test_probabilities_that_are_too_extreme_have_a_slope_of_the_factor_by_which_they_are():
    event, probability = drawn(4)
    log_odds = np.log(probability / (1 - probability))
    slope = calibration.calibration_slope(event, probability)
    doubled = calibration.calibration_slope(event, 1 / (1 + np.exp(-2 * log_odds)))
    assert doubled == pytest.approx(slope / 2, abs=1e-6)
    shifted = calibration.calibration_in_the_large(event, 1 / (1 + np.exp(-(log_odds + 0.7))))
    assert shifted == pytest.approx(calibration.calibration_in_the_large(event, probability) - 0.7, abs=1e-6)


def test_no_slope_is_made_up():
    event, probability = CASES
    assert np.isnan(calibration.calibration_slope(np.zeros(20), probability))
    assert np.isnan(calibration.calibration_slope(event, np.full(20, 0.3)))
    assert np.isnan(calibration.calibration_slope(probability > 0.4, probability))  # parted perfectly
    assert np.isnan(calibration.calibration_slope([], []))
    assert np.isnan(calibration.calibration_in_the_large(np.ones(20), probability))
