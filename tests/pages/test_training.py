"""The Training page: what it says of runs, how it starts and goes on with one, and that it computes nothing itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from streamlit.testing.v1 import AppTest

from mammo_core.config import ROOT
from mammo_core.training import launch
from mammo_core.training.run_folder import LOG_FILE, ExperimentFolder, only_run
from mammo_core.training.settings import experiment_settings
from mammo_core.ui.words import training as words

PAGE = str(ROOT / "pages" / "training.py")


@pytest.fixture(autouse=True)
def runs(monkeypatch, tmp_path):
    """A runs folder of this test's own, and no MIAS."""
    monkeypatch.setenv("MAMMO_RUNS_DIR", str(tmp_path / "runs"))
    monkeypatch.setenv("MAMMO_MIAS_DIR", str(tmp_path / "nothing"))
    return tmp_path / "runs"


@pytest.fixture
def page() -> AppTest:
    return AppTest.from_file(PAGE, default_timeout=60)


@pytest.fixture
def started(monkeypatch) -> list[list[str]]:
    """Catch the processes that the page would start."""
    commands = []

    class Process:
        def __init__(self, command, **options):
            commands.append(command)

        def wait(self):
            return 0

    monkeypatch.setattr(launch.subprocess, "Popen", Process)
    return commands


def run(page: AppTest) -> AppTest:
    page.run()
    assert not page.exception
    return page


def shown(page: AppTest) -> str:
    kinds = (page.markdown, page.caption, page.error, page.info, page.subheader, page.header)
    return "\n".join(f"{element.value} {element.proto}" for kind in kinds for element in kind)


def drawn_run(name="done", end="finished", epochs=3, **settings):
    """Write a run as a process would leave it."""
    folder = ExperimentFolder.named(name)
    folder.write("settings", experiment_settings(["network.backbone=efficientnet_lite1"]).to_dict() | settings)
    folder.write("begun", {"at": 1.0})
    metrics = ("loss", "accuracy", "auc", "val_loss", "val_accuracy", "val_auc")
    rows = [{"epoch": n, "seconds": 2.0} | dict.fromkeys(metrics, 0.5 + n / 10) for n in range(1, epochs + 1)]
    if rows:
        folder.keep_epochs(rows, best=epochs)
    if end == "finished":
        one = {"value": 0.7, "low": 0.6, "high": 0.8, "reason": None}
        folder.write("result", {"n_women": 32, "n_pictures": 108, "figures": {"auc_macro": one}})
    if end:
        folder.write("end", {"state": end})
    return folder


def test_opens_without_a_run_and_offers_phantoms_where_mias_is_absent(page):
    run(page)
    assert words.NO_RUNS in shown(page)
    assert page.button_group(key="training_source").value == "phantoms"
    assert not page.button(key="training_go").disabled
    page.button_group(key="training_source").set_value("mias").run()
    assert page.button(key="training_go").disabled
    assert words.NO_MIAS in shown(page)


