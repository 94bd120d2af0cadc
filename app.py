"""The dashboard's door: page settings, navigation, and the notice that stands on every page."""

import gc

import streamlit as st

from mammo_core.errors import BundleError
from mammo_core.network.bundle import active_folder
from mammo_core.ui.style import MARK, show_frame

st.set_page_config(page_title="Mammogram dashboard", page_icon=str(MARK), layout="wide")
st.logo(str(MARK), size="large")
page = st.navigation(
    [
        st.Page(
            "pages/read.py",
            title="Read",
            icon=":material/radiology:",
            default=True,
            help="Open films, see them enhanced, and see what the model says and where it looked.",
        ),
        st.Page(
            "pages/enhance.py",
            title="Enhancement",
            icon=":material/contrast:",
            help="Local contrast and sharpening that follow the slider, and what they did in figures.",
        ),
        st.Page(
            "pages/explanations.py",
            title="Explanations",
            icon=":material/layers:",
            help="Where the model found evidence, by six methods, and how well each points.",
        ),
        st.Page(
            "pages/exam.py",
            title="Exam",
            icon=":material/view_column:",
            help="Hang the films of one woman, hold left against right, and read them together.",
        ),
        st.Page(
            "pages/dataset.py",
            title="Dataset",
            icon=":material/photo_library:",
            help="The films the model learned from: truth, outlines, balance, splits.",
        ),
        st.Page(
            "pages/steps.py",
            title="Step by step",
            icon=":material/footprint:",
            help="What is done to a film before the model sees it.",
        ),
        st.Page(
            "pages/metrics.py",
            title="Test-set metrics",
            icon=":material/monitoring:",
            help="How the model does on films of women it never saw, with intervals.",
        ),
        st.Page(
            "pages/model_card.py",
            title="Model card and limits",
            icon=":material/description:",
            help="What the model is, how it was measured, and what it must not be used for.",
        ),
    ],
    position="top",
)
try:
    model_id = active_folder().name
except BundleError:
    model_id = None
show_frame(model_id)
try:
    page.run()
finally:
    # Streamlit would do this after every run (`runner.postScriptGC`), those of a fragment too: then following a slider
    # would take twice as long. Films that were closed are forgotten after the next whole run, as before.
    gc.collect()
