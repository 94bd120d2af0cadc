"""DICOM pixel data to stored values: every bound is checked before the first pixel is decoded."""

from __future__ import annotations

import struct
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, NoReturn

import cv2
import numpy as np
from PIL import Image
from pydicom import Dataset
from pydicom.encaps import encapsulate, get_frame
from pydicom.pixels import get_decoder
from pydicom.uid import (
    JPEG2000,
    UID,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

from mammo_core.errors import UnreadableImageError
from mammo_core.film.dicom_tags import count_frames, numbers, text
from mammo_core.film.raster import check_scans, check_size

FRAMES = {
    JPEGBaseline8Bit: frozenset({0xC0, 0xC1, 0xC2}),
    JPEGExtended12Bit: frozenset({0xC0, 0xC1, 0xC2}),
    JPEGLossless: frozenset({0xC3}),
    JPEGLosslessSV1: frozenset({0xC3}),
    JPEGLSLossless: frozenset({0xF7}),
    JPEGLSNearLossless: frozenset({0xF7}),
}
"""The frame headers that each JPEG syntax may open its stream with (ITU-T T.81, table B.1; T.87)."""

JPEG_2000 = (JPEG2000Lossless, JPEG2000)
GDCM_SCRIPT = Path(__file__).with_name("gdcm_worker.py")
GDCM_SECONDS = 60

MAX_FRAGMENTS = 100_000
"""Pieces of a compressed frame above which it is refused unread."""

JPEG_FRAME_MARKERS = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}
"""All markers that open a frame header in JPEG and JPEG-LS."""


class Layout(NamedTuple):
    """How stored values lie in memory (DICOM PS3.3, C.7.6.3); of several frames the middle one is read."""

    rows: int
    columns: int
    bits_allocated: int
    bits_stored: int
    shift: int
    signed: bool
    photometric: str
    frames: int = 1


