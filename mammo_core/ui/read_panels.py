"""The panels of the Read page: the films side by side with their controls, and what the model says."""

from __future__ import annotations

import json

import streamlit as st

from mammo_core.errors import MammoError
from mammo_core.film.enhance import enhance
from mammo_core.network.bundle import Bundle
from mammo_core.reading.to_json import reading_to_json
from mammo_core.report.pictures import enhanced_png, overlay_png
from mammo_core.types import LABELS, Box, FilmReading
from mammo_core.ui import texts, verbs
from mammo_core.ui.case import OpenFilm
from mammo_core.ui.style import show_decision, show_shares
from mammo_core.ui.viewer import Pane, show_viewer

_BASE_RATES = {"normal": 207 / 322, "benign": 63 / 322, "malignant": 52 / 322}
_CLIP, _TILES = 2.0, 8
_FIGURES = {
    "contrast_improvement": ("Local contrast", "×"),
    "noise_amplification": ("Noise", "×"),
    "ssim": ("Likeness to the original (SSIM)", ""),
}


@st.fragment
def show_films(film: OpenFilm, bundle: Bundle | None, reading: FilmReading | None) -> None:
    """Show the untouched film beside its enhancement or its heatmap, with the controls of each."""
    views = ["Enhancement", "Heatmap"] if bundle and reading else ["Enhancement"]
    view = st.segmented_control("Show beside the original", views, default=views[0], required=True, key="view")
    if view == "Heatmap":
        _show_heatmap(film, bundle, reading)
    else:
        _show_enhancement(film, bundle)


def _show_enhancement(film: OpenFilm, bundle: Bundle | None) -> None:
    clip_column, tile_column, reset_column = st.columns([3, 3, 1.3], vertical_alignment="bottom")
    st.session_state.setdefault("clip", _CLIP)
    st.session_state.setdefault("tiles", _TILES)
    clip = clip_column.slider(
        "Contrast (clip limit)", 1.0, 8.0, step=0.25, key="clip", persist_state="session", help=texts.CLIP_HELP
    )
    tiles = tile_column.slider("Tiles", 2, 24, key="tiles", persist_state="session", help=texts.TILE_HELP)
    reset_column.button("Reset", on_click=_reset_enhancement, icon=":material/restart_alt:", width="stretch")
    original, better = verbs.original_on_screen(film), verbs.enhanced_on_screen(film, clip, tiles)
    panes = [Pane("Original, untouched", original), Pane(f"CLAHE {clip:g}, {tiles} × {tiles} tiles", better)]
    show_viewer(film.mammogram.digest, film.mammogram.pixels.shape, panes, key="viewer")
    note, save = st.columns([2.4, 1], vertical_alignment="center")
    note.caption(" ".join([texts.ENHANCEMENT_NOTE, *_enhancement_figures(film, bundle, clip, tiles)]))
    save.download_button(
        "Enhanced film (PNG)",
        lambda: enhanced_png(enhance(film.mammogram, clip, (tiles, tiles)), {"CLAHE": f"{clip:g}, {tiles} x {tiles}"}),
        file_name="enhanced-not-for-diagnosis.png",
        mime="image/png",
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )


def _reset_enhancement() -> None:
    st.session_state["clip"], st.session_state["tiles"] = _CLIP, _TILES


def _enhancement_figures(film: OpenFilm, bundle: Bundle | None, clip: float, tiles: int) -> list[str]:
    """Return what the enhancement did, in figures; nothing where the breast was not found."""
    if bundle is None:
        return []
    try:
        values = verbs.figures(film, clip, tiles, bundle.config)
    except MammoError:
        return []
    return [f"{name}: {sign} {values[key]:.2f}.".replace(":  ", ": ") for key, (name, sign) in _FIGURES.items()]


