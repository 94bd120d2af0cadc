"""Training: experiments with other networks, started, watched, stopped, resumed and compared; never a release."""

import streamlit as st

from mammo_core.training.run_folder import all_runs, running_now
from mammo_core.ui.door import enter_through_app
from mammo_core.ui.style import apply_style
from mammo_core.ui.training_form import show_form
from mammo_core.ui.training_more import show_families, show_searches
from mammo_core.ui.training_runs import show_not_begun, show_runs
from mammo_core.ui.training_watch import show_running
from mammo_core.ui.words import training as words
from mammo_core.ui.words.glossary import explained

enter_through_app()
apply_style("training")
st.title(words.TITLE, help=explained("AUC", "Bootstrap interval"))
st.markdown(words.SUMMARY)
running = running_now()
if running:
    st.header(words.RUNNING_TITLE)
    show_running(running)
show_not_begun()
with st.expander(words.START_TITLE, icon=":material/add_circle:", expanded=not running):
    show_form()
runs = all_runs()
st.header(words.RUNS_TITLE)
if runs:
    show_runs(runs)
else:
    st.info(words.NO_RUNS, icon=":material/info:")
st.header(words.SEARCHES_TITLE)
show_searches()
st.header(words.FAMILIES_TITLE)
show_families()
