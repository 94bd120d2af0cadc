"""The worklist's store: the same promises on SQLite and on a real PostgreSQL server."""

from __future__ import annotations

import errno
import logging
import os
import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, select, text, update

from mammo_core.config import ROOT, WorklistConfig
from mammo_core.errors import BundleError, StoreError
from mammo_core.jobs import JobCancelled
from mammo_core.network.bundle import load_bundle
from mammo_core.store import database, queue
from mammo_core.store import store as store_module
from mammo_core.store.database import HEAD, SQLITE_NAME, open_database, vacuum
from mammo_core.store.models import Base, ChangeRow, ExamRow, now
from mammo_core.store.store import UNDO_MINUTES, Store
from mammo_core.store.worklist import Worklist, new_key
from tests.store_films import WHO, dicom, film, pair, reading_once, zipped


@pytest.fixture(params=["sqlite", "postgresql"])
def config(request, tmp_path):
    url = request.getfixturevalue("postgresql")() if request.param == "postgresql" else ""
    return WorklistConfig(tmp_path / "kept", url)


@pytest.fixture
def store(config):
    opened = Store(config)
    yield opened
    opened.close()


@pytest.fixture
def worklist(store):
    return Worklist(store, new_key())


@pytest.fixture(scope="module")
def bundle():
    return load_bundle()


@pytest.fixture
def read_anew(store, bundle):
    """Read all that waits."""
    return lambda: queue.read_waiting(store, lambda: bundle)


@pytest.fixture
def read(read_anew, monkeypatch):
    """Read all that waits; what the model said of the same films before is taken from there."""
    monkeypatch.setattr(queue, "_read", reading_once(queue._read))
    return read_anew


def kept_files(store):
    return sorted(path.name for path in (store.folder / "films").rglob("*") if path.is_file())


def everything_on_disk(store):
    """Return the bytes of every file in the store's folder, and of the server's tables."""
    found = b"".join(path.read_bytes() for path in store.folder.rglob("*") if path.is_file())
    with store.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            found += repr(connection.execute(select(table)).all()).encode()
    return found


def test_migrations_make_the_tables_that_the_code_expects(store):
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == HEAD


def test_a_database_of_a_newer_program_is_left_alone(store, config):
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer version"):
        open_database(config.folder, config.database_url)


def test_films_of_one_folder_are_read_as_one_exam_and_what_was_read_is_kept(worklist, read_anew, config):
    taken = worklist.add(pair())
    assert (taken.films, taken.numbers, taken.refused) == (2, {1}, [])
    assert worklist.exam(1).status == "unread"
    assert read_anew() == 1
    exam = worklist.exam(1)
    assert exam.status == "read"
    assert [kept.place for kept in exam.films] == ["R-MLO", "L-MLO"]
    assert exam.reading.model_id == load_bundle().model_id
    assert [read["file"] for read in exam.reading.answer["films"]] == ["R.pgm", "L.pgm"]
    assert sum(exam.reading.probabilities) == pytest.approx(1, abs=1e-5)
    assert all(worklist.thumbnail(kept).startswith(b"\xff\xd8") for kept in exam.films)
    again = Store(config)
    assert Worklist(again, "no such key").exams() == []
    again_list = Worklist(again, "x")
    again_list.id = worklist.id
    assert again_list.exam(1) == exam
    again.close()


def test_a_reading_is_that_of_the_library(worklist, read, bundle):
    from mammo_core import load_mammogram, read_exam

    worklist.add(pair())
    read()
    direct = read_exam([load_mammogram(data) for _, data in pair()], bundle)
    kept = worklist.exam(1).reading
    assert kept.decision == direct.decision
    assert kept.probabilities == pytest.approx(direct.probabilities, abs=1e-6)


def test_films_are_joined_by_study_and_not_by_how_they_came(worklist):
    study = "1.2.3.4"
    worklist.add([("a.dcm", dicom(1, "R", study)), ("b.dcm", dicom(2, "R", "1.2.3.5"))])
    worklist.add([("late/c.dcm", dicom(1, "L", study))])
    assert [len(exam.films) for exam in worklist.exams()] == [2, 1]
    assert worklist.exams()[0].woman == worklist.exams()[1].woman != ""


