"""What the pages say of the report that can be taken home."""

from __future__ import annotations

TITLE = "Report"
HELP = (
    "One A4 page to print: film, heatmap and marks, probabilities, the decision or *refer*, prevalence, applicability, "
    "settings, limits. It names nobody: no name, number or path is on it, and all outside the breast is blacked out, "
    "since labels on films can name a patient. The record (JSON) holds everything that is needed to repeat the reading "
    "bit by bit; `python -m mammo_core repeat` does so."
)
PDF, RECORD = "Report (PDF)", "Record (JSON)"
WITH_NAMES = "With file names"
WITH_NAMES_HELP = "Names of files may hold the name of a patient. Without them, a digest says which file was read."
