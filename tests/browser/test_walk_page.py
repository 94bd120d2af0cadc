"""The guided walk in a real browser: begun with one click, walked to its end by keyboard, left and found again."""

import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from mammo_core.ui.walk_start import N_STEPS
from mammo_core.ui.words import report as report_words
from mammo_core.ui.words import walk as words
from tests.browser.rest import come_to_rest

pytestmark = pytest.mark.browser


def at_step(page: Page, step: int) -> None:
    """Wait until a step is drawn whole."""
    expect(page.locator(".walk-head [role=status]")).to_have_text(words.PROGRESS.format(step=step, n=N_STEPS))
    expect(page.get_by_role("heading", level=1)).to_contain_text(words.STEPS[step - 1])
    expect(page.locator(".walk-said").first).to_be_visible()
    come_to_rest(page)


def test_the_walk_is_begun_with_one_click_and_ends_with_the_keyboard_alone(visit, url):
    page = visit()
    page.set_default_timeout(120_000)
    page.locator(".st-key-walk_from_welcome button").click()
    for step in range(1, N_STEPS + 1):
        at_step(page, step)
        shown = page.locator("[data-testid=stMain]").inner_text().lower()
        assert ("circumscribed" in shown) == (step == N_STEPS)
        if step == 4:
            expect(page.locator(".pane .mark").first).to_be_visible()
        if step < N_STEPS:
            page.keyboard.press("ArrowRight")
    assert page.locator(".walk-dots [role=img] i").count() == 1000
    page.keyboard.press("ArrowLeft")
    at_step(page, N_STEPS - 1)
    page.get_by_role("link", name="Model card and limits").click()
    expect(page.get_by_role("heading", name="Limits first")).to_be_visible()
    page.get_by_role("link", name="Read", exact=True).click()
    page.get_by_role("button", name=words.GO_ON.format(step=N_STEPS - 1, n=N_STEPS)).click()
    at_step(page, N_STEPS - 1)
    assert [address for address in page.asked if not address.startswith((url, "data:", "blob:"))] == []


def test_the_walk_fits_on_a_phone_and_is_found_again_after_a_reload(visit):
    page = visit(width=390, height=844, path="walk?exam=second&step=5")
    page.set_default_timeout(120_000)
    at_step(page, 5)
    main = "document.querySelector('[data-testid=stMain]').scrollWidth"
    assert page.evaluate(main) <= 390
    expect(page.locator(".st-key-walk_next button")).to_be_in_viewport()
    page.locator(".st-key-walk_next button").click()
    at_step(page, 6)
    page.reload()
    at_step(page, 6)
    assert page.evaluate(main) <= 390
    assert "spiculated" in page.locator(".walk-said").first.inner_text()


def test_a_report_is_saved_from_the_page_without_the_files_name(visit, demo_film):
    page = visit()
    page.set_default_timeout(120_000)
    page.locator("input[type=file]").set_input_files(
        [{"name": "Doe-Jane.dcm", "mimeType": "", "buffer": demo_film("sfm-malign-0/1-283.dcm")}]
    )
    share = page.locator("[data-label=malignant]").inner_text()
    with page.expect_download() as download:
        page.get_by_role("button", name=report_words.PDF).click()
    document = pypdfium2.PdfDocument(download.value.path().read_bytes())
    text = document[0].get_textpage().get_text_range().replace("\xa0", " ")
    assert len(document) == 1
    assert share in text
    assert "Doe" not in text