def test_demo_and_training_films_are_joined_by_woman(worklist, demo_dir, film):
    files = [(path.name, path.read_bytes()) for path in sorted((demo_dir / "sfm-benign-0").glob("*.dcm"))]
    worklist.add([*files, *((f"{name}.pgm", film(name)) for name in ("mdb027", "mdb028", "mdb029"))])
    assert [(exam.origin, len(exam.films)) for exam in worklist.exams()] == [
        ("demo B", 4),
        ("MIAS 14", 2),
        ("MIAS 15", 1),
    ]


def test_many_films_that_only_came_together_are_exams_of_their_own(worklist):
    worklist.add([(f"{seed}.pgm", film(seed)) for seed in range(1, 10)])
    assert [len(exam.films) for exam in worklist.exams()] == [1] * 9


def test_a_film_that_is_there_already_is_not_added_twice(worklist):
    worklist.add(pair())
    taken = worklist.add([("copy.pgm", film())])
    assert (taken.films, taken.known, taken.numbers) == (0, 1, {1})
    assert len(worklist.exam(1).films) == 2


def test_an_exam_has_a_limit_of_films(worklist):
    taken = worklist.add([(f"{seed}.dcm", dicom(seed, study="1.2.3")) for seed in range(13)])
    assert (taken.films, len(taken.refused)) == (12, 1)
    assert len(kept_files(worklist.store)) == 12


def test_lists_do_not_know_each_other(store, worklist):
    other = Worklist(store, new_key())
    worklist.add(pair())
    other.add([("mine.pgm", film())])
    assert [len(mine.exams()) for mine in (worklist, other)] == [1, 1]
    with pytest.raises(StoreError, match="no exam 2"):
        other.exam(2)
    other.delete([1])
    other.delete_for_good()
    assert worklist.film(worklist.exam(1).films[0]) == film()
    assert other.last_change() is None


def test_an_unreadable_film_is_named_and_the_others_are_read(worklist, read):
    worklist.add([("fine.pgm", film()), ("broken.pgm", film(2)[:2000])])
    read()
    exam = worklist.exam(1)
    assert exam.status == "read"
    assert [bool(kept.error) for kept in exam.films] == [False, True]
    assert "broken.pgm could not be read" in " ".join(exam.reading.answer["warnings"])


def test_an_exam_without_a_readable_film_fails_with_the_reason(worklist, read_anew):
    worklist.add([("broken.pgm", film()[:2000])])
    read_anew()
    exam = worklist.exam(1)
    assert exam.status == "failed"
    assert exam.films[0].error in exam.reason


def test_an_unforeseen_error_fails_one_exam_and_says_nothing_of_the_film(worklist, read_anew, monkeypatch, caplog):
    def broken(*args, **kwargs):
        raise KeyError(WHO["PatientName"])

    worklist.add([("Doe.dcm", dicom())])
    monkeypatch.setattr(queue, "read_exam", broken)
    with caplog.at_level(logging.DEBUG):
        assert read_anew() == 1
    assert (worklist.exam(1).status, "KeyError" in worklist.exam(1).reason) == ("failed", True)
    assert "Doe" not in worklist.exam(1).reason + caplog.text


def test_without_a_model_exams_wait(store, worklist):
    worklist.add(pair())

    def absent():
        raise BundleError("no model is active")

    with pytest.raises(BundleError):
        queue.read_waiting(store, absent)
    assert worklist.exam(1).status == "unread"


def test_a_reading_that_is_ended_waits_again(store, worklist, bundle):
    worklist.add(pair())

    def stop(fraction, message):
        raise JobCancelled

    with pytest.raises(JobCancelled):
        queue.read_waiting(store, lambda: bundle, stop)
    assert worklist.exam(1).status == "unread"
    assert queue.count_waiting(store) == 1


