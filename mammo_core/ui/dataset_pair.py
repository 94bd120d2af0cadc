"""A woman's two breasts hung back to back, with what is known and what was found drawn in."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np
import streamlit as st

from mammo_core.errors import ImageError, MammoError
from mammo_core.film.artefacts import artefact_mask, find_film
from mammo_core.preprocess import film_mask
from mammo_core.report.marks import draw_circles, draw_outline, in_colour, shade
from mammo_core.report.palette import CLASS_COLOURS
from mammo_core.types import Laterality, Preprocessed
from mammo_core.ui.cards import show_facts
from mammo_core.ui.dataset_films import ShownFilm, opened, outlined
from mammo_core.ui.viewer import Pane, show_viewer
from mammo_core.ui.words import dataset as words

_GAP_PX = 6


def show_pair(films: list[ShownFilm], source: Path | None, marks: Collection[str]) -> None:
    """Show a woman's films back to back, right breast left, and what is known of each below.

    Args:
        films: Her films, one or two.
        source: Where MIAS lies; None for phantoms.
        marks: What to draw in, of `words.MARKS`.
    """
    hung: list[tuple[Laterality | None, ShownFilm, np.ndarray]] = []
    for film in films:
        try:
            hung.append((opened(film.film_id, source).laterality, film, drawn_upon(film, source, marks)))
        except (MammoError, KeyError) as error:
            reason = str(error) if isinstance(error, MammoError) else words.FILM_ABSENT
            title = words.NOT_SHOWN.format(film_id=film.film_id)
            st.warning(reason, title=title, icon=":material/image_not_supported:")
    if not hung:
        return
    hung.sort(key=lambda entry: entry[0] != "R")
    canvas = back_to_back([picture for _, _, picture in hung])
    title = " · ".join(f"{words.SIDES[side].capitalize()}: {film.film_id}" for side, film, _ in hung)
    woman = f"woman {films[0].woman_id}"
    show_viewer([Pane(title, f"{woman} {films[0].phantom}", canvas, 8)], key="dataset_viewer")
    st.html(legend(marks))
    for column, (side, film, _) in zip(st.columns(2), hung, strict=False):
        with column:
            show_facts(film_facts(film, side))


def drawn_upon(film: ShownFilm, source: Path | None, marks: Collection[str]) -> np.ndarray:
    """Return a film without its padding and with marks drawn in, H x W x 3 uint8 RGB.

    Where no breast can be outlined the film is shown without outlines.

    Raises:
        MammoError: The film cannot be read.
        KeyError: The film is not in `source`.
    """
    pixels = opened(film.film_id, source).pixels
    part = find_film(pixels) or (slice(None), slice(None))
    picture = in_colour(pixels)
    if set(marks) & set(words.MARK_LEGEND):
        with suppress(ImageError):
            _draw_found(picture[part], pixels, outlined(film.film_id, source), part, marks)
    if "circles" in marks:
        draw_circles(picture, film.circles)
    return np.ascontiguousarray(picture[part])


def _draw_found(
    picture: np.ndarray,
    pixels: np.ndarray,
    prepared: Preprocessed,
    part: tuple[slice, slice],
    marks: Collection[str],
) -> None:
    """Draw what segmentation found into the part of a film that `picture` shows, in place."""
    breast, pectoral = (film_mask(mask, prepared) for mask in (prepared.breast_mask, prepared.pectoral_mask))
    drawn = np.ascontiguousarray(picture)
    if "artefacts" in marks:
        shade(drawn, artefact_mask(pixels, breast)[part], "artefacts")
    if "pectoral" in marks:
        draw_outline(drawn, pectoral[part], "pectoral")
    if "breast" in marks:
        draw_outline(drawn, breast[part], "breast")
    picture[:] = drawn


def back_to_back(pictures: list[np.ndarray]) -> np.ndarray:
    """Return RGB pictures side by side on black, with a narrow gap; the shorter is centred."""
    height = max(len(picture) for picture in pictures)
    padded = []
    for picture in pictures:
        above = (height - len(picture)) // 2
        padded.append(cv2.copyMakeBorder(picture, above, height - len(picture) - above, 0, 0, cv2.BORDER_CONSTANT))
        padded.append(np.zeros((height, _GAP_PX, 3), np.uint8))
    return np.hstack(padded[:-1])


def film_facts(film: ShownFilm, side: Laterality | None) -> dict[str, str]:
    """Return what is known of a film, for a person to read."""
    facts = {words.SIDES[side].capitalize(): film.film_id, words.CLASS_LABEL: film.film_class}
    if film.places:
        facts[words.CODES_LABEL] = "; ".join(words.place_text(place, film.phantom) for place in film.places)
    if not film.phantom:
        facts |= {
            words.TISSUE_LABEL: words.TISSUES[film.tissue],
            words.TESTED_LABEL: words.TESTED_IN.format(fold=film.fold),
        }
    return facts


def legend(marks: Collection[str]) -> str:
    """Return what the colours stand for, as HTML."""
    entries = [(words.MARKS[mark], colour) for mark, colour in words.MARK_LEGEND.items() if mark in marks]
    if "circles" in marks:
        entries += [(words.CIRCLE.format(label=label), CLASS_COLOURS[label]) for label in ("benign", "malignant")]
    spans = "".join(f'<span><i style="background:{colour}"></i>{name}</span>' for name, colour in entries)
    return f'<div class="legend-row">{spans}</div>'
