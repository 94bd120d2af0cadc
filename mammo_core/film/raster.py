"""Decode a film from PGM, PNG, JPEG or TIFF bytes, keeping its depth.

Resolution tags of these formats are not read: scanners, screenshots and converters write 72 or 96 dpi whatever the
truth is, and a wrong spacing would be worse than a stated guess. A caller who knows the spacing passes it.

Pillow decodes, because it refuses truncated data where OpenCV fills it with grey; OpenCV only decodes what Pillow
would cut to 8 bits (16-bit colour). PGM is read here, because both stretch a 12-bit film to 16 bits.
"""

from __future__ import annotations

import io
import re
from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image

from mammo_core.config import MAX_PIXELS
from mammo_core.errors import UnreadableImageError

KINDS = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
    b"P2": "PGM",
    b"P5": "PGM",
}
"""First bytes of the formats read here."""

MAX_SCANS = 100
"""Progressive pictures have about ten scans; each is a pass over all pixels."""

COLOUR_MEAN = 3.0
COLOUR_FAR = 32.0
"""Mean and 99.9th percentile of the channels' difference (8-bit steps) up to which a picture counts as grey: JPEG
rounds the colours of a grey picture by a step or two, a coloured mark of one pixel in a thousand shows."""


class Decoded(NamedTuple):
    """Pixels as a file states them: H x W uint8 or uint16, the bits in use, and what decoding did."""

    pixels: np.ndarray
    bit_depth: int
    steps: tuple[str, ...]


def decode_raster(data: bytes, kind: str) -> Decoded:
    """Decode the bytes of a PGM, PNG, JPEG or TIFF file.

    Args:
        data: The whole file.
        kind: One of the values of `KINDS`, found from the first bytes.

    Raises:
        UnreadableImageError: Truncated, damaged, too large, several pages, colour, or a depth we do not read.
    """
    return _decode_pgm(data) if kind == "PGM" else _decode_with_pillow(data, kind)


def check_size(width: int, height: int) -> None:
    """Raise UnreadableImageError when a header declares no pixels or more than `MAX_PIXELS`."""
    if width < 1 or height < 1:
        raise UnreadableImageError("The header declares a picture without pixels. Export the film again.")
    if width * height > MAX_PIXELS:
        raise UnreadableImageError(
            f"The header declares {width} x {height} pixels; at most {MAX_PIXELS / 1e6:.0f} million are decoded, "
            "more than twice the largest film. Send one film, not a montage."
        )


def check_scans(jpeg: bytes) -> None:
    """Raise UnreadableImageError for a JPEG stream of so many scans that decoding it would take minutes."""
    if jpeg.count(b"\xff\xda") > MAX_SCANS:
        raise UnreadableImageError(f"The JPEG picture has more than {MAX_SCANS} scans. Export it again.")


def bits_in_use(pixels: np.ndarray) -> int:
    """Return how many bits the largest value needs, at least 8: 16-bit containers often hold 10 or 12-bit films."""
    return max(8, int(pixels.max()).bit_length())


_PGM_HEADER = re.compile(rb"P([25])" + rb"(?:\s|#[^\n\r]*[\n\r])+(\d{1,9})" * 3)


def _decode_pgm(data: bytes) -> Decoded:
    """Decode a PGM file, plain (P2) or raw (P5), with comments, up to 16 bits (netpbm's `pgm` manual page)."""
    head = _PGM_HEADER.match(data[:65536])
    if head is None:
        raise UnreadableImageError("The file starts like a PGM picture but has no complete header. Export it again.")
    plain, (width, height, maxval) = head[1] == b"2", (int(head[k]) for k in (2, 3, 4))
    check_size(width, height)
    if not 1 <= maxval <= 65535:
        raise UnreadableImageError(f"The PGM header declares a largest value of {maxval}; expected 1 to 65535.")
    pixels = (_pgm_plain if plain else _pgm_raw)(data, head.end(), width * height, maxval)
    if int(pixels.max()) > maxval:
        raise UnreadableImageError("The PGM picture holds values above its declared largest one: it is damaged.")
    pixels = pixels.reshape(height, width)
    bits = bits_in_use(pixels) if maxval == 65535 else max(8, maxval.bit_length())
    return Decoded(pixels.astype(np.uint8 if bits == 8 else np.uint16), bits, (f"read PGM, {bits} bits",))


def _pgm_raw(data: bytes, start: int, count: int, maxval: int) -> np.ndarray:
    dtype = np.dtype("u1" if maxval < 256 else ">u2")
    start += 1  # exactly one white space parts header and pixels
    _check_amount(len(data) - start, count * dtype.itemsize, "bytes")
    if data[start + count * dtype.itemsize :].strip():
        raise UnreadableImageError("The PGM file goes on after its picture. Send one picture in a file.")
    return np.frombuffer(data, dtype, count, start)


def _pgm_plain(data: bytes, start: int, count: int, maxval: int) -> np.ndarray:
    text = re.sub(rb"#[^\n\r]*", b"", data[start:])
    if text.translate(None, b"0123456789 \t\r\n\v\f"):
        raise UnreadableImageError("The plain PGM picture holds something other than numbers: it is damaged.")
    # float32 is exact for all allowed values and takes any run of digits without overflow
    values = np.fromstring(text, np.float32, count=-1, sep=" ") if text.strip() else np.empty(0, np.float32)
    _check_amount(len(values), count, "values")
    if len(values) > count:
        raise UnreadableImageError("The PGM file goes on after its picture. Send one picture in a file.")
    return np.minimum(values, 2.0**31).astype(np.uint32)


