"""Model card and limits: what the active model is, how it was measured, and what it must not be used for."""

import streamlit as st

from mammo_core.errors import BundleError
from mammo_core.ui import verbs
from mammo_core.ui.door import end_page, enter_through_app
from mammo_core.ui.words import model_card as card_words
from mammo_core.ui.words.glossary import explained

enter_through_app()

_READABLE_PX = 960

st.title(card_words.TITLE, help=explained("MLO", "CC", "AUC", "Sensitivity", "Specificity", "Out of fold"))
page = st.container(width=_READABLE_PX)
with page.container(border=True):
    st.header(card_words.LIMITS_TITLE)
    st.markdown(card_words.LIMITS)
try:
    bundle = verbs.active_bundle()
except BundleError as error:
    title, text = verbs.no_model(error)
    page.info(text, title=title, icon=":material/model_training:")
    end_page()
title, _, body = bundle.card.partition("\n")
page.header(title.lstrip("# "))
page.download_button(
    card_words.SAVE,
    bundle.card,
    file_name=f"{bundle.model_id}-model-card.md",
    mime="text/markdown",
    icon=":material/download:",
    on_click="ignore",
)
page.markdown(body)
