"""What was closed is forgotten, although a collection does not look through what was there before."""

import gc
import weakref

import pytest
from psutil import Process
from streamlit.testing.v1 import AppTest

from mammo_core.config import ROOT
from mammo_core.mias.phantom import draw_phantom
from mammo_core.report.pictures import encode_png
from mammo_core.ui import case as cases
from mammo_core.ui import forget
from mammo_core.ui.case import Case, close_case
from mammo_core.ui.forget import forget_the_closed, give_back_memory


class Film:
    """Something that hangs in a circle with itself, as closed films may."""

    def __init__(self):
        self.page = self


@pytest.fixture(autouse=True)
def thaw():
    """Leave nothing set aside."""
    yield
    gc.unfreeze()


def open_film() -> tuple[Film, weakref.ref]:
    film = Film()
    return film, weakref.ref(film)


def test_what_was_opened_and_closed_between_two_runs_is_forgotten_at_once():
    forget_the_closed()
    film, left = open_film()
    del film
    forget_the_closed()
    assert left() is None


def test_what_was_open_when_things_were_set_aside_is_forgotten_when_all_is_looked_through(monkeypatch):
    monkeypatch.setattr(forget, "_SECONDS", -1)
    film, left = open_film()
    forget_the_closed()
    del film
    forget_the_closed()
    assert left() is None


def test_modules_that_came_anew_are_set_aside_too(monkeypatch):
    forget_the_closed()
    before = gc.get_freeze_count()
    monkeypatch.setattr(forget, "_MANY_MODULES", 0)
    several = [Film() for _ in range(1000)]
    forget_the_closed()
    assert gc.get_freeze_count() >= before + len(several)


def test_memory_that_was_freed_between_things_that_stay_is_given_back_to_the_machine():
    things = [b"f" * size for _ in range(500) for size in (100_000, 1_000)]
    stay = things[1::2]
    del things
    kept = Process().memory_info().rss
    give_back_memory()
    assert Process().memory_info().rss < kept - 25_000_000
    assert len(stay) == 500


def test_closing_all_films_gives_their_memory_back(monkeypatch):
    given = []
    monkeypatch.setattr(cases, "give_back_memory", lambda: given.append(len(case.films)))
    case = Case()
    case.add("phantom.png", encode_png(draw_phantom(7, 256).mammogram.pixels))
    monkeypatch.setattr(cases, "current_case", lambda: case)
    close_case()
    assert given == [0]


@pytest.mark.parametrize("page", ["read", "enhance", "exam"])
def test_a_page_whose_films_were_all_closed_holds_none_of_them(page, monkeypatch):
    monkeypatch.setattr(forget, "_SECONDS", -1)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    case = app.session_state["case"] = Case()
    key = case.add("phantom.png", encode_png(draw_phantom(7, 512).mammogram.pixels))
    case.films[key].set_place("R-MLO")
    film = weakref.ref(case.films[key].mammogram)
    app.switch_page(f"pages/{page}.py").run()
    assert film()
    assert not app.exception
    case.close(key)
    app.run()
    forget_the_closed()
    assert film() is None
