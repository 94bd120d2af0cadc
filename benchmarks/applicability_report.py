"""How well the rule of applicability works (`make applicability-report`): writes docs/applicability.md.

Measured on the active model: MIAS out of fold, the demo films, copies of MIAS films that should not matter and copies
that should be noticed, and digital films made up from digitised ones.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from benchmarks.altered_films import OTHER_LOOK, SAME_BREAST, SPACING_MM, WRONG_SPACING, middle
from benchmarks.digital_films import KINDS, digital_film
from mammo_core import load_bundle, load_mammogram, read_film
from mammo_core.config import ROOT
from mammo_core.errors import ImageError
from mammo_core.film.demo_films import DEMO_EXAMS, demo_files
from mammo_core.metrics.bootstrap import Estimate, estimate_mean, estimate_proportion, resample_weights
from mammo_core.mias.films import open_films
from mammo_core.mias.index import FILM_IDS, films_of, woman_of
from mammo_core.mias.phantom import draw_phantom
from mammo_core.network.bundle import Bundle
from mammo_core.reading.demo_exams import demo_exams_applicability
from mammo_core.reading.read_film import doubt_band
from mammo_core.report.pictures import encode_png
from mammo_core.types import FilmReading, Mammogram, pixel_digest

N_WOMEN = 31
DEMO_SPACING_MM = 0.05
NEAR_MM = 10.0
SMALL_POINTS = 1.0


class Outcome(NamedTuple):
    """What a copy of one film did.

    Attributes:
        read: Whether it could be read.
        unlike: Whether the rule found its look unlike the training films'.
        inside: Whether the whole rule let it pass.
        change: P(malignant) less that of the film itself.
        same_decision: Whether the doubt band decides alike, applicability left aside.
        moved_mm: How far the strongest mark moved.
    """

    read: bool
    unlike: bool = True
    inside: bool = False
    change: float = np.nan
    same_decision: bool = False
    moved_mm: float = np.inf


def sample(n_women: int) -> list[tuple[int, str]]:
    """Return (woman, film) of women spread over MIAS, right and left breasts in turn."""
    women = np.linspace(1, len(FILM_IDS) // 2, n_women).round().astype(int)
    return [(int(woman), films_of(int(woman))[i % 2]) for i, woman in enumerate(women)]


def unknowing(bundle: Bundle) -> Bundle:
    """Return the model without its list of training films: it answers for them as for any other film."""
    return replace(bundle, info=bundle.info | {"training_films": {}, "training_breasts": {}})


def as_mlo(pixels: np.ndarray, spacing_mm: float = SPACING_MM) -> Mammogram:
    """Return a film past the door: its view and spacing stated, its polarity left as it is."""
    depth = 8 * pixels.itemsize
    return Mammogram(np.ascontiguousarray(pixels), depth, spacing_mm, None, "MLO", (), pixel_digest(pixels))


def try_to_read(mammogram: Mammogram, bundle: Bundle) -> FilmReading | None:
    """Return the reading, or None where no breast is found."""
    try:
        return read_film(mammogram, bundle)
    except ImageError:
        return None


def through_the_door(pixels: np.ndarray, spacing_mm: float, bundle: Bundle) -> FilmReading | None:
    """Return the reading of a picture file that states nothing, its spacing stated by the reader; None if refused."""
    try:
        mammogram = load_mammogram(encode_png(np.ascontiguousarray(pixels)), pixel_spacing_mm=spacing_mm)
    except ImageError:
        return None
    return try_to_read(mammogram, bundle)


def compare(copy: FilmReading | None, film: FilmReading, bundle: Bundle, moved_mm: float = np.nan) -> Outcome:
    """Return what a copy's reading is beside that of its film."""
    if copy is None:
        return Outcome(False)
    band = doubt_band(bundle, "film")
    return Outcome(
        read=True,
        unlike=any("looks unlike" in reason for reason in copy.applicability.reasons),
        inside=copy.applicability.inside,
        change=copy.probabilities.malignant - film.probabilities.malignant,
        same_decision=band.decide(copy.probabilities) == band.decide(film.probabilities),
        moved_mm=moved_mm,
    )


