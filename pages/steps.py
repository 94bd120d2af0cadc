"""Step by step: what is done to a film before the model sees it, one picture and one sentence a step."""

import streamlit as st

from mammo_core.errors import MammoError
from mammo_core.ui.door import end_page, enter_through_app
from mammo_core.ui.read_open import plain
from mammo_core.ui.steps_films import choose_film
from mammo_core.ui.steps_show import show_steps, take_apart
from mammo_core.ui.words import dataset as dataset_words
from mammo_core.ui.words import steps as words
from mammo_core.ui.words.glossary import explained

enter_through_app()
st.title(words.TITLE)
st.markdown(words.SUMMARY, help=explained("CLAHE", "MLO"))
chosen = choose_film("steps")
if chosen is None:
    end_page()
source, key, film = chosen
try:
    with st.spinner(words.WORKING), st.skeleton(height=560):
        made = take_apart(source, key, film)
except (MammoError, KeyError) as error:
    reason = str(error) if isinstance(error, MammoError) else dataset_words.FILM_ABSENT
    st.error(reason, title=words.NOT_SHOWN.format(name=plain(film.name)), icon=":material/error:")
    end_page()
show_steps(made)
if film.credit:
    st.caption(film.credit)
