"""The Worklist page and the reader's card: adding, opening, answering first, overriding, undoing; and who sees what."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import contextmanager

import pytest
import streamlit as st
from sqlalchemy import select, update
from streamlit.testing.v1 import AppTest

from mammo_core.config import ROOT
from mammo_core.network.bundle import load_bundle
from mammo_core.store import queue
from mammo_core.store.database import SQLITE_NAME
from mammo_core.store.models import ExamRow, ReadingRow
from mammo_core.store.worklist import Worklist
from mammo_core.types import LABELS
from mammo_core.ui import worklist_wake
from mammo_core.ui.read_open import plain
from mammo_core.ui.words import exam as exam_words
from mammo_core.ui.words import worklist as words
from mammo_core.ui.worklist_store import store
from tests.store_films import WHO, dicom, film, pair, reading_once, zipped

_NAMING = dicom(5)
LIST, EXAM, READ, EXPLAIN = (f"pages/{name}.py" for name in ("worklist", "exam", "read", "explanations"))


@pytest.fixture(autouse=True)
def kept(tmp_path, monkeypatch):
    """A worklist's folder of this test's own; what waits is read when the test says so."""
    monkeypatch.setenv("MAMMO_WORKLIST_DIR", str(tmp_path / "kept"))
    monkeypatch.setattr(worklist_wake, "read_on", lambda: False)
    for name in ("worklist_add", "worklist_do"):
        monkeypatch.setattr(f"mammo_core.ui.{name}.read_on", lambda: False)
    yield tmp_path / "kept"
    store().close()


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).switch_page(LIST).run()


@pytest.fixture(scope="module")
def bundle():
    return load_bundle()


@pytest.fixture
def filled(app, bundle, monkeypatch):
    """The page with two exams that were read: a woman's pair, and one film that names somebody."""
    monkeypatch.setattr(queue, "_read", reading_once(queue._read))
    bring(app, ("day.zip", zipped(dict(pair()))), ("Doe.dcm", _NAMING))
    queue.read_waiting(store(), lambda: bundle)
    return run(app)


