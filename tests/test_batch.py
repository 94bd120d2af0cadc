"""Many films: listed, read by real worker processes, killed in the middle, and all there once."""

import json
import os
import signal
import subprocess
import sys
import threading
import zipfile
from contextlib import nullcontext
from pathlib import Path

import psutil
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest

from benchmarks import scaling, scaling_reckon
from mammo_core import load_bundle, load_mammogram, read_film
from mammo_core.batch import reader, stream
from mammo_core.batch.cluster import open_cluster
from mammo_core.batch.parts import Parts
from mammo_core.batch.reader import Settings, read_row
from mammo_core.batch.run import Progress, run_batch
from mammo_core.batch.sources import Film, list_films
from mammo_core.batch.table import Part, merge_parts, write_part
from mammo_core.cli.batch import progress_lines
from mammo_core.cli.main import main
from mammo_core.config import ROOT
from mammo_core.errors import BatchError, ConfigMismatchError
from mammo_core.mias.phantom import draw_phantom
from mammo_core.reading.to_json import reading_to_json

SPACING_MM = 0.5
SIZE = 160
N_FILMS = 12
KILLS = "kills.pgm"


def phantom_bytes(seed):
    return f"P5\n{SIZE} {SIZE}\n255\n".encode() + draw_phantom(seed, SIZE).mammogram.pixels.tobytes()


@pytest.fixture(scope="module")
def films():
    """Return {name: bytes} of a dozen small films."""
    names = [f"{'deep/' if seed % 3 == 0 else ''}film{seed:02d}.pgm" for seed in range(N_FILMS)]
    return dict(zip(names, map(phantom_bytes, range(N_FILMS)), strict=True))


@pytest.fixture
def archive(films, tmp_path):
    """Return a folder with the films, one that is broken, an empty one, and an index."""
    folder = tmp_path / "archive"
    for name, data in {**films, "broken.pgm": b"P5\n99 99\n255\n\0", "empty.dcm": b"", "Info.txt": b"index"}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture(scope="module")
def bundle():
    return load_bundle(threads=1)


@pytest.fixture(scope="module")
def client():
    """Two real worker processes, shared by the tests of this module."""
    with open_cluster(workers=2) as client:
        yield client


@pytest.fixture
def settings(bundle):
    return Settings(bundle.info["digest"], SPACING_MM)


def rows_of(path):
    return pq.ParquetFile(path).read().to_pylist()


def without_time(rows):
    return [{key: value for key, value in row.items() if key != "seconds"} for row in rows]


def expected_row(name, data, bundle):
    """Return what `read --json` says of a film, in the table's form."""
    mammogram = load_mammogram(data, pixel_spacing_mm=SPACING_MM)
    read = reading_to_json(name, mammogram, read_film(mammogram, bundle))
    shares = {f"p_{label}": share for label, share in read.pop("probabilities").items()}
    candidates = [
        dict(zip(("x", "y", "width", "height"), place["box"], strict=True))
        | {f"p_{label}": share for label, share in place["probabilities"].items()}
        for place in read["candidates"]
    ]
    return read | shares | {"candidates": candidates, "digest": mammogram.digest, "error": None}


# --- what there is to read


def test_a_folder_an_archive_and_a_list_give_the_same_films(archive, films, tmp_path):
    (archive / ".hidden.pgm").write_bytes(b"P5")
    packed = tmp_path / "films.zip"
    with zipfile.ZipFile(packed, "w") as into:
        for path in sorted(archive.rglob("*")):
            into.write(path, path.relative_to(archive).as_posix())
    listed = tmp_path / "list.txt"
    listed.write_text("".join(f"archive/{name}\n" for name in films))
    names = {*films, "broken.pgm", "empty.dcm", "Info.txt"}
    assert {film.name for film in list_films([archive])} == names
    assert {film.name for film in list_films([packed])} == names
    assert [film.name for film in list_films([listed])] == [f"archive/{name}" for name in films]
    assert all(Path(film.path).is_file() and film.named for film in list_films([listed]))
    two = [film.name for film in list_films([archive / "deep", packed])]
    assert f"{archive}/deep/film00.pgm" in two
    assert f"{packed}/deep/film00.pgm" in two


