"""The frame of every page, and the little CSS that theming cannot say (the theme: `.streamlit/config.toml`)."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from pathlib import Path

import streamlit as st
from starlette.formparsers import MultiPartParser
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import get_script_run_ctx

from mammo_core.config import MAX_FILE_BYTES
from mammo_core.ui.tokens import TOKENS_CSS
from mammo_core.ui.words import frame as words

_MARK = f"data:image/svg+xml;base64,{b64encode((Path(__file__).parent / 'mark.svg').read_bytes()).decode()}"
"""The program's sign; a file of ours, because Streamlit fetches the icons of the browser's tab from outside."""

_STYLES = Path(__file__).parent / "styles"


def apply_style(page: str) -> None:
    """Apply the CSS of `styles/<page>.css` to the page that is being drawn; its sizes and colours are `tokens.py`'s."""
    st.html(f"<style>{(_STYLES / page).with_suffix('.css').read_text(encoding='utf-8')}</style>")


def show_mark() -> None:
    """Show the program's sign in the browser's tab and at the head of the page.

    The messages are those of `st.set_page_config(page_icon=...)` and `st.logo`, which load NumPy and Pillow before they
    look at what they were given: a tenth of a second of a new server's first page.
    """
    run = get_script_run_ctx()
    if run is None:
        return
    icon, logo = ForwardMsg(), ForwardMsg()
    icon.page_config_changed.favicon = logo.logo.image = _MARK
    logo.logo.size = "large"
    run.enqueue(icon)
    run.enqueue(logo)


def title_unseen(title: str) -> None:
    """Give a page whose films need all the room a heading that screen readers find."""
    st.html(f'<h1 class="unseen">{escape(title)}</h1>')


def show_frame(model_id: str | None) -> None:
    """Apply the style and show the research-prototype notice, which stays in sight on every page.

    Args:
        model_id: The active model, if any.
    """
    # Starlette would write the parts of an upload above 1 MB to a temporary file; uploads are kept in memory only.
    MultiPartParser.spool_max_size = MAX_FILE_BYTES + 2**20
    st.html(f"<style>{TOKENS_CSS}</style>")
    apply_style("frame")
    bold, rest = words.NOTICE
    model = words.MODEL.format(escape(model_id)) if model_id else words.NO_MODEL_TITLE
    st.html(
        f'<div class="notice" role="note"><strong>{bold}</strong> <span>{rest}</span> '
        f'<span class="model">{model}</span></div>'
    )
