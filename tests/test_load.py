"""Files that are not DICOM: every format keeps the same pixels, everything else is refused with a helpful message."""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from mammo_core import load_mammogram
from mammo_core.errors import ImageError, NotAMammogramError, UnreadableImageError
from mammo_core.film import load, raster
from mammo_core.film.orientation import view_from_pixels
from mammo_core.mias.phantom import draw_phantom
from mammo_core.types import pixel_digest

FILM = draw_phantom(1, 256, artefacts=False, laterality="L").mammogram.pixels[:, :200].copy()
DEEP = FILM.astype(np.uint16) * 257
"""The same film in 16 bits."""


def pgm(pixels: np.ndarray, maxval: int | None = None, head: str = "") -> bytes:
    maxval = maxval or np.iinfo(pixels.dtype).max
    start = f"P5\n{head}{pixels.shape[1]} {pixels.shape[0]}\n{maxval}\n".encode()
    return start + (pixels.astype(">u2").tobytes() if maxval > 255 else pixels.astype(np.uint8).tobytes())


def plain_pgm(pixels: np.ndarray) -> bytes:
    rows = "\n".join(" ".join(map(str, row)) for row in pixels.tolist())
    return f"P2 # plain\n{pixels.shape[1]} {pixels.shape[0]}\n{np.iinfo(pixels.dtype).max}\n{rows}\n".encode()


