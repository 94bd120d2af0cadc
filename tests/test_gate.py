"""The gate lets every real film in, however it was copied, keeps other pictures out, and tells left from right."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from sklearn.datasets import load_sample_image

from benchmarks.not_mammograms import DRAWINGS
from mammo_core import load_mammogram
from mammo_core.errors import NotAMammogramError
from mammo_core.film.gate import admit, check_mammogram
from mammo_core.film.orientation import laterality_from_pixels
from mammo_core.mias.phantom import draw_phantom
from mammo_core.types import Mammogram, pixel_digest

PHANTOM = draw_phantom(1, 512, artefacts=False, laterality="R").mammogram.pixels


def wide_field(film: np.ndarray) -> np.ndarray:
    return np.pad(film[:, film.any(axis=0)].astype(np.uint16) * 16, ((100, 100), (600, 0)))


COPIES = {
    "as it is": lambda film: film,
    "mirrored": lambda film: film[:, ::-1],
    "turned by 180 degrees": lambda film: film[::-1, ::-1],
    "16 bits": lambda film: film.astype(np.uint16) * 257,
    "jpeg": lambda film: cv2.imdecode(cv2.imencode(".jpg", film, [cv2.IMWRITE_JPEG_QUALITY, 30])[1], 0),
    "half size": lambda film: cv2.resize(film, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA),
    "cropped to its content": lambda film: film[:, (film > 30).mean(axis=0) > 0.02],
    "white frame": lambda film: cv2.copyMakeBorder(film[8:-8, 8:-8], 8, 8, 8, 8, cv2.BORDER_CONSTANT, value=255),
    "enhanced": lambda film: cv2.createCLAHE(2, (8, 8)).apply(film),
    "brightened": lambda film: ((film / 255) ** 0.7 * 255).astype(np.uint8),
}


def bits(pixels: np.ndarray) -> int:
    return 8 if pixels.dtype == np.uint8 else 16


def mammogram(pixels: np.ndarray) -> Mammogram:
    return Mammogram(pixels, bits(pixels), None, None, None, (), pixel_digest(pixels))


@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES)
def test_accepts_a_phantom_however_it_was_copied(copy):
    check_mammogram(np.ascontiguousarray(copy(PHANTOM)), bits(copy(PHANTOM)))


def test_accepts_a_small_breast_on_a_wide_black_field():
    check_mammogram(wide_field(PHANTOM), 12)


def test_accepts_every_mias_film_and_tells_left_from_right(mias_dir: Path):
    sides = {}
    for path in sorted(mias_dir.glob("mdb*.pgm")):
        film = load_mammogram(path)
        assert "inverted" not in " ".join(film.source), path.stem
        sides[int(path.stem[3:])] = film.laterality
    assert sides == {k: "R" if k % 2 else "L" for k in range(1, 323)}


@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES)
def test_accepts_real_films_however_they_were_copied(copy, mias_dir: Path):
    for k in (1, 52, 111, 131, 151, 152, 218, 322):  # dense, huge, narrow, half white, film-filling, faint ones
        film = cv2.imread(str(mias_dir / f"mdb{k:03d}.pgm"), cv2.IMREAD_UNCHANGED)
        check_mammogram(np.ascontiguousarray(copy(film)), bits(copy(film)))


def test_accepts_demo_films_cropped_and_reduced(demo_dir: Path):
    for path in sorted(demo_dir.glob("*/*.dcm")):
        pixels = load_mammogram(path).pixels
        check_mammogram(np.ascontiguousarray(pixels[200:-200, 100:-100]), 16)
        check_mammogram(cv2.resize(pixels, (700, 1100), interpolation=cv2.INTER_AREA), 16)


@pytest.mark.parametrize("name", [name for name in DRAWINGS if name != "even ovals"])
def test_refuses_drawings_of_something_else(name: str):
    for seed in range(5):
        with pytest.raises(NotAMammogramError, match="does not look like a mammogram") as caught:
            check_mammogram(DRAWINGS[name](np.random.default_rng(seed)), 8)
        assert "Expected one breast" in str(caught.value)
        assert "Send the whole film" in str(caught.value)


@pytest.mark.parametrize("name", ["china.jpg", "flower.jpg"])
@pytest.mark.parametrize("negative", [False, True])
def test_refuses_photographs_made_grey(name: str, negative: bool):
    photograph = cv2.cvtColor(load_sample_image(name), cv2.COLOR_RGB2GRAY)
    with pytest.raises(NotAMammogramError):
        check_mammogram(255 - photograph if negative else photograph, 8)


@pytest.mark.parametrize("shape", [(1, 1), (3, 4000), (4000, 3), (90, 90), (600, 100)])
def test_refuses_pictures_of_no_films_size(shape: tuple[int, int]):
    with pytest.raises(NotAMammogramError, match="too few or too oblong"):
        check_mammogram(np.arange(np.prod(shape), dtype=np.uint16).reshape(shape) % 256, 8)


@pytest.mark.parametrize("value", [0, 77, 255])
def test_refuses_one_grey_value_in_every_depth(value: int):
    for dtype in (np.uint8, np.uint16):
        with pytest.raises(NotAMammogramError, match="blank"):
            check_mammogram(np.full((300, 200), value, dtype), bits(np.empty(0, dtype)))


def test_refuses_a_16_bit_film_so_dark_that_nothing_is_left():
    with pytest.raises(NotAMammogramError, match="blank"):
        check_mammogram(PHANTOM.astype(np.uint16), 16)


def test_negative_is_inverted_and_warned_of_in_every_depth():
    for film in (PHANTOM, PHANTOM.astype(np.uint16) * 257):
        top = np.array(np.iinfo(film.dtype).max, film.dtype)
        admitted = admit(mammogram(top - film))
        assert np.array_equal(admitted.pixels, film)
        assert admitted.digest == pixel_digest(film)
        assert len(admitted.warnings) == 1


def test_positive_is_returned_as_it_is():
    film = mammogram(PHANTOM)
    assert admit(film) is film


def test_pixels_are_left_unchanged():
    pixels = PHANTOM.copy()
    check_mammogram(pixels, 8)
    laterality_from_pixels(pixels)
    assert np.array_equal(pixels, PHANTOM)


def test_side_of_phantoms_with_tape_and_labels_comes_out_right():
    for seed in range(20):
        film = draw_phantom(seed, 256).mammogram
        assert laterality_from_pixels(film.pixels) == film.laterality


def test_side_of_a_picture_without_a_shape_is_unknown():
    assert laterality_from_pixels(np.zeros((200, 100), np.uint8)) is None
    ball = cv2.circle(np.zeros((200, 200), np.uint8), (100, 100), 60, 200, -1)
    assert laterality_from_pixels(ball) is None


def test_demo_films_lie_on_the_side_of_their_tags(demo_dir: Path):
    for path in sorted(demo_dir.glob("*/*.dcm")):
        film = load_mammogram(path)
        assert laterality_from_pixels(film.pixels) == film.laterality
