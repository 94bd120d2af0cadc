"""The little CSS of the Exam page."""

from __future__ import annotations

import streamlit as st

from mammo_core.report.palette import MUTED

_CSS = f"""<style>
/* The films may be as high as the screen has room for: below them stands no control. */
.st-key-exam_viewer {{ --viewer-spares: 335px; opacity: 1 !important; }}
.st-key-exam_head h1 {{ padding: 0; margin: 0; font-size: 1.2rem; white-space: nowrap; }}
.st-key-exam_hanging label p {{ display: flex; align-items: center; gap: 0.6rem; }}
.st-key-exam_hanging label img {{ height: 48px; max-height: 48px !important; }}
.reasons {{ font-size: 0.95rem; line-height: 1.5; }}
.reasons p {{ margin: 0 0 0.6rem; color: {MUTED}; }}
.reasons p:first-child {{ color: inherit; }}
@media (max-width: 1100px) {{ .st-key-exam_viewer {{ --viewer-spares: 300px; }} }}
</style>"""


def apply_style() -> None:
    """Apply the page's style."""
    st.html(_CSS)