def measure(n_women: int, bundle: Bundle) -> tuple[dict[str, list[Outcome]], dict[str, list[Outcome]]]:
    """Return {copy: outcome of each film of the sample}, for copies that should not matter and for the others."""
    sources = open_films()
    same: dict[str, list[Outcome]] = {AS_IT_IS: [], **{name: [] for name in SAME_BREAST}}
    other: dict[str, list[Outcome]] = {name: [] for name in OTHER_LOOK}
    for number, (_, film_id) in enumerate(sample(n_women), start=1):
        print(f"{number}/{n_women} {film_id}", file=sys.stderr, flush=True)
        pixels = load_mammogram(sources[film_id]).pixels
        film = through_the_door(pixels, SPACING_MM, bundle)
        same[AS_IT_IS].append(compare(film, film, bundle, 0.0))
        place = middle(film.candidates[0].box)
        for name, copy in SAME_BREAST.items():
            reading = through_the_door(copy.make(pixels), copy.spacing_mm, bundle)
            moved = np.inf
            if reading:
                moved = SPACING_MM * np.hypot(*np.subtract(copy.back(pixels, middle(reading.candidates[0].box)), place))
            same[name].append(compare(reading, film, bundle, float(moved)))
        for name, make in OTHER_LOOK.items():
            spacing_mm = SPACING_MM / 2 if name == WRONG_SPACING else SPACING_MM
            other[name].append(compare(try_to_read(as_mlo(make(pixels), spacing_mm), bundle), film, bundle))
    return same, other


def percent(estimate: Estimate) -> str:
    """Return a share with its interval, in per cent."""
    if np.isnan(estimate.low):
        return f"{100 * estimate.value:.0f} %"
    return f"{100 * estimate.value:.0f} % ({100 * estimate.low:.0f} to {100 * estimate.high:.0f})"


class Columns:
    """Figures over the films of a sample, one woman each."""

    def __init__(self, outcomes: list[Outcome]) -> None:
        self._outcomes = outcomes
        self._women = np.arange(len(outcomes))
        self._weights = resample_weights(self._women)

    def share(self, success: list[bool]) -> str:
        """Return the share of films, with its interval."""
        return percent(estimate_proportion(np.array(success), self._women, self._weights))

    def change(self) -> tuple[str, str]:
        """Return mean and largest change of P(malignant) among films that were read, in percentage points."""
        read = [i for i, outcome in enumerate(self._outcomes) if outcome.read]
        if not read:
            return "", ""
        sizes = np.abs([self._outcomes[i].change for i in read])
        mean = estimate_mean(100 * sizes, self._women[read], self._weights[:, read])
        interval = "" if np.isnan(mean.low) else f" ({mean.low:.1f} to {mean.high:.1f})"
        return f"{mean.value:.1f}{interval}", f"{100 * sizes.max():.0f}"


def same_rows(found: dict[str, list[Outcome]]) -> Iterator[str]:
    """Yield table rows of the copies that should not matter."""
    for name, outcomes in found.items():
        columns = Columns(outcomes)
        mean, largest = columns.change()
        yield _row(
            *(name, len(outcomes), sum(not o.read for o in outcomes), columns.share([o.inside for o in outcomes])),
            *(mean, largest, columns.share([o.same_decision for o in outcomes])),
            columns.share([o.moved_mm <= NEAR_MM for o in outcomes]),
        )


def other_rows(found: dict[str, list[Outcome]]) -> Iterator[str]:
    """Yield table rows of the copies that should be noticed."""
    for name, outcomes in found.items():
        columns = Columns(outcomes)
        mean, largest = columns.change()
        unlike = columns.share([o.unlike for o in outcomes])
        yield _row(name, len(outcomes), sum(not o.read for o in outcomes), unlike, mean, largest)


