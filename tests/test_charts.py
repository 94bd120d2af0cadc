"""Colours that stay apart, and figures that say what they show."""

import itertools
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from mammo_core.evaluate.derive import derive_metrics
from mammo_core.evaluate.score_files import ScoreFiles
from mammo_core.metrics.roc import roc_curve
from mammo_core.report import charts, curves, figure_table, interval_charts, palette, use_charts
from mammo_core.report.chart_style import CONFIG, interval_text, percent_text, savable
from mammo_core.types import DECISIONS, LABELS, Box
from tests.synthetic_model import draw_files

# How the dichromat sees linear RGB: Machado, Oliveira and Fernandes 2009, severity 1.
SIGHT = {
    "full": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def linear_rgb(colour: str) -> np.ndarray:
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = to_xyz @ np.clip(rgb, 0, 1) / [0.9505, 1, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def luminance(colour: str) -> float:
    return float(np.array([0.2126, 0.7152, 0.0722]) @ linear_rgb(colour))


@pytest.mark.parametrize("sight", SIGHT)
def test_class_colours_stay_apart_for_colour_blind_readers(sight):
    seen = {name: lab(np.array(SIGHT[sight]) @ linear_rgb(c)) for name, c in palette.CLASS_COLOURS.items()}
    for a, b in itertools.combinations(DECISIONS, 2):
        assert np.linalg.norm(seen[a] - seen[b]) > 25, (a, b)


@pytest.mark.parametrize("colour", [*palette.CLASS_COLOURS.values(), palette.TEXT, palette.MUTED, palette.ACCENT])
def test_every_colour_reads_on_the_background(colour):
    assert (luminance(colour) + 0.05) / (luminance(palette.BACKGROUND) + 0.05) > 4.5


def test_every_decision_has_its_own_colour_marker_and_dash():
    for table in (palette.CLASS_COLOURS, palette.CLASS_MARKERS, palette.CLASS_DASHES):
        assert tuple(table) == DECISIONS
        assert len(set(table.values())) == len(DECISIONS)


@pytest.fixture(scope="module")
def block() -> dict:
    files = draw_files(30, 1)
    films = files.predictions.query("unit == 'film'")
    return derive_metrics(ScoreFiles(films, operating_points=files.operating_points))["units"]["film"]


def line(label: str = "malignant") -> curves.Line:
    curve = roc_curve([0, 0, 1, 1], [0.1, 0.6, 0.4, 0.9])
    return curves.Line(label, curve.fpr, curve.tpr, curve.thresholds, f"{label}: AUC 0.75")


WORDS = ("x", "y", "unaided", "chosen", "model", "all", "none")


def drawn(block: dict) -> dict[str, go.Figure]:
    """Return one figure of each kind."""
    ends = np.array([0.1, 0.4])
    accuracy = block["figures"]["accuracy_label"]
    rows = [interval_charts.Row("Accuracy", accuracy, 0.6, (0.5, 0.65))]
    methods = dict.fromkeys(interval_charts.METHODS, accuracy)
    names = dict.fromkeys(WORDS, "word")
    band = curves.Band(ends, ends, ends - 0.05, ends + 0.05, np.array([9, 18]), palette.ACCENT, "right")
    counts = block["confusion"]["decision"]["counts"]
    return {
        "confusion": charts.confusion_figure(counts, LABELS, DECISIONS, "Matrix", "60 films", "decision"),
        "roc": curves.roc_figure([line(n) for n in LABELS], "ROC", "60 films", (0.5, 0.5, 0.4)),
        "pr": curves.precision_recall_figure([line(n) for n in LABELS], [0.6, 0.2, 0.2], "Precision", "60 films"),
        "reliability": curves.reliability_figure(
            ends, ends, np.array([9, 9]), ends - 0.05, ends + 0.05, "malignant", "Calibration", "60 films"
        ),
        "interval": interval_charts.interval_figure(rows, "All", "60 films", "from 0 to 1"),
        "scores": charts.scores_figure(ends, ["normal", "benign"], ["mdb001", "mdb002"], "Scores", "60 films", 0.2),
        "decided": curves.share_decided_figure([band], "Right, of those decided", "60 films", "right", (0.4, 0.4)),
        "methods": interval_charts.methods_figure([("CIRC", methods)], "Pointing", "11 films", "share of films hit"),
        "froc": curves.froc_figure(
            [line("abnormal"), line()], "Found", "40 normal films", {"abnormal": {"1": accuracy}}
        ),
        "difference": interval_charts.difference_figure(rows[:1], "Difference", "60 films", "first less second"),
        "predictive": use_charts.predictive_figure(
            replace(band, x=np.array([0.006, 0.16])),
            ends,
            (0.006, 0.1),
            "PPV",
            "60 films",
            dict.fromkeys(WORDS, "word"),
        ),
        "benefit": use_charts.decision_curve_figure(
            block["decision_curve"]["malignant"], "malignant", "Benefit", "60 films", names
        ),
    }


def test_every_figure_says_what_it_shows_in_which_unit_and_on_how_many(block):
    for name, figure in drawn(block).items():
        layout = figure.layout
        assert "films</span>" in layout.title.text, name
        assert layout.xaxis.title.text, name
        assert layout.paper_bgcolor == layout.plot_bgcolor == palette.BACKGROUND
        assert layout.font.color == palette.TEXT
        figure.to_json()


def test_legends_have_a_margin_of_their_own_and_nothing_zooms(block):
    for name, figure in drawn(block).items():
        layout = figure.layout
        assert layout.xaxis.fixedrange, name
        assert layout.yaxis.fixedrange, name
        shown = [trace for trace in figure.data if trace.name and trace.showlegend is not False]
        if layout.showlegend:
            assert (layout.legend.y, layout.legend.yref) == (0, "container")
            assert layout.margin.b >= 50 + 20 * len(shown), name
        assert layout.margin.l <= 120, name


def test_classes_are_told_apart_by_dash_as_well_as_by_colour(block):
    curves = {trace.name.split(":")[0]: trace for trace in drawn(block)["roc"].data if trace.mode == "lines"}
    for label in LABELS:
        assert curves[label].line.color == palette.CLASS_COLOURS[label]
        assert curves[label].line.dash == palette.CLASS_DASHES[label]


def test_the_matrix_shows_counts_and_the_share_of_the_true_class():
    figure = charts.confusion_figure(
        [[3, 1], [0, 0]], ["normal", "benign"], ["normal", "benign"], "M", "4 films", "call"
    )
    np.testing.assert_allclose(figure.data[0].z, [[0.75, 0.25], [0, 0]])
    assert figure.data[0].text[0][0] == "<b>3</b><br>75 %"
    assert "n = 4" in figure.layout.yaxis.ticktext[0]
    assert len(figure.layout.shapes) == 2


def test_an_interval_plot_shows_figures_that_have_no_interval_or_no_value():
    none = {"value": None, "ci95": None, "n": 0, "unit": "film", "reason": "no cases"}
    negative = {"value": -0.1, "ci95": [-0.3, 0.1], "n": 9, "unit": "film"}
    rows = [interval_charts.Row("Kappa", none, 0.0), interval_charts.Row("Other", negative, 0.0)]
    figure = interval_charts.interval_figure(rows, "All", "0 films", "from 0 to 1")
    assert figure.layout.xaxis.range[0] < -0.3
    assert any("–" in note.text for note in figure.layout.annotations)
    figure.to_json()


def test_an_interval_plot_shows_what_labels_dealt_at_random_gave():
    figure = {"value": 0.74, "ci95": [0.68, 0.79], "n": 322, "unit": "film"}
    rows = [interval_charts.Row("AUC", figure, 0.5, (0.42, 0.58)), interval_charts.Row("Centre", figure, baseline=True)]
    drawn = interval_charts.interval_figure(rows, "All", "322 films", "AUC", start=0.4)
    chance = [trace for trace in drawn.data if trace.legendgroup == "chance"]
    assert [tuple(trace.x) for trace in chance] == [(0.42, 0.58)]
    dots = next(trace for trace in drawn.data if trace.name == "measured, with 95 % interval")
    assert tuple(dots.marker.color) == (palette.ACCENT, palette.MUTED)
    assert drawn.layout.xaxis.range[0] == pytest.approx(0.38)


def test_differences_are_drawn_about_zero_with_their_signs():
    figure = {"value": 0.031, "ci95": [-0.012, 0.074], "n": 322, "unit": "film"}
    drawn = interval_charts.difference_figure([interval_charts.Row("AUC", figure)], "D", "322 films", "a less b")
    low, high = drawn.layout.xaxis.range
    assert low == -high < -0.074
    assert any("+0.031 [-0.012, +0.074]" in note.text for note in drawn.layout.annotations)
    assert interval_charts.signed_text(figure | {"ci95": None}) == "+0.031"
    assert interval_charts.signed_text(figure | {"value": None}) == "–"


def test_froc_curves_carry_the_intervals_that_are_stated():
    found = {"value": 0.5, "ci95": [0.4, 0.6], "n": 30, "unit": "lesion"}
    stated = {"malignant": {"0.5": found, "2": found | {"ci95": None}}}
    figure = curves.froc_figure([line()], "Found", "40 normal films", stated)
    upright = [trace for trace in figure.data if len(trace.x) == 2 and trace.x[0] == trace.x[1] == 0.5]
    assert [tuple(trace.y) for trace in upright] == [(0.4, 0.6)]


def test_net_benefit_is_drawn_per_hundred_cases_beside_acting_on_all_and_on_nobody(block):
    curve = block["decision_curve"]["malignant"]
    names = {name: name for name in WORDS}
    figure = use_charts.decision_curve_figure(curve, "malignant", "Benefit", "60 films", names)
    lines = {trace.name: trace for trace in figure.data if trace.name}
    np.testing.assert_allclose(lines["model"].y, 100 * np.array(curve["net_benefit"]["value"]))
    np.testing.assert_allclose(lines["all"].y, 100 * np.array(curve["acting_on_all"]))
    assert set(lines["none"].y) == {0.0}


def test_a_saved_figure_is_an_svg_under_its_own_name():
    settings = savable("lite-roc")
    assert settings["toImageButtonOptions"] == {"format": "svg", "filename": "lite-roc"}
    assert settings["displayModeBar"] is True
    assert CONFIG["displayModeBar"] is False


def test_a_table_is_read_as_text_and_kept_as_numbers():
    figure = {"value": 0.774, "ci95": [0.7, 0.846], "n": 9, "unit": "film"}
    rows = [{"kind": "CALC", "AUC": figure_table.Cell(figure), "found": figure_table.share(figure | {"ci95": None})}]
    assert figure_table.shown(rows).to_dict("records") == [
        {"kind": "CALC", "AUC": "0.77 [0.70, 0.85]", "found": "77 %"}
    ]
    kept = figure_table.saved(rows).to_dict("records")[0]
    assert list(kept) == [
        "kind",
        "AUC",
        "AUC, low",
        "AUC, high",
        "AUC, n",
        "found",
        "found, low",
        "found, high",
        "found, n",
    ]
    assert (kept["AUC"], kept["AUC, high"], kept["found"], kept["found, low"]) == (0.774, 0.846, 0.774, None)


def test_a_curve_against_the_share_decided_leaves_out_ends_that_are_not_known():
    ends = np.array([0.2, 0.6, 1.0])
    band = curves.Band(ends, ends, np.array([np.nan, 0.5, 0.9]), np.array([np.nan, 0.7, 1.0]), ends, "#7cc4f0", "right")
    dotted = curves.Band(ends, ends, ends, ends, ends, palette.MUTED, "always normal", "dot")
    figure = curves.share_decided_figure([band, dotted], "Right", "60 films", "right")
    filled = [trace for trace in figure.data if trace.fill == "toself"]
    assert [tuple(trace.x) for trace in filled] == [(0.6, 1.0, 1.0, 0.6)]
    assert [trace.name for trace in figure.data if trace.name] == ["right", "always normal"]


def test_a_film_is_drawn_with_its_circle_in_the_films_own_pixels():
    figure = charts.film_figure(np.zeros((40, 30), np.uint8), [(10, 20, 5, "benign CIRC", "benign")], Box(1, 2, 6, 8))
    circle = figure.layout.shapes[0]
    assert (circle.x0, circle.x1, circle.y0, circle.y1) == (5, 15, 15, 25)
    assert circle.line.color == palette.CLASS_COLOURS["benign"]
    assert tuple(figure.layout.yaxis.range) == (40, 0)
    mark = figure.layout.shapes[1]
    assert (mark.type, mark.x0, mark.y0, mark.x1, mark.y1) == ("rect", 1, 2, 7, 10)


def test_figures_are_written_in_words():
    figure = {"value": 0.774, "ci95": [0.7, 0.846], "n": 9, "unit": "film"}
    assert interval_text(figure) == "0.77 [0.70, 0.85]"
    assert percent_text(figure) == "77 % [70, 85]"
    assert interval_text(figure | {"ci95": None}) == "0.77"
    assert percent_text(figure | {"ci95": None}) == "77 %"
    assert interval_text(figure | {"value": None}) == percent_text(figure | {"value": None}) == "–"
