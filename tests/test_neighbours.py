"""Similar cases: never of the same woman, the same vector at reading as at release, and figures worked by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mammo_core.config import PreprocessConfig
from mammo_core.errors import BundleError
from mammo_core.evaluate.card_results import results
from mammo_core.evaluate.derive import derive_metrics, source_digests
from mammo_core.evaluate.neighbour_figures import COLUMNS, NEIGHBOURS, POOL, check_neighbours, derive_neighbours
from mammo_core.evaluate.neighbours import neighbour_rows, write_neighbours
from mammo_core.evaluate.score_files import ScoreFiles, load_score_files
from mammo_core.evaluate.study import Region, region_features
from mammo_core.mias.phantom import draw_phantom
from mammo_core.network.bundle import Bundle, load_bundle
from mammo_core.network.geometry import N_FEATURES
from mammo_core.preprocess import preprocess
from mammo_core.reading import similar
from mammo_core.reading.similar import N_SIMILAR, PLACES_NAME, find_similar, load_atlas, nearest
from tests.drawn_study import draw_study
from tests.synthetic_model import draw_scores, write_files


@pytest.fixture(scope="module")
def regions():
    return draw_study(signal=20.0).regions


@pytest.fixture(scope="module")
def rows(regions):
    return pd.DataFrame(neighbour_rows(regions))[list(COLUMNS)]


def test_neighbours_are_sought_among_the_women_of_other_folds_only(regions, rows):
    of_fold = {fold: len(part) for fold, part in rows.groupby("fold")}
    assert (rows[list(POOL)].sum(axis=1) == len(regions) - rows["fold"].map(of_fold)).all()
    assert (rows[list(NEIGHBOURS)].sum(axis=1) == N_SIMILAR).all()
    assert (rows["nearest_distance"].astype(float) > 0).all()


def test_the_nearest_are_of_different_women_and_only_of_those_allowed():
    vectors = np.array([[0.0], [0.1], [0.2], [0.3], [9.0]])
    women, allowed = np.array([1, 1, 2, 3, 4]), np.array([True, True, True, False, True])
    found, distances = nearest(np.array([0.0]), vectors, women, allowed, 3)
    assert found.tolist() == [0, 2, 4]
    assert distances == pytest.approx([0, 0.2, 9])


def test_a_woman_s_own_fingerprint_is_no_help_and_the_truth_is(rows):
    without = pd.DataFrame(neighbour_rows(draw_study(signal=0.0).regions))
    chance, told = (derive_neighbours(part)["figures"]["side"]["above_chance"]["ci95"] for part in (without, rows))
    assert chance[0] < 0.02
    assert told[0] > 0.1


def test_agreement_is_counted_by_hand():
    head = {"kind": "lesion", "x": 5, "y": 5, "fold": 0, "nearest_distance": 1.0}
    pool = dict(zip(POOL, (6, 2, 2), strict=True))
    lesion = head | pool | {"woman_id": 1, "y_true": 2} | dict(zip(NEIGHBOURS, (1, 2, 2), strict=True))
    normal = head | pool | {"woman_id": 2, "y_true": 0} | dict(zip(NEIGHBOURS, (5, 0, 0), strict=True))
    found = derive_neighbours(pd.DataFrame([lesion, normal]))
    side, malignant = found["figures"]["side"], found["figures"]["malignant"]
    assert (side["value"], side["chance"], side["n"]) == (pytest.approx(0.9), pytest.approx(0.5), 2)
    assert (malignant["value"], malignant["chance"], malignant["n"]) == (pytest.approx(0.4), pytest.approx(0.2), 1)
    assert malignant["ci95"] is None
    assert found["auc_normal_vs_abnormal"]["value"] == 1


def test_a_place_of_another_fold_is_refused(rows):
    folds = rows.drop_duplicates("woman_id").set_index("woman_id")["fold"]
    check_neighbours(rows, folds)
    with pytest.raises(BundleError, match="fold in which its woman is scored"):
        check_neighbours(rows.assign(fold=(rows["fold"] + 1) % 5), folds)


def test_metrics_and_card_have_the_figures_of_a_folder_with_neighbours(tmp_path, rows):
    women = rows["woman_id"] <= 40
    predictions = draw_scores(40, 1, np.random.default_rng(0))[0]
    films = predictions[predictions["unit"] == "film"]
    folder = write_files(tmp_path, ScoreFiles(films, neighbours=rows[women]))
    assert PLACES_NAME in source_digests(folder)
    metrics = derive_metrics(load_score_files(folder))
    assert metrics["neighbours"]["n"] == women.sum()
    assert any(part.startswith("## Similar cases") for part in results(metrics))


@pytest.fixture(scope="module")
def atlas_bundle(tmp_path_factory):
    """The active network with an atlas of six places of two phantoms, which stand in for films of three women."""
    active, folder = load_bundle(), tmp_path_factory.mktemp("atlas")
    prepared = [preprocess(draw_phantom(seed, 512).mammogram, PreprocessConfig()) for seed in (1, 2)]
    regions = []
    for i, film_id in enumerate(("mdb001", "mdb002", "mdb003", "mdb004", "mdb005", "mdb006")):
        film = prepared[i % 2]
        rows, columns = np.nonzero(film.breast_mask)
        place = len(rows) * (i + 1) // 8
        x, y = float(columns[place]), float(rows[place])
        regions.append(Region(film_id, "normal", 0, x, y, region_features(film, x, y, active.network)))
    study = replace(draw_study(0.0), regions=tuple(regions))
    write_neighbours(folder, study, (np.zeros(N_FEATURES), np.ones(N_FEATURES)))
    return Bundle(folder, active.info, active.config), active, prepared, regions


def test_a_place_of_the_atlas_finds_itself_at_reading(atlas_bundle, monkeypatch):
    bundle, active, prepared, regions = atlas_bundle
    monkeypatch.setattr(Bundle, "network", active.network)
    mammogram, region = draw_phantom(1, 512).mammogram, regions[2]
    point = prepared[0].scale[0] * region.x, prepared[0].scale[1] * region.y
    found = find_similar(mammogram, point, bundle, prepared=prepared[0])
    assert (found.places[0].film_id, found.places[0].outcome) == (region.film_id, "normal")
    assert found.places[0].distance < 0.02  # vectors are kept in half precision
    assert [place.distance for place in found.places] == sorted(place.distance for place in found.places)
    assert len(found.places) == 3  # three women
    assert not found.far


def test_a_training_film_never_finds_its_own_woman(atlas_bundle, monkeypatch):
    bundle, active, prepared, regions = atlas_bundle
    monkeypatch.setattr(Bundle, "network", active.network)
    monkeypatch.setattr(similar, "find_film_id", lambda *args: "mdb004")
    point = prepared[0].scale[0] * regions[2].x, prepared[0].scale[1] * regions[2].y
    found = find_similar(draw_phantom(1, 512).mammogram, point, bundle, prepared=prepared[0])
    assert {place.film_id for place in found.places}.isdisjoint({"mdb003", "mdb004"})


def test_a_model_without_an_atlas_says_so(tmp_path):
    bundle = Bundle(tmp_path, {}, PreprocessConfig())
    assert load_atlas(bundle) is None
    with pytest.raises(BundleError, match="released without"):
        find_similar(draw_phantom(1, 512).mammogram, (200, 200), bundle)
