"""What left against right shows on MIAS (`make asymmetry-report`): writes docs/asymmetry.md.

The limits in `mammo_core/film/asymmetry.py` were set with the same films in view, so expect somewhat less elsewhere.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np

from mammo_core import load_mammogram, preprocess
from mammo_core.config import ROOT
from mammo_core.errors import ImageError
from mammo_core.film.asymmetry import MIN_SHARED, REACH_MM, compare_breasts
from mammo_core.metrics.bootstrap import estimate, resample_weights
from mammo_core.mias.films import open_films
from mammo_core.mias.index import N_FILMS, annotations_by_film, film_class, films_of
from mammo_core.types import Circle, Preprocessed

OUT = ROOT / "docs" / "asymmetry.md"
STRONG = 0.5
DRAWS = 50

HEAD = """# Left against right

Written by `make asymmetry-report`; do not edit by hand. `mammo_core/film/asymmetry.py` says what is compared. Its
limits were set with these films in view, so expect somewhat less elsewhere. Intervals are 95 %, by resampling women.

"""


@dataclass(frozen=True)
class Case:
    """One breast of a pair: the woman, her map, where its film has circles, and what a place is held against."""

    woman: int
    film_id: str
    share: np.ndarray
    prepared: Preprocessed
    agree: float

    @property
    def circles(self) -> list[Circle]:
        """The annotated places, in film pixels."""
        return [row.circle for row in annotations_by_film()[self.film_id] if row.circle]

    def inside(self, x: float, y: float) -> bool:
        """Whether a place of the prepared film lies in a circle."""
        at = x * self.prepared.scale[0], y * self.prepared.scale[1]
        return any(np.hypot(at[0] - c.x, at[1] - c.y) <= c.radius_px for c in self.circles)


def pairs() -> tuple[list[tuple[Case, Case]], list[int]]:
    """Return both breasts of every woman who can be compared, and the women who cannot."""
    films = open_films()
    found, failed = [], []
    for woman in range(1, N_FILMS // 2 + 1):
        ids = films_of(woman)
        ready = [preprocess(load_mammogram(films[film_id])) for film_id in ids]
        try:
            seen = compare_breasts(*ready)
        except ImageError:
            failed.append(woman)
            continue
        shares = (seen.first, seen.second)
        cases = [Case(woman, *item, seen.shared) for item in zip(ids, shares, ready, strict=True)]
        found.append(tuple(cases))
    return found, failed


def share_row(name: str, women: list[int], hits: list[float], unit: str) -> str:
    """Return a line of the table: a share with its interval and n."""
    values = np.asarray(hits, np.float64)

    def mean(weights: np.ndarray | None) -> np.ndarray:
        return values.mean() if weights is None else weights @ values / weights.sum(axis=1)

    found = estimate(mean, resample_weights(np.asarray(women)))
    return f"| {name} | {found.value:.2f} | {found.low:.2f} to {found.high:.2f} | {len(hits)} {unit} |\n"


def strongest(case: Case) -> bool:
    """Whether the map's strongest place lies in a circle; an empty map points nowhere."""
    y, x = np.unravel_index(np.argmax(case.share), case.share.shape)
    return bool(case.share.max() > 0) and case.inside(x + 0.5, y + 0.5)


def anywhere(case: Case) -> float:
    """Return how often a place drawn in the breast, muscle left out, lies in a circle."""
    rows, columns = np.nonzero(case.prepared.breast_mask & ~case.prepared.pectoral_mask)
    drawn = np.random.default_rng(0).integers(rows.size, size=DRAWS)
    return float(np.mean([case.inside(columns[i] + 0.5, rows[i] + 0.5) for i in drawn]))


def middle(case: Case) -> bool:
    """Whether the middle of the breast lies in a circle."""
    rows, columns = np.nonzero(case.prepared.breast_mask & ~case.prepared.pectoral_mask)
    return case.inside(columns.mean() + 0.5, rows.mean() + 0.5)


def abnormal_side(pair: tuple[Case, Case]) -> float:
    """Return 1 where the abnormal breast of a pair has the stronger map, 0 where the other has, 0.5 where equal."""
    abnormal, normal = sorted(pair, key=lambda case: film_class(case.film_id) == "normal")
    return float(np.sign(abnormal.share.max() - normal.share.max()) / 2 + 0.5)


def report(found: list[tuple[Case, Case]], failed: list[int]) -> str:
    """Return the report as Markdown."""
    normal = [pair for pair in found if all(film_class(case.film_id) == "normal" for case in pair)]
    one_side = [pair for pair in found if sum(film_class(case.film_id) == "normal" for case in pair) == 1]
    marked = [case for pair in found for case in pair if case.circles]
    women = [case.woman for case in marked]
    agree = np.array([pair[0].agree for pair in found])
    table = "| figure | value | 95 % interval | n |\n|---|---|---|---|\n"
    points = [("its strongest place", strongest), ("a place drawn at random", anywhere), ("the middle", middle)]
    for name, points_at in points:
        hits = [float(points_at(case)) for case in marked]
        table += share_row(f"{name} lies in a radiologist's circle", women, hits, "films with a circle")
    sides = [abnormal_side(pair) for pair in one_side]
    table += share_row(
        "the abnormal breast has the stronger map", [p[0].woman for p in one_side], sides, "women, one side abnormal"
    )
    for limit in (0.0, STRONG):
        lit = [float(max(case.share.max() for case in pair) > limit) for pair in normal]
        name = f"a healthy pair reaches more than {limit:g} somewhere"
        table += share_row(name, [p[0].woman for p in normal], lit, "women, both films normal")
    shares = [np.mean([(c.share[c.prepared.breast_mask] > 0).mean() for c in pair]) for pair in normal]
    table += share_row("part of a healthy pair's area that lights up", [p[0].woman for p in normal], shares, "women")
    return (
        f"{HEAD}{len(found)} of {N_FILMS // 2} women could be compared (outlines agreeing by {MIN_SHARED} or more): "
        f"Dice {agree.mean():.3f}\nin the mean, {agree.min():.2f} at least. Not compared: {failed or 'none'}.\n\n"
        f"{table}\n"
        "So the map is a reason to look twice, and no finding: it points at a lesion more often than chance does, "
        "misses most of\nthem, hardly tells the side, and lights up in healthy pairs. Tissue is held against the "
        f"brightest within {REACH_MM:g} mm of its\nmirror place, so a lesion that faces dense tissue on the other side "
        "leaves no trace.\n"
    )


if __name__ == "__main__":
    OUT.write_text(report(*pairs()), encoding="utf-8")
    print(f"{OUT.name} written", file=sys.stderr)
