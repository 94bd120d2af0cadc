"""Importing MIAS: checked, whole or not at all, and safe against what a source may hold."""

import fcntl
import gzip
import os
import resource
import struct
import tarfile
import tracemalloc
import zipfile
from types import SimpleNamespace

import h5py
import numpy as np
import pytest

from mammo_core.cli.import_mias import OFFICIAL_ADDRESS as SHOWN_ADDRESS
from mammo_core.errors import DatasetError
from mammo_core.mias import gather, sources
from mammo_core.mias.checksums import checksum_of, film_of_digest, load_checksums, mias_catalogue
from mammo_core.mias.download import OFFICIAL_ADDRESS, import_mias
from mammo_core.mias.films import name_films, open_films
from mammo_core.mias.index import FILM_IDS
from mammo_core.types import pixel_digest
from tests.mias_sources import SIZE, catalogue_of, draw_films, pack_tar, pack_zip, pgm_members, pixels_of

FILMS = draw_films()
CATALOGUE = catalogue_of(FILMS)
TEXTS = {"Info.txt": b"index", "Licence.txt": b"research only"}
EVERYTHING = sorted([*pgm_members(FILMS), *TEXTS])


def take(source, target, progress=None):
    return import_mias(source, target, progress, catalogue=CATALOGUE)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def write(path, data):
    path.write_bytes(data)
    return path


def altered(data):
    changed = bytearray(data)
    changed[-7] ^= 1
    return bytes(changed)


def write_h5(path, films, ids=None, **storage):
    """Write an HDF5 file as kaggle's: a row for each of `ids`, with index columns beside."""
    ids = list(films) if ids is None else ids
    with h5py.File(path, "w") as file:
        file.create_dataset("scan", data=np.stack([pixels_of(films[film_id]) for film_id in ids]), **storage)
        file["REFNUM"] = np.array([film_id.encode() for film_id in ids])
        file["SEVERITY"] = np.array([b"B"] * len(ids))
    return path


@pytest.fixture
def target(tmp_path):
    return tmp_path / "deep" / "mias"


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("mode", ["w:gz", "w"])
def test_imports_a_tar_archive_of_any_name(tmp_path, target, mode, form):
    long_name = "x" * 150 + "/" + "y" * (80 if form == tarfile.USTAR_FORMAT else 190)
    members = pgm_members(FILMS, f"{long_name}/") | TEXTS | {"all-mias/evil.sh": b"rm"}
    seen = []
    report = take(write(tmp_path / "any.name", pack_tar(members, mode, form)), target, seen.append)
    assert names(target) == EVERYTHING
    assert all((target / name).read_bytes() == data for name, data in (pgm_members(FILMS) | TEXTS).items())
    assert (report.imported, report.kept, report.missing, report.altered) == (tuple(FILMS), (), (), ())
    assert report.complete
    assert seen == [number / len(FILMS) for number in range(1, len(FILMS) + 1)]


