"""Scores as rows of a model folder's CSV files: every figure is derived from these."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from mammo_core.evaluate.choose import Chosen
from mammo_core.evaluate.constants import CASES, Constants, cases, log_loss, region_cases
from mammo_core.evaluate.scoring import Scores
from mammo_core.evaluate.study import Study, StudyFilm
from mammo_core.mias.index import woman_of
from mammo_core.mias.splits import load_folds
from mammo_core.network.geometry import REGION_PX

_PROBABILITIES = ("p_normal", "p_benign", "p_malignant")
COLUMNS = {
    "predictions": (
        *("unit", "repeat", "fold", "film_id", "woman_id", "y_true"),
        *(*_PROBABILITIES, "decision", "kind", "x", "y"),
    ),
    "candidates": ("repeat", "fold", "film_id", "x", "y", "width", "height", *_PROBABILITIES),
    "operating_points": ("repeat", "fold", "unit", "point", "threshold"),
    "pointers": ("repeat", "fold", "film_id", "method", "x", "y"),
    "history": (
        *("repeat", "fold", "n_women", "head", "n_components", "inverse_penalty", "whiten", "grain_penalty"),
        *("training_log_loss", "held_out_log_loss"),
    ),
}
"""{file name without `.csv`: its columns}."""
_RANDOM_POINTS = 50


@dataclass(eq=False)
class Rows:
    """Rows of the files named in `COLUMNS`."""

    tables: dict[str, list[dict]] = field(default_factory=lambda: {name: [] for name in COLUMNS})

    def add(self, other: Rows) -> None:
        """Append another part's rows."""
        for name, rows in other.tables.items():
            self.tables[name].extend(rows)

    def write(self, folder: Path) -> None:
        """Write every file into a folder."""
        for name, columns in COLUMNS.items():
            write_rows(folder / f"{name}.csv", columns, self.tables[name])


