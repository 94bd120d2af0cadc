"""The Exam page in a real browser: a demo exam hung back to back, zoomed, held left against right, and answered."""

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from mammo_core.types import PLACES
from mammo_core.ui.words import exam as words
from tests.browser.rest import come_to_rest

pytestmark = pytest.mark.browser
SEEN = """canvas => {
    const { width, height } = canvas
    const data = canvas.getContext("2d").getImageData(0, 0, width, height).data
    const mean = (from, to) => {
        let sum = 0, count = 0
        for (let y = 0; y < height; y += 4) for (let x = Math.floor(from * width); x < Math.floor(to * width); x += 2) {
            sum += data[4 * (y * width + x)]
            count++
        }
        return sum / count
    }
    return [mean(0, 0.2), mean(0.8, 1)]
}"""
"""Mean grey of a canvas's left and right fifth."""


@pytest.fixture(scope="module")
def exam(browser: Browser, url: str) -> Iterator[Page]:
    """The page with the demo exam with the cancer hung and read, once for all; tests leave it as they found it."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{url}/exam")
    yield opened(page)
    context.close()


def opened(page: Page) -> Page:
    button = page.locator(".st-key-demo_sfm-malign-0 button")
    expect(button).to_be_visible()
    button.click(timeout=60_000)
    expect(page.locator(".reasons")).to_be_visible(timeout=120_000)
    expect(page.locator(".pane")).to_have_count(4)
    expect(page.locator(".pane .mark")).to_have_count(8)
    expect(page.locator(".pane.empty")).to_have_count(0)
    return come_to_rest(page)


def pane(page: Page, number: int) -> Locator:
    return page.locator(".pane").nth(number)


def mark_widths(page: Page) -> list[float]:
    """Return how wide the first mark of each pane is on screen."""
    return [pane(page, i).locator(".mark").first.bounding_box()["width"] for i in range(page.locator(".pane").count())]


def test_an_exam_hangs_in_order_with_its_chest_walls_back_to_back(exam):
    assert exam.locator(".pane .title").all_inner_texts() == list(PLACES)
    boxes = [pane(exam, i).bounding_box() for i in range(4)]
    seams = [right["x"] - (left["x"] + left["width"]) for left, right in pairwise(boxes)]
    assert abs(seams[0]) < 2
    assert abs(seams[2]) < 2
    assert seams[1] > 4
    for number, place in enumerate(PLACES):
        left, right = pane(exam, number).locator("canvas").first.evaluate(SEEN)
        assert (right > 2 * left) if place[0] == "R" else (left > 2 * right), place


def test_zooming_one_film_zooms_all_of_them_alike(exam):
    before = mark_widths(exam)
    pane(exam, 2).focus()
    for _ in range(3):
        exam.keyboard.press("+")
    expect(exam.locator(".viewer")).to_have_attribute("data-zoom", re.compile(r"^1\.9"))  # 1.25 three times
    ratios = [after / width for after, width in zip(mark_widths(exam), before, strict=True)]
    assert ratios == pytest.approx([ratios[0]] * 4, rel=0.05)
    assert ratios[0] > 1.5
    exam.keyboard.press("0")


def test_the_answer_names_a_breast_and_what_the_doubt_is(exam):
    suspect = exam.locator(".reasons").get_attribute("data-suspect")
    side = {"R": "right", "L": "left"}[suspect]
    expect(exam.locator(".reasons p").first).to_contain_text(f"The {side} breast")
    expect(exam.locator(".decision .word")).not_to_be_empty()
    expect(exam.get_by_text("CC BY 3.0")).to_be_visible()


def test_left_is_held_against_right_with_both_breasts_the_same_way_round(exam):
    exam.locator(".st-key-exam_mode").get_by_text(words.mode_name("MLO")).click()
    expect(exam.locator(".pane")).to_have_count(2)
    expect(exam.locator(".pane.empty")).to_have_count(0)
    expect(exam.locator(".pane .title").last).to_have_text(f"L-MLO, {words.MIRRORED}")
    expect(exam.get_by_text("bilateral subtraction")).to_be_visible()
    come_to_rest(exam)
    for number in range(2):
        left, right = pane(exam, number).locator("canvas").first.evaluate(SEEN)
        assert right > 2 * left
    exam.locator(".st-key-exam_mode").get_by_text(words.ALL).click()
    expect(exam.locator(".pane")).to_have_count(4)


def test_a_film_is_left_out_by_keyboard_alone_and_its_place_stays_empty(exam):
    exam.get_by_role("button", name=words.HANGING_LABEL).focus()
    exam.keyboard.press("Enter")
    field = exam.locator(".st-key-exam_hanging").get_by_role("combobox").first
    field.focus()
    field.press("ArrowDown")
    for _ in range(len(PLACES)):
        field.press("ArrowDown")
    field.press("Enter")
    expect(exam.locator(".pane .title").first).to_have_text(f"R-CC: {words.NO_FILM}")
    expect(exam.get_by_text(words.MISSING.format(place="R-CC"))).to_be_visible()
    exam.get_by_role("button", name=words.BACK_TO_FILES).click()
    expect(exam.locator(".pane .title").first).to_have_text("R-CC")


def test_on_a_phone_the_films_stand_two_by_two_and_nothing_runs_over(visit):
    page = opened(visit(width=390, height=844, path="exam"))
    boxes = [pane(page, i).bounding_box() for i in range(4)]
    assert boxes[0]["y"] == pytest.approx(boxes[1]["y"], abs=1)
    assert boxes[2]["y"] > boxes[0]["y"] + boxes[0]["height"] - 1
    assert boxes[2]["x"] == pytest.approx(boxes[0]["x"], abs=1)
    widest = "Math.max(...['html', '[data-testid=stMain]'].map(s => document.querySelector(s).scrollWidth))"
    assert page.evaluate(widest) <= 390
    assert page.locator(".decision").bounding_box()["y"] > boxes[2]["y"] + boxes[2]["height"]
