"""What visitors bring to the worklist: archives, folders and everything that is no film. Bad input is normal input."""

from __future__ import annotations

import io
import zipfile

import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from mammo_core.store import incoming
from mammo_core.store.incoming import take_in
from tests.store_films import dicom, film, zipped


def films(found):
    return [(item.folder, item.name) for item in found if item.data]


def refusals(found):
    return {item.name: item.refusal for item in found if item.refusal}


def dicomdir() -> bytes:
    made = Dataset()
    made.FileSetID = "DISC"
    made.file_meta = FileMetaDataset()
    made.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.1.3.10"
    made.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    out = io.BytesIO()
    dcmwrite(out, made)
    return out.getvalue()


def test_a_disc_gives_its_films_and_nothing_of_what_lies_beside_them():
    disc = {
        "DICOMDIR": dicomdir(),
        "AUTORUN.INF": b"[autorun]",
        "VIEWER/VIEW.EXE": b"MZ",
        "HELP/index.html": b"<html>",
        "__MACOSX/._IM1": b"\0" * 9,
        ".DS_Store": b"\0",
        "DICOM/PAT1/IM1": dicom(1, "R"),
        "DICOM/PAT1/IM2": dicom(1, "L"),
    }
    for found in (take_in([("disc.zip", zipped(disc))]), take_in([(f"disc/{name}", disc[name]) for name in disc])):
        found = list(found)
        assert [(folder.rpartition("/")[2], name) for folder, name in films(found)] == [
            ("PAT1", "IM1"),
            ("PAT1", "IM2"),
        ]
        assert refusals(found) == {}


def test_what_is_no_film_is_refused_with_its_kind():
    found = list(take_in([("a.pdf", b"%PDF-1.7"), ("b.pgm", b""), ("letter.doc", b"Dear Jane, " * 9)]))
    assert films(found) == []
    assert "PDF" in refusals(found)["a.pdf"]
    assert "empty" in refusals(found)["b.pgm"]
    assert "text file" in refusals(found)["letter.doc"]


def test_other_dicom_files_are_refused_at_the_door():
    found = list(take_in([("ct", dicom(Modality="CT")), ("report", dicom(Modality="SR")), ("index", dicomdir())]))
    assert ["CT slice" in refusals(found)["ct"], "a report" in refusals(found)["report"]] == [True, True]
    assert "DICOMDIR" in refusals(found)["index"]


def test_names_are_never_paths():
    tricky = {"../../etc/passwd.pgm": film(1), "/root/x.pgm": film(2), "..\\..\\win.pgm": film(3), "C:\\y.pgm": film(4)}
    found = list(take_in([("evil.zip", zipped(tricky))]))
    assert [item.name for item in found if item.data] == ["passwd.pgm", "x.pgm", "win.pgm", "y.pgm"]


def test_an_archive_in_an_archive_is_opened_and_one_within_that_is_not():
    inner = zipped({"film.pgm": film()})
    middle = zipped({"inner.zip": inner, "beside.pgm": film(2)})
    found = list(take_in([("outer.zip", zipped({"middle.zip": middle}))]))
    assert films(found) == [("outer.zip/middle.zip", "beside.pgm")]
    assert "within an archive within" in refusals(found)["inner.zip"]


def test_a_bomb_is_stopped_by_what_comes_out_of_it(monkeypatch):
    monkeypatch.setattr(incoming, "MAX_FILE_BYTES", 2**20)
    monkeypatch.setattr(incoming, "MAX_BYTES", 2**22)
    bomb = zipped({f"{i}.pgm": b"P5" + bytes(2**21) for i in range(8)})
    assert len(bomb) < 2**17
    found = list(take_in([("bomb.zip", bomb)]))
    assert films(found) == []
    assert "unpacks to more than" in refusals(found)["bomb.zip"]
    assert "larger than" in refusals(found)["0.pgm"]


def test_a_size_that_an_archive_states_wrongly_changes_nothing():
    data = bytearray(zipped({"film.pgm": film()}))
    place = data.rindex(b"PK\x01\x02")
    data[place + 24 : place + 28] = (10).to_bytes(4, "little")  # the central directory says 10 bytes
    found = list(take_in([("lies.zip", bytes(data))]))
    assert films(found) == []
    assert "damaged" in refusals(found)["lies.zip"]


def test_too_many_files_are_said(monkeypatch):
    monkeypatch.setattr(incoming, "MAX_FILES", 3)
    found = list(take_in([("day.zip", zipped({f"{i}.pgm": film(1) for i in range(9)}))]))
    assert len(films(found)) == 3
    assert "limit" in refusals(found)["day.zip"]


def test_an_encrypted_archive_is_said():
    data = bytearray(zipped({"film.pgm": film()}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.rindex(mark) + offset] |= 1
    assert "encrypted" in refusals(take_in([("secret.zip", bytes(data))]))["secret.zip"]


@pytest.mark.parametrize("cut", [3, 40, 5000, -30])
def test_a_damaged_archive_is_said_and_never_crashes(cut):
    data = zipped({"film.pgm": film(), "other.pgm": film(2)})
    found = list(take_in([("cut.zip", data[:cut]), ("fine.pgm", film(3))]))
    assert ("", "fine.pgm") in films(found)
    assert refusals(found)["cut.zip"]


def test_a_link_in_an_archive_leads_nowhere():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        link = zipfile.ZipInfo("film.pgm")
        link.external_attr = 0o120777 << 16
        packed.writestr(link, "/etc/passwd")
    found = list(take_in([("links.zip", out.getvalue())]))
    assert films(found) == []
    assert "text file" in refusals(found)["film.pgm"]