def run(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception
    return app


def bring(app: AppTest, *files: tuple[str, bytes]) -> AppTest:
    for name, data in files:
        app.file_uploader[0].upload(name, data)
    return run(app)


def go(app: AppTest, page: str) -> AppTest:
    return run(app.switch_page(page))


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click()
    return run(app)


def open_exam(app: AppTest, number: int) -> AppTest:
    """Open an exam, and stay on its page: AppTest does not follow a switch of pages beyond one run."""
    press(app, f"worklist_open_{number}")
    return go(app, EXAM)


def shown(app: AppTest) -> str:
    kinds = (app.html, app.markdown, app.caption, app.error, app.info, app.warning, app.title, app.header)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def rows(app: AppTest) -> list[str]:
    return [element.value for element in app.html if 'class="exam"' in element.value]


def program_says(decision: str) -> None:
    """Let the program have decided so, whichever model is active."""
    with store().session() as session:
        for reading in session.scalars(select(ReadingRow)):
            reading.answer = reading.answer | {"decision": decision}


def program_suspects(number: int) -> None:
    """Let this exam be almost surely malignant, and the others almost surely normal."""
    with store().session() as session:
        for reading in session.scalars(select(ReadingRow)):
            least = session.get(ExamRow, reading.exam_id).number != number
            shares = dict(zip(LABELS, (0.98, 0.01, 0.01) if least else (0.01, 0.01, 0.98), strict=True))
            reading.answer = reading.answer | {"probabilities": shares}


def program_refuses(*numbers: int) -> None:
    """Let these exams alone be outside what the model learned."""
    with store().session() as session:
        for reading in session.scalars(select(ReadingRow)):
            inside = session.get(ExamRow, reading.exam_id).number not in numbers
            refused = {"decision": "refer", "applicability": {"inside": inside, "reasons": []}}
            reading.answer = reading.answer | refused


def tells(app: AppTest) -> bool:
    """Return whether anything of the program's answer is on the page."""
    return any(trace in shown(app) for trace in ('data-share="', 'data-decision="', 'class="reasons"', "Grad-CAM"))


def test_a_click_while_films_are_put_on_the_list_loses_none_of_them(app, monkeypatch):
    add, clicks = Worklist.add, [False, False, True]

    def add_disturbed(worklist, files, progress):
        return add(worklist, files, lambda n: st.rerun() if clicks.pop() else progress(n))

    monkeypatch.setattr(Worklist, "add", add_disturbed)
    bring(app, *pair())
    assert not clicks
    assert len(rows(app)) == 1
    assert words.counted(2, "film") in rows(app)[0]


def test_the_empty_page_invites_and_keeps_nothing(app, kept):
    assert app.title[0].value == words.TITLE
    assert words.EMPTY_TEXT in shown(app)
    assert app.button(key="worklist_demo")
    assert "list" not in app.query_params
    assert str(kept) in shown(app)


def test_the_demo_exams_are_put_on_the_list_with_one_click(app):
    press(app, "worklist_demo")
    assert len(rows(app)) == 2
    assert "Demo exam A" in shown(app)
    assert "cancer" not in "".join(rows(app))


def test_a_refused_exam_says_so_in_its_row_and_its_order_is_not_to_be_relied_on(filled):
    program_refuses(1)
    run(filled)
    refused, doubted = sorted(rows(filled), key=lambda row: 'data-exam="2"' in row)
    assert exam_words.OUTSIDE[0] in refused
    assert 'class="bar" data-outside' in refused
    assert words.ANSWERS["refer"] in doubted
    assert "data-outside" not in doubted
    assert words.ORDER_OUTSIDE in shown(filled)
    filled.text_input(key="worklist_find").set_value("2")
    assert words.ORDER_OUTSIDE not in shown(run(filled))
    filled.text_input(key="worklist_find").set_value("")
    filled.toggle(key="worklist_reader_first").set_value(True)
    assert words.ORDER_OUTSIDE not in shown(run(filled))


def test_no_status_takes_the_word_that_means_reported_to_a_radiologist(filled):
    assert all(">To answer<" in row for row in rows(filled))
    assert not {"Read", "Unread"} & set(words.STATUSES.values())


def test_a_zip_becomes_exams_and_what_is_no_film_is_said(app):
    day = {"a/R.pgm": film(1, "R"), "a/L.pgm": film(1, "L"), "b/x.pgm": film(2), "c.pdf": b"%PDF"}
    bring(app, ("day.zip", zipped(day)))
    assert len(rows(app)) == 2
    assert all(words.STATUSES["unread"] in row for row in rows(app))
    assert "c.pdf" in shown(app)
    assert "PDF document" in shown(app)
    press(app, "worklist_dismiss")
    assert "c.pdf" not in shown(app)


def test_exams_are_sorted_by_suspicion(filled):
    for suspect, expected in ((1, ["1", "2"]), (2, ["2", "1"])):
        program_suspects(suspect)
        assert [row.split('data-exam="')[1][0] for row in rows(run(filled))] == expected


def test_filters_leave_what_matches(filled):
    filled.text_input(key="worklist_find").set_value("doe").run()
    assert len(rows(filled)) == 1
    filled.text_input(key="worklist_find").set_value("nobody").run()
    assert rows(filled) == []
    press(filled, "worklist_clear")
    assert len(rows(filled)) == 2


def test_names_are_shown_on_asking_only(filled):
    assert WHO["PatientName"] not in shown(filled)
    number = next(row.split('data-exam="')[1][0] for row in rows(filled) if "1 film" in row)
    press(filled, f"worklist_details_{number}")
    assert WHO["PatientName"] in shown(filled)


def test_an_exam_opens_on_the_exam_page(filled):
    press(filled, "worklist_open_1")
    assert words.WOMAN.format(number=1) in shown(filled)
    assert words.PROGRAM_SAID.split("(")[0] in shown(filled)
    assert len(filled.session_state["case"].films) == 2


def test_a_film_that_has_gone_is_named_where_the_exam_is_opened(filled):
    worklist = Worklist(store(), filled.session_state["worklist_key"])
    gone = worklist.exam(1).films[0]
    store().forget_film(worklist.id, gone.digest)
    open_exam(filled, 1)
    assert "The film's file has gone" in shown(filled)
    assert [kept.name for kept in filled.session_state["case"].films.values()] == [worklist.exam(1).films[1].name]


def test_opening_the_next_exam_closes_the_last_one(filled):
    press(filled, "worklist_open_1")
    go(filled, LIST)
    press(filled, "worklist_open_2")
    assert [kept.name for kept in filled.session_state["case"].films.values()] == ["Doe.dcm"]


@pytest.mark.parametrize("page", [EXAM, READ])
def test_reader_first_hides_the_program_until_the_reader_has_answered(filled, page):
    program_says("malignant")
    run(filled)
    assert tells(filled)
    filled.toggle(key="worklist_reader_first").set_value(True).run()
    assert not tells(filled)
    assert [row.split('data-exam="')[1][0] for row in rows(filled)] == ["1", "2"]
    press(filled, "worklist_open_1")
    go(filled, page)
    assert not tells(filled)
    assert not [b for b in filled.button if b.key == "reader_agree"]
    go(filled, EXPLAIN)
    assert words.EXPLAIN_HIDDEN in shown(filled)
    go(filled, page)
    filled.radio[0].set_value("benign").run()
    press(filled, "reader_record")
    assert tells(filled)
    assert filled.button(key="reader_agree")
    go(filled, LIST)
    assert sum("data-share" in row for row in rows(filled)) == 1


def test_the_mode_is_kept_with_the_list(filled):
    filled.toggle(key="worklist_reader_first").set_value(True).run()
    again = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    again.query_params["list"] = filled.query_params["list"]
    again.switch_page(LIST).run()
    assert again.toggle(key="worklist_reader_first").value is True
    assert len(rows(again)) == 2


def test_an_override_needs_a_reason_and_can_be_undone(filled):
    program_says("malignant")
    open_exam(filled, 1)
    filled.radio(key="reader_after_1").set_value("benign").run()
    press(filled, "reader_record_after")
    assert "Say why" in shown(filled)
    filled.text_input(key="reader_reason_1").set_value("an old scar").run()
    press(filled, "reader_record_after")
    assert "You override the program" in shown(filled)
    go(filled, LIST)
    assert 'data-status="overridden"' in "".join(rows(filled))
    assert "kappa" in shown(filled)
    press(filled, "worklist_undo_button")
    assert 'data-status="overridden"' not in "".join(rows(filled))


def test_a_readers_reason_is_shown_as_it_is_written(filled):
    written = "![seen](http://elsewhere.example/pixel.png)"
    program_says("malignant")
    open_exam(filled, 1)
    filled.radio(key="reader_after_1").set_value("benign").run()
    filled.text_input(key="reader_reason_1").set_value(written).run()
    press(filled, "reader_record_after")
    assert words.REASON.format(reason=plain(written)) in shown(filled)
    assert written not in shown(filled)


def test_what_is_recorded_is_what_is_chosen_when_the_button_is_pressed(filled):
    program_says("refer")
    filled.toggle(key="worklist_reader_first").set_value(True).run()
    open_exam(filled, 1)
    filled.radio[0].set_value("benign").run()
    filled.radio[0].set_value("malignant")  # and the button at once, before the page is drawn with it
    press(filled, "reader_record")
    filled.radio(key="reader_after_1").set_value("normal")
    press(filled, "reader_record_after")
    exam = Worklist(store(), filled.session_state["worklist_key"]).exam(1)
    assert (exam.before, exam.after) == ("malignant", "normal")


def test_agreeing_is_one_click_and_offers_the_next_exam(filled):
    program_says("normal")
    first, second = (int(row.split('data-exam="')[1][0]) for row in rows(run(filled)))
    open_exam(filled, first)
    press(filled, "reader_agree")
    assert "You agree with the program" in shown(filled)
    assert filled.button(key="reader_next").label == words.NEXT.format(number=second)


def test_who_moved_whom_is_shown(filled):
    program_says("malignant")
    filled.toggle(key="worklist_reader_first").set_value(True).run()
    open_exam(filled, 1)
    filled.radio[0].set_value("benign").run()
    press(filled, "reader_record")
    press(filled, "reader_agree")
    go(filled, LIST)
    assert words.MOVES["moved to the program"] in shown(filled)


def test_films_that_are_not_on_the_list_are_answered_for_the_session(filled, demo_film):
    filled.toggle(key="worklist_reader_first").set_value(True).run()
    go(filled, READ)
    filled.file_uploader[0].upload("film.dcm", demo_film("sfm-benign-0/1-131.dcm"))
    run(filled)
    assert not tells(filled)
    assert words.ASK_TEXT_LOOSE in shown(filled)
    filled.radio[0].set_value("normal").run()
    press(filled, "reader_record")
    assert tells(filled)


def test_deleting_is_undone_and_closes_the_films(filled):
    press(filled, "worklist_open_1")
    go(filled, LIST)
    press(filled, "worklist_all")
    press(filled, "worklist_delete")
    assert rows(filled) == []
    assert filled.session_state["case"].films == {}
    assert words.EMPTY_TEXT in shown(filled)
    press(filled, "worklist_undo_button")
    assert len(rows(filled)) == 2
    press(filled, "worklist_all")
    press(filled, "worklist_delete")
    press(filled, "worklist_delete_now")
    assert [b for b in filled.button if b.key == "worklist_undo_button"] == []


def test_a_reading_of_another_model_is_marked_and_read_again(filled):
    with store().session() as session:
        session.execute(update(ReadingRow).values(model_id="older"))
    run(filled)
    assert sum("read by older" in row for row in rows(filled)) == 2
    press(filled, "worklist_stale")
    assert all('data-status="unread"' in row for row in rows(filled))


def test_visitors_do_not_see_each_others_lists(filled):
    other = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).switch_page(LIST).run()
    assert rows(other) == []
    bring(other, ("mine.pgm", film(9)))
    assert len(rows(other)) == 1
    assert len(rows(run(filled))) == 2


