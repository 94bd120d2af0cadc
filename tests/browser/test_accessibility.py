"""No page holds a barrier that axe finds, and the keyboard alone is enough to open an exam and look at it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from scripts.drawn_runs import lay_out_runs
from scripts.live_app import live_app
from scripts.screenshots import SCENES, settle

pytestmark = pytest.mark.browser
GRAVE = ("serious", "critical")
RULES = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
EXCUSED = (
    # A mark lies where its square lies, and two squares may overlap: WCAG 2.5.8 calls such places essential. N and P go
    # from mark to mark. That a mark is at least 24 pixels wide holds for all of them.
    ("target-size", ".mark", "obscured"),
)
"""(rule, part of the selector, part of the message) of what has to be as it is; each with its reason."""


@pytest.fixture(scope="module")
def url(tmp_path_factory) -> Iterator[str]:
    """Address of a dashboard without MIAS: demo exams, phantoms and committed runs are the same on every machine."""
    runs = tmp_path_factory.mktemp("runs")
    lay_out_runs(runs)
    with live_app(MAMMO_MIAS_DIR=str(tmp_path_factory.mktemp("no-mias")), MAMMO_RUNS_DIR=str(runs)) as address:
        yield address


def barriers(page: Page) -> list[str]:
    """Return what axe finds to be grave on a page, one line an element."""
    found = []
    for rule in Axe().run(page, options=RULES).response["violations"]:
        for node in rule["nodes"] if rule["impact"] in GRAVE else ():
            target = str(node["target"])
            said = " ".join(check["message"] for check in node["any"])
            if not any(rule["id"] == name and part in target and why in said for name, part, why in EXCUSED):
                found.append(f"{rule['impact']} {rule['id']}: {target} {node['html'][:120]} ({rule['help']})")
    return found


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One visitor for all scenes, whose browser keeps what it loaded; each page opened has a session of its own."""
    with browser.new_context(viewport={"width": 1440, "height": 900}) as opened:
        yield opened


@pytest.mark.parametrize("scene", [scene for scene in SCENES if scene != "exam-pair"])  # as `exam`
def test_no_page_holds_a_grave_barrier(context: BrowserContext, url, scene):
    page = context.new_page()
    page.set_default_timeout(60_000)
    SCENES[scene](page, url)
    settle(page)
    assert barriers(page) == []
    page.close()


def test_the_keyboard_alone_opens_an_exam_and_zooms_its_films(visit):
    page = visit(path="model_card")
    expect(page.get_by_role("heading", name="Limits first")).to_be_visible()
    walk_to(page, page.get_by_role("link", name="Exam", exact=True))
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-demo_sfm-malign-0 button")).to_be_visible()
    walk_to(page, page.locator(".st-key-demo_sfm-malign-0 button"))
    page.keyboard.press("Enter")
    expect(page.locator(".pane .mark")).to_have_count(8)
    expect(page.locator(".reasons")).to_be_visible()
    walk_to(page, page.locator(".pane").first)
    mark = page.locator(".pane .mark").first
    before = mark.bounding_box()["width"]
    for _ in range(3):
        page.keyboard.press("+")
    page.wait_for_function("([mark, was]) => mark.offsetWidth > 1.5 * was", arg=[mark.element_handle(), before])
    page.keyboard.press("Shift+Tab")
    expect(page.locator(".pane").first).not_to_be_focused()


def walk_to(page: Page, wanted) -> None:
    """Press Tab until an element is focused; a page whose focus is trapped, or leaves it out, fails."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element.getRootNode().activeElement === element"):
            return
    pytest.fail(f"60 times Tab did not come to {wanted}")
