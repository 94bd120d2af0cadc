"""The Enhancement page: both pictures, the sliders that are followed, and what they did in figures.

While a slider moves, only what follows it is sent: the pictures, the sliders and the line above the figures, each a
fragment of its own. All of the page's part would be thirty elements, which the browser takes longer to lay out than the
picture takes to make and to draw. The rest (mark of a preset, ways back, downloads, figures) follows when it is let go.
"""

from __future__ import annotations

from html import escape
from math import isfinite

import streamlit as st

from mammo_core.film.enhance_settings import spacing_used
from mammo_core.report.chart_style import CONFIG
from mammo_core.ui.case import Case, OpenFilm
from mammo_core.ui.dials import Move, show_dials
from mammo_core.ui.enhance_bench import Bench, Measured, bench_of, file_name
from mammo_core.ui.enhance_settings import Choice, current_choice, dial_values, dials_of
from mammo_core.ui.viewer import Pane, show_viewer
from mammo_core.ui.words import enhance as words

_WAITING_PX = 620
"""Height of what stands where the films will be, while the first one is laid on the bench."""
_ALL = "enhance_bench"
_FOLLOWS = ("enhance_pictures", "enhance_sliders", "enhance_summary")
"""Fragments that follow a moving slider, in the order in which they are sent."""


@st.fragment(key=_ALL)
def show_bench(film: OpenFilm, case: Case) -> None:
    """Show a film untouched and enhanced, the controls beside it, the histogram and the figures below.

    The sliders are drawn after the pictures, so that the browser sends the next move when it has them, and before the
    figures, which take longest.
    """
    choice = current_choice()
    with st.skeleton(height=_WAITING_PX):
        bench = bench_of(film, case)
    if not bench.area.any():
        st.info(words.NO_BREAST, icon=":material/info:")
        return
    pictures, controls = st.container(key="enhance_both").columns([2.6, 1], gap="medium")
    with controls:
        _show_presets(choice)
        dials = st.container(key="enhance_dials_box")
        _show_ways_back(choice)
        _show_downloads(film, bench, choice)
    with pictures:
        _show_pictures(film, bench, choice)
    with dials:
        _show_sliders(film, choice)
    _show_measured(bench, choice)


@st.fragment(key=_FOLLOWS[0])
def _show_pictures(film: OpenFilm, bench: Bench, choice: Choice) -> None:
    mammogram, settings = film.mammogram, choice.settings
    pixels, bits = bench.picture(settings)
    same = {"film_id": film.key, "focus": bench.focus, "pixel_spacing_mm": mammogram.pixel_spacing_mm}
    title = words.UNCHANGED if settings.changes_nothing else words.ENHANCED
    panes = [Pane(words.UNTOUCHED, pixels=mammogram.pixels, bit_depth=mammogram.bit_depth, **same)]
    panes.append(Pane(title, pixels=pixels, bit_depth=bits, **same))
    # Side by side, a phone would show the untouched film alone, and no slider would seem to do anything.
    show_viewer(panes, key="enhance_viewer", on_phone="swipe")


@st.fragment(key=_FOLLOWS[1])
def _show_sliders(film: OpenFilm, choice: Choice) -> None:
    def follow(move: Move) -> None:
        choice.move(move)
        st.rerun(_FOLLOWS if move.moving else _ALL)

    offered, values = dials_of(choice.settings), dial_values(choice.settings)
    show_dials(words.DIALS_LABEL, offered, values, follow, key="enhance_dials", stamp=choice.stamp)
    if choice.settings.amount:
        st.caption(_radius_note(film, choice))


def _show_presets(choice: Choice) -> None:
    key = "enhance_preset"
    st.session_state[key] = choice.preset  # no preset is marked once a slider has left it

    def taken() -> None:
        if st.session_state[key] is not None:
            choice.take(st.session_state[key])

    st.pills(
        words.PRESETS_LABEL, list(words.PRESETS), format_func=words.PRESETS.get, key=key, on_change=taken,
        help=words.PRESETS_HELP, wrap=True,
    )  # fmt: skip


