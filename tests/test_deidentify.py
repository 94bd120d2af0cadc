"""Copies of films that name nobody, and what a file says of whom it shows."""

from __future__ import annotations

import io

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from mammo_core.errors import ImageError
from mammo_core.film.deidentify import deidentify, find_identity
from mammo_core.film.load import load_mammogram
from tests.store_films import WHO, dicom, film


def test_a_copy_names_nobody_and_reads_the_same():
    data = dicom(1, "L", "1.2.3.4.55", ViewPosition="MLO", SeriesDescription="Jane again", StudyTime="101112")
    copy, suffix = deidentify(data)
    assert suffix == ".dcm"
    traces = [*WHO.values(), "Jane", "1.2.3.4.55", "ACME", "101112"]
    assert [trace for trace in traces if trace.encode() in copy] == []
    before, after = load_mammogram(data), load_mammogram(copy)
    assert (after.digest, after.name, after.pixel_spacing_mm) == (before.digest, before.name, before.pixel_spacing_mm)
    assert after.doubts == before.doubts
    original = pydicom.dcmread(io.BytesIO(data))
    uids = (original.SOPInstanceUID, original.StudyInstanceUID, original.SeriesInstanceUID)
    assert [uid for uid in uids if uid.encode() in copy] == []


def test_a_copy_is_a_valid_file_that_says_what_was_done():
    copy = pydicom.dcmread(io.BytesIO(deidentify(dicom())[0]))
    assert copy.PatientIdentityRemoved == "YES"
    assert copy.DeidentificationMethod
    assert copy.file_meta.MediaStorageSOPInstanceUID == copy.SOPInstanceUID
    assert copy.PatientName == copy.PatientID == "ANONYMOUS"
    assert not any(element.tag.is_private for element in copy)


def test_films_of_an_exam_share_a_new_study():
    study = generate_uid()
    copies = [pydicom.dcmread(io.BytesIO(deidentify(dicom(1, side), study)[0])) for side in "RL"]
    assert {copy.StudyInstanceUID for copy in copies} == {study}
    assert copies[0].SOPInstanceUID != copies[1].SOPInstanceUID


def test_names_within_sequences_go_too():
    data = pydicom.dcmread(io.BytesIO(dicom()))
    view, modifier = Dataset(), Dataset()
    view.CodeValue, view.CodingSchemeDesignator, view.CodeMeaning = "399368009", "SCT", "MLO of Jane"
    modifier.CodeValue, modifier.CodeMeaning = "399055006", "Jane"
    view.ViewModifierCodeSequence = [modifier]
    data.ViewCodeSequence = [view]
    out = io.BytesIO()
    data.save_as(out)
    copy = deidentify(out.getvalue())[0]
    assert b"Jane" not in copy
    assert load_mammogram(copy).doubts == load_mammogram(out.getvalue()).doubts != ()


def test_a_side_that_only_the_patients_number_tells_is_kept_without_it(demo_film):
    data = demo_film("sfm-malign-0/1-283.dcm")
    copy, _ = deidentify(data)
    assert load_mammogram(copy).name == load_mammogram(data).name == "R-MLO"
    assert load_mammogram(copy).digest == load_mammogram(data).digest
    assert b"Mass-Test" not in copy


def test_a_film_that_is_no_dicom_is_left_with_its_pixels_only():
    picture = Image.fromarray(load_mammogram(film()).pixels)
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "Jane Doe, 1955"
    picture.save(out, "JPEG", quality=95, exif=exif, comment=b"of Jane")
    copy, suffix = deidentify(out.getvalue())
    assert suffix == ".png"
    assert b"Jane" not in copy
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(copy))), load_mammogram(out.getvalue()).pixels)


def test_writing_in_the_pixels_that_the_file_owns_up_to_is_refused():
    with pytest.raises(ImageError, match="writing in its pixels"):
        deidentify(dicom(BurnedInAnnotation="YES"))


def test_what_is_no_film_is_refused():
    with pytest.raises(ImageError, match="PDF document"):
        deidentify(b"%PDF-1.4")


def test_what_a_file_says_of_whom_it_shows_is_found():
    said = find_identity(dicom())
    assert said["Name"] == WHO["PatientName"]
    assert said["Patient's number"] == WHO["PatientID"]
    assert find_identity(film()) == {}
