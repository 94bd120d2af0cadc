"""The Exam page: hanging, missing and doubled views, two women, MIAS with its truth hidden, and the answer."""

import re
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mammo_core import load_mammogram, read_exam
from mammo_core.config import ROOT
from mammo_core.errors import BreastNotFoundError
from mammo_core.evaluate.prevalence import SCREENING
from mammo_core.film.demo_films import DEMO_EXAMS, demo_files
from mammo_core.mias.phantom import draw_phantom
from mammo_core.network import active
from mammo_core.preprocess import preprocess
from mammo_core.report.pictures import encode_png
from mammo_core.types import DECISIONS, PLACES, Mammogram
from mammo_core.ui import exam_films, exam_read, verbs
from mammo_core.ui.case import Case, Kept, OpenFilm
from mammo_core.ui.exam_films import foci
from mammo_core.ui.exam_places import OUT, hang
from mammo_core.ui.exam_truth import DEMO_BREASTS
from mammo_core.ui.exam_women import name_women, woman_of_file
from mammo_core.ui.words import exam as words
from mammo_core.ui.words import frame as frame_words
from mammo_core.ui.words import walk as walk_words

PAGE = str(ROOT / "pages" / "exam.py")
EXAM = {"R-CC": "1-282", "L-CC": "1-280", "R-MLO": "1-283", "L-MLO": "1-281"}


@pytest.fixture
def page() -> AppTest:
    return AppTest.from_file(PAGE, default_timeout=120)


@pytest.fixture
def panes(monkeypatch) -> list:
    """What the viewer was given last."""
    seen = []
    monkeypatch.setattr(exam_films, "show_viewer", lambda panes, **kwargs: seen.__setitem__(slice(None), panes))
    return seen


@pytest.fixture(scope="module")
def read_case(demo_film) -> Case:
    """The demo exam with the cancer, opened and read once for all tests; take a copy."""
    page = AppTest.from_file(PAGE, default_timeout=120)
    page.session_state["case"] = case_of(*(demo_file(demo_film, place) for place in PLACES))
    return run(page).session_state["case"]


@pytest.fixture
def demo(page, read_case, panes) -> AppTest:
    """The page with the demo exam open and read."""
    page.session_state["case"] = copied(read_case, *PLACES)
    return run(page)


def demo_file(demo_film, place: str) -> tuple[str, bytes]:
    return f"{place}.dcm", demo_film(f"sfm-malign-0/{EXAM[place]}.dcm")


def copied(case: Case, *places: str) -> Case:
    """Return a case of its own with some of the films, and all that is known of them."""
    films = [replace(film, results=Kept(2**30)) for film in case.films.values() if film.filed_as in places]
    mine = Case({film.key: film for film in films})
    for film in mine.films.values():
        film.results.update(case.films[film.key].results)
    mine.results.update(case.results)
    return mine


def case_of(*files: tuple[str, bytes]) -> Case:
    case = Case()
    for name, data in files:
        assert case.add(name, data), case.refused
    return case


def run(page: AppTest) -> AppTest:
    page.run()
    assert not page.exception
    return page


def shown(page: AppTest) -> str:
    kinds = (page.html, page.markdown, page.caption, page.error, page.info, page.warning, page.title)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def decision(page: AppTest) -> str | None:
    found = re.search(r'data-decision="(\w+)"', shown(page))
    return found and found[1]


def titles(panes: list) -> list[str]:
    return [pane.title for pane in panes]


def place_field(page: AppTest, name: str):
    """Return the field that gives the film of this name its place."""
    return next(field for field in page.selectbox if name in field.label)


def mias(page: AppTest, film, *film_ids: str) -> AppTest:
    page.session_state["case"] = case_of(*((f"{film_id}.pgm", film(film_id)) for film_id in film_ids))
    return run(page)


# What the page does


def test_the_empty_page_invites(page):
    run(page)
    assert page.title[0].value == words.TITLE
    assert [button.label for button in page.button][:2] == ["Exam A, a proven cancer", "Exam B, benign masses"]
    assert page.file_uploader[0].accept_multiple_files


