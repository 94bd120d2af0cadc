"""Whether a cross-validation from scratch lands inside the released model's own intervals, and what chance gives."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import mean

from mammo_core.errors import BundleError
from mammo_core.evaluate.derive import derive_metrics
from mammo_core.evaluate.score_files import load_score_files
from mammo_core.mias.index import load_annotations
from mammo_core.network.bundle import load_bundle

_FIGURES = ("auc_normal_vs_abnormal", "auc_malignant_vs_rest", "auc_benign_vs_malignant", "macro_auc")


def repeatability_table(run_folder: Path) -> str:
    """Return the run's headline figures beside those of the active model, as a Markdown table.

    Args:
        run_folder: Holds the run's score files.
    """
    run = _figures(run_folder)
    try:
        released = _figures(load_bundle().folder)
    except BundleError:
        released = {}
    rows = ["| unit | figure | this run | active model | its 95 % interval | inside |", "|---|---|---|---|---|---|"]
    for (unit, name), figure in run.items():
        row = f"| {unit} | {name} | {_shown(figure['value'])} |"
        known = released.get((unit, name))
        if known is None or known["ci95"] is None:
            rows.append(f"{row} | | |")
            continue
        low, high = known["ci95"]
        inside = "yes" if figure["value"] is not None and low <= figure["value"] <= high else "NO"
        rows.append(f"{row} {_shown(known['value'])} | {low:.3f} to {high:.3f} | {inside} |")
    return "\n".join(rows)


def permutation_table(rows: Sequence[dict]) -> str:
    """Return mean, least and most of each figure over permutations, as a Markdown table.

    Args:
        rows: As `permutations.csv`.
    """
    values: dict[tuple[str, str], list[float]] = {}
    for row in rows:
        if row["value"] is not None:
            values.setdefault((row["unit"], row["figure"]), []).append(float(row["value"]))
    table = ["| unit | figure | mean | least | most | n |", "|---|---|---|---|---|---|"]
    for (unit, name), found in values.items():
        spread = f"{mean(found):.3f} | {min(found):.3f} | {max(found):.3f} | {len(found)}"
        table.append(f"| {unit} | {name} | {spread} |")
    return "\n".join(table)


def _figures(folder: Path) -> dict[tuple[str, str], dict]:
    """Return {(unit, figure): value with interval} of a folder's scores, headline repeat."""
    metrics = derive_metrics(load_score_files(folder, complete=False), load_annotations())
    found = {(unit, name): block["figures"][name] for unit, block in metrics["units"].items() for name in _FIGURES}
    for target, block in metrics["localisation"].items():
        found["localisation", f"{target}: strongest mark hits"] = block["pointing"]["strongest_mark"]
        for rate, figure in block["sensitivity_at"].items():
            found["localisation", f"{target}: sensitivity at {rate} false marks"] = figure
    return found


def _shown(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f}"
