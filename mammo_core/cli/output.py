"""Files that a verb writes: whole or not at all, and never over an input."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it appears whole or not at all; an existing one is replaced.

    Raises:
        OSError: The folder is missing or cannot be written to.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("xb") as file:
            file.write(data)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def check_out_file(out: Path, inputs: Iterable[Path]) -> None:
    """Check before any work that a result can go where it shall.

    Raises:
        argparse.ArgumentTypeError: The folder is missing, `out` is a folder, or it is one of the inputs.
    """
    if out.is_dir() or not out.parent.is_dir():
        raise argparse.ArgumentTypeError(f"--out must name a file in a folder that exists, not {out}")
    check_no_input([out], inputs)


def check_no_input(outputs: Iterable[Path], inputs: Iterable[Path]) -> None:
    """Raise argparse.ArgumentTypeError when a result would be written over an input."""
    taken = {os.path.realpath(path) for path in outputs} & {os.path.realpath(path) for path in inputs}
    if taken:
        raise argparse.ArgumentTypeError(f"--out would write over the input {min(taken)}; name another place")
