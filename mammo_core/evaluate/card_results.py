"""The results in the model card: every figure from `metrics.json`, in short tables with a sentence before each."""

from __future__ import annotations

from collections.abc import Mapping

from mammo_core.evaluate import tables, use_tables
from mammo_core.evaluate.score_files import DECIDING_UNITS

_SPREAD = ("auc_normal_vs_abnormal", "auc_malignant_vs_rest", "auc_benign_vs_malignant", "coverage", "accuracy_decided")
_PERCENT = "\N{NO-BREAK SPACE}%"
_AGREEMENTS = {
    "side": "on the same side, normal or abnormal",
    "class": "of the same class",
    "abnormal": "lesions, of a lesion",
    "normal": "normal, of a normal place",
    "benign": "benign, of a benign lesion",
    "malignant": "malignant, of a malignant lesion",
}


def results(metrics: Mapping) -> list[str]:
    """Return the card's sections on results, Markdown; a section whose figures the model lacks is left out."""
    parts = [_whole(metrics), _spread(metrics), _decisions(metrics)]
    if "operating_points" in metrics["units"]["film"]:
        parts += [_points(metrics), _use(metrics), _doubt(metrics["units"]["film"])]
    if {"region_normal", "region_hard_normal"} & set(metrics["units"]):
        parts.append(_regions(metrics))
    if "localisation" in metrics:
        parts.append(_places(metrics["localisation"]))
    if "neighbours" in metrics:
        parts.append(_similar(metrics["neighbours"]))
    if "permutations" in metrics:
        parts.append(_chance(metrics))
    if "subgroups" in metrics["units"]["film"]:
        parts.append(_subgroups(metrics["units"]["film"]))
    return parts


def in_short(metrics: Mapping) -> str:
    """Return the card's first lines: how good it is, and how sure of that one can be."""
    film = metrics["units"]["film"]
    figures, n = film["figures"], film["n"]
    lines = [
        f"- Normal against abnormal films: AUC {tables.cell(figures['auc_normal_vs_abnormal'], n)}; malignant against "
        f"the rest: {tables.cell(figures['auc_malignant_vs_rest'], n)}."
    ]
    benign = figures["auc_benign_vs_malignant"]
    words = film["close_to_chance"].get("auc_benign_vs_malignant")
    lines.append(
        f"- Benign against malignant: AUC {tables.cell(benign)} abnormal films"
        + (f", **{words}**. Read the two as one: abnormal." if words else ".")
    )
    if "coverage" in figures:
        lines.append(
            f"- It decides {_percent(figures['coverage'])} of the films and refers the rest to a person. Of those "
            f"decided {_percent(figures['accuracy_decided'])} are right; of the malignant films "
            f"{_percent(figures['malignant_called_normal'])} are called normal."
        )
    pointing = metrics.get("localisation", {}).get("abnormal", {}).get("pointing", {})
    if "centre" in pointing:
        lines.append(
            f"- Its strongest mark hits the abnormality on {_percent(pointing['strongest_mark'])} of the abnormal "
            f"films; the centre of the breast would on {_percent(pointing['centre'])}."
        )
    return "## In short\n\n" + "\n".join(lines)


def _percent(figure: Mapping) -> str:
    if figure["value"] is None:
        return f"no number ({figure['reason']})"
    text = f"{100 * figure['value']:.0f}{_PERCENT}"
    if figure["ci95"]:
        text += " ({:.0f} to {:.0f})".format(*(100 * end for end in figure["ci95"]))
    return text


def _whole(metrics: Mapping) -> str:
    parts = [
        "## Results: films, breasts and women\n",
        "A film is scored alone, a breast with the film of the other one known, a woman from both of her films; her "
        "class is that of her worse film. Beside the accuracy stands what always naming the commonest class gives.\n",
        tables.results_table(metrics),
    ]
    chance = tables.chance_text(metrics)
    return "\n".join(parts) + (f"\n\n{chance}" if chance else "")


def _spread(metrics: Mapping) -> str:
    film = metrics["units"]["film"]["repeats"]
    if not film:
        return "Measured on one partition of the women only."
    names = {name: text for name, text in (tables.SCORES | tables.DECISIONS).items() if name in _SPREAD}
    return (
        f"The figures above are of the first of {len(film['repeats'])} partitions of the same women, fixed beforehand. "
        "All of them (this spread understates the doubt, for the films are the same):\n\n"
        + tables.spread_table(metrics, names)
    )


def _decisions(metrics: Mapping) -> str:
    parts = ["## Decisions\n"]
    for unit in DECIDING_UNITS:
        block = metrics["units"].get(unit)
        confusion = block["confusion"].get("decision") if block else None
        if confusion:
            rows = [
                [label, *map(str, counts)]
                for label, counts in zip(block["confusion"]["rows"], confusion["counts"], strict=True)
            ]
            parts += [tables.table([f"{unit}: truth", *confusion["columns"]], rows), "", _said(confusion, unit), ""]
    parts.append("Coverage and error by class:\n")
    parts += [tables.units_table(metrics, DECIDING_UNITS, tables.BY_CLASS, {})]
    return "\n".join(parts)


