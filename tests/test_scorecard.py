"""The explanations' scorecard: worked by hand on small maps, and derived again from the committed rows."""

import json

import numpy as np
import pandas as pd
import pytest

from mammo_core.config import ROOT
from mammo_core.evaluate.scorecard import (
    BASELINES,
    FIGURES,
    GROUPS,
    MapScore,
    lesion_mask,
    score_baselines,
    score_map,
    summarise,
)
from mammo_core.evaluate.scorecard_text import to_markdown
from mammo_core.explain.explain import METHODS
from mammo_core.mias.index import annotations_by_film
from mammo_core.mias.splits import load_folds
from mammo_core.report.scorecard_chart import Entry, scorecard_figure
from mammo_core.types import Circle
from tests.synthetic_scorecard import drawn_rows

SHAPE = (200, 300)
CIRCLE = Circle(200.0, 100.0, 20.0)


def disc(x, y, radius):
    return lesion_mask(SHAPE, [Circle(x, y, radius)])


def test_a_map_that_is_the_lesion_is_perfect():
    score = score_map(disc(200, 100, 20).astype(np.float32), [CIRCLE])
    assert (score.hit, score.energy, score.iou) == (1.0, 1.0, 1.0)


def test_energy_and_overlap_are_those_worked_by_hand():
    heatmap = np.zeros(SHAPE, np.float32)
    heatmap[100, 200] = 1.0  # the maximum: in the circle
    heatmap[100, 201:204] = 0.5  # in the circle
    heatmap[10, 10:20] = 0.75  # far away
    area = disc(200, 100, 20).sum()
    score = score_map(heatmap, [CIRCLE])
    assert score.point == (200.0, 100.0)
    assert score.hit == 1.0
    assert score.energy == pytest.approx(2.5 / 10.0)
    assert score.iou == pytest.approx(4 / (area + 10))  # only 14 pixels are above 0


def test_overlap_takes_as_many_of_the_highest_pixels_as_the_lesion_has():
    area = int(disc(200, 100, 20).sum())
    heatmap = np.where(disc(200, 100, 20), 0.5, 0.1).astype(np.float32)
    heatmap[:2] = 1.0  # 600 pixels above everything else
    assert score_map(heatmap, [CIRCLE]).iou == pytest.approx((area - 600) / (area + 600))
    assert score_map(heatmap**3, [CIRCLE]).iou == score_map(heatmap, [CIRCLE]).iou


def test_a_miss_is_a_miss_and_a_small_circle_has_the_size_of_a_cell():
    heatmap = np.zeros(SHAPE, np.float32)
    heatmap[100, 215] = 1.0
    assert score_map(heatmap, [Circle(200.0, 100.0, 3.0)]).hit == 1.0
    assert score_map(heatmap, [Circle(180.0, 100.0, 20.0)]).hit == 0.0
    assert score_map(heatmap, [Circle(20.0, 20.0, 10.0), CIRCLE]).hit == 1.0


def test_an_empty_map_scores_nothing():
    assert score_map(np.zeros(SHAPE, np.float32), [CIRCLE]) == MapScore(None, 0.0, 0.0, 0.0)


def test_baselines_are_those_worked_by_hand():
    breast = np.zeros(SHAPE, bool)
    breast[50:151, 150:251] = True  # centroid (200, 100), where the lesion is
    lesion = int(disc(200, 100, 20).sum())
    scores = score_baselines(breast, [CIRCLE], seed=0)
    share = lesion / breast.sum()
    assert scores["centre"].hit == 1.0
    assert scores["centre"].energy == pytest.approx(1.0, abs=0.02)
    assert scores["uniform"].energy == pytest.approx(share)
    assert scores["uniform"].iou == pytest.approx(share / (2 - share))
    assert scores["random"].hit == pytest.approx(share, abs=0.12)  # 50 places
    far = score_baselines(breast, [Circle(160.0, 60.0, 16.0)], seed=0)["centre"]
    assert (far.hit, far.energy, far.iou) == (0.0, 0.0, 0.0)


def test_figures_of_each_group_are_means_over_its_films():
    rows, sanity = drawn_rows()
    summary = summarise(rows, sanity)
    malignant = rows.loc[rows["film_class"] == "malignant", "film_id"].nunique()
    assert summary["groups"]["malignant"]["n_films"] == malignant
    methods = summary["groups"]["abnormal"]["methods"]
    assert methods["gradcam"]["hit"]["value"] == 1.0
    assert methods["gradcam"]["energy"]["value"] == pytest.approx((malignant * 0.5 + (40 - malignant) * 0.25) / 40)
    assert summary["groups"]["own_class"]["methods"]["gradcam"]["energy"]["value"] == 0.5
    assert methods["layercam"]["n_empty"] == 40
    assert methods["layercam"]["hit"]["value"] == 0.0
    assert methods["layercam"]["hit"]["ci95"][0] == 0.0
    assert summary["groups"]["abnormal"]["above_centre"]["gradcam"]["hit"]["value"] == 1.0
    rank = summary["sanity"]["likeness"]["gradcam"]["head"]["rank"]
    assert (rank["n"], rank["value"]) == (11, pytest.approx(0, abs=1e-6))
    assert rank["ci95"][0] < 0 < rank["ci95"][1]


def test_scores_of_two_models_are_never_mixed():
    rows, sanity = drawn_rows()
    sanity["model_id"] = "another"
    with pytest.raises(ValueError, match="one model"):
        summarise(rows, sanity)


def test_the_text_holds_every_method_and_baseline():
    text = to_markdown(summarise(*drawn_rows()))
    assert "| Grad-CAM | 1.00 [" in text
    assert text.count("*centre of the breast*") == len(GROUPS)
    assert "| Grad-CAM | rank correlation | " in text


def test_the_chart_tells_methods_from_baselines():
    figure = {"value": 0.4, "ci95": [0.3, 0.5], "n": 40, "unit": "film"}
    chart = scorecard_figure([Entry("Grad-CAM", figure), Entry("centre", figure, True)], "Title", "n = 40", "share")
    markers = [trace for trace in chart.data if trace.mode == "markers"]
    assert [trace.marker.symbol for trace in markers] == ["circle", "diamond"]
    assert "Grad-CAM: 0.40 [0.30, 0.50], n = 40" in markers[0].text[0]


DOCS = ROOT / "docs"


def committed():
    return pd.read_csv(DOCS / "scorecard.csv"), pd.read_csv(DOCS / "scorecard_sanity.csv")


def test_the_committed_figures_are_derived_again_from_the_committed_rows():
    summary = summarise(*committed())
    assert json.loads((DOCS / "scorecard.json").read_text(encoding="utf-8")) == summary
    assert (DOCS / "scorecard.md").read_text(encoding="utf-8") == to_markdown(summary)


def test_the_committed_rows_cover_every_placed_abnormal_film_out_of_fold():
    rows, _ = committed()
    placed = {f for f, rows_of in annotations_by_film().items() if any(a.circle for a in rows_of)}
    assert set(rows["film_id"]) == placed
    assert set(rows["method"]) == {*METHODS, *BASELINES}
    assert (rows["fold"] == [load_folds()[woman][0] for woman in rows["woman_id"]]).all()
    assert not rows.duplicated(["film_id", "method", "target"]).any()
    assert rows[list(FIGURES)].notna().all(axis=None)
