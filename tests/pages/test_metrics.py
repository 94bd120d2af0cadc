"""The metrics page: empty, with a model, with a broken one; and that its controls move what they should."""

import json
import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mammo_core.evaluate.derive import write_metrics
from mammo_core.evaluate.prevalence import SCREENING as SCREENING_SHARE
from mammo_core.mias.films import ARCHIVE_NAME, open_films
from mammo_core.mias.phantom import draw_phantom
from mammo_core.network import active
from mammo_core.network.active import active_folder
from mammo_core.ui import dataset_films, metrics_compare, metrics_data
from mammo_core.ui.words import metrics as metrics_words
from tests.mias_sources import pack_tar
from tests.synthetic_model import write_model

PAGE = Path(__file__).parents[2] / "pages" / "metrics.py"
SCREENING = 0.3


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> Path:
    """Folder of models with one synthetic model that is active."""
    folder = tmp_path_factory.mktemp("models")
    write_metrics(write_model(folder / "synthetic"))
    (folder / "synthetic" / "bundle.json").write_text(
        json.dumps({"operating_points": {"film": {"screening": SCREENING}}})
    )
    (folder / "ACTIVE").write_text("synthetic\n")
    return folder


@pytest.fixture
def page(models, monkeypatch) -> AppTest:
    monkeypatch.setattr(active, "MODELS_DIR", models)
    return AppTest.from_file(str(PAGE), default_timeout=60)


def values(page: AppTest) -> dict[str, str]:
    """Return the tiles: {label: value}."""
    return {tile.label: tile.value for tile in page.metric}


def open_section(page: AppTest, name: str) -> AppTest:
    """Open one of the tabs; only the open one is computed."""
    page.session_state["metrics_section"] = name
    return page.run()


def text(page: AppTest) -> str:
    return "\n".join(element.value for element in [*page.markdown, *page.caption, *page.info, *page.error])


def test_opens_without_a_model_and_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(active, "MODELS_DIR", tmp_path)
    page = AppTest.from_file(str(PAGE), default_timeout=60).run()
    assert not page.exception
    assert "mammo_core train" in page.info[0].value
    assert not page.metric


def test_opens_with_a_model_and_shows_its_figures_with_intervals_and_n(page, models):
    page.run()
    assert not page.exception
    film = json.loads((models / "synthetic" / "metrics.json").read_text())["units"]["film"]
    assert values(page)["Decided"] == f"{100 * film['figures']['coverage']['value']:.0f} %"
    assert values(page)["Right when decided"] == f"{100 * film['figures']['accuracy_decided']['value']:.0f} %"
    tile = page.metric[0]
    assert tile.delta.startswith("95 %:")
    shown = text(page)
    assert "80 films of 40 women" in shown
    assert "out of fold" in shown.lower()
    assert "0.80 to 0.96" in shown
    assert "always saying “normal”" in shown


def test_misses_stand_beside_what_they_cost(page, models):
    page.run()
    unit = json.loads((models / "synthetic" / "metrics.json").read_text())["units"]["film"]
    matrix = dict(zip(unit["confusion"]["rows"], unit["confusion"]["decision"]["counts"], strict=True))
    columns = unit["confusion"]["decision"]["columns"]
    safe = [column in ("normal", "benign") for column in columns]
    missed = sum(n for n, is_safe in zip(matrix["malignant"], safe, strict=True) if is_safe)
    flagged = [sum(n for n, is_safe in zip(matrix[k], safe, strict=True) if not is_safe) for k in ("normal", "benign")]
    others = sum(matrix["normal"]) + sum(matrix["benign"])
    assert values(page)["Cancers called normal or benign"] == f"{100 * missed / sum(matrix['malignant']):.0f} %"
    assert values(page)["Flagged without a cancer"] == f"{100 * sum(flagged) / others:.0f} %"
    low, high = unit["figures"]["others_neither_called_malignant_nor_referred"]["ci95"]
    assert f"{100 * (1 - high):.0f} – {100 * (1 - low):.0f}" in page.metric[3].delta
    assert f"n = {others}" in page.metric[3].proto.delta_description


def test_a_broken_table_is_said_so_and_not_shown(page, models, tmp_path, monkeypatch):
    folder = tmp_path / "broken"
    shutil.copytree(models / "synthetic", folder)
    table = (models / "synthetic" / "predictions.csv").read_text().replace("p_normal", "p_norm", 1)
    (folder / "predictions.csv").write_text(table)
    (tmp_path / "ACTIVE").write_text("broken")
    monkeypatch.setattr(active, "MODELS_DIR", tmp_path)
    page.run()
    assert not page.exception
    assert "p_norm" in page.error[0].value
    assert not page.metric


