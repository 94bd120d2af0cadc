"""The yardstick: the recipe's features, its two learners, its scores out of fold, and the comparison with a model."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.recipe import features
from benchmarks.recipe.compare import LINES, compare_with_recipe
from mammo_core.errors import BundleError
from mammo_core.evaluate.score_files import ScoreFiles, load_score_files
from mammo_core.mias.index import FILM_IDS, annotations_by_film, film_class, woman_of
from mammo_core.mias.phantom import draw_phantom
from mammo_core.mias.splits import load_folds
from mammo_core.network.grid import Grid
from mammo_core.preprocess import preprocess
from mammo_core.types import LABELS
from tests.synthetic_model import draw_scores, write_files

N_WOMEN = 40


@pytest.fixture(scope="module")
def phantom():
    image = preprocess(draw_phantom(1).mammogram).image
    return image, features.filter_responses(image)


def test_a_region_of_a_phantom_has_102_finite_features(phantom):
    image, responses = phantom
    rows, columns = np.nonzero(image)
    for y, x in ((rows.mean(), columns.mean()), (rows[0], columns[0]), (-500.0, -500.0)):
        found = features.region_features(image, responses, x, y)
        assert found.shape == (features.N_REGION_FEATURES,) == (102,)
        assert np.isfinite(found).all()


def test_a_cell_has_66_channels_and_nothing_outside_the_breast_answers(phantom):
    image, responses = phantom
    assert responses.shape == (*image.shape, features.N_RESPONSES)
    assert not responses[image == 0].any()
    height, width = (side // 16 * 16 for side in image.shape)
    channels = features.cell_channels(responses[:height, :width])
    assert channels.shape == (height // 16, width // 16, features.N_CELL_CHANNELS)
    assert np.isfinite(channels).all()


def test_a_bright_disc_is_a_blob_that_gradients_converge_on():
    image = np.full((256, 256), 90, np.uint8)
    rows, columns = np.mgrid[:256, :256]
    image[np.hypot(rows - 128, columns - 128) < 12] = 160
    responses = features.filter_responses(image)
    names = {"blob of 8": 3, "convergence within 16": 13}
    for name, channel in names.items():
        response = responses[..., channel]
        strongest = np.unravel_index(response.argmax(), response.shape)
        assert np.hypot(strongest[0] - 128, strongest[1] - 128) < 6, name


def write_pair(folder, spoil):
    """Write a model that ranks films perfectly, and a recipe that is the same but for `spoil(predictions)`."""
    frame, candidates, _ = draw_scores(15, 1, np.random.default_rng(0))
    frame = frame[frame["unit"].isin(["film", "region"])].reset_index(drop=True)
    films = frame["unit"] == "film"
    frame.loc[films, "p_benign"] = frame.loc[films, "y_true"].map({0: 0.1, 1: 0.3, 2: 0.3})
    frame.loc[films, "p_malignant"] = frame.loc[films, "y_true"].map({0: 0.1, 1: 0.2, 2: 0.3})
    frame.loc[films, "p_normal"] = 1 - frame.loc[films, "p_malignant"] - frame.loc[films, "p_benign"]
    model = write_files(folder / "model", ScoreFiles(frame, candidates))
    spoil(frame)
    return model, write_files(folder / "recipe", ScoreFiles(frame, candidates))


def cells_of(table, name):
    return next([cell.strip() for cell in line.split("|")] for line in table.splitlines() if name in line)


def test_one_abnormal_film_ranked_last_costs_the_recipe_its_share_of_the_auc(tmp_path):
    counts = []

    def spoil(frame):
        abnormal = frame.index[(frame["unit"] == "film") & (frame["y_true"] > 0)]
        counts.append((len(abnormal), int((frame["unit"] == "film").sum())))
        frame.loc[abnormal[0], ["p_normal", "p_benign", "p_malignant"]] = [0.98, 0.01, 0.01]

    table = compare_with_recipe(*write_pair(tmp_path, spoil))
    [(n_abnormal, n_films)] = counts
    row = cells_of(table, "Films alone: normal against abnormal")
    assert row[2:5] == ["1.000", f"{1 - 1 / n_abnormal:.3f}", f"+{1 / n_abnormal:.3f}"]
    low, high = map(float, row[5].split(" to "))
    assert low <= 1 / n_abnormal <= high
    assert row[6:8] == [f"{n_films} films", "0.709"]
    assert cells_of(table, "Strongest mark hits")[4] == "+0.000"
    assert "not in both" in cells_of(table, "Women: any abnormality")
    assert all(line.name in table for line in LINES)


def test_regions_at_another_place_are_refused(tmp_path):
    def spoil(frame):
        frame.loc[frame.index[frame["kind"] == "hard_normal"][0], "x"] = 1.5

    with pytest.raises(BundleError, match="same cases"):
        compare_with_recipe(*write_pair(tmp_path, spoil))


def test_another_truth_is_refused(tmp_path):
    def spoil(frame):
        frame.loc[frame.index[(frame["unit"] == "film") & (frame["y_true"] == 2)], "y_true"] = 1

    with pytest.raises(BundleError, match="truth"):
        compare_with_recipe(*write_pair(tmp_path, spoil))


def test_without_scores_of_the_recipe_it_says_how_to_get_them(tmp_path):
    with pytest.raises(BundleError, match="make recipe"):
        compare_with_recipe(tmp_path, tmp_path)


def draw_material(signal):
    """Draw cells and places as random numbers with each woman's own fingerprint in them, and `signal` of the truth."""
    from benchmarks.recipe.material import Film, Material, Place

    rng = np.random.default_rng(0)
    grid = Grid(np.zeros((96, 96), np.uint8), (0, 0), np.ones((6, 6), bool))
    fingerprints = rng.normal(size=N_WOMEN + 1)
    films, places = [], []
    for film_id in FILM_IDS[: 2 * N_WOMEN]:
        woman, label = woman_of(film_id), LABELS.index(film_class(film_id))
        labels = np.where(np.arange(36) < 6, label, 0)
        cells = rng.normal(size=(36, 6 + features.N_CELL_CHANNELS)).astype(np.float32) + fingerprints[woman]
        cells[labels > 0, label] += signal
        films.append(Film(film_id, woman, label, grid, cells, labels, np.ones(36)))
        kinds = ("normal", "hard_normal") if not label else ("lesion",) * len(annotations_by_film()[film_id])
        for i, kind in enumerate(kinds):
            deep, drawn = rng.normal(size=(8, 5)), rng.normal(size=5)
            deep[:, label] += signal
            drawn[label] += signal
            places.append(Place(film_id, woman, kind, label, 40.0 + i, 50.0, deep, drawn))
    return Material(tuple(films), tuple(places))


