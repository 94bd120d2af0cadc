"""DICOM pixel data to grey values for display: bounds first, then decoding, then one table from stored to shown.

A stored value has at most 16 bits, so modality LUT, VOI LUT or window and inversion are one table of at most 65,536
entries (the grey scale pipeline of DICOM PS3.4, N.2): exact, quick, and easy on memory.
"""

from __future__ import annotations

import struct

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
from mammo_core.film.dicom_tags import numbers, text, values
from mammo_core.film.raster import check_size

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

JPEG_FRAME_MARKERS = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}
"""Markers that open a frame header in JPEG (ITU-T T.81, B.1) and JPEG-LS (T.87)."""


def decode_pixels(dataset: Dataset, syntax: UID) -> tuple[np.ndarray, int, list[str], list[str]]:
    """Decode a single grey frame for display.

    Args:
        dataset: The film's tags, with Pixel Data.
        syntax: Its transfer syntax.

    Returns:
        Pixels (H x W uint8 or uint16, dark air by the tags), bits in use, what was done, warnings.

    Raises:
        UnreadableImageError: Colour, unsupported depth, truncated, or larger than allowed.
    """
    layout = _layout(dataset)
    stored = _stored_values(dataset, syntax, layout)
    steps = [f"{syntax.name}, {layout['bits_stored']} bits"]
    table, bits = _display_table(dataset, layout, steps)
    pixels = table[stored]
    _blacken_padding(dataset, stored, layout, pixels, steps)
    return pixels, bits, steps, []


def _layout(dataset: Dataset) -> dict:
    """Return the picture's layout after checking it against what is read here and against the limits."""
    keywords = ("Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "SamplesPerPixel")
    number = {k: int(found[0]) if (found := numbers(dataset, k)) else None for k in keywords}
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
    high = number["HighBit"] if number["HighBit"] is not None else stored - 1
    if not stored - 1 <= high < allocated:
        high = stored - 1
    return {
        "rows": number["Rows"],
        "columns": number["Columns"],
        "bits_allocated": allocated,
        "bits_stored": stored,
        "shift": high - stored + 1,
        "signed": number["PixelRepresentation"] == 1,
        "photometric": photometric or "MONOCHROME2",
    }


def _stored_values(dataset: Dataset, syntax: UID, layout: dict) -> np.ndarray:
    """Return H x W indices in [0, 2**bits_stored - 1]: stored values with sign bits and unused bits cut off."""
    data = dataset.PixelData
    shape = (layout["rows"], layout["columns"])
    if syntax.is_encapsulated:
        if syntax != RLELossless and syntax not in PLUGINS:
            raise UnreadableImageError(
                f"The DICOM picture is compressed in a form that is not read ({syntax.name}). Export it uncompressed."
            )
        frame = next(generate_frames(data, number_of_frames=1))
        raw = _decode_rle(frame, layout) if syntax == RLELossless else _decode_frame(frame, syntax, layout)
    else:
        dtype = np.dtype(f"{'<' if syntax.is_little_endian else '>'}u{layout['bits_allocated'] // 8}")
        expected = shape[0] * shape[1] * dtype.itemsize
        if len(data) < expected:
            _refuse_truncated()
        raw = np.frombuffer(data, dtype, shape[0] * shape[1])
    raw = raw.reshape(shape) >> layout["shift"]
    return raw & np.array(2 ** layout["bits_stored"] - 1, raw.dtype.newbyteorder("="))


def _refuse_truncated() -> None:
    raise UnreadableImageError("The DICOM pixel data is truncated. Copy or export the film again.")


def _decode_rle(frame: bytes, layout: dict) -> np.ndarray:
    """Decode RLE Lossless (DICOM PS3.5, Annex G) into at most the declared size; pydicom's own has no such limit."""
    count, n_bytes = layout["rows"] * layout["columns"], layout["bits_allocated"] // 8
    header = struct.unpack("<16L", frame[:64])
    if header[0] != n_bytes:
        raise UnreadableImageError("The RLE data does not match the declared depth. Export the film again.")
    offsets = [*header[1 : n_bytes + 1], len(frame)]
    planes = np.empty((count, n_bytes), np.uint8)
    for k in range(n_bytes):  # most significant byte first
        planes[:, k] = np.frombuffer(_unpack_bits(frame[offsets[k] : offsets[k + 1]], count), np.uint8)
    return planes.view(f">u{n_bytes}").reshape(-1)


def _unpack_bits(segment: bytes, count: int) -> bytes:
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


def _decode_frame(frame: bytes, syntax: UID, layout: dict) -> np.ndarray:
    """Decode a JPEG, JPEG-LS or JPEG 2000 frame after checking that its own header keeps to the declared size."""
    header = _j2k_header(frame) if syntax in JPEG2000TransferSyntaxes else _jpeg_header(frame)
    if header is None or header[:3] != (layout["rows"], layout["columns"], 1):
        raise UnreadableImageError("The compressed picture's own size differs from the declared one. Export it again.")
    if b"\xff\xd9" not in frame[-16:]:
        _refuse_truncated()
    if syntax == JPEGExtended12Bit and header[3] > 8:
        return _decode_extended(frame, layout, header[3])
    array, _ = get_decoder(syntax).as_array(
        encapsulate([frame]),  # exactly the bytes that were looked at
        raw=True,
        index=0,
        decoding_plugin=PLUGINS[syntax],
        **{k: layout[k] for k in ("rows", "columns", "bits_allocated", "bits_stored")},
        pixel_representation=int(layout["signed"]),
        samples_per_pixel=1,
        number_of_frames=1,
        photometric_interpretation=layout["photometric"],
        pixel_keyword="PixelData",
    )
    return array.view(f"u{array.dtype.itemsize}")


def _decode_extended(frame: bytes, layout: dict, precision: int) -> np.ndarray:
    """Decode JPEG Extended of 12 bits with GDCM itself: pydicom's plugins stop at 8 bits."""
    import gdcm  # a heavy library that few files need

    fragment, fragments = gdcm.Fragment(), gdcm.SequenceOfFragments.New()
    fragment.SetByteStringValue(frame)
    fragments.AddFragment(fragment)
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetValue(fragments.__ref__())
    image = gdcm.Image()
    image.SetNumberOfDimensions(2)
    image.SetDimensions((layout["columns"], layout["rows"], 1))
    image.SetDataElement(element)
    image.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(gdcm.PhotometricInterpretation.MONOCHROME2))
    image.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.JPEGExtendedProcess2_4))
    image.SetPixelFormat(gdcm.PixelFormat(1, 16, precision, precision - 1, 0))
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


