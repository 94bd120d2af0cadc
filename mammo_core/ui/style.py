"""The frame of every page, and the little CSS that theming cannot say (colours and type: `.streamlit/config.toml`)."""

from __future__ import annotations

from html import escape
from pathlib import Path

import streamlit as st
from starlette.formparsers import MultiPartParser

from mammo_core.config import MAX_FILE_BYTES
from mammo_core.report.palette import ACCENT, GRID, MUTED, SURFACE, TEXT
from mammo_core.ui import texts

MARK = Path(__file__).parent / "mark.svg"
"""The program's sign; a file of ours, because Streamlit fetches the icons of the browser's tab from outside."""

_CSS = f"""<style>
.stMainBlockContainer {{ max-width: 1680px; padding: 4.2rem 2rem 4rem; }}
.notice {{ position: fixed; inset: auto 0 0 0; z-index: 900; display: flex; flex-wrap: wrap; gap: 0 0.6rem;
  padding: 0.3rem 2rem; font-size: 0.82rem; line-height: 1.35; color: {MUTED}; background: {SURFACE};
  border-top: 1px solid {GRID}; }}
.notice strong {{ color: {TEXT}; font-weight: 600; }}
.notice .model {{ margin-left: auto; }}
.st-key-strip button {{ height: auto; padding: 0.35rem 0.7rem 0.35rem 0.35rem; }}
.st-key-strip button p {{ display: flex; align-items: center; gap: 0.6rem; text-align: left; white-space: nowrap; }}
.st-key-strip img {{ height: 54px; max-height: 54px !important; width: 36px; object-fit: contain; border-radius: 4px;
  background: #000; }}
[data-testid=stFileUploaderDropzone] {{ min-height: 6.5rem; align-items: center; }}
.st-key-viewer {{ opacity: 1 !important; }}
.decision {{ border: 1px solid {GRID}; border-left-width: 6px; border-radius: 8px; background: {SURFACE};
  padding: 0.75rem 1rem 0.8rem; }}
.decision .word {{ font-size: 1.35rem; font-weight: 650; line-height: 1.25; }}
.decision .why {{ color: {MUTED}; font-size: 0.93rem; margin-top: 0.2rem; }}
.shares {{ display: grid; grid-template-columns: auto 1fr auto; gap: 0.5rem 0.8rem; align-items: center; }}
.shares .track {{ position: relative; height: 12px; border-radius: 6px; background: {GRID}; }}
.shares .fill {{ position: absolute; inset: 0 auto 0 0; border-radius: 6px; min-width: 3px; }}
.shares .tick, .legend .tick {{ width: 2px; background: {TEXT}; }}
.shares .tick {{ position: absolute; top: -4px; bottom: -4px; margin-left: -1px; }}
.shares .number {{ text-align: right; font-weight: 600; font-variant-numeric: tabular-nums; }}
.legend {{ display: flex; gap: 0.45rem; align-items: center; color: {MUTED}; font-size: 0.82rem; margin-top: 0.5rem; }}
.legend .tick {{ height: 14px; }}
.rates {{ display: grid; grid-template-columns: repeat(2, 1fr); gap: 0.7rem; font-size: 0.82rem; color: {MUTED};
  line-height: 1.35; }}
.rates b {{ display: block; color: {TEXT}; font-size: 1.15rem; font-weight: 600; }}
.note {{ border-left: 3px solid {ACCENT}; padding: 0.05rem 0 0.05rem 0.8rem; font-size: 0.93rem; }}
.note.outside {{ border-color: #d9a441; }}
.note ul {{ margin: 0.15rem 0 0; padding-left: 1.1rem; color: {MUTED}; }}
.note li {{ margin: 0.15rem 0; font-size: 0.93rem; }}
.places {{ display: grid; grid-template-columns: auto 1fr repeat(3, auto); gap: 0.4rem 0.8rem; align-items: center;
  font-size: 0.9rem; font-variant-numeric: tabular-nums; }}
.places .head {{ color: {MUTED}; font-size: 0.8rem; }}
.places .bar {{ display: flex; height: 10px; border-radius: 5px; overflow: hidden; background: {GRID}; gap: 1px; }}
.places .figure {{ text-align: right; }}
dl.facts {{ margin: 0 !important; padding: 0 !important; }}
.facts {{ display: grid; grid-template-columns: auto 1fr; gap: 0.25rem 1rem; font-size: 0.93rem; }}
.facts dt {{ color: {MUTED}; }}
.facts dd {{ margin: 0; overflow-wrap: anywhere; }}
@media (max-width: 640px) {{
  .stMainBlockContainer {{ padding: 4rem 0.9rem 5rem; }}
  .notice {{ padding: 0.3rem 0.9rem; }}
  .notice .model {{ display: none; }}
}}
@media (max-width: 1100px) {{
  /* Too narrow for both: the answer stands between the film and its controls, whose wrappers dissolve. */
  .st-key-film_and_answer .stHorizontalBlock :has(.st-key-controls):not(:has(> .st-key-controls)) {{
    display: contents; }}
  .st-key-film_and_answer > * > .stHorizontalBlock > .stColumn {{ order: 1; }}
  .st-key-film_and_answer :has(> .st-key-controls), .st-key-save_reading {{ order: 2; width: 100%; }}
  .st-key-film_and_answer > * > .stHorizontalBlock {{ flex-direction: column; }}
  .st-key-film_and_answer > * > .stHorizontalBlock > .stColumn {{ width: 100%; min-width: 100%; }}
}}
</style>"""


def show_frame(model_id: str | None) -> None:
    """Apply the style and show the research-prototype notice, which stays in sight on every page.

    Args:
        model_id: The active model, if any.
    """
    # Starlette would write the parts of an upload above 1 MB to a temporary file; uploads are kept in memory only.
    MultiPartParser.spool_max_size = MAX_FILE_BYTES + 2**20
    st.html(_CSS)
    bold, rest = texts.NOTICE
    model = f"Model {escape(model_id)}" if model_id else texts.NO_MODEL_TITLE
    st.html(
        f'<div class="notice" role="note"><strong>{bold}</strong> <span>{rest}</span> '
        f'<span class="model">{model}</span></div>'
    )