def what_breaks(same: dict[str, list[Outcome]], other: dict[str, list[Outcome]]) -> Iterator[str]:
    """Yield what the two tables come to: which copies change an answer, and which of these nobody is told about."""
    moves = {name: _mean_change(outcomes) for name, outcomes in (same | other).items() if name != AS_IT_IS}
    elsewhere = {name: sum(o.moved_mm > NEAR_MM for o in outcomes) for name, outcomes in same.items()}
    still = [f"{name} ({moves[name]:.1f})" for name in same if moves.get(name, np.inf) <= SMALL_POINTS]
    moved = [
        f"{name} ({moves[name]:.1f}; the strongest mark elsewhere on {elsewhere[name]} of {len(same[name])} films)"
        for name in same
        if moves.get(name, 0) > SMALL_POINTS
    ]
    unseen = [
        f"{name} ({moves[name]:.1f}; found unlike on {sum(o.unlike for o in outcomes)} of {len(outcomes)} films)"
        for name, outcomes in other.items()
        if moves[name] > SMALL_POINTS and 2 * sum(o.unlike for o in outcomes) < len(outcomes)
    ]
    yield f"In brackets, by how many points P(malignant) changes on average; up to {SMALL_POINTS:.0f} counts as little."
    yield ""
    yield f"- Change little, as they should: {'; '.join(still) or 'none'}."
    yield f"- Should not matter and do: {'; '.join(moved) or 'none'}."
    yield f"- Look unlike, matter, and are noticed on fewer than half of the films: {'; '.join(unseen) or 'none'}."


def _mean_change(outcomes: list[Outcome]) -> float:
    """Return the mean absolute change of P(malignant) among films that were read, in points; NaN if none was."""
    sizes = [abs(outcome.change) for outcome in outcomes if outcome.read]
    return 100 * float(np.mean(sizes)) if sizes else np.nan


def mias_share(bundle: Bundle) -> str:
    """Return the share of MIAS films that the look limit of their fold puts outside, with its interval over women."""
    outside = np.isin(FILM_IDS, bundle.info["training_films_outside"])
    women = np.array([woman_of(film_id) for film_id in FILM_IDS])
    share = estimate_proportion(outside, women, resample_weights(women))
    value, low, high = (f"{100 * part:.1f}" for part in share[:3])
    return f"{outside.sum()} of {len(FILM_IDS)}: {value} % ({low} to {high})"


def demo_rows(bundle: Bundle) -> Iterator[str]:
    """Yield table rows of the demo films, as they come and with their spacing stated."""
    stated = demo_exams_applicability(bundle, DEMO_SPACING_MM)
    for silent, spoken in zip(demo_exams_applicability(bundle), stated, strict=True):
        yield _row(silent["file"], " ".join(silent["reasons"]) or "inside", " ".join(spoken["reasons"]) or "inside")


def digital_rows(bundle: Bundle) -> Iterator[str]:
    """Yield table rows of digital films made from a demo film and from a phantom."""
    sources = {"demo film": load_mammogram(demo_files(DEMO_EXAMS[0])[-1][1], pixel_spacing_mm=DEMO_SPACING_MM)}
    sources["phantom"] = draw_phantom(2, 512, artefacts=False).mammogram
    for kind in KINDS:
        for name, film in sources.items():
            reading = read_film(load_mammogram(digital_film(film, kind)), bundle)
            reasons = " ".join(reading.applicability.reasons)
            shares = ", ".join(f"{100 * share:.0f} %" for share in reading.probabilities)
            yield _row(kind, name, reading.decision, shares, len(reading.candidates), reasons)


def _row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def _table(heads: tuple[str, ...], rows: Iterator[str]) -> str:
    return "\n".join([_row(*heads), f"|{'---|' * len(heads)}", *rows])


