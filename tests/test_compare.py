"""Two models are compared on the same resampled women, and on the same cases or not at all."""

from dataclasses import replace

import numpy as np
import pytest

from mammo_core.errors import BundleError
from mammo_core.evaluate.blocks import rows_of
from mammo_core.evaluate.compare import compare, paired
from mammo_core.evaluate.figures import OF_DECISIONS, OF_SCORES
from mammo_core.evaluate.sample import Sample
from mammo_core.evaluate.score_files import ScoreFiles
from mammo_core.mias.index import load_annotations
from tests.synthetic_model import draw_files

ACCURACY = OF_SCORES["accuracy_label"]


@pytest.fixture(scope="module")
def models() -> tuple[ScoreFiles, ScoreFiles]:
    return draw_files(40, 2, seed=0), draw_files(40, 2, seed=1)


@pytest.fixture
def films(models) -> tuple[Sample, Sample]:
    return tuple(Sample.from_frame(rows_of(model.predictions, "film")) for model in models)


def test_a_difference_is_the_values_difference_whatever_the_order_of_the_cases(films):
    first, second = films
    shuffled = second.part(np.random.default_rng(0).permutation(len(second)))
    found = paired(first, shuffled, ACCURACY)
    assert found.value == pytest.approx(np.mean(first.label == first.truth) - np.mean(second.label == second.truth))
    assert found == paired(first, second, ACCURACY)
    assert found.low < found.value < found.high


@pytest.mark.parametrize("unit", ["region", "film", "woman"])
def test_no_cases_are_a_sample_of_no_cases(models, unit):
    predictions = models[0].predictions
    sample = Sample.from_frame(predictions[predictions["unit"] == unit][:0], models[0].operating_points)
    assert (len(sample), sample.n_women, sample.thresholds) == (0, 0, {})
    assert set(sample.class_counts.values()) == {0}


def test_a_model_does_not_differ_from_itself(films):
    found = paired(films[0], films[0], OF_SCORES["macro_auc"])
    assert found.value == 0
    assert "same figure" in found.reason


def test_the_interval_draws_the_same_women_for_both(films):
    first, _ = films
    truth = first.truth.copy()
    better = first.label.copy()
    better[np.flatnonzero(first.label != truth)[:3]] = truth[first.label != truth][:3]
    found = paired(replace(first, label=better), first, ACCURACY)
    assert found.value == pytest.approx(3 / len(first))
    assert found.low >= 0  # No resample in which a model that is right whenever the other is could lose.
    assert found.high < 0.12


def test_decisions_can_be_compared(films):
    found = paired(*films, OF_DECISIONS["coverage"])
    assert found.value == pytest.approx(np.mean(films[0].decision != 3) - np.mean(films[1].decision != 3))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda s: s.part(np.arange(1, len(s))), "1 of 80 are only in the first"),
        (lambda s: s.part(np.r_[0, np.arange(len(s))]), "comes twice"),
        (lambda s: replace(s, truth=(s.truth + 1) % 3), "the truth of a case differs"),
        (lambda s: replace(s, women=s.women + 1), "the woman of a case differs"),
    ],
)
def test_other_cases_are_refused(films, change, words):
    first, second = films
    with pytest.raises(BundleError, match=words):
        paired(first, change(second), ACCURACY)


def test_folders_are_compared_unit_by_unit_over_the_repeats_they_share(models):
    first, second = models
    alone = second.predictions.query("repeat == 1 and unit != 'woman'")
    second = ScoreFiles(alone[alone["kind"].isin(["", "lesion", "normal"])], second.candidates.query("repeat == 1"))
    # Normal places are drawn anew for each synthetic model: compare the first's own.
    places = first.predictions.query("repeat == 1 and kind != ''")[["film_id", "kind", "x", "y"]]
    regions = second.predictions["unit"] == "region"
    for column in ("x", "y"):
        second.predictions.loc[regions, column] = places.loc[
            places["kind"].isin(["lesion", "normal"]), column
        ].to_numpy()
    found = compare(first, second, load_annotations())
    assert found["repeats"] == [1]
    assert list(found["units"]) == ["film", "breast", "region_normal"]
    entry = found["units"]["breast"]["auc_normal_vs_abnormal"]
    samples = [Sample.from_frame(rows_of(model.predictions, "breast", 1)) for model in (first, second)]
    values = [float(OF_SCORES["auc_normal_vs_abnormal"].compute(sample, None)) for sample in samples]
    assert (entry["first"], entry["second"]) == pytest.approx(tuple(values), abs=1e-6)
    assert entry["difference"]["value"] == pytest.approx(values[0] - values[1], abs=1e-6)
    assert entry["difference"]["n"] == 80
    place = found["localisation"]["abnormal"]["pointing"]
    assert place["difference"]["value"] == pytest.approx(place["first"] - place["second"], abs=2e-6)
    assert place["difference"]["unit"] == "film"


def test_a_unit_whose_cases_differ_is_left_out_with_the_reason(models):
    first, second = models  # normal places are drawn anew for each synthetic model
    found = compare(first, second, load_annotations(), only=("woman", "region_normal"))
    assert list(found["units"]) == ["woman"]
    assert "on the same cases only" in found["not_compared"]["region_normal"]
    assert "localisation" not in found
    missed = found["units"]["woman"]["malignant_called_normal"]
    assert missed["difference"]["value"] == pytest.approx(missed["first"] - missed["second"], abs=2e-6)
    assert missed["difference"]["n"] == (rows_of(first.predictions, "woman")["y_true"] == 2).sum()
    with pytest.raises(BundleError, match="on the same cases only"):
        compare(first, second, load_annotations(), only=("region_normal",))


def test_decisions_are_compared_only_where_both_models_decide(models):
    first, second = models
    referring = replace(second, predictions=second.predictions.assign(decision="refer"))
    found = compare(first, referring, load_annotations(), only=("woman",))
    assert "macro_auc" in found["units"]["woman"]
    assert "coverage" not in found["units"]["woman"]


def test_folders_without_a_common_repeat_are_refused(models):
    first, second = models
    with pytest.raises(BundleError, match="share no repeat"):
        compare(
            ScoreFiles(first.predictions.query("repeat == 0")),
            ScoreFiles(second.predictions.query("repeat == 1")),
            load_annotations(),
        )
