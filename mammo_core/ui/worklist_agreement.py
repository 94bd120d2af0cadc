"""How far the reader and the program agree, and who moved whom."""

from __future__ import annotations

import math
from collections.abc import Sequence

import streamlit as st

from mammo_core.store.agreement import Agreement, agreements, moves
from mammo_core.store.exam import Exam
from mammo_core.ui.words import worklist as words
from mammo_core.ui.words.glossary import explained


def show_agreement(exams: Sequence[Exam]) -> None:
    """Show the three agreements and the table of who moved whom, once something was answered."""
    if not any(exam.before or exam.after for exam in exams):
        return
    st.header(words.AGREEMENT_TITLE, help=f"{words.AGREEMENT_HELP}\n\n{explained('Bootstrap interval')}")
    found = {name: found for name, found in agreements(exams).items() if found.n}
    if not found:
        st.caption(words.AGREEMENT_NONE)
    for name, agreement in found.items():
        counts = words.AGREEMENT_COUNTS.format(same=agreement.same, n=agreement.n, left_out=agreement.left_out)
        st.markdown(f"**{words.AGREEMENT_NAMES[name]}:** {_kappa(agreement)}; {counts}.")
    st.subheader(words.MOVES_TITLE)
    rows = [
        (*(words.ANSWERS[answer] for answer in (move.before, move.program, move.after)), move.n, words.MOVES[move.kind])
        for move in moves(exams)
    ]
    if not rows:
        st.caption(words.MOVES_NONE)
        return
    head = "| " + " | ".join(words.MOVES_HEAD) + " |\n|" + " --- |" * len(words.MOVES_HEAD)
    st.markdown("\n".join([head, *("| " + " | ".join(map(str, row)) + " |" for row in rows)]))


def _kappa(agreement: Agreement) -> str:
    kappa = agreement.kappa
    if math.isnan(kappa.value):
        return words.AGREEMENT_UNDEFINED
    if math.isnan(kappa.low):
        return words.AGREEMENT_NO_INTERVAL.format(value=kappa.value, reason=kappa.reason)
    return words.AGREEMENT_KAPPA.format(value=kappa.value, low=kappa.low, high=kappa.high)
