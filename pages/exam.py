"""Exam: the films of one woman hung as usual, left held against right, and read together."""

import streamlit as st

from mammo_core.config import PreprocessConfig
from mammo_core.errors import BundleError, MammoError
from mammo_core.ui import cards, reader_card, reader_first, verbs
from mammo_core.ui.case import current_case
from mammo_core.ui.door import end_page, enter_through_app
from mammo_core.ui.exam_answer import show_exam, show_marks
from mammo_core.ui.exam_arrange import arrange, names_of, notes_on, show_places
from mammo_core.ui.exam_films import Shown, outline_films, show_films
from mammo_core.ui.exam_open import choose_woman, open_pair_asked_for, show_open_menu, show_welcome, step_through_mias
from mammo_core.ui.exam_read import known_exam, read_now
from mammo_core.ui.read_open import show_refused
from mammo_core.ui.report_files import show_exam_report
from mammo_core.ui.style import apply_style
from mammo_core.ui.ways_in import open_asked_for
from mammo_core.ui.words import exam as words

enter_through_app()
apply_style("exam")

open_asked_for()
case = current_case()
open_pair_asked_for(case)
show_refused(case)
if not case.films:
    show_welcome()
    end_page()

films = list(case.films.values())
with st.container(horizontal=True, vertical_alignment="center", key="exam_head"):
    woman = choose_woman(case)
    hanging = arrange(films, woman)
    step_through_mias(films, woman)
    st.space("stretch")
    show_places(films, hanging)
    show_open_menu()
if not hanging.places:
    st.info(words.NONE_HANGS, icon=":material/view_column:")
    cards.show_notes(words.NOTES_TITLE, notes_on(films, hanging, woman), outside=False)
    end_page()

bundle = reading = trouble = None
try:
    bundle = verbs.active_bundle()
except BundleError as error:
    trouble = verbs.no_model(error)
with st.spinner(words.OUTLINING), st.skeleton(height=560):
    outlined, troubles = outline_films(hanging, bundle.config if bundle else PreprocessConfig())
of_one_woman = len(hanging.women) < 2
standing = reader_first.look(woman)
if bundle and outlined and of_one_woman and not standing.hidden:
    reading = known_exam(case, hanging.places, outlined, bundle)
readings = dict(zip(outlined, reading.films, strict=True)) if reading else {}

pictures, answer = st.container(key="film_and_answer").columns([2.75, 1], gap="medium")
with pictures:
    show_films(case, Shown(hanging, outlined, readings, of_one_woman), bundle)
with answer:
    if not standing.hidden:
        reader_card.show_reader(woman, standing)
    if not of_one_woman:
        both = words.TWO_WOMEN.format(n=len(hanging.women), names=names_of(hanging.women, films))
        st.warning(both, title=words.NOT_READ_TITLE, icon=":material/group:")
    elif standing.hidden:
        reader_card.ask(woman, standing)
    elif bundle and outlined and not reading:
        bar = st.progress(0.0)
        with st.skeleton(height=420):  # the films are on screen meanwhile
            try:
                read_now(case, hanging.places, outlined, bundle, bar.progress)
                st.rerun()
            except MammoError as error:
                trouble = (words.NOT_READ_TITLE, str(error))
    if reading:
        show_exam(reading, list(outlined))
        show_exam_report(hanging.places, outlined, reading, bundle)
    elif trouble:
        st.error(trouble[1], title=trouble[0], icon=":material/error:")
    notes = [*troubles, *notes_on(films, hanging, woman)]
    if notes:
        cards.show_notes(words.NOTES_TITLE, notes, outside=bool(troubles))
    if readings:
        show_marks(readings)
    for credit in dict.fromkeys(film.credit for film in hanging.places.values() if film.credit):
        st.caption(credit)
