"""What is known of an exam's films: the radiologists' circles of MIAS, or what the archive of the demo exams says.

A film is known by its pixels, whatever file it came in and wherever the visitor hung it.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from mammo_core.mias.checksums import film_of_digest
from mammo_core.report.marks import draw_circles, in_colour
from mammo_core.ui.case import OpenFilm
from mammo_core.ui.dataset_films import mias_films
from mammo_core.ui.words import dataset as dataset_words
from mammo_core.ui.words import exam as words
from mammo_core.ui.words import walk as walk_words

DEMO_BREASTS = {
    "6a7a37bac6743a196e2184ebeaa01efd01ae3961fb9696a0882a94183a7b117d": ("sfm-malign-0", "L"),
    "30b5753982217f68b83a4bfd7135fcfe08d30128c16015549fc047295276d503": ("sfm-malign-0", "L"),
    "ffb6ab9e041b696fb749ad73295c14e4ce3234ade8ee8f68ad027ae080cb18b1": ("sfm-malign-0", "R"),
    "754fa3e75f17098d14687ba42929fa68cc1dc67178a61f34a57febc493bfa8a8": ("sfm-malign-0", "R"),
    "58f6ff8d80b2a94921170ef0d299e60d02573e813a907273389a518b71c270b4": ("sfm-benign-0", "L"),
    "bad067548771109512adcfcdf6db875786bd0f13298cec9c570203cfcd64b630": ("sfm-benign-0", "L"),
    "c63ec379dc374297f91b7b7e1a99869fae403af3a96d5d5b28e01eaeca2ceeae": ("sfm-benign-0", "R"),
    "ad8a60625cdd2003de6a6f9f7927e206c3d53e8fa7f01dd007065f0bbc847acc": ("sfm-benign-0", "R"),
}
"""{pixel digest of a demo film: (exam, breast)}: to hash the eight files anew takes a visitor 80 MB of reading."""


def is_known(film: OpenFilm) -> bool:
    """Return whether there is anything to tell of a film."""
    digest = film.mammogram.digest
    return digest in DEMO_BREASTS or film_of_digest(digest) is not None


def with_truth(film: OpenFilm) -> np.ndarray:
    """Return the film, H x W x 3 uint8 RGB with the radiologists' circles; untouched where nobody drew any."""
    film_id = film_of_digest(film.mammogram.digest)
    if film_id is None:
        return film.mammogram.pixels
    picture = in_colour(film.mammogram.pixels)
    draw_circles(picture, mias_films()[film_id].circles)
    return picture


def truth_in_words(films: Iterable[OpenFilm]) -> str:
    """Return what is known of films: of MIAS film by film, of the demo exams breast by breast with the source."""
    digests = [film.mammogram.digest for film in films]
    told = [_of_mias(film_id) for digest in digests if (film_id := film_of_digest(digest))]
    demos = dict.fromkeys(DEMO_BREASTS[digest] for digest in digests if digest in DEMO_BREASTS)
    told += [_of_breast(*demo) for demo in demos]
    return " ".join([*told, walk_words.ARCHIVE] if demos else told)


def _of_mias(film_id: str) -> str:
    places = mias_films()[film_id].places
    if not places:
        return words.TRUTH_NORMAL.format(film_id=film_id)
    return words.TRUTH.format(film_id=film_id, places="; ".join(map(dataset_words.place_text, places)))


def _of_breast(exam: str, side: str) -> str:
    label, what = walk_words.TRUTHS[exam][side]
    return walk_words.TRUTH_ROW.format(side=walk_words.SIDES[side].capitalize(), what=what, label=label)