def test_opening_the_page_loads_neither_tensorflow_nor_optuna():
    code = (
        "import sys\nfrom streamlit.testing.v1 import AppTest\n"
        f"page = AppTest.from_file({PAGE!r}, default_timeout=60).run()\n"
        "assert not page.exception\n"
        "print(sorted({'tensorflow', 'keras', 'optuna', 'sqlalchemy', 'tensorboard'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_starts_what_the_form_says_in_a_process_of_its_own(page, started):
    run(page)
    page.text_input(key="training_name_0").set_value("mine")
    page.selectbox(key="training_network").set_value("mobilenet_v2").run()
    page.button_group(key="training_learns").set_value(words.SCRATCH).run()
    page.selectbox(key="training_balance").set_value("sampling")
    page.number_input(key="training_epochs").set_value(3)
    page.button(key="training_go").click().run()
    assert not page.exception
    # The process that was caught wrote nothing: that is all that the page may complain of.
    assert [error.proto.title for error in page.error] == [words.NOT_BEGUN.format(name="mine")]
    stated = started[0][5:]
    settings = experiment_settings(stated[1::2])
    assert started[0][4] == "mine"
    assert (settings.network.backbone, settings.network.weights) == ("mobilenet_v2", "none")
    assert (settings.data.source, settings.data.balance, settings.fit.epochs) == ("phantoms", "sampling", 3)


def test_fine_tuning_frees_blocks_at_a_lower_rate(page, started):
    run(page)
    page.button_group(key="training_learns").set_value(words.BLOCKS).run()
    page.number_input(key="training_blocks").set_value(2)
    page.button(key="training_go").click().run()
    settings = experiment_settings(started[0][6::2])
    assert settings.network.trainable_blocks == 2
    assert settings.fit.learning_rate == 1e-4


def test_the_unet_takes_whole_films_and_no_sampling(page, started):
    run(page)
    page.selectbox(key="training_network").set_value("unet").run()
    assert words.UNET_NOTE in shown(page)
    assert page.selectbox(key="training_balance").options == [words.BALANCES["weights"], words.BALANCES["none"]]
    page.button(key="training_go").click().run()
    assert experiment_settings(started[0][6::2]).picture == "film"


def test_a_bad_or_taken_name_is_refused_in_words(page, started):
    drawn_run("taken")
    run(page)
    for name, told in (("../out", "2 to 64"), ("taken", "already")):
        page.text_input(key="training_name_0").set_value(name)
        page.button(key="training_go").click().run()
        assert told in shown(page)
    assert started == []


def test_a_second_run_cannot_be_started_while_one_is_going_on(page):
    folder = drawn_run("going", end=None)
    folder.write(
        "live", {"doing": "learning", "epoch": 4, "step": 5, "steps": 9, "metrics": {"loss": 0.25, "auc": 0.9}}
    )
    with only_run("going"):
        run(page)
        assert page.button(key="training_go").disabled
        assert words.BUSY in shown(page)
        assert [metric.value for metric in page.metric[:2]] == ["0.250", "0.900"]
        assert page.get("progress")[0].proto.text == "Epoch 4 of 30, step 5 of 9"
        page.button(key="training_stop").click().run()
        assert folder.asked_to_stop
        assert page.button(key="training_stop").disabled


def test_a_search_that_is_going_on_is_named(page):
    with only_run("search rates"):
        run(page)
        assert "rates" in shown(page)
        assert page.button(key="training_go").disabled


@pytest.mark.parametrize("end", [None, "stopped", "failed"])
def test_a_run_that_did_not_finish_can_go_on(page, started, end):
    folder = drawn_run("half", end)
    if end == "failed":
        folder.write("end", {"state": "failed", "error": "MIAS was not found"})
    run(page)
    assert page.dataframe[0].value.iloc[0]["State"] == words.STATES[end or "interrupted"]
    assert ("MIAS was not found" in shown(page)) == (end == "failed")
    page.button(key="training_resume_half").click().run()
    assert started[0][4:] == ["half", "--resume"]


def test_runs_are_listed_with_their_figures_and_held_against_each_other(page):
    drawn_run("first")
    drawn_run("second", epochs=5)
    run(page)
    rows = page.dataframe[0].value
    assert set(rows["Run"]) == {"first", "second"}
    assert set(rows["Women kept apart"]) == {"0.70 [0.60, 0.80], n = 32"}
    assert set(page.multiselect(key="training_compare").value) == {"first", "second"}
    page.multiselect(key="training_compare").set_value(["second"]).run()
    assert not page.exception
    assert not [button for button in page.button if "resume" in str(button.key)]


def test_runs_of_another_kind_are_not_held_against_the_newest_at_first(page):
    drawn_run("classes")
    outlines = drawn_run("outlines", **experiment_settings(["network.backbone=unet"]).to_dict())
    outlines.write("begun", {"at": 0.5})
    outlines.keep_epochs([row | {"val_dice": 0.2} for row in outlines.history()], best=1)
    assert run(page).multiselect(key="training_compare").value == ["classes"]


def test_why_a_run_never_began_is_shown(page):
    folder = ExperimentFolder.named("never")
    folder.path.mkdir(parents=True)
    (folder.path / LOG_FILE).write_text("mammo_core: something is wrong\n")
    page.session_state["training_started"] = "never"
    assert "something is wrong" in shown(run(page))


def test_a_folder_that_is_no_run_is_passed_over(page):
    folder = drawn_run("broken")
    (folder.path / "settings.json").write_text("{}")
    drawn_run("sound")
    run(page)
    assert list(page.dataframe[0].value["Run"]) == ["sound"]


def test_a_search_is_shown_best_first(page, runs):
    rows = [
        {"number": n, "state": "done", "value": value, "epochs": 5, "seconds": 9.0, "settings": {"fit.batch_size": 16}}
        for n, value in enumerate((0.6, 0.8, 0.7))
    ]
    study = ExperimentFolder(runs / "studies" / "rates")
    study.write("trials", {"rows": rows, "monitor": "val_auc"})
    run(page)
    shown_rows = page.dataframe[0].value
    assert list(shown_rows["Trial"]) == [1, 2, 0]
    assert list(shown_rows["Validation"]) == ["0.800", "0.700", "0.600"]
    assert list(shown_rows[words.BATCH]) == [16, 16, 16]


def test_the_committed_table_of_the_families_is_shown(page):
    assert os.path.isfile(ROOT / "docs" / "families.json")
    assert "EfficientNet-Lite2" in shown(run(page))
    assert json.loads((ROOT / "docs" / "families.json").read_text())["runs"]