def test_a_demo_exam_opens_with_one_click_and_is_hung_and_read(page, panes, demo_dir):
    run(page)
    page.button(key="demo_sfm-malign-0").click().run()
    assert not page.exception
    assert titles(panes) == list(PLACES)
    assert [pane.against for pane in panes] == ["right", "left", "right", "left"]
    assert not any(pane.mirrored for pane in panes)
    assert decision(page) in DECISIONS
    assert f"about {100 * SCREENING['woman']:.1f} %" in shown(page)
    assert "CC BY 3.0" in shown(page)
    assert "Exam A" in shown(page)


def test_the_page_says_what_the_library_says(demo, demo_film):
    reading = read_exam([load_mammogram(demo_file(demo_film, place)[1]) for place in PLACES])
    assert f'data-suspect="{reading.suspect}"' in shown(demo)
    assert all(reason.replace(" %", "\u202f%") in shown(demo) for reason in reading.reasons)
    share = re.search(r'data-label="malignant" data-share="([\d.]+)"', shown(demo))[1]
    assert float(share) == pytest.approx(reading.probabilities.malignant, abs=1e-6)
    assert "Right (MLO)" in shown(demo)
    assert "Left (MLO)" in shown(demo)


def test_the_sentence_that_names_the_breast_is_bold_unless_the_exam_is_refused(demo, film):
    assert words.OUTSIDE[1] in shown(demo)
    assert "<b>" not in reasons(demo)
    mias(demo, film, "mdb027", "mdb028")
    assert words.OUTSIDE[1] not in shown(demo)
    assert "<p><b>" in reasons(demo)


def reasons(page: AppTest) -> str:
    return next(str(html.value) for html in page.html if 'class="reasons"' in str(html.value))


def test_what_the_archive_says_of_a_demo_exam_is_hidden_until_asked_for(demo, panes):
    assert walk_words.ARCHIVE not in shown(demo)
    truth_toggle(demo).set_value(True).run()
    assert "Right breast: an oval mass with a circumscribed margin, benign." in shown(demo)
    assert "Left breast: an irregular mass with a spiculated margin, malignant." in shown(demo)
    assert walk_words.ARCHIVE in shown(demo)
    assert all(pane.pixels.ndim == 2 for pane in panes)


def test_every_demo_film_is_known_with_its_side():
    films = [load_mammogram(data) for exam in DEMO_EXAMS for _, data in demo_files(exam)]
    exams = [exam for exam in DEMO_EXAMS for _ in demo_files(exam)]
    assert {film.digest: (exam, film.laterality) for exam, film in zip(exams, films, strict=True)} == DEMO_BREASTS


def truth_toggle(page: AppTest):
    return next(toggle for toggle in page.toggle if toggle.label == words.TRUTH_LABEL)


def test_the_strongest_marks_are_on_the_films_and_all_of_them_in_figures(demo, panes):
    assert all(len(pane.marks) == exam_films.MARKS for pane in panes)
    assert shown(demo).count('class="bar"') > 2 + sum(len(pane.marks) for pane in panes)


def test_left_is_held_against_right(demo, panes):
    demo.segmented_control(key="exam_mode").set_value("MLO").run()
    assert not demo.exception
    assert titles(panes) == ["R-MLO", f"L-MLO, {words.MIRRORED}"]
    assert [pane.mirrored for pane in panes] == [False, True]
    assert all(pane.heatmap.max() <= 1 for pane in panes)
    assert words.ASYMMETRY_NOTE in shown(demo)
    demo.segmented_control(key="exam_layer_of_pair").set_value(words.NOTHING).run()
    assert all(pane.heatmap is None for pane in panes)


def test_each_film_can_have_its_heatmap(demo, panes):
    demo.segmented_control(key="exam_layer").set_value(words.HEAT).run()
    assert not demo.exception
    assert all(pane.heatmap is not None for pane in panes)
    assert words.HEAT_NOTE in shown(demo)