def _check_amount(came: int, expected: int, unit: str) -> None:
    if came < expected:
        raise UnreadableImageError(
            f"The PGM file is truncated: its header promises {expected} {unit}, {max(came, 0)} came. Copy it again."
        )


def _decode_with_pillow(data: bytes, kind: str) -> Decoded:
    try:
        image = Image.open(io.BytesIO(data), formats=(kind,))
        check_size(*image.size)
        if _has_second_page(image):
            raise UnreadableImageError(f"The {kind} file holds several pictures. Send each film as a file of its own.")
        if kind == "JPEG":
            check_scans(data)
        if kind == "PNG":
            Image.open(io.BytesIO(data), formats=(kind,)).verify()  # checksums, which load() does not look at
        return _finish(data, image, kind)
    except UnreadableImageError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise UnreadableImageError(
            f"The {kind} header declares far more than {MAX_PIXELS / 1e6:.0f} million pixels, the limit. Send one film."
        ) from None
    except Exception as error:  # decoders answer hostile bytes with almost any exception
        raise UnreadableImageError(
            f"The {kind} picture is truncated or damaged ({type(error).__name__}). Copy or export it again."
        ) from None


def _has_second_page(image: Image.Image) -> bool:
    try:
        image.seek(1)  # counting all pages would walk a chain as long as the file
    except EOFError:
        return False
    return True


def _finish(data: bytes, image: Image.Image, kind: str) -> Decoded:
    """Load an opened picture as grey pixels the right way up."""
    turn = _TURNS.get(image.getexif().get(_ORIENTATION))  # read before load(), which forgets it
    white_is_zero = kind == "TIFF" and image.tag_v2.get(_TIFF_PHOTOMETRIC) == 0
    image.load()
    steps = []
    channels = _channels(data, image, kind)
    pixels = _to_grey(channels, steps)
    if turn is not None:
        steps.append("turned as its orientation tag says")
        if kind != "TIFF":  # both decoders turn TIFF themselves
            pixels = np.asarray(Image.fromarray(pixels).transpose(turn))
    bits = bits_in_use(pixels) if pixels.dtype == np.uint16 else 8
    if white_is_zero and pixels.dtype == np.uint16:  # Pillow inverts 8-bit pictures of this kind, not 16-bit ones
        pixels = np.uint16(2**bits - 1) - pixels
        steps.append("inverted, as the file says that white is zero")
    pixels = pixels.astype(np.uint8 if bits == 8 else np.uint16)
    return Decoded(pixels, bits, (f"read {kind}, {bits} bits", *steps))


_ORIENTATION, _TIFF_BITS, _TIFF_PHOTOMETRIC = 0x0112, 258, 262
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""Exif orientation to what puts the picture upright (Exif 2.32, tag 274)."""


def _channels(data: bytes, image: Image.Image, kind: str) -> np.ndarray:
    """Return H x W, or H x W x 3 or 4 (colours, then opacity), uint8 or uint16."""
    if kind == "PNG":
        deep_colour = data[24] == 16 and data[25] in (2, 4, 6)
    else:
        deep_colour = kind == "TIFF" and 16 in image.tag_v2.get(_TIFF_BITS, ()) and image.mode in ("RGB", "RGBA")
    if deep_colour:  # Pillow cuts these to 8 bits
        array = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
        if array is None or array.dtype != np.uint16 or array.ndim != 3:
            raise UnreadableImageError(f"The 16-bit colour layout of this {kind} is not read. Export it as grey.")
        return array
    if image.mode in ("L", "I;16", "I;16B", "I;16L"):
        array = np.asarray(image)
        return array.astype(array.dtype.newbyteorder("="))
    if image.mode in ("1", "P", "PA", "LA", "RGB", "RGBA", "RGBX", "YCbCr"):
        opaque = image.mode in ("1", "RGB", "RGBX", "YCbCr") or (image.mode == "P" and "transparency" not in image.info)
        return np.asarray(image.convert("RGB" if opaque else "RGBA"))
    raise UnreadableImageError(
        f"The {kind} picture is of mode {image.mode}; expected 8 or 16-bit grey. Export it as 8 or 16-bit grey."
    )


def _to_grey(array: np.ndarray, steps: list[str]) -> np.ndarray:
    """Return grey pixels of a picture whose channels agree; note in `steps` what was done."""
    if array.ndim == 2:
        return array
    planes = cv2.split(array)
    grey = _common_plane(planes[:3])
    steps.append("grey taken from equal colour channels")
    if len(planes) == 4 and planes[3].min() < np.iinfo(array.dtype).max:
        steps.append("transparent parts made black")
        grey = np.where(planes[3] > np.iinfo(array.dtype).max // 2, grey, 0).astype(array.dtype)
    return grey


def _common_plane(planes: tuple[np.ndarray, ...]) -> np.ndarray:
    first, second, third = planes
    spread = np.maximum(cv2.absdiff(first, second), cv2.absdiff(second, third))
    if not spread.any():
        return first
    step = 257 if spread.dtype == np.uint16 else 1
    if spread.mean() > COLOUR_MEAN * step or np.count_nonzero(spread > COLOUR_FAR * step) > 1e-3 * spread.size:
        raise UnreadableImageError(
            "The picture is in colour or carries coloured marks; a mammogram is grey. Export the plain grey film."
        )
    return second  # green: closest to the brightness that JPEG stores
