"""The printed report and the record: what stands on the page, that nobody is named, and that readings repeat."""

import io
import json
import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pydicom
import pypdfium2
import pytest
from PIL import Image

from mammo_core import load_bundle
from mammo_core.cli.main import main
from mammo_core.errors import RecordError
from mammo_core.network.bundle import write_info
from mammo_core.preprocess import film_mask
from mammo_core.report import pdf_page, pdf_words
from mammo_core.report.pdf import hanging_order, make_pdf
from mammo_core.report.pdf_pictures import report_picture
from mammo_core.report.percent import percent
from mammo_core.report.record import make_record
from mammo_core.report.repeat import repeat_record
from mammo_core.report.reported import MOST_FILMS, FilmFile, read_files
from mammo_core.types import Applicability, Explanation

MOMENT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
EXAM = [f"sfm-malign-0/1-28{number}.dcm" for number in range(4)]
MLO = "sfm-malign-0/1-281.dcm"
HOSTILE = "Doe^Jane <b>(/JavaScript) \u202eevil\\\n"


@pytest.fixture(scope="module")
def bundle():
    return load_bundle()


@pytest.fixture(scope="module")
def one(demo_film, bundle):
    """One film, read: (reported films, None)."""
    return read_files([FilmFile(demo_film(MLO))], bundle)


@pytest.fixture(scope="module")
def four(demo_film, bundle):
    return read_files([FilmFile(demo_film(name)) for name in EXAM], bundle)


@pytest.fixture(scope="module")
def record(one, bundle):
    """The record of one film, as it comes back from a file."""
    return json.loads(json.dumps(make_record(one[0], bundle, MOMENT), allow_nan=False))


def pages(pdf):
    return pypdfium2.PdfDocument(pdf)


def text_of(pdf):
    """Return the page's text with single blanks, and without hyphens and breaks within digests."""
    text = pages(pdf)[0].get_textpage().get_text_range()
    return re.sub(r"\s+", " ", text.replace("\u00a0", " "))


def has(text, sentence):
    """Tell whether a sentence stands in a text, wherever its lines break."""
    return sentence.replace(" ", "") in text.replace(" ", "")


# --- what stands on the page


def test_a_films_report_is_one_a4_page_under_a_megabyte(one, bundle):
    pdf = make_pdf(one[0], bundle, MOMENT)
    document = pages(pdf)
    assert len(document) == 1
    assert document[0].get_size() == pytest.approx((595.3, 841.9), abs=0.1)
    assert len(pdf) < 1_000_000


def test_a_films_report_states_every_fact_of_its_reading(one, bundle):
    film = one[0][0]
    text = text_of(make_pdf(one[0], bundle, MOMENT))
    reading, info = film.reading, bundle.info
    facts = [
        *pdf_words.NOTICE, *pdf_words.OUTSIDE, "L-MLO", "22 November 2026, 08:30 UTC", bundle.model_id,
        *map(percent, reading.probabilities), *reading.applicability.reasons, *reading.warnings, film.file_sha256,
        *(percent(mark.suspicion) for mark in reading.candidates), info["fingerprint"][:16],
        percent(info["doubt_band"]["film"]["low"]), "In screening it is about 0.3 %", "BI-RADS", "no CLAHE",
        "2576 x 4680 pixels, 16 bit", "relative to each film",
    ]  # fmt: skip
    assert [fact for fact in facts if not has(text, fact)] == []


def test_an_exams_report_states_the_woman_the_breasts_and_the_films(four, bundle):
    films, exam = four
    pdf = make_pdf(films, bundle, MOMENT, exam)
    text = text_of(pdf)
    facts = [
        *exam.reasons, *map(percent, exam.probabilities), *exam.applicability.reasons, *exam.warnings,
        *(f"malignant {percent(breast.probabilities.malignant)}" for breast in exam.breasts),
        *(film.file_sha256[:16] for film in films), *(f"{film.mammogram.name} (film" for film in films),
        "Right breast, by R-MLO (film 4)", "4 films", "In screening it is about 0.6 %",
    ]  # fmt: skip
    assert [fact for fact in facts if not has(text, fact)] == []
    assert len(pages(pdf)) == 1
    assert len(pdf) < 1_000_000