def test_a_missing_view_leaves_its_place_empty_and_is_said(page, panes, read_case):
    page.session_state["case"] = copied(read_case, "R-MLO", "L-MLO", "L-CC")
    run(page)
    assert titles(panes) == [f"R-CC: {words.NO_FILM}", "L-CC", "R-MLO", "L-MLO"]
    assert words.MISSING.format(place="R-CC") in shown(page)
    assert decision(page) in DECISIONS


def test_one_film_alone_is_hung_and_read(page, panes, read_case):
    page.session_state["case"] = copied(read_case, "L-MLO")
    run(page)
    assert titles(panes) == [f"R-MLO: {words.NO_FILM}", "L-MLO"]
    assert not any(control.key == "exam_mode" for control in page.segmented_control)
    assert 'data-suspect="L"' in shown(page)


def test_a_film_can_be_left_out_and_comes_back(demo, panes):
    place_field(demo, "R-CC").set_value(OUT).run()
    assert titles(panes)[0] == f"R-CC: {words.NO_FILM}"
    assert words.OUT_CHOSEN in shown(demo)
    next(button for button in demo.button if button.label == words.BACK_TO_FILES).click().run()
    assert titles(panes) == list(PLACES)


def test_a_film_of_unknown_view_waits_for_its_place_and_counts_as_stated(page, panes):
    phantom = draw_phantom(3, 512, laterality="R", lesions=()).mammogram
    case = case_of(("drawn.png", encode_png(phantom.pixels)))
    only = next(iter(case.films.values()))
    only.mammogram, only.filed_as = replace(only.mammogram, view=None), "R-?"
    page.session_state["case"] = case
    run(page)
    assert words.NONE_HANGS in shown(page)
    assert "view is not known" in shown(page)
    place_field(page, "drawn.png").set_value("R-CC").run()
    assert not page.exception
    assert titles(panes) == ["R-CC", f"L-CC: {words.NO_FILM}"]
    assert only.mammogram.name == "R-CC"
    assert words.STATED.format(place="R-CC", filed_as="R-?") in shown(page)


def test_what_the_visitor_chose_is_still_so_after_the_page_was_left(read_case):
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    app.session_state["case"] = copied(read_case, "R-MLO", "L-MLO")
    app.run()
    app.switch_page("pages/exam.py").run()
    assert "R-MLO.dcm" in [option.split(" · ")[1] for option in strip_of_read(app)]
    place_field(app, "L-MLO").set_value(OUT).run()
    app.switch_page("pages/model_card.py").run()
    app.switch_page("pages/exam.py").run()
    assert not app.exception
    assert place_field(app, "L-MLO").value == OUT


def strip_of_read(app: AppTest) -> list[str]:
    """Return what the Read page's strip of films says, and come back."""
    app.switch_page("pages/read.py").run()
    options = list(app.segmented_control(key="strip").options)
    app.switch_page("pages/exam.py").run()
    return options


def test_films_of_two_women_are_asked_about_and_never_mixed_by_themselves(page, panes, film):
    mias(page, film, "mdb028", "mdb027", "mdb011", "mdb012")
    assert list(page.segmented_control(key="exam_strip").options) == ["MIAS woman 14", "MIAS woman 6"]
    assert len(panes) == 2
    assert decision(page) in DECISIONS


def test_films_of_two_women_hung_together_are_shown_and_not_read(page, panes, film):
    mias(page, film, "mdb027", "mdb011")
    place_field(page, "mdb027").set_value("R-MLO").run()
    place_field(page, "mdb011").set_value("L-MLO").run()
    assert not page.exception
    assert titles(panes)[0].startswith("R-MLO")
    assert "2 women (MIAS woman" in shown(page)
    assert decision(page) is None
    assert not any(control.key == "exam_mode" for control in page.segmented_control)


