"""The real dashboard in a real browser: what a clinician sees and does."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from mammo_core import load_mammogram, read_film
from mammo_core.types import LABELS
from mammo_core.ui.words import read as words
from tests.browser.rest import come_to_rest

pytestmark = pytest.mark.browser
DICOM = "sfm-malign-0/1-283.dcm"
NOTICE = "Research prototype, not a medical device."


def upload(page: Page, *files: tuple[str, bytes]) -> None:
    page.locator("input[type=file]").set_input_files(
        [{"name": name, "mimeType": "", "buffer": data} for name, data in files]
    )


def shares(page: Page) -> dict[str, float]:
    """Wait for the reading and return the three probabilities on screen."""
    page.locator("[data-label=malignant]").wait_for()
    found = {label: page.locator(f"[data-label={label}]").get_attribute("data-share") for label in LABELS}
    return {label: float(share) for label, share in found.items()}


def panes(page: Page) -> list[str]:
    return page.locator(".pane .title").all_inner_texts()


def picture(page: Page, number: int) -> str:
    """Return the name of the picture that a pane shows, once it has arrived; a name stands for its content."""
    expect(page.locator(".pane.empty")).to_have_count(0)
    return page.locator(".pane").nth(number).get_attribute("data-pictures")


def test_the_programs_sign_stands_in_the_tab_and_on_the_page(visit):
    page = visit()
    expect(page.locator("img[data-testid*=Logo]").first).to_have_attribute("src", re.compile("^data:image/svg"))
    expect(page.locator("link[rel*=icon]").first).to_have_attribute("href", re.compile("^data:image/svg"))


def test_a_mias_film_is_read_on_screen(visit, film):
    page = visit()
    upload(page, ("mdb028.pgm", film("mdb028")))
    reading = read_film(load_mammogram(film("mdb028")))
    assert shares(page) == pytest.approx(reading.probabilities.as_dict(), abs=1e-6)
    expect(page.locator(".decision")).to_contain_text(words.DECISIONS[reading.decision][0])
    expect(page.get_by_text("Training film mdb028").first).to_be_visible()
    expect(page.locator(".notice").get_by_text(NOTICE)).to_be_visible()


def test_a_dicom_film_is_read_on_screen(visit, demo_film):
    page = visit()
    upload(page, ("film.dcm", demo_film(DICOM)))
    assert sum(shares(page).values()) == pytest.approx(1, abs=1e-5)
    expect(page.locator(".decision .word")).not_to_be_empty()
    expect(page.get_by_text("R-MLO").first).to_be_visible()
    expect(page.locator(".pane")).to_have_count(3)
    expect(page.locator(".pane .mark").first).to_be_visible()
    come_to_rest(page)
    assert panes(page) == [words.UNTOUCHED, words.ENHANCED, "Grad-CAM: malignant"]
    assert page.locator(".pane .mark").count() == page.locator(".places .bar").count() > 0


def test_the_demo_exam_reads_to_the_end_and_is_credited(visit):
    page = visit()
    page.locator(".st-key-demo_sfm-malign-0 button").click()
    for number in range(4):
        page.locator(".st-key-strip button").nth(number).click()
        expect(page.locator(".st-key-strip button").nth(number)).to_have_attribute("aria-checked", "true")
        come_to_rest(page)  # what the welcome page showed, the credit too, stays until the film is drawn
        assert sum(shares(page).values()) == pytest.approx(1, abs=1e-5)
    expect(page.get_by_text("CC BY 3.0")).to_be_visible()


def test_a_slider_changes_the_enhanced_film_and_not_the_untouched_one(visit, demo_film):
    page = visit()
    upload(page, ("film.dcm", demo_film(DICOM)))
    before = shares(page)
    expect(page.locator(".pane")).to_have_count(3)
    untouched, enhanced = picture(page, 0), picture(page, 1)
    slider = page.get_by_role("slider", name=words.CLIP_LABEL)
    slider.focus()
    for _ in range(6):
        slider.press("ArrowRight")
    expect(page.locator(".pane").nth(1)).not_to_have_attribute("data-pictures", enhanced)
    assert picture(page, 0) == untouched
    assert shares(page) == before


def test_a_text_file_named_png_gets_a_clear_error(visit):
    page = visit()
    upload(page, ("film.png", b"Patient seen today.\n" * 40))
    alert = page.get_by_test_id("stAlert")
    expect(alert).to_contain_text("film.png was not opened")
    expect(alert).to_contain_text("text file")
    expect(page.get_by_text("Traceback")).to_have_count(0)


def test_two_visitors_do_not_see_each_others_films(visit, demo_film, film):
    first, second = visit(), visit()
    upload(first, ("hers.dcm", demo_film(DICOM)))
    shares(first)
    second.reload()
    expect(second.get_by_text(words.EMPTY_TITLE)).to_be_visible()
    upload(second, ("his.pgm", film("mdb028")))
    shares(second)
    expect(second.get_by_text("hers.dcm")).to_have_count(0)
    first.get_by_role("slider", name=words.CLIP_LABEL).press("ArrowRight")
    expect(first.locator(".pane")).to_have_count(3)
    expect(first.get_by_text("his.pgm")).to_have_count(0)


def test_a_stated_spacing_is_used_and_can_be_taken_back(visit, demo_film):
    page = visit()
    upload(page, ("film.dcm", demo_film(DICOM)))
    estimated = shares(page)
    field = page.get_by_role("spinbutton", name=words.SPACING_LABEL)
    field.fill("0.0435")
    field.press("Enter")
    expect(page.get_by_text("0.0435 mm, as you stated")).to_be_visible()
    come_to_rest(page)
    assert shares(page) != estimated
    field.fill("")
    field.press("Enter")
    expect(page.get_by_text("mm, estimated")).to_be_visible()
    come_to_rest(page)
    assert shares(page) == estimated


def test_what_is_saved_is_what_is_on_screen(visit, demo_film):
    page = visit()
    upload(page, ("film.dcm", demo_film(DICOM)))
    on_screen = shares(page)
    come_to_rest(page)
    assert json.loads(saved(page, words.SAVE_READING))["probabilities"] == pytest.approx(on_screen, abs=1e-6)
    for label in (words.SAVE_ENHANCED, words.SAVE_OVERLAY):
        assert b"not for diagnosis" in saved(page, label)[:2000]


def saved(page: Page, label: str) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("button", name=label).click()
    return download.value.path().read_bytes()


@pytest.mark.parametrize("path", ["", "metrics", "model_card"])
@pytest.mark.parametrize("width", [390, 1440])
def test_no_page_scrolls_sideways_nor_hides_the_notice(visit, path, width):
    page = visit(width=width, height=844, path=path)
    page.get_by_role("heading", level=1).wait_for()
    expect(page.locator(".notice").get_by_text(NOTICE)).to_be_in_viewport()
    assert widest(page) <= width


def test_a_reading_fits_on_a_phone(visit, demo_film):
    page = visit(width=390, height=844)
    upload(page, ("film.dcm", demo_film(DICOM)))
    shares(page)
    assert widest(page) <= 390
    film_box = page.locator(".pane").first.bounding_box()
    answer_box = page.locator(".decision").bounding_box()
    assert film_box["width"] > 340
    assert answer_box["y"] > film_box["y"] + film_box["height"]
    assert page.locator(".st-key-controls").bounding_box()["y"] > answer_box["y"]
    assert page.locator(".shares .track").first.bounding_box()["width"] > 150


def widest(page: Page) -> int:
    return page.evaluate(
        "Math.max(...['html', '[data-testid=stMain]'].map(s => document.querySelector(s).scrollWidth))"
    )


def test_nobody_but_the_server_is_asked_for_anything(visit, url, demo_film):
    page: Page = visit()
    upload(page, ("film.dcm", demo_film(DICOM)))
    shares(page)
    for name in ("Test-set metrics", "Model card and limits", "Read"):
        page.get_by_role("link", name=name).click()
        expect(page.locator(".notice").get_by_text(NOTICE)).to_be_visible()
        page.wait_for_load_state("networkidle")
    own = re.compile(re.escape(url) + "|" + re.escape(url.replace("http", "ws")) + "|data:|blob:")
    assert [address for address in page.asked if not own.match(address)] == []


def test_the_page_keeps_its_films_over_a_page_switch(visit: Callable[..., Page], demo_film):
    page = visit()
    upload(page, ("film.dcm", demo_film(DICOM)))
    before = shares(page)
    page.get_by_role("link", name="Model card and limits").click()
    expect(page.get_by_role("heading", name="Limits first")).to_be_visible()
    page.get_by_role("link", name="Read").click()
    assert shares(page) == before
