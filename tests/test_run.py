"""A long evaluation that is cut off goes on where it was, and comes to the same scores."""

from dataclasses import replace

import pandas as pd
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from mammo_core.evaluate.repeatability import permutation_table, repeatability_table
from mammo_core.evaluate.run import Run
from mammo_core.evaluate.score_files import check_score_files, load_score_files
from mammo_core.evaluate.settings import Settings
from tests.drawn_study import SETTINGS, draw_study

DRAWN = replace(Settings(), train=SETTINGS)


def drawn_run(folder, progress=lambda stage, fraction: None):
    run = Run(DRAWN, progress, folder)
    run.study = draw_study(signal=3.0)
    return run


def test_a_run_that_was_cut_off_finishes_with_the_scores_of_one_that_was_not(tmp_path):
    def cut_off(stage, fraction):
        if fraction > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        drawn_run(tmp_path / "cut", cut_off).out_of_fold(1)
    kept = len(list((tmp_path / "cut").glob("*/repeat-0-fold-*.json")))
    assert 0 < kept < 5
    rows, outside = drawn_run(tmp_path / "cut").out_of_fold(1)
    whole, outside_whole = drawn_run(tmp_path / "whole").out_of_fold(1)
    assert rows.tables == whole.tables
    assert outside == outside_whole


def test_scores_do_not_hang_on_how_many_threads_a_machine_has_for_linear_algebra(tmp_path):
    threads = set()

    def look(stage, fraction):
        threads.update(pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas")

    with threadpool_limits(2, "blas"):
        drawn_run(tmp_path, look).out_of_fold(1)
    assert threads == {1}


def test_a_finished_run_is_read_without_a_study(tmp_path):
    rows, _ = drawn_run(tmp_path).out_of_fold(1)
    again = Run(DRAWN, lambda stage, fraction: None, tmp_path)
    assert again.out_of_fold(1)[0].tables == rows.tables
    assert "study" not in vars(again)


def test_a_run_s_files_keep_what_score_files_promise(tmp_path):
    rows, _ = drawn_run(tmp_path).out_of_fold(2)
    rows.write(tmp_path)
    files = load_score_files(tmp_path, complete=False)
    check_score_files(files)
    assert set(files.predictions["unit"]) == {"film", "breast", "woman", "region"}
    assert set(files.pointers["method"]) == {"gradcam", "centre", "random"}


def test_permutations_are_told_with_mean_least_and_most():
    rows = [{"permutation": i, "unit": "film", "figure": "auc", "value": v} for i, v in enumerate((0.4, 0.6, None))]
    assert permutation_table(rows).splitlines()[-1] == "| film | auc | 0.500 | 0.400 | 0.600 | 2 |"


@pytest.mark.long
@pytest.mark.usefixtures("mias_dir")
def test_a_cross_validation_from_scratch_lands_inside_the_released_intervals(tmp_path):
    rows, _ = Run(Settings(), lambda stage, fraction: None, tmp_path).out_of_fold(1)
    rows.write(tmp_path)
    table = repeatability_table(tmp_path)
    assert table.count("| yes |") > 20
    assert "NO" not in table


@pytest.mark.long
@pytest.mark.usefixtures("mias_dir")
def test_permuted_labels_leave_nothing_to_find(tmp_path):
    found = pd.DataFrame(Run(Settings(), lambda stage, fraction: None, tmp_path).permutations(4))
    aucs = found[found["figure"] == "auc_normal_vs_abnormal_foldwise"].groupby("unit")["value"].mean()
    assert aucs.between(0.4, 0.6).all()
