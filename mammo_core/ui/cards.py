"""The parts of a reading as they are drawn: decision, bars, notes, places, facts. Every text is escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from mammo_core.report.palette import CLASS_COLOURS
from mammo_core.report.percent import percent
from mammo_core.types import LABELS, Candidate, Probabilities
from mammo_core.ui.words import read as words


def show_decision(decision: str, word: str, why: str) -> None:
    """Show a decision in words, with its class's colour."""
    st.html(
        f'<div class="decision" data-decision="{decision}" role="status" aria-label="{words.DECISION_LABEL}" '
        f'style="border-left-color:{CLASS_COLOURS[decision]}"><div class="word">{escape(word)}</div>'
        f'<div class="why">{escape(why)}</div></div>'
    )


def show_shares(
    probabilities: Probabilities,
    of: str = "film",
    usual: Mapping[str, float] = words.MIAS_SHARES,
    legend: str = words.TICK_LEGEND,
) -> None:
    """Show probabilities as calm bars with their numbers, and a tick at each class's usual share.

    Args:
        probabilities: What to show.
        of: Whose they are, `film`, `woman` or `region`.
        usual: {label: share} in MIAS; empty for no ticks.
        legend: What the tick stands for.
    """
    rows = "".join(
        f'<span>{label.capitalize()}</span><span class="track" aria-hidden="true">'
        f'<span class="fill" style="width:{100 * share:.1f}%;background:{CLASS_COLOURS[label]}"></span>'
        f"{_tick(usual, label)}</span>"
        f'<span class="number" data-label="{label}" data-share="{share:.6f}">{percent(share)}</span>'
        for label, share in probabilities.as_dict().items()
    )
    tick = f'<div class="legend"><span class="tick"></span>{legend}</div>' if usual else ""
    st.html(f'<div class="shares" data-shares="{of}">{rows}</div>{tick}')


def show_base_rates(rates: Sequence[Sequence[str]] = words.BASE_RATES) -> None:
    """Show how rare malignant films (or women with a cancer) are: a probability is read against its base rate."""
    (mias, mias_share, counts), (screening, screening_share, about) = rates
    st.html(
        f'<div class="rates"><div><b>{mias_share}</b>{mias} ({counts})</div>'
        f"<div><b>{about} {screening_share}</b>{screening}</div></div>"
    )


def show_notes(title: str, notes: Sequence[str], outside: bool) -> None:
    """Show what the reader should know, calmly; `outside` marks that the film is not of the kind learned from."""
    items = "".join(f"<li>{escape(note)}</li>" for note in notes)
    kind = "note outside" if outside else "note"
    st.html(f'<div class="{kind}" role="note"><strong>{escape(title)}</strong><ul>{items}</ul></div>')


def show_places(candidates: Sequence[Candidate]) -> None:
    """Show each box's probabilities, as a bar of three parts and in figures."""
    show_rows(words.BOX, [(str(i), candidate.probabilities) for i, candidate in enumerate(candidates, start=1)])


def show_rows(head: str, rows: Sequence[tuple[str, Probabilities]]) -> None:
    """Show (name, probabilities) one row each, as a bar of three parts and in figures; `head` says what is named."""
    labels = "".join(f'<span class="head figure">{label.capitalize()}</span>' for label in reversed(LABELS))
    drawn = "".join(_row(name, probabilities) for name, probabilities in rows)
    st.html(f'<div class="places"><span class="head">{escape(head)}</span><span></span>{labels}{drawn}</div>')


def show_facts(facts: Mapping[str, str]) -> None:
    """Show what is known of a film, one line each."""
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts.items())
    st.html(f'<dl class="facts">{rows}</dl>')


def _tick(usual: Mapping[str, float], label: str) -> str:
    return f'<span class="tick" style="left:{100 * usual[label]:.1f}%"></span>' if label in usual else ""


def _row(name: str, probabilities: Probabilities) -> str:
    shares = dict(reversed(probabilities.as_dict().items()))
    parts = "".join(
        f'<i style="width:{100 * p:.1f}%;background:{CLASS_COLOURS[label]}"></i>' for label, p in shares.items()
    )
    figures = "".join(f'<span class="figure">{percent(share)}</span>' for share in shares.values())
    return f'<span>{escape(name)}</span><span class="bar" aria-hidden="true">{parts}</span>{figures}'