def _display_table(dataset: Dataset, layout: dict, steps: list[str]) -> tuple[np.ndarray, int]:
    """Return (table from stored index to shown value, bits of the shown value)."""
    bits = layout["bits_stored"]
    stored = np.arange(2**bits)
    if layout["signed"]:
        stored = np.where(stored >= 2 ** (bits - 1), stored - 2**bits, stored)
    shown, bits = _modality(dataset, stored.astype(np.float64), bits, steps)
    low, high = float(shown.min()), float(shown.max())
    if lut := next(iter(values(dataset, "VOILUTSequence")), None):
        shown, bits = _look_up(lut, shown)
        low, high = 0.0, 2.0**bits - 1
        steps.append("VOI LUT applied")
    elif (window := _window(dataset, shown)) is not None:
        shown, low, high = window, 0.0, 1.0
        steps.append("window applied")
    bits = max(bits, 8)
    unit = (shown - low) / max(high - low, 1e-12)
    if _is_inverted(dataset, layout):
        unit = 1 - unit
        steps.append("inverted after the VOI LUT, as the tags say that low values are bright")
    table = np.rint(unit * (2**bits - 1))
    return table.astype(np.uint8 if bits == 8 else np.uint16), bits


def _modality(dataset: Dataset, stored: np.ndarray, bits: int, steps: list[str]) -> tuple[np.ndarray, int]:
    if lut := next(iter(values(dataset, "ModalityLUTSequence")), None):
        steps.append("modality LUT applied")
        return _look_up(lut, stored)
    slope = (numbers(dataset, "RescaleSlope") or [1.0])[0] or 1.0
    intercept = (numbers(dataset, "RescaleIntercept") or [0.0])[0]
    return stored * slope + intercept, bits


def _look_up(lut: Dataset, inputs: np.ndarray) -> tuple[np.ndarray, int]:
    """Apply one item of a LUT sequence (DICOM PS3.3, C.11.1.1): inputs outside the table take its end values."""
    entries, first, bits = (int(value) for value in numbers(lut, "LUTDescriptor"))
    entries = entries or 65536
    if first > 32767 and inputs.min() < 0:  # written unsigned, meant signed
        first -= 65536
    data = lut.LUTData
    if isinstance(data, bytes):
        data = np.frombuffer(data, np.uint8 if len(data) < 2 * entries else "<u2")
    data = np.asarray(data, np.float64).reshape(-1)[:entries]
    if not 8 <= bits <= 16 or len(data) < entries:
        raise UnreadableImageError("A look-up table of the DICOM file is damaged. Export the film again.")
    return np.clip(data[np.clip(inputs - first, 0, entries - 1).astype(int)], 0, 2**bits - 1), bits


def _window(dataset: Dataset, inputs: np.ndarray) -> np.ndarray | None:
    """Apply the first window (DICOM PS3.3, C.11.2.1.2): values in [0, 1], or None where there is no valid window."""
    centre, width = numbers(dataset, "WindowCenter"), numbers(dataset, "WindowWidth")
    function = text(dataset, "VOILUTFunction").upper() or "LINEAR"
    if not centre or not width or width[0] < (1 if function == "LINEAR" else 1e-9):
        return None
    c, w = centre[0], width[0]
    if function == "SIGMOID":
        return 1 / (1 + np.exp(np.clip(-4 * (inputs - c) / w, -700, 700)))
    if function == "LINEAR_EXACT":
        return np.clip((inputs - c) / w + 0.5, 0, 1)
    return np.clip((inputs - (c - 0.5)) / max(w - 1, 1e-9) + 0.5, 0, 1)


def _is_inverted(dataset: Dataset, layout: dict) -> bool:
    """Tell whether low values are bright: Presentation LUT Shape where given, else the photometric interpretation."""
    shape = text(dataset, "PresentationLUTShape").upper()
    if shape in ("IDENTITY", "INVERSE"):
        return shape == "INVERSE"
    return layout["photometric"] == "MONOCHROME1"


def _blacken_padding(dataset: Dataset, stored: np.ndarray, layout: dict, pixels: np.ndarray, steps: list[str]) -> None:
    """Set pixels that are padding (by stored value, DICOM PS3.3, C.7.5.1.1.2) to 0, in place."""
    padding = numbers(dataset, "PixelPaddingValue")
    if not padding:
        return
    ends = sorted(int(v) for v in (padding[0], (numbers(dataset, "PixelPaddingRangeLimit") or padding)[0]))
    real = stored.astype(np.int32)
    if layout["signed"]:
        bits = layout["bits_stored"]
        real = np.where(real >= 2 ** (bits - 1), real - 2**bits, real)
    is_padding = (real >= ends[0]) & (real <= ends[1])
    if is_padding.any():
        pixels[is_padding] = 0
        steps.append("padding made black")
