"""The little CSS that theming cannot say. Spacing and type come from `.streamlit/config.toml`."""

from pathlib import Path

import streamlit as st

from mammo_core.report.palette import CLASS_COLOURS, GRID, MUTED, SURFACE
from mammo_core.ui import texts

ICON = str(Path(__file__).parent / "assets" / "icon.png")
"""The page's icon: a file of ours, since the browser would fetch a named symbol from outside."""

_CSS = f"""<style>
.block-container {{ padding-top: 3.6rem; padding-bottom: 3rem; max-width: 1560px; }}
.notice {{ font-size: 0.86rem; color: {MUTED}; border-left: 3px solid #c9a227; padding: 0.15rem 0.7rem; }}
.notice strong {{ color: #e9d58a; }}
.decision {{ border-radius: 10px; background: {SURFACE}; border: 1px solid {GRID}; border-left-width: 6px;
  padding: 0.8rem 1rem 0.7rem; }}
.decision .word {{ font-size: 1.3rem; font-weight: 650; line-height: 1.25; }}
.decision .why {{ color: {MUTED}; font-size: 0.92rem; margin-top: 0.2rem; }}
.share {{ display: grid; grid-template-columns: 5.6rem 1fr 3.2rem; align-items: center; gap: 0.7rem;
  margin: 0.5rem 0; }}
.share .track {{ position: relative; height: 12px; border-radius: 6px; background: {GRID}; }}
.share .fill {{ position: absolute; inset: 0 auto 0 0; border-radius: 6px; min-width: 3px; }}
.share .base {{ position: absolute; top: -4px; bottom: -4px; width: 2px; background: #e6e9ee; }}
.share .number {{ text-align: right; font-variant-numeric: tabular-nums; font-weight: 600; }}
@media (max-width: 640px) {{ .block-container {{ padding-left: 0.9rem; padding-right: 0.9rem; }} }}
</style>"""


def show_frame() -> None:
    """Apply the style and show the research-prototype notice: on every page, before anything else."""
    st.html(_CSS)
    bold, rest = texts.NOTICE.removeprefix("**").split("**")
    st.html(f'<div class="notice" role="note"><strong>{bold}</strong>{rest}</div>')


def show_decision(decision: str, word: str, why: str) -> None:
    """Show a decision in words, with its class's colour. The texts must be ours, not a file's."""
    colour = CLASS_COLOURS[decision]
    st.html(
        f'<div class="decision" style="border-left-color:{colour}"><div class="word">{word}</div>'
        f'<div class="why">{why}</div></div>'
    )


def show_shares(shares: dict[str, float], base_rates: dict[str, float]) -> None:
    """Show probabilities as calm bars with a mark at the base rate."""
    rows = "".join(
        f'<div class="share"><span>{label.capitalize()}</span><span class="track">'
        f'<span class="fill" style="width:{100 * share:.1f}%;background:{CLASS_COLOURS[label]}"></span>'
        f'<span class="base" style="left:{100 * base_rates[label]:.1f}%"></span></span>'
        f'<span class="number">{100 * share:.0f} %</span></div>'
        for label, share in shares.items()
    )
    st.html(f'<div data-testid="probabilities">{rows}</div>')
