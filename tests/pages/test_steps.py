"""The Step by step page: demo exams, the visitor's films, MIAS and phantoms; and films that cannot be prepared."""

import pytest
from streamlit.testing.v1 import AppTest

from mammo_core.config import ROOT
from mammo_core.mias.index import FILM_IDS
from mammo_core.report import steps as steps_room
from mammo_core.ui import steps_films, steps_show
from mammo_core.ui.case import Case

PAGE = str(ROOT / "pages" / "steps.py")


@pytest.fixture(autouse=True)
def no_mias(monkeypatch, tmp_path):
    monkeypatch.setenv("MAMMO_MIAS_DIR", str(tmp_path))


@pytest.fixture
def page() -> AppTest:
    return AppTest.from_file(PAGE, default_timeout=60)


def run(page: AppTest) -> AppTest:
    page.run()
    assert not page.exception
    return page


def shown(page: AppTest) -> str:
    kinds = (page.markdown, page.caption, page.error, page.info)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def origins(page: AppTest) -> list[str]:
    return list(page.button_group(key="steps_source").options)


def titles(page: AppTest) -> list[str]:
    return [step.title for step in page.session_state["steps_made"].steps]


def case_of(*files: tuple[str, bytes]) -> Case:
    case = Case()
    for name, data in files:
        assert case.add(name, data), case.refused
    return case


def test_opens_with_a_demo_film_and_credits_it(page, demo_dir):
    run(page)
    assert origins(page) == [steps_films.DEMO, steps_films.PHANTOMS]
    assert len(titles(page)) == 9
    assert "5. Breast outlined." in shown(page)
    assert "CBIS-DDSM" in shown(page)
    assert "L-MLO" in str(page.selectbox[0].options)


def test_a_step_that_is_chosen_is_shown(page, demo_dir):
    page.session_state["steps_step"] = 7
    assert "8. Stretched." in shown(run(page))
    page.session_state["steps_step"] = 99
    assert "9. CLAHE for the eye." in shown(run(page))


def test_phantoms_are_named_as_phantoms(page):
    page.session_state["steps_source"] = steps_films.PHANTOMS
    run(page)
    assert page.selectbox[0].value == "phantom 1"
    assert "A phantom: drawn by this program" in shown(page)
    assert len(titles(page)) == 9


def test_the_open_films_of_the_visitor_come_first(page, film):
    page.session_state["case"] = case_of(("mine.pgm", film("mdb028")))
    run(page)
    assert origins(page)[0] == steps_films.OPEN
    assert page.button_group(key="steps_source").value == steps_films.OPEN
    assert "mine.pgm" in str(page.selectbox[0].options)
    assert len(titles(page)) == 9


def test_another_spacing_takes_the_film_apart_anew(page, demo_film):
    case = case_of(("film.dcm", demo_film("sfm-malign-0/1-281.dcm")))
    page.session_state["case"] = case
    run(page)
    before = page.session_state["steps_made"]
    run(page)
    assert page.session_state["steps_made"] is before
    next(iter(case.films.values())).set_spacing(0.1)
    run(page)
    assert "From 100 micron to 200" in page.session_state["steps_made"].steps[1].sentence


def test_a_film_that_cannot_be_prepared_shows_how_far_it_came_and_why(page, demo_film):
    case = case_of(("film.dcm", demo_film("sfm-malign-0/1-281.dcm")))
    next(iter(case.films.values())).set_spacing(5.0)
    page.session_state["case"] = case
    run(page)
    assert titles(page) == ["Original"]
    assert "Check the pixel spacing" in shown(page)


def test_mias_films_are_offered_where_they_are_and_credited(page, mias_dir, monkeypatch):
    monkeypatch.setenv("MAMMO_MIAS_DIR", str(mias_dir))
    page.session_state["steps_source"] = steps_films.MIAS
    run(page)
    assert list(page.selectbox[0].options) == list(FILM_IDS)
    page.selectbox[0].set_value("mdb028")
    run(page)
    assert "For research only" in shown(page)
    assert len(titles(page)) == 9


def test_a_mias_film_that_is_broken_is_said_so(page, monkeypatch, tmp_path):
    (tmp_path / "mdb003.pgm").write_bytes(b"P5 truncated")
    page.session_state["steps_source"] = steps_films.MIAS
    run(page)
    assert "mdb003 cannot be shown" in str(page.error[0].proto)


def test_without_a_model_the_default_settings_are_used(page, monkeypatch, tmp_path):
    from mammo_core.network import active

    monkeypatch.setattr(active, "MODELS_DIR", tmp_path)
    page.session_state["steps_source"] = steps_films.PHANTOMS
    run(page)
    assert len(titles(page)) == 9


def test_pictures_are_kept_at_screen_size(page, demo_dir):
    run(page)
    made = page.session_state["steps_made"]
    assert max(made.steps[0].picture.shape) == steps_show.verbs.SCREEN_PX
    assert steps_room.Step is type(made.steps[0])
