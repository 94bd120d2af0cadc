"""Several visitors at once: each gets the reading of their own film, and nobody waits for another's slow heatmap."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from mammo_core import load_mammogram, read_film
from mammo_core.mias.phantom import draw_phantom
from mammo_core.report.pictures import encode_png
from mammo_core.ui.words import read as words
from tests.browser.test_dashboard import panes, shares, upload

pytestmark = pytest.mark.browser
SCORECAM = words.METHODS["scorecam"][0]


def phantom(seed: int, size: int = 512) -> bytes:
    return encode_png(draw_phantom(seed, size).mammogram.pixels)


def test_visitors_at_the_same_time_each_get_the_reading_of_their_own_film(visit):
    films = [phantom(seed) for seed in (11, 12, 13, 14)]
    visitors = [visit() for _ in films]
    for visitor, film in zip(visitors, films, strict=True):
        upload(visitor, ("film.png", film))  # nobody waits for the one before
    read = [shares(visitor) for visitor in visitors]
    for visitor, film, found in zip(visitors, films, read, strict=True):
        mammogram = load_mammogram(film)
        assert found == pytest.approx(read_film(mammogram).probabilities.as_dict(), abs=1e-6)
        expect(visitor.locator(".pane")).to_have_count(3)
        expect(visitor.locator(".pane.empty")).to_have_count(0)
    assert len({tuple(found.values()) for found in read}) == len(films)
    pictures = {visitor.locator(".pane").first.get_attribute("data-pictures") for visitor in visitors}
    assert len(pictures) == len(films)


def test_a_slow_heatmap_keeps_no_other_visitor_from_a_reading(visit):
    patient, other = visit(), visit()
    upload(patient, ("film.png", phantom(21, 1024)))
    shares(patient)
    expect(patient.locator(".pane.empty")).to_have_count(0)
    patient.get_by_role("combobox", name=words.METHOD_LABEL).click()
    patient.get_by_role("option", name=SCORECAM).click()
    film = phantom(22)
    upload(other, ("film.png", film))
    assert shares(other) == pytest.approx(read_film(load_mammogram(film)).probabilities.as_dict(), abs=1e-6)
    expect(patient.locator(".pane .title").last).to_have_text(f"{SCORECAM}: malignant")
    assert panes(other)[-1] == "Grad-CAM: malignant"
