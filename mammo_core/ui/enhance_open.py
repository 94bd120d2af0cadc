"""The empty Enhancement page: what it is for, and films to try it on."""

from __future__ import annotations

import streamlit as st

from mammo_core.ui.demo import DEMO_EXAMS, demo_files, demo_picture
from mammo_core.ui.read_open import show_upload
from mammo_core.ui.words import enhance as words
from mammo_core.ui.words import opening as opening_words


def show_invitation() -> None:
    """Show the upload field and the demo exams."""
    st.markdown(words.EMPTY)
    upload, demo = st.columns([1, 1.25], gap="large")
    with upload:
        st.header(words.UPLOAD_TITLE)
        show_upload()
        st.caption(opening_words.UPLOAD_PRIVACY)
    with demo:
        st.header(words.DEMO_TITLE)
        if not all(demo_files(exam) for exam in DEMO_EXAMS):
            st.info(opening_words.DEMO_ABSENT, icon=":material/info:")
            return
        for exam, column in zip(DEMO_EXAMS, st.columns(len(DEMO_EXAMS)), strict=True):
            with column.container(border=True):
                with st.skeleton(height=170):
                    picture = demo_picture(exam)
                st.image(picture, width="stretch", alt=f"Four mammograms of {DEMO_EXAMS[exam]}")
                st.button(
                    DEMO_EXAMS[exam],
                    key=f"demo_{exam}",
                    icon=":material/folder_open:",
                    on_click=lambda exam=exam: st.session_state.update(demo_asked_for=exam),
                    width="stretch",
                )
        st.caption(opening_words.DEMO_CREDIT)
