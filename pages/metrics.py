"""Test-set metrics: how the active model does on films that it never saw."""

import json

import streamlit as st

from mammo_core.errors import MammoError
from mammo_core.network.active import active_folder
from mammo_core.ui.door import end_page, enter_through_app
from mammo_core.ui.metrics_data import load_tested
from mammo_core.ui.metrics_sections import show_headline
from mammo_core.ui.metrics_tabs import show_tabs
from mammo_core.ui.words import metrics as words
from mammo_core.ui.words.glossary import explained

enter_through_app()

st.title(words.TITLE, help=explained("Out of fold", "Bootstrap interval", "AUC"))
try:
    folder = active_folder()
except MammoError as error:
    st.info(f"{words.NO_MODEL}\n\n{error}", title=words.NO_MODEL_TITLE, icon=":material/model_training:")
    end_page()
try:
    tested = load_tested(folder)
except MammoError as error:
    st.error(str(error), title=words.NO_SCORES_TITLE, icon=":material/error:")
    end_page()
if not tested.blocks:
    st.info(words.NO_SCORES, icon=":material/info:")
    end_page()

name = st.segmented_control(
    words.choose(tested.model_id, tested.files.predictions["woman_id"].nunique()), tested.blocks,
    default=tested.blocks[0], required=True, format_func=words.UNIT_NAMES.get, key="metrics_unit",
)  # fmt: skip
block = tested.metrics["units"][name]
st.markdown(f"{words.UNIT_TEXTS[name]} *{words.cases_text(block)}.*")
show_headline(block, tested.chance(name), name)
with st.expander(words.HOW_TO_READ_TITLE, icon=":material/help:"):
    st.markdown(words.how_to_read(block, tested.metrics["bootstrap"]))
    st.caption(words.SAVE_NOTE)
    st.download_button(
        words.SAVE_ALL, lambda: json.dumps(tested.metrics, indent=1, ensure_ascii=False),
        file_name=f"{tested.model_id}-metrics.json", mime="application/json", key="metrics_save_all",
        help=words.SAVE_ALL_HELP, icon=":material/download:", on_click="ignore",
    )  # fmt: skip
show_tabs(tested, name)

if "film" in tested.blocks:
    st.header(words.LEAKAGE_TITLE)
    st.markdown(words.leakage(tested.metrics["units"]["film"]))
