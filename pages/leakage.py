"""Leakage lab: one network tested under leaky and honest protocols, from the committed figures."""

import streamlit as st

from mammo_core.ui import leakage_show as show
from mammo_core.ui.door import end_page, enter_through_app
from mammo_core.ui.words import leakage as words
from mammo_core.ui.words.glossary import explained

enter_through_app()

st.title(words.TITLE, help=explained("Out of fold", "Bootstrap interval", "AUC"))
st.markdown(words.SUMMARY)
summary = show.committed()
if summary is None:
    st.info(words.ABSENT, icon=":material/info:")
    end_page()

st.header(words.MALIGNANT_TITLE)
st.markdown(words.verdict(summary))
show.show_copies(summary, "films")
st.caption(words.HOW_TO_READ)
st.caption(words.published(summary))
with st.expander(words.LESIONS_TITLE, icon=":material/crop_free:"):
    show.show_copies(summary, "lesions")

st.header(words.ABNORMAL_TITLE)
show.show_ladder(summary)
st.markdown(words.ladder(summary))

st.header(words.COPIES_TITLE)
st.markdown(words.copies(summary["protocols"]["films_woman"]))
st.header(words.MECHANISMS_TITLE)
show.show_mechanisms(summary)
show.show_table(summary)
