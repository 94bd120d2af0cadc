"""Importing MIAS: checked, whole or not at all, and safe against what an archive may hold."""

import gzip
import io
import tarfile

import numpy as np
import pytest

from mammo_core.errors import DatasetError
from mammo_core.mias import download
from mammo_core.mias.checksums import checksum_of, film_of_digest, load_checksums, published_form
from mammo_core.mias.download import import_mias
from mammo_core.mias.index import FILM_IDS
from mammo_core.types import pixel_digest


def write_tar(path, members, mode="w:gz"):
    """Write a tar archive of {name: bytes or TarInfo}."""
    with tarfile.open(path, mode) as tar:
        for name, data in members.items():
            info = data if isinstance(data, tarfile.TarInfo) else tarfile.TarInfo(name)
            if isinstance(data, bytes):
                info.size = len(data)
            tar.addfile(info, io.BytesIO(data) if isinstance(data, bytes) else None)
    return path


@pytest.fixture
def small_archive(tmp_path, film):
    """An archive with three films, the index and things that do not belong."""
    members = {f"all-mias/{name}.pgm": film(name) for name in ("mdb001", "mdb002", "mdb322")}
    return write_tar(tmp_path / "source.tar.gz", members | {"Info.txt": b"index", "all-mias/evil.sh": b"rm"})


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("mode", ["w:gz", "w"])
def test_imports_an_archive_and_says_what_is_missing(tmp_path, film, mode):
    source = write_tar(tmp_path / "any.name", {"a/mdb005.pgm": film("mdb005"), "b/Licence.txt": b"research"}, mode)
    seen = []
    report = import_mias(source, tmp_path / "mias", seen.append)
    assert names(tmp_path / "mias") == ["Licence.txt", "mdb005.pgm"]
    assert (report.imported, report.kept, report.complete) == (("mdb005",), (), False)
    assert len(report.missing) == 321
    assert "mdb005" not in report.missing
    assert seen == [1 / 322]


def test_imports_a_folder_with_subfolders(tmp_path, film):
    (tmp_path / "source" / "deep").mkdir(parents=True)
    (tmp_path / "source" / "deep" / "mdb010.pgm").write_bytes(film("mdb010"))
    (tmp_path / "source" / "mdb999.pgm").write_bytes(b"not of the list")
    report = import_mias(tmp_path / "source", tmp_path / "mias")
    assert report.imported == ("mdb010",)
    assert (tmp_path / "mias" / "mdb010.pgm").read_bytes() == film("mdb010")


def test_importing_again_changes_nothing(tmp_path, small_archive):
    target = tmp_path / "mias"
    first = import_mias(small_archive, target)
    times = {path.name: path.stat().st_mtime_ns for path in target.glob("*.pgm")}
    again = import_mias(small_archive, target)
    assert (again.imported, again.kept) == ((), first.imported)
    assert {path.name: path.stat().st_mtime_ns for path in target.glob("*.pgm")} == times
    assert names(tmp_path) == ["mias", "source.tar.gz"]


def test_mends_a_damaged_film_and_leaves_foreign_files_alone(tmp_path, small_archive, film):
    target = tmp_path / "mias"
    target.mkdir()
    (target / "mdb001.pgm").write_bytes(film("mdb001")[:1000])
    (target / "notes.md").write_text("mine")
    assert "mdb001" in import_mias(small_archive, target).imported
    assert (target / "mdb001.pgm").read_bytes() == film("mdb001")
    assert (target / "notes.md").read_text() == "mine"


def test_a_source_may_be_the_target(tmp_path, small_archive):
    import_mias(small_archive, tmp_path / "mias")
    assert len(import_mias(tmp_path / "mias", tmp_path / "mias").kept) == 3


def test_takes_a_rewritten_header_but_no_altered_pixel(tmp_path, film):
    data = film("mdb028")
    rewritten = b"P5\n# a comment\n1024 1024\n255\n" + data[-(1024 * 1024) :]
    altered = bytearray(data)
    altered[500_000] ^= 1
    assert published_form("mdb028", rewritten) == data
    assert published_form("mdb028", bytes(altered)) is None
    assert published_form("mdb028", film("mdb027")) is None


