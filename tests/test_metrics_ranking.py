"""ROC, precision-recall and calibration: by hand, against scikit-learn, and what must hold of any data."""

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn import metrics as reference

from mammo_core.metrics import calibration, roc
from mammo_core.metrics.checks import why_undefined

GOLDEN = Path(__file__).parent / "golden"
RANKING = json.loads((GOLDEN / "ranking.json").read_text())
CALIBRATION = json.loads((GOLDEN / "calibration.json").read_text())


def draw(seed: int, n: int = 150) -> tuple[np.ndarray, np.ndarray]:
    """Return truth and probabilities (n x 3) with ties and some signal."""
    rng = np.random.default_rng(seed)
    truth = rng.choice(3, n, p=[0.64, 0.2, 0.16])
    logits = rng.normal(0, 1, (n, 3)) + 0.8 * np.eye(3)[truth]
    probabilities = np.round(np.exp(logits) / np.exp(logits).sum(1, keepdims=True), 2)
    probabilities[:, 0] = 1 - probabilities[:, 1:].sum(1)
    return truth, np.clip(probabilities, 0, 1)


def test_auc_of_the_table_worked_by_hand():
    y, s = RANKING["y_true"], RANKING["score"]
    assert roc.auc(y, s) == pytest.approx(RANKING["auc"]["value"], abs=1e-12)
    partial = RANKING["partial_auc"]
    assert roc.auc(y, s, max_fpr=partial["max_fpr"]) == pytest.approx(partial["value"], abs=1e-12)
    assert roc.average_precision(y, s) == pytest.approx(RANKING["average_precision"]["value"], abs=1e-12)
    curve = roc.roc_curve(y, s)
    np.testing.assert_allclose(curve.fpr, RANKING["roc"]["fpr"], atol=1e-12)
    np.testing.assert_allclose(curve.tpr, RANKING["roc"]["tpr"], atol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_ranking_agrees_with_scikit_learn(seed):
    truth, probabilities = draw(seed)
    abnormal, score = truth > 0, 1 - probabilities[:, 0]
    assert roc.auc(abnormal, score) == pytest.approx(reference.roc_auc_score(abnormal, score), abs=1e-12)
    for max_fpr in (0.05, 0.2, 0.5):
        expected = reference.roc_auc_score(abnormal, score, max_fpr=max_fpr)
        assert roc.auc(abnormal, score, max_fpr=max_fpr) == pytest.approx(expected, abs=1e-12)
    expected = reference.roc_auc_score(truth, probabilities, multi_class="ovr", average=None)
    np.testing.assert_allclose(roc.one_vs_rest_auc(truth, probabilities), expected, atol=1e-12)
    expected = reference.average_precision_score(abnormal, score)
    assert roc.average_precision(abnormal, score) == pytest.approx(expected, abs=1e-12)
    fpr, tpr, _ = reference.roc_curve(abnormal, score, drop_intermediate=False)
    curve = roc.roc_curve(abnormal, score)
    np.testing.assert_allclose([curve.fpr, curve.tpr], [fpr, tpr], atol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_precision_recall_curve_agrees_with_scikit_learn(seed):
    truth, probabilities = draw(seed)
    precision, recall, _ = reference.precision_recall_curve(truth == 2, probabilities[:, 2])
    curve = roc.precision_recall_curve(truth == 2, probabilities[:, 2])
    np.testing.assert_allclose(curve.precision[::-1], precision[:-1], atol=1e-12)
    np.testing.assert_allclose(curve.recall[::-1], recall[:-1], atol=1e-12)
    assert curve.prevalence == pytest.approx((truth == 2).mean())


def test_pairwise_auc_leaves_the_third_class_out():
    truth, probabilities = draw(7)
    both = truth > 0
    share = probabilities[both, 2] / probabilities[both, 1:].sum(1)
    expected = reference.roc_auc_score(truth[both] == 2, np.nan_to_num(share, nan=0.5))
    assert roc.pairwise_auc(truth, probabilities, 1, 2) == pytest.approx(expected, abs=1e-12)


def test_pairwise_share_of_two_zeros_is_one_half():
    probabilities = np.array([[1.0, 0, 0], [0.2, 0.8, 0], [0.2, 0, 0.8]])
    assert roc.pairwise_auc([2, 1, 2], probabilities, 1, 2) == 1.0


@pytest.mark.parametrize("seed", range(3))
def test_integer_weights_are_repeated_cases(seed):
    truth, probabilities = draw(seed, 60)
    weights = np.random.default_rng(seed).integers(0, 4, (5, 60))
    at_once = {
        "auc": roc.auc(truth > 0, 1 - probabilities[:, 0], weights),
        "partial": roc.auc(truth > 0, 1 - probabilities[:, 0], weights, max_fpr=0.3),
        "ap": roc.average_precision(truth > 0, 1 - probabilities[:, 0], weights),
        "pair": roc.pairwise_auc(truth, probabilities, 1, 2, weights),
        "brier": calibration.brier(truth, probabilities, weights),
        "log": calibration.log_loss(truth, probabilities, weights),
    }
    for b, row in enumerate(weights):
        y, p = np.repeat(truth, row), np.repeat(probabilities, row, axis=0)
        one_by_one = {
            "auc": roc.auc(y > 0, 1 - p[:, 0]),
            "partial": roc.auc(y > 0, 1 - p[:, 0], max_fpr=0.3),
            "ap": roc.average_precision(y > 0, 1 - p[:, 0]),
            "pair": roc.pairwise_auc(y, p, 1, 2),
            "brier": calibration.brier(y, p),
            "log": calibration.log_loss(y, p),
        }
        for name, value in one_by_one.items():
            assert at_once[name][b] == pytest.approx(float(value), abs=1e-12), name


@pytest.mark.parametrize("seed", range(5))
def test_auc_keeps_its_symmetries(seed):
    truth, probabilities = draw(seed)
    positive, score = truth == 2, probabilities[:, 2]
    area = roc.auc(positive, score)
    order = np.random.default_rng(seed).permutation(len(score))
    assert roc.auc(positive, -score) == pytest.approx(1 - area, abs=1e-12)
    assert roc.auc(~positive, score) == pytest.approx(1 - area, abs=1e-12)
    assert roc.auc(positive, np.exp(3 * score)) == pytest.approx(area, abs=1e-12)
    assert roc.auc(positive[order], score[order]) == pytest.approx(area, abs=1e-12)
    assert roc.auc(positive, np.zeros(len(score))) == 0.5


@pytest.mark.parametrize("y", [[], [0, 0, 0], [1, 1, 1]])
def test_one_class_or_no_case_has_no_auc(y):
    score = np.linspace(0, 1, len(y))
    assert np.isnan(roc.auc(y, score))
    assert np.isnan(roc.auc(y, score, max_fpr=0.2))
    assert roc.auc(y, score, np.ones((4, len(y)))).shape == (4,)
    assert np.isnan(roc.auc(y, score, np.ones((4, len(y))))).all()


def test_average_precision_needs_a_positive_case_only():
    assert np.isnan(roc.average_precision([], []))
    assert np.isnan(roc.average_precision([0, 0], [0.1, 0.2]))
    assert roc.average_precision([1, 1], [0.1, 0.2]) == 1


def test_a_reason_is_given_in_words():
    assert why_undefined({"normal": 0, "malignant": 0}) == "no cases"
    assert why_undefined({"normal": 3, "malignant": 0}) == "no malignant cases"
    assert why_undefined({"normal": 3, "malignant": 1}) is None


def test_calibration_of_the_table_worked_by_hand():
    g = CALIBRATION
    curve = calibration.reliability(g["event"], g["probability"], n_bins=g["n_bins"])
    np.testing.assert_allclose(curve.predicted, g["predicted"], atol=1e-12)
    np.testing.assert_allclose(curve.observed, g["observed"], atol=1e-12)
    ece = calibration.expected_calibration_error(g["event"], g["probability"], n_bins=g["n_bins"])
    assert ece == pytest.approx(g["ece"]["value"], abs=1e-12)
    assert calibration.brier(g["classes"], g["probabilities"]) == pytest.approx(g["brier"]["value"], abs=1e-12)
    assert calibration.log_loss(g["classes"], g["probabilities"]) == pytest.approx(g["log_loss"]["value"], abs=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_scores_agree_with_scikit_learn(seed):
    truth, probabilities = draw(seed)
    probabilities = probabilities / probabilities.sum(1, keepdims=True)
    clipped = np.clip(probabilities, 1e-15, 1)
    expected = reference.log_loss(truth, clipped / clipped.sum(1, keepdims=True), labels=[0, 1, 2])
    assert calibration.log_loss(truth, probabilities) == pytest.approx(expected, abs=1e-9)
    one_event = np.column_stack([1 - probabilities[:, 2], probabilities[:, 2]])
    expected = reference.brier_score_loss(truth == 2, probabilities[:, 2])
    assert calibration.brier(truth == 2, one_event) / 2 == pytest.approx(expected, abs=1e-12)


def test_bins_hold_equal_mass_and_never_split_a_tie():
    curve = calibration.reliability(np.zeros(100), np.linspace(0, 1, 100), n_bins=10)
    np.testing.assert_array_equal(curve.count, 10)
    tied = np.repeat([0.2, 0.8], [30, 70])
    curve = calibration.reliability(np.zeros(100), tied, n_bins=10)
    np.testing.assert_array_equal(np.sort(curve.count), [30, 70])


def test_calibration_error_does_not_depend_on_the_order_of_rows():
    truth, probabilities = draw(3)
    order = np.random.default_rng(0).permutation(len(truth))
    first = calibration.expected_calibration_error(truth == 2, probabilities[:, 2])
    second = calibration.expected_calibration_error(truth[order] == 2, probabilities[order, 2])
    assert first == pytest.approx(second, abs=1e-12)


def test_the_floor_is_what_a_perfect_model_would_show():
    rng = np.random.default_rng(1)
    probability = rng.random(300)
    floor = calibration.calibration_floor(probability)
    errors = [calibration.expected_calibration_error(rng.random(300) < probability, probability) for _ in range(400)]
    assert floor == pytest.approx(np.mean(errors), rel=0.05)
    assert 0.02 < floor < 0.06


def test_calibration_without_cases_is_nan():
    assert np.isnan(calibration.expected_calibration_error([], []))
    assert np.isnan(calibration.brier([], np.zeros((0, 3))))
    assert np.isnan(calibration.log_loss([], np.zeros((0, 3))))
    assert np.isnan(calibration.calibration_floor(np.zeros(0)))
    assert len(calibration.reliability([], []).count) == 0


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: roc.auc([0, 1], [0.1]), "score must be 2 values"),
        (lambda: roc.auc([0, 1], [0.1, np.nan]), "must be finite"),
        (lambda: roc.auc([0, 2], [0.1, 0.2]), "classes 0 to 1"),
        (lambda: roc.auc([0, 1], [0.1, 0.2], [-1, 1]), "0 or more"),
        (lambda: roc.auc([0, 1], [0.1, 0.2], [1.0]), "end in 2 values"),
        (lambda: roc.auc([0, 1], [0.1, 0.2], max_fpr=0), "max_fpr"),
        (lambda: roc.one_vs_rest_auc([0, 1], [[0.5, 0.5, 0.5]] * 2), "sum to 1"),
        (lambda: roc.one_vs_rest_auc([0, 1], [[1.5, -0.5, 0]] * 2), r"\[0, 1\]"),
        (lambda: calibration.reliability([0, 1], [0.5, 1.5]), r"\[0, 1\]"),
        (lambda: calibration.reliability([0, 1], [0.5, 0.5], n_bins=0), "n_bins"),
    ],
)
def test_refuses_what_cannot_be_meant(call, words):
    with pytest.raises(ValueError, match=words):
        call()