@pytest.mark.parametrize("unit", ["region_normal", "region_hard_normal"])
def test_regions_are_kept_apart_from_films(page, models, unit):
    open_section(page, "Every film")
    page.button_group(key="metrics_unit").set_value(unit).run()
    assert not page.exception
    figures = json.loads((models / "synthetic" / "metrics.json").read_text())["units"][unit]["figures"]
    assert values(page)["Right"] == f"{100 * figures['accuracy_label']['value']:.0f} %"
    assert "their known place" in text(page)
    labels = [tab.label for tab in page.tabs]
    assert "Every film" not in labels
    assert "Doubt" not in labels
    open_section(page, "Operating points")
    assert "PPV in this test set" in values(page)
    assert "In use" not in labels


def test_the_slider_starts_at_the_screening_point_and_moves_all_figures_together(page):
    open_section(page, "Operating points")
    slider = page.slider(key="metrics_threshold_film")
    assert slider.value == SCREENING
    before = values(page)
    slider.set_value(0.0).run()
    after = values(page)
    assert (after["Sensitivity"], after["Specificity"]) == ("100 %", "0 %")
    assert after["NPV in this test set"] == "–"
    assert before["Sensitivity"] != "100 %"
    assert before["PPV in this test set"] != after["PPV in this test set"]
    assert after["Decided"] == before["Decided"]
    slider.set_value(slider.max).run()
    assert not page.exception
    assert values(page)["Specificity"] == "100 %"


def test_the_slider_says_that_it_changes_no_decision(page):
    open_section(page, "Operating points")
    assert "never a decision" in text(page)


def test_the_prevalence_slider_goes_from_the_study_to_screening_and_changes_nothing_else(page, models):
    page.session_state["metrics_unit"] = "woman"
    open_section(page, "In use")
    assert not page.exception
    block = json.loads((models / "synthetic" / "metrics.json").read_text())["units"]["woman"]
    slider = page.select_slider(key="metrics_prevalence_woman")
    own = block["references"]["prevalence"]["malignant"]
    assert slider.value == SCREENING_SHARE["woman"]
    screened, decided = values(page), values(page)["Decided"]
    assert [f"Without the model: {share}" in text(page) for share in ("0.6 %", "99.4 %")] == [True, True]
    of_screening = next(e for e in block["predictive_values"]["screening"] if e["prevalence"] == slider.value)
    assert screened["PPV"] == f"{100 * of_screening['ppv']['value']:.1f} %"
    slider.set_value(own).run()
    assert not page.exception
    studied = values(page)
    assert studied["PPV"] == f"{100 * block['figures']['screening_ppv']['value']:.1f} %"
    assert float(studied["PPV"].rstrip(" %")) > float(screened["PPV"].rstrip(" %"))
    assert float(studied["NPV"].rstrip(" %")) < float(screened["NPV"].rstrip(" %"))
    for same in ("Sensitivity", "Specificity"):
        assert studied[same] == screened[same]
    assert studied["Decided"] == decided
    assert "never a decision" in text(page)


def test_another_unit_opens_at_the_same_section_where_it_has_it(page):
    open_section(page, "In use")
    page.button_group(key="metrics_unit").set_value("woman").run()
    assert page.select_slider(key="metrics_prevalence_woman").value == SCREENING_SHARE["woman"]
    page.button_group(key="metrics_unit").set_value("region_normal").run()
    assert not page.exception
    assert page.session_state["metrics_section"] == "Telling apart"


def test_similar_cases_stand_with_the_regions_where_the_model_has_them():
    page = AppTest.from_file(str(PAGE), default_timeout=60)
    page.session_state["metrics_unit"] = "region_normal"
    open_section(page, "Tissue and kind")
    assert not page.exception
    found = metrics_data.load_tested(active_folder()).metrics["neighbours"]["figures"]["side"]
    table = next(frame.value for frame in page.dataframe if "neighbours that are" in frame.value)
    assert table["found"][0].startswith(f"{100 * found['value']:.0f} %")


def test_another_operating_point_brings_its_own_rates(page, models):
    open_section(page, "In use")
    page.button_group(key="metrics_use_point_film").set_value("specific").run()
    figures = json.loads((models / "synthetic" / "metrics.json").read_text())["units"]["film"]["figures"]
    assert values(page)["Sensitivity"] == f"{100 * figures['specific_sensitivity']['value']:.0f} %"


