"""Dataset: the films the model learned from, their balance, whether the splits are clean, and how they are varied."""

import streamlit as st

from mammo_core.config import find_mias
from mammo_core.errors import MammoError
from mammo_core.ui.dataset_browse import chosen_film, show_films
from mammo_core.ui.dataset_films import mias_films, phantom_films, present_films
from mammo_core.ui.dataset_import import show_absent, show_imported, show_partial
from mammo_core.ui.dataset_sections import show_balance, show_splits, show_variants
from mammo_core.ui.door import enter_through_app
from mammo_core.ui.style import apply_style
from mammo_core.ui.words import dataset as words
from mammo_core.ui.words.glossary import explained

enter_through_app()
apply_style("dataset")
st.title(words.TITLE)
st.markdown(words.SUMMARY, help=explained("MLO"))
source, films, present = find_mias(), mias_films(), ()
try:
    present = present_films(source) if source else ()
except MammoError as error:
    st.error(str(error), title=words.UNREADABLE_TITLE, icon=":material/error:")
if not present:
    with st.spinner(words.DRAWING):
        source, films = None, phantom_films()
    present = tuple(films)

browse, balance, splits, variants = st.tabs(words.TABS, key="dataset_tab", on_change="rerun")
if browse.open:
    with browse:
        if source is None:
            show_absent()
        else:
            show_imported()
            show_partial(len(present), len(films))
        show_films(films, present, source)
if balance.open:
    with balance:
        show_balance()
if splits.open:
    with splits:
        show_splits()
if variants.open:
    with variants:
        show_variants(chosen_film([films[film_id] for film_id in present]), source)
if source:
    st.caption(words.CREDIT)
