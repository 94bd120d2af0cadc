"""The little CSS of the Enhancement page."""

from __future__ import annotations

import streamlit as st

from mammo_core.report.palette import GRID, MUTED, SURFACE, TEXT

_CSS = f"""<style>
.st-key-enhance_viewer, .st-key-enhance_dials, .st-key-enhance_measured {{ opacity: 1 !important; }}
.st-key-enhance_dials_box {{ min-height: 20rem; }}
.measured {{ margin: 0 !important; padding: 0 !important; display: grid; gap: 0.8rem;
  grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); }}
.measured div {{ border: 1px solid {GRID}; border-radius: 8px; background: {SURFACE}; padding: 0.6rem 0.8rem; }}
.measured dt {{ font-size: 0.88rem; color: {MUTED}; }}
.measured dd {{ margin: 0 !important; font-size: 0.85rem; line-height: 1.4; color: {MUTED}; }}
.measured dd.value {{ font-size: 1.3rem; font-weight: 600; color: {TEXT}; font-variant-numeric: tabular-nums; }}
.measured dd.way {{ color: {TEXT}; }}
.measured.old {{ opacity: 0.45; }}
</style>"""


def apply_style() -> None:
    """Apply the page's style."""
    st.html(_CSS)
