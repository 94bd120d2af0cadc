"""The same figures for parts of the test set: by background tissue and by kind of abnormality.

Subgroups are small and were chosen before looking, but there are many of them: read intervals, not rankings.
Calcifications are also held against all other abnormalities, on the same resampled women: a network at 200 micron sees
few of them, and that would be lost in a mean.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from mammo_core.evaluate.figures import NORMAL, OF_DECISIONS, OF_SCORES, Figure, measure, share
from mammo_core.evaluate.sample import Sample
from mammo_core.mias.index import films_of
from mammo_core.types import Annotation

TISSUES = ("F", "G", "D")
ABNORMALITIES = ("CALC", "CIRC", "SPIC", "MISC", "ARCH", "ASYM")
CALCIFICATIONS, OTHERS = "CALC", "OTHER"
_BY_TISSUE = ("macro_auc", "auc_normal_vs_abnormal", "auc_malignant_vs_rest", "accuracy_label")
_OF_DECISIONS = {
    "abnormal_not_called_normal": share(lambda s: s.decision != NORMAL, lambda s: s.truth != NORMAL),
    "malignant_called_or_referred": OF_DECISIONS["malignant_called_or_referred"],
}


def derive_subgroups(rows: pd.DataFrame, annotations: Sequence[Annotation], unit: str) -> dict:
    """Return figures by tissue, and by kind of abnormality against all normals.

    Args:
        rows: Cases of one unit and one repeat.
        annotations: The MIAS index.
        unit: What a case is.

    Returns:
        {"tissue": {"F": ...}, "abnormality": {"CALC": ..., "OTHER": all but calcifications},
        "calcifications_less_others": difference of their AUC against normals}. A film with two kinds counts for both,
        and so does a woman, for the kinds of both her films.
    """
    by_film = defaultdict(list)
    for annotation in annotations:
        by_film[annotation.film_id].append(annotation)
    of_case = [[a for film in _films(row) for a in by_film[film]] for row in rows.itertuples()]
    tissue = np.array([found[0].background_tissue if found else "" for found in of_case], dtype=str)
    kinds = [_kinds(row, found) for row, found in zip(rows.itertuples(), of_case, strict=True)]
    normal = rows["y_true"].to_numpy(int) == NORMAL

    def having(names: Iterable[str]) -> np.ndarray:
        return ~normal & np.array([not found.isdisjoint(names) for found in kinds], bool)

    has = {name: having([name]) for name in ABNORMALITIES} | {OTHERS: having({*ABNORMALITIES} - {CALCIFICATIONS})}
    against_normals = {"auc_against_normals": OF_SCORES["auc_normal_vs_abnormal"]}
    return {
        "tissue": {name: _part(rows[tissue == name], {k: OF_SCORES[k] for k in _BY_TISSUE}, unit) for name in TISSUES},
        "abnormality": {name: _part(rows[normal | found], against_normals, unit) for name, found in has.items()},
        "calcifications_less_others": _difference(rows, normal, has[CALCIFICATIONS], has[OTHERS], unit),
    }


def _part(rows: pd.DataFrame, figures: dict[str, Figure], unit: str) -> dict:
    """Return counts and figures of a part."""
    sample = Sample.from_frame(rows)
    if sample.decision is not None:
        figures = figures | _OF_DECISIONS
    return {
        "n": len(sample),
        "n_women": sample.n_women,
        "class_counts": sample.class_counts,
        "figures": {name: measure(sample, figure, unit) for name, figure in figures.items()},
    }


def _difference(rows: pd.DataFrame, normal: np.ndarray, first: np.ndarray, second: np.ndarray, unit: str) -> dict:
    """Return the AUC of one kind against normals less that of another, women drawn once for both."""
    auc = OF_SCORES["auc_normal_vs_abnormal"].compute

    def compute(sample: Sample, weights: np.ndarray | None) -> np.ndarray:
        parts = [normal | kind for kind in (first, second)]
        values = [auc(sample.part(part), None if weights is None else weights[..., part]) for part in parts]
        return values[0] - values[1]

    sample = Sample.from_frame(rows)
    return measure(sample, Figure(compute, lambda _: first | second), unit)


def _films(row: object) -> tuple[str, ...]:
    """Return the films of a case: its own, or both of a woman's."""
    return (row.film_id,) if row.film_id else films_of(row.woman_id)


def _kinds(row: object, annotations: Sequence[Annotation]) -> set[str]:
    """Return the kinds of abnormality of a case: all of its films', or those of the place a region was cut from."""
    if row.unit != "region":
        return {a.abnormality for a in annotations}
    placed = [a for a in annotations if a.circle]
    if not row.kind.endswith("lesion") or not placed:
        return set()
    nearest = min(placed, key=lambda a: np.hypot(a.circle.x - row.x, a.circle.y - row.y))
    return {nearest.abnormality}
