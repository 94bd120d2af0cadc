"""The frame: navigation, the notice on every page, state that outlives a page switch, settings that agree."""

import sys
import tomllib
from types import SimpleNamespace

import pytest
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import AppTest

from mammo_core.config import MAX_FILE_BYTES, ROOT
from mammo_core.report import palette
from mammo_core.ui.words import frame as frame_words
from mammo_core.ui.words import read as read_words

PAGES = tuple(f"pages/{path.name}" for path in sorted((ROOT / "pages").glob("*.py")))


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()


@pytest.fixture(scope="module")
def settings() -> dict:
    return tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


def notice(app: AppTest) -> str:
    return next(element.value for element in app.html if 'class="notice"' in element.value)


@pytest.mark.parametrize("path", PAGES)
def test_the_notice_is_on_every_page(app, path):
    app.switch_page(path).run()
    assert not app.exception
    assert all(text in notice(app) for text in frame_words.NOTICE)


def test_the_notice_is_there_when_two_visitors_come_to_a_page_at_once_after_a_start(monkeypatch):
    run_page = script_runner._mpa_v1

    def run_late(*script) -> None:
        PagesManager.uses_pages_directory = False  # the other one came first
        run_page(*script)

    monkeypatch.setattr(script_runner, "_mpa_v1", run_late)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).switch_page("pages/model_card.py").run()
    assert not app.exception
    assert all(text in notice(app) for text in frame_words.NOTICE)


def test_the_notice_names_the_active_model(app):
    assert (ROOT / "models" / "ACTIVE").read_text(encoding="utf-8").strip() in notice(app)


def test_films_and_sliders_are_still_there_after_a_page_switch(app, demo_film):
    app.file_uploader[0].upload("film.dcm", demo_film("sfm-benign-0/1-130.dcm"))
    app.run()
    app.slider(key="clip").set_value(4.0).run()
    app.switch_page("pages/model_card.py").run()
    app.switch_page("pages/read.py").run()
    assert not app.exception
    assert app.slider(key="clip").value == 4.0
    assert any("data-share" in element.value for element in app.html)


def test_two_visitors_have_cases_of_their_own(app, demo_film):
    app.file_uploader[0].upload("film.dcm", demo_film("sfm-benign-0/1-130.dcm"))
    app.run()
    other = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
    assert other.title[0].value == read_words.EMPTY_TITLE


def test_drawing_a_page_leaves_the_session_of_keras_to_the_work_beside_it(app, monkeypatch):
    cleared = []
    keras = SimpleNamespace(backend=SimpleNamespace(clear_session=lambda: cleared.append("by a page")))
    monkeypatch.setitem(sys.modules, "keras", keras)
    app.run()
    assert not app.exception
    assert cleared == []


def test_an_upload_is_never_spooled_to_disk(app):
    from starlette.formparsers import MultiPartParser

    assert MultiPartParser.spool_max_size > MAX_FILE_BYTES


def test_nothing_is_told_to_others_and_only_this_computer_is_served(settings):
    assert settings["browser"]["gatherUsageStats"] is False
    assert settings["server"]["address"] == "127.0.0.1"
    assert settings["server"]["headless"] is True
    assert settings["client"]["showErrorDetails"] == "none"


def test_the_upload_limit_is_that_of_the_library(settings):
    assert settings["server"]["maxUploadSize"] * 2**20 == MAX_FILE_BYTES


def test_the_theme_is_that_of_the_charts(settings):
    theme = settings["theme"]
    assert theme["backgroundColor"] == palette.BACKGROUND
    assert theme["secondaryBackgroundColor"] == palette.SURFACE
    assert theme["textColor"] == palette.TEXT
    assert theme["primaryColor"] == palette.ACCENT
    assert theme["borderColor"] == palette.GRID


def test_no_font_or_theme_comes_from_outside(settings):
    assert "http" not in str(settings["theme"])
