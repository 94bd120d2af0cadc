"""Similar cases on the Read page: closed at first, then the library's own places, pictures only where MIAS is."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from mammo_core import load_bundle, load_mammogram, read_film
from mammo_core.config import ROOT
from mammo_core.reading.similar import N_SIMILAR, find_similar
from mammo_core.ui.words import similar as words

PAGE = str(ROOT / "pages" / "read.py")
FILM = "sfm-malign-0/1-283.dcm"


def open_section(name, data):
    """Return the Read page with a film that was read, and the section opened."""
    page = AppTest.from_file(PAGE, default_timeout=120).run()
    page.file_uploader[0].upload(name, data)
    page.run()
    page.session_state["similar"] = True
    page.run()
    assert not page.exception
    return page


def shown_films(page):
    """Return the films of the places that are shown, nearest first."""
    (row,) = (block.value for block in page.html if 'class="similar"' in block.value)
    return re.findall(r"mdb\d{3}(?=</li>)", row), row


def test_the_section_is_closed_until_it_is_asked_for(demo_film):
    page = AppTest.from_file(PAGE, default_timeout=120).run()
    page.file_uploader[0].upload("film.dcm", demo_film(FILM))
    page.run()
    assert words.TITLE in [section.label for section in page.expander]
    assert not any('class="similar"' in block.value for block in page.html)


def test_it_shows_the_places_that_the_library_finds_without_pictures_where_mias_is_absent(
    demo_film, tmp_path, monkeypatch
):
    monkeypatch.setenv("MAMMO_MIAS_DIR", str(tmp_path))
    page = open_section("film.dcm", demo_film(FILM))
    films, row = shown_films(page)
    mammogram, bundle = load_mammogram(demo_film(FILM)), load_bundle()
    box = read_film(mammogram, bundle).candidates[0].box
    found = find_similar(mammogram, (box.x + box.width / 2, box.y + box.height / 2), bundle)
    assert films == [place.film_id for place in found.places]
    assert len(films) == N_SIMILAR
    assert row.count("<img") == 1  # the place itself
    assert words.summary([place.outcome for place in found.places]) in [block.value for block in page.markdown]
    assert words.NO_PICTURES in [block.value for block in page.caption]


def test_a_film_of_mias_never_finds_its_own_woman_and_its_neighbours_have_pictures(film):
    page = open_section("film.pgm", film("mdb028"))
    films, row = shown_films(page)
    assert set(films).isdisjoint({"mdb027", "mdb028"})
    assert row.count("<img") == 1 + N_SIMILAR
    assert words.OWN_WOMAN in [block.value for block in page.caption]


@pytest.mark.parametrize(
    ("outcomes", "told"),
    [
        (["normal"] * 5, "Of the 5 places of MIAS that look most alike to the model: **5 normal tissue**."),
        (
            ["malignant", "normal", "benign"],
            "Of the 3 places of MIAS that look most alike to the model: **1 malignant**, **1 benign**, "
            "**1 normal tissue**.",
        ),
    ],
)
def test_outcomes_are_counted_worst_first(outcomes, told):
    assert words.summary(outcomes) == told
