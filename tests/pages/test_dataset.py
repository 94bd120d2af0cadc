"""The Dataset page: with MIAS, without it, with a part of it; filters, splits, variants, and the import beside it."""

import io
import tarfile
import threading

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mammo_core.config import ROOT
from mammo_core.errors import DatasetError
from mammo_core.mias.augment import Variant
from mammo_core.mias.index import annotations_by_film, film_class
from mammo_core.mias.splits import load_folds, split_digest
from mammo_core.report.dataset_charts import counts_figure
from mammo_core.ui import dataset_import, dataset_sections
from mammo_core.ui.dataset_films import mias_films, phantom_films, present_films, thumbnails
from mammo_core.ui.dataset_pair import back_to_back, drawn_upon, film_facts
from mammo_core.ui.long_work import EVERYONE, job_room
from mammo_core.ui.words import dataset as dataset_words

PAGE = str(ROOT / "pages" / "dataset.py")
SECONDS = 60


@pytest.fixture
def page(mias_dir, monkeypatch) -> AppTest:
    """The page with MIAS at hand."""
    monkeypatch.setenv("MAMMO_MIAS_DIR", str(mias_dir))
    return run(AppTest.from_file(PAGE, default_timeout=SECONDS))


@pytest.fixture
def bare(tmp_path, monkeypatch) -> AppTest:
    """The page where MIAS is absent."""
    monkeypatch.setenv("MAMMO_MIAS_DIR", str(tmp_path / "mias"))
    return run(AppTest.from_file(PAGE, default_timeout=SECONDS))


def run(page: AppTest) -> AppTest:
    page.run()
    assert not page.exception
    return page