@pytest.fixture(scope="module")
def scored(lightgbm, tmp_path_factory):
    """Return predictions and candidates of drawn material, the recipe's folder, and training with test women."""
    from benchmarks.recipe import films, regions, run

    cache, folder = tmp_path_factory.mktemp("cache"), tmp_path_factory.mktemp("recipe")
    material, pairs = draw_material(signal=6.0), []

    def spy(real):
        def call(train, test):
            pairs.append(({case.woman_id for case in train}, {case.woman_id for case in test}))
            return real(train, test)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for module in (films, regions):
            patch.setitem(module._TREES, "n_estimators", 8)
        patch.setattr(run, "score_regions", spy(run.score_regions))
        patch.setattr(run, "scan_films", spy(run.scan_films))
        first = run.run_repeat(material, 0, cache)
        n_calls = len(pairs)
        again = run.run_repeat(material, 0, cache)
    assert len(pairs) == n_calls == 10, "a finished repeat is taken from the cache"
    pd.testing.assert_frame_equal(first[0], again[0])
    run.write_scores(*first, cache, folder)
    return *first, folder, pairs


def test_the_recipe_is_scored_out_of_fold(scored):
    *_, folder, pairs = scored
    for train, test in pairs:
        assert test
        assert not train & test
        assert len(train | test) == N_WOMEN
    frame = load_score_files(folder).predictions
    folds = load_folds()
    assert all(folds[woman][0] == fold for woman, fold in zip(frame["woman_id"], frame["fold"], strict=True))


def test_the_recipes_score_files_load_like_a_models_and_find_what_was_drawn(scored):
    from sklearn.metrics import roc_auc_score

    files = load_score_files(scored[2])
    assert dict(files.predictions["unit"].value_counts())["breast"] == 2 * N_WOMEN
    assert (files.candidates.groupby("film_id").size() <= 6).all()
    for unit in ("film", "breast", "woman", "region"):
        rows = files.predictions[files.predictions["unit"] == unit]
        assert roc_auc_score(rows["y_true"] > 0, 1 - rows["p_normal"]) > 0.8, unit


def test_every_part_of_the_recipe_is_kept_for_comparison(scored):
    predictions, candidates, *_ = scored
    assert {"linear", "linear-mined", "trees", "average", "average-both-mined"} == set(candidates["variant"])
    assert {"average-random-normals", "average-uncalibrated"} < set(predictions["variant"])


def test_scores_rank_as_both_log_odds_do(lightgbm):
    from benchmarks.recipe.films import probabilities

    odds = np.random.default_rng(0).normal(0, 4, (50, 2))
    found = probabilities(odds)
    assert (found >= 0).all()
    np.testing.assert_allclose(found.sum(axis=1), 1)
    np.testing.assert_array_equal(np.argsort(1 - found[:, 0]), np.argsort(odds[:, 0]))
    np.testing.assert_array_equal(np.argsort(found[:, 2]), np.argsort(odds[:, 1]))


def test_other_places_or_cells_are_other_material(lightgbm):
    from dataclasses import replace

    material = draw_material(signal=1.0)
    moved = replace(material.places[0], x=41.5)
    assert replace(material, places=(moved, *material.places[1:])).digest != material.digest
    assert draw_material(signal=1.0).digest == material.digest
