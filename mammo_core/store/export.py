"""What leaves the worklist: a table, and films; both without what names a person unless that is asked for."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence

from pydicom.uid import generate_uid

from mammo_core.errors import MammoError
from mammo_core.film.deidentify import deidentify
from mammo_core.store.exam import Exam
from mammo_core.store.worklist import Worklist
from mammo_core.types import LABELS

COLUMNS = (
    "exam", "known_as", "films", "status", "failed_because", "model_id", "stale", "read_at", "decision",
    *(f"p_{label}" for label in LABELS), "inside_training", "suspect_breast", "reader_before", "reader_after",
)  # fmt: skip
NAMING_COLUMNS = ("reason", "files")
"""Free text of the reader, and names of files: both may name a person."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def worklist_csv(
    exams: Sequence[Exam], active: str | None, *, reader_first: bool = False, with_names: bool = False
) -> str:
    """Return exams as a table, one row each.

    Args:
        exams: In the order of the rows.
        active: The active model's id, by which readings are stale or not.
        reader_first: Leaves the program's answer out of exams that the reader has not answered.
        with_names: Adds `NAMING_COLUMNS`.
    """
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow((*COLUMNS, *(NAMING_COLUMNS if with_names else ())))
    for exam in exams:
        row = [
            exam.number,
            exam.origin,
            " ".join(film.place or "?" for film in exam.films),
            exam.status,
            exam.reason,
            *_program(exam, active, hidden=exam.hidden(reader_first)),
            exam.before,
            exam.after,
        ]
        if with_names:
            row += [exam.why, "; ".join(film.name for film in exam.films)]
        table.writerow([_harmless(value) for value in row])
    return out.getvalue()


def films_zip(worklist: Worklist, exams: Sequence[Exam]) -> tuple[bytes, list[str]]:
    """Return the films of exams as a zip archive of copies that name nobody.

    Returns:
        The archive, with a folder an exam, and why films were left out, one sentence each.
    """
    out, left_out = io.BytesIO(), []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for exam in exams:
            study_uid = str(generate_uid(prefix=None))
            for i, film in enumerate(exam.films, start=1):
                try:
                    copy, suffix = deidentify(worklist.film(film), study_uid)
                except MammoError as error:
                    left_out.append(f"Exam {exam.number}, film {i}: {error}")
                    continue
                place = film.place.replace("?", "x") or "film"
                packed.writestr(f"exam-{exam.number}/{i}-{place}{suffix}", copy)
    return out.getvalue(), left_out


def _program(exam: Exam, active: str | None, *, hidden: bool) -> list[object]:
    """Return the columns `model_id` to `suspect_breast`; empty where there is no answer, or none to be shown."""
    reading = exam.reading
    if reading is None or hidden:
        return [""] * 9
    stale = "yes" if exam.stale(active) else "no"
    shares = [f"{share:.6f}" for share in reading.probabilities]
    inside = "yes" if reading.inside else "no"
    read_at = reading.read_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return [reading.model_id, stale, read_at, reading.decision, *shares, inside, reading.answer["suspect"] or ""]


def _harmless(value: object) -> object:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
