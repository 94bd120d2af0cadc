"""One colour, marker and dash per class, defined here and nowhere else.

Hues after Okabe and Ito (jfly.uni-koeln.de/color), on near-black. The four differ in lightness as well as in hue, under
all three kinds of colour blindness, and no curve or point is told apart by colour alone: marker and dash differ too.
"""

from __future__ import annotations

BACKGROUND = "#0e1116"
SURFACE = "#161b22"
GRID = "#2b323c"
TEXT = "#e6e9ee"
MUTED = "#a3acb8"
ACCENT = "#7cc4f0"
EDGE = "#56606d"
"""Around what lies over the page or is pointed at."""
PRESSED = "#23405a"
"""Behind white words, where something is switched on."""
OUTSIDE = "#d9a441"
"""Beside what lies outside what the model learned: amber."""
FILM = "#000000"
"""Behind a film."""

CLASS_COLOURS = {"normal": "#56b4e9", "benign": "#f0e442", "malignant": "#e8590c", "refer": "#b0b6c0"}
"""Of each of `mammo_core.types.DECISIONS`: sky blue, yellow, vermilion, light grey."""

CLASS_MARKERS = {"normal": "circle", "benign": "square", "malignant": "diamond", "refer": "x"}
"""Plotly marker symbols."""

CLASS_DASHES = {"normal": "dot", "benign": "dash", "malignant": "solid", "refer": "dashdot"}
"""Plotly line dashes."""

HEAT = ("#000004", "#1f0c48", "#550f6d", "#88226a", "#ba3655", "#e35933", "#f98c0a", "#f9c932", "#fcffa4")
"""Of a heatmap from 0 to 1, in equal steps: those of `report/pictures.py`'s `heat_layer`."""

MARK_COLOURS = {"breast": "#4fd1a5", "pectoral": "#c4a1ff", "artefacts": "#ff7ab6", "padding": "#7d8794"}
"""Of what is drawn into a film: sea green, lilac, pink, grey; circles have their class's colour."""