def saved(pixels: np.ndarray | Image.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    image.save(stream, kind, **options)
    return stream.getvalue()


def cv_saved(pixels: np.ndarray, suffix: str) -> bytes:
    return cv2.imencode(suffix, pixels)[1].tobytes()


def palette(pixels: np.ndarray) -> Image.Image:
    image = Image.fromarray(255 - pixels, "P")  # indices run the other way round, so that they must be looked up
    image.putpalette([value for index in range(256) for value in (255 - index,) * 3])
    return image


def rgba(pixels: np.ndarray) -> np.ndarray:
    return np.dstack([pixels] * 3 + [np.full_like(pixels, np.iinfo(pixels.dtype).max)])


SAME_8_BIT = {
    "raw pgm": lambda: pgm(FILM),
    "pgm with comments": lambda: pgm(FILM, head="# scanner\n# 200 300\r\n"),
    "plain pgm": lambda: plain_pgm(FILM),
    "png": lambda: saved(FILM, "PNG"),
    "rgb png": lambda: saved(np.dstack([FILM] * 3), "PNG"),
    "rgba png": lambda: saved(rgba(FILM), "PNG"),
    "grey and alpha png": lambda: saved(Image.fromarray(FILM).convert("LA"), "PNG"),
    "palette png": lambda: saved(palette(FILM), "PNG"),
    "16-bit png with 8-bit values": lambda: saved(FILM.astype(np.uint16), "PNG"),
    "tiff": lambda: saved(FILM, "TIFF"),
    "lzw tiff": lambda: saved(FILM, "TIFF", compression="tiff_lzw"),
    "deflate tiff": lambda: saved(FILM, "TIFF", compression="tiff_adobe_deflate"),
    "packbits tiff": lambda: saved(FILM, "TIFF", compression="packbits"),
    "rgb tiff": lambda: saved(np.dstack([FILM] * 3), "TIFF", compression="tiff_lzw"),
}
SAME_16_BIT = {
    "raw pgm": lambda: pgm(DEEP),
    "plain pgm": lambda: plain_pgm(DEEP),
    "png": lambda: saved(DEEP, "PNG"),
    "rgb png": lambda: cv_saved(np.dstack([DEEP] * 3), ".png"),
    "rgba png": lambda: cv_saved(rgba(DEEP), ".png"),
    "tiff": lambda: saved(DEEP, "TIFF"),
    "big-endian tiff": lambda: saved(Image.frombytes("I;16B", DEEP.shape[::-1], DEEP.astype(">u2").tobytes()), "TIFF"),
    "lzw tiff": lambda: saved(DEEP, "TIFF", compression="tiff_lzw"),
    "deflate tiff": lambda: saved(DEEP, "TIFF", compression="tiff_adobe_deflate"),
    "rgb tiff": lambda: cv_saved(np.dstack([DEEP] * 3), ".tiff"),
    "white is zero tiff": lambda: saved(65535 - DEEP, "TIFF", tiffinfo={262: 0}),
}


@pytest.mark.parametrize("make", SAME_8_BIT.values(), ids=SAME_8_BIT)
def test_same_film_has_the_same_digest_in_every_8_bit_form(make: Callable[[], bytes]):
    film = load_mammogram(make())
    assert (film.digest, film.bit_depth, film.pixels.dtype) == (pixel_digest(FILM), 8, np.uint8)


@pytest.mark.parametrize("make", SAME_16_BIT.values(), ids=SAME_16_BIT)
def test_16_bits_are_kept_in_every_form(make: Callable[[], bytes]):
    film = load_mammogram(make())
    assert film.pixels.dtype == np.uint16
    assert (film.digest, film.bit_depth) == (pixel_digest(DEEP), 16)


def test_12_bit_film_in_a_16_bit_container_says_12_bits():
    twelve = (FILM.astype(np.uint16) << 4) | 15
    for data in (saved(twelve, "PNG"), saved(twelve, "TIFF"), pgm(twelve, 4095), pgm(twelve, 65535)):
        film = load_mammogram(data)
        assert film.bit_depth == 12
        assert film.digest == pixel_digest(twelve)


def test_jpeg_in_grey_and_in_colour_stays_close_to_the_film():
    for picture in (FILM, np.dstack([FILM] * 3)):
        film = load_mammogram(saved(picture, "JPEG", quality=92))
        assert film.pixels.dtype == np.uint8
        assert np.abs(film.pixels.astype(int) - FILM).mean() < 2


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_turned_pictures_are_put_upright(kind: str, orientation: int):
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    stored = Image.fromarray(FILM)
    if orientation > 1:
        stored = stored.transpose(Image.Transpose(undo[orientation]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    film = load_mammogram(saved(stored, kind, exif=exif))
    assert film.pixels.shape == FILM.shape
    assert np.abs(film.pixels.astype(int) - FILM).mean() < (3 if kind == "JPEG" else 1e-9)
    assert (orientation == 1) == ("turned as its orientation tag says" not in film.source)


@pytest.mark.parametrize("suffix", [".png", ".tiff"])
def test_turned_16_bit_colour_is_put_upright(suffix: str):
    data = cv_saved(np.dstack([np.rot90(DEEP)] * 3), suffix)
    if suffix == ".png":
        exif = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
        chunk = struct.pack(">I", len(exif)) + b"eXIf" + exif + struct.pack(">I", zlib.crc32(b"eXIf" + exif))
        data = data[:33] + chunk + data[33:]
    else:
        ifd = struct.unpack("<I", data[4:8])[0]
        entries = struct.unpack("<H", data[ifd : ifd + 2])[0]
        table = [data[ifd + 2 + 12 * k : ifd + 14 + 12 * k] for k in range(entries)]
        table = [e for e in table if e[:2] != b"\x12\x01"] + [struct.pack("<HHIHH", 274, 3, 1, 6, 0)]
        table.sort(key=lambda entry: struct.unpack("<H", entry[:2]))
        data = data[:4] + struct.pack("<I", len(data)) + data[8:]
        data += struct.pack("<H", len(table)) + b"".join(table) + b"\0\0\0\0"
    assert load_mammogram(data).digest == pixel_digest(DEEP)


def test_transparent_parts_become_black():
    marked = rgba(FILM)
    marked[:40, -40:] = (255, 255, 255, 0)
    film = load_mammogram(saved(marked, "PNG"))
    assert not film.pixels[:40, -40:].any()
    assert "transparent parts made black" in film.source


def test_path_bytes_and_streams_give_the_same_film(tmp_path: Path):
    data = saved(FILM, "PNG")
    path = tmp_path / "film.dcm"  # a wrong name on purpose: content decides
    path.write_bytes(data)
    for source in (path, str(path), data, bytearray(data), memoryview(data), io.BytesIO(data), path.open("rb")):
        assert load_mammogram(source).digest == pixel_digest(FILM)


def test_stream_that_was_read_already_is_read_again_and_left_as_it_was():
    stream = io.BytesIO(saved(FILM, "PNG"))
    stream.read()
    end = stream.tell()
    assert load_mammogram(stream).digest == pixel_digest(FILM)
    assert stream.tell() == end


def test_input_is_left_unchanged_and_pixels_cannot_be_edited():
    data = bytearray(pgm(FILM))
    before = bytes(data)
    film = load_mammogram(data)
    assert bytes(data) == before
    with pytest.raises(ValueError):
        film.pixels[0, 0] = 1


def test_mini_mias_form_has_200_micron_and_others_have_no_spacing():
    film = load_mammogram(pgm(cv2.resize(FILM, (1024, 1024))))
    assert film.pixel_spacing_mm == 0.2
    assert "mini-MIAS" in " ".join(film.source)
    assert load_mammogram(pgm(FILM)).pixel_spacing_mm is None
    assert load_mammogram(saved(FILM, "PNG", dpi=(508, 508))).pixel_spacing_mm is None


def test_caller_may_state_the_spacing():
    film = load_mammogram(pgm(FILM), pixel_spacing_mm=0.7)
    assert film.pixel_spacing_mm == 0.7
    assert "0.7 mm stated by the caller" in " ".join(film.source)


@pytest.mark.parametrize("spacing", [0, -0.1, float("nan"), float("inf"), 50, "0.2"])
def test_refuses_a_senseless_stated_spacing(spacing: object):
    with pytest.raises(ValueError, match="pixel_spacing_mm"):
        load_mammogram(pgm(FILM), pixel_spacing_mm=spacing)


@pytest.mark.parametrize("source", [None, 7, io.StringIO("text"), ["film.png"]])
def test_refuses_a_source_that_is_no_source(source: object):
    with pytest.raises(ValueError, match="source"):
        load_mammogram(source)


def test_side_comes_from_the_pixels_and_says_so():
    left, right = load_mammogram(pgm(FILM)), load_mammogram(pgm(np.ascontiguousarray(FILM[:, ::-1])))
    assert (left.laterality, right.laterality) == ("L", "R")
    assert left.view == right.view == "MLO"
    assert any("pectoral muscle" in warning for warning in left.warnings)
    assert any("side (L)" in warning for warning in left.warnings)


def png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def bomb_png(width: int = 60_000, height: int = 60_000) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(bytes(10_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + png_chunk(b"IDAT", body) + png_chunk(b"IEND", b"")


def bomb_tiff() -> bytes:
    tags = [(256, 4, 1, 60_000), (257, 4, 1, 60_000), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 8)]
    tags += [(277, 3, 1, 1), (278, 4, 1, 60_000), (279, 4, 1, 100)]
    return (
        b"II*\0\x08\0\0\0" + struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *t) for t in tags) + bytes(9)
    )


def bomb_jpeg() -> bytes:
    data = bytearray(saved(FILM, "JPEG"))
    at = data.find(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", 65_000, 65_000)
    return bytes(data)


BOMBS = {"png": bomb_png, "tiff": bomb_tiff, "jpeg": bomb_jpeg, "pgm": lambda: b"P5 60000 60000 255\n" + bytes(99)}


@pytest.mark.parametrize("make", BOMBS.values(), ids=BOMBS)
def test_refuses_decompression_bombs_before_decoding(make: Callable[[], bytes], monkeypatch: pytest.MonkeyPatch):
    def never(*_: object) -> None:
        raise AssertionError("decoded")

    data = make()
    monkeypatch.setattr(Image.Image, "load", never)
    monkeypatch.setattr(np, "frombuffer", never)
    with pytest.raises(UnreadableImageError, match="declares"):
        load_mammogram(data)


def test_refuses_a_picture_just_above_the_pixel_limit(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(raster, "MAX_PIXELS", FILM.size - 1)
    with pytest.raises(UnreadableImageError, match=f"{FILM.shape[1]} x {FILM.shape[0]} pixels"):
        load_mammogram(saved(FILM, "PNG"))


def test_refuses_a_file_above_the_byte_limit_without_reading_it_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(load, "MAX_FILE_BYTES", 1000)
    path = tmp_path / "film.png"
    path.write_bytes(saved(FILM, "PNG"))
    for source in (path, path.read_bytes(), io.BytesIO(path.read_bytes())):
        with pytest.raises(UnreadableImageError, match="larger than"):
            load_mammogram(source)


def test_refuses_a_jpeg_of_endless_scans():
    data = saved(FILM, "JPEG", progressive=True)
    at = data.find(b"\xff\xda")
    with pytest.raises(UnreadableImageError, match="scans"):
        load_mammogram(data[:at] + data[at:-2] * 40 + data[-2:])


def test_png_text_bomb_is_refused():
    text = png_chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(80_000_000), 9))
    data = saved(FILM, "PNG")
    with pytest.raises(UnreadableImageError):
        load_mammogram(data[:33] + text * 3 + data[33:])


FOREIGN = {
    "empty": (b"", "empty"),
    "zeros": (bytes(500), "zeros"),
    "text": (b"Dear doctor, please find the film of Mrs Secret attached.\n" * 20, "text file"),
    "html": (b"<!DOCTYPE html><html><body>404 Secret</body></html>", "web page"),
    "xml with byte order mark": (b"\xef\xbb\xbf<?xml version='1.0'?><Secret/>", "web page"),
    "zip": (b"PK\x03\x04" + bytes(100), "zip"),
    "gzip": (b"\x1f\x8b\x08" + bytes(100), "gzip"),
    "pdf": (b"%PDF-1.7\n" + bytes(100), "PDF"),
    "gif": (b"GIF89a" + bytes(100), "GIF"),
    "bmp": (b"BM" + bytes(100), "BMP"),
    "webp": (b"RIFF\x10\0\0\0WEBPVP8 " + bytes(100), "WebP"),
    "heic": (b"\0\0\0\x18ftypheic" + bytes(100), "HEIC"),
    "colour ppm": (b"P6 2 2 255\n" + bytes(12), "PPM"),
    "jpeg 2000": (b"\xff\x4f\xff\x51" + bytes(100), "JPEG 2000"),
    "encrypted": (b"\x30\x82\x10\x00\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03" + bytes(99), "encrypted"),
    "random": (bytes(np.random.default_rng(0).integers(128, 256, 999, np.uint8)), "unknown kind"),
}


@pytest.mark.parametrize(("data", "word"), FOREIGN.values(), ids=FOREIGN)
def test_says_what_came_what_was_expected_and_what_to_do(data: bytes, word: str):
    with pytest.raises(UnreadableImageError) as caught:
        load_mammogram(data)
    message = str(caught.value)
    assert word in message
    assert "expected a DICOM mammogram, PGM, PNG, JPEG or TIFF" in message
    assert "xport" in message
    assert "Secret" not in message


def test_refuses_what_is_no_file_without_repeating_its_path(tmp_path: Path):
    pipe = tmp_path / "Secret.pipe"
    os.mkfifo(pipe)
    for path in (tmp_path / "Mrs Secret.png", tmp_path, pipe, Path("/dev/zero"), "Secret\0.png", "s" * 5000):
        with pytest.raises(UnreadableImageError) as caught:
            load_mammogram(path)
        assert "Secret" not in str(caught.value)


TRUNCATED = {
    "raw pgm": pgm(FILM),
    "plain pgm": plain_pgm(FILM),
    "png": saved(FILM, "PNG"),
    "16-bit rgb png": cv_saved(np.dstack([DEEP] * 3), ".png"),
    "jpeg": saved(FILM, "JPEG"),
    "progressive jpeg": saved(FILM, "JPEG", progressive=True),
    "tiff": saved(FILM, "TIFF"),
    "lzw tiff": saved(FILM, "TIFF", compression="tiff_lzw"),
}


@pytest.mark.parametrize("data", TRUNCATED.values(), ids=TRUNCATED)
@pytest.mark.parametrize("share", [0.002, 0.01, 0.1, 0.5, 0.9, 0.98])
def test_refuses_truncated_pictures_rather_than_filling_them_with_grey(data: bytes, share: float):
    with pytest.raises(UnreadableImageError):
        load_mammogram(data[: int(share * len(data))])


def float_tiff() -> bytes:
    return saved(Image.fromarray(FILM.astype(np.float32)), "TIFF")


def many(kind: str) -> bytes:
    return saved(Image.fromarray(FILM), kind, save_all=True, append_images=[Image.fromarray(FILM[::-1].copy())])


UNFIT = {
    "two-page tiff": (many("TIFF"), "several pictures"),
    "animated png": (many("PNG"), "several pictures"),
    "cmyk jpeg": (saved(Image.fromarray(FILM).convert("CMYK"), "JPEG"), "CMYK"),
    "float tiff": (float_tiff(), "mode F"),
    "pgm of no pixels": (b"P5 0 10 255\n", "without pixels"),
    "pgm of 32 bits": (b"P5 10 10 70000\n" + bytes(400), "70000"),
    "pgm with a tail": (pgm(FILM) + b"P5 1 1 255\n\1", "goes on"),
    "plain pgm with words": (b"P2 2 2 255\n1 2 three 4", "other than numbers"),
    "plain pgm beyond its maximum": (b"P2 2 2 255\n1 2 300 4", "above its declared"),
    "plain pgm of huge numbers": (b"P2 2 2 255\n1 2 3 " + b"9" * 400, "above its declared"),
    "pgm header only": (b"P5\n# nothing follows\n", "no complete header"),
}


@pytest.mark.parametrize(("data", "words"), UNFIT.values(), ids=UNFIT)
def test_refuses_unfit_pictures_with_a_reason(data: bytes, words: str):
    with pytest.raises(UnreadableImageError, match=words):
        load_mammogram(data)


def test_refuses_colour_and_coloured_marks():
    colour = np.dstack([FILM, FILM // 2, 255 - FILM])
    marked = np.dstack([FILM] * 3)
    cv2.circle(marked, (80, 120), 20, (255, 0, 0), 2)
    for picture in (colour, marked):
        for data in (saved(picture, "PNG"), saved(picture, "JPEG"), cv_saved(picture.astype(np.uint16) * 257, ".png")):
            with pytest.raises(UnreadableImageError, match="colour"):
                load_mammogram(data)


def test_negative_is_inverted_with_a_warning_and_has_the_digest_of_the_film():
    film = load_mammogram(saved(255 - FILM, "PNG"))
    assert film.digest == pixel_digest(FILM)
    assert any("negative" in warning for warning in film.warnings)


FUZZED = {
    "pgm": pgm(FILM[::4, ::4]),
    "plain pgm": plain_pgm(FILM[::4, ::4]),
    "png": saved(FILM, "PNG"),
    "16-bit rgb png": cv_saved(np.dstack([DEEP[::2, ::2]] * 3), ".png"),
    "jpeg": saved(FILM, "JPEG"),
    "tiff": saved(FILM, "TIFF", compression="tiff_lzw"),
    "16-bit rgb tiff": cv_saved(np.dstack([DEEP[::2, ::2]] * 3), ".tiff"),
}


@pytest.mark.parametrize("data", FUZZED.values(), ids=FUZZED)
def test_damaged_bytes_raise_nothing_but_image_errors(data: bytes):
    draw = np.random.default_rng(len(data))
    for k in range(60):
        damaged = bytearray(data)
        for at in draw.integers(0, min(len(data), 400 if k % 2 else len(data)), 1 + k % 5):
            damaged[at] ^= 1 << int(draw.integers(8))
        if k % 3 == 0:
            del damaged[int(draw.integers(len(data))) :]
        try:
            load_mammogram(bytes(damaged))
        except ImageError:
            continue


def test_not_a_mammogram_is_told_apart_from_unreadable():
    with pytest.raises(NotAMammogramError):
        load_mammogram(saved(np.full((200, 200), 90, np.uint8), "PNG"))


def test_real_film_is_read_as_mini_mias(film: Callable[[str], bytes]):
    data = film("mdb028")
    read = load_mammogram(data)
    stored = np.frombuffer(data, np.uint8, 1024 * 1024, len(data) - 1024 * 1024).reshape(1024, 1024)
    assert np.array_equal(read.pixels, stored)
    assert (read.pixel_spacing_mm, read.laterality, read.bit_depth) == (0.2, "L", 8)


@pytest.mark.parametrize(
    ("name", "view"),
    [("1-280", None), ("1-281", "MLO"), ("1-282", None), ("1-283", "MLO")],
)
def test_a_view_is_read_from_the_muscle_and_a_cc_view_never_guessed(demo_film, name, view):
    pixels = load_mammogram(demo_film(f"sfm-malign-0/{name}.dcm")).pixels
    assert view_from_pixels(pixels, None) == view_from_pixels(pixels, 0.05) == view
    assert view_from_pixels(np.ascontiguousarray(pixels[:, ::-1]), None) == view
