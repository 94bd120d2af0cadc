"""Confusion, FROC and bootstrap: by hand, against scikit-learn, and what must hold of any data."""

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn import metrics as reference

from mammo_core.metrics import bootstrap, confusion, froc
from mammo_core.metrics.roc import auc

GOLDEN = Path(__file__).parent / "golden"
CONFUSION = json.loads((GOLDEN / "confusion.json").read_text())
FROC = json.loads((GOLDEN / "froc.json").read_text())
RANKING = json.loads((GOLDEN / "ranking.json").read_text())


@pytest.mark.parametrize("name", ["accuracy", "majority_accuracy", "recall", "precision", "f1", "balanced_accuracy"])
def test_the_matrix_worked_by_hand(name):
    value = getattr(confusion, name)(np.array(CONFUSION["matrix"], float))
    np.testing.assert_allclose(value, CONFUSION[name]["value"], atol=1e-12)


@pytest.mark.parametrize("weighting", [None, "linear", "quadratic"])
def test_kappa_worked_by_hand(weighting):
    decided = confusion.square(np.array(CONFUSION["matrix"], float))
    expected = CONFUSION["kappa" if weighting is None else f"kappa_{weighting}"]["value"]
    assert confusion.cohen_kappa(decided, weighting) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_agreement_equals_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    truth, called = rng.integers(0, 3, 80), rng.integers(0, 3, 80)
    matrix = confusion.confusion_matrix(truth, called, 3)
    np.testing.assert_array_equal(matrix, reference.confusion_matrix(truth, called))
    for weighting in (None, "linear", "quadratic"):
        expected = reference.cohen_kappa_score(truth, called, weights=weighting)
        assert confusion.cohen_kappa(matrix, weighting) == pytest.approx(expected, abs=1e-12)
    precision, recall, f1, _ = reference.precision_recall_fscore_support(truth, called)
    np.testing.assert_allclose(confusion.precision(matrix), precision, atol=1e-12)
    np.testing.assert_allclose(confusion.recall(matrix), recall, atol=1e-12)
    np.testing.assert_allclose(confusion.f1(matrix), f1, atol=1e-12)
    assert confusion.macro_f1(matrix) == pytest.approx(reference.f1_score(truth, called, average="macro"))
    assert confusion.balanced_accuracy(matrix) == pytest.approx(reference.balanced_accuracy_score(truth, called))


def test_matrices_of_resamples_are_matrices_of_repeated_cases():
    rng = np.random.default_rng(0)
    truth, called, weights = rng.integers(0, 3, 40), rng.integers(0, 4, 40), rng.integers(0, 3, (6, 40))
    at_once = confusion.confusion_matrix(truth, called, 3, 4, weights)
    assert at_once.shape == (6, 3, 4)
    for matrix, row in zip(at_once, weights, strict=True):
        again = confusion.confusion_matrix(np.repeat(truth, row), np.repeat(called, row), 3, 4)
        np.testing.assert_array_equal(matrix, again)
    np.testing.assert_allclose(
        confusion.cohen_kappa(confusion.square(at_once), "quadratic"),
        [confusion.cohen_kappa(confusion.square(m), "quadratic") for m in at_once],
    )


def test_a_class_never_called_has_no_precision_but_an_f1_of_zero():
    matrix = confusion.confusion_matrix([0, 0, 1, 2], [0, 0, 0, 0], 3)
    np.testing.assert_array_equal(confusion.precision(matrix), [0.5, np.nan, np.nan])
    np.testing.assert_allclose(confusion.f1(matrix), [2 / 3, 0, 0])
    assert confusion.cohen_kappa(matrix) == 0


def test_one_class_and_no_case_have_no_kappa():
    assert np.isnan(confusion.cohen_kappa(confusion.confusion_matrix([0, 0], [0, 0], 3)))
    empty = confusion.confusion_matrix([], [], 3)
    assert np.isnan(confusion.cohen_kappa(empty))
    assert np.isnan(confusion.accuracy(empty))
    assert np.isnan(confusion.majority_accuracy(empty))
    assert np.isnan(confusion.recall(empty)).all()
    assert np.isnan(confusion.balanced_accuracy(confusion.confusion_matrix([0, 0], [0, 0], 3)))


def test_kappa_refuses_what_cannot_be_meant():
    with pytest.raises(ValueError, match="same classes on both sides"):
        confusion.cohen_kappa(np.ones((3, 4)))
    with pytest.raises(ValueError, match="weighting"):
        confusion.cohen_kappa(np.ones((3, 3)), "cubic")