def _said(confusion: Mapping, unit: str) -> str:
    """Say how much is referred, and which classes the model never decides for."""
    totals = [sum(column) for column in zip(*confusion["counts"], strict=True)]
    never = [name for name, total in zip(confusion["columns"], totals, strict=True) if total == 0 and name != "refer"]
    text = (
        f"It refers {100 * totals[-1] / sum(totals):.0f}{_PERCENT} of the {tables.plural(2, unit).removeprefix('2 ')}."
    )
    return text + (f" It never decides `{'` or `'.join(never)}`." if never else "")


def _points(metrics: Mapping) -> str:
    return (
        "## Operating points\n\nThresholds on P(malignant), fitted on the inner folds of each outer fold and used on "
        "its cases, so that what they aim at is not always what they reach. PPV and NPV hold for the mix of this study "
        "only.\n\n" + tables.points_table(metrics)
    )


def _use(metrics: Mapping) -> str:
    return (
        f"## In use\n\nWhat the screening point would give where cancer is rarer. {use_tables.PREDICTIVE_TEXT}\n\n"
        f"{use_tables.predictive_table(metrics, ('screening',))}\n\n{use_tables.BENEFIT_TEXT}\n\n"
        f"{use_tables.benefit_table(metrics)}\n\nWhether probabilities mean what they say:\n\n"
        + use_tables.calibration_table(metrics)
    )


def _doubt(film: Mapping) -> str:
    coverage = film["figures"]["coverage"]
    return (
        "## Accuracy against the share of films decided\n\nFilms in the order in which the model is sure of them: the "
        f"{film['doubt_curve']['order']}. The model itself decides {_percent(coverage)}. Always saying normal on the "
        "same films stands beside, for the surest films are mostly normal ones.\n\n" + tables.doubt_table(film)
    )


def _regions(metrics: Mapping) -> str:
    return (
        "## Results: regions of 19 mm\n\nSquares cut at the known place of an abnormality, against squares of normal "
        "breasts at random places where a lesion could lie. Harder, with bright blobs on both sides, so that being a "
        "blob tells nothing: lesions from the blob nearest to their known place whose square still holds it, against "
        "the blob nearest to another such place of a normal breast. Both are easier questions than a whole film.\n\n"
        + tables.regions_table(metrics)
    )


def _places(localisation: Mapping) -> str:
    abnormal = localisation["abnormal"]
    parts = [
        "## Finding the place\n",
        f"A mark is a hit when {abnormal['hit']}. False marks are counted on normal films only. Abnormalities without "
        "a place in MIAS are left out. The centre of the breast and random points in it (their expected share of hits) "
        "say what knowing nothing would give; differences are over the same women.\n",
        tables.pointing_table(localisation),
        "",
        tables.froc_table(localisation),
        "",
        "By kind of abnormality, and by tissue (lesions and normal films both of that tissue):\n",
        tables.places_table(abnormal, "abnormality", tables.ABNORMALITY_TEXTS),
        "",
        tables.places_table(abnormal, "tissue", tables.TISSUE_TEXTS),
    ]
    return "\n".join(parts)


def _similar(found: Mapping) -> str:
    rows = [
        [_AGREEMENTS[name], cells[0], tables.number(figure["chance"]), cells[1]]
        for name, figure in found["figures"].items()
        if figure["n"]
        and (cells := [tables.cell(figure, found["n"]), tables.cell(figure["above_chance"], figure["n"])])
    ]
    head = ["share of the neighbours that are", "found", "by chance", "above chance"]
    return (
        f"## Similar cases\n\nThe {found['neighbours']} places of MIAS that look most alike to the frozen layers, each "
        "of another woman, sought among the women of the other folds; the truth is no part of the likeness. "
        f"{tables.plural(found['n'], 'region')} of {tables.plural(found['n_women'], 'woman')}. By chance is the share "
        "among all places that could have been found.\n\n" + tables.table(head, rows) + "\n\nThe share of abnormal "
        f"neighbours tells normal from abnormal regions with AUC {tables.cell(found['auc_normal_vs_abnormal'])}."
    )


def _chance(metrics: Mapping) -> str:
    n = max(found["n"] for figures in metrics["permutations"].values() for found in figures.values())
    biased = tables.biased_text(metrics)
    return (
        f"## Chance\n\nThe same recipe with labels dealt to the women at random, {tables.plural(n, 'time')}. p is the "
        "share of these runs, the model itself counted as one, that are at least as good; it cannot be smaller than "
        f"{1 / (n + 1):.3f}. AUCs are averaged over the folds here.\n\n"
        + tables.permutations_table(metrics)
        + (f"\n\n{biased}" if biased else "")
    )


def _subgroups(film: Mapping) -> str:
    parts = [
        "## Subgroups, whole films\n",
        "Parts are small and many: read the intervals, not the order. Each abnormality stands against all normal "
        "films. Tissue is MIAS's own code, not BI-RADS density.\n",
        tables.subgroups_table(film, "tissue", "auc_normal_vs_abnormal", tables.TISSUE_TEXTS),
        "",
        tables.subgroups_table(film, "abnormality", "auc_against_normals", tables.ABNORMALITY_TEXTS),
        "",
        "Calcifications less all other abnormalities, AUC against normal films on the same women: "
        + tables.cell(film["subgroups"]["calcifications_less_others"])
        + ".",
    ]
    return "\n".join(parts)
