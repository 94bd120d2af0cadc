"""Read: open films, see them enhanced, and see what the model says and where it looked."""

import streamlit as st

from mammo_core.errors import BundleError, MammoError
from mammo_core.ui import texts, verbs
from mammo_core.ui.case import current_case
from mammo_core.ui.read_open import choose_film, open_asked_for, show_refused, show_upload, show_welcome
from mammo_core.ui.read_panels import show_films, show_reading

open_asked_for()
case = current_case()
if not case.films and not case.refused:
    show_welcome()
    st.stop()
show_refused(case)
if not case.films:
    show_upload("again")
    st.stop()
film = choose_film(case)

bundle = reading = trouble = None
try:
    bundle = verbs.active_bundle()
    with st.spinner("Reading the film …"):
        reading = verbs.reading(film, bundle)
except BundleError as error:
    trouble = f"{texts.NO_MODEL}\n\n{error}"
except MammoError as error:
    trouble = str(error)

look, answer = st.columns([2.35, 1], gap="medium")
with look:
    show_films(film, bundle, reading)
with answer:
    if reading:
        show_reading(film, reading)
    else:
        st.error(trouble, title="This film was not read", icon=":material/error:")
if case.credit:
    st.caption(case.credit)