def shown(page: AppTest) -> str:
    """Return all that is written on the page."""
    kinds = (page.html, page.markdown, page.caption, page.error, page.info, page.success, page.warning, page.header)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def archive(mias_dir, *films: str) -> bytes:
    """Return a `.tar.gz` of some films of MIAS."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", compresslevel=1) as tar:
        for film in films:
            tar.add(mias_dir / f"{film}.pgm", f"{film}.pgm")
    return out.getvalue()


def choose(page: AppTest, film: str) -> AppTest:
    page.session_state["dataset_film"] = film
    return run(page)


def turn_to(page: AppTest, tab: str) -> AppTest:
    page.session_state["dataset_tab"] = tab
    return run(page)


def test_opens_with_all_films_and_credits_them(page):
    assert "322 of 322 films" in shown(page)
    assert "For research only" in shown(page)
    assert "phantom" not in shown(page)
    assert not page.file_uploader


def test_filters_leave_the_films_that_are_asked_for(page):
    page.button_group(key="dataset_class").set_value(["malignant"])
    page.button_group(key="dataset_tissue").set_value(["F", "D"])
    page.button_group(key="dataset_codes").set_value(["SPIC"])
    page.button_group(key="dataset_fold").set_value([0, 1, 2])
    run(page)
    expected = [
        film
        for film, rows in annotations_by_film().items()
        if film_class(film) == "malignant"
        and rows[0].background_tissue in "FD"
        and any(row.abnormality == "SPIC" for row in rows)
        and load_folds()[rows[0].woman_id][0] in (0, 1, 2)
    ]
    assert f"{len(expected)} of 322 films" in shown(page)
    assert expected[0] in shown(page)


def test_filters_that_leave_nothing_are_said_so(page):
    page.button_group(key="dataset_class").set_value(["normal"])
    page.button_group(key="dataset_codes").set_value(["CALC"])
    assert dataset_words.NONE_LEFT in shown(run(page))


def test_a_chosen_film_shows_both_breasts_of_the_woman_with_what_is_known(page):
    text = shown(choose(page, "mdb028"))
    assert "mdb027" in text
    assert "well-defined mass (CIRC), malignant, radius 11 mm" in text
    assert "F, fatty" in text


def test_every_row_of_the_index_can_be_worded():
    for film in mias_films().values():
        facts = film_facts(film, "L")
        assert facts["Class"] == film.film_class
        assert ("Abnormality" in facts) == (film.film_class != "normal")
    assert "no place given" in film_facts(mias_films()["mdb059"], None)["Abnormality"]


def test_a_film_that_cannot_be_read_is_said_so_and_the_other_is_shown(mias_dir, tmp_path, monkeypatch):
    (tmp_path / "mdb001.pgm").write_bytes((mias_dir / "mdb001.pgm").read_bytes())
    (tmp_path / "mdb002.pgm").write_bytes(b"P5 truncated")
    monkeypatch.setenv("MAMMO_MIAS_DIR", str(tmp_path))
    page = choose(AppTest.from_file(PAGE, default_timeout=SECONDS), "mdb001")
    assert any("mdb002" in str(note.proto) for note in page.warning)
    assert "2 of 2 films" in shown(page)
    assert any("2 of 322 films are here" in box.label for box in page.expander)


def test_without_mias_it_says_how_to_get_it_and_shows_phantoms_by_name(bare):
    text = shown(bare)
    assert "import-mias" in text
    assert "phantoms, not films" in text
    assert "24 of 24 phantoms" in text
    assert "phantom 1" in text
    assert "Suckling" not in text
    assert bare.file_uploader


def test_phantoms_are_filtered_too(bare):
    bare.button_group(key="dataset_codes").set_value(["CALC"])
    run(bare)
    n = sum("CALC" in film.codes for film in phantom_films().values())
    assert f"{n} of 24 phantoms" in shown(bare)


def test_an_upload_is_imported_beside_the_page(bare, mias_dir, tmp_path):
    bare.file_uploader[0].upload("some-films.tar.gz", archive(mias_dir, "mdb001", "mdb002", "mdb028"))
    run(bare)
    job = job_room().find(EVERYONE, dataset_import.JOB)
    assert job.wait(SECONDS)
    text = shown(run(bare))
    assert "3 films were imported; 3 of 322 are here now." in text
    assert "3 of 3 films" in text
    assert sorted(path.name for path in (tmp_path / "mias").glob("*.pgm")) == ["mdb001.pgm", "mdb002.pgm", "mdb028.pgm"]
    assert "were imported" not in shown(run(bare))


def test_an_upload_that_is_no_archive_is_told_in_words(bare, tmp_path):
    bare.file_uploader[0].upload("holiday.tar.gz", b"not an archive at all")
    run(bare)
    assert job_room().find(EVERYONE, dataset_import.JOB).wait(SECONDS)
    run(bare)
    assert "holiday.tar.gz" in shown(bare)
    assert "The films were not imported" in str(bare.error[0].proto)
    assert "24 of 24 phantoms" in shown(bare)
    assert not list(tmp_path.rglob("*.pgm"))


def test_a_running_import_shows_progress_survives_a_rerun_and_can_be_cancelled(bare, monkeypatch, tmp_path):
    reached, go = threading.Event(), threading.Event()

    def slow_import(source, target, progress):
        progress(0.25)
        reached.set()
        assert go.wait(SECONDS)
        progress(0.5)

    monkeypatch.setattr(dataset_import, "import_mias", slow_import)
    bare.file_uploader[0].upload("all-mias.tar.gz", b"anything")
    run(bare)
    assert reached.wait(SECONDS)
    run(bare)
    assert not bare.file_uploader
    bar = next(element for element in bare.get("progress"))
    assert bar.proto.value == 25
    stranger = run(AppTest.from_file(PAGE, default_timeout=SECONDS))  # or the same visitor with a page loaded anew
    assert next(iter(stranger.get("progress"))).proto.value == 25
    bare.button(key=f"cancel_{dataset_import.JOB}").click()
    run(bare)
    assert "Stopping" in next(iter(bare.get("progress"))).proto.text
    go.set()
    assert job_room().find(EVERYONE, dataset_import.JOB).wait(SECONDS)
    assert dataset_words.CANCELLED in shown(run(bare))
    assert bare.file_uploader


@pytest.mark.parametrize("name", ["../../evil.tar.gz", "a/b.tar.gz", "", "x" * 300, ".hidden", "ünï code.tar.gz"])
def test_no_name_of_an_upload_leads_out_of_its_folder(name, monkeypatch, tmp_path):
    seen = []
    monkeypatch.setattr(dataset_import, "import_mias", lambda source, target, progress: seen.append(source))
    dataset_import.import_work(name, b"content", tmp_path)(lambda *_: None, lambda: False)
    assert seen[0].parent.name.startswith("mammo-upload-")
    assert not seen[0].parent.exists()


def test_the_splits_are_checked_and_said_to_be_clean(page):
    text = shown(turn_to(page, "Splits"))
    assert "The splits are clean" in text
    assert "25 splits" in text
    assert split_digest(load_folds())[:16] in text


def test_a_woman_in_two_parts_is_told(page, monkeypatch):
    def unclean(repeat, fold):
        raise DatasetError("woman 3 is in two parts: mdb005 in training, mdb006 in test")

    monkeypatch.setattr(dataset_sections, "fold_films", unclean)
    assert "woman 3 is in two parts" in shown(turn_to(page, "Splits"))
    assert "The splits are clean" not in shown(page)


def test_a_repeat_that_leaves_a_film_out_is_not_clean(monkeypatch):
    monkeypatch.setattr(dataset_sections, "fold_films", lambda repeat, fold: ((), ("mdb001",)))
    with pytest.raises(DatasetError, match="exactly once"):
        dataset_sections.check_all_splits()


def variants(page: AppTest) -> str:
    return next(element.value for element in page.html if 'class="variants"' in str(element.value))


def test_the_sixteen_variants_of_a_lesion_and_of_any_place(page):
    choose(page, "mdb028")
    of_lesion = variants(turn_to(page, "Sixteen variants"))
    assert of_lesion.count("<img") == 16
    page.selectbox(key="dataset_region_mdb028").set_value("Another place")
    elsewhere = variants(run(page))
    page.slider(key="dataset_across").set_value(20)
    assert len({of_lesion, elsewhere, variants(run(page))}) == 3


def test_the_variants_of_a_phantom_are_shown_meanwhile(bare):
    assert variants(turn_to(bare, "Sixteen variants")).count("<img") == 16


def test_the_balance_is_shown_whether_films_are_there_or_not(bare):
    turn_to(bare, "Class balance")
    charts = [str(chart.proto.spec) for chart in bare.get("plotly_chart")]
    assert len(charts) == 2
    assert "322 films of 161 women" in charts[0]
    assert "123 abnormalities, 4 without a place" in charts[1]


def test_variants_are_worded():
    assert dataset_sections.variant_text(Variant(1, True, 1.08, -12.3)) == "90°, flipped<br>× 1.08, -12"


def test_marks_are_drawn_only_when_asked_for():
    film = next(film for film in phantom_films().values() if film.circles)
    plain = drawn_upon(film, None, ())
    assert (np.ptp(plain.astype(int), axis=2) == 0).all()
    pictures = [drawn_upon(film, None, (mark,)) for mark in dataset_words.MARKS]
    assert all(not np.array_equal(picture, plain) for picture in pictures)
    assert np.array_equal(drawn_upon(film, None, ()), plain)


def test_breasts_of_unequal_height_are_hung_at_one_level():
    right, left = np.full((100, 40, 3), 9, np.uint8), np.full((60, 30, 3), 7, np.uint8)
    both = back_to_back([right, left])
    assert both.shape == (100, 40 + 6 + 30, 3)
    assert (both[20:80, -30:] == 7).all()
    assert not both[:20, -30:].any()


def test_a_broken_film_has_no_thumbnail_and_stops_nothing(tmp_path):
    for number, data in enumerate((b"", b"P5", b"P5\n999999 999999\n255\n", b"not a picture"), start=1):
        (tmp_path / f"mdb00{number}.pgm").write_bytes(data)
    assert thumbnails(tmp_path, present_films(tmp_path)) == {}


def test_an_archive_serves_as_a_folder_does(mias_dir, tmp_path):
    (tmp_path / "all-mias.tar.gz").write_bytes(archive(mias_dir, "mdb001", "mdb002"))
    assert present_films(tmp_path) == ("mdb001", "mdb002")
    assert set(thumbnails(tmp_path, ("mdb001", "mdb002"))) == {"mdb001", "mdb002"}


def test_bars_hold_every_count_and_its_total():
    figure = counts_figure({"F": {"benign": 3, "malignant": 1}, "G": {"benign": 0, "malignant": 2}}, "t", "s", "films")
    assert [list(bar.x) for bar in figure.data] == [[3, 0], [1, 2]]
    assert [note.text for note in figure.layout.annotations] == ["4", "2"]
