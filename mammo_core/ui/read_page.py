"""The Read page once something was opened: the films enhanced, what the model says, and where it looked.

It needs everything that a film does, so pages are drawn without it until there is one (`ui/ways_in.py`).
"""

from __future__ import annotations

import streamlit as st

from mammo_core.errors import BundleError, MammoError
from mammo_core.ui import reader_card, reader_first, verbs
from mammo_core.ui.case import current_case
from mammo_core.ui.read_answer import show_facts, show_reading
from mammo_core.ui.read_films import WAITING_PX, enhancing, show_films
from mammo_core.ui.read_open import choose_film, show_changes, show_refused
from mammo_core.ui.report_files import show_film_report
from mammo_core.ui.style import title_unseen
from mammo_core.ui.ways_in import show_welcome
from mammo_core.ui.words import read as read_words


def show_case() -> None:
    """Show the chosen film of those that are open with its answer, what could not be opened, or the ways in."""
    case = current_case()
    show_refused(case)
    if not case.films:
        show_welcome()
        return
    film, change = choose_film(case)
    title_unseen(f"{film.mammogram.name}: {film.name}")
    films, answer = st.container(key="film_and_answer").columns([2.45, 1], gap="medium")
    waiting = films.empty()  # there in every run, or the viewer would move and begin anew when the answer is uncovered
    bundle = reading = trouble = None
    subject = reader_first.subject_of(film)
    standing = reader_first.look(subject)
    try:
        bundle = verbs.active_bundle()
        if not standing.hidden:
            with waiting, st.skeleton(height=WAITING_PX), enhancing(film):
                reading = verbs.reading(film, bundle)
    except BundleError as error:
        trouble = verbs.no_model(error)
    except MammoError as error:
        trouble = (read_words.NOT_READ_TITLE, str(error))

    with answer:  # what was waited for goes first: the answer, the films, and only then what stands below them
        if standing.hidden:
            reader_card.ask(subject, standing)
        else:
            reader_card.show_reader(subject, standing)
        if reading:
            show_reading(reading)
        elif trouble:
            st.error(trouble[1], title=trouble[0], icon=":material/error:")
    with films:
        show_films(film, bundle, reading)
    show_changes(case, film, change)
    with answer:
        if reading:
            show_film_report(film, reading, bundle)
        show_facts(film, bundle)
        if film.credit:
            st.caption(film.credit)
