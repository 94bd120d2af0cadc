"""The scorecard as Markdown, written by the program from its figures."""

from __future__ import annotations

from mammo_core.evaluate.scorecard import BASELINES, FIGURES, GROUPS
from mammo_core.explain.explain import METHOD_NAMES
from mammo_core.metrics.froc import MIN_RADIUS_PX

BASELINE_NAMES = {"centre": "centre of the breast", "random": "random place", "uniform": "all of the breast alike"}
LEVEL_NAMES = {"head": "head", "upper": "head and upper blocks", "whole": "whole network"}
_HEADINGS = {"hit": "pointing hit", "energy": "energy inside", "iou": "IoU"}
_INTRODUCTION = """\
# Scorecard of the explanations

Written by `make scorecard` from `scorecard.csv` and `scorecard_sanity.csv`; do not edit. Model `{model_id}`,
{n_films} abnormal films of MIAS with a place ({n_women} women). Every film was explained by heads that had seen no film
of the same woman. In brackets: 95 % intervals, bootstrap over women.

- **Pointing hit**: share of films on which the map's maximum lies in a radiologist's circle, or within {radius:g}
  pixels of its centre.
- **Energy inside**: share of the map's sum that lies in the circles.
- **IoU**: overlap of the circles and of the map's highest pixels, as many as the circles hold.
- **Centre** and **random** are discs of the lesion's size; *all of the breast alike* has the lesion's share of the
  breast as its energy: what a map without any knowledge would have.
"""
_SANITY = """\
## Does the map depend on what the model learned?

The check by randomised weights (Adebayo et al, NeurIPS 2018) on {n_films} films, one a woman: how alike the map is when
the weights of the head, of the head and the upper blocks, or of the whole network are shuffled. Near 0: the map depends
on what was learned. Near 1: it would look the same without. In brackets: 95 % intervals, bootstrap over women.
"""


def to_markdown(summary: dict) -> str:
    """Return the scorecard for people to read; `summary` as `summarise` gives it."""
    text = [_INTRODUCTION.format(radius=MIN_RADIUS_PX, **{k: summary[k] for k in ("model_id", "n_films", "n_women")})]
    measured = summary["groups"]["abnormal"]["methods"]
    if missing := [name for method, name in METHOD_NAMES.items() if method not in measured]:
        text.append(f"Not measured yet: {', '.join(missing)}.\n")
    for name, title in GROUPS.items():
        group = summary["groups"][name]
        text.append(f"## {title[0].upper()}{title[1:]}\n\nn = {group['n_films']} films, {group['n_women']} women.\n")
        text.append(_table(group))
    text.append(_SANITY.format(n_films=summary["sanity"]["n_films"]))
    text.append(_sanity_table(summary["sanity"]["likeness"]))
    return "\n".join(text)


def with_interval(figure: dict) -> str:
    """Return `0.62 [0.51, 0.73]`, `0.62` where there is no interval, and a dash where there is no value."""
    if figure["value"] is None:
        return "–"
    if figure["ci95"] is None:
        return f"{figure['value']:.2f}"
    return "{:.2f} [{:.2f}, {:.2f}]".format(figure["value"], *figure["ci95"])


def _table(group: dict) -> str:
    lines = [f"| method | {' | '.join(_HEADINGS.values())} | empty maps |", "|---" * (len(FIGURES) + 2) + "|"]
    for method, figures in group["methods"].items():
        name = METHOD_NAMES.get(method) or f"*{BASELINE_NAMES[method]}*"
        empty = "–" if method in BASELINES else figures["n_empty"]
        lines.append(f"| {name} | {' | '.join(with_interval(figures[figure]) for figure in FIGURES)} | {empty} |")
    return "\n".join(lines) + "\n"


def _sanity_table(likeness: dict) -> str:
    lines = [f"| method | measure | {' | '.join(LEVEL_NAMES.values())} |", "|---" * (len(LEVEL_NAMES) + 2) + "|"]
    for method, levels in likeness.items():
        for measure, words in (("rank", "rank correlation"), ("ssim", "SSIM")):
            cells = " | ".join(with_interval(levels[level][measure]) for level in LEVEL_NAMES)
            lines.append(f"| {METHOD_NAMES[method]} | {words} | {cells} |")
    return "\n".join(lines) + "\n"
