"""The model card, every number of it written by the program from `metrics.json`.

Form: Mitchell et al, "Model Cards for Model Reporting", FAT* 2019.
"""

from __future__ import annotations

import json
from pathlib import Path

from mammo_core.evaluate.fit import TrainConfig

CARD_NAME = "MODEL_CARD.md"

_FILM_FIGURES = {
    "auc_normal_vs_abnormal": "AUC, normal against abnormal",
    "auc_malignant_vs_rest": "AUC, malignant against the rest",
    "auc_benign_vs_malignant": "AUC, benign against malignant (abnormal films only)",
    "macro_auc": "AUC, mean of the three classes against the rest",
    "accuracy_label": "Accuracy of the most probable class",
    "majority_class_accuracy": "Accuracy of always saying normal",
    "kappa_label": "Cohen's kappa of the most probable class",
    "ece_abnormal": "Calibration error of P(abnormal)",
    "coverage": "Share of films decided (not referred)",
    "accuracy_decided": "Accuracy on the films decided",
    "malignant_called_or_referred": "Malignant films called malignant or referred",
    "malignant_called_normal": "Malignant films called normal",
}
_SPREAD_FIGURES = (
    *("auc_normal_vs_abnormal", "auc_malignant_vs_rest", "auc_benign_vs_malignant"),
    *("coverage", "malignant_called_or_referred", "malignant_called_normal"),
)
_REGION_FIGURES = {
    "macro_auc": "AUC, mean of the three classes against the rest",
    "auc_normal_vs_abnormal": "AUC, normal against abnormal",
    "auc_malignant_vs_rest": "AUC, malignant against the rest",
    "auc_benign_vs_malignant": "AUC, benign against malignant (lesions only)",
    "ece_abnormal": "Calibration error of P(abnormal)",
}
_REGION_BLOCKS = {
    "region_normal": "Lesions against random normal places (position-matched)",
    "region_hard_normal": "Lesions against hard normal places (moved to the nearest blob)",
}
TISSUES = {"F": "fatty", "G": "fatty-glandular", "D": "dense-glandular"}


def write_card(folder: Path, metrics: dict, info: dict) -> None:
    """Write `MODEL_CARD.md` into a model folder.

    Args:
        folder: The model folder; its name is the model's.
        metrics: From `write_metrics`.
        info: What `bundle.json` will hold.
    """
    parts = [
        _head(folder.name, metrics, info),
        *_results(metrics),
        _applicability(info),
        _limits(metrics),
        _repeat(folder.name, info),
    ]
    (folder / CARD_NAME).write_text("\n".join(parts), encoding="utf-8")


def results_table(block: dict, names: dict[str, str]) -> str:
    """Return a Markdown table of figures with interval, n and unit.

    Args:
        block: One unit of `metrics.json`.
        names: {key of the figure: what to call it}.
    """
    rows = ["| figure | value | 95 % interval | n |", "|---|---|---|---|"]
    for key, name in names.items():
        if key in block["figures"]:
            rows.append(_row(name, block["figures"][key]))
    return "\n".join(rows)


def film_results_table(metrics: dict) -> str:
    """Return the table of whole-film results, as the card and the README show it."""
    return results_table(metrics["units"]["film"], _FILM_FIGURES)


def _row(name: str, figure: dict) -> str:
    plural = "" if figure["n"] == 1 else "s"
    if figure["value"] is None:
        return f"| {name} | none: {figure['reason']} | | {figure['n']} {figure['unit']}{plural} |"
    interval = "none" if figure["ci95"] is None else f"{figure['ci95'][0]:.2f} to {figure['ci95'][1]:.2f}"
    return f"| {name} | {figure['value']:.2f} | {interval} | {figure['n']} {figure['unit']}{plural} |"


def _head(name: str, metrics: dict, info: dict) -> str:
    film, bootstrap = metrics["units"]["film"], metrics["bootstrap"]
    counts = ", ".join(f"{n} {label}" for label, n in film["class_counts"].items())
    interim = "Interim. " if "interim" in name else ""
    return f"""# Model card: {name}

**{interim}A research prototype, not a medical device.** It must not be used to decide anything about a person.

## What it is

{info["backbone"]}, frozen; two linear heads, one for regions of 19 mm, one
that scans the breast in cells of 3.2 mm. Both were fitted on mini-MIAS: {film["n"]} digitised MLO films of
{film["n_women"]} women ({counts}), 0.2 mm per pixel. Films are prepared by one piece of code for training and reading;
its fingerprint is `{info["fingerprint"][:16]}`, and the model refuses to load where that differs.

**Intended use**: showing clinicians and engineers what such a model says, sees and misses.
**Not intended**: diagnosis, triage, screening, or any use on a patient.

## How it was measured

Five folds, split by woman and stratified by class and tissue. Each film, region and mark was scored by heads that had
seen neither breast of its woman; calibration and doubt band came from inner folds. {_choices(info)}
Intervals are percentiles of {bootstrap["resamples"]} bootstrap resamples of women (seed {bootstrap["seed"]}).
They do not cover the doubt from training on other women. What ships was fitted on all women with the same settings and
is not scored again. A film of the training set shows its out-of-fold answer as long as its pixels are unchanged; a
cropped, rescaled or edited copy is read by the released model, which has seen its woman.
"""


