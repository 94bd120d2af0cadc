"""Read: open films, see them enhanced, and see what the model says and where it looked."""

import streamlit as st

from mammo_core.ui.door import enter_through_app
from mammo_core.ui.ways_in import get_ready, open_asked_for, show_welcome

enter_through_app()

open_asked_for()
if "case" in st.session_state:
    from mammo_core.ui.read_page import show_case  # loads what a film needs: the first page is sent without

    show_case()
else:
    show_welcome()
    get_ready()