def test_every_table_and_chart_can_be_saved_under_the_models_name(page):
    for section in metrics_words.SECTIONS.values():
        open_section(page, section)
        assert not page.exception, section
        tables = [frame for frame in page.dataframe if frame.value is not None]
        saved = [element for element in page.get("download_button") if "metrics_save_all" not in element.proto.id]
        assert len(saved) == len(tables), section
        for chart in page.get("plotly_chart"):
            config = json.loads(chart.proto.config)
            assert config["modeBarButtons"] == [["toImage"]]
            assert config["toImageButtonOptions"]["format"] == "svg"
            assert config["toImageButtonOptions"]["filename"].startswith("synthetic-")


def test_one_release_alone_is_said_so_and_the_recipe_stands_in(page, monkeypatch, tmp_path):
    monkeypatch.setattr(metrics_compare, "RECIPE", tmp_path)
    open_section(page, "Another model")
    assert not page.exception
    assert "one released model only, and nothing else was scored" in text(page)


def test_two_models_are_compared_on_the_same_women(tmp_path, monkeypatch):
    for seed, name in enumerate(("older", "newer")):
        write_model(tmp_path / name, 20, 1, seed)
    (tmp_path / "ACTIVE").write_text("newer")
    monkeypatch.setattr(active, "MODELS_DIR", tmp_path)
    page = AppTest.from_file(str(PAGE), default_timeout=60)
    open_section(page, "Another model")
    assert not page.exception
    assert "one released model" not in text(page)
    page.selectbox(key="metrics_rival").set_value("older").run()
    assert not page.exception
    assert "**newer less older**" in text(page)
    table = next(frame.value for frame in page.dataframe if "difference" in frame.value)
    first = table.iloc[1]
    assert first["figure"] == "AUC, normal or abnormal"
    assert first["difference"].startswith(f"{first['newer'] - first['older']:+.2f}")
    page.session_state["metrics_unit"] = "region_normal"
    page.run()
    assert "Not comparable here: two models can be compared on the same cases only" in text(page)


def films_shown(page: AppTest) -> list[str]:
    return next(frame.value["film"].tolist() for frame in page.dataframe if "p_malignant" in frame.value)


def test_the_table_of_films_is_filtered_to_mistakes_class_and_decision(page, models):
    open_section(page, "Every film")
    everything = films_shown(page)
    assert len(everything) == 80
    table = metrics_data.film_table(metrics_data.load_tested(models / "synthetic").rows("film"))
    page.toggle(key="metrics_mistakes").set_value(True).run()
    assert set(films_shown(page)) == set(table.loc[table["mistake"], "film"])
    assert not table.loc[table["decision"] == "refer", "mistake"].any()
    page.toggle(key="metrics_mistakes").set_value(False).run()
    page.button_group(key="metrics_truths").set_value(["malignant"]).run()
    page.button_group(key="metrics_decisions").set_value(["refer", "normal"]).run()
    expected = table[(table["truth"] == "malignant") & table["decision"].isin(["refer", "normal"])]
    assert set(films_shown(page)) == set(expected["film"])


def test_a_chosen_film_opens_with_its_annotation(page, mias_dir, monkeypatch):
    monkeypatch.setenv("MAMMO_MIAS_DIR", str(mias_dir))
    open_section(page, "Every film")
    page.selectbox(key="metrics_film").set_value("mdb028").run()
    assert not page.exception
    assert "**mdb028** is **malignant**" in text(page)
    assert "MIAS radiologists" in text(page)


def test_films_are_taken_from_an_archive_that_is_opened_once(page, monkeypatch, tmp_path):
    film = b"P5\n256 256\n255\n" + draw_phantom(0, 256).mammogram.pixels.tobytes()
    (tmp_path / ARCHIVE_NAME).write_bytes(pack_tar({"mdb001.pgm": film, "mdb002.pgm": film}))
    monkeypatch.setenv("MAMMO_MIAS_DIR", str(tmp_path))
    opened = []
    monkeypatch.setattr(dataset_films, "open_films", lambda source: opened.append(source) or open_films(source))
    open_section(page, "Every film")
    for film in ("mdb001", "mdb002"):
        page.selectbox(key="metrics_film").set_value(film).run()
        assert not page.exception
        assert not page.warning
        assert metrics_words.FILM_CAPTION in text(page)
    assert opened == [tmp_path]


def test_a_film_that_is_not_on_this_computer_is_said_so(page, monkeypatch, tmp_path):
    monkeypatch.setenv("MAMMO_MIAS_DIR", str(tmp_path))
    open_section(page, "Every film")
    page.selectbox(key="metrics_film").set_value("mdb028").run()
    assert not page.exception
    assert "import-mias" in text(page)
    (tmp_path / "mdb003.pgm").write_bytes(b"P5 truncated")
    for film in ("mdb028", "mdb003"):
        page.selectbox(key="metrics_film").set_value(film).run()
        assert not page.exception
        assert f"{film} cannot be opened" in page.warning[0].value


