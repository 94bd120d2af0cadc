"""Model card and limits: what the active model is, how it was measured, and what it must not be used for."""

import streamlit as st

from mammo_core.errors import MammoError
from mammo_core.ui import texts, verbs
from mammo_core.ui.door import enter_through_app

enter_through_app()

_READABLE_PX = 960

st.title("Model card and limits")
page = st.container(width=_READABLE_PX)
with page.container(border=True):
    st.header("Limits first")
    st.markdown(texts.LIMITS)
try:
    bundle = verbs.active_bundle()
except MammoError as error:
    page.info(f"{texts.NO_MODEL}\n\n{error}", title=texts.NO_MODEL_TITLE, icon=":material/model_training:")
    st.stop()
title, _, body = bundle.card.partition("\n")
page.header(title.lstrip("# "))
page.download_button(
    "Model card (Markdown)",
    bundle.card,
    file_name=f"{bundle.model_id}-model-card.md",
    mime="text/markdown",
    icon=":material/download:",
    on_click="ignore",
)
page.markdown(body)
