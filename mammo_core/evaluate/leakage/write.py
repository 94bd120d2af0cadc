"""The files of the lab: the cases' scores, what permutations gave, and every figure as JSON, CSV and text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from mammo_core.evaluate.leakage.figures import FIGURES, summarise
from mammo_core.evaluate.leakage.text import to_markdown

CASES_NAME, PERMUTATIONS_NAME = "leakage_cases.csv", "leakage_permutations.csv"
JSON_NAME, TABLE_NAME, TEXT_NAME = "leakage.json", "leakage.csv", "leakage.md"


def write_leakage(out: Path, cases: pd.DataFrame, permutations: pd.DataFrame, model_id: str, seconds: float) -> dict:
    """Write every file of the lab into a folder, and return its figures, derived from what was written.

    Arguments as `figures.summarise`; `out` is made where it is not there.
    """
    out.mkdir(parents=True, exist_ok=True)
    cases.to_csv(out / CASES_NAME, index=False, lineterminator="\n")
    permutations.to_csv(out / PERMUTATIONS_NAME, index=False, lineterminator="\n")
    summary = derive_leakage(out, model_id, seconds)
    (out / JSON_NAME).write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8", newline="\n")
    flat_table(summary).to_csv(out / TABLE_NAME, index=False, lineterminator="\n")
    (out / TEXT_NAME).write_text(to_markdown(summary), encoding="utf-8", newline="\n")
    return summary


def derive_leakage(folder: Path, model_id: str, seconds: float) -> dict:
    """Return the figures of the scores in a folder."""
    return summarise(pd.read_csv(folder / CASES_NAME), pd.read_csv(folder / PERMUTATIONS_NAME), model_id, seconds)


def flat_table(summary: Mapping) -> pd.DataFrame:
    """Return one row for each protocol, learner and figure."""
    return pd.DataFrame(
        _row(name, protocol, learner, figure, figures[figure])
        for name, protocol in summary["protocols"].items()
        for learner, figures in protocol["learners"].items()
        for figure in FIGURES
    )


def _row(name: str, protocol: Mapping, learner: str, title: str, figure: Mapping) -> dict:
    low, high = figure["ci95"] or (None, None)
    permuted = figure["permuted"]
    return {
        "protocol": name,
        "question": protocol["question"],
        "dealt": protocol["dealt"],
        "unit": protocol["unit"],
        "n": protocol["n"],
        "n_women": protocol["n_women"],
        "n_pictures": protocol["n_pictures"],
        "learner": learner,
        "figure": title,
        "value": figure["value"],
        "low": low,
        "high": high,
        "naive_low": figure["naive_ci95"][0],
        "naive_high": figure["naive_ci95"][1],
        "least_deal": min(figure["deals"]),
        "most_deal": max(figure["deals"]),
        **{f"permuted_{key}": permuted[key] for key in ("mean", "least", "most")},
    }