def report(n_women: int) -> str:
    """Return docs/applicability.md."""
    bundle = load_bundle()
    same, other = measure(n_women, unknowing(bundle))
    rule = bundle.info["applicability"]
    return TEXT.format(
        model=bundle.model_id,
        limit=f"{rule['look_limit']:.2f}",
        mias=mias_share(bundle),
        n=n_women,
        demo=_table(("film", "as it comes", f"with {DEMO_SPACING_MM} mm a pixel stated"), demo_rows(bundle)),
        same=_table(SAME_HEADS, same_rows(same)),
        other=_table(OTHER_HEADS, other_rows(other)),
        breaks="\n".join(what_breaks(same, other)),
        digital=_table(DIGITAL_HEADS, digital_rows(bundle)),
    )


AS_IT_IS = "the film as it is"
SAME_HEADS = (
    *("copy", "n", "not read", "inside", "change of P(malignant), points", "largest", "same decision"),
    f"strongest mark within {NEAR_MM:.0f} mm",
)
OTHER_HEADS = ("copy", "n", "not read", "found unlike", "change of P(malignant), points", "largest")
DIGITAL_HEADS = ("kind", "made from", "decision", "normal, benign, malignant", "marks", "reasons")
TEXT = """# Applicability: is the film of the kind the model learned from?

Written by `make applicability-report`; do not edit by hand. Model `{model}`. Intervals are 95 %, by bootstrap over
women. The rule (`mammo_core/reading/applicability.py`): a film is outside, and referred, when its tags put it there
(another view, an implant, digital acquisition), when view or pixel spacing is unknown, or when it looks unlike the
training films: when its mean features over the breast lie further from theirs than {limit} typical deviations. 99 % of
training films stay under that limit.

## Films of the training set, out of fold

Put outside by the limit of the other folds, although they are of the same kind: {mias}.

## Films of another archive

The demo exams are digitised films of another country and scanner (CBIS-DDSM). They state no pixel spacing, so all are
outside as they come. The right column states it: then a CC view is still outside, and an MLO view is judged by its look
alone.

{demo}

## What must not matter

{n} films of {n} women of MIAS (right and left in turn), each copied and sent in as a PNG that states nothing, with its
pixel spacing given by the reader. The model answers as for an unknown film, although it has seen these: the table is
about differences between copies, not about being right. `inside` is the whole rule (view found from the muscle, look);
changes are absolute, in percentage points; decisions are those of the doubt band, applicability left aside.

{same}

A copy with the same breast (mirrored, 16 bits, most borders) of a film that the model was trained on is recognised as
that film anyway and shows its out-of-fold answer; that was switched off here.

## What should be noticed

The same films, copied so that they look different, with view and spacing stated: only the look can give them away. The
last columns say what the change does to P(malignant), noticed or not.

{other}

## What breaks

{breaks}

Send films as the archive keeps them, not enhanced. Part of this is because the model knows these very films;
docs/model_notes.md has the same out of fold.

## Digital mammograms

Made from a demo film and a phantom with pydicom (`benchmarks/digital_films.py`): 70 micron, the grey scale and the tags
of the real thing. All open, are shown with probabilities and marks, and are referred.

{digital}

## What is not known

- No real digital mammogram and no third archive were at hand. How far the model's figures fall on them is not measured
  here; that is why they are referred.
- The look is one distance over the whole breast: a change in a small part of it goes unnoticed, and so does any change
  that the table above shows with a low share.
- The limit was set on MIAS, and the copies are of MIAS films too: expect other shares elsewhere.
"""


def main(arguments: list[str]) -> None:
    """Measure and write docs/applicability.md."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--women", type=int, default=N_WOMEN, help="how many women, one film each")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "applicability.md")
    options = parser.parse_args(arguments)
    cv2.setNumThreads(1)
    options.out.write_text(report(options.women), encoding="utf-8")
    print(f"written: {options.out}")


if __name__ == "__main__":
    main(sys.argv[1:])
