"""What chance gives, beside the model: worked by hand."""

import numpy as np
import pandas as pd
import pytest

from mammo_core.errors import BundleError
from mammo_core.evaluate.derive import derive_metrics
from mammo_core.evaluate.permutations import compare_with_chance, derive_permutations, figure_values
from mammo_core.mias.index import load_annotations
from tests.synthetic_model import draw_files


def test_the_p_value_counts_the_model_as_one_of_the_permutations():
    values = np.linspace(0.40, 0.59, 20)
    best = compare_with_chance(0.74, values)
    assert best == {"model": 0.74, "mean": 0.495, "least": 0.4, "most": 0.59, "n": 20, "p_value": round(1 / 21, 6)}
    assert compare_with_chance(0.585, values)["p_value"] == round(2 / 21, 6)
    assert compare_with_chance(0.59, values)["p_value"] == round(2 / 21, 6)
    assert compare_with_chance(0.1, values)["p_value"] == 1


def test_less_is_better_for_errors():
    values = np.array([0.10, 0.20, 0.30])
    assert compare_with_chance(0.05, values, "ece_abnormal")["p_value"] == 0.25
    assert compare_with_chance(0.05, values, "macro_auc")["p_value"] == 1


def test_permutations_without_a_number_do_not_count():
    found = compare_with_chance(0.7, np.array([0.5, np.nan, 0.8]))
    assert (found["n"], found["p_value"]) == (2, round(2 / 3, 6))
    assert compare_with_chance(0.7, np.array([np.nan]))["p_value"] is None
    assert compare_with_chance(None, np.array([0.5]))["p_value"] is None


def test_every_row_that_is_written_finds_the_models_own_value():
    files = draw_files(24, 1)
    metrics = derive_metrics(files, load_annotations())
    rows = pd.DataFrame(figure_values(files.predictions, files.candidates, load_annotations()))
    found = derive_permutations(rows.assign(permutation=0), metrics)
    assert set(found) == {"film", "breast", "woman", "region_normal", "region_hard_normal", "localisation"}
    assert {"pointing", "malignant_pointing", "sensitivity_at_1", "malignant_sensitivity_at_2"} <= set(
        found["localisation"]
    )
    for of_unit in found.values():
        for name, figure in of_unit.items():
            assert figure["model"] == figure["mean"], name
            assert figure["p_value"] in (1, None)
    assert metrics["permutations"]["film"]["accuracy_label"]["n"] == 20


def test_an_unknown_figure_is_refused():
    row = pd.DataFrame([{"permutation": 0, "unit": "film", "figure": "charm", "value": 0.5}])
    with pytest.raises(BundleError, match="charm of film"):
        derive_permutations(row, {"units": {"film": {"figures": {}}}})
    with pytest.raises(BundleError, match="charm of localisation"):
        derive_permutations(
            row.assign(unit="localisation"), {"units": {}, "localisation": {"abnormal": {"sensitivity_at": {}}}}
        )
