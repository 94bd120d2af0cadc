"""Figures of `metrics.json` as Markdown tables, for the card, the README and the terminal: numbers in, text out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mammo_core.evaluate.figures import near_chance
from mammo_core.evaluate.score_files import DECIDING_UNITS, POINTS

SCORES = {
    "auc_normal_vs_abnormal": "AUC, normal against abnormal",
    "auc_malignant_vs_rest": "AUC, malignant against the rest",
    "auc_benign_vs_malignant": "AUC, benign against malignant",
    "macro_auc": "AUC, mean of each class against the rest",
    "accuracy_label": "Accuracy of the most probable class",
    "majority_class_accuracy": "Accuracy of always naming the commonest class",
    "kappa_label": "Cohen's kappa of the most probable class",
    "ece_abnormal": "Calibration error of P(abnormal)",
    "ece_malignant": "Calibration error of P(malignant)",
}
DECISIONS = {
    "coverage": "Decided, not referred",
    "accuracy_decided": "Accuracy on those decided",
    "malignant_called_or_referred": "Malignant: called malignant or referred",
    "malignant_called_normal": "Malignant: called normal",
}
BY_CLASS = {
    f"{kind}_{label}": f"{label.capitalize()}: {words}"
    for label in ("normal", "benign", "malignant")
    for kind, words in (("coverage", "decided"), ("error_decided", "wrong among those decided"))
}
POINT_TEXTS = {
    "screening": "screening (aims at sensitivity 0.90)",
    "balanced": "balanced (sensitivity = specificity)",
    "specific": "specific (aims at specificity 0.95)",
}
METHOD_TEXTS = {
    "strongest_mark": "strongest mark",
    "gradcam": "Grad-CAM",
    "centre": "centre of the breast",
    "random": "random point in the breast",
}
PERMUTED_TEXTS = {f"{name}_foldwise": f"{text}, fold by fold" for name, text in SCORES.items() if "auc" in name}
PERMUTED_TEXTS |= {name: SCORES[name] for name in ("accuracy_label", "kappa_label")}
PERMUTED_TEXTS |= {
    "pointing": "strongest mark hits an abnormality",
    "malignant_pointing": "strongest mark hits a cancer",
}
PERMUTED_TEXTS |= {"sensitivity_at_1": "abnormalities found at 1 false mark per normal film"}
UNIT_TEXTS = {
    "region_normal": "region, random normals",
    "region_hard_normal": "region, hard normals",
    "localisation": "finding the place",
}
BIASED = 0.1
"""A mean of permuted AUCs further than this from one half is no accident of a few permutations."""
TISSUE_TEXTS = {"F": "fatty", "G": "fatty-glandular", "D": "dense-glandular"}
ABNORMALITY_TEXTS = {
    "CALC": "calcifications",
    "CIRC": "well-defined masses",
    "SPIC": "spiculated masses",
    "MISC": "ill-defined masses",
    "ARCH": "architectural distortion",
    "ASYM": "asymmetry",
    "OTHER": "all but calcifications",
}
_PLURALS = {"woman": "women"}


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table."""
    head = list(head)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def plural(n: int, unit: str) -> str:
    """Return `1 film`, `322 films`, `161 women`."""
    return f"{n} {unit if n == 1 else _PLURALS.get(unit, unit + 's')}"


def number(value: float, digits: int = 2) -> str:
    """Return a number as text, and nothing below zero that rounds to zero."""
    return f"{round(value, digits) + 0.0:.{digits}f}"


def cell(figure: Mapping | None, usual_n: int | None = None, digits: int = 2) -> str:
    """Return `0.74 (0.68 to 0.79)`, with n where it is not the usual one; a dash without cases, else why no number."""
    if figure is None:
        return ""
    if not figure["n"]:
        return "–"
    if figure["value"] is None:
        return f"none: {figure['reason']}"
    text = number(figure["value"], digits)
    if figure["ci95"]:
        text += " ({} to {})".format(*(number(end, digits) for end in figure["ci95"]))
    return text if figure["n"] == usual_n else f"{text}, n = {figure['n']}"