def _show_heatmap(film: OpenFilm, bundle: Bundle, reading: FilmReading) -> None:
    method_column, target_column, opacity_column, box_column = st.columns([2, 2, 2, 1], vertical_alignment="bottom")
    method = method_column.selectbox(
        "Method", list(texts.METHODS), format_func=lambda m: texts.METHODS[m][0], key="method", persist_state="session"
    )
    target = target_column.selectbox(
        "Evidence for", LABELS, index=2, format_func=str.capitalize, key="target", persist_state="session"
    )
    opacity = opacity_column.slider("Opacity", 0.0, 1.0, 0.55, 0.05, key="opacity", persist_state="session")
    boxes = box_column.toggle("Boxes", True, key="boxes", persist_state="session", help=texts.BOXES_HELP)
    slow = method != "gradcam"
    place = st.empty()
    bar = place.progress(0.0, text=f"{texts.METHODS[method][0]} … {texts.SLOW_METHOD}") if slow else None
    heat = verbs.heat(film, bundle, method, target, bar.progress if bar else lambda fraction: None)
    place.empty()
    if heat.empty:
        st.info(f"No evidence for *{target}* was found on this film: the map is empty.", icon=":material/info:")
    shown = [candidate.box for candidate in reading.candidates] if boxes else []
    original = verbs.original_on_screen(film)
    title = f"{texts.METHODS[method][0]}: evidence for {target}"
    panes = [Pane("Original, untouched", original), Pane(title, original, heat.heatmap, opacity, shown)]
    show_viewer(film.mammogram.digest, film.mammogram.pixels.shape, panes, key="viewer")
    note, save = st.columns([2.4, 1], vertical_alignment="center")
    note.caption(f"{texts.METHODS[method][1]} {texts.HEATMAP_NOTE}")
    save.download_button(
        "Overlay (PNG)",
        lambda: overlay_png(original, heat.heatmap, opacity, _on_screen(shown, film, original.shape)),
        file_name="overlay.png",
        mime="image/png",
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )


def _on_screen(boxes: list[Box], film: OpenFilm, shape: tuple[int, int]) -> list[Box]:
    factor = shape[0] / film.mammogram.pixels.shape[0]
    return [Box(*(factor * value for value in box)) for box in boxes]


def show_reading(film: OpenFilm, reading: FilmReading) -> None:
    """Show decision, probabilities against their base rates, how far to trust them, and the places looked at."""
    outside = not reading.applicability.inside
    show_decision(reading.decision, *(texts.OUTSIDE if outside else texts.DECISIONS[reading.decision]))
    if reading.training_film_id:
        st.badge(f"Training film {reading.training_film_id}: out-of-fold score", icon=":material/school:", color="blue")
    st.markdown("**Probabilities**", help=texts.PROBABILITIES_HELP)
    show_shares(reading.probabilities.as_dict(), _BASE_RATES)
    st.caption(f"{texts.BASE_RATES} {texts.BENIGN_OR_MALIGNANT}")
    notes = [*reading.applicability.reasons, *reading.warnings]
    if notes:
        title = "Outside the training set" if outside else "Please note"
        st.warning("\n".join(f"- {note}" for note in notes), title=title, icon=":material/rule:")
    _show_places(reading)
    _show_spacing(film)
    _show_facts(film, reading)
    st.download_button(
        "Reading (JSON)",
        json.dumps(reading_to_json(film.name, film.mammogram, reading), indent=2),
        file_name="reading.json",
        mime="application/json",
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )


def _show_places(reading: FilmReading) -> None:
    with st.expander(f"Where it looked: {len(reading.candidates)} places", icon=":material/center_focus_strong:"):
        st.caption(texts.BOXES_HELP)
        rows = [
            {"box": i, **{label.capitalize(): 100 * share for label, share in c.probabilities.as_dict().items()}}
            for i, c in enumerate(reading.candidates, start=1)
        ]
        percent = st.column_config.NumberColumn(format="%.1f %%")
        columns = {label.capitalize(): percent for label in LABELS}
        st.dataframe(rows, hide_index=True, column_config=columns | {"box": "Box"})


def _show_spacing(film: OpenFilm) -> None:
    """Ask for the pixel spacing where the file is silent."""
    if film.mammogram.pixel_spacing_mm is not None:
        return
    with st.expander("State the pixel spacing", icon=":material/straighten:"), st.form("spacing", border=False):
        value = st.number_input("Millimetres per pixel", 0.02, 1.0, 0.05, 0.005, format="%.4f", help=texts.SPACING_HELP)
        if st.form_submit_button("Read again at this scale"):
            film.set_spacing(value)
            st.rerun()


def _show_facts(film: OpenFilm, reading: FilmReading) -> None:
    mammogram = film.mammogram
    height, width = mammogram.pixels.shape
    spacing = f"{mammogram.pixel_spacing_mm:g} mm" if mammogram.pixel_spacing_mm else "not stated, estimated"
    with st.expander("About this film", icon=":material/description:"):
        st.markdown(
            f"- View: **{mammogram.name}**\n- Size: {width} × {height} pixels, {mammogram.bit_depth} bit\n"
            f"- Pixel spacing: {spacing}\n- Model: {reading.model_id}"
        )
        st.caption("How it was opened and prepared:")
        steps = [*mammogram.source, *film.results[next(k for k in film.results if k[0] == "prepared")].steps]
        st.markdown("\n".join(f"1. {step}" for step in steps))
