"""Step by step: what is done to a film before the model sees it, one picture and one sentence a step."""

import streamlit as st

from mammo_core.errors import MammoError
from mammo_core.ui import dataset_words as words
from mammo_core.ui.door import enter_through_app
from mammo_core.ui.steps_films import choose_film
from mammo_core.ui.steps_show import show_steps, take_apart

enter_through_app()
st.title(words.STEPS_TITLE)
st.markdown(words.STEPS_SUMMARY)
chosen = choose_film("steps")
if chosen is None:
    st.stop()
source, key, film = chosen
try:
    with st.spinner("Taking the film apart …"):
        made = take_apart(source, key, film)
except (MammoError, KeyError) as error:
    reason = str(error) if isinstance(error, MammoError) else words.FILM_ABSENT
    st.error(reason, title=f"{film.name} cannot be shown", icon=":material/error:")
    st.stop()
show_steps(made)
if film.credit:
    st.caption(film.credit)
