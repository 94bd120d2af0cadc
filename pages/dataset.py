"""Dataset: the films the model learned from, their balance, whether the splits are clean, and how they are varied."""

import streamlit as st

from mammo_core.config import find_mias
from mammo_core.errors import MammoError
from mammo_core.ui import dataset_words as words
from mammo_core.ui.dataset_browse import chosen_film, show_films
from mammo_core.ui.dataset_films import mias_films, phantom_films, present_films
from mammo_core.ui.dataset_import import show_import, show_imported
from mammo_core.ui.dataset_sections import show_balance, show_splits, show_variants
from mammo_core.ui.dataset_style import apply_style
from mammo_core.ui.door import enter_through_app

enter_through_app()
apply_style()
st.title(words.TITLE)
st.markdown(words.SUMMARY)
source, films = find_mias(), mias_films()
try:
    present = present_films(source) if source else ()
except MammoError as error:
    st.error(str(error), title="The MIAS films cannot be read", icon=":material/error:")
    source, present = None, ()

titles = ["Films", "Class balance", "Splits", "Sixteen variants"]
tabs = dict(zip(titles, st.tabs(titles, key="dataset_tab", on_change="rerun"), strict=True))
if not present:
    source, films = None, phantom_films()
    present = tuple(films)
with tabs["Films"]:
    if source is None:
        with st.container(border=True):
            how, upload = st.columns([1.5, 1], gap="medium")
            how.subheader(words.ABSENT_TITLE)
            how.markdown(words.ABSENT)
            how.caption(words.COMMAND)
            with upload:
                show_import()
        st.markdown(words.PHANTOMS)
    else:
        show_imported()
        if len(present) < len(films):
            with st.expander(words.PARTIAL.format(n=len(present)), icon=":material/info:"):
                show_import()
    show_films(films, present, source)
with tabs["Class balance"]:
    show_balance()
with tabs["Splits"]:
    show_splits()
with tabs["Sixteen variants"]:
    show_variants(chosen_film([films[film_id] for film_id in present]), source)
if source:
    st.caption(words.CREDIT)
