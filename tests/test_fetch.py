"""Fetching MIAS over HTTP, against a real server that behaves as badly as servers and lines do."""

import http.server
import json
import resource
import threading
from types import SimpleNamespace

import pytest

from mammo_core.cli.main import main
from mammo_core.errors import DatasetError
from mammo_core.mias import fetch as fetching
from mammo_core.mias import fetch_answers
from mammo_core.mias.download import import_mias
from mammo_core.mias.fetch import fetch
from tests.mias_sources import catalogue_of, draw_films, pack_tar, pack_zip, pgm_members

FILMS = draw_films()
ARCHIVE = pack_tar(pgm_members(FILMS) | {"Licence.txt": b"research only"})
CATALOGUE = catalogue_of(FILMS, ARCHIVE)
OTHER_ARCHIVE = pack_tar(dict(reversed(pgm_members(FILMS).items())))
PAGE = b"<!DOCTYPE html><html><head><title>We will be back\x1b[2J</title></head>" + b"<p>Sorry</p>" * 200


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers each request as the next of `server.script` says; an honest answer once they are used up."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.seen.append(dict(self.headers))
        script = self.server.script
        (script.pop(0) if script else serve())(self)

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


@pytest.fixture
def server(monkeypatch):
    """A server on this machine: `.script` is what it will do, `.seen` the headers of what it was asked."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(fetching, "PAUSES_S", (0, 0, 0))
    with Server(("127.0.0.1", 0), Handler) as running:
        running.script, running.seen = [], []
        running.url = f"http://127.0.0.1:{running.server_address[1]}/pix/all-mias.tar.gz"
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def serve(data=ARCHIVE, cut=None, etag='"one"', ranges=True, length=True, **headers):
    """Return an answer: `data`, or the range asked for, where the line is cut after `cut` bytes."""

    def answer(handler):
        asked = handler.headers.get("Range") if ranges else None
        same = handler.headers.get("If-Range") in (None, etag)
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and same else 0
        rest = data[start:]
        if start and not rest:
            return fail(416)(handler)
        handler.send_response(206 if start else 200)
        if start:
            handler.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        if etag:
            handler.send_header("ETag", etag)
        if length:
            handler.send_header("Content-Length", str(len(rest)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(rest[:cut])
        handler.close_connection = cut is not None or not length
        return None

    return answer


def fail(status, body=b"", **headers):
    """Return an answer with an error status."""

    def answer(handler):
        handler.send_response(status, "\x1b[31mred")
        handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def hang_up(handler):
    handler.close_connection = True


def take(server, folder, progress=None):
    return import_mias(server.url, folder / "mias", progress, catalogue=CATALOGUE)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def assert_films_are_there(folder):
    assert names(folder / "mias") == sorted([*pgm_members(FILMS), "Licence.txt"])
    assert all((folder / "mias" / name).read_bytes() == data for name, data in pgm_members(FILMS).items())


def partial_of(folder):
    return folder / "mias" / ".partial" / "fetched-archive"


def cut_off(server, folder, at=10_000, **how):
    """Leave a partial download behind."""
    server.script = [serve(cut=at, **how)] + [hang_up] * 4
    with pytest.raises(DatasetError, match=r"after 0\.0.* MB\. They are kept"):
        take(server, folder)
    assert partial_of(folder).read_bytes() == ARCHIVE[:at]
    server.script, server.seen = [], []


def test_imports_from_an_address_with_progress(server, tmp_path):
    seen = []
    report = take(server, tmp_path, seen.append)
    assert report.complete
    assert report.archive_known
    assert_films_are_there(tmp_path)
    assert len(server.seen) == 1
    assert seen == sorted(seen)
    assert 0 < seen[0] <= seen[-1] == pytest.approx(1)


def test_importing_again_asks_for_nothing(server, tmp_path):
    take(server, tmp_path)
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "mias").iterdir()}
    again = take(server, tmp_path)
    assert (again.imported, again.kept, again.complete) == ((), tuple(FILMS), True)
    assert len(server.seen) == 1
    assert {path.name: path.stat().st_mtime_ns for path in (tmp_path / "mias").iterdir()} == before


def test_a_cut_line_is_gone_on_with_at_once(server, tmp_path):
    server.script = [serve(cut=9000), hang_up, serve(cut=5000), serve(cut=0)]
    assert take(server, tmp_path).complete
    assert [asked.get("Range") for asked in server.seen] == [None, *["bytes=9000-"] * 2, *["bytes=14000-"] * 2]
    assert {asked["If-Range"] for asked in server.seen[1:]} == {'"one"'}
    assert_films_are_there(tmp_path)


def test_a_second_call_goes_on_where_the_first_was_cut(server, tmp_path):
    cut_off(server, tmp_path)
    assert names(tmp_path / "mias") == [".partial"]
    assert take(server, tmp_path).complete
    assert [asked.get("Range") for asked in server.seen] == ["bytes=10000-"]
    assert_films_are_there(tmp_path)


def test_a_download_that_is_cancelled_is_gone_on_with(server, tmp_path):
    def cancel(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take(server, tmp_path, cancel)
    assert names(tmp_path / "mias") == [".partial"]
    assert names(tmp_path / "mias" / ".partial") == ["fetched-archive", "fetched-archive.json"]
    assert take(server, tmp_path).complete
    assert_films_are_there(tmp_path)


def test_an_import_cancelled_after_the_download_needs_no_second_one(server, tmp_path):
    def cancel(share):
        if share > 0.9:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take(server, tmp_path, cancel)
    assert names(tmp_path / "mias") == [".partial"]
    assert take(server, tmp_path).complete
    assert len(server.seen) == 1


def test_a_server_that_ignores_ranges_is_begun_anew_with(server, tmp_path):
    cut_off(server, tmp_path, ranges=False)
    server.script = [serve(ranges=False)]
    assert take(server, tmp_path).complete
    assert_films_are_there(tmp_path)


@pytest.mark.parametrize("etag", ['"two"', None, 'W/"two"'])
def test_a_file_that_changed_between_two_tries_is_fetched_whole(server, tmp_path, etag):
    cut_off(server, tmp_path)
    server.script = [serve(OTHER_ARCHIVE, etag=etag)]
    report = take(server, tmp_path)
    assert (report.complete, report.archive_known) == (True, False)
    assert {(tmp_path / "mias" / name).read_bytes() for name in pgm_members(FILMS)} == set(FILMS.values())


@pytest.mark.parametrize("length", [len(ARCHIVE), len(ARCHIVE) + 500])
def test_a_changed_file_without_marks_is_told_by_its_checksum_and_fetched_anew(server, tmp_path, length):
    cut_off(server, tmp_path, etag=None)
    changed = ARCHIVE[:5000] + bytes(length - 5000)
    server.script = [serve(changed, etag=None), serve(etag=None)]
    assert take(server, tmp_path).complete
    assert [asked.get("Range") for asked in server.seen] == ["bytes=10000-", None]
    assert_films_are_there(tmp_path)


def test_a_range_that_was_not_asked_for_is_not_pasted_in(server, tmp_path):
    cut_off(server, tmp_path)

    def shifted(handler):
        handler.send_response(206)
        handler.send_header("Content-Range", f"bytes 9000-{len(ARCHIVE) - 1}/{len(ARCHIVE)}")
        handler.send_header("Content-Length", str(len(ARCHIVE) - 9000))
        handler.end_headers()
        handler.wfile.write(ARCHIVE[9000:])

    server.script = [shifted]
    assert take(server, tmp_path).complete
    assert_films_are_there(tmp_path)


def test_a_file_that_became_shorter_is_begun_anew(server, tmp_path):
    cut_off(server, tmp_path)
    server.script = [fail(416, Content_Range="bytes */100")]
    assert take(server, tmp_path).complete


def test_refuses_a_page_that_is_served_as_the_archive(server, tmp_path):
    for page in (serve(PAGE), serve(PAGE, Content_Type="application/x-gzip"), serve(PAGE, length=False)):
        server.script = [page]
        with pytest.raises(DatasetError, match=r"sent a web page \('We will be back\[2J'\)"):
            take(server, tmp_path)
    for data, message in [(b"", "an empty file"), (b"\x00" * 5000, "something else"), (b"gone", "something else")]:
        server.script = [serve(data)]
        with pytest.raises(DatasetError, match=message):
            take(server, tmp_path)
    packed = serve(ARCHIVE, Content_Encoding="gzip", Content_Type="text/html; charset=utf-8")
    server.script = [packed]
    with pytest.raises(DatasetError, match="a web page"):
        take(server, tmp_path)
    assert names(tmp_path) == []


def test_a_page_in_between_does_not_cost_what_has_come(server, tmp_path):
    cut_off(server, tmp_path)
    server.script = [serve(PAGE, ranges=False)]
    with pytest.raises(DatasetError, match="web page"):
        take(server, tmp_path)
    assert partial_of(tmp_path).stat().st_size == 10_000
    server.seen = []
    assert take(server, tmp_path).complete
    assert server.seen[0]["Range"] == "bytes=10000-"


def test_an_archive_is_taken_as_it_lies_there_though_called_encoded(server, tmp_path):
    server.script = [serve(Content_Encoding="x-gzip", Content_Type="application/x-tar")]
    assert take(server, tmp_path).archive_known


def test_refuses_wrong_bytes_and_leaves_nothing(server, tmp_path):
    flipped = bytearray(ARCHIVE)
    flipped[len(ARCHIVE) // 2] ^= 1
    wrong = pgm_members(FILMS) | {"mdb002.pgm": FILMS["mdb001"]}
    for data, message in [
        (bytes(flipped), r"^fetched-archive is not whole.*Nothing was imported; .*sha256 [0-9a-f]{64}$"),
        (pack_tar(wrong), r"1 of 6 films .*\(mdb002\); nothing was imported"),
        (pack_zip(wrong.items()), r"\(mdb002\)"),
        (ARCHIVE[: len(ARCHIVE) // 2], "not whole"),
        (pack_tar({"readme": b"nothing"}), "no film"),
    ]:
        server.script, server.seen = [serve(data)], []
        with pytest.raises(DatasetError, match=message):
            take(server, tmp_path)
        assert names(tmp_path) == []
        assert len(server.seen) == 1


def test_a_partial_archive_is_imported_and_the_rest_named(server, tmp_path):
    server.script = [serve(pack_tar(pgm_members({"mdb003": FILMS["mdb003"]})))]
    report = take(server, tmp_path)
    assert (report.imported, len(report.missing), report.archive_known) == (("mdb003",), 5, False)
    assert names(tmp_path / "mias") == ["mdb003.pgm"]


@pytest.mark.parametrize("status", [404, 403, 410, 451, 299])
def test_a_lasting_error_is_told_at_once(server, tmp_path, status):
    server.script = [fail(status, PAGE)]
    with pytest.raises(DatasetError, match=f"answers {status}") as caught:
        take(server, tmp_path)
    assert "\x1b" not in str(caught.value)
    assert len(server.seen) == 1
    assert names(tmp_path) == []


def test_a_passing_error_is_waited_out_within_bounds(server, tmp_path, monkeypatch):
    monkeypatch.setattr(fetching, "PAUSES_S", (1, 2, 4))
    server.script = [fail(503), fail(429, Retry_After="9"), fail(500, Retry_After="99999"), serve(cut=9000), fail(502)]
    pauses = []
    download = fetch(server.url, tmp_path, lambda share: None, pauses.append)
    assert download.path.read_bytes() == ARCHIVE
    assert download.continued
    assert sum(pauses) == 1 + 9 + 30 + 1 + 1
    assert max(pauses) == 1


def test_gives_up_in_the_end(server, tmp_path, monkeypatch):
    monkeypatch.setattr(fetching, "PAUSES_S", (1, 2, 4))
    server.script = [fail(503, Retry_After="soon")] * 4
    pauses = []
    with pytest.raises(DatasetError, match=r"answers 503 Service Unavailable\. Try again later"):
        fetch(server.url, tmp_path, lambda share: None, pauses.append)
    assert sum(pauses) == 1 + 2 + 4
    monkeypatch.setattr(fetching, "MAX_TRIES", 5)
    server.script = [serve(cut=2000)] + [serve(cut=1)] * 8
    with pytest.raises(DatasetError, match="the line was cut after"):
        fetch(server.url, tmp_path, lambda share: None, pauses.append)
    assert len(server.script) == 4


def test_redirects_are_followed_but_not_for_ever(server, tmp_path):
    server.script = [fail(302, Location="/elsewhere"), fail(301, Location=server.url)]
    assert take(server, tmp_path).complete
    server.script = [fail(302, Location="/again")] * 9
    with pytest.raises(DatasetError, match="redirects more than 5 times"):
        take(server, tmp_path / "second")
    server.script = [fail(302, Location="file:///etc/passwd")]
    with pytest.raises(DatasetError, match="no usable address"):
        take(server, tmp_path / "second")
    assert not (tmp_path / "second").exists()


def test_odd_redirects_end_in_a_message(server, tmp_path):
    def without_end(handler):
        handler.send_response(302)
        handler.send_header("Location", "/next")
        handler.end_headers()
        while True:
            handler.wfile.write(bytes(2**18))

    def cut(handler):
        handler.send_response(302)
        handler.send_header("Location", "/next")
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.close_connection = True

    for place in (
        "http://[::1",
        "http://.x./",
        "//",
        "http://%",
        "ftp://host/",
        "\xff\xfe",
        "http://a b:port/",
        "http://:1/",
    ):
        server.script = [fail(302, Location=place)] + [fail(404)] * 9
        with pytest.raises(DatasetError, match="cannot be fetched"):
            take(server, tmp_path)
    server.script = [without_end]
    with pytest.raises(DatasetError, match="a page without end"):
        take(server, tmp_path)
    assert names(tmp_path) == []
    server.script = [cut]
    assert take(server, tmp_path).complete


def test_bounds_what_a_server_may_send(server, tmp_path, monkeypatch):
    for module in (fetching, fetch_answers):
        monkeypatch.setattr(module, "MAX_DOWNLOAD_BYTES", 8000)
    for answer, message in [(serve(), "announces"), (serve(length=False), "more than it announced, or than MIAS")]:
        server.script = [answer]
        with pytest.raises(DatasetError, match=message):
            take(server, tmp_path)
        assert names(tmp_path) == []


def test_a_length_that_is_not_told_is_no_hindrance(server, tmp_path):
    seen = []
    server.script = [serve(length=False)]
    assert take(server, tmp_path, seen.append).complete
    assert seen == sorted(seen)

    def in_chunks(handler):
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        half = len(ARCHIVE) // 2
        for part in (ARCHIVE[:half], ARCHIVE[half:], b""):
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))

    def cut_in_a_chunk(handler):
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"%x\r\n%s" % (len(ARCHIVE), ARCHIVE[:7000]))
        handler.close_connection = True

    server.script, server.seen = [cut_in_a_chunk, in_chunks], []
    assert take(server, tmp_path / "chunks").complete
    assert [asked.get("Range") for asked in server.seen] == [None, "bytes=7000-"]


def test_a_server_that_falls_silent_is_left(server, tmp_path, monkeypatch):
    monkeypatch.setattr(fetching, "TIMEOUT_S", (1, 0.1))
    monkeypatch.setattr(fetching, "PAUSES_S", (0,))
    awake = threading.Event()

    def silent(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(ARCHIVE)))
        handler.end_headers()
        handler.wfile.write(ARCHIVE[:6000])
        awake.wait(10)

    server.script = [silent, lambda handler: awake.wait(10), lambda handler: awake.wait(10)]
    with pytest.raises(DatasetError, match="no answer in time after"):
        take(server, tmp_path)
    awake.set()
    assert partial_of(tmp_path).stat().st_size == 6000


def test_nothing_that_answers_is_told(server, tmp_path):
    address = server.url.replace(f":{server.server_address[1]}", ":9")
    with pytest.raises(DatasetError, match=r"cannot be fetched: no connection\. Try again later"):
        import_mias(address, tmp_path / "mias", catalogue=CATALOGUE)
    for address in ("http://", "http:///path", "http://[::1", "HTTP://host:99999/", "http://a b/", "http://\x1b[2J/"):
        with pytest.raises(DatasetError, match=r"names no host|cannot be fetched"):
            import_mias(address, tmp_path / "mias", catalogue=CATALOGUE)
    assert names(tmp_path) == []


def test_secrets_of_an_address_are_neither_told_nor_kept(server, tmp_path):
    server.url = server.url.replace("//", "//reader:pass1234@") + "?token=abcd1234"
    server.script = [serve(cut=9000), fail(404)]
    with pytest.raises(DatasetError) as caught:
        take(server, tmp_path)
    told = str(caught.value) + (tmp_path / "mias" / ".partial" / "fetched-archive.json").read_text()
    assert "1234" not in told
    assert take(server, tmp_path).complete


def test_spoilt_notes_are_no_hindrance(server, tmp_path):
    for notes in (b"", b"[]", b"{", b'{"url": 3}', json.dumps({"url": "x", "total": "y", "mark": []}).encode()):
        cut_off(server, tmp_path)
        (tmp_path / "mias" / ".partial" / "fetched-archive.json").write_bytes(notes)
        assert take(server, tmp_path).complete
        assert server.seen[0].get("Range") is None
        (tmp_path / "mias" / "mdb001.pgm").unlink()


def test_another_address_is_not_gone_on_with(server, tmp_path):
    cut_off(server, tmp_path)
    server.url += "?other"
    assert take(server, tmp_path).complete
    assert server.seen[0].get("Range") is None


def test_a_full_disk_keeps_what_has_come(server, tmp_path, monkeypatch):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8000, hard))
    try:
        with pytest.raises(DatasetError, match="the disk is full after"):
            take(server, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert partial_of(tmp_path).read_bytes() == ARCHIVE[:8000]
    monkeypatch.setattr(fetching.shutil, "disk_usage", lambda folder: SimpleNamespace(free=100))
    with pytest.raises(DatasetError, match="still to come"):
        take(server, tmp_path)
    monkeypatch.undo()
    assert take(server, tmp_path).complete
    assert_films_are_there(tmp_path)


def test_a_local_copy_clears_what_a_download_left(server, tmp_path):
    cut_off(server, tmp_path)
    (tmp_path / "local.tar.gz").write_bytes(ARCHIVE)
    assert import_mias(tmp_path / "local.tar.gz", tmp_path / "mias", catalogue=CATALOGUE).complete
    assert_films_are_there(tmp_path)


def test_the_verb_tells_of_a_download(server, tmp_path, film, capsys):
    server.script = [serve(pack_tar({"mdb028.pgm": film("mdb028")}))]
    assert main(["import-mias", server.url, "--target", str(tmp_path / "mias")]) == 1
    said = capsys.readouterr()
    assert said.out == f"1 films in {tmp_path / 'mias'}: 1 imported, 0 already there\n"
    assert "321 of 322 films are missing: mdb001-mdb027, mdb029-mdb322" in said.err
    assert "import 80 %" in said.err
    assert main(["import-mias", server.url.replace("/pix", "/%zz"), "--target", str(tmp_path / "mias")]) == 1
    server.script = [serve(PAGE)]
    assert main(["import-mias", server.url, "--target", str(tmp_path / "mias")]) == 1
    assert "web page" in capsys.readouterr().err
    assert names(tmp_path / "mias") == ["mdb028.pgm"]
