"""Reading mammograms, explaining the reading, and measuring it honestly.

A research prototype, not a medical device. The public names below are imported on first use, so that
``import mammo_core`` stays light and never pulls in TensorFlow.
"""

from importlib import import_module

_HOMES = {
    "load_mammogram": "mammo_core.film.load",
    "load_bundle": "mammo_core.network.bundle",
    "preprocess": "mammo_core.preprocess",
    "read_film": "mammo_core.reading.read_film",
    "read_region": "mammo_core.reading.read_region",
    "explain": "mammo_core.explain.explain",
}

__version__ = "0.1.0"
__all__ = ["explain", "load_bundle", "load_mammogram", "preprocess", "read_film", "read_region"]


def __getattr__(name: str) -> object:
    """Return a public name from the room that owns it."""
    if name not in _HOMES:
        raise AttributeError(f"module 'mammo_core' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
