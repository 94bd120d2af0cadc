"""DICOM pixel data to stored values: every bound is checked before the first pixel is decoded."""

from __future__ import annotations

import struct
from typing import NamedTuple

import numpy as np
from pydicom import Dataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.pixels import get_decoder
from pydicom.uid import (
    JPEG2000,
    UID,
    JPEG2000Lossless,
    JPEG2000TransferSyntaxes,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

from mammo_core.errors import UnreadableImageError
from mammo_core.film.dicom_tags import numbers, text
from mammo_core.film.raster import check_scans, check_size

PLUGINS = {
    JPEGBaseline8Bit: "pillow",
    JPEGExtended12Bit: "pillow",
    JPEGLossless: "gdcm",
    JPEGLosslessSV1: "gdcm",
    JPEGLSLossless: "gdcm",
    JPEGLSNearLossless: "gdcm",
    JPEG2000Lossless: "pillow",
    JPEG2000: "pillow",
}
"""The decoder of each compressed syntax, named so that one more installed decoder does not change any pixel."""

MAX_FRAGMENTS = 100_000
"""Pieces of a compressed frame above which it is refused unread."""

JPEG_FRAME_MARKERS = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}
"""Markers that open a frame header in JPEG (ITU-T T.81, B.1) and JPEG-LS (T.87)."""


class Layout(NamedTuple):
    """How stored values lie in memory (DICOM PS3.3, C.7.6.3)."""

    rows: int
    columns: int
    bits_allocated: int
    bits_stored: int
    shift: int
    signed: bool
    photometric: str


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
    return Layout(number["Rows"], number["Columns"], allocated, stored, shift, signed, photometric or "MONOCHROME2")


def stored_values(dataset: Dataset, syntax: UID, layout: Layout) -> tuple[np.ndarray, int]:
    """Return H x W indices in [0, 2**bits - 1], and bits: stored values with sign and unused bits cut off.

    Bits are those declared, or more where a compressed picture holds larger values than declared.
    """
    data = dataset.PixelData
    shape = (layout.rows, layout.columns)
    bits = layout.bits_stored
    if not syntax.is_encapsulated:
        dtype = np.dtype(f"{'<' if syntax.is_little_endian else '>'}u{layout.bits_allocated // 8}")
        if len(data) < shape[0] * shape[1] * dtype.itemsize:
            _refuse_truncated()
        raw = np.frombuffer(data, dtype, shape[0] * shape[1]) >> layout.shift
    elif syntax == RLELossless:
        raw = _decode_rle(_frame(data), layout) >> layout.shift
    elif syntax in PLUGINS:
        raw = _decode_frame(_frame(data), syntax, layout)
        if not layout.signed:
            bits = max(bits, int(raw.max()).bit_length())
    else:
        raise UnreadableImageError(
            f"The DICOM picture is compressed in a form that is not read ({syntax.name}). Export it uncompressed."
        )
    raw = raw.reshape(shape)
    return raw & np.array(2**bits - 1, raw.dtype.newbyteorder("=")), bits


def _frame(data: bytes) -> bytes:
    """Return the one frame of encapsulated pixel data, its fragments joined."""
    if data.count(b"\xfe\xff\x00\xe0") > MAX_FRAGMENTS:
        raise UnreadableImageError(f"The DICOM picture comes in more than {MAX_FRAGMENTS} pieces. Export it again.")
    return next(generate_frames(data, number_of_frames=1))


def _refuse_truncated() -> None:
    raise UnreadableImageError("The DICOM pixel data is truncated. Copy or export the film again.")


def _decode_rle(frame: bytes, layout: Layout) -> np.ndarray:
    """Decode RLE Lossless (DICOM PS3.5, Annex G) into at most the declared size; pydicom's own has no such limit."""
    count, n_bytes = layout.rows * layout.columns, layout.bits_allocated // 8
    header = struct.unpack("<16L", frame[:64])
    if header[0] != n_bytes:
        raise UnreadableImageError("The RLE data does not match the declared depth. Export the film again.")
    offsets = [*header[1 : n_bytes + 1], len(frame)]
    planes = np.empty((count, n_bytes), np.uint8)
    for k in range(n_bytes):  # most significant byte first
        planes[:, k] = np.frombuffer(_unpack_bits(frame[offsets[k] : offsets[k + 1]], count), np.uint8)
    return planes.view(f">u{n_bytes}").reshape(-1)


