"""`--set section.key=value`: changing a training setting by name, where a wrong name is an error."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, is_dataclass, replace

from mammo_core.config import PreprocessConfig
from mammo_core.evaluate.fit import TrainConfig


@dataclass(frozen=True)
class Settings:
    """All settings of a training run: how films are prepared, and how the heads are fitted."""

    preprocess: PreprocessConfig = field(default_factory=PreprocessConfig)
    train: TrainConfig = field(default_factory=TrainConfig)


def apply_settings(settings: Settings, assignments: Iterable[str]) -> Settings:
    """Return `settings` with assignments such as ``train.film.n_components=64`` applied.

    Raises:
        ValueError: An unknown name, or a value of the wrong kind; the message lists what is known there.
    """
    for assignment in assignments:
        path, separator, text = assignment.partition("=")
        if not separator:
            raise ValueError(f"expected section.key=value, got {assignment!r}")
        settings = _assign(settings, path.strip().split("."), text.strip(), path)
    return settings


def _assign(node: object, path: list[str], text: str, whole: str) -> object:
    known = {f.name: getattr(node, f.name) for f in fields(node)}
    if path[0] not in known:
        raise ValueError(f"unknown setting {whole!r}; known here: {', '.join(known)}")
    current = known[path[0]]
    if is_dataclass(current):
        if len(path) == 1:
            raise ValueError(f"{whole!r} is a section; name one of {', '.join(f.name for f in fields(current))} in it")
        return replace(node, **{path[0]: _assign(current, path[1:], text, whole)})
    if len(path) > 1:
        raise ValueError(f"unknown setting {whole!r}: {path[0]} has no parts")
    if next(f.type for f in fields(node) if f.name == path[0]).endswith("...]"):
        return replace(node, **{path[0]: _parse_choices(text, current, whole)})
    return replace(node, **{path[0]: _parse(text, current, whole)})


def _parse_choices(text: str, current: tuple, name: str) -> tuple:
    """Return one value, or a list of them, as the choices of a setting."""
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    texts = [json.dumps(choice) for choice in value] if isinstance(value, list) else [text]
    if not texts:
        raise ValueError(f"{name} must be a value like {json.dumps(current[0])}, or a list of such, not {text!r}")
    return tuple(_parse(one, current[0], name) for one in texts)


def _parse(text: str, current: object, name: str) -> object:
    """Return `text` as a value of the same kind as the present one."""
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    if isinstance(current, tuple) and isinstance(value, list) and len(value) == len(current):
        return tuple(value)
    if isinstance(current, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is type(current):
        return value
    raise ValueError(f"{name} must be a value like {json.dumps(current)}, not {text!r}")