def test_a_threshold_calls_what_reaches_it():
    y, s, g = RANKING["y_true"], RANKING["score"], RANKING["at_0.65"]
    table = confusion.table_at(y, s, 0.65)
    assert confusion.sensitivity(table) == pytest.approx(g["sensitivity"])
    assert confusion.specificity(table) == pytest.approx(g["specificity"])
    assert confusion.table_at(y, s, 0.7) == confusion.table_at(y, s, 0.65)
    assert confusion.ppv(table) == pytest.approx(2 / 3)
    assert confusion.npv(table) == pytest.approx(2 / 3)
    nothing_called = confusion.table_at(y, s, 2)
    assert np.isnan(confusion.ppv(nothing_called))
    assert confusion.sensitivity(nothing_called) == 0


def test_predictive_values_follow_the_prevalence():
    g = CONFUSION["predictive_values"]
    positive, negative = confusion.predictive_values_at(0.01, 0.8, 0.9)
    assert positive == pytest.approx(g["ppv"], abs=1e-12)
    assert negative == pytest.approx(g["npv"], abs=1e-12)
    y, s = np.array(RANKING["y_true"]), np.array(RANKING["score"])
    table = confusion.table_at(y, s, 0.65)
    own = confusion.predictive_values_at(y.mean(), confusion.sensitivity(table), confusion.specificity(table))
    np.testing.assert_allclose(own, [confusion.ppv(table), confusion.npv(table)])
    assert np.isnan(confusion.predictive_values_at(0.0, 0.5, 1.0)[0])
    with pytest.raises(ValueError, match="prevalence"):
        confusion.predictive_values_at(16, 0.8, 0.9)


def test_lesions_are_found_within_their_radius_or_one_grid_cell():
    found = []
    for film, lesions in FROC["lesions"].items():
        points, scores = zip(*FROC["marks"][film], strict=True)
        found.extend(froc.best_scores(points, scores, lesions))
        assert froc.pointing_hits(points, scores, lesions) is FROC["pointing"][film]
    np.testing.assert_allclose(found, FROC["best_scores"]["value"])


def test_sensitivity_at_false_marks_worked_by_hand():
    lesions, marks = FROC["best_scores"]["value"], FROC["false_scores"]
    for rate in ("0", "0.5", "1"):
        value = froc.sensitivity_at(float(rate), lesions, marks, FROC["false_film"], FROC["n_normal_films"])
        assert value == pytest.approx(FROC["sensitivity"][rate]), rate
    curve = froc.froc_curve(lesions, marks, FROC["n_normal_films"])
    np.testing.assert_allclose(curve.nlf, FROC["curve"]["nlf"])
    np.testing.assert_allclose(curve.llf, FROC["curve"]["llf"])


@pytest.mark.parametrize("seed", range(4))
def test_sensitivity_at_a_rate_is_read_off_the_curve(seed):
    rng = np.random.default_rng(seed)
    lesions = np.where(rng.random(30) < 0.2, -np.inf, np.round(rng.random(30), 1))
    marks, films = np.round(rng.random(80), 1), rng.integers(0, 40, 80)
    curve = froc.froc_curve(lesions, marks, 40)
    for rate in (0, 0.1, 0.5, 1, 2, 5):
        expected = curve.llf[curve.nlf <= rate + 1e-9].max()
        assert froc.sensitivity_at(rate, lesions, marks, films, 40) == pytest.approx(expected)


def test_froc_weights_are_repeated_films_and_lesions():
    rng = np.random.default_rng(5)
    lesions, marks, films = rng.random(12), rng.random(30), rng.integers(0, 10, 30)
    lesion_weights, film_weights = rng.integers(0, 3, (4, 12)), rng.integers(0, 3, (4, 10))
    at_once = froc.sensitivity_at(1.0, lesions, marks, films, 10, lesion_weights, film_weights)
    for b in range(4):
        copies = np.repeat(np.arange(10), film_weights[b])
        again = [(m, new) for new, old in enumerate(copies) for m, f in zip(marks, films, strict=True) if f == old]
        again_marks, again_films = map(np.array, zip(*again, strict=True))
        expected = froc.sensitivity_at(
            1.0, np.repeat(lesions, lesion_weights[b]), again_marks, again_films, len(copies)
        )
        assert at_once[b] == pytest.approx(float(expected))


def test_froc_without_lesions_marks_or_normal_films():
    assert np.isnan(froc.sensitivity_at(1, [], [0.5], [0], 3))
    assert np.isnan(froc.sensitivity_at(1, [0.5], [], [], 0))
    assert froc.sensitivity_at(1, [0.5, -np.inf], [], [], 3) == 0.5
    assert froc.best_scores(np.zeros((0, 2)), [], [[5, 5, 3]]) == [-np.inf]
    assert froc.pointing_hits(np.zeros((0, 2)), [], [[5, 5, 3]]) is False
    assert np.isnan(froc.froc_curve([], [], 0).llf).all()
    with pytest.raises(ValueError, match="rate"):
        froc.sensitivity_at(-1, [], [], [], 0)


