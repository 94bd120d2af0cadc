"""Agreement of reader and program, who moved whom, and what is saved from the list."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, datetime

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from mammo_core.config import WorklistConfig
from mammo_core.store.agreement import Move, agreement, agreements, moves
from mammo_core.store.exam import Exam, KeptFilm, KeptReading
from mammo_core.store.export import COLUMNS, NAMING_COLUMNS, films_zip, worklist_csv
from mammo_core.store.store import Store
from mammo_core.store.worklist import Worklist, new_key
from mammo_core.types import DECISIONS, LABELS
from tests.store_films import WHO, dicom, film

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def exam(number, program="malignant", before="", after="", why="", woman="", name="film.dcm"):
    answer = {
        "decision": program, "probabilities": dict(zip(LABELS, (0.2, 0.3, 0.5), strict=True)), "suspect": "R",
        "applicability": {"inside": True, "reasons": []},
    }  # fmt: skip
    reading = KeptReading(number, "lite", AT, answer)
    films = (KeptFilm(name, "0" * 64, "R-MLO", ""),)
    seen = reading if after else None
    return Exam(number, woman, "", AT, "read", "", films, (reading,), before, after, why, seen)


def test_kappa_is_that_of_scikit_learn_and_has_an_interval():
    draw = np.random.default_rng(1)
    first = draw.choice(LABELS, 80)
    second = np.where(draw.random(80) < 0.6, first, draw.choice(LABELS, 80))
    found = agreement(first, second, [f"{i // 2}" for i in range(80)])
    assert found.kappa.value == pytest.approx(cohen_kappa_score(first, second))
    assert found.kappa.low < found.kappa.value < found.kappa.high
    assert (found.n, found.left_out, found.same) == (80, 0, int((first == second).sum()))


def test_referred_exams_are_left_out_and_counted():
    found = agreement(["normal", "refer", "benign", ""], ["normal", "normal", "refer", "benign"], list("abcd"))
    assert (found.n, found.left_out, found.same) == (1, 2, 1)


def test_few_women_get_no_interval_however_many_exams():
    first = ["normal", "benign"] * 20
    found = agreement(first, first[::-1], [str(i % 9) for i in range(40)])
    assert np.isnan(found.kappa.low)
    assert "fewer than 10 women" in found.kappa.reason


def test_nothing_answered_is_no_agreement():
    assert {name: found.n for name, found in agreements([exam(1)]).items()} == {"before": 0, "after": 0, "moved": 0}


def test_who_moved_whom_is_told_apart():
    histories = [
        ("malignant", "malignant", "malignant", "agreed from the start"),
        ("normal", "malignant", "malignant", "moved to the program"),
        ("normal", "malignant", "normal", "stayed"),
        ("normal", "malignant", "benign", "moved elsewhere"),
        ("malignant", "malignant", "benign", "moved away"),
        ("normal", "refer", "benign", "referred"),
    ]
    exams = [exam(i, program, before, after) for i, (before, program, after, _) in enumerate(histories)]
    assert [move.kind for move in moves(exams)] == [kind for *_, kind in histories]
    assert moves([exams[1], exams[2], exams[1]])[0] == Move("normal", "malignant", "malignant", 2)
    assert moves([exam(1, before="normal")]) == []


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_the_table_names_nobody_unless_asked():
    text = worklist_csv([exam(1, after="benign", why="Jane's scar", name="Doe.dcm")], "lite")
    assert "Jane" not in text
    assert "Doe" not in text
    assert tuple(rows(text)[0]) == COLUMNS
    named = rows(worklist_csv([exam(1, after="benign", why="Jane's scar", name="Doe.dcm")], "lite", with_names=True))[0]
    assert [named[column] for column in NAMING_COLUMNS] == ["Jane's scar", "Doe.dcm"]


def test_the_table_says_what_the_list_says():
    row = rows(worklist_csv([exam(7, before="normal", after="benign")], "another"))[0]
    wanted = {"exam": "7", "status": "overridden", "model_id": "lite", "stale": "yes", "decision": "malignant"}
    assert {name: row[name] for name in wanted} == wanted
    assert [float(row[f"p_{label}"]) for label in LABELS] == [0.2, 0.3, 0.5]


def test_the_table_hides_what_is_hidden():
    row = rows(worklist_csv([exam(1)], "lite", reader_first=True))[0]
    hidden = COLUMNS[COLUMNS.index("model_id") : COLUMNS.index("reader_before")]
    assert {row[name] for name in hidden} == {""}
    assert rows(worklist_csv([exam(1, before="normal")], "lite", reader_first=True))[0]["decision"] in DECISIONS


@pytest.mark.parametrize("name", ["=1+1.dcm", "+x", "-x", "@x", "\tx"])
def test_no_cell_is_a_formula(name):
    assert rows(worklist_csv([exam(1, name=name)], None, with_names=True))[0]["files"] == f"'{name}"


def test_saved_films_name_nobody_and_what_is_left_out_is_said(tmp_path):
    store = Store(WorklistConfig(tmp_path / "kept"))
    worklist = Worklist(store, new_key())
    owning_up = dicom(1, "L", "1.2.3", BurnedInAnnotation="YES")
    worklist.add([("Doe-R.dcm", dicom(1, "R", "1.2.3")), ("Doe-L.dcm", owning_up)])
    worklist.add([("Doe.pgm", film(3))])
    archive, left_out = films_zip(worklist, worklist.exams())
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        assert packed.namelist() == ["exam-1/1-film.dcm", "exam-2/1-film.png"]
        everything = b"".join(packed.read(name) for name in packed.namelist())
    assert [trace for trace in WHO.values() if trace.encode() in everything] == []
    assert len(left_out) == 1
    assert left_out[0].startswith("Exam 1, film 2:")
    store.close()