@pytest.mark.parametrize("decision", ["normal", "benign", "malignant", "refer"])
def test_a_decision_stands_in_words_and_is_never_called_an_all_clear(one, bundle, decision):
    reading = replace(one[0][0].reading, decision=decision, applicability=Applicability(True))
    text = text_of(make_pdf([replace(one[0][0], reading=reading)], bundle, MOMENT))
    word, why = pdf_words.DECISIONS[decision]
    assert has(text, word)
    assert has(text, why.format(units="films"))
    assert has(text, pdf_words.INSIDE)
    assert not has(text, pdf_words.NOT_INSIDE)


def test_an_empty_heatmap_is_said(one, bundle):
    film = one[0][0]
    nothing = Explanation("gradcam", "malignant", np.zeros_like(film.explanation.heatmap), True)
    text = text_of(make_pdf([replace(film, explanation=nothing)], bundle, MOMENT))
    assert has(text, "Nothing on L-MLO speaks for malignant: the heatmap is empty.")


def test_the_most_films_with_the_longest_names_and_warnings_stay_on_one_page(four, bundle):
    films, exam = four
    named = [replace(film, file_name=f"{'W' * 200}{i}.dcm") for i, film in enumerate(films * 2)]
    long = replace(exam, films=exam.films * 2, warnings=("A sentence about this exam of some length. " * 4,) * 20)
    pdf = make_pdf(named[:MOST_FILMS], bundle, MOMENT, long)
    words, foot = pages(pdf)[0].get_textpage(), pdf_page.FOOT
    inside = [words.get_charbox(i) for i in range(words.count_chars()) if words.get_text_range(i, 1).strip()]
    assert min(bottom for _, bottom, _, _ in inside) > foot - 14
    assert sum(bottom < foot for _, bottom, _, _ in inside) < 140  # the foot's own line
    assert has(text_of(pdf), "more sentences stand in the record (JSON).")


def test_the_page_can_be_printed_in_black_and_white(one, bundle):
    picture = pages(make_pdf(one[0], bundle, MOMENT))[0].render(scale=2).to_pil().convert("L")
    grey = np.asarray(picture)
    assert grey[:60].min() > 250  # the paper is white
    line = report_picture(one[0][0], 600).overlay
    assert line != report_picture(one[0][0], 600).film
    assert (grey < 90).mean() > 0.05


def test_films_hang_as_usual_whatever_their_order(four):
    films = four[0]
    assert [films[index].mammogram.name for index in hanging_order(films)] == ["R-CC", "L-CC", "R-MLO", "L-MLO"]


def test_a_report_is_the_same_bytes_for_the_same_reading(one, bundle):
    first = make_pdf(one[0], bundle, MOMENT)
    assert make_pdf(one[0], bundle, MOMENT.astimezone(timezone(timedelta(hours=5)))) == first
    assert b"20261122083000" in first
    assert make_pdf(one[0], bundle, MOMENT + timedelta(minutes=1)) != first


def test_several_films_without_an_exam_and_moments_without_a_zone_are_refused(four, bundle):
    with pytest.raises(ValueError, match="without one"):
        make_pdf(four[0], bundle, MOMENT)
    with pytest.raises(ValueError, match="time zone"):
        make_pdf(four[0][:1], bundle, MOMENT.replace(tzinfo=None))


# --- nobody is named


def altered(data, **tags):
    """Return a DICOM file with other tags."""
    dataset = pydicom.dcmread(io.BytesIO(data))
    for keyword, value in tags.items():
        setattr(dataset, keyword, value)
    out = io.BytesIO()
    dataset.save_as(out)
    return out.getvalue()