def units_table(metrics: Mapping, blocks: Iterable[str], names: Mapping[str, str], titles: Mapping[str, str]) -> str:
    """Return figures in rows and units side by side, those of `blocks` that the model has.

    Args:
        metrics: As `derive_metrics` returns it.
        blocks: Names of units.
        names: {figure: what to call it}; figures that none of them has are left out.
        titles: {unit: what stands above its column, before its n}; its own name where it is not there.
    """
    units = {name: metrics["units"][name] for name in blocks if name in metrics["units"]}
    heads = [_heading(block, titles.get(name, "")) for name, block in units.items()]
    rows = []
    for key, text in names.items():
        cells = [cell(block["figures"].get(key), block["n"]) for block in units.values()]
        if any(cells):
            rows.append([text, *cells])
    return table(["figure (95 % interval)", *heads], rows)


def _heading(block: Mapping, title: str) -> str:
    return f"{title}{', ' if title else ''}{plural(block['n'], block['unit'])}"


def results_table(metrics: Mapping) -> str:
    """Return films, breasts and women side by side, as the card, the README and the terminal show them."""
    return units_table(metrics, DECIDING_UNITS, SCORES | DECISIONS, {})


def regions_table(metrics: Mapping) -> str:
    """Return lesions against random normal places, and bright blobs at lesions against those of normal breasts."""
    titles = {"region_normal": "against random normal places", "region_hard_normal": "bright blobs on both sides"}
    names = {name: text for name, text in SCORES.items() if name not in ("accuracy_label", "majority_class_accuracy")}
    return units_table(metrics, titles, names, titles)


def chance_text(metrics: Mapping) -> str:
    """Return which AUCs are close to chance in which unit, a sentence a verdict; empty where none is."""
    found: dict[str, dict[str, list[str]]] = {}
    for key in ("auc_normal_vs_abnormal", "auc_malignant_vs_rest", "auc_benign_vs_malignant"):
        for name, block in metrics["units"].items():
            figure = block["figures"][key]
            words = near_chance(figure)
            if words:
                question = SCORES[key].removeprefix("AUC, ")
                told = f"{UNIT_TEXTS.get(name, name)} {cell(figure)}"
                found.setdefault(words, {}).setdefault(question, []).append(told)
    sentences = []
    for words, questions in found.items():
        told = "; ".join(f"{question} ({'; '.join(units)})" for question, units in questions.items())
        sentences.append(f"**{words[0].upper()}{words[1:]}**: {told}.")
    return " ".join(sentences)


def points_table(metrics: Mapping) -> str:
    """Return the operating points of films, breasts and women; empty where the model has none."""
    rows = []
    for name in DECIDING_UNITS:
        block = metrics["units"].get(name, {})
        for point in POINTS if "operating_points" in block else ():
            figures, ends = block["figures"], block["operating_points"][point]
            shown = [cell(figures[f"{point}_{kind}"]) for kind in ("sensitivity", "specificity", "ppv", "npv")]
            rows.append([name, POINT_TEXTS[point], f"{ends['least']:.3f} to {ends['most']:.3f}", *shown])
    head = ["unit", "point", "threshold over folds", "sensitivity", "specificity", "PPV", "NPV"]
    return table(head, rows) if rows else ""


def doubt_table(block: Mapping) -> str:
    """Return accuracy against the share decided, every fourth point of a unit's curve."""
    points = block["doubt_curve"]["points"][3::4]
    rows = [
        [
            f"{100 * point['share']:.0f} % ({plural(point['n'], block['unit'])})",
            *(cell(point[name], point["n"]) for name in ("accuracy", "always_normal", "sensitivity_malignant")),
            cell(point["specificity_malignant"]),
        ]
        for point in points
    ]
    head = ["decided", "accuracy", "always saying normal", "sensitivity for malignant", "specificity for malignant"]
    return table(head, rows)


def pointing_table(localisation: Mapping) -> str:
    """Return what each method points at, and how much better than knowing nothing."""
    targets = list(localisation)
    n = {t: localisation[t]["pointing"]["strongest_mark"]["n"] for t in targets}
    rows = [
        [METHOD_TEXTS[method], *(cell(localisation[t]["pointing"].get(method), n[t]) for t in targets)]
        for method in METHOD_TEXTS
        if method in localisation[targets[0]]["pointing"]
    ]
    for name in localisation[targets[0]]["differences"]:
        first, second = (METHOD_TEXTS[method] for method in name.split("_minus_"))
        cells = [cell(localisation[t]["differences"].get(name), n[t]) for t in targets]
        rows.append([f"{first} less {second}", *cells])
    return table(["share of films whose abnormality is hit", *(f"{t}, {plural(n[t], 'film')}" for t in targets)], rows)