def _unpack_bits(segment: bytes, count: int) -> bytes:
    if len(segment) > 2 * count + 1024:  # worse than no compression at all: padding without end
        raise UnreadableImageError("The RLE data is longer than any encoder makes it. Export the film again.")
    out, at, end = bytearray(), 0, len(segment)
    while len(out) < count:
        if at >= end:
            _refuse_truncated()
        code = segment[at]
        if code < 128:
            out += segment[at + 1 : at + 2 + code]
            at += 2 + code
        elif code > 128:
            out += segment[at + 1 : at + 2] * (257 - code)
            at += 2
        else:
            at += 1
    return bytes(out[:count])


def _decode_frame(frame: bytes, syntax: UID, layout: Layout) -> np.ndarray:
    """Decode a JPEG, JPEG-LS or JPEG 2000 frame after checking that its own header keeps to the declared size."""
    header = _j2k_header(frame) if syntax in JPEG2000TransferSyntaxes else _jpeg_header(frame)
    if header is None or header[:3] != (layout.rows, layout.columns, 1):
        raise UnreadableImageError("The compressed picture's own size differs from the declared one. Export it again.")
    if b"\xff\xd9" not in frame[-16:]:
        _refuse_truncated()
    if syntax not in JPEG2000TransferSyntaxes:
        check_scans(frame)
    if syntax == JPEGExtended12Bit and header[3] == 12:
        return _decode_extended(frame, layout)
    array, _ = get_decoder(syntax).as_array(
        encapsulate([frame]),  # exactly the bytes that were looked at
        raw=True,
        index=0,
        decoding_plugin=PLUGINS[syntax],
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


def _decode_extended(frame: bytes, layout: Layout) -> np.ndarray:
    """Decode JPEG Extended of 12 bits with GDCM itself: pydicom's plugins stop at 8 bits."""
    import gdcm  # a heavy library that few files need

    fragment, fragments = gdcm.Fragment(), gdcm.SequenceOfFragments.New()
    fragment.SetByteStringValue(frame)
    fragments.AddFragment(fragment)
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetValue(fragments.__ref__())
    image = gdcm.Image()
    image.SetNumberOfDimensions(2)
    image.SetDimensions((layout.columns, layout.rows, 1))
    image.SetDataElement(element)
    image.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(gdcm.PhotometricInterpretation.MONOCHROME2))
    image.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.JPEGExtendedProcess2_4))
    image.SetPixelFormat(gdcm.PixelFormat(1, 16, 12, 11, 0))
    decoded = image.GetBuffer()  # a str of bytes, or None
    if decoded is None:
        _refuse_truncated()
    return np.frombuffer(decoded.encode("utf-8", "surrogateescape"), "<u2")


def _jpeg_header(frame: bytes) -> tuple[int, int, int, int] | None:
    """Return (rows, columns, samples, precision) from the frame header of a JPEG or JPEG-LS stream, or None."""
    at = 2
    while at + 10 <= len(frame) and frame[at] == 0xFF:
        if frame[at + 1] in JPEG_FRAME_MARKERS:
            rows, columns = struct.unpack(">HH", frame[at + 5 : at + 9])
            return rows, columns, frame[at + 9], frame[at + 4]
        at += 1 if frame[at + 1] == 0xFF else 2 + int.from_bytes(frame[at + 2 : at + 4], "big")
    return None


def _j2k_header(frame: bytes) -> tuple[int, int, int, int] | None:
    """Return (rows, columns, samples, precision) of a JPEG 2000 code stream's SIZ segment (T.800, A.5.1), or None."""
    at = frame[:4096].find(b"\xff\x4f\xff\x51")
    if at < 0 or at + 43 > len(frame):
        return None
    width, height, left, top = struct.unpack(">4L", frame[at + 8 : at + 24])
    return height - top, width - left, int.from_bytes(frame[at + 40 : at + 42], "big"), (frame[at + 42] & 127) + 1
