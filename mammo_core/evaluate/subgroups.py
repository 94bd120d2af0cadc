"""The same figures for parts of the test set: by background tissue and by kind of abnormality.

Subgroups are small and were chosen before looking, but there are many of them: read intervals, not rankings.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import pandas as pd

from mammo_core.evaluate.figures import NORMAL, OF_SCORES, Figure, measure, share
from mammo_core.evaluate.sample import Sample
from mammo_core.types import Annotation

TISSUES = ("F", "G", "D")
ABNORMALITIES = ("CALC", "CIRC", "SPIC", "MISC", "ARCH", "ASYM")
_BY_TISSUE = ("macro_auc", "auc_normal_vs_abnormal", "auc_malignant_vs_rest", "accuracy_label")
_NOT_CALLED_NORMAL = share(lambda s: s.decision != NORMAL, lambda s: s.truth != NORMAL)


def derive_subgroups(rows: pd.DataFrame, annotations: Sequence[Annotation], unit: str) -> dict:
    """Return figures by tissue, and by kind of abnormality against all normals.

    Args:
        rows: Cases of one unit and one repeat, each with its film.
        annotations: The MIAS index.
        unit: What a case is.

    Returns:
        {"tissue": {"F": ...}, "abnormality": {"CALC": ...}}; a film with two kinds counts for both.
    """
    by_film = defaultdict(list)
    for annotation in annotations:
        by_film[annotation.film_id].append(annotation)
    tissue = np.array([by_film[f][0].background_tissue if by_film[f] else "" for f in rows["film_id"]], dtype=str)
    kinds = [_kinds(row, by_film[row.film_id]) for row in rows.itertuples()]
    truth = rows["y_true"].to_numpy(int)
    tissues = {name: _part(rows[tissue == name], {k: OF_SCORES[k] for k in _BY_TISSUE}, unit) for name in TISSUES}
    abnormalities = {}
    for name in ABNORMALITIES:
        has = np.array([name in found for found in kinds], bool)
        figures = {"auc_against_normals": OF_SCORES["auc_normal_vs_abnormal"]}
        abnormalities[name] = _part(rows[(truth == NORMAL) | (has & (truth != NORMAL))], figures, unit)
    return {"tissue": tissues, "abnormality": abnormalities}


def _part(rows: pd.DataFrame, figures: dict[str, Figure], unit: str) -> dict:
    """Return counts and figures of a part."""
    sample = Sample.from_frame(rows)
    if sample.decision is not None:
        figures = figures | {"abnormal_not_called_normal": _NOT_CALLED_NORMAL}
    return {
        "n": len(sample),
        "n_women": sample.n_women,
        "class_counts": sample.class_counts,
        "figures": {name: measure(sample, figure, unit) for name, figure in figures.items()},
    }


def _kinds(row: object, annotations: Sequence[Annotation]) -> set[str]:
    """Return the kinds of abnormality of a case: all of its film's, or those of the place a region was cut from."""
    if row.unit != "region":
        return {a.abnormality for a in annotations}
    placed = [a for a in annotations if a.circle]
    if row.kind != "lesion" or not placed:
        return set()
    nearest = min(placed, key=lambda a: np.hypot(a.circle.x - row.x, a.circle.y - row.y))
    return {nearest.abnormality}
