"""The Explanations page's maps: which class, the panes, the colour bar, a card for each method, and work under way."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from html import escape

import streamlit as st

from mammo_core.explain.explain import METHOD_NAMES, METHODS
from mammo_core.reading.read_film import read_film
from mammo_core.report.pictures import box_of_breast
from mammo_core.types import LABELS
from mammo_core.ui import cards
from mammo_core.ui.explain_bench import Bench, Map, Subject, Task, explained_map
from mammo_core.ui.viewer import Pane, show_viewer
from mammo_core.ui.words import explain as words
from mammo_core.ui.words.read import OUTSIDE

_INSTANT = METHODS[0]
_LOOK_SECONDS = 0.5


def choose_target() -> str:
    """Ask for which class evidence is sought."""
    return st.segmented_control(
        words.TARGET_LABEL, LABELS, default="malignant", required=True, format_func=str.capitalize,
        key="explain_target", persist_state="session", width="stretch", help=words.TARGET_HELP,
    )  # fmt: skip


def map_key(subject: Subject, method: str, target: str) -> tuple:
    """Return what a map is kept under."""
    return ("map", subject.key, method, target)


def maps_of(bench: Bench, subject: Subject, target: str) -> dict[str, Map]:
    """Return {method: map} of those that are worked out; Grad-CAM's is always among them."""
    bench.instant(map_key(subject, _INSTANT, target), _INSTANT, target)
    keys = {method: map_key(subject, method, target) for method in METHODS}
    return {method: found for method, key in keys.items() if (found := bench.results.get(key))}


def show_refusal(bench: Bench, subject: Subject) -> None:
    """Say that the model refuses the film, and why, where it does; the reading shares the maps' pass."""
    film, key = subject.mammogram, ("applicability", subject.key)
    found = bench.results.found_or_made(
        key, lambda: read_film(film, subject.bundle, prepared=subject.prepared).applicability
    )
    if not found.inside:
        cards.show_notes(OUTSIDE[0], found.reasons, outside=True)


def show_panes(subject: Subject, maps: dict[str, Map]) -> None:
    """Show the untouched film and the maps over it; all zoom together."""
    mammogram = subject.mammogram
    common = {
        "film_id": repr(subject.key),
        "pixels": mammogram.pixels,
        "bit_depth": mammogram.bit_depth,
        "focus": box_of_breast(subject.prepared),
        "pixel_spacing_mm": mammogram.pixel_spacing_mm,
    }
    panes = [Pane(words.UNTOUCHED, **common)]
    panes += [Pane(_title(method, found), heatmap=found.heatmap, **common) for method, found in maps.items()]
    show_viewer(panes, key="explain_viewer")


def _title(method: str, found: Map) -> str:
    return f"{METHOD_NAMES[method]}: {words.EMPTY}" if found.empty else METHOD_NAMES[method]


def show_colour_bar() -> None:
    """Show what the colours mean, and what they do not."""
    st.html(
        f'<div class="colour-bar" role="note"><span>{words.BAR_LOW}</span><i></i><span>{words.BAR_HIGH}</span>'
        f"<p>{words.BAR_NOTE}</p></div>"
    )


def show_cards(bench: Bench, subject: Subject, target: str, maps: dict[str, Map]) -> None:
    """Show a card for each method: what it can and cannot say, and how to get its map."""
    with st.container(key="explain_cards"):
        for method in METHODS:
            with st.container(border=True, key=f"explain_card_{method.replace('+', 'p')}"):
                st.markdown(f"**{METHOD_NAMES[method]}**")
                can, cannot = words.METHODS[method]
                st.html(
                    f'<dl class="says"><dt>{words.CAN}</dt><dd>{escape(can)}</dd>'
                    f"<dt>{words.CANNOT}</dt><dd>{escape(cannot)}</dd></dl>"
                )
                _show_state(bench, subject, target, method, maps.get(method))


def _show_state(bench: Bench, subject: Subject, target: str, method: str, found: Map | None) -> None:
    if found is not None and found.empty:
        st.info(words.EMPTY_NOTE.format(method=METHOD_NAMES[method], target=target), icon=":material/info:")
    elif found is not None:
        st.badge(words.SHOWN, icon=":material/check:", color="green")
    elif bench.waits(map_key(subject, method, target)):
        st.badge(words.WAITING, icon=":material/hourglass_top:", color="gray")
    else:
        st.button(
            words.WORK_OUT, key=f"explain_make_{method}", on_click=_ask, args=(bench, subject, target, [method]),
            icon=":material/play_arrow:", help=words.WORK_OUT_HELP,
        )  # fmt: skip


def show_start(bench: Bench, subject: Subject, target: str, maps: dict[str, Map]) -> None:
    """Offer to work out all that is missing at once."""
    missing = [m for m in METHODS if m not in maps and not bench.waits(map_key(subject, m, target))]
    if missing:
        st.button(
            words.WORK_OUT_ALL, key="explain_make_all", on_click=_ask, args=(bench, subject, target, missing),
            icon=":material/play_arrow:", help=words.WORK_OUT_HELP, type="primary" if len(maps) == 1 else "secondary",
        )  # fmt: skip


def _ask(bench: Bench, subject: Subject, target: str, methods: list[str]) -> None:
    for method in methods:
        work: Callable = partial(explained_map, subject, method, target)
        bench.ask(Task(map_key(subject, method, target), METHOD_NAMES[method], work))


def show_work(bench: Bench) -> None:
    """Show what is being worked out, with its progress and a way to stop it; each result draws the page anew."""
    if bench.failed:
        st.error(bench.failed, icon=":material/error:")
    if not bench.look():
        return
    shown = len(bench.queue)

    @st.fragment(run_every=_LOOK_SECONDS)
    def look() -> None:
        begun = bench.start()
        waiting = list(bench.queue)
        with st.container(horizontal=True, vertical_alignment="bottom", key="explain_work"):
            if waiting:
                more = words.MORE.format(n=len(waiting) - 1) if len(waiting) > 1 else ""
                text = words.PROGRESS.format(what=waiting[0].words, more=more) if begun else words.BUSY
                st.progress(min(1.0, bench.fraction), text=text)
                st.button(words.CANCEL, key="explain_cancel", on_click=bench.cancel)
        if len(waiting) != shown or not bench.look():
            st.rerun(scope="app")

    look()
