"""Test-set metrics: how the active model does on films that it never saw."""

import streamlit as st

from mammo_core.errors import MammoError
from mammo_core.evaluate.sample import Sample
from mammo_core.network.bundle import active_folder
from mammo_core.ui import metrics_explore as explore
from mammo_core.ui import metrics_sections as sections
from mammo_core.ui import metrics_words as words
from mammo_core.ui.door import enter_through_app
from mammo_core.ui.metrics_data import load_tested
from mammo_core.ui.metrics_films import show_films

enter_through_app()

st.title("Test-set metrics")
try:
    folder = active_folder()
except MammoError as error:
    st.info(f"{words.NO_MODEL}\n\n{error}", title="No model yet", icon=":material/model_training:")
    st.stop()
try:
    tested = load_tested(folder)
except MammoError as error:
    st.error(str(error), title="The model's scores cannot be used", icon=":material/error:")
    st.stop()
if not tested.blocks:
    st.info("The model's `predictions.csv` holds no scores.", icon=":material/info:")
    st.stop()

n_women = tested.files.predictions["woman_id"].nunique()
st.markdown(f"How **{tested.model_id}** does on {n_women} women, each scored by a model that never saw her.")
name = st.segmented_control(
    "What is scored", tested.blocks, default=tested.blocks[0], required=True, format_func=words.UNIT_NAMES.get,
    key="metrics_unit",
)  # fmt: skip
block, rows = tested.metrics["units"][name], tested.rows(name)
sample = Sample.from_frame(rows)
st.markdown(words.UNIT_TEXTS[name])
st.caption(words.cases_text(block) + ".")

sections.show_headline(block)
with st.expander("How to read these figures", icon=":material/help:"):
    st.markdown(words.how_to_read(block, tested.metrics["bootstrap"]))

titles = ["Telling apart", "What was called", "Operating point", "Probabilities"]
if name == "film":
    titles += ["Where it looked", "Every film"]
tabs = dict(zip(titles, st.tabs(titles), strict=True))
with tabs["Telling apart"]:
    sections.show_ranking(block, sample, name)
    if "subgroups" in block:
        sections.show_subgroups(block)
with tabs["What was called"]:
    sections.show_calls(block, name)
with tabs["Operating point"]:
    explore.show_operating_point(block, rows, tested.screening(block["unit"]), name)
with tabs["Probabilities"]:
    explore.show_calibration(block, sample, name)
if name == "film":
    with tabs["Where it looked"]:
        explore.show_place(tested, name)
    with tabs["Every film"]:
        show_films(tested)

if "film" in tested.blocks:
    st.subheader("What leakage would have claimed")
    st.markdown(words.leakage(tested.metrics["units"]["film"]))