def test_imports_an_archive_with_headers_of_the_oldest_kind(tmp_path, target):
    packed = bytearray(pack_tar(pgm_members(FILMS), "w", tarfile.USTAR_FORMAT))
    step = 512 * (2 + len(FILMS["mdb001"]) // 512)
    for place in range(0, step * len(FILMS), step):
        packed[place + 257 : place + 265] = bytes(8)
        packed[place + 148 : place + 156] = b" " * 8
        packed[place + 148 : place + 156] = b"%06o\0 " % sum(packed[place : place + 512])
    assert take(write(tmp_path / "v7.tar", packed), target).complete


def test_imports_kaggles_zip_with_whatever_else_is_in_it(tmp_path, target):
    folder = zipfile.ZipInfo("all-mias/mdb006.pgm/")
    link = zipfile.ZipInfo("links/mdb001.pgm")
    link.external_attr = 0o120777 << 16
    members = [*pgm_members(FILMS, "all-mias/").items(), ("all-mias/README", b"read"), ("all_mias_scans.h5", b"junk")]
    members += [(link, b"/etc/passwd"), (folder, b""), ("../../mdb999.pgm", b"no"), ("/Info.txt", b"index")]
    report = take(write(tmp_path / "archive.zip", pack_zip(members)), target)
    assert report.complete
    assert names(target) == sorted([*pgm_members(FILMS), "Info.txt"])
    assert names(tmp_path) == ["archive.zip", "deep"]


def test_imports_a_zip_with_the_path_marks_of_windows(tmp_path, target):
    members = list(pgm_members(FILMS, "all-mias/").items())
    packed = pack_zip(members).replace(b"all-mias/", b"all-mias\\")
    assert take(write(tmp_path / "a.zip", packed), target).complete


@pytest.mark.parametrize("inner", ["all-mias.tar.gz", "all-mias.tar", "all_mias_scans.h5"])
def test_looks_into_an_archive_within_a_zip_or_a_folder(tmp_path, target, inner):
    folder = tmp_path / "source"
    folder.mkdir()
    if inner.endswith("h5"):
        write_h5(folder / inner, FILMS)
    else:
        write(folder / inner, pack_tar(pgm_members(FILMS), "w:gz" if inner.endswith("gz") else "w"))
    assert take(folder, target).complete
    source = write(tmp_path / f"{inner}.zip", pack_zip([(f"deep/{inner}", (folder / inner).read_bytes())]))
    assert take(source, tmp_path / "second").complete
    assert names(tmp_path / "second") == sorted(pgm_members(FILMS))


@pytest.mark.parametrize("storage", [{}, {"chunks": (4, 32, 16), "compression": "gzip"}, {"chunks": True}])
def test_imports_kaggles_h5_in_any_order_with_films_twice(tmp_path, target, storage):
    ids = [*reversed(FILMS), "mdb002", "mdb005"]
    report = take(write_h5(tmp_path / "all_mias_scans.h5", FILMS, ids, **storage), target)
    assert report.complete
    assert {path.name: path.read_bytes() for path in target.iterdir()} == pgm_members(FILMS)


def test_a_film_of_the_h5_is_known_by_its_pixels_not_its_name(tmp_path, target):
    path = write_h5(tmp_path / "scans.h5", FILMS)
    with h5py.File(path, "r+") as file:
        file["REFNUM"][:] = file["REFNUM"][:][::-1]
        file["scan"][0, 3, 3] ^= 1
    report = take(path, target)
    assert report.missing == ("mdb001",)
    assert (target / "mdb002.pgm").read_bytes() == FILMS["mdb002"]
    del report
    with h5py.File(path, "r+") as file:
        del file["REFNUM"]
        file["scan"][0, 3, 3] ^= 1
    assert take(path, target).imported == ("mdb001",)


def test_an_h5_with_wider_numbers_gives_the_published_bytes(tmp_path, target):
    with h5py.File(tmp_path / "wide.h5", "w") as file:
        file["scan"] = np.stack([pixels_of(data) for data in FILMS.values()]).astype(">i4")
        file["REFNUM"] = list(FILMS)
    assert take(tmp_path / "wide.h5", target).complete
    assert (target / "mdb004.pgm").read_bytes() == FILMS["mdb004"]


def test_refuses_an_h5_that_is_not_kaggles(tmp_path, target):
    elsewhere = write(tmp_path / "secret", bytes(6 * SIZE * SIZE))
    shape = (6, SIZE, SIZE)
    layout = h5py.VirtualLayout(shape=shape, dtype="u1")
    layout[:] = h5py.VirtualSource("other.h5", "scan", shape=shape)
    huge = {"shape": (6, 2**14, 2**14), "dtype": "u1", "chunks": (1, 2**14, 2**14), "compression": "gzip"}
    for build, message in [
        (lambda file: file.create_dataset("pictures", data=np.zeros(shape, "u1")), "no array 'scan'"),
        (lambda file: file.create_group("scan"), "no array 'scan'"),
        (lambda file: file.__setitem__("scan", h5py.ExternalLink("other.h5", "scan")), "no array 'scan'"),
        (lambda file: file.__setitem__("scan", h5py.SoftLink("/other")), "no array 'scan'"),
        (lambda file: file.create_virtual_dataset("scan", layout), "in other files"),
        (
            lambda file: file.create_dataset("scan", shape, "u1", external=[(str(elsewhere), 0, 6 * SIZE * SIZE)]),
            "in other files",
        ),
        (lambda file: file.create_dataset("scan", data=np.zeros((6, 32, 32), "u1")), "shape"),
        (lambda file: file.create_dataset("scan", data=np.zeros(shape, "f4")), "float32"),
        (lambda file: file.create_dataset("scan", (5000, SIZE, SIZE), "u1"), "shape"),
        (lambda file: file.create_dataset("scan", **huge), "shape"),
        (
            lambda file: file.create_dataset(
                "scan", (9, SIZE, SIZE), "u1", chunks=(2**20, 8, 16), maxshape=(None,) * 3
            ),
            "in pieces of",
        ),
        (lambda file: file.create_dataset("scan", data=np.zeros(shape, "u1")), "no film mdb001"),
    ]:
        with h5py.File(tmp_path / "odd.h5", "w") as file:
            build(file)
        with pytest.raises(DatasetError, match=message):
            take(tmp_path / "odd.h5", target)
    whole = write_h5(tmp_path / "whole.h5", FILMS).read_bytes()
    for cut in (600, len(whole) // 2, len(whole) - 10):
        with pytest.raises(DatasetError, match="cannot be read"):
            take(write(tmp_path / "cut.h5", whole[:cut]), target)
    assert not target.parent.exists()


def test_imports_a_folder_with_subfolders(tmp_path, target):
    folder = tmp_path / "source" / "sub" / "deeper"
    folder.mkdir(parents=True)
    for name, data in pgm_members(FILMS).items():
        write(folder / name, data)
    write(tmp_path / "source" / "mdb999.pgm", b"not of the list")
    (tmp_path / "source" / "mdb001.pgm").mkdir()
    (tmp_path / "source" / "loop").symlink_to(tmp_path / "source")
    assert take(tmp_path / "source", target).complete
    assert names(target) == sorted(pgm_members(FILMS))


def test_importing_again_changes_nothing(tmp_path, target):
    source = write(tmp_path / "a.tar.gz", pack_tar(pgm_members(FILMS) | TEXTS))
    take(source, target)
    before = {path.name: (path.stat().st_mtime_ns, path.stat().st_ino) for path in target.iterdir()}
    again = take(source, target)
    assert (again.imported, again.kept, again.complete) == ((), tuple(FILMS), True)
    other_texts = write(tmp_path / "b.tar.gz", pack_tar(pgm_members(FILMS) | {"Info.txt": b"another"}))
    take(other_texts, target)
    assert {path.name: (path.stat().st_mtime_ns, path.stat().st_ino) for path in target.iterdir()} == before


def test_mends_a_damaged_film_and_leaves_foreign_files_alone(tmp_path, target):
    target.mkdir(parents=True)
    write(target / "mdb001.pgm", FILMS["mdb001"][:1000])
    write(target / "mdb002.pgm", altered(FILMS["mdb002"]))
    write(target / "notes.md", b"mine")
    report = take(write(tmp_path / "a.zip", pack_zip(pgm_members(FILMS).items())), target)
    assert {"mdb001", "mdb002"} <= set(report.imported)
    assert (target / "mdb001.pgm").read_bytes() == FILMS["mdb001"]
    assert (target / "notes.md").read_bytes() == b"mine"


def test_a_source_may_be_the_target(tmp_path, target):
    take(write(tmp_path / "a.tar.gz", pack_tar(pgm_members(FILMS))), target)
    assert len(take(target, target).kept) == len(FILMS)
    (target / ".partial" / "films-left").mkdir(parents=True)
    write(target / ".partial" / "films-left" / "mdb001.pgm", b"of an import that was killed")
    assert take(target, target).altered == ()
    assert names(target) == sorted(pgm_members(FILMS))


def test_takes_a_rewritten_header_but_no_altered_pixel():
    data = FILMS["mdb003"]
    rewritten = b"P5\n# a comment\n64 64\n255\n" + data[-SIZE * SIZE :]
    assert CATALOGUE.published_form("mdb003", rewritten) == data
    assert CATALOGUE.published_form("mdb003", altered(data)) is None
    assert CATALOGUE.published_form("mdb003", FILMS["mdb002"]) is None
    assert CATALOGUE.published_form("mdb003", b"") is None


def test_a_partial_source_is_imported_and_the_rest_named(tmp_path, target):
    some = {film_id: FILMS[film_id] for film_id in ("mdb002", "mdb006")}
    report = take(write(tmp_path / "some.tar.gz", pack_tar(pgm_members(some))), target)
    assert (report.imported, report.missing) == (("mdb002", "mdb006"), ("mdb001", "mdb003", "mdb004", "mdb005"))
    assert name_films(report.missing) == "mdb001, mdb003-mdb005"
    rest = {film_id: FILMS[film_id] for film_id in report.missing}
    report = take(write(tmp_path / "rest.zip", pack_zip(pgm_members(rest).items())), target)
    assert (report.kept, report.complete) == (("mdb002", "mdb006"), True)


def test_an_altered_film_is_left_out_and_named(tmp_path, target):
    members = pgm_members(FILMS) | {"mdb004.pgm": altered(FILMS["mdb004"]), "mdb005.pgm": bytes(3 * 2**20)}
    report = take(write(tmp_path / "a.tar.gz", pack_tar(members)), target)
    assert report.altered == report.missing == ("mdb004", "mdb005")
    assert not (target / "mdb004.pgm").exists()
    both = [("first/mdb004.pgm", altered(FILMS["mdb004"])), ("second/mdb004.pgm", FILMS["mdb004"])]
    report = take(write(tmp_path / "both.zip", pack_zip(both)), target)
    assert (report.imported, report.altered) == (("mdb004",), ())


def test_refuses_a_source_of_altered_films_only(tmp_path, target):
    members = pgm_members({film_id: altered(data) for film_id, data in FILMS.items()})
    with pytest.raises(DatasetError, match=r"6 of 6 films .* not those that MIAS published \(mdb001-mdb006\)"):
        take(write(tmp_path / "a.tar.gz", pack_tar(members)), target)
    assert not target.parent.exists()


def test_no_member_leads_out_of_the_target(tmp_path, target):
    links = {}
    for kind, name in [
        (tarfile.SYMTYPE, "mdb003.pgm"),
        (tarfile.LNKTYPE, "mdb004.pgm"),
        (tarfile.FIFOTYPE, "mdb005.pgm"),
    ]:
        links[name] = tarfile.TarInfo(name)
        links[name].type, links[name].linkname = kind, "/etc/passwd"
    members = {"../../mdb001.pgm": FILMS["mdb001"], "/tmp/mdb002.pgm": FILMS["mdb002"], **links}
    report = take(write(tmp_path / "a.tar.gz", pack_tar(members)), target)
    assert report.imported == ("mdb001", "mdb002")
    assert names(target.parent) == ["mias"]
    assert names(target) == ["mdb001.pgm", "mdb002.pgm"]


def test_refuses_bombs_before_unpacking_them(tmp_path, target, monkeypatch):
    monkeypatch.setattr(sources, "MAX_UNPACKED_BYTES", 2**20)
    monkeypatch.setattr(sources, "MAX_ENTRIES", 50)
    attributes = tarfile.TarInfo("mdb001.pgm")
    attributes.pax_headers = {"comment": "x" * 2**18}
    repeated = [(f"{number}/mdb001.pgm", bytes(2**18)) for number in range(9)]
    for data, message in [
        (pack_tar({"zeros": bytes(2**22)}), "unpacks to more than"),
        (pack_tar({f"{number}": b"" for number in range(60)}), "more than 50 members"),
        (pack_tar({"mdb001.pgm": attributes}), "attributes of 2621"),
        (pack_zip(repeated), "unpacks to more than"),
        (pack_zip([("all-mias.tar", bytes(2**22))]), "unpacks to 4194304 bytes"),
    ]:
        with pytest.raises(DatasetError, match=message):
            take(write(tmp_path / "bomb", data), target)
    monkeypatch.setattr(sources, "_MAX_READ_BYTES", 2**12)
    with pytest.raises(DatasetError, match="more members than MIAS"):
        take(write(tmp_path / "bomb", pack_zip([(f"member {number}", b"") for number in range(2000)])), target)
    assert not target.parent.exists()


def test_a_zip_that_lies_about_its_sizes_gives_nothing(tmp_path, target):
    packed = bytearray(pack_zip([("mdb001.pgm", bytes(2**26))]))
    for magic, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", packed, packed.index(magic) + place, len(FILMS["mdb001"]))
    tracemalloc.start()
    with pytest.raises(DatasetError, match="not whole"):
        take(write(tmp_path / "lies.zip", packed), target)
    assert tracemalloc.get_traced_memory()[1] < 2**24
    tracemalloc.stop()
    assert not target.parent.exists()


def test_refuses_a_zip_that_cannot_be_unpacked_in_pieces(tmp_path, target):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_BZIP2) as packed:
        packed.writestr("mdb001.pgm", FILMS["mdb001"])
    with pytest.raises(DatasetError, match="unpack it and give the folder"):
        take(tmp_path / "a.zip", target)


def test_refuses_broken_and_foreign_sources(tmp_path, target):
    tar, packed = pack_tar(pgm_members(FILMS) | TEXTS), pack_zip(pgm_members(FILMS).items())
    encrypted = bytearray(packed)
    for magic, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        encrypted[encrypted.index(magic) + place] |= 1
    flipped = bytearray(tar)
    flipped[len(tar) // 2] ^= 0xFF
    damaged = bytearray(packed)
    damaged[packed.index(b"mdb004.pgm") + 900] ^= 0xFF
    for data, message in [
        (tar[: len(tar) // 2], r"not whole.*up to there [1-5] films were right, missing mdb00\d(-mdb006)?$"),
        (tar[:-4], "not whole.*up to there 6 films were right, missing none"),
        (flipped, "not whole.*Nothing was imported"),
        (packed[: len(packed) // 2], "not whole.*none of 6 films was found"),
        (damaged, "not whole.*up to there 3 films were right, missing mdb004-mdb006"),
        (encrypted, "encrypted"),
        (b"", "no archive of a kind"),
        (b"hello " * 200, "no archive of a kind"),
        (bytes(4096), "no archive of a kind"),
        (gzip.compress(b"hello " * 200), "not whole"),
        (b"\x89HDF\r\n\x1a\n" + bytes(1000), "not whole"),
        (pack_tar({"readme": b"nothing else"}), r"no film mdb001\.pgm to mdb006\.pgm"),
        (pack_zip([("readme", b"nothing else")]), r"no film mdb001\.pgm to mdb006\.pgm"),
    ]:
        with pytest.raises(DatasetError, match=message):
            take(write(tmp_path / "source", data), target)
    (tmp_path / "nothing").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for source, message in [("nothing", "no film"), ("nowhere", "does not exist"), ("pipe", "is no file or folder")]:
        with pytest.raises(DatasetError, match=message):
            take(tmp_path / source, target)
    assert not target.parent.exists()


def test_no_damaged_archive_ends_in_another_error(tmp_path, target):
    draw = np.random.default_rng(7)
    wholes = [pack_tar(pgm_members(FILMS)), pack_tar(pgm_members(FILMS), "w"), pack_zip(pgm_members(FILMS).items())]
    wholes.append(write_h5(tmp_path / "scans.h5", FILMS, compression="gzip").read_bytes())
    for number in range(120):
        data = bytearray(wholes[number % 4])
        for place in draw.integers(0, 2048 if number % 8 < 4 else len(data), 4):
            data[place] = draw.integers(0, 256)
        try:
            take(write(tmp_path / "damaged", data), target)
        except DatasetError:
            continue
    for path in target.glob("*.pgm"):
        assert path.read_bytes() == FILMS[path.stem]


def test_an_import_that_is_cancelled_leaves_nothing(tmp_path, target):
    class Cancelled(Exception):  # noqa: N818
        pass

    def cancel(share):
        if share > 0.5:
            raise Cancelled

    source = write(tmp_path / "a.tar.gz", pack_tar(pgm_members(FILMS)))
    with pytest.raises(Cancelled):
        take(source, target, cancel)
    assert not target.parent.exists()
    target.mkdir(parents=True)
    with pytest.raises(Cancelled):
        take(source, target, cancel)
    assert names(target) == []


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path, target, monkeypatch):
    source = write(tmp_path / "a.tar.gz", pack_tar(pgm_members(FILMS)))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, hard))
    try:
        with pytest.raises(DatasetError, match="the disk is full"):
            take(source, target)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    monkeypatch.setattr(gather.shutil, "disk_usage", lambda folder: SimpleNamespace(free=20_000))
    with pytest.raises(DatasetError, match="need 0 MB"):
        take(source, target)
    assert not target.parent.exists()


def test_refuses_a_second_import_at_the_same_time(tmp_path, target):
    source = write(tmp_path / "a.tar.gz", pack_tar(pgm_members(FILMS)))
    (target / ".partial").mkdir(parents=True)
    other = os.open(target / ".partial", os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    with pytest.raises(DatasetError, match="under way"):
        take(source, target)
    os.close(other)
    assert take(source, target).complete


def test_a_target_that_cannot_be_one_is_told(tmp_path):
    source = write(tmp_path / "a.tar.gz", pack_tar(pgm_members(FILMS)))
    with pytest.raises(DatasetError, match="could not be written"):
        take(source, source)


def test_films_are_named_compactly():
    assert name_films([]) == ""
    assert name_films(["mdb003", "mdb001", "mdb002", "mdb322", "mdb002"]) == "mdb001-mdb003, mdb322"
    assert name_films(FILM_IDS) == "mdb001-mdb322"


def test_the_help_names_the_official_address():
    assert SHOWN_ADDRESS == OFFICIAL_ADDRESS


def test_real_films_survive_the_way_through_every_form(tmp_path, film):
    ids = ("mdb001", "mdb028", "mdb322")
    films = {film_id: film(film_id) for film_id in ids}
    with h5py.File(tmp_path / "scans.h5", "w") as file:
        file["scan"] = np.stack([pixels_of(data, 1024) for data in films.values()])
        file["REFNUM"] = np.array([film_id.encode() for film_id in ids])
    write(tmp_path / "films.zip", pack_zip(pgm_members(films, "all-mias/").items()))
    write(tmp_path / "films.tar.gz", pack_tar(pgm_members(films)))
    for number, name in enumerate(("scans.h5", "films.zip", "films.tar.gz")):
        report = import_mias(tmp_path / name, tmp_path / str(number))
        assert (report.imported, len(report.missing)) == (ids, 319)
        assert {path.stem: path.read_bytes() for path in (tmp_path / str(number)).iterdir()} == films


def test_the_whole_database_is_imported(mias_dir, tmp_path):
    report = import_mias(mias_dir, tmp_path / "mias")
    assert report.complete
    assert (tmp_path / "mias" / "mdb144.pgm").read_bytes() == open_films(mias_dir)["mdb144"]


def test_committed_checksums_know_a_film_in_any_file_format(film):
    checksums = load_checksums()
    pixels = pixels_of(film("mdb144"), 1024)
    assert len({checksum.pixel_digest for checksum in checksums.values()}) == 322
    assert checksum_of(film("mdb144")) == checksums["mdb144"]
    assert film_of_digest(pixel_digest(pixels)) == "mdb144"
    assert film_of_digest(pixel_digest(pixels[::-1])) is None
    assert tuple(checksums) == FILM_IDS == tuple(mias_catalogue().films)
    assert mias_catalogue().film_bytes == len(film("mdb144"))


def test_refuses_altered_checksums(tmp_path):
    path = tmp_path / "checksums.csv"
    path.write_text("film_id,sha256,pixel_digest\nmdb001,aa,bb\n")
    with pytest.raises(DatasetError, match="each of the 322 films"):
        load_checksums(path)
    with pytest.raises(ValueError, match="binary PGM"):
        checksum_of(b"P6 not a film")
