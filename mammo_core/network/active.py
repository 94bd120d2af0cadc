"""Which model is in use, found without loading it or what it needs: every page names it."""

from __future__ import annotations

from pathlib import Path

from mammo_core.config import MODELS_DIR
from mammo_core.errors import BundleError


def active_folder() -> Path:
    """Return the folder that `models/ACTIVE` names.

    Raises:
        BundleError: No model is active.
    """
    pointer = MODELS_DIR / "ACTIVE"
    try:
        name = pointer.read_text(encoding="utf-8", errors="replace").strip()
    except OSError as error:
        raise BundleError("no model is active: models/ACTIVE is missing; restore it, or train a model") from error
    if name not in {folder.name for folder in MODELS_DIR.iterdir() if folder.is_dir()}:
        raise BundleError(f"models/ACTIVE names {name!r}, which is no folder in models/; name one of those there")
    return MODELS_DIR / name
