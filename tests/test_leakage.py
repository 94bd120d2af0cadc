"""The lab changes the protocol only: who is dealt with whom, and what copies and permuted labels do to a figure."""

import json

import numpy as np
import pandas as pd
import pytest

from mammo_core.cli.main import main
from mammo_core.evaluate.leakage import figures
from mammo_core.evaluate.leakage.deals import deal, permute_labels
from mammo_core.evaluate.leakage.learners import FIT, evidence, fit_linear
from mammo_core.evaluate.leakage.material import Material, features_of, film_of, make_parts, rotated
from mammo_core.evaluate.leakage.protocols import HEAD, LEARNERS, N_FOLDS, N_REPEATS, PROTOCOLS, Protocol
from mammo_core.evaluate.leakage.run import LeakageRun, score_cases
from mammo_core.evaluate.leakage.text import MECHANISMS, NAMES, to_markdown
from mammo_core.evaluate.leakage.write import CASES_NAME, JSON_NAME, TABLE_NAME, write_leakage
from mammo_core.film.regions import SEED_SIDE_PX
from mammo_core.mias.index import FILM_IDS
from mammo_core.mias.phantom import draw_phantom
from mammo_core.network.bundle import load_bundle
from mammo_core.network.heads import HeadConfig, fit_head
from mammo_core.network.regions import pool_region
from mammo_core.preprocess import preprocess
from mammo_core.reading.scores import margins

COPIES = 8


@pytest.fixture(scope="module")
def noise():
    """Films of 60 women whose copies are alike and whose labels mean nothing."""
    rng = np.random.default_rng(0)
    films = FILM_IDS[:120]
    own = rng.normal(size=(120, 1, 30))
    labels = np.repeat(rng.integers(0, 2, 60), 2)
    return Material(films, labels, (own + 0.1 * rng.normal(size=(120, COPIES, 30))).astype(np.float32))


def test_by_woman_no_woman_and_by_film_no_film_is_in_two_folds(noise):
    for repeat in range(2):
        by_woman, by_film, by_picture = (deal(noise, unit, repeat) for unit in ("woman", "film", "picture"))
        assert by_woman.shape == by_film.shape == by_picture.shape == (120, COPIES)
        assert all(len(np.unique(by_woman[noise.women == woman])) == 1 for woman in np.unique(noise.women))
        assert all(len(set(folds)) == 1 for folds in by_film.tolist())
        assert np.mean([len(set(folds)) > 1 for folds in by_picture.tolist()]) > 0.99


def test_dealt_at_random_each_class_is_spread_evenly(noise):
    folds = deal(noise, "picture", 0)
    counts = [np.bincount(folds[noise.labels == k].ravel(), minlength=N_FOLDS) for k in (0, 1)]
    assert all(np.ptp(count) <= 1 for count in counts)


def test_permuting_keeps_the_classes_and_what_a_woman_s_films_have_in_common(noise):
    dealt = permute_labels(noise, 0)
    assert np.bincount(dealt.labels).tolist() == np.bincount(noise.labels).tolist()
    assert (dealt.labels != noise.labels).any()
    assert all(len(np.unique(dealt.labels[noise.women == woman])) == 1 for woman in np.unique(noise.women))
    assert (permute_labels(noise, 0).labels == dealt.labels).all()
    assert dealt.features is noise.features


@pytest.mark.parametrize("learner", LEARNERS)
def test_copies_split_at_random_make_a_figure_out_of_nothing_and_an_honest_split_does_not(noise, learner):
    leaky = score_cases(noise, Protocol("films_random", "malignant", "films", "picture"), learner, 0)[1]
    honest = score_cases(noise, Protocol("films_woman", "malignant", "films", "woman"), learner, 0)[1]
    assert leaky.mean() > 0.65
    assert honest.mean() < 0.6


def test_the_linear_learner_is_the_region_head():
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 3, 300)
    features = rng.normal(size=(300, 40)) + 0.5 * np.eye(3, 40)[labels]
    head = HeadConfig(20, 1e-2, whiten=False)
    weights, bias = fit_head(features, labels, np.ones(300), head)
    ours = fit_linear(features, labels, head)(features)
    theirs = features @ weights + bias
    assert evidence(ours) == pytest.approx(margins(theirs)[:, 0], abs=1e-3)
    assert (ours.argmax(axis=1) == theirs.argmax(axis=1)).all()


def test_the_nearest_picture_calls_its_own_class():
    features = np.random.default_rng(2).normal(size=(60, 10))
    labels = np.arange(60) % 3
    scores = FIT["nearest"](features, labels, HEAD)(features)
    assert (scores.argmax(axis=1) == labels).all()
    assert scores.max(axis=1) == pytest.approx(0, abs=1e-2)


def test_features_are_pooled_as_regions_are():
    network = load_bundle().network
    crop = np.random.default_rng(0).integers(1, 255, (96, 96)).astype(np.uint8)
    expected = pool_region(network.run(crop, ["features"])["features"])
    assert features_of(crop, network) == pytest.approx(expected, abs=1e-4)


