"""The parts of the Dataset page besides the films: class balance, the splits and whether they are clean, variants."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from mammo_core.errors import BundleError, DatasetError, MammoError
from mammo_core.film.regions import cut_fixed
from mammo_core.mias.augment import Variant, all_variants, draw_variant
from mammo_core.mias.splits import N_FOLDS, N_REPEATS, N_WOMEN, fold_films, load_folds, split_digest
from mammo_core.network.geometry import REGION_PX
from mammo_core.report.chart_style import CONFIG
from mammo_core.report.dataset_charts import counts_figure
from mammo_core.report.marks import in_colour
from mammo_core.types import LABELS, Box, Preprocessed
from mammo_core.ui import verbs
from mammo_core.ui.dataset_films import ShownFilm, mias_films, outlined
from mammo_core.ui.picker import small_picture
from mammo_core.ui.viewer import Mark, Pane, show_viewer
from mammo_core.ui.words import dataset as words

_VARIANT_PX = 200


def show_balance() -> None:
    """Show how many films of each class there are, by tissue, abnormality and fold."""
    films = mias_films().values()
    places = [place for film in films for place in film.places]
    by_tissue = {words.TISSUES[t]: _counts(f.film_class for f in films if f.tissue == t) for t in words.TISSUES}
    by_code = {
        words.CODES[code].capitalize(): _counts((p.severity for p in places if p.code == code), LABELS[1:])
        for code in words.CODES
    }
    n_films, women = len(films), len({film.woman_id for film in films})
    left, right = st.columns(2, gap="medium")
    with left:
        figure = counts_figure(
            {words.ALL_FILMS: _counts(f.film_class for f in films)} | by_tissue,
            words.BY_TISSUE, words.BY_TISSUE_NOTE.format(films=n_films, women=women), words.FILMS_AXIS, 138,
        )  # fmt: skip
        _chart(figure, "dataset_chart_tissue", words.BY_TISSUE_ALT)
    with right:
        unplaced = sum(place.circle is None for place in places)
        figure = counts_figure(
            by_code, words.BY_CODE, words.BY_CODE_NOTE.format(n=len(places), unplaced=unplaced), words.PLACES_AXIS, 166,
        )  # fmt: skip
        _chart(figure, "dataset_chart_codes", words.BY_CODE_ALT)


def show_splits() -> None:
    """Say whether the splits are clean, and show the folds of a repeat."""
    try:
        n_checked = check_all_splits()
        digest = split_digest(load_folds())
    except DatasetError as error:
        st.error(str(error), title=words.NOT_CLEAN_TITLE, icon=":material/error:")
        return
    st.success(
        words.CLEAN.format(n=n_checked, repeats=N_REPEATS, folds=N_FOLDS, women=N_WOMEN, digest=digest[:16]),
        icon=":material/check_circle:",
    )
    same = _model_has_folds(digest)
    if same is not None:
        st.markdown(words.SAME_FOLDS if same else words.OTHER_FOLDS)
    st.caption(words.SPLITS_NOTE)
    repeat = st.segmented_control(
        words.REPEAT_LABEL, range(N_REPEATS), default=0, required=True, key="dataset_repeat", persist_state="session"
    )
    films = mias_films()
    tested = {words.FOLD.format(fold=fold): fold_films(repeat, fold)[1] for fold in range(N_FOLDS)}
    counts = {name: _counts(films[film_id].film_class for film_id in film_ids) for name, film_ids in tested.items()}
    figure = counts_figure(counts, words.BY_FOLD.format(repeat=repeat), words.BY_FOLD_NOTE, words.FILMS_AXIS, 66)
    _chart(figure, "dataset_chart_folds", words.BY_FOLD_ALT)


def check_all_splits() -> int:
    """Check every fold of every repeat as it is used, and return how many there are.

    Raises:
        DatasetError: A woman is in two parts, or not tested exactly once in a repeat.
    """
    for repeat in range(N_REPEATS):
        tested = [film for fold in range(N_FOLDS) for film in fold_films(repeat, fold)[1]]
        if sorted(tested) != sorted(mias_films()):
            raise DatasetError(f"repeat {repeat} does not test every film exactly once; restore data/splits from git")
    return N_REPEATS * N_FOLDS


def show_variants(film: ShownFilm, source: Path | None) -> None:
    """Show the sixteen variants of a region of a film: of a lesion, or of any place."""
    try:
        prepared = outlined(film.film_id, source)
    except (MammoError, KeyError) as error:
        st.warning(str(error) if isinstance(error, MammoError) else words.FILM_ABSENT, icon=":material/warning:")
        return
    look, grid = st.columns([1, 2.2], gap="medium")
    with look:
        x, y, name = _choose_region(film, prepared)
        side = REGION_PX
        box = Box(round(x) - side // 2, round(y) - side // 2, side, side)
        st.caption(words.REGION_NOTE.format(film_id=film.film_id))
        mark = Mark(box, words.REGION_LABEL, words.REGION_MARK.format(name=name))
        look_at = _breast_box(prepared)
        pane = Pane(name, f"variants {film.film_id}", prepared.image, 8, marks=[mark], focus=look_at)
        show_viewer([pane], key="dataset_region")
    region = cut_fixed(prepared.image, x, y, side)
    region_id = f"{film.film_id.replace(' ', '')}-{name}"
    pictures = all_variants(region, words.VARIANTS_SEED, region_id)
    variants = [draw_variant(words.VARIANTS_SEED, region_id, number) for number in range(len(pictures))]
    with grid:
        st.caption(words.VARIANTS_NOTE)
        figures = "".join(
            f'<figure><img src="{small_picture(in_colour(picture), _VARIANT_PX)}" '
            f'alt="{words.VARIANT_ALT.format(number=number)}">'
            f"<figcaption>{variant_text(variant)}</figcaption></figure>"
            for number, (picture, variant) in enumerate(zip(pictures, variants, strict=True))
        )
        st.html(f'<div class="variants">{figures}</div>')


def variant_text(variant: Variant) -> str:
    """Return what a variant does in two short lines of HTML, such as `90°, flipped` and `× 1.08, -12`."""
    turned = f"{90 * variant.quarter_turns}°" + (words.FLIPPED if variant.flipped else "")
    return f"{turned}<br>× {variant.contrast:.2f}, {variant.brightness:+.0f}"


def _choose_region(film: ShownFilm, prepared: Preprocessed) -> tuple[float, float, str]:
    """Return (x, y) in prepared pixels of the region that is chosen, and its name."""
    lesions = {f"{p.code}, {p.severity} ({i})": p.circle for i, p in enumerate(film.places, start=1) if p.circle}
    name = st.selectbox(words.REGION_LABEL, [*lesions, words.ANOTHER_PLACE], key=f"dataset_region_{film.film_id}")
    if name in lesions:
        sx, sy = prepared.scale
        return lesions[name].x / sx, lesions[name].y / sy, name
    box = _breast_box(prepared)
    across, down = st.columns(2)
    x = across.slider(words.ACROSS_LABEL, 0, 100, 50, format="%d %%", key="dataset_across", persist_state="session")
    y = down.slider(words.DOWN_LABEL, 0, 100, 50, format="%d %%", key="dataset_down", persist_state="session")
    return box.x + box.width * x / 100, box.y + box.height * y / 100, words.ANOTHER_PLACE.lower()


def _breast_box(prepared: Preprocessed) -> Box:
    rows, columns = (np.flatnonzero(prepared.breast_mask.any(axis)) for axis in (1, 0))
    return Box(columns[0], rows[0], columns[-1] + 1 - columns[0], rows[-1] + 1 - rows[0])


def _model_has_folds(digest: str) -> bool | None:
    """Say whether the active model was evaluated on these folds; None where there is no model."""
    try:
        return verbs.active_bundle().info.get("split_digest") == digest
    except BundleError:
        return None


def _counts(classes: Iterable[str], labels: tuple[str, ...] = LABELS) -> dict[str, int]:
    classes = list(classes)
    return {label: classes.count(label) for label in labels}


def _chart(figure: go.Figure, key: str, alt: str) -> None:
    st.plotly_chart(figure, theme=None, config=CONFIG, key=key, alt=alt)
