"""The Leakage lab opens at once from its committed figures, and says so where they are missing."""

import pytest
from streamlit.testing.v1 import AppTest

from mammo_core.config import ROOT
from mammo_core.evaluate.leakage.text import MECHANISMS
from mammo_core.ui import leakage_show
from mammo_core.ui.words import leakage as words

PAGE = str(ROOT / "pages" / "leakage.py")


@pytest.fixture
def page():
    return AppTest.from_file(PAGE, default_timeout=60)


def test_it_shows_two_pictures_of_copies_a_ladder_and_every_mechanism(page):
    page.run()
    assert not page.exception
    assert page.title[0].value == words.TITLE
    assert len(page.get("plotly_chart")) == 5  # films, lesions and the ladder; the first two by both learners
    text = " ".join(block.value for block in page.markdown)
    assert all(f"**{name}.**" in text for name in MECHANISMS)
    assert len(page.dataframe[0].value) == 24


def test_the_sentences_say_what_the_figures_say():
    summary = leakage_show.committed()
    random, woman = (summary["protocols"][name]["learners"]["nearest"] for name in ("films_random", "films_woman"))
    assert f"{100 * random['accuracy']['value']:.0f} %" in words.verdict(summary)
    assert f"{100 * woman['accuracy']['value']:.0f} %" in words.verdict(summary)
    for name in ("films_random", "lesions_random"):  # labels dealt at random score about as high as the true ones
        for learner, margin in (("linear", 0.10), ("nearest", 0.05)):
            figure = summary["protocols"][name]["learners"][learner]["accuracy"]
            assert figure["value"] - figure["permuted"]["mean"] < margin
    for name in ("films_woman", "lesions_woman"):
        figure = summary["protocols"][name]["learners"]["linear"]["auc"]
        assert abs(figure["permuted"]["mean"] - 0.5) < 0.1


def test_without_figures_it_says_how_to_make_them(page, tmp_path, monkeypatch):
    monkeypatch.setattr(leakage_show.committed, "__defaults__", (tmp_path,))
    page.run()
    assert not page.exception
    assert page.info[0].value == words.ABSENT