@pytest.mark.parametrize("unit", ["film", "breast", "woman"])
@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("Telling apart", "Ranked within each fold alone"),
        ("What was called", "framed cells are right"),
        ("Doubt", "deciding is worth more than always saying normal"),
        ("Tissue and kind", "Tissue is MIAS's own code, not BI-RADS density"),
        ("Operating points", "have names: **screening**"),
        ("In use", "Vickers and Elkin 2006"),
        ("Probabilities", "comes true as often as it says"),
        ("Chance", "dealt to the women at random **20 times**"),
    ],
)
def test_every_section_of_every_unit_opens_and_says_how_to_read_it(page, unit, section, words):
    page.session_state["metrics_unit"] = unit
    open_section(page, section)
    assert not page.exception
    assert words in text(page)


def test_the_doubt_curve_stands_beside_coverage_and_error_of_each_class(page, models):
    open_section(page, "Doubt")
    figures = json.loads((models / "synthetic" / "metrics.json").read_text())["units"]["film"]["figures"]
    table = next(frame.value for frame in page.dataframe if "wrong" in frame.value)
    assert table["cases"].tolist() == [figures[f"coverage_{label}"]["n"] for label in ("normal", "benign", "malignant")]


def test_operating_points_state_their_thresholds_over_the_folds(page):
    open_section(page, "Operating points")
    table = next(frame.value for frame in page.dataframe if "PPV" in frame.value)
    assert table["point"].tolist() == ["screening", "balanced", "specific"]
    assert table["threshold, over folds"].tolist() == ["0.220 to 0.240", "0.280 to 0.288", "0.350 to 0.370"]


def test_marks_are_held_against_the_centre_of_the_breast(page):
    open_section(page, "Where it looked")
    assert not page.exception
    assert "the centre of the breast, which is right on" in text(page)
    assert any("any abnormality" in frame.value for frame in page.dataframe)


def test_stale_figures_are_derived_again(tmp_path, models):
    folder = write_model(tmp_path / "changed", 20, 1)
    (folder / "metrics.json").write_text((models / "synthetic" / "metrics.json").read_text())
    tested = metrics_data.load_tested(folder)
    assert tested.metrics["units"]["film"]["n"] == 40
    assert tested.thresholds("film") == {}


def test_a_folder_that_lacks_a_score_file_is_said_so(tmp_path, monkeypatch):
    folder = write_model(tmp_path / "half", 3, 1)
    (folder / "pointers.csv").unlink()
    (tmp_path / "ACTIVE").write_text("half")
    monkeypatch.setattr(active, "MODELS_DIR", tmp_path)
    page = AppTest.from_file(str(PAGE), default_timeout=60).run()
    assert not page.exception
    assert "lacks pointers.csv" in page.error[0].value
    assert not page.metric


def test_a_test_set_without_one_class_is_shown_with_reasons(tmp_path, monkeypatch):
    write_model(tmp_path / "tiny", 3)
    (tmp_path / "ACTIVE").write_text("tiny")
    monkeypatch.setattr(active, "MODELS_DIR", tmp_path)
    page = AppTest.from_file(str(PAGE), default_timeout=60).run()
    assert not page.exception
    assert values(page)["Cancers called normal or benign"] == "–"
    assert page.metric[2].delta == "no cases"


def test_an_auc_whose_interval_holds_one_half_is_called_a_coin():
    figure = {"value": 0.55, "ci95": [0.45, 0.65], "n": 115, "unit": "film"}
    gain = {"value": -0.01, "ci95": [-0.04, 0.03], "n": 322, "unit": "film"}
    block = {
        "unit": "film",
        "references": {"majority_class": "normal"},
        "figures": {"accuracy_label_minus_majority": gain},
    }
    for name in ("auc_normal_vs_abnormal", "auc_malignant_vs_rest", "auc_benign_vs_malignant"):
        block["figures"][name] = figure
    words = metrics_words.headline(block)
    assert words.count("a coin could do as well") == 3
    assert "no more often" in words
    block["figures"]["accuracy_label_minus_majority"] = gain | {"ci95": [-0.04, -0.01]}
    assert "less often" in metrics_words.headline(block)
    block["figures"]["auc_benign_vs_malignant"] = {"value": None, "ci95": None, "n": 0, "unit": "film"}
    assert "benign" not in metrics_words.headline(block)