def test_a_mias_pair_opens_with_its_truth_hidden_until_asked_for(page, panes, mias_dir, monkeypatch):
    monkeypatch.setenv("MAMMO_MIAS_DIR", str(mias_dir))
    run(page)
    page.number_input(key="exam_woman_welcome").set_value(14)
    next(button for button in page.button if button.label == words.OPEN_WOMAN).click().run()
    assert not page.exception
    assert sorted(pane.title for pane in panes) == ["L-MLO", "R-MLO"]
    assert "both films of woman 14" in shown(page)
    assert "malignant, radius" not in shown(page)
    assert all(pane.pixels.ndim == 2 for pane in panes)
    truth_toggle(page).set_value(True).run()
    assert "mdb028: well-defined mass (CIRC), malignant, radius 11 mm." in shown(page)
    assert all(pane.pixels.ndim == 3 for pane in panes)
    page.button(key="exam_arrow_forward").click().run()
    assert "mdb028" not in shown(page)
    assert all(pane.pixels.ndim == 2 for pane in panes)
    assert len(page.session_state["case"].films) == 2


def test_a_pair_of_which_a_film_is_absent_is_named_and_nothing_is_opened(page, tmp_path, film, monkeypatch):
    (tmp_path / "mdb027.pgm").write_bytes(film("mdb027"))
    monkeypatch.setenv("MAMMO_MIAS_DIR", str(tmp_path))
    page.session_state["exam_woman_asked_for"] = 14
    run(page)
    assert "mdb028" in page.error[0].value
    assert page.title[0].value == words.TITLE


def test_without_mias_the_page_says_where_to_get_it(page, tmp_path, monkeypatch):
    monkeypatch.setenv("MAMMO_MIAS_DIR", str(tmp_path))
    assert words.MIAS_ABSENT in shown(run(page))


def test_a_film_that_cannot_be_outlined_is_shown_and_the_others_are_read(page, panes, demo_film, monkeypatch):
    def fail_on_cc(mammogram: Mammogram, config):
        if mammogram.name == "R-CC":
            raise BreastNotFoundError("No breast could be outlined.")
        return preprocess(mammogram, config)

    monkeypatch.setattr(verbs, "preprocess", fail_on_cc)
    page.session_state["case"] = case_of(*(demo_file(demo_film, place) for place in ("R-CC", "R-MLO", "L-MLO")))
    run(page)
    assert "R-CC could not be outlined" in shown(page)
    assert titles(panes)[0] == "R-CC"
    assert decision(page) in DECISIONS


def test_without_a_model_films_hang_and_are_compared_but_not_read(page, panes, read_case, monkeypatch, tmp_path):
    monkeypatch.setattr(active, "MODELS_DIR", tmp_path)
    page.session_state["case"] = copied(read_case, "R-MLO", "L-MLO")
    run(page)
    assert frame_words.NO_MODEL in page.error[0].value
    assert len(panes) == 2
    page.segmented_control(key="exam_mode").set_value("MLO").run()
    assert all(pane.heatmap is not None for pane in panes)


def test_an_exam_is_read_once(demo, monkeypatch):
    monkeypatch.setattr(exam_read, "read_exam", lambda *args, **kwargs: pytest.fail("read again"))
    demo.segmented_control(key="exam_layer").set_value(words.HEAT).run()
    run(demo)
    assert decision(demo) in DECISIONS


# Where films hang


def a_film(key: str, name: str, woman: str = "") -> OpenFilm:
    side, view = (None if part == "?" else part for part in name.split("-"))
    mammogram = Mammogram(np.zeros((8, 8), np.uint8), 8, None, side, view, (), key)
    return OpenFilm(key, f"{key}.dcm", mammogram, "", woman, "", True, name)


def where(hanging) -> dict[str, str]:
    return {place: film.key for place, film in hanging.places.items()}


def test_films_hang_right_before_left_and_cc_before_mlo():
    films = [a_film(str(i), name) for i, name in enumerate(reversed(PLACES))]
    hanging = hang(films, "", {})
    assert list(hanging.places) == list(PLACES)
    assert (hanging.views, hanging.pairs, hanging.missing) == (("CC", "MLO"), ("CC", "MLO"), ())


def test_the_second_film_of_a_place_does_not_hang_and_says_so():
    hanging = hang([a_film("a", "R-CC"), a_film("b", "R-CC")], "", {})
    assert where(hanging) == {"R-CC": "a"}
    assert hanging.out == {"b": "another film hangs as R-CC"}
    assert hanging.missing == ("L-CC",)


