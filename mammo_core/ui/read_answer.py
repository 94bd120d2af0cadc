"""What the model says of a film, how far to trust it, and what is known of the film."""

from __future__ import annotations

import streamlit as st

from mammo_core.errors import MammoError
from mammo_core.network.bundle import Bundle
from mammo_core.types import FilmReading
from mammo_core.ui import cards, verbs
from mammo_core.ui.case import OpenFilm
from mammo_core.ui.words import read as words
from mammo_core.ui.words.glossary import explained


def show_reading(reading: FilmReading) -> None:
    """Show decision, probabilities against their base rates, how far to trust them, and the places looked at."""
    inside = reading.applicability.inside
    cards.show_decision(reading.decision, *(words.DECISIONS[reading.decision] if inside else words.OUTSIDE))
    if reading.training_film_id:
        st.badge(
            words.TRAINING_FILM.format(film_id=reading.training_film_id),
            icon=":material/school:",
            color="blue",
            help=words.TRAINING_FILM_HELP,
        )
    st.markdown(f"## {words.SHARES_TITLE}", help="\n\n".join([words.PROBABILITIES_HELP, explained("Refer")]))
    cards.show_shares(reading.probabilities)
    st.markdown(f"## {words.BASE_RATE_TITLE}", help=words.BASE_RATE_HELP)
    cards.show_base_rates()
    notes = [*reading.applicability.reasons, *reading.warnings]
    if notes:
        cards.show_notes(words.NOTES_INSIDE if inside else words.NOTES_OUTSIDE, notes, outside=not inside)
    if reading.candidates:
        st.markdown(f"## {words.PLACES_TITLE}", help=words.PLACES_HELP)
        cards.show_places(reading.candidates)


def show_facts(film: OpenFilm, bundle: Bundle | None) -> None:
    """Show what is known of a film and how it was decoded and prepared; ask for its spacing where it is silent."""
    mammogram = film.mammogram
    height, width = mammogram.pixels.shape
    steps, spacing = list(mammogram.source), words.SPACING_STATED
    used = mammogram.pixel_spacing_mm
    if bundle:
        try:
            ready = verbs.prepared(film, bundle.config)
        except MammoError:
            ready = None
        if ready:
            steps, used = [*steps, *ready.steps], ready.spacing_mm
    if film.spacing_asked:
        spacing = words.SPACING_ESTIMATED if mammogram.pixel_spacing_mm is None else words.SPACING_GIVEN
    st.markdown(f"## {words.FACTS_TITLE}", help=explained("MLO", "CC"))
    cards.show_facts(
        {
            words.FACT_FILE: film.name,
            words.FACT_VIEW: mammogram.name,
            words.FACT_SIZE: words.SIZE.format(width=width, height=height).replace(",", "\N{THIN SPACE}"),
            words.FACT_DEPTH: words.DEPTH.format(bits=mammogram.bit_depth),
            words.FACT_SPACING: spacing.format(used) if used else words.SPACING_UNKNOWN,
        }
    )
    if film.spacing_asked:
        _ask_spacing(film)
    with st.expander(words.STEPS_TITLE):
        st.markdown("\n".join(f"1. {step}" for step in steps))


def _ask_spacing(film: OpenFilm) -> None:
    stated = st.number_input(
        words.SPACING_LABEL,
        min_value=0.02,
        max_value=1.0,
        value=None,
        step=0.005,
        format="%.4f",
        key=f"spacing_{film.key}",
        help=words.SPACING_HELP,
        placeholder=words.SPACING_EMPTY,
        persist_state="session",
    )
    if stated != film.mammogram.pixel_spacing_mm:
        film.set_spacing(stated)
        st.rerun()
