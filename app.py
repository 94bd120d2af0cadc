"""The dashboard's door: page settings, navigation, and the notice that stands on every page."""

import streamlit as st

from mammo_core.errors import BundleError
from mammo_core.network.active import active_folder
from mammo_core.ui.door import PageEnds, leave_keras_alone
from mammo_core.ui.forget import forget_the_closed
from mammo_core.ui.style import show_frame, show_mark
from mammo_core.ui.words.frame import PAGES, TITLE
from mammo_core.ui.worklist_key import carry_key
from mammo_core.ui.worklist_wake import wake_worklist

ICONS = {
    "read": "radiology",
    "exam": "view_column",
    "worklist": "checklist",
    "walk": "directions_walk",
    "enhance": "contrast",
    "explanations": "layers",
    "dataset": "photo_library",
    "steps": "footprint",
    "metrics": "monitoring",
    "leakage": "water_drop",
    "training": "model_training",
    "model_card": "description",
}

leave_keras_alone()
st.set_page_config(page_title=TITLE, layout="wide")
show_mark()
page = st.navigation(
    [
        st.Page(f"pages/{name}.py", title=title, icon=f":material/{ICONS[name]}:", default=name == "read", help=what)
        for name, (title, what) in PAGES.items()
    ],
    position="top",
)
try:
    model_id = active_folder().name
except BundleError:
    model_id = None
show_frame(model_id)
carry_key(page.url_path)
wake_worklist()
try:
    page.run()
except PageEnds:
    pass  # only after a run to its end does Streamlit drop what the last run left
finally:
    # Streamlit would do this after every run (`runner.postScriptGC`), those of a fragment too: then following a slider
    # would take twice as long. What is left of closed films is forgotten after whole runs instead.
    forget_the_closed()
# A run that a newer one has overtaken meanwhile would drop the newer one's fragments: it stops at this look.
st.session_state.get("case")