def test_what_the_visitor_chose_goes_before_what_the_files_say():
    hanging = hang([a_film("a", "R-CC"), a_film("b", "?-?"), a_film("c", "L-CC")], "", {"b": "R-CC", "c": OUT})
    assert where(hanging) == {"R-CC": "b"}
    assert set(hanging.out) == {"a", "c"}


@pytest.mark.parametrize(
    ("name", "why"), [("?-CC", "side is not"), ("L-?", "view is not"), ("?-?", "side and view are not")]
)
def test_a_film_of_unknown_side_or_view_does_not_hang_by_itself(name, why):
    assert why in hang([a_film("a", name)], "", {}).out["a"]


def test_films_of_another_woman_hang_only_where_the_visitor_says_so():
    films = [a_film("a", "R-CC", "Exam A"), a_film("b", "L-CC", "Exam B")]
    assert where(hang(films, "Exam A", {})) == {"R-CC": "a"}
    assert hang(films, "Exam A", {"b": "L-CC"}).women == ("Exam A", "Exam B")


# Whose films they are


def test_patients_are_told_apart_without_their_numbers(demo_film):
    first, second = (demo_film(f"sfm-malign-0/{name}.dcm") for name in ("1-280", "1-283"))
    other = demo_film("sfm-benign-0/1-130.dcm")
    assert woman_of_file(first, "") == woman_of_file(second, "") != woman_of_file(other, "")
    assert "00820" not in woman_of_file(first, "")


def test_a_film_of_mias_is_known_whatever_its_file(film):
    pixels = load_mammogram(film("mdb028")).pixels
    assert woman_of_file(encode_png(pixels), load_mammogram(film("mdb028")).digest) == "MIAS woman 14"


@pytest.mark.parametrize("data", [b"", b"text", b"\0" * 128 + b"DICM" + b"\1" * 40])
def test_a_file_that_says_nothing_of_its_woman_is_nobodys(data):
    assert woman_of_file(data, "") == ""


def test_women_are_named_for_the_screen():
    names = name_women(["Exam A", "", "patient x1", "patient y2"], "Your films", "Patient {}")
    assert list(names.values()) == ["Exam A", "Your films", "Patient 1", "Patient 2"]


# How they fill their panes


def test_all_films_of_an_exam_are_seen_at_one_scale_from_the_chest_wall():
    ready = {}
    for place, seed in (("R-MLO", 3), ("L-MLO", 5)):
        ready[place] = preprocess(draw_phantom(seed, 512, laterality=place[0], lesions=(), artefacts=False).mammogram)
    boxes = foci(ready)
    (right, right_wall), (left, left_wall) = boxes["R-MLO"], boxes["L-MLO"]
    assert (right_wall, left_wall) == ("right", "left")
    assert (right.width, right.height) == pytest.approx((left.width, left.height))
    for place, box in (("R-MLO", right), ("L-MLO", left)):
        rows, columns = np.nonzero(ready[place].breast_mask)
        scale = ready[place].scale[0]
        wall = (columns.max() + 1) * scale - (box.x + box.width) if place[0] == "R" else columns.min() * scale - box.x
        assert wall == pytest.approx(0, abs=1e-6)
        assert box.y < rows.min() * scale < rows.max() * scale < box.y + box.height


def test_a_film_that_is_stored_mirrored_hangs_as_usual_and_says_so(page, panes):
    phantom = draw_phantom(3, 512, laterality="L", lesions=(), artefacts=False).mammogram
    case = case_of(("drawn.png", encode_png(phantom.pixels)))
    only = next(iter(case.films.values()))
    only.mammogram, only.filed_as = replace(only.mammogram, laterality="R", view="MLO"), "R-MLO"
    page.session_state["case"] = case
    run(page)
    assert panes[0].mirrored
    assert panes[0].title == f"R-MLO, {words.STORED_MIRRORED}"
    np.testing.assert_array_equal(panes[0].pixels, phantom.pixels)