@pytest.mark.parametrize("key", ["shared", "", "../../etc", "x" * 31, "'; DROP TABLE exams; --"])
def test_a_key_that_is_none_opens_nothing(filled, key):
    other = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    other.query_params["list"] = key
    other.switch_page(LIST).run()
    assert not other.exception
    assert rows(other) == []


def test_a_shared_list_is_seen_by_all(monkeypatch):
    monkeypatch.setenv("MAMMO_WORKLIST_SHARED", "1")
    first, second = (AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).switch_page(LIST).run() for _ in "ab")
    bring(first, *pair())
    assert len(rows(run(second))) == 1
    assert "list" not in first.query_params
    assert words.WHO_SHARED in shown(second)


def test_a_store_that_cannot_be_used_is_said(tmp_path, monkeypatch, app):
    monkeypatch.setenv("MAMMO_WORKLIST_DB", "mysql://nowhere")
    assert "postgresql://" in shown(run(app))
    monkeypatch.delenv("MAMMO_WORKLIST_DB")


def test_a_folder_that_cannot_be_used_is_said_without_its_path(app, kept):
    bring(app, ("first.pgm", film()))
    (kept / "films").rename(kept / "away")
    (kept / "films").write_bytes(b"no folder")
    bring(app, ("second.pgm", film(2)))
    assert "cannot be used" in app.warning[0].value
    press(app, "worklist_all")
    press(app, "worklist_delete")
    press(app, "worklist_delete_now")
    assert "cannot be used" in app.error[0].value
    assert str(kept.parent) not in app.warning[0].value + app.error[0].value


