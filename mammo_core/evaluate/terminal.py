"""A model's figures, and two models side by side, as `evaluate` prints them: Markdown tables under headings."""

from __future__ import annotations

from collections.abc import Mapping

from mammo_core.evaluate import tables, use_tables


def evaluation_text(metrics: Mapping) -> str:
    """Return the short form of a model's figures for the terminal: tables of Markdown under headings."""
    parts = [f"# {metrics['model_id']}: films, breasts and women, out of fold", tables.results_table(metrics)]
    chance = tables.chance_text(metrics)
    parts += [chance] if chance else []
    if {"region_normal", "region_hard_normal"} & set(metrics["units"]):
        parts += ["# Regions", tables.regions_table(metrics)]
    points = tables.points_table(metrics)
    if points:
        parts += ["# Operating points", points, "# By prevalence", use_tables.predictive_table(metrics)]
    benefit = use_tables.benefit_table(metrics)
    if benefit:
        parts += ["# Calibration", use_tables.calibration_table(metrics), "# Worth acting on", benefit]
    if "localisation" in metrics:
        found = metrics["localisation"]
        parts += ["# Finding the place", tables.pointing_table(found), tables.froc_table(found)]
    if "permutations" in metrics:
        parts += ["# Labels permuted by woman", tables.permutations_table(metrics)]
    return "\n\n".join(parts)


def comparison_text(found: Mapping) -> str:
    """Return two models' figures and their paired difference for the terminal."""
    rows = []
    for unit, figures in (found["units"] | found.get("localisation", {})).items():
        for name, entry in figures.items():
            text = tables.PERMUTED_TEXTS.get(name) or tables.SCORES.get(name) or name.replace("_", " ")
            values = (f"{entry[side]:.3f}" if entry[side] is not None else "–" for side in ("first", "second"))
            rows.append([tables.UNIT_TEXTS.get(unit, unit), text, *values, tables.cell(entry["difference"], digits=3)])
    head = ["unit", "figure", found["first"], found["second"], "difference (95 % interval, same women)"]
    repeats = tables.plural(len(found["repeats"]), "partition")
    parts = [f"# {found['first']} less {found['second']}, mean over {repeats} of the women", tables.table(head, rows)]
    for unit, reason in found["not_compared"].items():
        parts.append(f"Not compared: {tables.UNIT_TEXTS.get(unit, unit)}, for {reason}")
    return "\n\n".join(parts)
