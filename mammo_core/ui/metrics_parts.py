"""Parts of the test set: by background tissue and by kind of abnormality, calcifications by themselves."""

from __future__ import annotations

import streamlit as st

from mammo_core.evaluate.tables import ABNORMALITY_TEXTS, TISSUE_TEXTS
from mammo_core.report.figure_table import Cell, share
from mammo_core.report.interval_charts import Row, interval_figure
from mammo_core.ui.metrics_sections import show, show_table, subtitle
from mammo_core.ui.words import metrics as words
from mammo_core.ui.words.metrics_charts import ALTS, AXES, COLUMNS, READ, SUMMARY, TITLES, named

_KINDS = {
    "tissue": (TISSUE_TEXTS, "auc_normal_vs_abnormal"),
    "abnormality": (ABNORMALITY_TEXTS, "auc_against_normals"),
}
"""{kind of part: (names, the AUC that is told of each)}."""


def show_parts(block: dict, name: str) -> None:
    """Show AUC and decisions of each part of the test set."""
    st.markdown(words.calcifications(block["subgroups"]))
    for column, kind in zip(st.columns(2), _KINDS, strict=True):
        with column:
            _show_kind(block, kind, name)
    st.caption(words.PARTS_NOTE)


def _show_kind(block: dict, kind: str, name: str) -> None:
    texts, auc = _KINDS[kind]
    parts = block["subgroups"][kind]
    rows = [
        Row(named(code, texts, _n_told(part, kind)), part["figures"][auc], 0.5)
        for code, part in parts.items()
        if part["figures"][auc]["value"] is not None
    ]
    if rows:
        figure = interval_figure(rows, TITLES[kind], subtitle(block), AXES["auc"], start=0.4)
        show(figure, f"{kind}_{name}", ALTS[kind], READ[kind])
    table = [{kind: named(code, texts)} | _told(part, auc) for code, part in parts.items()]
    show_table(table, f"{kind}_table_{name}", ALTS[f"{kind}_table"])


def _n_told(part: dict, kind: str) -> int:
    """Return how many cases a part is about: all of a tissue, the abnormal ones of a kind."""
    return part["n"] if kind == "tissue" else part["n"] - part["class_counts"]["normal"]


def _told(part: dict, auc: str) -> dict[str, object]:
    """Return one part's line but for its name."""
    counts, figures = part["class_counts"], part["figures"]
    row = {"benign": counts["benign"], "malignant": counts["malignant"], AUC: Cell(figures[auc])}
    if "abnormal_not_called_normal" in figures:
        row[COLUMNS["not_normal"]] = share(figures["abnormal_not_called_normal"])
        row[COLUMNS["flagged"]] = share(figures["malignant_called_or_referred"])
    return row


AUC = SUMMARY["auc_normal_vs_abnormal"].partition(",")[0]