def test_what_lies_in_an_archive_is_read_as_the_file_is(archive, films, settings, tmp_path):
    packed = tmp_path / "films.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as into:
        into.writestr("film01.pgm", films["film01.pgm"])
        into.writestr("Info.txt", "index")
    film, index = list_films([packed])
    inside = read_row(film, settings)
    outside = read_row(Film("film01.pgm", str(archive / "film01.pgm")), settings)
    assert without_time([inside]) == without_time([outside])
    assert inside["decision"]
    assert read_row(index, settings) is None
    packed.write_bytes(packed.read_bytes()[:200] + bytes(100) + packed.read_bytes()[300:])
    assert "damaged" in read_row(film, settings)["error"]


def test_a_broken_archive_or_an_empty_folder_begins_no_run(tmp_path, bundle, client):
    (tmp_path / "cut.zip").write_bytes(b"PK\x03\x04" + bytes(20) + b"PK\x05\x06" + bytes(10) + b"\xff\xff" * 4)
    (tmp_path / "none").mkdir()
    with pytest.raises(BatchError, match="no film was found"):
        run_batch([tmp_path / "none"], tmp_path / "r.parquet", client)
    with pytest.raises(BatchError, match=r"list missing\.txt"):
        run_batch([tmp_path / "missing.txt"], tmp_path / "r.parquet", client)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cut.zip", "none"]


def test_a_worker_with_another_model_refuses():
    with pytest.raises(ConfigMismatchError, match="same copy"):
        read_row(Film("film.pgm", "film.pgm", named=True), Settings("another"))


def test_a_film_that_never_ends_ends_its_worker(archive, settings, monkeypatch):
    ended = threading.Event()
    monkeypatch.setattr(reader, "FILM_SECONDS", 0.01)
    monkeypatch.setattr(reader.os, "_exit", lambda code: ended.set())
    monkeypatch.setattr(reader, "load_mammogram", lambda *args, **options: ended.wait(30))
    read_row(Film("film01.pgm", str(archive / "film01.pgm")), settings)
    assert ended.is_set()


# --- the table


def test_every_film_is_read_as_read_does_and_failures_have_their_reason(archive, films, bundle, client, tmp_path):
    out = tmp_path / "results.parquet"
    told: list[Progress] = []
    totals = run_batch([archive], out, client, spacing_mm=SPACING_MM, told=told.append)
    assert totals == (N_FILMS + 2, 2, 1, 0)
    rows = {row["file"]: row for row in rows_of(out)}
    assert sorted(rows) == sorted([*films, "broken.pgm", "empty.dcm"])
    for name in list(films)[:3]:
        seconds = rows[name].pop("seconds")
        assert rows[name] == expected_row(name, films[name], bundle)
        assert seconds > 0
    for name, reason in (("broken.pgm", "truncated"), ("empty.dcm", "is empty")):
        assert reason in rows[name]["error"]
        assert rows[name]["decision"] is None
    assert [progress.done for progress in told] == list(range(1, N_FILMS + 4))
    assert [path.name for path in tmp_path.iterdir() if "results" in path.name] == ["results.parquet"]


def test_parts_become_one_table_in_their_order_whatever_came_first(tmp_path):
    paths = [tmp_path / "year=2026" / f"part-{number:08d}.parquet" for number in range(3)]
    paths[0].parent.mkdir()
    for number in (2, 0, 1):
        row = {"file": f"{number}\udcff", "error": "no film" if number else None, reader.OUT_OF_REACH: number == 2}
        write_part(paths[number], Part({5: row}, set(range(number))))
    assert merge_parts(paths, tmp_path / "out.parquet") == (3, 2, 3, 1)
    assert [row["file"] for row in rows_of(tmp_path / "out.parquet")] == ["0\\xff", "1\\xff", "2\\xff"]
    assert "year" not in pq.ParquetFile(tmp_path / "out.parquet").schema_arrow.names


def test_the_command_line_says_how_far_it_is_and_names_what_failed():
    said = []
    told = progress_lines(said.append)
    told(Progress(1, 3, 1, 0.5, {"file": "bad.dcm", "error": "it is empty"}))
    told(Progress(2, 3, 2, 1.0, {"file": "good.dcm"}))
    told(Progress(3, 3, 3, 1.5, None))
    assert said == ["bad.dcm: it is empty", "3/3 films, 2.0 a second, 0 s left"]


@pytest.mark.parametrize(
    "options",
    [["--workers", "0"], ["--workers", "2", "--scheduler", "tcp://127.0.0.1:1"], ["--out", "no/such/r.parquet"]],
)
def test_wrong_use_is_2_and_starts_no_worker(options, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match="2"):
        sys.exit(main(["batch", "films", "--out", "r.parquet", *options]))


