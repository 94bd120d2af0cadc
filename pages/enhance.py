"""Enhancement: CLAHE and sharpening that follow the slider, beside the untouched film, and what they did in figures."""

import streamlit as st

from mammo_core.ui.case import current_case
from mammo_core.ui.door import end_page, enter_through_app
from mammo_core.ui.enhance_open import show_invitation
from mammo_core.ui.enhance_show import show_bench
from mammo_core.ui.read_open import choose_film, show_changes, show_refused
from mammo_core.ui.style import apply_style
from mammo_core.ui.ways_in import open_asked_for
from mammo_core.ui.words import enhance as words
from mammo_core.ui.words.glossary import explained

enter_through_app()

open_asked_for()
case = current_case()
apply_style("enhance")
st.title(words.TITLE, help=explained("CLAHE"))
st.markdown(words.SUMMARY)
show_refused(case)
if not case.films:
    show_invitation()
    end_page()

film, change = choose_film(case)
show_changes(case, film, change)
show_bench(film, case)
if film.credit:
    st.caption(film.credit)
