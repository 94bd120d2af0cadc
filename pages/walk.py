"""Walk: six steps through a demo exam, which say what the model really says, and at the end how it ended."""

import streamlit as st

from mammo_core.film.demo_films import has_demos
from mammo_core.ui.door import end_page, enter_through_app
from mammo_core.ui.style import apply_style
from mammo_core.ui.walk_exam import open_exam
from mammo_core.ui.walk_frame import show_end, show_head, show_ways
from mammo_core.ui.walk_start import N_STEPS, keep_in_address, walk_place
from mammo_core.ui.walk_steps import show_step
from mammo_core.ui.words import opening as opening_words
from mammo_core.ui.words import walk as words

enter_through_app()
apply_style("walk")

place = walk_place()
if not has_demos():
    st.title(words.NO_DEMO_TITLE)
    st.info(opening_words.DEMO_ABSENT, icon=":material/info:")
    end_page()

keep_in_address(place)
show_head(place)
show_ways(place)
show_step(open_exam(place.exam), place.step)
if place.step == N_STEPS:
    show_end(place)
st.caption(words.KEYS)
st.caption(opening_words.DEMO_CREDIT)