def froc_table(localisation: Mapping) -> str:
    """Return the share of abnormalities found at each rate of false marks."""
    heads = [f"{target}, {plural(block['n_lesions'], 'lesion')}" for target, block in localisation.items()]
    rates = next(iter(localisation.values()))["sensitivity_at"]
    rows = [
        [rate, *(cell(block["sensitivity_at"][rate], block["n_lesions"]) for block in localisation.values())]
        for rate in rates
    ]
    return table(["false marks per normal film, at most", *heads], rows)


def places_table(abnormal: Mapping, kind: str, names: Mapping[str, str]) -> str:
    """Return pointing beside the baselines, and sensitivity, of each part: `kind` is `tissue` or `abnormality`."""
    methods = [method for method in METHOD_TEXTS if method in abnormal["pointing"]]
    rows = []
    for code, part in abnormal[kind].items():
        n = part["pointing"]["strongest_mark"]["n"]
        hits = [cell(part["pointing"][method], n) for method in methods]
        found = [cell(part["sensitivity_at"][rate], part["n_lesions"]) for rate in ("1", "2")]
        rows.append([f"{code} {names[code]}", str(n), *hits, str(part["n_lesions"]), *found])
    methods = [METHOD_TEXTS[method] for method in methods]
    return table([kind, "films", *methods, "lesions", "found at 1 false mark", "found at 2"], rows)


def permutations_table(metrics: Mapping) -> str:
    """Return what chance gives beside the model, unit by unit, for the figures of `PERMUTED_TEXTS`."""
    rows = []
    for unit, figures in metrics["permutations"].items():
        for name, found in figures.items():
            if name in PERMUTED_TEXTS and found["p_value"] is not None:
                model, mean, least, most = (number(found[key]) for key in ("model", "mean", "least", "most"))
                numbers = [model, f"{mean} ({least} to {most})", f"{found['p_value']:.3f}"]
                rows.append([UNIT_TEXTS.get(unit, unit), PERMUTED_TEXTS[name], *numbers])
    return table(["unit", "figure", "model", "labels permuted: mean (least to most)", "p"], rows)


def biased_text(metrics: Mapping) -> str:
    """Return where permuted labels themselves stay away from one half, for then 0.5 is not chance; else empty."""
    found = [
        f"{UNIT_TEXTS.get(unit, unit)}, {PERMUTED_TEXTS[name].removeprefix('AUC, ')}: {number(told['mean'])}"
        for unit, figures in metrics["permutations"].items()
        for name, told in figures.items()
        if name in PERMUTED_TEXTS and "auc" in name and told["n"] and abs(told["mean"] - 0.5) > BIASED
    ]
    if not found:
        return ""
    return "Permuted labels do not always give 0.5; hold the model against what they gave: " + "; ".join(found) + "."


def subgroups_table(block: Mapping, kind: str, figure: str, names: Mapping[str, str]) -> str:
    """Return one figure by `tissue` or `abnormality`, with the cases of each class."""
    rows = []
    for code, part in block["subgroups"][kind].items():
        counts = ", ".join(f"{n} {label}" for label, n in part["class_counts"].items())
        found = part["figures"]
        kept = cell(found.get("abnormal_not_called_normal"))
        rows.append([f"{code} {names[code]}", counts, cell(found[figure], part["n"]), kept])
    return table([kind, f"{block['unit']}s", "AUC, normal against abnormal", "abnormal: not called normal"], rows)


def spread_table(metrics: Mapping, names: Mapping[str, str]) -> str:
    """Return mean, deviation, least and most over the partitions of the women, for films, breasts and women."""
    rows = []
    for unit in DECIDING_UNITS:
        spread = metrics["units"].get(unit, {}).get("repeats", {}).get("figures", {})
        for key, text in names.items():
            if key in spread and spread[key]["mean"] is not None:
                figure = spread[key]
                ends = f"{min(figure['values']):.2f} to {max(figure['values']):.2f}"
                rows.append([unit, text, f"{figure['mean']:.3f}", f"{figure['sd']:.3f}", ends])
    return table(["unit", "figure", "mean", "standard deviation", "least to most"], rows) if rows else ""
