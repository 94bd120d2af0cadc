"""What the model says of a woman: the decision, which breast and why, each breast, and how far to trust it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape

import streamlit as st

from mammo_core.mias.index import N_FILMS, woman_class
from mammo_core.types import LABELS, ExamReading, FilmReading
from mammo_core.ui import cards
from mammo_core.ui.exam_films import MARKS
from mammo_core.ui.words import exam as words
from mammo_core.ui.words import read as read_words
from mammo_core.ui.words.glossary import explained


def show_exam(reading: ExamReading, places: Sequence[str]) -> None:
    """Show the answer for the woman, and for each breast.

    Args:
        reading: Of the films that hang.
        places: Where they hang, in the order of the reading's films.
    """
    inside = reading.applicability.inside
    word, why = words.DECISIONS[reading.decision] if inside else words.OUTSIDE
    cards.show_decision(reading.decision, word, why)
    if reading.training_woman_id:
        st.badge(
            words.TRAINING_WOMAN.format(woman=reading.training_woman_id), icon=":material/school:", color="blue",
            help=words.TRAINING_WOMAN_HELP,
        )  # fmt: skip
    st.markdown(f"## {words.WHY_TITLE}", help=explained("Refer", "MLO", "CC"))
    _show_reasons(reading)
    st.markdown(f"## {words.BREASTS_TITLE}", help=words.BREASTS_HELP)
    cards.show_rows(
        words.BREAST,
        [(words.breast_name(b.laterality, places[b.film_index]), b.probabilities) for b in reading.breasts],
    )
    st.markdown(f"## {words.SHARES_TITLE}", help=words.SHARES_HELP)
    cards.show_shares(reading.probabilities, "woman", _shares_in_mias(), words.TICK_LEGEND)
    st.caption(words.SHARES_NOTE)
    st.markdown(f"## {words.BASE_RATE_TITLE}", help=words.BASE_RATE_HELP)
    cards.show_base_rates(words.BASE_RATES)
    notes = [*reading.applicability.reasons, *reading.warnings]
    if notes:
        cards.show_notes(read_words.NOTES_INSIDE if inside else read_words.NOTES_OUTSIDE, notes, outside=not inside)


def show_marks(readings: Mapping[str, FilmReading]) -> None:
    """Show each film's marks in figures, and what its own reader should know."""
    with st.expander(words.MARKS_TITLE, icon=":material/crop_free:"):
        st.caption(words.MARKS_NOTE.format(n=MARKS))
        for place, reading in readings.items():
            st.markdown(f"**{place}**")
            if reading.candidates:
                cards.show_places(reading.candidates)
            else:
                st.caption(words.NO_MARKS)
            for warning in (*reading.applicability.reasons, *reading.warnings):
                st.caption(warning)


def _show_reasons(reading: ExamReading) -> None:
    """Show the sentence that names the breast, and below it the others.

    It stands out only where the answer is to be relied on: a refused exam's boldest line must not name a breast.
    """
    first, *others = (escape(reason.replace(" %", "\u202f%")) for reason in reading.reasons)
    lead = f"<b>{first}</b>" if reading.applicability.inside else first
    rest = "".join(f"<p>{reason}</p>" for reason in others)
    st.html(f'<div class="reasons" data-suspect="{reading.suspect or ""}"><p>{lead}</p>{rest}</div>')


@cache
def _shares_in_mias() -> dict[str, float]:
    """Return the share of each class among the women of MIAS, by their worst finding."""
    women = range(1, N_FILMS // 2 + 1)
    counts = Counter(map(woman_class, women))
    return {label: counts[label] / len(women) for label in LABELS}