def test_what_a_program_that_ended_was_reading_is_read_by_the_next_one(store, worklist, config, bundle):
    worklist.add(pair())
    assert queue._claim(store)  # and then it is killed
    assert worklist.exam(1).status == "reading"
    next_one = Store(config)
    assert queue.take_over(next_one) == 1
    assert queue.read_waiting(next_one, lambda: bundle) == 1
    assert worklist.exam(1).status == "read"
    next_one.close()


def test_an_exam_whose_reading_could_not_be_recorded_is_read_the_next_time(worklist, read, store, monkeypatch):
    worklist.add(pair())
    record = queue._record

    def unreachable(*args):
        raise StoreError("the database does not answer")

    monkeypatch.setattr(queue, "_record", unreachable)
    for _ in range(queue.MAX_TRIES):
        with pytest.raises(StoreError, match="does not answer"):
            read()
    monkeypatch.setattr(queue, "_record", record)
    assert worklist.exam(1).status == "reading"
    assert read() == 1
    assert worklist.exam(1).status == "read"
    with store.session() as session:
        assert session.scalar(select(ExamRow.tries)) == 1


def test_what_was_taken_over_is_recorded_once(store, worklist, config, bundle):
    worklist.add(pair())
    exam_id, list_id, films = queue._claim(store)
    late = queue._read(store, list_id, films, bundle, lambda fraction, message: None)
    next_one = Store(config)
    queue.take_over(next_one)
    queue.read_waiting(next_one, lambda: bundle)
    queue._record(store, exam_id, late)
    assert len(worklist.exam(1).readings) == 1
    next_one.close()


def test_an_exam_that_ends_the_program_again_and_again_is_given_up(store, worklist, config):
    worklist.add(pair())
    for _ in range(queue.MAX_TRIES):
        dying = Store(config)
        queue.take_over(dying)
        assert queue._claim(dying)
        dying.close()
    queue.take_over(store)
    assert worklist.exam(1).status == "failed"
    assert "ended 3 times" in worklist.exam(1).reason
    worklist.read_again([1])
    assert worklist.exam(1).status == "unread"


def test_a_reading_is_stale_under_another_model_and_the_new_one_stands_beside_it(
    worklist, read, store, bundle, another
):
    worklist.add(pair())
    read()
    assert not worklist.exam(1).stale(bundle.model_id)
    assert worklist.exam(1).stale("another")
    worklist.read_again([1])
    queue.read_waiting(store, lambda: another)
    assert [reading.model_id for reading in worklist.exam(1).readings] == [bundle.model_id, "another"]


@pytest.fixture
def another(bundle, tmp_path):
    """The model under another name."""
    (tmp_path / "another").symlink_to(bundle.folder)
    return replace(bundle, folder=tmp_path / "another")


def decide(store, decision):
    """Let the program have said something."""
    with store.session() as session:
        for exam in session.scalars(select(ExamRow)):
            exam.readings[-1].answer = exam.readings[-1].answer | {"decision": decision}


def test_the_reader_agrees_or_overrides_with_a_reason(worklist, read, store):
    worklist.add(pair())
    with pytest.raises(StoreError, match="not read"):
        worklist.record_after(1, "benign")
    read()
    decide(store, "malignant")
    with pytest.raises(StoreError, match="Say why"):
        worklist.record_after(1, "benign", "  ")
    assert worklist.exam(1).status == "read"
    worklist.record_after(1, "malignant")
    assert worklist.exam(1).status == "agreed"
    worklist.record_after(1, "benign", " an old scar ")
    exam = worklist.exam(1)
    assert (exam.status, exam.after, exam.why) == ("overridden", "benign", "an old scar")


def test_where_the_program_refers_the_readers_answer_stands_alone(worklist, read, store):
    worklist.add(pair())
    read()
    decide(store, "refer")
    worklist.record_after(1, "normal")
    assert worklist.exam(1).status == "answered"
    worklist.record_after(1, "refer")
    assert worklist.exam(1).status == "agreed"


