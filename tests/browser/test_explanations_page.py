"""The Explanations page in a real browser: Grad-CAM at once, another method when asked, and nothing too wide."""

import pytest
from playwright.sync_api import expect

from mammo_core.ui.words import explain as words

pytestmark = pytest.mark.browser
TITLES = ".pane .title"


def test_gradcam_is_there_and_another_method_arrives(visit, demo_dir):
    page = visit(path="explanations")
    expect(page.locator(TITLES)).to_have_text([words.UNTOUCHED, "Grad-CAM"])
    card = page.locator(".st-key-explain_card_layercam")
    card.get_by_role("button", name=words.WORK_OUT).click()
    expect(page.locator(TITLES)).to_have_text([words.UNTOUCHED, "Grad-CAM", "LayerCAM"], timeout=120_000)
    expect(card.get_by_text(words.SHOWN)).to_be_visible()
    page.get_by_role("radio", name="Benign").click()
    expect(page.locator(TITLES)).to_have_text([words.UNTOUCHED, "Grad-CAM"])


def test_long_work_can_be_cancelled_while_the_page_stays_usable(visit, demo_dir):
    page = visit(path="explanations")
    page.locator(TITLES).first.wait_for()
    page.get_by_role("button", name=words.WORK_OUT_ALL).click()
    page.get_by_role("button", name=words.CANCEL).click()
    expect(page.get_by_role("button", name=words.CANCEL)).to_have_count(0)
    expect(page.get_by_role("button", name=words.WORK_OUT_ALL)).to_be_visible()


def test_nothing_is_wider_than_a_phone(visit, demo_dir):
    page = visit(width=390, height=844, path="explanations")
    page.locator(TITLES).first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
