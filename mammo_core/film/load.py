"""From a file, bytes or stream to a `Mammogram`: the only door into the library for pictures.

What a file is, is decided by its content, never by its name. Limits on bytes and pixels are enforced before decoding.
No message repeats a path, a tag's value or file content: paths and tags carry names of patients.
"""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from numbers import Real
from pathlib import Path
from typing import BinaryIO

from mammo_core.config import MAX_FILE_BYTES
from mammo_core.errors import UnreadableImageError
from mammo_core.film import raster
from mammo_core.film.dicom import decode_dicom, looks_like_dicom
from mammo_core.film.dicom_tags import SPACING_RANGE_MM
from mammo_core.film.gate import admit
from mammo_core.film.orientation import laterality_from_pixels, view_from_pixels
from mammo_core.types import Mammogram, pixel_digest

EXPECTED = "expected a DICOM mammogram, PGM, PNG, JPEG or TIFF"
MINI_MIAS_SHAPE = (1024, 1024)
MINI_MIAS_SPACING_MM = 0.2
"""mini-MIAS reduced the digitised films, all MLO, to 200 micron and padded them to 1024 x 1024 pixels of 8 bits."""

FOREIGN = {
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a zip archive or office document",
    b"PK\x05\x06": "an empty zip archive",
    b"\x1f\x8b": "a gzip archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"7z\xbc\xaf": "a 7-zip archive",
    b"Rar!": "a RAR archive",
    b"GIF8": "a GIF picture",
    b"BM": "a BMP picture",
    b"P1": "a black and white PBM picture",
    b"P4": "a black and white PBM picture",
    b"P3": "a colour PPM picture",
    b"P6": "a colour PPM picture",
    b"\x00\x00\x00\x0cjP  ": "a bare JPEG 2000 picture",
    b"\xff\x4f\xff\x51": "a bare JPEG 2000 picture",
    b"II+\x00": "a BigTIFF picture",
    b"MM\x00+": "a BigTIFF picture",
    b"\x89HDF": "an HDF5 file",
    b"\x93NUMPY": "a NumPy array",
    b"\x7fELF": "a program",
    b"MZ": "a program",
}
"""First bytes of what people send by mistake."""


def load_mammogram(source: str | Path | bytes | BinaryIO, *, pixel_spacing_mm: float | None = None) -> Mammogram:
    """Decode one film and check that it is a mammogram.

    Args:
        source: A path, the file's bytes, or a binary stream (read from its start where it can seek, since an upload
            widget hands over the same, already read, stream on every rerun; its position is put back).
        pixel_spacing_mm: Millimetres per pixel, where the caller knows better than the file.

    Returns:
        The film: uint8 or uint16 with its own depth, dark air, and what is known of spacing, side and view.

    Raises:
        UnreadableImageError: Not a readable film; the message says what came, what was expected and what to do.
        NotAMammogramError: Decoded, but no mammogram is in it.
        ValueError: `pixel_spacing_mm` or the kind of `source` makes no sense.
    """
    low, high = SPACING_RANGE_MM
    if pixel_spacing_mm is not None and not (isinstance(pixel_spacing_mm, Real) and low <= pixel_spacing_mm <= high):
        raise ValueError(f"pixel_spacing_mm must be {low:g} to {high:g}, not {pixel_spacing_mm!r}")
    film, unusual = _decode(_read_bytes(source))
    film = admit(film, vouched=unusual)
    film = _with_side(_with_spacing(film, pixel_spacing_mm))
    return film if film.view or unusual else _with_view(film)


def _decode(data: bytes) -> tuple[Mammogram, bool]:
    """Return the decoded film, before the gate, and whether its file vouches for an unusual view of a breast."""
    if not data:
        raise UnreadableImageError(f"The file is empty; {EXPECTED}. Copy or export the film again.")
    if looks_like_dicom(data):
        return decode_dicom(data)
    for start, kind in raster.KINDS.items():
        if data.startswith(start):
            pixels, bit_depth, steps = raster.decode_raster(data, kind)
            return Mammogram(pixels, bit_depth, None, None, None, steps, pixel_digest(pixels)), False
    raise UnreadableImageError(
        f"{_name_foreign(data)} came; {EXPECTED}. Unpack it, or export the film in one of these formats."
    )


