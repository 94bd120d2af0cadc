"""Long work beside the page: progress, cancel, errors told, bounds, and that nothing half-written stays."""

import logging
import threading

import pytest

from mammo_core.errors import DatasetError, JobError
from mammo_core.jobs import JobCancelled, JobRoom
from mammo_core.mias.download import import_mias

SECONDS = 20


@pytest.fixture
def room():
    room = JobRoom()
    yield room
    room.close()


class Gate:
    """Work that reports, waits until it is let go, and reports again."""

    def __init__(self):
        self.reached, self.go = threading.Event(), threading.Event()

    def __call__(self, progress, cancelled):
        progress(0.5, "half of it")
        self.reached.set()
        assert self.go.wait(SECONDS)
        progress(0.75)
        return "all of it"


def test_a_job_runs_beside_its_caller_and_tells_progress_and_result(room):
    gate = Gate()
    job = room.start("anna", "import", gate)
    assert gate.reached.wait(SECONDS)
    assert (job.status.state, job.status.fraction, job.status.message) == ("running", 0.5, "half of it")
    assert job.result is None
    gate.go.set()
    assert job.wait(SECONDS)
    assert (job.status.state, job.status.fraction, job.result) == ("done", 1.0, "all of it")


def test_progress_never_goes_back_and_stays_within_bounds(room):
    seen = []

    def work(progress, cancelled):
        for fraction in (0.4, 0.2, 7.0):
            progress(fraction)
            seen.append(room.find("anna", "import").status.fraction)

    room.start("anna", "import", work).wait(SECONDS)
    assert seen == [0.4, 0.4, 1.0]


def test_a_cancelled_job_ends_at_its_next_report(room):
    gate = Gate()
    job = room.start("anna", "import", gate)
    assert gate.reached.wait(SECONDS)
    job.cancel()
    assert job.status.cancelling
    gate.go.set()
    assert job.wait(SECONDS)
    assert (job.status.state, job.status.cancelling, job.status.fraction, job.result) == ("cancelled", False, 0.5, None)


def test_work_may_look_for_itself_whether_it_is_cancelled(room):
    begun, go, seen = threading.Event(), threading.Event(), []

    def work(progress, cancelled):
        seen.append(cancelled())
        begun.set()
        assert go.wait(SECONDS)
        seen.append(cancelled())
        raise JobCancelled

    job = room.start("anna", "look", work)
    assert begun.wait(SECONDS)
    job.cancel()
    go.set()
    assert job.wait(SECONDS)
    assert (job.status.state, seen) == ("cancelled", [False, True])


def test_cancelling_an_ended_job_changes_nothing(room):
    job = room.start("anna", "import", lambda progress, cancelled: 3)
    assert job.wait(SECONDS)
    job.cancel()
    assert (job.status.state, job.status.cancelling, job.result) == ("done", False, 3)


def test_an_error_of_ours_is_told_as_it_is(room):
    def work(progress, cancelled):
        raise DatasetError("no film is in it; give the archive")

    job = room.start("anna", "import", work)
    assert job.wait(SECONDS)
    assert (job.status.state, job.status.error) == ("failed", "no film is in it; give the archive")


def test_an_unforeseen_error_is_told_plainly_and_logged_without_content(room, caplog):
    def work(progress, cancelled):
        raise KeyError("Doe^Jane")

    with caplog.at_level(logging.ERROR):
        job = room.start("anna", "import", work)
        assert job.wait(SECONDS)
    assert job.status.state == "failed"
    assert "KeyError" in job.status.error
    assert "KeyError at test_jobs.py:" in caplog.text
    assert "Doe" not in job.status.error + caplog.text


def test_the_same_job_of_an_owner_runs_once_at_a_time(room):
    gate = Gate()
    job = room.start("anna", "import", gate)
    assert room.start("anna", "import", gate) is job
    other = room.start("berta", "import", lambda progress, cancelled: "hers")
    assert other.wait(SECONDS)
    assert (other.result, room.find("anna", "import")) == ("hers", job)
    gate.go.set()
    assert job.wait(SECONDS)
    assert room.start("anna", "import", lambda progress, cancelled: "again") is not job


def test_more_jobs_than_may_run_are_refused_in_words():
    room, gates = JobRoom(max_running=2), [Gate(), Gate()]
    for number, gate in enumerate(gates):
        room.start(f"visitor {number}", "import", gate)
    with pytest.raises(JobError, match="2 long jobs are running"):
        room.start("berta", "import", Gate())
    for gate in gates:
        gate.go.set()
    assert all(room.find(f"visitor {number}", "import").wait(SECONDS) for number in range(2))
    assert room.start("berta", "import", lambda progress, cancelled: 1).wait(SECONDS)


def test_nobody_takes_the_last_place(room):
    worklist, heatmap = Gate(), Gate()
    room.start("everyone", "worklist", worklist)
    with pytest.raises(JobError, match="for others"):
        room.start("everyone", "import", Gate())
    job = room.start("anna", "heatmap", heatmap)
    worklist.go.set()
    heatmap.go.set()
    assert job.wait(SECONDS)


def test_only_the_newest_ended_jobs_are_remembered():
    room = JobRoom(max_kept=3)
    for number in range(6):
        assert room.start("anna", f"job {number}", lambda progress, cancelled: None).wait(SECONDS)
    assert [number for number in range(6) if room.find("anna", f"job {number}")] == [3, 4, 5]


def test_a_running_job_is_never_forgotten():
    room, gate = JobRoom(max_kept=1), Gate()
    job = room.start("anna", "import", gate)
    room.forget("anna", "import")
    room.start("berta", "short", lambda progress, cancelled: None).wait(SECONDS)
    assert room.find("anna", "import") is job
    gate.go.set()
    assert job.wait(SECONDS)
    room.forget("anna", "import")
    assert room.find("anna", "import") is None


def test_closing_the_room_ends_what_runs():
    room, begun = JobRoom(), threading.Event()

    def work(progress, cancelled):
        begun.set()
        while True:
            progress(0.1)

    job = room.start("anna", "for ever", work)
    assert begun.wait(SECONDS)
    room.close()
    assert job.status.state == "cancelled"


def test_many_threads_start_one_job_once(room):
    gate, started = Gate(), []
    threads = [threading.Thread(target=lambda: started.append(room.start("anna", "import", gate))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    gate.go.set()
    assert len(started) == 16
    assert len(set(map(id, started))) == 1
    assert started[0].wait(SECONDS)


def test_a_cancelled_import_leaves_nothing_half_written(room, mias_dir, tmp_path):
    source, target = tmp_path / "source", tmp_path / "data" / "mias"
    source.mkdir()
    for number in range(1, 4):
        (source / f"mdb{number:03d}.pgm").symlink_to(mias_dir / f"mdb{number:03d}.pgm")

    def work(progress, cancelled):
        def stop_at_the_second(fraction):
            if fraction > 1.5 / 322:
                room.find("anna", "import").cancel()
            progress(fraction)

        return import_mias(source, target, stop_at_the_second)

    job = room.start("anna", "import", work)
    assert job.wait(SECONDS)
    assert job.status.state == "cancelled"
    assert [path for path in (tmp_path / "data").rglob("*") if path.is_file()] == []
    again = room.start("anna", "import", lambda progress, cancelled: import_mias(source, target, progress))
    assert again.wait(SECONDS)
    assert again.result.imported == ("mdb001", "mdb002", "mdb003")
