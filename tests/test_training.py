"""Experiments: what is learned from, in what order, and that a run which was killed comes out like one in one go."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from benchmarks import families
from mammo_core.cli.experiment import figures_text
from mammo_core.cli.main import main
from mammo_core.config import ROOT
from mammo_core.errors import TrainingError
from mammo_core.mias.index import FILM_IDS, film_class, woman_of
from mammo_core.mias.splits import check_women_apart, fold_films
from mammo_core.training import films, launch, pictures, run_folder, search
from mammo_core.training.batches import class_weights, epoch_batches
from mammo_core.training.pictures import Pictures, load_parts
from mammo_core.training.run import TOLERANCE, RunStopped, best_epoch, learn, make_learner, train_experiment
from mammo_core.training.run_folder import ExperimentFolder, all_runs, only_run, running_now
from mammo_core.training.scores import dice, figures, scores_of, validation_metrics
from mammo_core.training.settings import MIN_PHANTOMS, ExperimentSettings, experiment_settings, is_experiment
from mammo_core.types import LABELS

TINY = (
    *("network.backbone=efficientnet_lite0", "network.trainable_blocks=1", "data.source=phantoms", "data.side_px=32"),
    *("fit.epochs=4", "fit.batch_size=4", "fit.threads=1", "fit.patience=9"),
)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A runs folder of this file's own, where the phantoms are drawn once."""
    folder = tmp_path_factory.mktemp("runs")
    phantoms = list(films.phantom_films(MIN_PHANTOMS))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MAMMO_RUNS_DIR", str(folder))
        patch.setattr(films, "phantom_films", lambda count: iter(phantoms))
        yield folder


@pytest.fixture(scope="module")
def settings():
    return experiment_settings(TINY)


@pytest.fixture(scope="module")
def network(runs, settings):
    """Build and compile this file's network once; each run begins with it as it was at first."""
    made, at_first = make_learner(settings), runs / "at-first.npz"
    made.save_state(at_first)

    def as_at_first(wanted):
        if wanted.network != settings.network:
            return make_learner(wanted)
        made.load_state(at_first)
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mammo_core.training.run.make_learner", as_at_first)
        yield


@pytest.fixture(scope="module")
def in_one_go(runs, settings, network):
    """A run that nothing disturbed."""
    folder = ExperimentFolder.named("in-one-go")
    assert train_experiment(folder, settings) == "finished"
    return folder


