"""From logits to a decision: small cases worked by hand."""

import numpy as np
import pytest

from mammo_core.evaluate.constants import fit_calibration
from mammo_core.reading.scores import Calibration, DoubtBand, film_summary, margins, strongest_cells


def test_margins_are_log_odds_of_the_two_contrasts():
    logits = np.log([0.5, 0.3, 0.2])
    assert np.allclose(margins(logits), [np.log(0.5 / 0.5), np.log(0.2 / 0.3)])


def test_film_summary_is_the_mean_over_the_most_abnormal_cells():
    cells = np.array([[1.0, 9.0], [5.0, 1.0], [3.0, 2.0]])
    assert film_summary(cells, 2).tolist() == [4.0, 1.5]
    assert film_summary(cells, 10).tolist() == [3.0, 4.0]


def test_calibration_returns_probabilities_that_sum_to_one():
    calibration = Calibration(abnormal=(1.0, -0.5), malignant=(0.7, 0.1))
    probabilities = calibration(np.array([[100.0, -100.0], [0.0, 0.0], [-800.0, 800.0]]))
    assert np.allclose(probabilities.sum(axis=1), 1)
    assert np.isfinite(probabilities).all()


def test_more_evidence_for_a_class_never_lowers_its_probability():
    rng = np.random.default_rng(0)
    scores, labels = rng.normal(size=(200, 2)), rng.integers(0, 3, 200)
    calibration = fit_calibration(list(scores - labels[:, None]), labels.tolist())  # the wrong way round on purpose
    rising = np.linspace(-3, 3, 13)
    assert (np.diff(calibration(np.stack([rising, 0 * rising], axis=1))[:, 0]) <= 0).all()
    assert (np.diff(calibration(np.stack([0 * rising, rising], axis=1))[:, 2]) >= 0).all()


@pytest.mark.parametrize(
    ("probabilities", "decision"),
    [
        ((0.9, 0.05, 0.05), "normal"),
        ((0.4, 0.55, 0.05), "benign"),
        ((0.6, 0.29, 0.11), "refer"),
        ((0.6, 0.1, 0.3), "malignant"),
        ((0.1, 0.1, 0.8), "malignant"),
    ],
)
def test_the_doubt_band_decides_and_argmax_does_not(probabilities, decision):
    assert DoubtBand(low=0.1, high=0.3).decide(np.array(probabilities)) == decision


def test_strongest_cells_keep_their_distance_and_stay_in_the_breast():
    score = np.zeros((6, 6))
    score[1, 1], score[1, 2], score[4, 4], score[0, 5] = 9, 8, 7, 99
    in_breast = np.ones((6, 6), bool)
    in_breast[0, 5] = False
    assert strongest_cells(score, in_breast, count=2, apart=3).tolist() == [[1, 1], [4, 4]]


def test_strongest_cells_of_a_small_breast_are_fewer():
    assert len(strongest_cells(np.zeros((4, 4)), np.eye(4, dtype=bool), count=6, apart=4)) == 1
