"""A visitor for the benchmarks: a real browser that times itself, frame by frame, from an act to what is then seen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

from scripts.live_app import CHROMIUM_FLAGS, find_chromium

# `seen(selector)` looks into the shadow roots of components too. `clock(event, there)` starts with the
# browser's own event and ends with the first frame in which `there` holds; `await took` is what it took.
_CLOCK = """
window.seen = (selector) => {
  const roots = [document]
  for (const host of document.querySelectorAll("[data-testid^=stBidiComponent] *, [data-testid^=stBidiComponent]"))
    if (host.shadowRoot) roots.push(host.shadowRoot)
  return roots.flatMap((root) => [...root.querySelectorAll(selector)])
}
window.drawn = () => seen(".pane").map((pane) => `${pane.dataset.pictures} ${pane.dataset.heats ?? ""}`)
window.clock = (event, there) => {
  window.took = new Promise((done) => {
    const begin = () => {
      const start = performance.now()
      const look = () => (there() ? done(performance.now() - start) : requestAnimationFrame(look))
      requestAnimationFrame(look)
    }
    document.addEventListener(event, begin, { capture: true, once: true })
  })
}
"""

THREE_DRAWN = "drawn().length === 3 && drawn().every((ids) => /^\\w+ /.test(ids)) && drawn()[2].length > 30"
"""Three panes are drawn, the last of them with its heatmap: in JavaScript, as the next ones."""
READ = f"document.querySelector('.decision .word') && document.querySelector('[data-label=malignant]') && {THREE_DRAWN}"
"""A film's reading is on screen."""
RESTS = "document.querySelector('[data-test-script-state=notRunning]')"
"""The server has drawn the page."""


@contextmanager
def a_browser() -> Iterator[Browser]:
    """Yield a headless Chromium."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def a_page(browser: Browser, url: str) -> Iterator[Page]:
    """Yield a page of a stranger to the server, opened at an address."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(_CLOCK)
    try:
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.goto(url)
        yield page
    finally:
        context.close()


def upload(page: Page, *files: tuple[str, bytes]) -> None:
    """Drop files (name, content) into the page's upload field."""
    held = [{"name": name, "mimeType": "", "buffer": data} for name, data in files]
    page.locator("input[type=file]").first.set_input_files(held)


def wait_until(page: Page, there: str) -> None:
    """Wait until a condition, in JavaScript, holds in the page."""
    page.wait_for_function(f"() => {there}", polling="raf")
