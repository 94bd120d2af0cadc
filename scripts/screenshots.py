"""Take a picture of every page at three sizes into `docs/screenshots/`, with the demo exam and phantoms only.

The demo films are CC BY; a MIAS film may not be passed on, not even in a screenshot, so MIAS is hidden from the server.
"""

from __future__ import annotations

import argparse
import io
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, sync_playwright

from scripts.drawn_runs import lay_out_runs
from scripts.live_app import CHROMIUM_FLAGS, ROOT, find_chromium, live_app

SIZES = {"desktop": (1440, 900), "tablet": (1024, 768), "phone": (390, 844)}
READ_SECONDS = 120


def main() -> None:
    """Take them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "screenshots", help="default: docs/screenshots")
    parser.add_argument("--only", nargs="+", choices=SCENES, default=list(SCENES), metavar="SCENE", help="some scenes")
    arguments = parser.parse_args()
    out = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        runs = Path(folder) / "runs"
        lay_out_runs(runs)
        url = stack.enter_context(live_app(MAMMO_MIAS_DIR=folder, MAMMO_RUNS_DIR=str(runs)))
        driver = stack.enter_context(sync_playwright())
        browser = driver.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_FLAGS))
        for size, (width, height) in SIZES.items():
            for name in arguments.only:
                page = browser.new_page(viewport={"width": width, "height": height})
                page.set_default_timeout(READ_SECONDS * 1000)
                SCENES[name](page, url)
                settle(page)
                path = out / f"{name}-{size}.png"
                path.write_bytes(smaller(page.screenshot()))
                print(path.name, f"{path.stat().st_size / 1000:.0f} kB")
                page.close()
        browser.close()


def show_welcome(page: Page, url: str) -> None:
    """Open the empty Read page."""
    page.goto(url)
    demo_button(page).wait_for()


def demo_button(page: Page) -> Locator:
    """Return the button that opens the exam with the cancer."""
    return page.locator(".st-key-demo_sfm-malign-0 button")


def show_read(page: Page, url: str) -> None:
    """Open the demo exam with the cancer, choose an MLO view and wait for its reading."""
    show_welcome(page, url)
    demo_button(page).click()
    page.locator(".st-key-strip").get_by_text("R-MLO").click()
    page.locator(".facts").get_by_text("R-MLO").wait_for()
    page.locator(".shares").wait_for()


def show_enhance(page: Page, url: str) -> None:
    """Open the demo exam on the Enhancement page, choose an MLO view and a preset, and wait for its figures."""
    page.goto(f"{url}/enhance")
    demo_button(page).click()
    page.locator(".st-key-strip").get_by_text("R-MLO").click()
    page.locator(".measured").wait_for()
    settle(page)
    page.locator(".st-key-enhance_preset button", has_text="Strong").click()
    page.locator(".dials .value").get_by_text("× 0.5").wait_for()
    page.locator(".measured").wait_for()
    page.locator("[data-testid=stMain]").evaluate("main => main.scrollTo(0, 0)")


def show_explanations(page: Page, url: str) -> None:
    """Open the first demo film on the Explanations page and wait for its heatmap and its cards."""
    page.goto(f"{url}/explanations")
    page.locator(".pane").nth(1).wait_for()
    page.locator(".says").last.wait_for()
    page.locator("[data-testid=stMain]").evaluate("main => main.scrollTo(0, 0)")


def show_exam(page: Page, url: str) -> None:
    """Hang the demo exam with the cancer and wait for its answer."""
    page.goto(f"{url}/exam")
    demo_button(page).click()
    page.locator(".reasons").wait_for()
    page.locator(".pane .mark").first.wait_for()


def show_left_against_right(page: Page, url: str) -> None:
    """Hold the left breast of the other demo exam against the right one."""
    page.goto(f"{url}/exam")
    page.locator(".st-key-demo_sfm-benign-0 button").click()
    page.locator(".reasons").wait_for()
    page.locator(".st-key-exam_mode button").last.click()
    page.locator(".pane .mark").first.wait_for()


def show_walk(page: Page, url: str) -> None:
    """Open the walk where heatmaps are explained."""
    page.goto(f"{url}/walk?exam=second&step=4")
    page.locator(".walk-said").wait_for()
    page.locator(".pane .mark").first.wait_for()


def show_worklist(page: Page, url: str) -> None:
    """Put the demo exams on a new list and wait until both are read."""
    page.goto(f"{url}/worklist")
    page.locator(".st-key-worklist_demo button").click()
    page.locator('.exam .status[data-status="read"]').nth(1).wait_for(timeout=READ_SECONDS * 1000)
    page.locator(".st-key-worklist_dismiss button").click()
    page.locator(".st-key-worklist_dismiss").wait_for(state="detached")


def show_page(path: str, awaited: str) -> Callable[[Page, str], None]:
    """Return a scene that opens a page by its path and waits for an element."""

    def scene(page: Page, url: str) -> None:
        page.goto(f"{url}/{path}")
        page.get_by_role("heading", level=1).wait_for()
        page.locator(awaited).first.wait_for()

    return scene


def show_metrics_in_use(page: Page, url: str) -> None:
    """Open the section of the Test-set metrics that carries women's figures to screening, its slider in sight."""
    show_page("metrics", "[data-testid=stMetric]")(page, url)
    page.get_by_role("radio", name="Women").click()
    page.get_by_role("tab", name="Every film").wait_for(state="detached")  # women have tabs of their own
    page.get_by_role("tab", name="In use").click()
    slider = page.get_by_role("slider")
    slider.wait_for()
    settle(page)
    slider.evaluate("slider => slider.closest('[role=tabpanel]').scrollIntoView()")
    page.locator("[data-testid=stMain]").evaluate("main => main.scrollBy(0, -100)")  # from under the navigation


SCENES = {
    "welcome": show_welcome,
    "read": show_read,
    "enhance": show_enhance,
    "explanations": show_explanations,
    "exam": show_exam,
    "exam-pair": show_left_against_right,
    "walk": show_walk,
    "worklist": show_worklist,
    "dataset": show_page("dataset", ".item img"),
    "steps": show_page("steps", ".item img"),
    "metrics": show_page("metrics", "[data-testid=stMetric]"),
    "metrics-use": show_metrics_in_use,
    "leakage": show_page("leakage", ".js-plotly-plot .main-svg"),
    "training": show_page("training", ".stMarkdown table"),
    "model-card": show_page("model_card", "table"),
}


def settle(page: Page) -> None:
    """Wait until nothing runs and every picture has arrived."""
    page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')")
    page.wait_for_function("document.querySelectorAll('[data-stale=true]').length === 0")
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(1200)


def smaller(png: bytes) -> bytes:
    """Return a screenshot as PNG of 256 colours, dithered: a third of the size; small dots keep theirs."""
    out = io.BytesIO()
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    few = picture.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.FLOYDSTEINBERG)
    few.save(out, "PNG", optimize=True)
    return out.getvalue()


if __name__ == "__main__":
    main()
