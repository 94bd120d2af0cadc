"""The Enhancement page in a real browser: the picture follows a slider that is still held, and keys suffice."""

import io
import json

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from mammo_core.mias.phantom import draw_phantom
from mammo_core.report.pictures import encode_png
from tests.browser.rest import come_to_rest

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def phantom() -> bytes:
    return encode_png(draw_phantom(4, 512).mammogram.pixels)


def opened(page: Page, phantom: bytes) -> Page:
    page.locator("input[type=file]").set_input_files([{"name": "film.png", "mimeType": "", "buffer": phantom}])
    expect(page.locator(".measured .value").first).to_contain_text("×")
    return page


def contrast(page: Page) -> str:
    return page.locator(".measured .value").first.inner_text()


def dial(page: Page, name: str) -> Locator:
    return page.get_by_role("slider", name=name)


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def test_the_picture_follows_a_slider_that_is_held_and_the_figures_when_it_is_let_go(visit, phantom):
    page = opened(visit(path="enhance"), phantom)
    untouched, enhanced = (page.locator(".viewer .pane").nth(i) for i in (0, 1))
    for pane in (untouched, enhanced):
        expect(pane).not_to_have_attribute("data-pictures", "")
    before = [pane.get_attribute("data-pictures") for pane in (untouched, enhanced)]
    figure, seen = contrast(page), enhanced.screenshot()
    box = dial(page, "Local contrast").bounding_box()
    across = lambda share: box["x"] + share * box["width"]  # noqa: E731
    page.mouse.move(across(0.26), box["y"] + box["height"] / 2)
    page.mouse.down()
    for share in (0.4, 0.6, 0.9):
        page.mouse.move(across(share), box["y"] + box["height"] / 2, steps=3)
    expect(page.get_by_text("Figures and histogram follow")).to_be_visible()
    expect(enhanced).not_to_have_attribute("data-pictures", before[1])
    expect(untouched).to_have_attribute("data-pictures", before[0])
    assert brightness_changed(seen, enhanced.screenshot())
    assert contrast(page) == figure
    page.mouse.up()
    expect(page.locator(".measured .value").first).not_to_have_text(figure)
    expect(page.get_by_text("Figures and histogram follow")).to_have_count(0)


def brightness_changed(before: bytes, after: bytes) -> bool:
    one, other = (np.asarray(Image.open(io.BytesIO(png)).convert("L"), float) for png in (before, after))
    return np.abs(one - other).mean() > 1


def test_keys_alone_move_a_slider_undo_it_and_save_the_picture(visit, phantom):
    page = opened(visit(path="enhance"), phantom)
    figure = contrast(page)
    dial(page, "Sharpening (unsharp mask)").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".dials .value").nth(2)).to_have_text("× 0.3")
    expect(page.locator(".measured .value").first).not_to_have_text(figure)
    expect(page.get_by_text("pixels of this film")).to_be_visible()
    come_to_rest(page)
    with page.expect_download() as download:
        button(page, "Save figures").press("Enter")
    report = json.loads(download.value.path().read_text())
    assert report["settings"]["amount"] == 0.3
    assert download.value.suggested_filename.endswith("_clahe-2-8x8_sharpen-0.4mm-x0.3_enhanced-not-for-diagnosis.json")
    button(page, "Undo").press("Enter")
    expect(page.locator(".dials .value").nth(2)).to_have_text("off")
    expect(page.locator(".measured .value").first).to_have_text(figure)
    expect(button(page, "Undo")).to_be_disabled()


def test_a_preset_moves_the_sliders(visit, phantom):
    page = opened(visit(path="enhance"), phantom)
    page.locator(".st-key-enhance_preset").get_by_text("Fine detail").click()
    expect(page.locator(".dials .value")).to_have_text(["3", "16 × 16", "× 1", "0.2 mm"])
    button(page, "Reset sliders").click()
    expect(page.locator(".dials .value")).to_have_text(["2", "8 × 8", "off", "0.4 mm (sharpening is off)"])


def test_the_page_is_no_wider_than_a_phone(visit, phantom):
    page = opened(visit(width=390, height=844, path="enhance"), phantom)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(dial(page, "Local contrast")).to_be_visible()
