"""The folder on the disk: private to its owner, its files whole or not there, its errors without its name."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mammo_core.errors import StoreError

SECRET_NAME = "secret"


@contextmanager
def said_plainly() -> Iterator[None]:
    """Say in our words what the disk refuses: the system's name the folder, and so whose it is and which list."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"The worklist's folder cannot be used ({type(error).__name__}). See that it is there, may be written to "
            "and has room (MAMMO_WORKLIST_DIR), and try again."
        ) from None


def own_folder(path: Path) -> Path:
    """Return the store's folder. Raises StoreError where it holds other things: they would be locked away with it."""
    if path.is_dir() and any(path.iterdir()) and not (path / SECRET_NAME).exists():
        raise StoreError("The worklist's folder holds other things. Name an empty or a new one in MAMMO_WORKLIST_DIR.")
    return private_folder(path)


def private_folder(path: Path) -> Path:
    """Return a folder that only its owner can enter; it is made where it is missing."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.stat().st_mode & 0o077:
        path.chmod(0o700)
    return path


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner can read; it appears whole or not at all."""
    partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}.partial")
    try:
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise


def found_secret(folder: Path) -> bytes:
    """Return the key of the hashes that join films, drawn once."""
    path = folder / SECRET_NAME
    if not path.exists():
        write_private(path, secrets.token_bytes(32))
    return path.read_bytes()
