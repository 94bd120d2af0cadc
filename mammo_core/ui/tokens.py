"""The few sizes and colours that all pages are made of, agreed once: as CSS variables, which components see too.

Colours are those of `report/palette.py`, so that pages and charts agree. Sizes are in rem of 15 pixels
(`.streamlit/config.toml`); `--type-small` is the size of Streamlit's own captions and labels.
"""

from __future__ import annotations

from mammo_core.report import palette

TOKENS = {
    # Colours
    "text": palette.TEXT,
    "muted": palette.MUTED,
    "surface": palette.SURFACE,
    "line": palette.GRID,
    "edge": palette.EDGE,
    "accent": palette.ACCENT,
    "pressed": palette.PRESSED,
    "outside": palette.OUTSIDE,
    "film": palette.FILM,
    "ground": palette.BACKGROUND,
    "heat": f"linear-gradient(90deg, {', '.join(palette.HEAT)})",
    # Classes: `--normal`, `--benign`, `--malignant`, `--refer`
    **palette.CLASS_COLOURS,
    # Type: what stands below a picture, beside a control, in running text, and a figure to be seen first
    "type-fine": "0.8rem",
    "type-small": "0.875rem",
    "type-text": "0.9375rem",
    "type-large": "1.2rem",
    "type-figure": "1.35rem",
    # Space, and corners
    "space-1": "0.25rem",
    "space-2": "0.5rem",
    "space-3": "0.75rem",
    "space-4": "1rem",
    "space-6": "2rem",
    "corner": "8px",
    "corner-small": "5px",
}

TOKENS_CSS = ":root {" + " ".join(f"--{name}: {value};" for name, value in TOKENS.items()) + "}"