def _show_ways_back(choice: Choice) -> None:
    undo, reset = st.columns(2)
    undo.button(
        words.UNDO, on_click=choice.undo, disabled=not choice.past, icon=":material/undo:", width="stretch",
        help=words.UNDO_HELP, key="enhance_undo",
    )  # fmt: skip
    reset.button(
        words.RESET, on_click=choice.take, args=("classic",), icon=":material/restart_alt:", width="stretch",
        help=words.RESET_HELP, key="enhance_reset",
    )  # fmt: skip


def _show_downloads(film: OpenFilm, bench: Bench, choice: Choice) -> None:
    settings = choice.settings
    nothing = settings.changes_nothing
    make_picture, make_report = lambda: bench.png(settings), lambda: bench.report(settings, film.name)
    for place, label, about, make, ending, kind in zip(
        st.columns(2),
        (words.SAVE_PICTURE, words.SAVE_REPORT),
        (words.SAVE_PICTURE_HELP, words.SAVE_REPORT_HELP),
        (make_picture, make_report),
        ("png", "json"),
        ("image/png", "application/json"),
        strict=True,
    ):
        place.download_button(
            label, make, file_name(film, settings, ending), kind, key=f"enhance_{ending}", disabled=nothing,
            help=words.SAVE_NOTHING if nothing else about, icon=":material/download:", on_click="ignore",
            width="stretch",
        )  # fmt: skip


def _radius_note(film: OpenFilm, choice: Choice) -> str:
    spacing_mm, radius_mm = spacing_used(film.mammogram), choice.settings.radius_mm
    estimated = "" if film.mammogram.pixel_spacing_mm else words.RADIUS_ESTIMATED
    return words.RADIUS_NOTE.format(mm=radius_mm, px=radius_mm / spacing_mm, spacing=spacing_mm, estimated=estimated)


def _show_measured(bench: Bench, choice: Choice) -> None:
    """Show histogram and figures; while a slider moves the last ones, greyed, so that the picture keeps up with it."""
    measured = bench.measured_last if _waits(bench, choice) else bench.measure(choice.settings)
    with st.container(key="enhance_measured"):
        st.header(words.FIGURES_TITLE)
        _show_summary(bench, choice)
        histogram, figures = st.columns([1, 1.35], gap="medium")
        with histogram:
            logarithmic = st.toggle(
                words.LOGARITHMIC, key="enhance_logarithmic", help=words.LOGARITHMIC_HELP, persist_state="session"
            )
            st.plotly_chart(
                bench.chart(measured, logarithmic),
                theme=None,
                config=CONFIG,
                key="enhance_histogram",
                alt=words.HISTOGRAM_ALT,
            )
        with figures:
            _show_figures(measured.figures)
            st.caption(words.FIGURES_NOTE.format(pixels=f"{int(measured.counts[0].sum()):,}".replace(",", "\u202f")))


@st.fragment(key=_FOLLOWS[2])
def _show_summary(bench: Bench, choice: Choice) -> None:
    """Say in a line what was done, or that the figures below are still those of before: they are greyed by its key."""
    waits = _waits(bench, choice)
    with st.container(key="enhance_waits" if waits else "enhance_says"):
        st.markdown(words.FIGURES_WAIT if waits else _summary(bench.measure(choice.settings)))


def _waits(bench: Bench, choice: Choice) -> bool:
    return choice.moving and bench.measured_last is not None


def _summary(measured: Measured) -> str:
    if measured.settings.changes_nothing:
        return words.UNCHANGED_SUMMARY
    contrast, noise = measured.figures["contrast_improvement"], measured.figures["noise_amplification"]
    return (words.GAIN if contrast >= noise else words.GRAIN).format(contrast=contrast, noise=noise)


def _show_figures(figures: dict[str, float]) -> None:
    psnr_db = figures["psnr_db"]
    written = figures | {"psnr_db": f"{psnr_db:.1f} dB" if isfinite(psnr_db) else words.NO_DIFFERENCE}
    cards = "".join(
        f'<div><dt>{escape(name)}</dt><dd class="value">{escape(form.format(**written))}</dd>'
        f'<dd class="way">{escape(way)}</dd><dd>{escape(sentence)}</dd></div>'
        for name, form, way, sentence in words.FIGURES
    )
    st.html(f'<dl class="measured">{cards}</dl>')