def test_a_film_s_copies_are_the_whole_breast_turned():
    prepared = preprocess(draw_phantom(1, 512).mammogram)
    copies = list(rotated(prepared))
    assert [copy.shape for copy in copies] == [(SEED_SIDE_PX, SEED_SIDE_PX)] * COPIES
    light = [copy.sum(dtype=float) for copy in copies]
    assert light == pytest.approx([light[0]] * COPIES, rel=0.02)  # nothing was cut off
    assert not np.array_equal(copies[0], copies[4])


@pytest.mark.usefixtures("mias_dir")
def test_every_part_is_made_of_the_same_films(film):
    films = {film_id: film(film_id) for film_id in ("mdb003", "mdb005", "mdb023")}
    bundle = load_bundle()
    told = []
    parts = make_parts(films, bundle.network, bundle, told.append)
    assert parts["films"].case_ids == ("mdb005", "mdb023")
    assert parts["lesions_radius"].case_ids == parts["lesions_fixed"].case_ids == ("mdb005-1", "mdb005-2", "mdb023-1")
    assert parts["lesions_radius"].labels.tolist() == [1, 1, 2]
    for part in ("normals_central", "normals_fixed", "normals_matched", "normals_hard"):
        assert [film_of(case_id) for case_id in parts[part].case_ids] == ["mdb003"]
        assert parts[part].features.shape == (1, 16, 464)
    assert told[-1] == 1


@pytest.fixture
def lab(tmp_path, noise):
    """The lab on drawn parts: 40 normal films, 40 benign and 40 malignant ones."""
    run = LeakageRun(load_bundle(), lambda stage, share: None, tmp_path / "runs")
    features, names = noise.features, np.array(noise.case_ids)
    lesions = Material(tuple(names[:80]), np.repeat([1, 2], 40), features[:80])
    normals = Material(tuple(names[80:]), np.zeros(40, int), features[80:])
    run.parts = dict.fromkeys(("films", "lesions_radius", "lesions_fixed", "lesions_hard"), lesions)
    run.parts |= {f"normals_{place}": normals for place in ("central", "fixed", "matched", "hard")}
    return run


def test_the_files_hold_every_protocol_and_derive_from_the_cases(lab, tmp_path, monkeypatch):
    monkeypatch.setattr("mammo_core.evaluate.leakage.run.N_PERMUTATIONS", 2)
    cases, permutations = lab.cases(), lab.permutations()
    summary = write_leakage(tmp_path / "out", cases, permutations, "drawn", 61)
    assert list(summary["protocols"]) == [protocol.name for protocol in PROTOCOLS] == list(NAMES)
    assert json.loads((tmp_path / "out" / JSON_NAME).read_text()) == summary
    kept = pd.read_csv(tmp_path / "out" / CASES_NAME)
    assert len(kept) == len(LEARNERS) * (6 * 80 + 6 * 120)
    one = kept[(kept["protocol"] == "films_random") & (kept["learner"] == "linear")]
    found = summary["protocols"]["films_random"]["learners"]["linear"]["accuracy"]
    assert found["value"] == pytest.approx(one[[f"right_{i}" for i in range(N_REPEATS)]].to_numpy().mean(), abs=1e-6)
    assert found["permuted"]["n"] == 2
    table = pd.read_csv(tmp_path / "out" / TABLE_NAME)
    assert len(table) == 2 * len(LEARNERS) * len(PROTOCOLS)
    text = to_markdown(summary)
    assert all(name in text for name in MECHANISMS)
    assert "640 pictures of 80 films, 40 women" in text


def test_a_lab_that_was_cut_off_goes_on_where_it_was(lab, monkeypatch):
    calls = []

    def cut_off(cases, protocol, learner, repeat):
        calls.append((protocol.name, learner))
        if len(calls) == N_REPEATS + 2:
            raise KeyboardInterrupt
        return score_cases(cases, protocol, learner, repeat)

    monkeypatch.setattr("mammo_core.evaluate.leakage.run.score_cases", cut_off)
    with pytest.raises(KeyboardInterrupt):
        lab.cases()
    calls.clear()
    with pytest.raises(KeyboardInterrupt):
        lab.cases()
    assert calls[0] == ("films_random", "nearest")


def test_naive_intervals_narrow_with_the_root_of_the_copies():
    wide, narrow = (np.ptp(figures.naive_accuracy(0.8, n)) for n in (100, 1600))
    assert wide / narrow == pytest.approx(4)
    assert figures.naive_accuracy(0.5, 100) == pytest.approx((0.402, 0.598), abs=1e-3)
    wide, narrow = (np.ptp(figures.naive_auc(0.8, n, n)) for n in (50, 800))
    assert wide / narrow == pytest.approx(4, rel=0.02)


def test_the_verb_refuses_a_file_for_a_folder(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["leakage", "--out", str(tmp_path / "file")]) == 2
    assert "must name a folder" in capsys.readouterr().err
