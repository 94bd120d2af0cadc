"""The films that the Dataset page shows: those of MIAS, or phantoms where it is absent, and what is known of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock

import cv2
import numpy as np
import streamlit as st

from mammo_core.film.artefacts import find_film
from mammo_core.film.load import load_mammogram
from mammo_core.mias.films import open_films
from mammo_core.mias.index import FILM_IDS, annotations_by_film, background_tissue, film_class, woman_of
from mammo_core.mias.phantom import Phantom, draw_phantom
from mammo_core.mias.splits import load_folds
from mammo_core.preprocess import preprocess
from mammo_core.types import LABELS, Circle, Mammogram, Preprocessed
from mammo_core.ui.picker import small_picture
from mammo_core.ui.words import dataset as words

N_PHANTOMS = 24
PHANTOM_PX = 512
"""Side of a phantom: half of MIAS's resolution, drawn in a sixth of a second."""
_KINDS = ((), ("CIRC",), ("SPIC",), ("ARCH",), ("CALC",), ())
_THUMBNAIL_PX = 112
_one_at_a_time = Lock()


@dataclass(frozen=True)
class Place:
    """An abnormality: its code, its class, and where it is (None where MIAS gives no place)."""

    code: str
    severity: str
    circle: Circle | None


@dataclass(frozen=True)
class ShownFilm:
    """A film with what is known of it.

    Attributes:
        film_id: `mdb001` to `mdb322`, or `phantom 1` and so on.
        woman_id: From 1.
        film_class: One of `LABELS`.
        tissue: F, G or D; empty for a phantom.
        fold: The fold of repeat 0 in which it is tested; None for a phantom.
        places: Its abnormalities.
        phantom: Whether it is drawn.
    """

    film_id: str
    woman_id: int
    film_class: str
    tissue: str
    fold: int | None
    places: tuple[Place, ...]
    phantom: bool

    @property
    def codes(self) -> tuple[str, ...]:
        """MIAS codes of its abnormalities, each once."""
        return tuple(dict.fromkeys(place.code for place in self.places))

    @property
    def circles(self) -> list[tuple[Circle, str]]:
        """(circle, class) of the abnormalities that have a place."""
        return [(place.circle, place.severity) for place in self.places if place.circle]


@cache
def mias_films() -> dict[str, ShownFilm]:
    """Return all 322 films of the index, whether the pictures are at hand or not."""
    return {film_id: _mias_film(film_id) for film_id in FILM_IDS}


def _mias_film(film_id: str) -> ShownFilm:
    rows = [row for row in annotations_by_film()[film_id] if row.severity != "normal"]
    places = tuple(Place(row.abnormality, row.severity, row.circle) for row in rows)
    woman = woman_of(film_id)
    return ShownFilm(
        film_id, woman, film_class(film_id), background_tissue(film_id), load_folds()[woman][0], places, phantom=False
    )


@cache
def phantom_films() -> dict[str, ShownFilm]:
    """Return the phantoms, two to a "woman"."""
    return {film.film_id: film for film in map(_phantom_film, range(N_PHANTOMS))}


def _phantom_film(number: int) -> ShownFilm:
    places = tuple(Place(lesion.abnormality, lesion.severity, lesion.circle) for lesion in drawn(number).lesions)
    worst = max((place.severity for place in places), key=LABELS.index, default="normal")
    return ShownFilm(f"phantom {number + 1}", number // 2 + 1, worst, "", None, places, phantom=True)


@st.cache_resource(max_entries=N_PHANTOMS, show_spinner=False)
def drawn(number: int) -> Phantom:
    """Draw phantom `number` (from 0): even ones are right breasts, odd ones left."""
    kinds = _KINDS[number % len(_KINDS)]
    return draw_phantom(number, PHANTOM_PX, laterality="RL"[number % 2], lesions=kinds)


@st.cache_resource(max_entries=8, show_spinner=False)
def opened(film_id: str, source: Path | None) -> Mammogram:
    """Return a film's picture.

    Args:
        film_id: Of MIAS, or a phantom's name.
        source: Where MIAS lies; None for a phantom.

    Raises:
        MammoError: The film cannot be read.
        KeyError: The film is not in `source`.
    """
    if source is None:
        return drawn(int(film_id.split()[1]) - 1).mammogram
    return load_mammogram(film_bytes(film_id, source))


@st.cache_resource(max_entries=8, show_spinner=False)
def outlined(film_id: str, source: Path | None) -> Preprocessed:
    """Return a film as the model sees it, with its masks. Raises as `opened` and `preprocess`."""
    return preprocess(opened(film_id, source))


@st.cache_data(max_entries=2, show_spinner=words.LOOKING)
def thumbnails(source: Path | None, film_ids: tuple[str, ...]) -> dict[str, str]:
    """Return {film_id: small picture as a data URI}, padding cut off; an unreadable film is left out.

    About 3 kB each, so 1 MB for all of MIAS.
    """
    if source is None:
        return {film_id: _thumbnail(opened(film_id, None).pixels) for film_id in film_ids}
    with _one_at_a_time:
        films = _films(source)
        pictures = {film_id: _decoded(films[film_id]) for film_id in film_ids}
    return {film_id: _thumbnail(pixels) for film_id, pixels in pictures.items() if pixels is not None}


def film_bytes(film_id: str, source: Path) -> bytes:
    """Return the bytes of a MIAS film. Raises KeyError where `source` lacks it."""
    with _one_at_a_time:
        return _films(source)[film_id]


def present_films(source: Path) -> tuple[str, ...]:
    """Return the films of MIAS that `source` holds."""
    return tuple(_films(source))


def _films(source: Path) -> Mapping[str, bytes]:
    return open_films(source) if any(source.glob("mdb*.pgm")) else _archive(source)


@st.cache_resource(max_entries=1, show_spinner=False)
def _archive(source: Path) -> Mapping[str, bytes]:
    """Return the archive, opened once for all visitors (opening reads all of it): one may read from it at a time."""
    return open_films(source)


def _decoded(data: bytes) -> np.ndarray | None:
    """Return a PGM's pixels quickly, for a thumbnail; None where it cannot be read."""
    try:
        return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    except cv2.error:  # empty, or declares a size that OpenCV refuses
        return None


def _thumbnail(pixels: np.ndarray) -> str:
    part = find_film(pixels)
    return small_picture(pixels if part is None else pixels[part], _THUMBNAIL_PX)
