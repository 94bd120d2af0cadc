"""What the pages keep is counted in bytes, and what a visitor closes is let go."""

from dataclasses import dataclass

import numpy as np
import pytest

from mammo_core import load_bundle, preprocess, read_film
from mammo_core.mias.phantom import draw_phantom
from mammo_core.reading.scan import scan_film
from mammo_core.report.pictures import encode_png
from mammo_core.ui import case as cases
from mammo_core.ui.case import Case
from mammo_core.ui.kept import Kept, bytes_held


@dataclass
class Result:
    name: str
    parts: tuple[np.ndarray, ...]


def test_arrays_are_counted_once_wherever_they_are_held():
    array = np.zeros((10, 10), np.uint16)
    assert bytes_held(array) == bytes_held([array, array[2:], {"again": array}]) == 200
    assert bytes_held(Result("four", (array, np.zeros(3, np.uint8)))) == 4 + 200 + 3


def test_a_film_that_a_result_refers_to_is_not_counted_with_it():
    assert bytes_held([draw_phantom(1, 128).mammogram]) == 0


def test_a_prepared_film_is_counted_with_what_the_network_said_of_it():
    bundle = load_bundle()
    film = draw_phantom(1, 512).mammogram
    prepared = preprocess(film, bundle.config)
    alone = bytes_held(prepared)
    read_film(film, bundle, prepared=prepared)
    seen = scan_film(prepared, bundle)
    assert bytes_held(prepared) >= alone + seen.features.nbytes + seen.logits.nbytes
    assert bytes_held([prepared, seen]) == bytes_held(prepared)


def test_results_that_were_not_used_for_longest_make_room():
    kept = Kept(250)
    for name in ("first", "second", "first", "third"):
        kept.found_or_made(name, lambda: np.zeros(100, np.uint8))
    assert list(kept) == ["first", "third"]


def test_the_newest_result_is_kept_however_large_it_is():
    kept = Kept(10)
    large = kept.found_or_made("large", lambda: np.zeros(100, np.uint8))
    assert kept.found_or_made("large", lambda: pytest.fail("made twice")) is large


def test_films_are_refused_in_words_where_they_would_take_too_much_together(monkeypatch):
    case = Case()
    films = [encode_png(draw_phantom(seed, 256).mammogram.pixels) for seed in (1, 2)]
    monkeypatch.setattr(cases, "MAX_PIXEL_BYTES", 100_000)
    assert case.add("one.png", films[0])
    assert case.add("two.png", films[1]) is None
    assert case.refused[0][0] == "two.png"
    assert "Close some" in case.refused[0][1]


def test_a_closed_film_takes_its_results_with_it():
    case = Case()
    film = case.films[case.add("one.png", encode_png(draw_phantom(1, 256).mammogram.pixels))]
    film.get("some", lambda: np.zeros(10))
    case.results.found_or_made("of several films", lambda: np.zeros(10))
    case.close(film.key)
    assert [len(case.films), len(film.results), len(case.results)] == [0, 0, 0]
