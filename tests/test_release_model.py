"""One command makes what hangs on a model; it passes over what is there, goes on, and refuses half a release."""

import json
import shutil

import pytest

from mammo_core.config import ROOT
from mammo_core.errors import BundleError
from mammo_core.evaluate.release_check import document_problems, folder_problems
from mammo_core.network.active import active_folder
from mammo_core.network.bundle import write_info
from scripts.release_model import BEFORE, Step, documents, named_active, release, whole


@pytest.fixture
def copy(tmp_path):
    """A copy of the active model in a models folder of its own, whose ACTIVE names another."""
    models = tmp_path / "models"
    shutil.copytree(active_folder(), models / active_folder().name)
    (models / "ACTIVE").write_text("before\n")
    return models / active_folder().name


def change_json(path, **changes):
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def sign_again(folder):
    """Make the checksums right, so that only what the files say is wrong."""
    info = json.loads((folder / "bundle.json").read_text())
    write_info(folder, {key: value for key, value in info.items() if key not in ("sha256", "digest")})


def test_the_active_model_is_released_whole(monkeypatch):
    metrics = json.loads((active_folder() / "metrics.json").read_text())
    derived = {name: part for name, part in metrics.items() if name != "derived_from"}  # test_derive derives it again
    monkeypatch.setattr("mammo_core.evaluate.release_check.derive_metrics", lambda *files: derived)
    assert whole(active_folder()) == []


def test_a_missing_file_is_named(copy):
    (copy / "history.csv").unlink()
    assert any("history.csv is missing" in problem for problem in folder_problems(copy))


def test_figures_that_do_not_derive_from_the_scores_are_found(copy, monkeypatch):
    metrics = json.loads((copy / "metrics.json").read_text())
    derived = {name: part for name, part in json.loads(json.dumps(metrics)).items() if name != "derived_from"}
    monkeypatch.setattr("mammo_core.evaluate.release_check.derive_metrics", lambda *files: derived)
    metrics["units"]["film"]["figures"]["auc_malignant_vs_rest"]["value"] = 0.99
    (copy / "metrics.json").write_text(json.dumps(metrics))
    sign_again(copy)
    assert any("other figures" in problem for problem in folder_problems(copy))


def test_scores_that_were_exchanged_afterwards_are_found(copy):
    change_json(copy / "metrics.json", derived_from={})
    sign_again(copy)
    assert any("other scores" in problem for problem in folder_problems(copy))


def test_a_card_of_another_model_is_found(copy):
    (copy / "MODEL_CARD.md").write_text("# Model card: another\n\nnot a medical device\n")
    sign_again(copy)
    assert any("MODEL_CARD.md" in problem for problem in folder_problems(copy))


def test_documents_must_be_there_and_of_the_same_model(tmp_path):
    (tmp_path / "one.json").write_text('{"model_id": "lite0-7"}')
    (tmp_path / "one.md").write_text("Measured as ever. Model `lite0-7`. With `lite0-8` it was less.")
    (tmp_path / "one.csv").write_text("film_id\n")
    (tmp_path / "broken.json").write_text("{")
    assert document_problems("lite0-7", "one.json", "one.md", "one.csv", root=tmp_path) == []
    for name in ("one.json", "one.md", "broken.json", "none.json", "none.csv"):
        assert len(document_problems("lite0-8", name, root=tmp_path)) == 1


@pytest.mark.parametrize("name", ["scorecard.md", "scorecard_sanity.csv", "leakage_cases.csv", "applicability.md"])
def test_each_document_of_a_release_is_missed(name, tmp_path):
    shutil.copytree(ROOT / "docs", tmp_path / "docs", ignore=shutil.ignore_patterns("screenshots"))
    steps = documents(active_folder().name, tmp_path)[:-1]
    assert [problem for step in steps for problem in step.problems()] == []
    (tmp_path / "docs" / name).unlink()
    assert [problem for step in steps for problem in step.problems()] == [f"docs/{name} is missing"]


@pytest.fixture
def sound(monkeypatch):
    """Let every folder pass for a sound one."""
    monkeypatch.setattr("scripts.release_model.folder_problems", lambda folder: [])


def drawn_steps(done):
    """Return two steps, done when their names are in `done`."""
    return [Step(name, (name,), lambda name=name: [] if name in done else ["missing"]) for name in ("first", "second")]


@pytest.mark.usefixtures("sound")
def test_a_release_that_was_killed_is_half_a_release_and_still_knows_the_model_before_it(copy):
    (copy.parent / "ACTIVE").replace(copy.parent / BEFORE)  # what a killed release leaves behind
    (copy.parent / "ACTIVE").write_text(f"{copy.name}\n")
    assert "was killed" in whole(copy)[0]
    with pytest.raises(BundleError, match="first"):
        release(copy.name, drawn_steps(set()), lambda command: 1, copy.parent)
    assert (copy.parent / "ACTIVE").read_text() == "before\n"
    assert not (copy.parent / BEFORE).exists()


@pytest.mark.usefixtures("sound")
def test_only_what_is_missing_is_made_and_then_the_model_is_active(copy):
    done, ran = {"first"}, []

    def run(command):
        ran.append(command)
        done.add(command[0])
        return 0

    assert release(copy.name, drawn_steps(done), run, copy.parent) == []
    assert ran == [("second",)]
    assert (copy.parent / "ACTIVE").read_text() == f"{copy.name}\n"


@pytest.mark.usefixtures("sound")
@pytest.mark.parametrize("code", [0, 1])
def test_a_step_that_fails_or_does_nothing_leaves_the_model_before_it_active(copy, code):
    with pytest.raises(BundleError, match="first"):
        release(copy.name, drawn_steps(set()), lambda command: code, copy.parent)
    assert (copy.parent / "ACTIVE").read_text() == "before\n"


def test_a_half_made_folder_is_refused_before_anything_is_measured(copy):
    (copy / "model.onnx").unlink()
    problems = release(copy.name, drawn_steps(set()), lambda command: pytest.fail("ran"), copy.parent)
    assert "model.onnx" in problems[0]
    assert (copy.parent / "ACTIVE").read_text() == "before\n"


def test_training_that_fails_ends_there(copy):
    ran = []
    problems = release("lite0-new", [], lambda command: ran.append(command) or 1, copy.parent)
    assert ran == [("mammo_core", "train", "lite0-new")]
    assert "goes on where it was" in problems[0]


def test_without_a_model_before_it_nothing_is_active_after_a_failure(tmp_path):
    with pytest.raises(RuntimeError), named_active("new", tmp_path):
        raise RuntimeError
    assert not (tmp_path / "ACTIVE").exists()


def test_every_document_has_a_command_that_exists():
    for step in documents("any"):
        module = step.command[0].replace(".", "/")
        assert any((active_folder().parents[1] / f"{module}{end}").exists() for end in (".py", "/__main__.py"))