def _results(metrics: dict) -> list[str]:
    parts = ["## Results, whole films (out of fold)\n", film_results_table(metrics), "", _spread(metrics), ""]
    confusion = metrics["units"]["film"]["confusion"]["decision"]
    parts += ["Decisions:\n", "| truth | " + " | ".join(confusion["columns"]) + " |", "|---" * 5 + "|"]
    for label, row in zip(metrics["units"]["film"]["confusion"]["rows"], confusion["counts"], strict=True):
        parts.append(f"| {label} | " + " | ".join(map(str, row)) + " |")
    parts += ["", _said(confusion), ""]
    for key, title in _REGION_BLOCKS.items():
        if key in metrics["units"]:
            parts += [f"## Results, regions: {title}\n", results_table(metrics["units"][key], _REGION_FIGURES), ""]
    parts += ["## Finding the place\n", *_localisation(metrics), ""]
    parts += ["## Subgroups, whole films\n", *_subgroups(metrics), ""]
    return parts


def _choices(info: dict) -> str:
    """Say where the settings come from: the recipe's, or somebody's own."""
    if info["training"] != json.loads(json.dumps(TrainConfig().to_dict())):
        return "The settings of this run differ from the defaults; `bundle.json` has them."
    return (
        "Blocks, region size, grey stretch, pooling, mining, components and penalties were taken over from an earlier "
        "study on these same 322 films; that flatters the figures by an unknown amount."
    )


def _spread(metrics: dict) -> str:
    """Say what other partitions of the same women give."""
    repeats = metrics["units"]["film"]["repeats"]
    if len(repeats["repeats"]) < 2:
        return "Measured on one partition of the women only."
    rows = [
        f"The figures above are of the first of {len(repeats['repeats'])} partitions of the same women, fixed "
        "beforehand. All of them:\n",
        "| figure | mean | standard deviation | least | most |\n|---|---|---|---|---|",
    ]
    for key in _SPREAD_FIGURES:
        figure = repeats["figures"].get(key)
        if figure:
            least, most = min(figure["values"]), max(figure["values"])
            rows.append(
                f"| {_FILM_FIGURES[key]} | {figure['mean']:.3f} | {figure['sd']:.3f} | {least:.2f} | {most:.2f} |"
            )
    return "\n".join(rows)


def _said(confusion: dict) -> str:
    """Say which classes the model never decides for."""
    totals = [sum(column) for column in zip(*confusion["counts"], strict=True)]
    never = [name for name, total in zip(confusion["columns"], totals, strict=True) if total == 0]
    referred = totals[-1] / sum(totals)
    text = f"It refers {referred:.0%} of the films."
    return text + (f" It never decides `{'` or `'.join(never)}`." if never else "")


def _localisation(metrics: dict) -> list[str]:
    rows = ["| what | value | 95 % interval | n |", "|---|---|---|---|"]
    for target, block in metrics.get("localisation", {}).items():
        rows.append(_row(f"Strongest mark hits ({target})", block["pointing"]))
        rows += [
            _row(f"Sensitivity at {rate} false marks per normal film ({target})", figure)
            for rate, figure in block["sensitivity_at"].items()
        ]
    return rows


def _subgroups(metrics: dict) -> list[str]:
    groups = metrics["units"]["film"].get("subgroups", {})
    rows = ["| group | AUC, normal against abnormal | 95 % interval | n |", "|---|---|---|---|"]
    for kind, members in groups.items():
        for name, block in members.items():
            figure = block["figures"].get("auc_normal_vs_abnormal")
            if figure:
                rows.append(_row(f"{kind}: {TISSUES.get(name, name)}", figure))
    return rows


def _applicability(info: dict) -> str:
    limit, share = info["applicability"]["look_limit"], info["training"]["look_share"]
    n_outside, n_films = len(info["training_films_outside"]), len(info["training_films"])
    return f"""## Which films it may speak about

Views other than MLO (spot and magnification views among them), views that neither a tag nor a large pectoral muscle
tells, films of unknown or merely assumed pixel spacing, films that say they were acquired digitally, and films that
look unlike the training films are marked *outside training* and referred. The look is the root mean square z-score of
the film's mean features; the limit {limit:.2f} is the quantile {share:.2f} of training films, out of fold. Set inside
the folds, such a limit put {n_outside} of {n_films} training films outside.
"""


def _limits(metrics: dict) -> str:
    benign = metrics["units"]["film"]["figures"]["auc_benign_vs_malignant"]
    interval = "no interval" if benign["ci95"] is None else f"{benign['ci95'][0]:.2f} to {benign['ci95'][1]:.2f}"
    return f"""## Limits

- **Microcalcifications are hardly resolved** at 0.2 mm per pixel; a cluster of them may leave no trace in what the
  model sees.
- **Benign against malignant is close to chance** on these films (AUC {benign["value"]:.2f}, {interval}). Read the two
  as one: abnormal.
- 161 women, one country, one era, digitised film, MLO views only. Nothing is known of how it does elsewhere.
- A film prepared from an estimated pixel spacing may be read at the wrong scale.
- In the study 16 % of films are malignant, in screening about 0.6 %. Its probabilities belong to the study's mix and
  would be far too high in screening.
- Regions are centred on the annotated place; a reader's click is not, which costs some. Region probabilities belong to
  a mix of regions of which about a fifth are lesions. Hard normal places often overlap the random ones.
- Heatmaps explain the raw score of a class, from which the probabilities are made, not the probabilities themselves.
- Heatmaps show where the evidence lies, not how strong it is, and not that the evidence is right.

## Licences

Fitted on mini-MIAS (J Suckling et al, 1994, Excerpta Medica 1069, 375-378), for research. EfficientNet-Lite0's ImageNet
weights: Apache-2.0. No film is part of this folder.
"""


def _repeat(name: str, info: dict) -> str:
    return f"""## How to repeat it

```bash
python -m mammo_core train again-{name} --repeats {info["repeats"]}
```

About ten minutes on two cores, with MIAS in `data/mias`. Seed {info["seed"]}, {info["repeats"]} repeats, split digest
`{info["split_digest"][:16]}`. Libraries: {", ".join(f"{k} {v}" for k, v in info["versions"].items())}.
"""
