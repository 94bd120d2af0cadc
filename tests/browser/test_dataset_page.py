"""The Dataset and the Step by step page in a real browser: choosing by picture, and an import."""

import io
import tarfile

import pytest
from playwright.sync_api import expect

from scripts.live_app import live_app

pytestmark = pytest.mark.browser


def test_a_film_is_chosen_by_its_picture(visit, mias_dir):
    page = visit(path="dataset")
    sheet = page.locator(".picker.sheet")
    expect(sheet.locator(".item")).to_have_count(322)
    sheet.locator(".item[data-id=mdb028]").click()
    expect(page.locator(".pane .title")).to_have_text("Right: mdb027 · Left: mdb028")
    expect(sheet.locator("[aria-selected=true]")).to_have_attribute("data-id", "mdb028")
    expect(page.locator(".pane.empty")).to_have_count(0)
    before = page.locator(".pane").get_attribute("data-pictures")
    page.get_by_role("button", name="Artefacts").click()
    expect(page.locator(".pane")).not_to_have_attribute("data-pictures", before)
    page.get_by_role("tab", name="Sixteen variants").click()
    expect(page.locator(".variants img")).to_have_count(16)


def test_the_sheet_is_walked_with_the_keyboard(visit, mias_dir):
    page = visit(path="dataset")
    page.locator(".item[data-id=mdb001]").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator(".pane .title")).to_have_text("Right: mdb003 · Left: mdb004")


def test_a_step_is_chosen_by_its_card(visit):
    page = visit(path="steps")
    expect(page.locator(".picker.cards .item")).to_have_count(9)
    page.locator(".item", has_text="Stretched").click()
    expect(page.locator(".pane .title")).to_have_text(["Outside removed", "Stretched"])


@pytest.mark.parametrize("path", ["dataset", "steps"])
def test_nothing_is_wider_than_a_phone(visit, path):
    page = visit(width=390, height=844, path=path)
    page.locator(".item img").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_an_archive_that_is_dropped_is_imported(browser, tmp_path, film):
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name in ("mdb001", "mdb002"):
            entry = tarfile.TarInfo(f"all-mias/{name}.pgm")
            entry.size = len(film(name))
            tar.addfile(entry, io.BytesIO(film(name)))
    with live_app(MAMMO_MIAS_DIR=str(tmp_path / "mias")) as url:
        page = browser.new_page()
        page.set_default_timeout(30_000)
        page.goto(f"{url}/dataset")
        expect(page.locator(".item").first).to_contain_text("phantom 1")
        file = {"name": "all-mias.tar", "mimeType": "", "buffer": archive.getvalue()}
        page.locator("input[type=file]").set_input_files([file])
        expect(page.get_by_text("2 films were imported; 2 of 322 are here now.")).to_be_visible(timeout=30_000)
        expect(page.locator(".item")).to_have_count(2)
        page.close()
    assert sorted(path.name for path in (tmp_path / "mias").iterdir()) == ["mdb001.pgm", "mdb002.pgm"]
