"""metrics.json: every figure comes from predictions.csv, the same each time, and broken scores are refused."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as reference

from mammo_core.errors import BundleError
from mammo_core.evaluate.blocks import BLOCKS, blocks_in, rows_of
from mammo_core.evaluate.derive import derive_metrics, write_metrics
from mammo_core.evaluate.predictions import load_candidates, load_predictions
from mammo_core.evaluate.score_files import SCORE_NAMES, ScoreFiles, load_score_files
from mammo_core.evaluate.subgroups import OTHERS
from mammo_core.mias.index import load_annotations
from mammo_core.network.active import active_folder
from tests.synthetic_model import draw_files, write_model

P = ["p_normal", "p_benign", "p_malignant"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return write_model(tmp_path_factory.mktemp("models") / "synthetic")


@pytest.fixture(scope="module")
def metrics(folder) -> dict:
    return write_metrics(folder)


@pytest.fixture
def frame(folder) -> pd.DataFrame:
    return load_predictions(folder).copy()


def refused(folder: Path, frame: pd.DataFrame, tmp_path: Path) -> str:
    """Return the message with which changed predictions are refused."""
    frame.to_csv(tmp_path / "predictions.csv", index=False)
    with pytest.raises(BundleError) as error:
        load_predictions(tmp_path)
    return str(error.value)


def test_figures_are_those_of_scikit_learn(folder, metrics):
    frame = load_predictions(folder)
    for block in BLOCKS:
        rows = rows_of(frame, block)
        y, p = rows["y_true"].to_numpy(), rows[P].to_numpy()
        label = p.argmax(1)
        figures = metrics["units"][block]["figures"]
        expected = {
            "macro_auc": reference.roc_auc_score(y, p, multi_class="ovr"),
            "auc_normal_vs_abnormal": reference.roc_auc_score(y > 0, 1 - p[:, 0]),
            "auc_malignant_vs_rest": reference.roc_auc_score(y == 2, p[:, 2]),
            "auc_benign_vs_malignant": reference.roc_auc_score(y[y > 0] == 2, (p[:, 2] / p[:, 1:].sum(1))[y > 0]),
            "average_precision_malignant": reference.average_precision_score(y == 2, p[:, 2]),
            "accuracy_label": reference.accuracy_score(y, label),
            "kappa_label_quadratic": reference.cohen_kappa_score(y, label, weights="quadratic"),
            "macro_f1_label": reference.f1_score(y, label, average="macro"),
            "recall_label_malignant": reference.recall_score(y == 2, label == 2),
            "log_loss": reference.log_loss(y, p),
        }
        for name, value in expected.items():
            assert figures[name]["value"] == pytest.approx(value, abs=2e-6), (block, name)


def test_figures_of_decisions_keep_referred_films_apart(folder, metrics):
    rows = rows_of(load_predictions(folder), "film")
    decided = rows[rows["decision"] != "refer"]
    truth = decided["y_true"].map(["normal", "benign", "malignant"].__getitem__)
    film = metrics["units"]["film"]
    figures = film["figures"]
    assert figures["coverage"]["value"] == pytest.approx(len(decided) / len(rows), abs=1e-6)
    assert figures["accuracy_decided"]["value"] == pytest.approx((truth == decided["decision"]).mean(), abs=1e-6)
    assert figures["accuracy_decided"]["n"] == len(decided)
    assert figures["kappa_decided"]["value"] == pytest.approx(
        reference.cohen_kappa_score(truth, decided["decision"]), abs=1e-6
    )
    matrix = np.array(film["confusion"]["decision"]["counts"])
    assert matrix.shape == (3, 4)
    assert matrix.sum() == len(rows)
    assert matrix[:, 3].sum() == len(rows) - len(decided)
    missed = rows[(rows["y_true"] == 2) & (rows["decision"] == "normal")]
    assert figures["malignant_called_normal"]["value"] == pytest.approx(len(missed) / matrix[2].sum(), abs=1e-6)


def test_regions_have_no_decisions_and_their_normals_are_kept_apart(metrics):
    units = metrics["units"]
    assert list(units) == list(BLOCKS)
    assert "coverage" not in units["region_normal"]["figures"]
    assert "decision" not in units["region_normal"]["confusion"]
    lesions = [units[name]["class_counts"]["malignant"] for name in ("region_normal", "region_hard_normal")]
    assert lesions[0] == lesions[1]
    easy, hard = (
        units[n]["figures"]["auc_normal_vs_abnormal"]["value"] for n in ("region_normal", "region_hard_normal")
    )
    assert easy > hard


def test_every_figure_states_n_unit_and_an_interval_or_a_reason(metrics):
    for block in metrics["units"].values():
        for name, figure in block["figures"].items():
            assert {"value", "ci95", "n", "unit"} <= set(figure), name
            assert figure["unit"] == block["unit"]
            if figure["ci95"] is None:
                assert figure["reason"]
            elif not name.startswith("ece"):
                assert figure["ci95"][0] <= figure["value"] <= figure["ci95"][1], name


def test_foldwise_auc_is_the_mean_of_the_folds(folder, metrics):
    rows = rows_of(load_predictions(folder), "film")
    by_fold = [reference.roc_auc_score(part["y_true"] > 0, 1 - part["p_normal"]) for _, part in rows.groupby("fold")]
    value = metrics["units"]["film"]["figures"]["auc_normal_vs_abnormal_foldwise"]["value"]
    assert value == pytest.approx(np.mean(by_fold), abs=1e-6)


def test_repeats_stand_beside_the_headline(folder, metrics):
    film = metrics["units"]["film"]
    spread = film["repeats"]["figures"]["macro_auc"]
    assert film["repeats"]["repeats"] == [0, 1]
    assert spread["values"][0] == film["figures"]["macro_auc"]["value"]
    assert spread["mean"] == pytest.approx(np.mean(spread["values"]), abs=1e-6)
    assert spread["sd"] == pytest.approx(np.std(spread["values"], ddof=1), abs=2e-6)
    alone = load_predictions(folder).query("repeat == 0")
    assert derive_metrics(ScoreFiles(alone))["units"]["film"]["repeats"] == {}


def test_metrics_json_is_what_deriving_again_gives(folder, metrics):
    stored = json.loads((folder / "metrics.json").read_text())
    again = derive_metrics(load_score_files(folder), load_annotations())
    assert stored == again | {"derived_from": stored["derived_from"]}
    assert set(stored["derived_from"]) == set(SCORE_NAMES)
    assert stored["bootstrap"]["resamples"] == 2000


def test_the_released_metrics_are_what_deriving_again_gives():
    folder = active_folder()
    stored = json.loads((folder / "metrics.json").read_text())
    again = derive_metrics(load_score_files(folder), load_annotations())
    assert stored == again | {"derived_from": stored["derived_from"]}


def test_the_order_of_rows_does_not_matter(folder, frame):
    points = load_score_files(folder).operating_points
    films = frame.query("unit == 'film'")
    first, second = (
        derive_metrics(ScoreFiles(f, operating_points=points))["units"]["film"]
        for f in (films, films.sample(frac=1, random_state=0))
    )
    for part in ("figures", "doubt_curve", "operating_points"):
        assert first[part] == second[part]


def test_subgroups_add_up(metrics):
    film = metrics["units"]["film"]
    tissue, kinds = film["subgroups"]["tissue"], film["subgroups"]["abnormality"]
    assert sum(part["n"] for part in tissue.values()) == film["n"]
    n_normal = film["class_counts"]["normal"]
    assert all(part["class_counts"]["normal"] == n_normal for part in kinds.values())
    lesions = metrics["units"]["region_normal"]
    one_by_one = {kind: part for kind, part in lesions["subgroups"]["abnormality"].items() if kind != OTHERS}
    assert sum(part["n"] - n_normal for part in one_by_one.values()) == lesions["n"] - n_normal


def test_an_empty_subgroup_says_why_it_has_no_figure(frame):
    normal_films = frame[(frame["unit"] == "film") & (frame["y_true"] == 0)]
    block = derive_metrics(ScoreFiles(normal_films), load_annotations())["units"]["film"]
    figure = block["subgroups"]["abnormality"]["SPIC"]["figures"]["auc_against_normals"]
    assert figure["value"] is None
    assert "no benign and no malignant" in figure["reason"]
    assert block["figures"]["macro_auc"]["value"] is None
    assert block["figures"]["accuracy_label"]["value"] is not None
    json.dumps(block, allow_nan=False)


def test_localisation_counts_lesions_with_a_place_and_normal_films(folder, metrics):
    frame = rows_of(load_predictions(folder), "film")
    films = set(frame["film_id"])
    placed = [a for a in load_annotations() if a.film_id in films and a.circle]
    found = metrics["localisation"]["abnormal"]
    assert found["n_lesions"] == len(placed)
    assert found["n_normal_films"] == (frame["y_true"] == 0).sum()
    assert found["marks_per_normal_film"] == 4
    rates = [found["sensitivity_at"][rate]["value"] for rate in ("0.25", "0.5", "1", "2", "4")]
    assert rates == sorted(rates)
    assert found["pointing"]["strongest_mark"]["n"] == len({a.film_id for a in placed})
    assert metrics["localisation"]["malignant"]["n_lesions"] == sum(a.severity == "malignant" for a in placed)


def test_a_mark_is_at_the_centre_of_its_box(folder):
    films = rows_of(load_predictions(folder), "film")
    marks = pd.DataFrame(
        [
            {"film_id": a.film_id, "repeat": 0, "x": a.circle.x - 48, "y": a.circle.y - 48, "width": 96, "height": 96}
            for a in load_annotations()
            if a.film_id in set(films["film_id"]) and a.circle
        ]
    ).assign(p_normal=0.1, p_benign=0.5, p_malignant=0.4)
    marks["fold"] = marks["film_id"].map(films.set_index("film_id")["fold"])
    found = derive_metrics(ScoreFiles(films, marks), load_annotations())["localisation"]["abnormal"]
    pointing = found["pointing"]["strongest_mark"]
    assert pointing["value"] == 1
    assert pointing["ci95"][1] == 1
    assert pointing["ci95"][0] < 0.97
    assert found["sensitivity_at"]["0.25"]["value"] == 1


def test_blocks_need_cases(frame):
    assert blocks_in(frame) == list(BLOCKS)
    assert blocks_in(frame.query("unit == 'film'")) == ["film"]
    assert blocks_in(frame[frame["kind"] != "hard_normal"]) == ["film", "breast", "woman", "region_normal"]
    assert derive_metrics(ScoreFiles(frame.iloc[:0]))["units"] == {}


def test_refuses_a_missing_file_and_says_which(tmp_path):
    with pytest.raises(BundleError, match=r"predictions\.csv"):
        load_predictions(tmp_path)
    assert load_candidates(tmp_path) is None


def test_refuses_bytes_that_are_no_table(tmp_path):
    (tmp_path / "predictions.csv").write_bytes(b"\xff\xfe\x00garbage\x80")
    with pytest.raises(BundleError, match=r"predictions\.csv .* cannot be read"):
        load_predictions(tmp_path)
    (tmp_path / "predictions.csv").write_bytes(b"")
    with pytest.raises(BundleError, match=r"predictions\.csv .* cannot be read"):
        load_predictions(tmp_path)


def test_refuses_unknown_and_missing_columns(folder, frame, tmp_path):
    assert "unknown: ['surprise']" in refused(folder, frame.assign(surprise=1), tmp_path)
    assert "missing: ['fold']" in refused(folder, frame.drop(columns="fold"), tmp_path)


def test_refuses_a_woman_in_two_folds_of_one_repeat(folder, frame, tmp_path):
    row = frame.index[(frame["film_id"] == "mdb003") & (frame["repeat"] == 0)][0]
    frame.loc[row, "fold"] = (frame.loc[row, "fold"] + 1) % 5
    message = refused(folder, frame, tmp_path)
    assert "two folds" in message
    assert "woman 2 in repeat 0" in message


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("p_normal", 0.999, "sum to 1"),
        ("p_malignant", -0.2, r"lie in [0, 1]"),
        ("p_benign", np.nan, r"lie in [0, 1]"),
        ("decision", "cancer", "decision must be one of"),
        ("decision", "", "decision must be one of"),
        ("y_true", 3, "y_true must be"),
        ("y_true", -1, "y_true must be"),
        ("unit", "pixel", "unit must be one of"),
        ("film_id", "mdb999", "film_id must be"),
        ("woman_id", 160, "film's woman"),
        ("fold", "two", "cannot be read"),
    ],
)
def test_refuses_a_row_that_breaks_a_promise(folder, frame, tmp_path, column, value, words):
    row = frame.index[frame["unit"] == "film"][4]
    frame[column] = frame[column].astype(object)
    frame.loc[row, column] = value
    message = refused(folder, frame, tmp_path)
    assert words in message
    assert column == "fold" or f"line {row + 2}" in message


def test_refuses_a_film_scored_twice_or_with_two_truths(folder, frame, tmp_path):
    assert "scored once" in refused(folder, pd.concat([frame, frame.iloc[:1]]), tmp_path)
    film = frame.index[(frame["unit"] == "film") & (frame["repeat"] == 1)][0]
    frame.loc[film, "y_true"] = (frame.loc[film, "y_true"] + 1) % 3
    assert "one truth" in refused(folder, frame, tmp_path)


def test_refuses_regions_whose_kind_contradicts_the_truth(folder, frame, tmp_path):
    region = frame.index[frame["kind"] == "hard_normal"][0]
    frame.loc[region, "kind"] = "lesion"
    assert "if and only if" in refused(folder, frame, tmp_path)


def test_candidates_are_checked_too(folder, tmp_path):
    candidates = draw_files(4, 1).candidates
    candidates.assign(p_normal=0.9).to_csv(tmp_path / "candidates.csv", index=False)
    with pytest.raises(BundleError, match="sum to 1"):
        load_candidates(tmp_path)
    candidates.assign(x=np.inf).to_csv(tmp_path / "candidates.csv", index=False)
    with pytest.raises(BundleError, match="must be numbers"):
        load_candidates(tmp_path)