def test_hostile_tags_reach_neither_the_page_nor_the_record(demo_film, bundle):
    tags = ("PatientName", "PatientID", "PatientComments", "InstitutionName", "StudyDescription", "AccessionNumber")
    data = altered(demo_film(MLO), **dict.fromkeys(tags, "ZZSECRET (/JS) <script>"), SeriesDescription="ZZSECRET")
    films, _ = read_files([FilmFile(data)], bundle)
    pdf = make_pdf(films, bundle, MOMENT)
    said = json.dumps(make_record(films, bundle, MOMENT))
    assert "ZZSECRET" not in said + text_of(pdf)
    assert b"ZZSECRET" not in pdf


def test_a_files_name_is_printed_only_when_asked_for_and_as_it_is(one, bundle):
    film = replace(one[0][0], file_name=HOSTILE)
    pdf = make_pdf([film], bundle, MOMENT)
    assert has(text_of(pdf), r"Doe^Jane <b>(/JavaScript) \u202eevil\ .".replace(" .", ""))
    assert b"/JavaScript" not in pdf
    assert "Doe" not in text_of(make_pdf(one[0], bundle, MOMENT))
    assert "file_name" not in make_record(one[0], bundle, MOMENT)["films"][0]
    assert make_record([film], bundle, MOMENT)["films"][0]["file_name"] == HOSTILE


@pytest.mark.parametrize(("given", "printed"), [("Müller 張", "Müller \\u5f35"), ("a\u202eb\0", "a\\u202eb\\x00")])
def test_what_the_font_lacks_or_steers_text_is_written_as_its_number(given, printed):
    assert pdf_page.printable(given) == printed


