"""Reading mammograms, explaining the reading, and measuring it honestly.

A research prototype, not a medical device. The public names below are imported on first use, so that
``import mammo_core`` stays light and never pulls in TensorFlow.
"""

import sys
from importlib import import_module
from types import ModuleType

_HOMES = {
    "load_mammogram": "mammo_core.film.load",
    "load_bundle": "mammo_core.network.bundle",
    "preprocess": "mammo_core.preprocess",
    "read_exam": "mammo_core.reading.read_exam",
    "read_film": "mammo_core.reading.read_film",
    "read_region": "mammo_core.reading.read_region",
    "explain": "mammo_core.explain.explain",
}

__version__ = "0.1.0"
__all__ = ["explain", "load_bundle", "load_mammogram", "preprocess", "read_exam", "read_film", "read_region"]


def __getattr__(name: str) -> object:
    """Return a public name from the room that owns it."""
    if name not in _HOMES:
        raise AttributeError(f"module 'mammo_core' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


class _Library(ModuleType):
    """This package: `preprocess` and `explain` name the verb, even after the room of that name was imported.

    Python would put the room there as soon as anything below it is imported.
    """

    def __setattr__(self, name: str, value: object) -> None:
        """Bind a name, but never a room over a public name."""
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Library
