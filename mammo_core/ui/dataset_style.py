"""The CSS of the Dataset page that theming cannot say."""

import streamlit as st

from mammo_core.report.palette import MUTED

_CSS = f"""<style>
.legend-row {{ display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; font-size: 0.82rem; color: {MUTED}; }}
.legend-row span {{ display: inline-flex; align-items: center; gap: 0.4rem; }}
.legend-row i {{ width: 14px; height: 3px; border-radius: 2px; }}
.variants {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(112px, 1fr)); gap: 0.7rem; }}
.variants figure {{ margin: 0; }}
.variants img {{ display: block; width: 100%; border-radius: 6px; background: #000; }}
.variants figcaption {{ font-size: 0.78rem; line-height: 1.3; color: {MUTED}; margin-top: 0.25rem; }}
@media (min-width: 1100px) {{ .variants {{ grid-template-columns: repeat(8, 1fr); }} }}
@media (max-width: 640px) {{ .variants {{ grid-template-columns: repeat(4, 1fr); gap: 0.5rem; }} }}
</style>"""


def apply_style() -> None:
    """Apply it to the page that is being drawn."""
    st.html(_CSS)
