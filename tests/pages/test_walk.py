"""The guided walk's page without a model, without the demo exams, and from odd addresses."""

import pytest
from streamlit.testing.v1 import AppTest

from mammo_core.config import ROOT
from mammo_core.errors import BundleError
from mammo_core.ui import verbs
from mammo_core.ui.words import walk as words

PAGE = str(ROOT / "pages" / "walk.py")


def page(**address) -> AppTest:
    test = AppTest.from_file(PAGE, default_timeout=300)
    test.query_params.update(address)
    return test.run()


def said(page: AppTest) -> str:
    kinds = (page.html, page.markdown, page.caption, page.error, page.info, page.title)
    return "\n".join(str(element.value) for kind in kinds for element in kind).replace("\u202f", " ")


def test_without_a_model_the_walk_still_shows_films_and_truth(monkeypatch):
    def none():
        raise BundleError("no model is active")

    monkeypatch.setattr(verbs, "active_bundle", none)
    test = page(exam="second", step="3")
    assert not test.exception
    assert test.error[0].value.startswith(words.NO_READING.split("{")[0])
    for _ in range(3):
        test.button(key="walk_next").click().run()
    assert words.UNREAD in said(test)
    assert "spiculated" in said(test)


def whereabouts():
    import streamlit as st

    from mammo_core.ui.walk_start import walk_place

    st.write(f"{walk_place().exam} {walk_place().step}")


@pytest.mark.parametrize(
    ("address", "where"),
    [
        ({}, "sfm-benign-0 1"),
        ({"exam": "second", "step": "4"}, "sfm-malign-0 4"),
        ({"exam": "x", "step": "99"}, "sfm-benign-0 6"),
        ({"exam": "first", "step": "-1"}, "sfm-benign-0 1"),
        ({"step": "9" * 5000}, "sfm-benign-0 1"),
    ],
)
def test_the_address_says_where_to_begin_and_an_odd_one_does_no_harm(address, where):
    test = AppTest.from_function(whereabouts)
    test.query_params.update(address)
    assert test.run().markdown[0].value == where


def test_without_the_demo_exams_the_walk_says_what_to_do(monkeypatch):
    monkeypatch.setattr("mammo_core.film.demo_films._paths", lambda exam: [])
    test = page()
    assert not test.exception
    assert words.NO_DEMO_TITLE in said(test)
