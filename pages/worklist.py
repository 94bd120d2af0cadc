"""Worklist: a day's exams, read in the background, sorted by suspicion, each one click from the Exam page."""

import streamlit as st

from mammo_core.errors import BundleError, StoreError
from mammo_core.network.active import active_folder
from mammo_core.ui import worklist_add as add
from mammo_core.ui import worklist_do as do
from mammo_core.ui.door import end_page, enter_through_app
from mammo_core.ui.reader_first import is_on
from mammo_core.ui.style import apply_style
from mammo_core.ui.words import worklist as words
from mammo_core.ui.worklist_agreement import show_agreement
from mammo_core.ui.worklist_key import carry_key
from mammo_core.ui.worklist_open import open_asked, remember_order
from mammo_core.ui.worklist_order import about_order, choose, clear_filters, page_of
from mammo_core.ui.worklist_rows import show_rows
from mammo_core.ui.worklist_store import current_list

enter_through_app()
apply_style("worklist")
try:
    active = active_folder().name
except BundleError:
    active = None
try:
    add.add_asked_for()
    worklist = current_list()
    carry_key("worklist")
    if worklist:
        open_asked(worklist)
    exams = worklist.exams() if worklist else []
    with st.container(key="worklist_news"):  # there in every run, so that what stands below keeps its place
        add.show_taken()
        do.show_failure()
        if worklist:
            do.show_undo(worklist)
    if not exams:
        add.show_welcome()
        end_page()

    reader_first = is_on(anew=True)
    with st.container(horizontal=True, vertical_alignment="center", key="worklist_head"):
        st.title(words.TITLE)
        st.space("stretch")
        do.show_switch(reader_first)
        with st.popover(words.ADD_LABEL, icon=":material/playlist_add:"), st.container(width=380):
            add.show_upload()
            add.show_demo_button()
    do.show_progress(worklist, exams)
    found = choose(exams, reader_first)
    remember_order(found)
    if not found:
        st.info(words.NONE_MATCH.format(n=len(exams)), icon=":material/filter_alt_off:")
        st.button(words.CLEAR, on_click=clear_filters, key="worklist_clear")
    else:
        st.caption(about_order(found, reader_first))
        do.show_actions(worklist, found, active, reader_first)
        show_rows(worklist, page_of(found), active, reader_first)
    show_agreement(exams)
    add.show_keeping()
except StoreError as error:
    st.title(words.TITLE)
    st.error(str(error), title=words.UNUSABLE_TITLE, icon=":material/error:")
