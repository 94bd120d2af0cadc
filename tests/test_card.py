"""The card and the tables say what was derived, with interval and n, and nothing that was not measured."""

import json

import pytest

from mammo_core.cli.main import main
from mammo_core.evaluate import tables, terminal
from mammo_core.evaluate.card import card_text, wrapped
from mammo_core.evaluate.derive import derive_metrics
from mammo_core.evaluate.predictions import load_predictions
from mammo_core.evaluate.score_files import ScoreFiles
from mammo_core.mias.index import load_annotations
from mammo_core.network.active import active_folder
from tests.synthetic_model import draw_files


@pytest.fixture(scope="module")
def metrics() -> dict:
    return derive_metrics(draw_files(30, 2), load_annotations())


@pytest.fixture(scope="module")
def info() -> dict:
    return json.loads((active_folder() / "bundle.json").read_text(encoding="utf-8"))


def test_a_cell_shows_interval_and_n_or_the_reason():
    figure = {"value": 0.744, "ci95": [0.68, 0.791], "n": 322, "unit": "film"}
    assert tables.cell(figure, 322) == "0.74 (0.68 to 0.79)"
    assert tables.cell(figure, 161) == "0.74 (0.68 to 0.79), n = 322"
    assert tables.cell(figure | {"ci95": None}, 322, 3) == "0.744"
    assert tables.cell(figure | {"value": None, "reason": "no malignant cases"}) == "none: no malignant cases"
    assert tables.cell(figure | {"value": None, "n": 0, "reason": "no cases"}) == "–"
    assert tables.cell(None) == ""


def test_the_results_stand_side_by_side_with_the_commonest_class(metrics):
    text = tables.results_table(metrics)
    assert text.splitlines()[0] == "| figure (95 % interval) | 60 films | 60 breasts | 30 women |"
    accuracy = next(line for line in text.splitlines() if line.startswith("| Accuracy of always"))
    for unit in ("film", "breast", "woman"):
        assert (
            tables.cell(metrics["units"][unit]["figures"]["majority_class_accuracy"], metrics["units"][unit]["n"])
            in accuracy
        )


def test_the_card_has_every_part_and_no_line_too_long(metrics, info):
    info = info | {"chosen": {"film": {"n_components": 240, "whiten": True}}, "minutes": 61.7}
    demo = [{"file": "R_CC.dcm", "inside": False, "reasons": ["the view is CC"]}]
    card = card_text("lite0-1", metrics, info | {"applicability": info["applicability"] | {"demo_exams": demo}})
    headings = [line for line in card.splitlines() if line.startswith("#")]
    assert headings == [
        *("# Model card: lite0-1", "## In short", "## What it is", "## Data", "## How it was measured"),
        *("## Results: films, breasts and women", "## Decisions", "## Operating points", "## In use"),
        *("## Accuracy against the share of films decided", "## Results: regions of 19 mm", "## Finding the place"),
        *("## Chance", "## Subgroups, whole films", "## Which films it may speak about", "## Limits", "## Licences"),
        "## How to repeat it",
    ]
    assert all(len(line) <= 120 for line in card.splitlines() if not line.startswith("|"))
    assert "not a medical device" in card
    assert "Interim" not in card
    for words in (
        "film head: `n_components` 240, `whiten` true",
        "It took 62 minutes",
        "| R_CC.dcm | outside | the view is CC |",
    ):
        assert words in card
    assert tables.chance_text(metrics)[:40] in card
    strongest = metrics["localisation"]["abnormal"]["pointing"]["strongest_mark"]
    assert f"| strongest mark | {tables.cell(strongest, strongest['n'])} |" in card


def test_a_card_leaves_out_what_was_not_measured(info):
    files = draw_files(30, 1)
    films = files.predictions.query("unit == 'film'")
    info = {key: value for key, value in info.items() if key not in ("minutes", "chosen")}
    card = card_text("lite0-interim-9", derive_metrics(ScoreFiles(films)), info)
    assert "**Interim. A research prototype" in card
    assert "one partition of the women only" in card
    for absent in ("## Operating points", "## Results: regions", "## Finding", "## Chance", "## Subgroups", "It took"):
        assert absent not in card


def test_prose_is_broken_and_tables_are_not():
    text = wrapped("- " + "word " * 40 + "\n| " + "cell " * 40 + "|")
    assert text.splitlines()[1].startswith("  word")
    assert len(text.splitlines()[-1]) > 120


def test_permuted_labels_that_stay_away_from_one_half_are_said_to():
    def told(mean):
        return {"mean": mean, "n": 20, "model": 0.8, "least": mean, "most": mean, "p_value": 0.05}

    chance = {"region_hard_normal": {"auc_normal_vs_abnormal_foldwise": told(0.77)}, "film": {"kappa_label": told(0.0)}}
    text = tables.biased_text({"permutations": chance})
    assert text.endswith("region, hard normals, normal against abnormal, fold by fold: 0.77.")
    chance["region_hard_normal"]["auc_normal_vs_abnormal_foldwise"] = told(0.52)
    assert tables.biased_text({"permutations": chance}) == ""


def test_nothing_that_rounds_to_zero_is_below_it():
    assert tables.number(-0.0004) == "0.00"
    assert tables.number(-0.1) == "-0.10"


def test_the_terminal_shows_every_part_of_a_model(metrics):
    text = terminal.evaluation_text(metrics | {"model_id": "lite0-1"})
    for heading in (
        *("lite0-1: films", "# Regions", "# Operating points", "# By prevalence", "# Calibration", "# Worth acting on"),
        *("# Finding the place", "# Labels permuted"),
    ):
        assert heading in text
    assert "chance" in tables.chance_text(metrics)
    assert tables.chance_text(metrics) in text


def test_a_model_can_be_compared_at_the_terminal(tmp_path, capsys):
    films = load_predictions(active_folder()).query("unit == 'film' and repeat == 0")
    other = films.assign(p_normal=films["p_malignant"], p_malignant=films["p_normal"])
    other.to_csv(tmp_path / "predictions.csv", index=False)
    assert main(["evaluate", "--against", str(tmp_path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    entry = found["units"]["film"]["auc_normal_vs_abnormal"]
    assert entry["difference"]["ci95"][0] > 0
    assert entry["difference"]["value"] == pytest.approx(entry["first"] - entry["second"], abs=2e-6)
    text = terminal.comparison_text(found)
    assert text.startswith(f"# {active_folder().name} less {tmp_path.name}, mean over 1 partition")
    assert tables.cell(entry["difference"], digits=3) in text


def test_other_films_cannot_be_compared_at_the_terminal(tmp_path, capsys):
    films = load_predictions(active_folder()).query("unit == 'film' and repeat == 0 and woman_id < 100")
    films.to_csv(tmp_path / "predictions.csv", index=False)
    assert main(["evaluate", "--against", str(tmp_path)]) != 0
    assert "on the same cases only" in capsys.readouterr().err