def test_an_override_is_undone_step_by_step(worklist, read, store):
    worklist.add(pair())
    worklist.record_before(1, "benign")
    read()
    decide(store, "malignant")
    worklist.record_after(1, "malignant")
    worklist.record_after(1, "normal", "motion")
    worklist.undo(worklist.last_change(1).act)
    assert worklist.exam(1).status == "agreed"
    worklist.undo(worklist.last_change().act)
    exam = worklist.exam(1)
    assert (exam.status, exam.before, exam.after) == ("read", "benign", "")
    assert worklist.last_change() is None
    with store.session() as session:
        kinds = list(session.scalars(select(ChangeRow.kind).order_by(ChangeRow.id)))
    assert kinds == ["added", "before", "after", "after", "undone", "undone"]


def test_a_first_answer_is_given_once_and_hides_the_program_until_then(worklist, read):
    worklist.add(pair())
    assert not worklist.reader_first
    worklist.reader_first = True
    assert worklist.reader_first
    assert worklist.exam(1).hidden(True)
    worklist.record_before(1, "refer")
    assert not worklist.exam(1).hidden(True)
    with pytest.raises(StoreError, match="given once"):
        worklist.record_before(1, "normal")
    with pytest.raises(ValueError, match="one of"):
        worklist.record_before(1, "cancer")


def test_an_answer_stays_with_the_reading_it_was_given_on(worklist, read, store, bundle, another):
    worklist.add(pair())
    read()
    decide(store, "malignant")
    worklist.record_after(1, "malignant")
    worklist.read_again([1])
    queue.read_waiting(store, lambda: another)
    assert (worklist.exam(1).status, worklist.exam(1).seen.model_id) == ("agreed", bundle.model_id)


def test_deleted_exams_come_back_together_until_they_are_gone(worklist, read):
    worklist.add([*pair(1)])
    worklist.add([*pair(2)])
    read()
    worklist.delete([1, 2])
    assert worklist.exams() == []
    change = worklist.last_change()
    assert (change.kind, change.numbers) == ("deleted", (1, 2))
    worklist.undo(change.act)
    assert [exam.status for exam in worklist.exams()] == ["read", "read"]
    with pytest.raises(StoreError, match="nothing to undo"):
        worklist.undo(change.act)


def test_a_deleted_exam_comes_back_with_its_films_too(worklist):
    worklist.add(pair())
    worklist.delete([1])
    assert worklist.add([("again.pgm", film())]).known == 1
    assert len(worklist.exam(1).films) == 2
    assert worklist.last_change() is None


@pytest.mark.parametrize("pack", [list, lambda films: [("day.zip", zipped(dict(films)))]], ids=["files", "archive"])
def test_films_that_are_deleted_for_good_while_they_come_again_are_kept(worklist, pack):
    worklist.add(pair())
    worklist.delete([1])
    gone = []
    taken = worklist.add(pack(pair()), lambda n_films: gone.append(worklist.delete_for_good()))
    assert gone == [1, 0]
    assert (taken.films, taken.numbers) == (2, {2})
    assert [worklist.film(kept) for kept in worklist.exam(2).films] == [data for _, data in pair()]


def test_delete_means_gone(worklist, read_anew, store):
    worklist.add([("Doe-Jane.dcm", dicom())])
    read_anew()
    worklist.record_after(1, "normal", "a word that is nowhere else")
    digest = worklist.exam(1).films[0].digest
    assert digest.encode() in everything_on_disk(store)
    worklist.delete([1])
    with store.session() as session:
        session.execute(update(ExamRow).values(deleted_at=now() - timedelta(minutes=UNDO_MINUTES - 1)))
    assert store.purge() == 0
    with store.session() as session:
        session.execute(update(ExamRow).values(deleted_at=now() - timedelta(minutes=UNDO_MINUTES + 1)))
    assert store.purge() == 1
    left = everything_on_disk(store)
    assert [trace for trace in (digest, "Doe", "HOSP-4711", "nowhere else") if trace.encode() in left] == []
    assert kept_files(store) == []
    worklist.add(pair())
    assert [exam.number for exam in worklist.exams()] == [2]


