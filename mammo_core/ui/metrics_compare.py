"""The model beside another one on the same women: every difference with its own interval."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from mammo_core.config import ROOT
from mammo_core.errors import BundleError
from mammo_core.evaluate.compare import compare
from mammo_core.evaluate.derive import source_digests
from mammo_core.evaluate.predictions import PREDICTIONS_NAME
from mammo_core.evaluate.score_files import load_score_files
from mammo_core.mias.index import load_annotations
from mammo_core.report.figure_table import Cell
from mammo_core.report.interval_charts import Row, difference_figure, signed_text
from mammo_core.ui.metrics_data import Tested
from mammo_core.ui.metrics_sections import show, show_table, subtitle
from mammo_core.ui.words import metrics_use as words
from mammo_core.ui.words.metrics_charts import ALTS, COLUMNS, COMPARED, READ, TITLES

RECIPE = ROOT / "benchmarks" / "recipe"
"""Scores of the researched recipe on the same films, committed as a yardstick."""
_OF_PROBABILITIES = ("brier", "ece_abnormal")
"""Figures on another scale than the rest; the recipe's scores are no calibrated probabilities, so it has none."""


def show_compare(tested: Tested, block: dict, name: str) -> None:
    """Show the differences from another released model, or from the recipe where there is none."""
    releases = other_releases(tested.folder)
    rivals = releases | ({words.RECIPE: RECIPE} if (RECIPE / PREDICTIONS_NAME).is_file() else {})
    if not releases:
        st.info(words.ONE_RELEASE if rivals else words.NO_RIVAL, icon=":material/info:")
    if not rivals:
        return
    rival = st.selectbox(words.AGAINST, rivals, key="metrics_rival")
    of_each = [(folder, source_digests(folder)) for folder in (tested.folder, rivals[rival])]
    try:
        entries = _compared(*of_each, name)
    except BundleError as error:
        st.info(words.not_compared(str(error)), icon=":material/info:")
        return
    if rivals[rival] == RECIPE:
        entries = {key: entry for key, entry in entries.items() if key not in _OF_PROBABILITIES}
        st.caption(words.RECIPE_NOTE)
    st.markdown(words.compared(tested.model_id, rival, entries))
    left, right = st.columns(2)
    with left:
        drawn = [key for key in entries if key not in _OF_PROBABILITIES]
        rows = [Row(COMPARED[key], entries[key]["difference"]) for key in drawn]
        figure = difference_figure(rows, TITLES["compare"], subtitle(block), words.compare_axis(tested.model_id, rival))
        show(figure, f"compare_{name}", ALTS["compare"], READ["compare"])
    with right:
        table = [
            {COLUMNS["figure"]: COMPARED[key]}
            | {model: _rounded(entry[side]) for model, side in ((tested.model_id, "first"), (rival, "second"))}
            | {COLUMNS["difference"]: Cell(entry["difference"], signed_text)}
            for key, entry in entries.items()
        ]
        show_table(table, f"compare_table_{name}", ALTS["compare_table"])
        st.caption(words.COMPARE)


def other_releases(folder: Path) -> dict[str, Path]:
    """Return {name: folder} of the released models beside the active one."""
    found = (path.parent for path in sorted(folder.parent.glob(f"*/{PREDICTIONS_NAME}")))
    return {path.name: path for path in found if path.name != folder.name}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


@st.cache_data(max_entries=16, show_spinner=words.COMPARING)
def _compared(
    first: tuple[Path, Mapping[str, str]], second: tuple[Path, Mapping[str, str]], name: str
) -> dict[str, dict]:
    """Return {figure: entry} of one unit, kept while the scores of both folders stay the same; films with their marks.

    Args:
        first: A folder, and the digests of its scores.
        second: Another.
        name: The unit's name.
    """
    files = [load_score_files(folder) for folder, _ in (first, second)]
    found = compare(*files, load_annotations(), only=(name,))
    return found["units"][name] | found.get("localisation", {}).get("abnormal", {})