def _name_foreign(data: bytes) -> str:
    """Say in words what the first bytes look like, without repeating any of them."""
    for start, name in FOREIGN.items():
        if data.startswith(start):
            return name[0].upper() + name[1:]
    head = data[:4096]
    if b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07" in head[:64]:
        return "An encrypted (CMS) file"
    if head[:4] == b"RIFF" or head[4:8] == b"ftyp":
        return "A WebP, HEIC, AVIF, audio or video file"
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return "A web page or XML file"
    if not head.strip(b"\0"):
        return "A file of zeros"
    if sum(32 <= byte < 127 or byte in b"\t\r\n" for byte in head) > 0.95 * len(head):
        return "A text file"
    return "A file of unknown kind"


def _read_bytes(source: str | Path | bytes | BinaryIO) -> bytes:
    if isinstance(source, (bytes, bytearray, memoryview)):
        return _check_bytes(bytes(source))
    if isinstance(source, (str, os.PathLike)):
        return _read_path(Path(source))
    if hasattr(source, "read"):
        return _read_stream(source)
    raise ValueError(f"source must be a path, bytes or a binary stream, not {type(source).__name__}")


def _read_path(path: Path) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # before opening: a pipe would wait for ever
            raise UnreadableImageError(f"The path is not a file; {EXPECTED}. Name one file.")
        with path.open("rb") as file:
            return _read_stream(file)
    except FileNotFoundError:
        raise UnreadableImageError(f"There is no file at this path; {EXPECTED}. Check the path.") from None
    except (OSError, ValueError) as error:
        raise UnreadableImageError(f"The file cannot be opened ({type(error).__name__}). Check its rights.") from None


def _read_stream(stream: BinaryIO) -> bytes:
    position = None
    if getattr(stream, "seekable", lambda: False)():
        position = stream.tell()
        stream.seek(0)
    data = stream.read(MAX_FILE_BYTES + 1)
    if position is not None:
        stream.seek(position)
    if not isinstance(data, bytes):
        raise ValueError("source must be a stream of bytes; open the file in binary mode")
    return _check_bytes(data)


def _check_bytes(data: bytes) -> bytes:
    if len(data) > MAX_FILE_BYTES:
        raise UnreadableImageError(
            f"The file is larger than {MAX_FILE_BYTES // 2**20} MB, the limit for one film. Send a single film."
        )
    return data


def _with_spacing(film: Mammogram, stated_mm: float | None) -> Mammogram:
    if stated_mm is not None:
        step = f"pixel spacing {stated_mm:g} mm stated by the caller"
        return replace(film, pixel_spacing_mm=float(stated_mm), source=(*film.source, step))
    if film.pixel_spacing_mm is None and film.pixels.shape == MINI_MIAS_SHAPE and film.bit_depth == 8:
        step = f"1024 x 1024 pixels of 8 bits: taken as mini-MIAS, {MINI_MIAS_SPACING_MM} mm per pixel, MLO view"
        doubt = (
            "The file states neither pixel spacing nor view; by its size it was taken as a mini-MIAS film "
            f"({MINI_MIAS_SPACING_MM} mm, MLO)."
        )
        return replace(
            film,
            pixel_spacing_mm=MINI_MIAS_SPACING_MM,
            view=film.view or "MLO",
            source=(*film.source, step),
            doubts=(*film.doubts, doubt),
        )
    return film


def _with_view(film: Mammogram) -> Mammogram:
    """Fill in an MLO view where tags are silent and the pectoral muscle is seen."""
    if view_from_pixels(film.pixels, film.pixel_spacing_mm) is None:
        return film
    warning = "The view (MLO) is taken from the pectoral muscle; the file states none."
    step = "view taken from the pectoral muscle"
    return replace(film, view="MLO", source=(*film.source, step), warnings=(*film.warnings, warning))


def _with_side(film: Mammogram) -> Mammogram:
    """Fill in the side from the pixels where tags are silent, and warn where the two disagree."""
    seen = laterality_from_pixels(film.pixels)
    if film.laterality is None and seen is not None:
        return replace(
            film,
            laterality=seen,
            source=(*film.source, "side taken from where the breast lies"),
            warnings=(*film.warnings, f"The side ({seen}) is taken from where the breast lies; the file states none."),
        )
    if film.laterality is not None and seen not in (None, film.laterality):
        warning = f"The file says side {film.laterality}, the breast lies as on side {seen}: the film may be mirrored."
        return replace(film, warnings=(*film.warnings, warning))
    return film
