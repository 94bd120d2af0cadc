"""What chance gives: the same recipe, trained and scored with labels that were dealt to the women at random.

A permutation keeps everything but the tie between a woman's films and her labels, so whatever it shows comes from the
protocol: pooled scores, thresholds, the size of circles. The p-value is the share of permutations, the model itself
counted as one, that are at least as good as the model (Phipson and Smyth 2010): with 20 of them it cannot be smaller
than 1 / 21.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mammo_core.errors import BundleError
from mammo_core.evaluate.blocks import blocks_in, repeats_in, rows_of
from mammo_core.evaluate.figures import LOWER_IS_BETTER, OF_SCORES, rounded
from mammo_core.evaluate.localisation import values_of
from mammo_core.evaluate.pointing import STRONGEST, TARGETS
from mammo_core.evaluate.sample import Sample
from mammo_core.types import Annotation

LOCALISATION = "localisation"
PERMUTED = (
    *("macro_auc_foldwise", "auc_normal_vs_abnormal_foldwise", "auc_malignant_vs_rest_foldwise"),
    *("auc_benign_vs_malignant_foldwise", "accuracy_label", "kappa_label"),
)
"""Figures that permutations are told of. Fold-wise AUCs, for pooled ones lie under 0.5 by construction."""


def figure_values(
    predictions: pd.DataFrame, candidates: pd.DataFrame | None = None, annotations: Sequence[Annotation] | None = None
) -> list[dict]:
    """Return the rows of `permutations.csv` that one run with permuted labels gives, but for its number.

    Args:
        predictions: The run's rows in the form of `predictions.csv`, with the permuted truth; of its first repeat only.
        candidates: Its marks; finding the place is left out without them or without annotations.
        annotations: The circles that the permuted women were given.

    Returns:
        {"unit", "figure", "value"}, in the words of `metrics.json`; None (an empty field) where it is not defined.
    """
    repeat = repeats_in(predictions)[0]
    rows = []
    for block in blocks_in(predictions, repeat):
        sample = Sample.from_frame(rows_of(predictions, block, repeat))
        rows += [(block, name, float(OF_SCORES[name].compute(sample, None))) for name in PERMUTED]
    if candidates is not None and annotations is not None:
        films, marks = rows_of(predictions, "film", repeat), candidates[candidates["repeat"] == repeat]
        for target in TARGETS:
            values = values_of(films, marks, None, annotations, target)
            rows += [(LOCALISATION, _prefix(target) + name, value) for name, value in values.items()]
    return [{"unit": unit, "figure": name, "value": rounded(value)} for unit, name, value in rows]


def derive_permutations(permutations: pd.DataFrame, metrics: dict) -> dict:
    """Return {unit: {figure: what the permutations gave, beside the model}}.

    Args:
        permutations: As `load_score_files` returns it.
        metrics: Units and localisation of the same folder, already derived.

    Returns:
        For each figure `model`, and `mean`, `least`, `most`, `n` of the permutations, and `p_value`.

    Raises:
        BundleError: A unit or figure is unknown to the model's own figures.
    """
    result: dict[str, dict] = {}
    for (unit, name), values in permutations.groupby(["unit", "figure"], sort=False)["value"]:
        model = _value_of(metrics, str(unit), str(name))
        result.setdefault(str(unit), {})[str(name)] = compare_with_chance(model, values.to_numpy(float), str(name))
    return result


def compare_with_chance(model: float | None, values: np.ndarray, name: str = "") -> dict:
    """Return mean, least, most and n of permuted values, and the p-value of the model's; null where it has none.

    Args:
        model: The model's value.
        values: One value a permutation; nan where it was not defined, and then it does not count.
        name: The figure, for knowing whether less is better.
    """
    values = values[~np.isnan(values)]
    if not len(values):
        return {"model": model, "mean": None, "least": None, "most": None, "n": 0, "p_value": None}
    p_value = None
    if model is not None:
        as_good = values <= model if name.startswith(LOWER_IS_BETTER) else values >= model
        p_value = rounded((1 + int(as_good.sum())) / (1 + len(values)))
    return {
        "model": model,
        "mean": rounded(values.mean()),
        "least": rounded(values.min()),
        "most": rounded(values.max()),
        "n": len(values),
        "p_value": p_value,
    }


def _prefix(target: str) -> str:
    return "" if target == "abnormal" else f"{target}_"


def _value_of(metrics: dict, unit: str, name: str) -> float | None:
    """Return the model's own value of a permuted figure."""
    try:
        if unit != LOCALISATION:
            return metrics["units"][unit]["figures"][name]["value"]
        target = next(target for target in reversed(TARGETS) if name.startswith(_prefix(target)))
        block, bare = metrics[LOCALISATION][target], name.removeprefix(_prefix(target))
        if bare == "pointing":
            return block["pointing"][STRONGEST]["value"]
        return block["sensitivity_at"][bare.removeprefix("sensitivity_at_")]["value"]
    except KeyError:
        raise BundleError(
            f"permutations.csv has the figure {name} of {unit}, which the model itself does not have. Make the file "
            "again with the same program that scored the model."
        ) from None