def test_a_scheduler_that_is_not_there_is_said(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("mammo_core.batch.cluster.CONNECT_SECONDS", 1)
    out = str(tmp_path / "r.parquet")
    assert main(["batch", str(tmp_path), "--out", out, "--scheduler", "tcp://127.0.0.1:1"]) == 1
    assert "no Dask scheduler answers" in capsys.readouterr().err


def test_a_cluster_that_is_there_already_reads_an_archive(films, client, tmp_path, capsys):
    packed, out = tmp_path / "films.zip", tmp_path / "r.parquet"
    with zipfile.ZipFile(packed, "w") as into:
        for name in list(films)[:2]:
            into.writestr(name, films[name])
    address = client.scheduler.address
    assert main(["batch", str(packed), "--out", str(out), "--spacing", str(SPACING_MM), "--scheduler", address]) == 0
    assert capsys.readouterr().out == f"2 films in {out}: 2 read, 0 set aside\n"
    assert [row["file"] for row in rows_of(out)] == list(films)[:2]
    assert len(client.nthreads()) == 2, "the cluster stays"


# --- killed in the middle


def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(archive, films, client, tmp_path):
    out, killed = tmp_path / "results.parquet", []

    def told(progress):
        if progress.read in (2, 7):
            pids = client.run(os.getpid)
            killed.append(next(iter(pids.values())))
            os.kill(killed[-1], signal.SIGKILL)

    assert run_batch([archive], out, client, spacing_mm=SPACING_MM, told=told) == (N_FILMS + 2, 2, 1, 0)
    assert len(set(killed)) == 2
    assert [row["file"] for row in rows_of(out)] == [
        "broken.pgm",
        "empty.dcm",
        *sorted(films, key=lambda n: (n[0] == "d", n)),
    ]
    assert [row["file"] for row in rows_of(out) if row["error"]] == ["broken.pgm", "empty.dcm"]


@pytest.fixture
def deaths(monkeypatch, tmp_path):
    """Let a film of the name KILLS end its worker for real, as one that crashes the decoder would; count how often."""
    kills, deaths = KILLS, str(tmp_path / "deaths")

    def read_or_die(film, settings):  # a local function: it travels to the workers by value
        import os
        import signal

        if film.name == kills:
            with open(deaths, "a") as file:
                file.write("x")
            os.kill(os.getpid(), signal.SIGKILL)
        return {"file": film.name}

    monkeypatch.setattr(stream, "read_row", read_or_die)
    return lambda: os.path.getsize(deaths)


def test_a_film_that_ends_its_worker_twice_is_set_aside_and_its_neighbours_are_read(client, settings, deaths):
    names = ["a", "b", KILLS, "c", "d", "e"]
    rows = dict(stream.read_all(client, enumerate(Film(name, name) for name in names), settings))
    assert [rows[key]["file"] for key in range(6)] == names
    assert [key for key in range(6) if "error" in rows[key]] == [2]
    assert "twice" in rows[2]["error"]
    assert deaths() == 2


def test_a_film_that_is_done_leaves_nothing_with_the_scheduler(archive, client, settings):
    films = [Film(path.name, str(path)) for path in sorted(archive.glob("film*"))[:3]]
    for _ in stream.read_all(client, enumerate(films), settings):
        pass
    kept = client.run_on_scheduler(
        lambda dask_scheduler: (len(dask_scheduler.tasks), "spans" in dask_scheduler.extensions)
    )
    assert kept == (0, False)
    assert not any(client.run(lambda dask_worker: "spans" in dask_worker.extensions).values())


def test_where_every_film_ends_its_worker_the_workers_are_blamed(client, settings, deaths, monkeypatch):
    monkeypatch.setattr(stream, "MAX_KILLERS", 1)
    with pytest.raises(BatchError, match="too little memory"):
        list(stream.read_all(client, [(0, Film(KILLS, KILLS))], settings))


def test_work_that_the_cluster_gives_up_is_said(client, settings, monkeypatch):
    def give_up(film, settings):
        raise RuntimeError("secret")

    monkeypatch.setattr(stream, "read_row", give_up)
    with pytest.raises(BatchError, match=r"could not do the work \(RuntimeError\).*goes on"):
        list(stream.read_all(client, [(0, Film("a", "a"))], settings))
    cancelled = client.submit(pow, 2, 3, pure=False)
    cancelled.cancel()
    with pytest.raises(BatchError, match="CancelledError"):
        stream._Stream(client, settings)._outcome(cancelled)


def wait_for_a_part(folder, process):
    """Wait until a run has written something."""
    pause = threading.Event()
    while not any(folder.glob("part-*.parquet")):
        assert process.poll() is None, process.communicate()
        pause.wait(0.05)


def test_a_run_that_is_killed_goes_on_and_loses_and_doubles_nothing(
    archive, films, client, tmp_path, monkeypatch, capsys
):
    out = tmp_path / "results.parquet"
    words = ["batch", str(archive), "--out", str(out), "--spacing", str(SPACING_MM), "--workers", "1"]
    command = [sys.executable, "-m", "mammo_core", *words]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        wait_for_a_part(Path(f"{out}.parts"), process)
        below = psutil.Process(process.pid).children(recursive=True)
        process.kill()
    assert process.returncode == -signal.SIGKILL
    assert psutil.wait_procs(below, timeout=60)[1] == [], "its workers ended with it"
    assert not out.exists()
    so_far = pyarrow.dataset.dataset(f"{out}.parts").count_rows()
    assert 0 < so_far < N_FILMS + 2
    (archive / "came_later.pgm").write_bytes(films["film01.pgm"])
    before = {path: path.stat().st_mtime_ns for path in Path(f"{out}.parts").glob("part-*")}

    monkeypatch.setattr("mammo_core.batch.cluster.open_cluster", lambda *args: nullcontext(client))
    monkeypatch.setattr("mammo_core.batch.run.merge_parts", lambda parts, out: unchanged(before, parts, out))
    assert main(words) == 1
    said = capsys.readouterr()
    assert f"{N_FILMS + 2} films in {out}: {N_FILMS} read, 2 set aside, 1 files passed over" in said.out
    assert said.err.splitlines()[-1].startswith("15/15 films")
    files = [row["file"] for row in rows_of(out)]
    assert sorted(files) == sorted([*films, "broken.pgm", "empty.dcm"])
    assert not Path(f"{out}.parts").exists()


def unchanged(before, parts, out):
    """Merge after checking that the parts of the killed run were not written again."""
    assert {path: path.stat().st_mtime_ns for path in before} == before
    return merge_parts(parts, out)


def test_a_run_killed_while_it_tidies_up_is_finished_or_begun_anew(films, tmp_path):
    with Parts(tmp_path / "r.parquet").locked() as parts:
        parts.begin({}, [Film(name, name) for name in films])
        (parts.folder / ".part-00000000.parquet.aside").write_bytes(b"half")
        assert [number for number, *_ in parts.missing()] == [0, 1, 2]
        write_part(parts.path(1), Part({place: {"file": "b"} for place in range(4)}))
        assert [number for number, *_ in parts.missing()] == [0, 2]
        assert parts.count_done() == 4
    parts.folder.rename(parts.folder.with_name(".r.parquet.parts.done"))
    with Parts(tmp_path / "r.parquet").locked() as anew:
        assert anew.begin({}, [Film("a", "a")]) is False
        assert [path.name for path in tmp_path.iterdir()] == ["r.parquet.parts"]


def test_a_run_with_other_settings_or_a_second_one_at_once_is_refused(tmp_path):
    with Parts(tmp_path / "r.parquet").locked() as parts:
        parts.begin({"model": "a", "spacing_mm": None}, [Film("a", "a")])
        with pytest.raises(BatchError, match="another run"), Parts(tmp_path / "r.parquet").locked():
            pass
    with (
        Parts(tmp_path / "r.parquet").locked() as parts,
        pytest.raises(BatchError, match="another model, spacing_mm"),
    ):
        parts.begin({"model": "b", "spacing_mm": 0.1}, [])
    with Parts(tmp_path / "r.parquet").locked() as parts:
        assert parts.begin({"model": "a", "spacing_mm": None}, []) is True


def test_only_batch_loads_dask():
    code = "import sys; from mammo_core import load_bundle, read_film; import mammo_core.cli.batch; load_bundle()"
    code += "; print({'dask', 'distributed', 'pyarrow'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


# --- out of reach for a while


@pytest.fixture
def share(films, tmp_path):
    """Return a folder whose films can be taken away and put back, as a network share's are, and what lies in it."""
    folder = tmp_path / "share"
    folder.mkdir()
    names = sorted(films)[-5:]
    for name in names:
        (folder / name).write_bytes(films[name])
    (folder / names[2]).write_bytes(b"")  # unreadable, however often it is tried
    (folder / f"{names[0]}.note").write_bytes(b"no picture")
    return folder, names


def test_a_share_that_is_away_for_a_moment_costs_no_film(share, settings, tmp_path, monkeypatch):
    folder, names = share
    packed = tmp_path / "share.zip"
    with zipfile.ZipFile(packed, "w") as into:
        into.write(folder / names[0], names[0])
    for path, film in ((folder, Film(names[0], str(folder / names[0]))), (packed, next(list_films([packed])))):
        there = read_row(film, settings)
        waited = []

        def come_back(seconds, path=path, waited=waited):
            waited.append(seconds)
            if len(waited) == 2:
                path.with_suffix(".away").rename(path)

        monkeypatch.setattr(reader, "sleep", come_back)
        path.rename(path.with_suffix(".away"))
        assert without_time([read_row(film, settings)]) == without_time([there])
        assert waited == list(reader.WAITS_SECONDS)
        assert there["decision"]


def test_a_film_that_stays_away_is_told_from_an_unreadable_one_and_its_path_is_not_repeated(
    share, settings, monkeypatch
):
    folder, names = share
    waited = []
    monkeypatch.setattr(reader, "sleep", waited.append)
    away = read_row(Film("name", str(folder / "away.pgm"), named=True), settings)
    assert away[reader.OUT_OF_REACH] is True
    assert "could not be reached (FileNotFoundError), 3 times" in away["error"]
    assert str(folder) not in away["error"]
    assert len(waited) == 2
    for path in (folder / names[2], folder, folder / "no\0path"):
        unreadable = read_row(Film("name", str(path), named=True), settings)
        assert unreadable["error"]
        assert reader.OUT_OF_REACH not in unreadable
    assert len(waited) == 2, "what another try cannot help is not tried again"


def test_films_that_were_out_of_reach_are_read_when_the_command_is_given_again_and_those_only(
    share, client, tmp_path, monkeypatch, capsys
):
    folder, names = share
    out, away = tmp_path / "results.parquet", folder / names[1]
    words = ["batch", str(folder), "--out", str(out), "--spacing", str(SPACING_MM)]
    monkeypatch.setattr("mammo_core.batch.cluster.open_cluster", lambda *args: nullcontext(client))
    # Listed, and then away: a link to where the film was.
    away.rename(tmp_path / "elsewhere.pgm")
    away.symlink_to(tmp_path / "mount" / away.name)
    assert main(words) == 1
    said = capsys.readouterr()
    assert "5 films" in said.out
    assert "2 set aside, 1 files passed over" in said.out
    assert "1 of those set aside could not be reached: the same command reads them alone" in said.err
    first = rows_of(out)
    assert [bool(row["error"]) for row in first] == [False, True, True, False, False]

    (tmp_path / "mount").mkdir()
    (tmp_path / "elsewhere.pgm").rename(tmp_path / "mount" / away.name)
    assert main(words) == 1
    said = capsys.readouterr()
    assert "4 read, 1 set aside, 1 files passed over" in said.out
    assert "could not be reached" not in said.err
    again = rows_of(out)
    assert [row["file"] for row in again] == names
    assert again.pop(1)["decision"]
    assert again == [first[0], *first[2:]], "not read again: even the seconds are the same"
    assert not Path(f"{out}.parts").exists()


# --- what is said of it


@pytest.fixture(scope="module")
def measured():
    return json.loads((ROOT / "benchmarks" / "growth.json").read_text(encoding="utf-8"))


def test_the_scaling_document_shows_what_was_measured(measured):
    assert scaling.DOCUMENT.read_text(encoding="utf-8") == scaling.document(measured)


def test_one_day_is_reckoned_with_as_many_runs_as_can_feed_it_and_their_cores_are_counted(measured):
    used = scaling_reckon.DAY * scaling_reckon.USED
    for kind in scaling.KINDS:
        found = scaling_reckon.reckon(measured, kind)
        fed = scaling_reckon.films_a_second(measured) * used
        assert (found["runs_one_day"] - 1) * fed < scaling_reckon.FILMS <= found["runs_one_day"] * fed
        workers = scaling_reckon.FILMS * found["seconds"] / used
        assert found["cores_one_day"] == pytest.approx(workers + found["main_cores_one_day"])