def write_rows(path: Path, columns: tuple[str, ...], rows: Iterable[dict]) -> None:
    """Write rows as CSV with these columns, in this order."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def score_rows(inner: Scores, outer: Scores, constants: Constants, chosen: Chosen, repeat: int, fold: int) -> Rows:
    """Return one fold's rows.

    Args:
        inner: The scores that `constants` were fitted on.
        outer: The fold's own scores.
        constants: What turns scores into answers.
        chosen: The heads' settings.
        repeat: Which partition.
        fold: Which fold of it.
    """
    tables = {
        "predictions": [*_case_rows(outer, constants), *_region_rows(outer, constants)],
        "candidates": _candidate_rows(outer, constants),
        "operating_points": _point_rows(constants),
        "pointers": _gradcam_rows(outer),
        "history": _history_rows(inner, outer, constants, chosen),
    }
    place = {"repeat": repeat, "fold": fold}
    return Rows({name: [row | place for row in rows] for name, rows in tables.items()})


def _case_rows(scores: Scores, constants: Constants) -> list[dict]:
    """Return the rows of films, breasts and women; one that looks unlike the training films is referred."""
    unlike = [look > constants.look_limit for look in scores.looks]
    breasts = [(i,) for i in scores.breasts()[0]]
    of_case = {"film": [(i,) for i in range(len(scores.films))], "breast": breasts, "woman": scores.women()[0]}
    rows = []
    for case in CASES:
        summaries, labels = cases(scores, case)
        band = constants.points[case].band
        for members, summary, label in zip(of_case[case], summaries, labels, strict=True):
            probabilities = constants.calibration[case](summary)
            decision = "refer" if any(unlike[i] for i in members) else band.decide(probabilities)
            film = scores.films[members[0]]
            film_id = "" if case == "woman" else film.film_id
            row = {"unit": case, "film_id": film_id, "woman_id": film.woman_id, "y_true": int(label)}
            rows.append(row | {"decision": decision, "kind": "", "x": "", "y": ""} | _probabilities(probabilities))
    return rows


def _region_rows(scores: Scores, constants: Constants) -> list[dict]:
    rows = []
    for region, scored in zip(scores.regions, scores.region_margins, strict=True):
        row = {"unit": "region", "film_id": region.film_id, "woman_id": woman_of(region.film_id)}
        row |= {"y_true": region.label, "decision": "", "kind": region.kind}
        row |= {"x": f"{region.x:.1f}", "y": f"{region.y:.1f}"}
        rows.append(row | _probabilities(constants.calibration["region"](scored)))
    return rows


def _candidate_rows(scores: Scores, constants: Constants) -> list[dict]:
    """Return the films' marks; (x, y) is the box's top left corner in film pixels.

    MIAS films are prepared at their own 0.2 mm, so prepared pixels are film pixels.
    """
    rows = []
    for film, marks in zip(scores.films, scores.marks, strict=True):
        for mark in marks:
            x, y = film.grid.to_prepared(np.array(mark.cell)) - REGION_PX / 2
            row = {"film_id": film.film_id, "x": f"{x:.1f}", "y": f"{y:.1f}", "width": REGION_PX, "height": REGION_PX}
            rows.append(row | _probabilities(constants.calibration["candidate"](np.array(mark.scores))))
    return rows


def _point_rows(constants: Constants) -> list[dict]:
    return [
        {"unit": case, "point": point, "threshold": f"{threshold:.6f}"}
        for case in CASES
        for point, threshold in vars(constants.points[case]).items()
    ]


def _gradcam_rows(scores: Scores) -> list[dict]:
    """Return where Grad-CAM points on films with an annotated place; a film with an empty map has no row."""
    points = zip(scores.films, scores.gradcam, strict=True)
    return [_pointer(film.film_id, "gradcam", *point) for film, point in points if point and _has_place(film)]


def baseline_rows(study: Study, seed: int) -> list[dict]:
    """Return the rows of `pointers.csv` that owe nothing to a model: the breast's centre, and points at random."""
    rng = np.random.default_rng(seed)
    rows = []
    for film in filter(_has_place, study.films):
        centres = film.grid.centres()
        rows.append(_pointer(film.film_id, "centre", *centres.mean(axis=0)))
        rows += [_pointer(film.film_id, "random", *centres[i]) for i in rng.integers(len(centres), size=_RANDOM_POINTS)]
    folds = load_folds()
    return [row | {"repeat": 0, "fold": folds[woman_of(row["film_id"])][0]} for row in rows]


def _has_place(film: StudyFilm) -> bool:
    return any(a.circle for a in film.annotations)


def _pointer(film_id: str, method: str, x: float, y: float) -> dict:
    """Return a row; prepared pixels of MIAS films are film pixels."""
    return {"film_id": film_id, "method": method, "x": f"{x:.1f}", "y": f"{y:.1f}"}


def _history_rows(inner: Scores, outer: Scores, constants: Constants, chosen: Chosen) -> list[dict]:
    """Return both heads' settings, and their log loss on the inner scores and on the fold held out."""
    rows = []
    for name in ("film", "region"):
        losses = []
        for scores in (inner, outer):
            values = region_cases(scores) if name == "region" else cases(scores, "film")
            losses.append(log_loss(constants.calibration[name], *values))
        row = {"n_women": len({film.woman_id for film in inner.films}), "head": name, **vars(getattr(chosen, name))}
        rows.append(row | {"training_log_loss": f"{losses[0]:.6f}", "held_out_log_loss": f"{losses[1]:.6f}"})
    return rows


def _probabilities(values: np.ndarray) -> dict[str, str]:
    """Return three probabilities with six digits that still sum to 1."""
    normal, benign = round(float(values[0]), 6), round(float(values[1]), 6)
    return dict(zip(_PROBABILITIES, (f"{normal:.6f}", f"{benign:.6f}", f"{1 - normal - benign:.6f}"), strict=True))
