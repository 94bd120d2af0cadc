"""The MIAS index: what is known of each film, with every trap of the published list handled here and only here.

The traps of ``Info.txt``: its y counts from the bottom (flipped here to the top-left origin), a film may have several
rows (the worst class is the film's), three rows say ``*NOTE 3*`` instead of a place, one row (mdb059) gives nothing,
and films 2k - 1 and 2k are the two breasts of one woman. Sources contradict each other on which of the two numbers is
the left breast, so laterality is never taken from the number.

Source: J Suckling et al (1994), "The Mammographic Image Analysis Society Digital Mammogram Database", Excerpta Medica,
International Congress Series 1069, 375-378.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from mammo_core.config import DATA_DIR
from mammo_core.errors import DatasetError
from mammo_core.types import LABELS, Annotation, Circle

FILM_SIZE = 1024
"""Height and width of every film, in pixels of 0.2 mm."""
N_FILMS = 322
N_ROWS = 330
FILM_IDS = tuple(f"mdb{number:03d}" for number in range(1, N_FILMS + 1))
ANNOTATIONS_PATH = DATA_DIR / "annotations.csv"

_COLUMNS = ("film_id", "woman_id", "background_tissue", "abnormality", "severity", "x", "y", "radius_px")
_SEVERITIES = {"B": "benign", "M": "malignant"}
_FILM_ID = re.compile(r"mdb(\d{3})")
_ROW = re.compile(
    r"(?P<film_id>mdb\d{3})\s+(?P<tissue>[FGD])\s+"
    r"(?:NORM|(?P<abnormality>CALC|CIRC|SPIC|MISC|ARCH|ASYM)\s+(?P<severity>[BM])"
    r"(?:\s+(?P<x>\d+)\s+(?P<y>\d+)\s+(?P<radius>\d+)|\s+\*NOTE 3\*)?)\s*"
)


def woman_of(film_id: str) -> int:
    """Return the woman (1 to 161) of a film `mdb001` to `mdb322`. Raises ValueError for any other name."""
    match = _FILM_ID.fullmatch(film_id)
    if not match or not 1 <= int(match[1]) <= N_FILMS:
        raise ValueError(f"expected a film from mdb001 to mdb322, not {film_id!r}")
    return (int(match[1]) + 1) // 2


def films_of(woman_id: int) -> tuple[str, str]:
    """Return the two films of a woman (1 to 161). Raises ValueError for any other number."""
    if not 1 <= woman_id <= N_FILMS // 2:
        raise ValueError(f"expected a woman from 1 to {N_FILMS // 2}, not {woman_id}")
    return FILM_IDS[2 * woman_id - 2], FILM_IDS[2 * woman_id - 1]


def parse_index(text: str) -> tuple[Annotation, ...]:
    """Parse the text of ``Info.txt``, one annotation a row, in the order of the list.

    Args:
        text: The whole file, or a part of it; lines that do not begin with a film's name are prose.

    Returns:
        Annotations with a top-left origin: row = 1023 - y.

    Raises:
        DatasetError: A line begins with a film's name but cannot be understood.
    """
    lines = ((number, line.strip()) for number, line in enumerate(text.splitlines(), start=1))
    return tuple(_parse_row(number, line) for number, line in lines if _FILM_ID.match(line))


def _parse_row(number: int, line: str) -> Annotation:
    """Return the annotation of one row of the list."""
    match = _ROW.fullmatch(line)
    if not match or match["film_id"] not in FILM_IDS:
        raise DatasetError(
            f"line {number} of the MIAS index cannot be understood: {line!r}. Expected a film, its tissue, an "
            "abnormality, a severity and three numbers; use the Info.txt that comes with the films."
        )
    circle = None
    if match["x"]:
        circle = Circle(float(match["x"]), float(FILM_SIZE - 1 - int(match["y"])), float(match["radius"]))
    return Annotation(
        film_id=match["film_id"],
        woman_id=woman_of(match["film_id"]),
        background_tissue=match["tissue"],
        abnormality=match["abnormality"] or "NORM",
        severity=_SEVERITIES.get(match["severity"], "normal"),
        circle=circle,
    )


def check_complete(annotations: Iterable[Annotation]) -> None:
    """Raise DatasetError unless the annotations are all 330 rows of all 322 films."""
    annotations = tuple(annotations)
    missing = sorted(set(FILM_IDS) - {row.film_id for row in annotations})
    if missing or len(annotations) != N_ROWS:
        raise DatasetError(
            f"the MIAS index has {N_ROWS} rows for {N_FILMS} films; this one has {len(annotations)} rows and lacks "
            f"{len(missing)} films {missing[:5]}. Use the whole Info.txt, or restore data/annotations.csv."
        )


def format_annotations(annotations: Iterable[Annotation]) -> str:
    """Return annotations as the text of ``data/annotations.csv`` (top-left origin, empty where unknown)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in annotations:
        place = (row.circle.x, row.circle.y, row.circle.radius_px) if row.circle else ()
        numbers = [f"{value:g}" for value in place] or [""] * 3
        writer.writerow([row.film_id, row.woman_id, row.background_tissue, row.abnormality, row.severity, *numbers])
    return out.getvalue()


@cache
def load_annotations(path: Path = ANNOTATIONS_PATH) -> tuple[Annotation, ...]:
    """Read the committed index: all 330 rows, in the order of the published list.

    Raises:
        DatasetError: The file is missing, has other columns or lacks rows.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise DatasetError(f"the MIAS index {path.name} is part of the project but cannot be read: {error}") from None
    rows = csv.DictReader(io.StringIO(text))
    if tuple(rows.fieldnames or ()) != _COLUMNS:
        raise DatasetError(f"{path.name} must have the columns {', '.join(_COLUMNS)}, not {rows.fieldnames}")
    try:
        annotations = tuple(_from_csv(row) for row in rows)
    except (TypeError, ValueError) as error:
        raise DatasetError(f"{path.name} has a row that cannot be understood ({error}); restore it from git") from None
    check_complete(annotations)
    return annotations


def _from_csv(row: dict[str, str]) -> Annotation:
    """Return the annotation of one CSV row."""
    circle = Circle(float(row["x"]), float(row["y"]), float(row["radius_px"])) if row["x"] else None
    if row["severity"] not in LABELS or int(row["woman_id"]) != woman_of(row["film_id"]):
        raise ValueError(f"severity or woman of {row['film_id']}")
    return Annotation(
        row["film_id"], int(row["woman_id"]), row["background_tissue"], row["abnormality"], row["severity"], circle
    )


@cache
def annotations_by_film() -> Mapping[str, tuple[Annotation, ...]]:
    """Return {film_id: its rows} for all 322 films."""
    by_film = defaultdict(list)
    for row in load_annotations():
        by_film[row.film_id].append(row)
    return MappingProxyType({film_id: tuple(by_film[film_id]) for film_id in FILM_IDS})


def film_class(film_id: str) -> str:
    """Return the film's class: the worst severity among its rows (207 normal, 63 benign, 52 malignant films)."""
    woman_of(film_id)
    return LABELS[max(LABELS.index(row.severity) for row in annotations_by_film()[film_id])]


def woman_class(woman_id: int) -> str:
    """Return the worse class of a woman's two films."""
    return max((film_class(film_id) for film_id in films_of(woman_id)), key=LABELS.index)


def background_tissue(film_id: str) -> str:
    """Return F (fatty), G (fatty-glandular) or D (dense-glandular): not BI-RADS density."""
    woman_of(film_id)
    return annotations_by_film()[film_id][0].background_tissue