def drawn(labels, side_px=8, masks=None):
    """Return pictures of noise, two of a woman."""
    count = len(labels)
    images = np.random.default_rng(0).integers(1, 256, (count, side_px, side_px)).astype(np.uint8)
    names = np.array([f"film-{i}" for i in range(count)])
    return Pictures(images, np.array(labels), np.zeros((0, 0, 0), bool) if masks is None else masks, names=names,
                    women=np.arange(count) // 2)  # fmt: skip


def same_metrics(first, second):
    """Say whether two runs have the same metrics in every epoch, within the stated tolerance."""
    rows = first.history(), second.history()
    names = {name for row in rows[0] for name in row} - {"seconds"}
    values = [[[row[name] for name in sorted(names)] for row in some] for some in rows]
    np.testing.assert_allclose(values[0], values[1], atol=TOLERANCE)
    return len(rows[0]) == len(rows[1])


# What is learned from


def test_no_woman_teaches_validates_and_is_tested(monkeypatch):
    labels = [LABELS.index(film_class(film_id)) for film_id in FILM_IDS]
    women = np.array([woman_of(film_id) for film_id in FILM_IDS])
    images = np.zeros((len(labels), 4, 4), np.uint8)
    mias = Pictures(images, np.array(labels), np.zeros((0, 0, 0), bool), women, np.array(FILM_IDS))
    monkeypatch.setattr(pictures, "load_pictures", lambda settings, progress: mias)
    parts = load_parts(experiment_settings(["data.fold=3", "data.repeat=1"]))
    check_women_apart({name: part.names.tolist() for name, part in vars(parts).items()})
    assert tuple(parts.test.names) == fold_films(1, 3)[1]
    assert tuple(parts.validation.names) == fold_films(1, 4)[1]
    assert sum(map(len, vars(parts).values())) == len(FILM_IDS)


def test_phantoms_give_regions_polar_films_and_outlines_with_every_class_in_every_part(runs, settings):
    for wanted, side_px in (("region", 32), ("polar", 48), ("film", 64)):
        name = "unet" if wanted == "film" else "mobilenet"
        chosen = replace(
            settings,
            network=replace(settings.network, backbone=name, weights="none", trainable_blocks=0),
            data=replace(settings.data, picture=wanted, side_px=side_px),
        )
        parts = load_parts(chosen)
        for part in vars(parts).values():
            assert part.images.shape[1:] == (side_px, side_px)
            assert set(part.labels) == {0, 1, 2}
            assert part.images.any(axis=(1, 2)).all()
        if wanted == "film":
            np.testing.assert_array_equal(parts.train.masks.any(axis=(1, 2)), parts.train.labels > 0)


def test_pictures_are_made_once(runs, settings, in_one_go, monkeypatch):
    monkeypatch.setattr(pictures, "true_films", lambda *_: pytest.fail("drawn again"))
    assert len(load_parts(settings).train)


def test_an_epoch_follows_from_seed_and_number_alone():
    given = drawn([0, 1, 2] * 5)
    epochs = [list(epoch_batches(given, 4, seed, epoch, "weights", "region")) for seed, epoch in ((1, 7), (1, 7))]
    for first, second in zip(*epochs, strict=True):
        for one, other in zip(first, second, strict=True):
            np.testing.assert_array_equal(one, other)
    later, otherwise = (next(epoch_batches(given, 4, *which, "weights", "region")) for which in ((1, 8), (2, 7)))
    assert not np.array_equal(epochs[0][0].pictures, later.pictures)
    assert not np.array_equal(epochs[0][0].pictures, otherwise.pictures)


@pytest.mark.parametrize("shows", ["region", "polar", "film"])
def test_training_pictures_are_varied_and_what_is_black_stays_black(shows):
    given = drawn([0, 1, 2, 0])
    given.images[:, :2] = 0
    batch = next(epoch_batches(given, 4, 0, 0, "none", shows))
    plain = next(epoch_batches(given, 4, 0, 0, "none", None))
    assert not np.array_equal(batch.pictures, plain.pictures)
    assert (batch.pictures == 0).sum() == (plain.pictures == 0).sum()
    np.testing.assert_array_equal(np.sort(batch.truth), np.sort(given.labels))


def test_a_circle_moves_with_its_film():
    masks = np.zeros((6, 8, 8), bool)
    masks[:, 2, 1] = True
    given = drawn([1] * 6, masks=masks)
    given.images[:] = 100
    given.images[masks] = 255
    batch = next(epoch_batches(given, 6, 0, 0, "weights", "film"))
    assert {tuple(np.argwhere(mask)[0]) for mask in batch.truth} == {(2, 1), (2, 6)}
    for picture, mask in zip(batch.pictures, batch.truth, strict=True):
        assert np.unravel_index(picture.argmax(), picture.shape) == tuple(np.argwhere(mask)[0])


def test_classes_weigh_the_same_by_weights_or_by_sampling():
    labels = np.array([0] * 8 + [1] * 2 + [2] * 2)
    weights = class_weights(labels)
    np.testing.assert_allclose(weights * np.bincount(labels), 4)
    given = drawn(labels.tolist())
    batches = list(epoch_batches(given, 12, 0, 0, "sampling", None))
    np.testing.assert_array_equal(np.bincount(np.concatenate([batch.truth for batch in batches])), [4, 4, 4])
    assert all((batch.weights == 1).all() for batch in batches)


# Settings


@pytest.mark.parametrize(
    ("assignment", "told"),
    [
        ("network.backbone=vgg16", "efficientnet_lite0"),
        ("network.weights=here", "imagenet, none"),
        ("network.depth=3", "known here"),
        ("data.picture=film", "U-Net"),
        ("fit.epochs=0", "from 1"),
        ("data.fold=5", "from 0 to 4"),
        ("data.side_px=16", "from 32"),
    ],
)
def test_settings_that_cannot_be_trained_with_are_wrong_use(assignment, told, capsys):
    assert main(["train", "tiny", "--set", "network.dropout=0.1", "--set", assignment]) == 2
    assert told in capsys.readouterr().err


def test_the_network_tells_an_experiment_from_a_release(runs, capsys):
    assert is_experiment(["data.fold=1", "network.backbone=unet"])
    assert not is_experiment(["train.film.n_components=64", "preprocess.clahe=true"])
    assert main(["train", "tiny", "--activate", "--set", "network.backbone=unet"]) == 2
    assert main(["train", "no-such-run", "--resume"]) == 2
    assert "cannot be activated" in capsys.readouterr().err


def test_settings_come_back_from_the_disk_as_they_were():
    settings = experiment_settings(["network.backbone=unet", "data.augment=false", "fit.learning_rate=0.0003"])
    assert ExperimentSettings.from_dict(settings.to_dict()) == settings
    with pytest.raises(ValueError, match="no settings of an experiment"):
        ExperimentSettings.from_dict({"network": {"backbone": "unet"}})


def test_a_page_starts_what_a_person_would_type(runs, monkeypatch):
    settings = experiment_settings(["network.backbone=mobilenet", "network.weights=none", "data.augment=false"])
    started = []

    class Process:
        def __init__(self, command, **options):
            started.append((command, options))
            assert running_now() == "typed"

        def wait(self):
            return 0

    monkeypatch.setattr(launch.subprocess, "Popen", Process)
    launch.start_run(ExperimentFolder.named("typed"), settings)
    (command, options), words = started[0], started[0][0][4:]
    assert command[1:4] == ["-m", "mammo_core", "train"]
    assert words[0] == "typed"
    assert experiment_settings(words[2::2]) == settings
    assert options["start_new_session"]
    assert running_now() is None


# Runs


def test_a_killed_run_goes_on_and_comes_out_the_same(runs, in_one_go, settings):
    command = [sys.executable, "-m", "mammo_core", "train", "killed"]
    command += [word for assignment in TINY for word in ("--set", assignment)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        for line in process.stderr:
            if line.startswith("epoch 2"):
                os.kill(process.pid, signal.SIGKILL)
                break
    killed = ExperimentFolder.named("killed")
    assert running_now() is None
    assert killed.state() == "interrupted"
    assert 2 <= len(killed.history()) < settings.fit.epochs
    before = killed.history()
    assert train_experiment(killed, killed.settings()) == "finished"
    assert killed.history()[: len(before)] == before
    assert same_metrics(killed, in_one_go)
    values = [[one["value"] for one in run.read("result")["figures"].values()] for run in (killed, in_one_go)]
    np.testing.assert_allclose(*values, atol=TOLERANCE)


def test_a_run_that_is_stopped_amid_an_epoch_does_that_epoch_again(runs, in_one_go, settings):
    folder = ExperimentFolder.named("stopped")

    def stop(epoch, step, steps, metrics):
        assert folder.read("live")["doing"] in ("building the network", "learning")
        if (epoch, step) == (2, 1):
            folder.ask_to_stop()

    assert train_experiment(folder, settings, on_step=stop) == "stopped"
    assert folder.state() == "stopped"
    assert len(folder.history()) == 1
    assert train_experiment(folder, settings) == "finished"
    assert same_metrics(folder, in_one_go)


def test_training_metrics_are_those_of_the_whole_epoch(runs, in_one_go, settings):
    steps = []
    folder = ExperimentFolder.named("whole-epoch")
    once = replace(settings, fit=replace(settings.fit, epochs=1))
    train_experiment(folder, once, on_step=lambda *told: steps.append(told))
    assert [step for _, step, *_ in steps] == list(range(1, steps[0][2] + 1))
    n_seen = len(steps) * settings.fit.batch_size
    assert (steps[-1][3]["accuracy"] * n_seen) == pytest.approx(round(steps[-1][3]["accuracy"] * n_seen), abs=1e-3)
    assert folder.history()[0]["accuracy"] == steps[-1][3]["accuracy"]


def test_a_finished_run_has_figures_a_network_and_logs(runs, in_one_go):
    result = in_one_go.read("result")
    assert result["n_women"] == 3
    assert "women kept apart" in figures_text(result)
    assert (in_one_go.path / "best.keras").is_file()
    assert list(in_one_go.path.glob("state-*.npz")) == []
    logs = EventAccumulator(str(in_one_go.path / "tensorboard" / "validation")).Reload()
    assert set(logs.Tags()["tensors"]) == {"epoch_loss", "epoch_accuracy", "epoch_auc"}
    assert [event.step for event in logs.Tensors("epoch_auc")] == [1, 2, 3, 4]
    assert in_one_go.name in [run.name for run in all_runs()]


def test_a_run_ends_when_nothing_gets_better(runs, in_one_go, settings, monkeypatch):
    values = iter([0.5, 0.7, 0.6, 0.7])
    monkeypatch.setattr("mammo_core.training.run.validation_metrics", lambda *_: {"val_auc": next(values)})
    folder = ExperimentFolder.named("early")
    patient = replace(settings, fit=replace(settings.fit, epochs=50, patience=2, tensorboard=False))
    assert train_experiment(folder, patient) == "finished"
    assert len(folder.history()) == 4
    assert folder.read("end") == {"state": "finished", "best_epoch": 2, "early": True}


def test_a_finished_run_and_one_of_other_settings_are_not_gone_on_with(runs, in_one_go, settings):
    with pytest.raises(TrainingError, match="finished"):
        train_experiment(in_one_go, settings)
    with pytest.raises(TrainingError, match=r"fit\.seed"):
        train_experiment(in_one_go, replace(settings, fit=replace(settings.fit, seed=5)))


def test_one_heavy_run_at_a_time_and_a_dead_one_frees_the_place(runs, settings, monkeypatch):
    monkeypatch.setattr(run_folder, "_LOCK_TRIES", 1)
    code = (
        "import sys, threading\n"
        "from mammo_core.training.run_folder import only_run\n"
        "with only_run('other'):\n"
        "    print('held', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        assert running_now() == "other"
        with pytest.raises(TrainingError, match="other is going on"):
            train_experiment(ExperimentFolder.named("second"), settings)
        other.kill()
    assert running_now() is None
    with only_run("next"):
        assert running_now() == "next"


def test_a_refused_start_leaves_the_running_runs_stop_alone(runs, settings, monkeypatch):
    monkeypatch.setattr(run_folder, "_LOCK_TRIES", 1)
    folder = ExperimentFolder.named("asked")
    folder.write("settings", settings.to_dict())
    with only_run("asked"):
        folder.ask_to_stop()
        for begin in (launch.resume_run, lambda folder: train_experiment(folder, settings)):
            with pytest.raises(TrainingError, match="asked is going on"):
                begin(folder)
            assert folder.asked_to_stop


def test_a_failure_is_kept_in_words(runs, settings, monkeypatch, tmp_path):
    monkeypatch.setenv("MAMMO_MIAS_DIR", str(tmp_path))
    folder = ExperimentFolder.named("no-mias")
    assert main(["train", "no-mias", "--set", "network.backbone=efficientnet_lite0"]) == 1
    assert folder.state() == "failed"
    assert "import-mias" in folder.read("end")["error"]


# Figures


def test_validation_and_figures_know_a_perfect_and_a_useless_answer():
    given = drawn([0, 1, 2] * 20)
    perfect = 20.0 * np.eye(3)[given.labels]
    assert validation_metrics(given, perfect)["val_auc"] == 1
    assert validation_metrics(given, perfect)["val_accuracy"] == 1
    useless = validation_metrics(given, np.zeros((60, 3)))
    assert useless["val_loss"] == pytest.approx(np.log(3))
    assert useless["val_auc"] == 0.5
    found = figures(scores_of(given, perfect + np.random.default_rng(1).normal(0, 9, (60, 3))))
    assert found["n_pictures"], found["n_women"] == (60, 30)
    for one in found["figures"].values():
        assert one["low"] < one["value"] < one["high"]


def test_dice_is_that_of_the_circle_and_the_outline():
    masks = np.zeros((2, 4, 4), bool)
    masks[0, :2] = True
    given = drawn([1, 0], 4, masks)
    logits = np.full((2, 4, 4), -1.0)
    logits[0, 1:3] = 1.0
    np.testing.assert_allclose(dice(given, logits), [0.5])
    found = validation_metrics(given, logits)
    assert found["val_dice"] == 0.5
    assert found["val_auc"] == 1
    assert scores_of(given, logits)["dice"] == [0.5, None]


def test_the_first_of_equal_epochs_is_the_best():
    assert best_epoch([{"val_auc": value} for value in (0.5, 0.8, 0.8, 0.7)], "val_auc") == 1


# Searches


def test_a_search_is_kept_and_goes_on_with_a_trial_that_was_cut_off(runs, settings, monkeypatch):
    tried = []

    def quick(folder, chosen, on_epoch, test):
        """Stand in for learning: a better figure for a higher rate."""
        assert not test
        tried.append(chosen.fit.learning_rate)
        if len(tried) == 3:
            raise KeyboardInterrupt
        rows = [{"epoch": n, "seconds": 1.0, "val_auc": chosen.fit.learning_rate * n} for n in (1, 2)]
        folder.write("settings", chosen.to_dict())
        folder.keep_epochs(rows, best=2)
        for row in rows:
            on_epoch(row)

    monkeypatch.setattr(search, "learn", quick)
    stated = ["network.trainable_blocks", "data.balance"]
    with pytest.raises(KeyboardInterrupt):
        search.search("rates", settings, stated, 4)
    assert [study.name for study in search.all_studies()] == ["rates"]
    rows = search.search("rates", settings, stated, 4)
    assert tried[3] == tried[2]
    assert [row["state"] for row in rows] == ["done"] * 4
    assert all(row["value"] == pytest.approx(2 * row["settings"]["fit.learning_rate"]) for row in rows)
    assert set(rows[0]["settings"]) == {"fit.learning_rate", "fit.batch_size", "network.dropout"}
    assert len(search.search("rates", settings, stated, 4)) == 4
    assert len(tried) == 5
    with pytest.raises(TrainingError, match="other settings"):
        search.search("rates", replace(settings, fit=replace(settings.fit, seed=9)), stated, 4)


def test_a_trial_that_falls_behind_is_broken_off(runs, settings, monkeypatch):
    def flat(folder, chosen, on_epoch, test):
        number = int(folder.name[-3:])
        rows = []
        folder.write("settings", chosen.to_dict())
        for n in range(1, 9):
            rows.append({"epoch": n, "seconds": 1.0, "val_auc": 0.9 - 0.1 * number})
            folder.keep_epochs(rows, best=1)
            try:
                on_epoch(rows[-1])
            except RunStopped:
                return

    monkeypatch.setattr(search, "learn", flat)
    rows = search.search("behind", settings, [], 6)
    assert [row["state"] for row in rows[4:]] == ["broken off", "broken off"]
    assert [row["epochs"] for row in rows] == [8, 8, 8, 8, 4, 4]


# The committed table


def test_the_families_documents_follow_from_the_kept_scores(tmp_path, monkeypatch):
    for end in ("json", "csv", "md"):
        shutil.copy(families.OUT.with_suffix(f".{end}"), tmp_path)
    monkeypatch.setattr(families, "ROOT", tmp_path)
    monkeypatch.setattr(families, "OUT", tmp_path / "families")
    monkeypatch.setenv("MAMMO_RUNS_DIR", str(tmp_path / "runs"))
    monkeypatch.setattr(sys, "argv", ["families"])
    before = {path.name: path.read_bytes() for path in tmp_path.glob("families.*")}
    assert families.main() == 0
    assert {path.name: path.read_bytes() for path in tmp_path.glob("families.*")} == before


@pytest.mark.long
@pytest.mark.parametrize("backbone", ["efficientnet_lite1", "inception_v3", "mobilenet", "mobilenet_v2", "resnet50",
                                      "resnet101", "unet"])  # fmt: skip
def test_every_family_learns_from_real_regions(backbone, runs, mias_dir, monkeypatch):
    monkeypatch.setenv("MAMMO_MIAS_DIR", str(mias_dir))
    stated = [f"network.backbone={backbone}", "fit.epochs=2"]
    stated += [] if backbone == "efficientnet_lite1" else ["network.weights=none"]
    folder = ExperimentFolder.named(f"long-{backbone.replace('_', '-')}")
    assert learn(folder, experiment_settings(stated)) == "finished"
    assert folder.read("result")["n_women"] > 25
