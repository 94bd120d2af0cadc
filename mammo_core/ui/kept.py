"""Results kept for as long as there is room for them, counted in bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from threading import Lock
from typing import Any

import numpy as np

from mammo_core.reading.scan import kept_scan
from mammo_core.types import Mammogram, Preprocessed


class Kept(OrderedDict[Hashable, Any]):
    """Results, those used last only: together at most `most_bytes`, but always the newest. Threads may share it."""

    def __init__(self, most_bytes: int) -> None:
        super().__init__()
        self.most_bytes = most_bytes
        self._lock = Lock()

    def found_or_made(self, key: Hashable, work: Callable[[], Any]) -> Any:
        """Return the result kept under `key`, or do the work and keep it."""
        with self._lock:
            if key in self:
                self.move_to_end(key)
                return self[key]
        return self.keep(key, work())

    def keep(self, key: Hashable, result: Any) -> Any:
        """Keep a result as the newest, make room for it, and return it."""
        with self._lock:
            self[key] = result
            self.move_to_end(key)
            while len(self) > 1 and bytes_held(list(self.values())) > self.most_bytes:
                self.popitem(last=False)
        return result


def bytes_held(thing: object) -> int:
    """Return the bytes of the arrays and texts in a result, each array once, whatever holds it.

    Films (`Mammogram`) count nothing: who keeps a result has its film open. A prepared film counts with its scan.
    """
    arrays: dict[int, int] = {}
    texts = sum(_gathered(thing, arrays))
    return texts + sum(arrays.values())


def _gathered(thing: object, arrays: dict[int, int]) -> Iterable[int]:
    """Note the arrays of a thing, by what owns their memory, and yield the lengths of its texts."""
    if isinstance(thing, np.ndarray):
        owner = thing.base if isinstance(thing.base, np.ndarray) else thing
        arrays[id(owner)] = owner.nbytes
    elif isinstance(thing, bytes | str):
        yield len(thing)
    elif isinstance(thing, Mapping):
        yield from _gathered(list(thing.values()), arrays)
    elif isinstance(thing, list | tuple):
        for part in thing:
            yield from _gathered(part, arrays)
    elif is_dataclass(thing) and not isinstance(thing, Mammogram):
        for field in fields(thing):
            yield from _gathered(getattr(thing, field.name), arrays)
        if isinstance(thing, Preprocessed):
            yield from _gathered(kept_scan(thing), arrays)