def films_of_women(seed: int, n_women: int = 161) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return women, truth and score of two films each, correlated within a woman."""
    rng = np.random.default_rng(seed)
    women = np.repeat(np.arange(n_women), 2)
    truth = rng.random(2 * n_women) < 0.35
    score = 0.8 * truth + rng.normal(0, 1, n_women)[women] + 0.3 * rng.normal(0, 1, 2 * n_women)
    return women, truth, score


def test_both_films_of_a_woman_are_drawn_together():
    women, _, _ = films_of_women(0)
    weights = bootstrap.resample_weights(women, 50)
    np.testing.assert_array_equal(weights[:, 0::2], weights[:, 1::2])
    np.testing.assert_array_equal(weights.sum(1), 322)
    assert bootstrap.resample_weights([], 5).shape == (5, 0)


def test_intervals_do_not_depend_on_the_order_of_rows_and_come_out_the_same():
    women, truth, score = films_of_women(1)
    order = np.random.default_rng(0).permutation(len(women))
    first = bootstrap.estimate(lambda w: auc(truth, score, w), bootstrap.resample_weights(women))
    second = bootstrap.estimate(lambda w: auc(truth[order], score[order], w), bootstrap.resample_weights(women[order]))
    assert first == pytest.approx(second)
    assert first.low < first.value < first.high


def test_intervals_cover_a_known_share_about_95_times_in_100():
    rng = np.random.default_rng(3)
    covered = 0
    for _ in range(300):
        women = np.repeat(np.arange(80), 2)
        success = np.repeat(rng.random(80) < 0.3, 2)
        found = bootstrap.estimate_proportion(success, women, bootstrap.resample_weights(women, 400))
        covered += found.low <= 0.3 <= found.high
    assert 0.90 <= covered / 300 <= 0.985


def test_drawing_women_gives_wider_intervals_than_drawing_films():
    women = np.repeat(np.arange(80), 2)
    success = np.repeat(np.random.default_rng(0).random(80) < 0.5, 2)
    by_woman = bootstrap.estimate_proportion(success, women, bootstrap.resample_weights(women))
    by_film = bootstrap.estimate_proportion(success, np.arange(160), bootstrap.resample_weights(np.arange(160)))
    width = by_woman.high - by_woman.low
    assert width == pytest.approx(np.sqrt(2) * (by_film.high - by_film.low), rel=0.15)


def test_a_share_of_none_gets_an_exact_bound_and_never_a_width_of_zero():
    women = np.arange(52)
    weights = bootstrap.resample_weights(women)
    none = bootstrap.estimate_proportion(np.zeros(52, bool), women, weights)
    assert (none.value, none.low) == (0, 0)
    assert none.high == pytest.approx(1 - 0.025 ** (1 / 52))
    everyone = bootstrap.estimate_proportion(np.ones(52, bool), women, weights)
    assert (everyone.low, everyone.high) == (pytest.approx(1 - none.high), 1)


def test_a_share_of_few_women_has_no_interval():
    women = np.repeat(np.arange(9), 2)
    weights = bootstrap.resample_weights(women)
    few = bootstrap.estimate_proportion(np.arange(18) < 6, women, weights)
    assert few.value == pytest.approx(1 / 3)
    assert np.isnan(few.low)
    assert "too few women" in few.reason


def test_no_interval_is_made_up():
    women, truth, score = films_of_women(0, 10)
    weights = bootstrap.resample_weights(women, 200)
    nobody = bootstrap.estimate(lambda w: auc(np.zeros(20), score, w), weights)
    assert np.isnan(nobody.value)
    assert "not defined" in nobody.reason
    one = np.arange(20) == 0
    single = bootstrap.estimate(lambda w: auc(one, score, w), weights)
    assert not np.isnan(single.value)
    assert np.isnan(single.low)
    assert "too few women" in single.reason
    constant = bootstrap.estimate(lambda w: auc(truth, np.zeros(20), w), weights)
    assert constant.value == 0.5
    assert "same figure" in constant.reason


def test_paired_differences_use_the_same_women():
    women, truth, score = films_of_women(4)
    weights = bootstrap.resample_weights(women)
    slightly_worse = score + np.random.default_rng(0).normal(0, 0.4, len(score))
    paired = bootstrap.paired_difference(
        lambda w: auc(truth, score, w), lambda w: auc(truth, slightly_worse, w), weights
    )
    alone = bootstrap.estimate(lambda w: auc(truth, score, w), weights)
    assert paired.value == pytest.approx(float(auc(truth, score) - auc(truth, slightly_worse)))
    assert paired.high - paired.low < alone.high - alone.low
    same = bootstrap.paired_difference(lambda w: auc(truth, score, w), lambda w: auc(truth, score, w), weights)
    assert same.value == 0
    assert np.isnan(same.low)
