"""What the Step by step page says."""

from __future__ import annotations

TITLE = "Step by step"
STEP_LABEL = "Step"
WORKING, NOT_SHOWN, ENDS_HERE = "Taking the film apart …", "{name} cannot be shown", "The steps end here"
SUMMARY = (
    "What is done to a film before the model sees it. The pictures are made by the very functions that prepare it."
)