def test_labels_outside_the_breast_are_black_on_the_printed_film(one):
    """A label burnt into a film can hold the patient's name."""
    film = one[0][0]
    frame = report_picture(film, 800).frame
    pixels = film.mammogram.pixels.copy()
    left, top = int(frame.x + frame.width) - 300, int(frame.y) + 60
    assert not film_mask(film.prepared.breast_mask, film.prepared)[top : top + 100, left : left + 250].any()
    pixels[top : top + 100, left : left + 250] = pixels.max()
    labelled = replace(film, mammogram=replace(film.mammogram, pixels=pixels))
    picture = report_picture(labelled, 800)
    for jpeg in (picture.film, picture.overlay):
        shown = np.asarray(Image.open(io.BytesIO(jpeg)).convert("L"))
        height, width = shown.shape
        assert shown[: height // 10, -width // 7 :].max() < 12


# --- repeating


def test_a_reading_repeats_bit_by_bit_from_its_record(record, demo_film, bundle):
    outcome = repeat_record(record, [demo_film(MLO)], bundle)
    assert outcome.repeats
    assert outcome.surroundings == ()


def test_an_exam_repeats_from_its_record_in_any_order_of_files(four, demo_film, bundle):
    films, exam = four
    record = json.loads(json.dumps(make_record(films, bundle, MOMENT, exam), allow_nan=False))
    assert repeat_record(record, [demo_film(name) for name in reversed(EXAM)], bundle).repeats
    assert not repeat_record(record, [demo_film(name) for name in EXAM[:3]], bundle).repeats


def test_what_a_reader_stated_is_repeated_too(demo_film, bundle):
    stated = (("pixel_spacing_mm", 0.0435), ("laterality", "R"), ("view", "MLO"))
    for file in (FilmFile(demo_film(MLO), read_as=stated), FilmFile(demo_film(MLO), opened_spacing_mm=0.0435)):
        films, _ = read_files([file], bundle)
        record = json.loads(json.dumps(make_record(films, bundle, MOMENT)))
        assert record["films"][0]["read_as"]["pixel_spacing_mm"] == 0.0435
        assert repeat_record(record, [demo_film(MLO)], bundle).repeats


def test_one_byte_of_the_film_is_enough_to_say_no(record, demo_film, bundle):
    data = bytearray(demo_film(MLO))
    data[len(data) // 2] ^= 1
    outcome = repeat_record(record, [bytes(data)], bundle)
    assert not outcome.repeats
    assert "none of the files given" in outcome.differences[0]


def test_another_model_is_said_and_nothing_is_read(record, demo_film, bundle, tmp_path):
    folder = tmp_path / bundle.model_id
    shutil.copytree(bundle.folder, folder)
    info = json.loads(json.dumps({key: bundle.info[key] for key in bundle.info if key not in ("digest", "sha256")}))
    info["calibration"]["film"]["abnormal"][0] += 1e-9
    write_info(folder, info)
    outcome = repeat_record(record, [demo_film(MLO)], load_bundle(folder))
    assert not outcome.repeats
    assert "bundle.json differs" in outcome.differences[0]
    other = folder.rename(tmp_path / "other")
    assert "which is not here" in repeat_record(record, [demo_film(MLO)], load_bundle(other)).differences[0]


def test_the_last_bit_of_a_figure_counts_and_other_versions_are_told(record, demo_film, bundle):
    forged = json.loads(json.dumps(record))
    shares = forged["films"][0]["reading"]["probabilities"]
    shares["malignant"] = float(np.nextafter(shares["malignant"], 1))
    forged["software"]["onnxruntime"] = "0.1"
    outcome = repeat_record(forged, [demo_film(MLO)], bundle)
    assert len(outcome.differences) == 1
    assert "reading probabilities malignant" in outcome.differences[0]
    assert [sentence.split(":")[0] for sentence in outcome.surroundings] == ["software onnxruntime"]


@pytest.mark.parametrize(
    "change", [{"schema": "x"}, {"schema_version": 99}, {"films": []}, {"films": [{}]}, {"model": 3}]
)
def test_what_is_no_record_is_refused(record, change, bundle):
    with pytest.raises(RecordError):
        repeat_record(record | change, [b""], bundle)
    with pytest.raises(RecordError):
        repeat_record([], [b""], bundle)


# --- the verbs


def test_the_verbs_write_a_report_and_say_whether_it_repeats(tmp_path, demo_dir, capsys):
    film, out, kept = demo_dir / MLO, tmp_path / "r.pdf", tmp_path / "r.json"
    assert main(["report", str(film), "--out", str(out), "--json", str(kept), "--date", "2026-11-22T08:30"]) == 0
    assert pages(out.read_bytes())[0].get_size()[0] < 600
    assert str(demo_dir) not in kept.read_text() + text_of(out.read_bytes())
    assert "1-281" not in kept.read_text() + text_of(out.read_bytes())
    assert main(["repeat", str(kept), str(film)]) == 0
    assert "repeats bit by bit" in capsys.readouterr().out
    assert main(["repeat", str(kept), str(demo_dir / EXAM[0])]) == 1
    assert "does not repeat" in capsys.readouterr().out


def test_no_report_is_written_where_a_film_cannot_be_read(tmp_path, demo_dir, capsys):
    broken, out = tmp_path / "broken.dcm", tmp_path / "r.pdf"
    broken.write_bytes(b"no film")
    assert main(["report", str(demo_dir / MLO), str(broken), "--out", str(out)]) == 1
    assert not out.exists()
    assert "broken.dcm" in capsys.readouterr().err


@pytest.mark.parametrize(
    "argv", [["--out", "r.txt"], ["--out", "r.pdf", "--json", "r.pdf"], ["--out", "r.pdf", "--date", "soon"]]
)
def test_wrong_use_of_report_is_told(argv, tmp_path, demo_dir, monkeypatch):
    monkeypatch.chdir(tmp_path)
    try:
        code = main(["report", str(demo_dir / MLO), *argv])
    except SystemExit as end:
        code = end.code
    assert code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_training_films_report_says_so(film, bundle):
    films, _ = read_files([FilmFile(film("mdb028"))], bundle)
    text = text_of(make_pdf(films, bundle, MOMENT))
    assert has(text, "This film is mdb028 of the training set.")
    assert has(text, "pixel spacing 0.2 mm")