@contextmanager
def unreachable(kept):
    """Let the database answer nothing that it is asked."""

    def rename(suffixes):
        database = sqlite3.connect(kept / SQLITE_NAME, isolation_level=None)
        database.execute("PRAGMA legacy_alter_table = ON")  # leaves the other tables' keys as they are
        for table in ("exams", "worklists"):
            database.execute("ALTER TABLE {0}{1} RENAME TO {0}{2}".format(table, *suffixes))
        database.close()

    rename(("", "_away"))
    yield
    rename(("_away", ""))


@pytest.mark.parametrize("page", [EXAM, READ])
@pytest.mark.parametrize("known", [True, False])
def test_while_the_list_cannot_be_reached_a_hidden_answer_stays_hidden(filled, kept, page, known):
    filled.toggle(key="worklist_reader_first").set_value(True).run()
    open_exam(filled, 1)
    if not known:
        del filled.session_state["worklist_mode"]
    with unreachable(kept):
        go(filled, page)
        assert words.ASK_UNREACHABLE in shown(filled)
        assert not tells(filled)
        assert not filled.radio
        assert words.EXPLAIN_HIDDEN in shown(go(filled, EXPLAIN))
        go(filled, page)
    press(filled, "reader_try")
    assert words.ASK_TEXT in shown(filled)


def test_an_answer_that_could_not_be_recorded_uncovers_nothing(filled, kept):
    filled.toggle(key="worklist_reader_first").set_value(True).run()
    open_exam(filled, 1)
    filled.radio[0].set_value("benign").run()
    with unreachable(kept):
        press(filled, "reader_record")
        assert "does not answer" in filled.error[0].value
    run(filled)
    assert not tells(filled)
    filled.radio[0].set_value("normal").run()
    press(filled, "reader_record")
    assert tells(filled)


@pytest.mark.parametrize("page", [EXAM, READ])
def test_while_the_list_cannot_be_reached_what_was_never_hidden_is_shown(filled, kept, page):
    open_exam(filled, 1)
    with unreachable(kept):
        go(filled, page)
        assert words.READER_UNREACHABLE in shown(filled)
        assert tells(filled)
        assert not [b for b in filled.button if b.key == "reader_agree"]


def test_films_beside_an_unreachable_list_are_read(filled, kept):
    del filled.session_state["worklist_mode"]
    go(filled, READ)
    with unreachable(kept):
        filled.file_uploader[0].upload("film.pgm", film(9))
        run(filled)
        assert words.READER_UNREACHABLE in shown(filled)
        assert tells(filled)


def test_a_switch_that_cannot_be_kept_is_said(filled, kept):
    with unreachable(kept):
        filled.toggle(key="worklist_reader_first").set_value(True)
        run(filled)
        assert "does not answer" in shown(filled)
    assert run(filled).toggle(key="worklist_reader_first").value is False


def test_no_page_but_the_worklist_loads_the_database(kept):
    code = (
        "import sys\nfrom streamlit.testing.v1 import AppTest\n"
        "app = AppTest.from_file('app.py', default_timeout=120).run()\n"
        "app.switch_page('pages/exam.py').run()\n"
        "print('sqlalchemy' in sys.modules, 'alembic' in sys.modules, bool(app.exception))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False", "False"]
    assert not kept.exists()
