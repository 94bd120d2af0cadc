"""A model folder against the recipe, line by line, on the same resampled women, with the study's own figures beside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.recipe import FOLDER
from mammo_core.errors import BundleError
from mammo_core.evaluate.blocks import HEADLINE_REPEAT, repeats_in
from mammo_core.evaluate.compare import compare
from mammo_core.evaluate.predictions import PREDICTIONS_NAME
from mammo_core.evaluate.score_files import ScoreFiles, load_score_files
from mammo_core.mias.index import load_annotations
from mammo_core.types import Annotation


@dataclass(frozen=True)
class Line:
    """One line of the table: where its figure stands in a comparison, and what the study published for the recipe."""

    name: str
    block: str
    figure: str
    published: float


_MACRO, _ABNORMAL, _MALIGNANT = "macro_auc", "auc_normal_vs_abnormal", "auc_malignant_vs_rest"
LINES = (
    Line("Regions, random normals: macro AUC", "region_normal", _MACRO, 0.902),
    Line("Regions, random normals: normal against abnormal", "region_normal", _ABNORMAL, 0.949),
    Line("Regions, random normals: malignant against the rest", "region_normal", _MALIGNANT, 0.894),
    Line("Regions, hard normals: macro AUC", "region_hard_normal", _MACRO, 0.803),
    Line("Regions, hard normals: normal against abnormal", "region_hard_normal", _ABNORMAL, 0.862),
    Line("Regions, hard normals: malignant against the rest", "region_hard_normal", _MALIGNANT, 0.800),
    Line("Films alone: normal against abnormal", "film", _ABNORMAL, 0.709),
    Line("Films alone: malignant against the rest", "film", _MALIGNANT, 0.735),
    Line("Films with the other breast: normal against abnormal", "breast", _ABNORMAL, 0.768),
    Line("Films with the other breast: malignant against the rest", "breast", _MALIGNANT, 0.764),
    Line("Women: any abnormality", "woman", _ABNORMAL, 0.705),
    Line("Strongest mark hits", "localisation", "pointing", 0.634),
    Line("Sensitivity at 1 false mark a normal film", "localisation", "sensitivity_at_1", 0.557),
    Line("Sensitivity at 2 false marks a normal film", "localisation", "sensitivity_at_2", 0.709),
)
"""Published: repeats 2 to 4 of the study's own folds and places, hand-drawn breast outlines. Not our cases."""


def compare_with_recipe(model: Path, recipe: Path = FOLDER) -> str:
    """Return Markdown: one table for the headline repeat, one for the mean over all repeats that both have.

    Args:
        model: A model folder.
        recipe: Where the recipe's score files lie.

    Raises:
        BundleError: A file is missing or breaks a promise, or the two were not scored on the same cases.
    """
    if not (recipe / PREDICTIONS_NAME).is_file():
        raise BundleError("the recipe has no scores yet to compare with: run `make recipe` first (half an hour, MIAS)")
    files = load_score_files(model), load_score_files(recipe, complete=False)
    shared = sorted(set(repeats_in(files[0].predictions)) & set(repeats_in(files[1].predictions)))
    if HEADLINE_REPEAT not in shared:
        raise BundleError(f"{model.name} and the recipe must both have repeat {HEADLINE_REPEAT}; shared: {shared}")
    annotations = load_annotations()
    parts = [_table(f"{model.name} against the recipe, repeat {HEADLINE_REPEAT}", _headline(files), annotations)]
    if len(shared) > 1:
        parts.append(_table(f"Mean over repeats {', '.join(map(str, shared))}", files, annotations))
    return "\n\n".join(parts)


def _headline(files: tuple[ScoreFiles, ScoreFiles]) -> tuple[ScoreFiles, ScoreFiles]:
    """Return both models' scores of the headline repeat only."""
    first, second = (
        replace(
            of_model,
            predictions=of_model.predictions.query("repeat == @HEADLINE_REPEAT"),
            candidates=None if of_model.candidates is None else of_model.candidates.query("repeat == @HEADLINE_REPEAT"),
        )
        for of_model in files
    )
    return first, second


def _table(title: str, files: tuple[ScoreFiles, ScoreFiles], annotations: list[Annotation]) -> str:
    result = compare(*files, annotations)
    for block, reason in result["not_compared"].items():
        raise BundleError(f"{block}: {reason}")
    blocks = result["units"] | {"localisation": result.get("localisation", {}).get("abnormal", {})}
    rows = [f"**{title}**\n", "| | model | recipe | difference | 95 % interval | n | published |", "|---" * 7 + "|"]
    return "\n".join([*rows, *_rows(blocks)])


def _rows(blocks: dict) -> Iterator[str]:
    for line in LINES:
        entry = blocks.get(line.block, {}).get(line.figure)
        if entry is None:
            yield f"| {line.name} | not in both | | | | | {line.published:.3f} |"
            continue
        found = entry["difference"]
        interval = "none" if found["ci95"] is None else "{:+.3f} to {:+.3f}".format(*found["ci95"])
        values = f"{entry['first']:.3f} | {entry['second']:.3f} | {found['value']:+.3f} | {interval}"
        plural = {"woman": "women"}.get(found["unit"], f"{found['unit']}s")
        yield f"| {line.name} | {values} | {found['n']} {plural} | {line.published:.3f} |"
