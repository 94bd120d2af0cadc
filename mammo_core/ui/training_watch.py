"""The Training page's running run: read from its folder every second, stopped by a file; nothing here computes."""

from __future__ import annotations

from typing import Any

import streamlit as st

from mammo_core.network.families.names import FAMILIES
from mammo_core.report.chart_style import CONFIG
from mammo_core.report.training_charts import curve_figure
from mammo_core.training.run import best_epoch
from mammo_core.training.run_folder import ExperimentFolder, running_now
from mammo_core.training.settings import ExperimentSettings
from mammo_core.ui.words import training as words

_SECONDS = 1.0
_SEARCH = "search "


def show_running(name: str) -> None:
    """Show the run (or search) that is going on; when it ends the whole page is drawn anew."""

    @st.fragment(run_every=_SECONDS)
    def look() -> None:
        if running_now() != name:
            st.rerun(scope="app")
        if name.startswith(_SEARCH):
            st.info(words.SEARCH_RUNS.format(name=name.removeprefix(_SEARCH)), icon=":material/search:")
            return
        with st.container(border=True, key="training_now"):
            _show_run(ExperimentFolder.named(name))

    look()


def show_curves(folder: ExperimentFolder, settings: ExperimentSettings, key: str) -> None:
    """Show a run's loss and its two other metrics by epoch; nothing before the first whole epoch."""
    rows = folder.history()
    if not rows:
        return
    metrics = [name for name in words.METRICS if f"val_{name}" in rows[0]]
    best = best_epoch(rows, settings.monitor)
    for column, metric in zip(st.columns(len(metrics)), metrics, strict=True):
        names = words.TRAINING, words.VALIDATION
        figure = curve_figure(rows, metric, words.METRICS[metric], names, settings.fit.epochs, best)
        with column:
            st.plotly_chart(figure, theme=None, config=CONFIG, key=f"{key}_{metric}", alt=words.METRICS[metric])


def _show_run(folder: ExperimentFolder) -> None:
    if not folder.exists:
        st.progress(0.0, text=words.BEGINNING)
        return
    settings, live = folder.settings(), folder.read("live")
    title, stop = st.columns([4, 1], vertical_alignment="center")
    title.subheader(f"{folder.name}: {FAMILIES[settings.network.backbone].title}")
    with stop:
        st.button(
            words.STOP, key="training_stop", icon=":material/stop_circle:", on_click=folder.ask_to_stop,
            disabled=folder.asked_to_stop, help=words.STOP_HELP, width="stretch",
        )  # fmt: skip
    rows = folder.history()
    share, doing = _progress(live, len(rows), settings.fit.epochs)
    st.progress(share, text=words.STOPPING if folder.asked_to_stop else doing)
    _show_figures(rows, live.get("metrics") or (rows[-1] if rows else {}), settings)
    show_curves(folder, settings, "training_now")
    st.caption(words.RUNNING_NOTE)


def _progress(live: dict[str, Any], done: int, epochs: int) -> tuple[float, str]:
    """Return the share done, 0 to 1, and what is being done."""
    doing = words.DOING.get(live.get("doing", ""), words.BEGINNING)
    within = live["step"] / live["steps"] if "step" in live else 0.0
    return min(1.0, (done + within * (live.get("epoch", 0) == done + 1)) / epochs), doing.format(epochs=epochs, **live)


def _show_figures(rows: list[dict], live: dict[str, float], settings: ExperimentSettings) -> None:
    names = [name for name in words.METRICS if name in live] or ["loss", "accuracy", "auc"]
    best = rows[best_epoch(rows, settings.monitor)] if rows else None
    value = f"{best[settings.monitor]:.3f}" if best else words.NONE_YET
    metric = words.METRICS[settings.monitor.removeprefix("val_")]
    label = words.BEST.format(metric=metric)
    note = words.IN_EPOCH.format(epoch=best["epoch"]) if best else None
    with st.container(horizontal=True, gap="large"):
        for name in names:
            now = f"{live[name]:.3f}" if name in live else words.NONE_YET
            st.metric(words.METRICS[name], now, help=words.LIVE_HELP, width="content")
        look = {"delta": note, "delta_color": "off", "delta_arrow": "off"}
        st.metric(label, value, help=words.BEST_HELP, width="content", **look)
