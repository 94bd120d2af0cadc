"""The Training page's runs: a table, several held against each other, and going on with one that did not finish."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from mammo_core.errors import TrainingError
from mammo_core.network.families.names import FAMILIES, UNET
from mammo_core.report.chart_style import CONFIG
from mammo_core.report.training_charts import RUN_COLOURS, runs_figure
from mammo_core.training.launch import resume_run
from mammo_core.training.run_folder import LOG_FILE, ExperimentFolder, running_now
from mammo_core.training.settings import ExperimentSettings
from mammo_core.ui.training_form import STARTED
from mammo_core.ui.training_watch import show_curves
from mammo_core.ui.words import training as words

_LOG_LINES = 15
_SHOWN_AT_FIRST = 3


def show_runs(runs: list[ExperimentFolder]) -> None:
    """Show all runs in a table, the chosen ones as curves, and what can be done with each."""
    readable = [run for run in runs if _settings(run)]
    rows = [_row(run, _settings(run)) for run in readable]
    table = pd.DataFrame(rows, columns=list(words.COLUMNS))
    st.dataframe(table, hide_index=True, alt=words.RUNS_TITLE)
    st.caption(words.COLUMNS_HELP)
    for run in readable:
        _show_unfinished(run)
    _compare([run for run in readable if run.history()])
    st.caption(words.TENSORBOARD)


def show_not_begun() -> None:
    """Say why the run that this visitor started last never began, if so."""
    name = st.session_state.get(STARTED)
    folder = ExperimentFolder.named(name) if name else None
    if folder and not folder.exists and running_now() != name:
        st.error(_log_of(folder), title=words.NOT_BEGUN.format(name=name), icon=":material/error:")


def _compare(runs: list[ExperimentFolder]) -> None:
    """Let runs be chosen; at first the newest, with others of its kind: a loss of outlines is no loss of classes."""
    if not runs:
        return
    alike = [run.name for run in runs if run.settings().monitor == runs[0].settings().monitor]
    chosen = st.multiselect(
        words.COMPARE, [run.name for run in runs], alike[:_SHOWN_AT_FIRST], help=words.COMPARE_HELP,
        max_selections=len(RUN_COLOURS), key="training_compare",
    )  # fmt: skip
    _show_compared({run.name: run.history() for run in runs if run.name in chosen})


def _show_compared(runs: dict[str, list[dict]]) -> None:
    if len(runs) == 1:
        (name,) = runs
        folder = ExperimentFolder.named(name)
        show_curves(folder, folder.settings(), "training_one")
        return
    if runs:
        for column, (metric, title) in zip(st.columns(2), words.COMPARE_TITLES.items(), strict=True):
            figure = runs_figure(runs, metric, title, words.COMPARE_SUBTITLE)
            with column:
                st.plotly_chart(figure, theme=None, config=CONFIG, key=f"training_{metric}", alt=title)


def _show_unfinished(run: ExperimentFolder) -> None:
    """Show why a run failed, and offer to go on with one that did not finish."""
    state = run.state()
    if state in ("finished", "running"):
        return
    if error := run.read("end").get("error"):
        st.error(error, title=words.FAILED.format(name=run.name), icon=":material/error:")
    if st.button(
        words.GO_ON.format(name=run.name), key=f"training_resume_{run.name}", icon=":material/resume:",
        help=words.GO_ON_HELP, disabled=running_now() is not None,
    ):  # fmt: skip
        try:
            resume_run(run)
        except TrainingError as refused:
            st.error(str(refused), title=words.NOT_STARTED, icon=":material/error:")
        else:
            st.session_state[STARTED] = run.name
            st.rerun()


def _row(run: ExperimentFolder, settings: ExperimentSettings) -> tuple[Any, ...]:
    rows, state = run.history(), run.state()
    best = max((row[settings.monitor] for row in rows), default=None)
    seconds = sorted(row["seconds"] for row in rows[1:] or rows)
    return (
        run.name,
        FAMILIES[settings.network.backbone].title,
        _learns(settings),
        words.SOURCES[settings.data.source],
        words.STATES[state],
        len(rows),
        words.NONE_YET if best is None else f"{best:.3f}",
        _kept_apart(run.read("result")),
        f"{seconds[len(seconds) // 2]:.1f}" if seconds else words.NONE_YET,
    )


def _learns(settings: ExperimentSettings) -> str:
    if settings.network.weights == "none" or settings.network.backbone == UNET:
        return words.FROM_SCRATCH
    n = settings.network.trainable_blocks
    return words.LEARNS_SHORT.get(n) or words.LEARNS_BLOCKS.format(n=n)


def _kept_apart(result: dict[str, Any]) -> str:
    figures = result.get("figures", {})
    found = figures.get("auc_macro") or figures.get("dice")
    if not found or found["value"] is None:
        return ""
    text = words.KEPT_APART_BARE if found["low"] is None else words.KEPT_APART
    numbers = {name: f"{found[name]:.2f}" for name in ("value", "low", "high") if found[name] is not None}
    return text.format(n=result["n_women"], **numbers)


def _settings(run: ExperimentFolder) -> ExperimentSettings | None:
    """Return a run's settings, None where they cannot be read: a folder that somebody else's program made."""
    try:
        return run.settings()
    except TrainingError:
        return None


def _log_of(folder: ExperimentFolder) -> str:
    """Return the last lines that a run's process wrote, as code."""
    try:
        lines = (folder.path / LOG_FILE).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    return "```\n" + "\n".join(lines[-_LOG_LINES:]) + "\n```"
