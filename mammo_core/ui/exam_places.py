"""Where the films of an exam hang: right beside left, CC before MLO, each place with one film."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mammo_core.types import PLACES
from mammo_core.ui.case import OpenFilm
from mammo_core.ui.words import exam as words

OUT = "out"


@dataclass(frozen=True)
class Hanging:
    """Which film hangs where.

    Attributes:
        places: {place: film}, in the order of `PLACES`; an empty place is missing.
        out: {key of a film that does not hang: why}, one sentence each.
        women: The women whose films hang, as far as that is known (see `OpenFilm.woman`).
    """

    places: Mapping[str, OpenFilm]
    out: Mapping[str, str]
    women: tuple[str, ...]

    @property
    def views(self) -> tuple[str, ...]:
        """The views of which a film hangs."""
        return tuple(view for view in ("CC", "MLO") if any(place.endswith(view) for place in self.places))

    @property
    def pairs(self) -> tuple[str, ...]:
        """The views of which both breasts hang."""
        return tuple(view for view in self.views if {f"R-{view}", f"L-{view}"} <= set(self.places))

    @property
    def missing(self) -> tuple[str, ...]:
        """The empty places beside a film of the same view."""
        return tuple(place for place in PLACES if place[2:] in self.views and place not in self.places)


def hang(films: Sequence[OpenFilm], woman: str, choices: Mapping[str, str]) -> Hanging:
    """Hang a woman's films. What the visitor chose goes first; else the first film of a place gets it.

    A film of another woman hangs only where the visitor chose so.

    Args:
        films: All open films.
        woman: The one whose exam is shown.
        choices: {film's key: a place, or `OUT`} of the films that the visitor placed.
    """
    places: dict[str, OpenFilm] = {}
    out: dict[str, str] = {}
    for film in sorted(films, key=lambda film: film.key not in choices):
        place = choices.get(film.key, film.filed_as if film.woman == woman else OUT)
        if place == OUT:
            out[film.key] = words.OUT_CHOSEN if film.key in choices else words.OUT_OTHER
        elif place not in PLACES:
            out[film.key] = words.out_unknown(film.filed_as)
        elif place in places:
            out[film.key] = words.OUT_DOUBLED.format(place=place)
        else:
            places[place] = film
    hung = {place: places[place] for place in PLACES if place in places}
    women = tuple(dict.fromkeys(film.woman for film in hung.values() if film.woman))
    return Hanging(hung, out, women)