def test_what_is_deleted_for_good_while_it_is_read_leaves_no_picture(worklist, read_anew, store, monkeypatch):
    worklist.add(pair())
    opened = queue.load_mammogram

    def open_late(data):
        if worklist.exams():
            worklist.delete([1])
            worklist.delete_for_good()
        return opened(data)

    monkeypatch.setattr(queue, "load_mammogram", open_late)
    read_anew()
    assert kept_files(store) == []


def test_what_nobody_touched_for_long_goes_by_itself(worklist, store):
    worklist.add(pair(1))
    worklist.add(pair(2))
    with store.session() as session:
        old = now() - timedelta(days=store.config.keep_days + 1)
        session.execute(update(ExamRow).where(ExamRow.number == 1).values(touched_at=old))
    assert store.purge() == 1
    assert [exam.number for exam in worklist.exams()] == [2]
    assert len(kept_files(store)) == 2


@pytest.fixture
def locked_once(tmp_path, monkeypatch):
    """A list on SQLite whose database somebody else is writing to when it is first cleared; an event once it was."""
    monkeypatch.setattr(database, "_BUSY_SECONDS", 0)
    store = Store(WorklistConfig(tmp_path / "kept"))
    cleared, tries = threading.Event(), []

    def clear(engine):
        tries.append(engine)
        if len(tries) == 1:
            other = sqlite3.connect(store.folder / SQLITE_NAME, isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            try:
                vacuum(engine)
            finally:
                other.close()
        vacuum(engine)
        cleared.set()

    monkeypatch.setattr(store_module, "vacuum", clear)
    yield Worklist(store, new_key()), cleared
    store.close()


def test_a_locked_database_is_said_and_cleared_the_next_time(locked_once):
    worklist, cleared = locked_once
    worklist.add(pair())
    worklist.delete([1])
    with pytest.raises(StoreError, match="tries again by itself") as caught:
        worklist.delete_for_good()
    assert "OperationalError" in str(caught.value)
    assert worklist.last_change() is None
    assert kept_files(worklist.store) == []
    assert not cleared.is_set()
    assert worklist.store.purge() == 0
    assert cleared.is_set()


def test_housekeeping_outlives_a_locked_database(locked_once, monkeypatch):
    worklist, cleared = locked_once
    worklist.add(pair())
    with worklist.store.session() as session:
        session.execute(update(ExamRow).values(deleted_at=now() - timedelta(minutes=UNDO_MINUTES + 1)))
    monkeypatch.setattr(store_module, "_HOUSEKEEPING_SECONDS", 0.01)
    worklist.store.keep_house()
    assert cleared.wait(10)


def spoil(store):
    """Let films be where the folder cannot be entered any more: root may enter all, but no file is a folder."""
    films = store.folder / "films"
    if films.exists():
        films.rename(store.folder / "away")
    films.write_bytes(b"no folder")


@pytest.mark.parametrize(
    "work",
    [
        lambda worklist: worklist.add(pair(2)),
        lambda worklist: worklist.film(worklist.exam(1).films[0]),
        lambda worklist: worklist.delete([1]) or worklist.delete_for_good(),
    ],
    ids=["add", "film", "delete"],
)
def test_a_folder_that_cannot_be_used_is_said_without_its_path(worklist, store, work):
    worklist.add(pair())
    spoil(store)
    with pytest.raises(StoreError, match="cannot be used") as caught:
        work(worklist)
    assert str(store.folder.parent) not in str(caught.value)
    assert worklist.id not in str(caught.value)


def test_of_a_film_for_which_the_disk_has_no_room_nothing_is_left(worklist, store, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="has room"):
        store.put_film(worklist.id, film())
    assert kept_files(store) == []


def test_only_the_owner_can_look_into_the_folder(worklist, read_anew, store):
    worklist.add(pair())
    read_anew()
    paths = [store.folder, *store.folder.rglob("*")]
    assert [path.name for path in paths if path.stat().st_mode & 0o077] == []
    assert len(paths) > 5


def test_what_a_kill_left_behind_is_swept(worklist, store):
    worklist.add(pair())
    store.put_film(worklist.id, b"recorded nowhere")
    (store.films_folder(worklist.id) / "half.partial").write_bytes(b"half")
    store.sweep()
    assert kept_files(store) == sorted(kept.digest for kept in worklist.exam(1).films)


def test_many_threads_share_the_store(worklist, store):
    def work(seed):
        worklist.add([(f"{seed}.pgm", film(seed))])

    worklist.reader_first = False
    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(exam.number for exam in worklist.exams()) == list(range(1, 9))


def test_an_archive_is_unpacked_into_exams(worklist):
    archive = zipped({"jane/R.pgm": film(1, "R"), "jane/L.pgm": film(1, "L"), "joan/R.pgm": film(2, "R")})
    assert worklist.add([("day.zip", archive)]).films == 3
    assert [len(exam.films) for exam in worklist.exams()] == [2, 1]


def test_a_folder_that_holds_other_things_is_not_taken(tmp_path):
    (tmp_path / "thesis.txt").write_text("not ours")
    with pytest.raises(StoreError, match="holds other things"):
        Store(WorklistConfig(tmp_path))


def test_a_server_that_does_not_answer_is_said_without_its_password(tmp_path, caplog):
    with caplog.at_level(logging.DEBUG), pytest.raises(StoreError, match="cannot be opened") as caught:
        Store(WorklistConfig(tmp_path / "kept", "postgresql://me:secret@127.0.0.1:1/none"))
    assert "secret" not in str(caught.value) + caplog.text


def test_a_server_that_let_go_of_its_clients_is_reached_again(postgresql, tmp_path, monkeypatch):
    store = Store(WorklistConfig(tmp_path / "kept", postgresql()))
    worklist = Worklist(store, new_key())
    worklist.add(pair())

    def let_go():
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
        engine = create_engine(store.engine.url)
        with engine.connect() as connection:
            connection.execute(text(f"{others} pg_backend_pid()"))
        engine.dispose()

    let_go()
    assert len(worklist.exams()) == 1
    let_go()
    vacuum(store.engine)
    found = worklist._found
    monkeypatch.setattr(worklist, "_found", lambda *asked: (found(*asked), let_go(), found(*asked)))
    with pytest.raises(StoreError, match="does not answer"):
        worklist.find(1)
    assert len(worklist.exams()) == 1
    store.close()


@pytest.mark.parametrize("url", ["mysql://x/y", "no url"])
def test_another_database_is_refused(tmp_path, url):
    with pytest.raises(StoreError, match="MAMMO_WORKLIST_DB"):
        Store(WorklistConfig(tmp_path / "kept", url))


def test_the_settings_come_from_the_environment(monkeypatch, tmp_path):
    for name in ("DIR", "DB", "SHARED", "DAYS"):
        monkeypatch.delenv(f"MAMMO_WORKLIST_{name}", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert WorklistConfig.from_environment() == WorklistConfig(tmp_path / "mammogram-dashboard")
    monkeypatch.setenv("MAMMO_WORKLIST_DIR", str(tmp_path / "x"))
    monkeypatch.setenv("MAMMO_WORKLIST_SHARED", "1")
    monkeypatch.setenv("MAMMO_WORKLIST_DAYS", "7.5")
    assert WorklistConfig.from_environment() == WorklistConfig(tmp_path / "x", "", True, 7.5)
    monkeypatch.setenv("MAMMO_WORKLIST_DAYS", "for ever")
    with pytest.raises(ValueError, match="number of days"):
        WorklistConfig.from_environment()
    monkeypatch.setenv("MAMMO_WORKLIST_DIR", str(ROOT / "data" / "worklist"))
    with pytest.raises(ValueError, match="inside the project"):
        WorklistConfig.from_environment()


def test_alembic_is_loaded_only_to_migrate(tmp_path):
    code = (
        "import sys, pathlib\nfrom mammo_core.store.database import open_database\n"
        "open_database(pathlib.Path(sys.argv[1]))\nprint('alembic' in sys.modules)"
    )
    run = lambda: subprocess.run(  # noqa: E731
        [sys.executable, "-c", code, os.fspath(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    assert (run(), run()) == ("True", "False")