def find_layout(dataset: Dataset) -> Layout:
    """Return the picture's layout after checking it against what is read here and against the limits."""
    keywords = ("Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "SamplesPerPixel")
    number = {keyword: int(found[0]) if (found := numbers(dataset, keyword)) else None for keyword in keywords}
    photometric = text(dataset, "PhotometricInterpretation").upper()
    if number["SamplesPerPixel"] not in (None, 1) or photometric not in ("MONOCHROME1", "MONOCHROME2", ""):
        raise UnreadableImageError("The DICOM picture is in colour; expected a grey one. Export the film itself.")
    if number["Rows"] is None or number["Columns"] is None:
        raise UnreadableImageError("The DICOM file does not state its size. Export it again.")
    check_size(number["Columns"], number["Rows"])
    allocated = number["BitsAllocated"]
    stored = number["BitsStored"] or allocated
    if allocated not in (8, 16) or not 1 < stored <= allocated:
        raise UnreadableImageError("The DICOM picture does not have 8 to 16 bits per pixel. Export it with 8 to 16.")
    high = number["HighBit"]
    shift = high - stored + 1 if high is not None and stored - 1 <= high < allocated else 0
    signed = number["PixelRepresentation"] == 1
    frames, photometric = count_frames(dataset), photometric or "MONOCHROME2"
    return Layout(number["Rows"], number["Columns"], allocated, stored, shift, signed, photometric, frames)


def stored_values(dataset: Dataset, syntax: UID, layout: Layout) -> tuple[np.ndarray, int]:
    """Return H x W indices in [0, 2**bits - 1], and bits: stored values with sign and unused bits cut off.

    Bits are those declared, or more where a compressed picture holds larger values than declared.
    """
    data = dataset.PixelData
    shape = (layout.rows, layout.columns)
    bits = layout.bits_stored
    if not syntax.is_encapsulated:
        dtype = np.dtype(f"{'<' if syntax.is_little_endian else '>'}u{layout.bits_allocated // 8}")
        count = shape[0] * shape[1]
        start = layout.frames // 2 * count * dtype.itemsize
        if len(data) < start + count * dtype.itemsize:
            _refuse_truncated()
        raw = np.frombuffer(data, dtype, count, start)
    elif syntax == RLELossless:
        raw = _decode_rle(_frame(data, layout.frames), layout)
    elif syntax in FRAMES or syntax in JPEG_2000:
        raw = _decode_frame(_frame(data, layout.frames), syntax, layout)
        if not layout.signed:
            bits = max(bits, int(raw.max()).bit_length())
    else:
        raise UnreadableImageError(
            f"The DICOM picture is compressed in a form that is not read ({syntax.name}). Export it uncompressed."
        )
    raw = raw.astype(raw.dtype.newbyteorder("="), copy=False).reshape(shape)
    if not syntax.is_encapsulated or syntax == RLELossless:
        raw = raw >> layout.shift if layout.shift else raw
    return raw & raw.dtype.type(2**bits - 1) if bits < 8 * raw.itemsize else raw, bits


def _frame(data: bytes, n_frames: int) -> bytes:
    """Return the middle frame of encapsulated pixel data, its fragments joined."""
    at = 0
    for _ in range(MAX_FRAGMENTS + 2):  # with the table of offsets before them and the delimiter behind
        if at + 8 > len(data):
            break
        at += 8 + int.from_bytes(data[at + 4 : at + 8], "little")
    else:
        raise UnreadableImageError(f"The DICOM picture comes in more than {MAX_FRAGMENTS} pieces. Export it again.")
    return get_frame(data, n_frames // 2, number_of_frames=n_frames)


def _refuse_truncated() -> NoReturn:
    raise UnreadableImageError("The DICOM pixel data is truncated. Copy or export the film again.")


def _decode_rle(frame: bytes, layout: Layout) -> np.ndarray:
    """Decode RLE Lossless (DICOM PS3.5, Annex G) into at most the declared size; pydicom's own has no such limit."""
    count, n_bytes = layout.rows * layout.columns, layout.bits_allocated // 8
    header = struct.unpack("<16L", frame[:64])
    if header[0] != n_bytes:
        raise UnreadableImageError("The RLE data does not match the declared depth. Export the film again.")
    offsets = [*header[1 : n_bytes + 1], len(frame)]
    planes = [_unpack_bits(frame[start:end], count) for start, end in pairwise(offsets)]  # most significant byte first
    return cv2.merge(planes[::-1]).view(f"<u{n_bytes}").reshape(-1)


def _unpack_bits(segment: bytes, count: int) -> np.ndarray:
    """Return the first `count` bytes of a PackBits segment: 1 x count uint8, taken for a picture of a single line.

    Pillow's decoder does in C what a loop in Python takes four times as long for (as pydicom's does), and keeps to the
    line's end as that keeps to `count`.
    """
    if len(segment) > 2 * count + 1024:  # worse than no compression at all: padding without end
        raise UnreadableImageError("The RLE data is longer than any encoder makes it. Export the film again.")
    try:
        return np.asarray(Image.frombytes("L", (count, 1), segment, "packbits", "L"))
    except ValueError:  # it ends before the line does
        _refuse_truncated()


class Header(NamedTuple):
    """What a compressed stream says of itself; `marker` is that of a JPEG frame header, 0 for JPEG 2000."""

    marker: int
    rows: int
    columns: int
    samples: int
    precision: int


def _decode_frame(frame: bytes, syntax: UID, layout: Layout) -> np.ndarray:
    """Decode a JPEG, JPEG-LS or JPEG 2000 frame after checking that its own header keeps to what is declared."""
    header = _j2k_header(frame) if syntax in JPEG_2000 else _jpeg_header(frame)
    if header is None or (header.rows, header.columns, header.samples) != (layout.rows, layout.columns, 1):
        raise UnreadableImageError("The compressed picture's own size differs from the declared one. Export it again.")
    precisions = (8, 12) if syntax in (JPEGBaseline8Bit, JPEGExtended12Bit) else range(8, 17)
    if header.marker not in FRAMES.get(syntax, {0}) or header.precision not in precisions:
        raise UnreadableImageError("The compressed picture is of another kind than declared. Export it again.")
    if b"\xff\xd9" not in frame[-16:]:
        _refuse_truncated()
    if syntax in JPEG_2000:
        return _decode_with_pydicom(frame, syntax, layout)
    check_scans(frame)
    if syntax in (JPEGBaseline8Bit, JPEGExtended12Bit) and header.precision == 8:
        return _decode_with_pydicom(frame, syntax, layout._replace(bits_allocated=8, bits_stored=8))
    return _decode_with_gdcm(frame, syntax, layout, header.precision)


def _decode_with_pydicom(frame: bytes, syntax: UID, layout: Layout) -> np.ndarray:
    array, _ = get_decoder(syntax).as_array(
        encapsulate([frame]),  # exactly the bytes that were looked at
        raw=True,
        index=0,
        decoding_plugin="pillow",  # named, so that one more installed decoder does not change any pixel
        rows=layout.rows,
        columns=layout.columns,
        bits_allocated=layout.bits_allocated,
        bits_stored=layout.bits_stored,
        pixel_representation=int(layout.signed),
        samples_per_pixel=1,
        number_of_frames=1,
        photometric_interpretation=layout.photometric,
        pixel_keyword="PixelData",
    )
    return array.view(f"u{array.dtype.itemsize}")


def _decode_with_gdcm(frame: bytes, syntax: UID, layout: Layout, precision: int) -> np.ndarray:
    """Decode in a process of its own (60 ms more): GDCM can be crashed by a damaged frame."""
    sizes = (layout.rows, layout.columns, precision, int(layout.signed))
    command = [sys.executable, "-I", str(GDCM_SCRIPT), str(syntax), *map(str, sizes)]
    try:
        done = subprocess.run(command, input=frame, capture_output=True, timeout=GDCM_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise UnreadableImageError(f"Decoding took more than {GDCM_SECONDS} s. Export the film uncompressed.") from None
    n_bytes = 1 if precision <= 8 else 2
    if done.returncode != 0 or len(done.stdout) < layout.rows * layout.columns * n_bytes:
        raise UnreadableImageError("The compressed picture is damaged. Copy or export the film again.")
    return np.frombuffer(done.stdout, f"<u{n_bytes}", layout.rows * layout.columns)


def _jpeg_header(frame: bytes) -> Header | None:
    """Return the header of a JPEG or JPEG-LS stream, or None."""
    at = 2
    while at + 10 <= len(frame) and frame[at] == 0xFF:
        marker = frame[at + 1]
        if marker in JPEG_FRAME_MARKERS:
            rows, columns = struct.unpack(">HH", frame[at + 5 : at + 9])
            return Header(marker, rows, columns, frame[at + 9], frame[at + 4])
        at += 1 if marker == 0xFF else 2 + int.from_bytes(frame[at + 2 : at + 4], "big")
    return None


def _j2k_header(frame: bytes) -> Header | None:
    """Return the header of a JPEG 2000 code stream's SIZ segment (ITU-T T.800, A.5.1), or None."""
    at = frame[:4096].find(b"\xff\x4f\xff\x51")
    if at < 0 or at + 43 > len(frame):
        return None
    width, height, left, top = struct.unpack(">4L", frame[at + 8 : at + 24])
    samples = int.from_bytes(frame[at + 40 : at + 42], "big")
    return Header(0, height - top, width - left, samples, (frame[at + 42] & 127) + 1)
