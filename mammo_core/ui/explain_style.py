"""The Explanations page's own look: the colour bar, the cards, and the small pictures of the check."""

from __future__ import annotations

import numpy as np
import streamlit as st

from mammo_core.report.palette import GRID, MUTED, SURFACE
from mammo_core.report.pictures import heat_layer

_STOPS = ", ".join(
    "rgb({}, {}, {})".format(*colour) for colour in heat_layer(np.linspace(0, 1, 9, dtype=np.float32)[None])[0, :, :3]
)
_CSS = f"""<style>
.st-key-explain_viewer {{ opacity: 1 !important; }}
.colour-bar {{ display: flex; flex-wrap: wrap; align-items: center; gap: 0.2rem 0.6rem; color: {MUTED};
  font-size: 0.85rem; }}
.colour-bar i {{ width: 180px; height: 12px; border-radius: 3px; border: 1px solid {GRID};
  background: linear-gradient(90deg, {_STOPS}); }}
.colour-bar p {{ margin: 0 0 0 0.6rem; }}
.st-key-explain_cards {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 370px), 1fr));
  gap: 0.8rem; }}
.says {{ display: grid; grid-template-columns: auto 1fr; gap: 0.25rem 0.7rem; font-size: 0.92rem; line-height: 1.4; }}
dl.says {{ margin: 0 !important; padding: 0 !important; }}
.says dt {{ color: {MUTED}; white-space: nowrap; }}
.says dd {{ margin: 0; }}
.checks {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 520px), 1fr)); gap: 1rem; }}
.checks section {{ border: 1px solid {GRID}; border-radius: 8px; background: {SURFACE}; padding: 0.7rem 0.9rem; }}
.checks p {{ margin: 0 0 0.5rem; font-size: 0.93rem; }}
.checks div {{ display: grid; grid-template-columns: repeat(4, 1fr); gap: 0.5rem; }}
.checks figure {{ margin: 0; }}
.checks img {{ width: 100%; height: 190px; object-fit: contain; background: #000; border-radius: 4px; }}
.checks figcaption {{ font-size: 0.8rem; line-height: 1.3; color: {MUTED}; }}
.checks figcaption b {{ display: block; font-weight: 600; }}
@media (max-width: 640px) {{
  .colour-bar p {{ margin: 0; }}
  .checks img {{ height: 130px; }}
  .checks figcaption {{ font-size: 0.74rem; }}
}}
</style>"""


def apply_style() -> None:
    """Put the page's style in."""
    st.html(_CSS)
