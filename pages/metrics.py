"""Test-set metrics: how the active model does on films that it never saw."""

import streamlit as st

from mammo_core.errors import MammoError
from mammo_core.evaluate.sample import Sample
from mammo_core.network.bundle import active_folder
from mammo_core.ui.door import enter_through_app
from mammo_core.ui.metrics_apart import show_ranking, show_subgroups
from mammo_core.ui.metrics_calibration import show_calibration
from mammo_core.ui.metrics_calls import show_calls
from mammo_core.ui.metrics_chance import show_chance
from mammo_core.ui.metrics_data import load_tested
from mammo_core.ui.metrics_doubt import show_doubt
from mammo_core.ui.metrics_films import show_films
from mammo_core.ui.metrics_place import show_place
from mammo_core.ui.metrics_points import show_points, show_slider
from mammo_core.ui.metrics_sections import show_headline
from mammo_core.ui.words import metrics as words
from mammo_core.ui.words.glossary import explained

enter_through_app()

st.title(words.TITLE, help=explained("Out of fold", "Bootstrap interval", "AUC"))
try:
    folder = active_folder()
except MammoError as error:
    st.info(f"{words.NO_MODEL}\n\n{error}", title=words.NO_MODEL_TITLE, icon=":material/model_training:")
    st.stop()
try:
    tested = load_tested(folder)
except MammoError as error:
    st.error(str(error), title=words.NO_SCORES_TITLE, icon=":material/error:")
    st.stop()
if not tested.blocks:
    st.info(words.NO_SCORES, icon=":material/info:")
    st.stop()

name = st.segmented_control(
    words.choose(tested.model_id, tested.files.predictions["woman_id"].nunique()), tested.blocks,
    default=tested.blocks[0], required=True, format_func=words.UNIT_NAMES.get, key="metrics_unit",
)  # fmt: skip
block, rows = tested.metrics["units"][name], tested.rows(name)
chance = tested.chance(name)
sample = Sample.from_frame(rows)
st.markdown(f"{words.UNIT_TEXTS[name]} *{words.cases_text(block)}.*")
show_headline(block, chance, name)
with st.expander(words.HOW_TO_READ_TITLE, icon=":material/help:"):
    st.markdown(words.how_to_read(block, tested.metrics["bootstrap"]))

sections = {"apart": lambda: (show_ranking(block, sample, name), show_subgroups(block))}
sections["called"] = lambda: show_calls(block, name)
if "doubt_curve" in block:
    sections["doubt"] = lambda: show_doubt(block, name)
sections["points"] = lambda: (
    show_points(block, name),
    show_slider(block, rows, tested.thresholds(block["unit"]), name),
)
sections["calibration"] = lambda: show_calibration(block, sample, name)
if chance:
    sections["chance"] = lambda: show_chance(tested, name)
if name == "film":
    sections |= {
        "place": lambda: show_place(tested, name),
        "films": lambda: show_films(tested),
    }
# Only the open section is computed, so that choosing another unit does not wait for all eight.
for tab, show_section in zip(
    st.tabs([words.SECTIONS[key] for key in sections], key="metrics_section", on_change="rerun"),
    sections.values(),
    strict=True,
):
    if tab.open:
        with tab:
            show_section()

if "film" in tested.blocks:
    st.header(words.LEAKAGE_TITLE)
    st.markdown(words.leakage(tested.metrics["units"]["film"]))
