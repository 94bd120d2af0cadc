"""The films a verb is given: files and folders, worked on one after the other; one failure never stops the others."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from mammo_core.errors import ImageError, MammoError, in_words

_log = logging.getLogger(__name__)


def add_paths(parser: argparse.ArgumentParser) -> None:
    """Add the argument PATH..., one or more films or folders of them."""
    parser.add_argument(
        "paths", metavar="PATH", nargs="+", type=Path, help="a film (DICOM, PGM, PNG, JPEG, TIFF) or a folder to walk"
    )


def spacing_mm(text: str) -> float:
    """Parse a pixel spacing in millimetres."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.01 <= value <= 2:
        raise argparse.ArgumentTypeError(f"expected millimetres per pixel from 0.01 to 2, such as 0.05, not {text!r}")
    return value


def find_films(paths: Iterable[Path], leave_out: Path | None = None) -> list[Path]:
    """Return every file named, and every picture in the folders named, each once.

    A file that was named is always returned, so that it is answered for. A folder is walked with its subfolders; in it,
    hidden files and files that are no picture (an index, a licence) are passed over and counted on stderr.

    Args:
        paths: Files and folders.
        leave_out: Folder that is not walked: that of the results.
    """
    films: dict[Path, Path] = {}
    passed_over = 0
    for path in paths:
        if not path.is_dir():
            films.setdefault(_real(path), path)
            continue
        for found in sorted(path.rglob("*")):
            below = found.relative_to(path).parts
            hidden = any(part.startswith(".") for part in below)
            if hidden or not found.is_file() or (leave_out and _real(leave_out) in _real(found).parents):
                continue
            if _is_picture(found):
                films.setdefault(_real(found), found)
            else:
                passed_over += 1
    if passed_over:
        tell(f"passed over {passed_over} files in folders that are no pictures")
    if not films:
        raise ImageError("no film was found in the folders given; name a film or a folder with films")
    return list(films.values())


def _real(path: Path) -> Path:
    """Return the path with links followed; `Path.resolve` would raise on a loop of links."""
    return Path(os.path.realpath(path))


def _is_picture(path: Path) -> bool:
    """Return whether a file begins like one of the formats that are read (an unreadable one is answered for)."""
    from mammo_core.film.dicom import looks_like_dicom
    from mammo_core.film.raster import KINDS

    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError:
        return True
    return looks_like_dicom(head) or head.startswith(tuple(KINDS))


def each_film(films: list[Path], work: Callable[[Path], None], failed: Callable[[Path, str], None]) -> bool:
    """Call `work` on every film, with progress on stderr.

    This is the one place where an unforeseen error is caught too: film 7 of 300 must not take the others with it.

    Args:
        films: What to work on.
        work: Does one film.
        failed: Told of a film that could not be done, and why; the message has been printed on stderr by then.

    Returns:
        Whether all films were done.
    """
    all_done = True
    for number, path in enumerate(films, start=1):
        if len(films) > 1:
            tell(f"{number}/{len(films)} {path}")
        try:
            work(path)
        except (BrokenPipeError, ModuleNotFoundError):
            raise
        except Exception as error:
            if not isinstance(error, (MammoError, OSError)):
                _log.debug("unforeseen", exc_info=True)
            message = in_words(error)
        else:
            continue
        all_done = False
        tell(f"{path}: {message}")
        failed(path, message)
    return all_done


def tell(message: str) -> None:
    """Print a line for the person at the terminal, on stderr."""
    print(message, file=sys.stderr, flush=True)


def progress_teller(name: str) -> Callable[[float], None]:
    """Return a function that takes a fraction from 0 to 1 and tells every full tenth once."""
    told = 0

    def progress(fraction: float) -> None:
        nonlocal told
        if int(10 * fraction) > told:
            told = int(10 * fraction)
            tell(f"{name} {10 * told} %")

    return progress