def test_refuses_altered_films_and_writes_nothing(tmp_path, film):
    source = write_tar(tmp_path / "a.tar.gz", {"mdb001.pgm": film("mdb001"), "mdb002.pgm": film("mdb001")})
    with pytest.raises(DatasetError, match=r"not those that MIAS published \(mdb002\)"):
        import_mias(source, tmp_path / "mias")
    assert names(tmp_path) == ["a.tar.gz"]


def test_no_member_leads_out_of_the_target(tmp_path, film):
    link = tarfile.TarInfo("mdb003.pgm")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    members = {"../../mdb001.pgm": film("mdb001"), "/tmp/mdb002.pgm": film("mdb002"), "mdb003.pgm": link}
    report = import_mias(write_tar(tmp_path / "a.tar.gz", members), tmp_path / "deep" / "mias")
    assert report.imported == ("mdb001", "mdb002")
    assert names(tmp_path / "deep") == ["mias"]
    assert names(tmp_path / "deep" / "mias") == ["mdb001.pgm", "mdb002.pgm"]


def test_refuses_a_bomb_before_unpacking_it(tmp_path, monkeypatch):
    huge = write_tar(tmp_path / "huge.tar.gz", {"mdb001.pgm": bytes(3 * 2**20)})
    with pytest.raises(DatasetError, match="3145728 bytes"):
        import_mias(huge, tmp_path / "mias")
    monkeypatch.setattr(download, "MAX_UNPACKED_BYTES", 2**20)
    padding = write_tar(tmp_path / "padding.tar.gz", {"zeros": bytes(2**22)})
    with pytest.raises(DatasetError, match="unpacks to more than"):
        import_mias(padding, tmp_path / "mias")
    assert names(tmp_path) == ["huge.tar.gz", "padding.tar.gz"]


def test_refuses_broken_and_foreign_sources(tmp_path, small_archive):
    whole = small_archive.read_bytes()
    for name, data, message in [
        ("truncated.tar.gz", whole[: len(whole) // 2], "nothing was kept"),
        ("empty.tar.gz", b"", "nothing was kept"),
        ("text.tar.gz", b"hello " * 200, "nothing was kept"),
        ("gzipped text.tar.gz", gzip.compress(b"hello " * 200), "nothing was kept"),
        ("films.zip", b"PK\x03\x04", "unpack it"),
    ]:
        source = tmp_path / name
        source.write_bytes(data)
        with pytest.raises(DatasetError, match=message):
            import_mias(source, tmp_path / "mias")
        source.unlink()
    (tmp_path / "nothing").mkdir()
    with pytest.raises(DatasetError, match=r"no film mdb001\.pgm"):
        import_mias(tmp_path / "nothing", tmp_path / "mias")
    with pytest.raises(DatasetError, match="does not exist"):
        import_mias(tmp_path / "nowhere", tmp_path / "mias")
    assert names(tmp_path) == ["nothing", "source.tar.gz"]


def test_an_interrupted_import_leaves_nothing(tmp_path, small_archive):
    def interrupt(fraction):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_mias(small_archive, tmp_path / "mias", interrupt)
    assert names(tmp_path) == ["source.tar.gz"]


def test_committed_checksums_know_a_film_in_any_file_format(film):
    checksums = load_checksums()
    pixels = np.frombuffer(film("mdb144")[-(1024 * 1024) :], np.uint8).reshape(1024, 1024)
    assert len({checksum.pixel_digest for checksum in checksums.values()}) == 322
    assert checksum_of(film("mdb144")) == checksums["mdb144"]
    assert film_of_digest(pixel_digest(pixels)) == "mdb144"
    assert film_of_digest(pixel_digest(pixels[::-1])) is None
    assert tuple(checksums) == FILM_IDS


def test_refuses_altered_checksums(tmp_path):
    path = tmp_path / "checksums.csv"
    path.write_text("film_id,sha256,pixel_digest\nmdb001,aa,bb\n")
    with pytest.raises(DatasetError, match="each of the 322 films"):
        load_checksums(path)
    with pytest.raises(ValueError, match="binary PGM"):
        checksum_of(b"P6 not a film")
