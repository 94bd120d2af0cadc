"""Cross-validation is honest: no woman is scored by heads that saw her, and noise stays noise."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from mammo_core.evaluate import crossval
from mammo_core.evaluate.fit import ScanConfig, TrainConfig, fit_calibration
from mammo_core.evaluate.study import Region, Study, StudyFilm
from mammo_core.mias.index import FILM_IDS, annotations_by_film, film_class, woman_of
from mammo_core.mias.splits import load_folds
from mammo_core.network.grid import Grid
from mammo_core.network.heads import HeadConfig
from mammo_core.types import LABELS

N_FEATURES = 20
HEAD = HeadConfig(N_FEATURES, 1.0)
SETTINGS = TrainConfig(HEAD, HEAD, ScanConfig(2, 3, 2))
N_WOMEN = 80


def draw_study(signal):
    """Cells and regions as random numbers with each woman's own fingerprint in them, and `signal` of the truth."""
    rng = np.random.default_rng(0)
    fingerprints = rng.normal(size=(N_WOMEN + 1, N_FEATURES)) * 3
    grid = Grid(np.zeros((96, 96), np.uint8), (0, 0), np.ones((6, 6), bool))
    films, regions = [], []
    for film_id in FILM_IDS[: 2 * N_WOMEN]:
        woman, label = woman_of(film_id), LABELS.index(film_class(film_id))
        labels = np.zeros(36, int)
        labels[:6] = label
        cells = rng.normal(size=(36, N_FEATURES)) + fingerprints[woman]
        cells[np.arange(36), labels] += signal * (labels > 0)
        annotations = annotations_by_film()[film_id]
        films.append(StudyFilm(film_id, woman, label, annotations, film_id, grid, cells, labels, np.ones(36)))
        features = rng.normal(size=(8, N_FEATURES)) + fingerprints[woman]
        features[:, label] += signal * (label > 0)
        kind = "lesion" if label else "hard_normal"
        regions.append(Region(film_id, kind, label, float(len(regions)), 5.0, features))
    return Study(tuple(films), tuple(regions))


@pytest.fixture(scope="module")
def with_signal():
    return crossval.cross_validate(draw_study(signal=12.0), SETTINGS, repeat=0)


def auc(result, unit):
    rows = [row for row in result.predictions if row["unit"] == unit]
    return roc_auc_score([row["y_true"] > 0 for row in rows], [1 - float(row["p_normal"]) for row in rows])


def test_no_woman_is_scored_by_heads_that_saw_her(monkeypatch):
    fitted, scored = {}, []
    real_fit, real_score = crossval.fit_heads, crossval.score

    def fit_heads(study, women, config):
        heads = real_fit(study, women, config)
        fitted[id(heads)] = (heads, frozenset(women))
        return heads

    def score(study, women, heads, scan):
        scored.append(frozenset(women) & fitted[id(heads)][1])
        return real_score(study, women, heads, scan)

    monkeypatch.setattr(crossval, "fit_heads", fit_heads)
    monkeypatch.setattr(crossval, "score", score)
    crossval.cross_validate(draw_study(signal=1.0), SETTINGS, repeat=1)
    assert len(scored) == 25
    assert not any(scored)


def test_a_fingerprint_of_each_woman_is_worth_nothing_without_signal():
    result = crossval.cross_validate(draw_study(signal=0.0), SETTINGS, repeat=0)
    assert abs(auc(result, "film") - 0.5) < 0.15
    assert abs(auc(result, "region") - 0.5) < 0.15


def test_real_signal_is_found(with_signal):
    assert auc(with_signal, "film") > 0.9
    assert auc(with_signal, "region") > 0.9


def test_every_film_and_region_is_scored_once_in_the_fold_of_its_woman(with_signal):
    films = [row for row in with_signal.predictions if row["unit"] == "film"]
    assert sorted(row["film_id"] for row in films) == sorted(FILM_IDS[: 2 * N_WOMEN])
    assert all(row["fold"] == load_folds()[row["woman_id"]][0] for row in with_signal.predictions)


def test_written_probabilities_sum_to_one(with_signal):
    for row in with_signal.predictions + with_signal.candidates:
        assert sum(float(row[f"p_{label}"]) for label in LABELS) == pytest.approx(1, abs=2e-6)


def test_same_seed_same_rows(with_signal):
    again = crossval.cross_validate(draw_study(signal=12.0), SETTINGS, repeat=0)
    assert again.predictions == with_signal.predictions


def test_screening_sensitivity_moves_the_lower_end_of_the_doubt_band(with_signal):
    strict = crossval.fit_constants(with_signal.scores, replace(SETTINGS, screening_sensitivity=1.0))
    lax = crossval.fit_constants(with_signal.scores, replace(SETTINGS, screening_sensitivity=0.5))
    assert strict.band.low < lax.band.low <= lax.band.high


def test_calibration_of_marks_that_hit_no_lesion_of_one_kind_gives_that_kind_nothing():
    scores = [np.array([x, -x]) for x in np.linspace(-2, 2, 20)]
    calibration = fit_calibration(scores, [0] * 12 + [2] * 8)
    probabilities = calibration(np.array([[-2.0, 2.0], [2.0, -2.0]]))
    assert np.allclose(probabilities.sum(axis=1), 1)
    assert (probabilities[:, 1] < 0.1 * probabilities[:, 2]).all()
    assert probabilities[0, 0] > 0.9 > 0.1 > probabilities[1, 0]
