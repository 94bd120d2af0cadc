"""A real server, a real browser, and a visitor in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from scripts.live_app import CHROMIUM_FLAGS, live_app

expect.set_options(timeout=60_000)  # a first page draws or reads something, and the machine may be busy


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    """Address of the dashboard, served for these tests on a free port."""
    with live_app() as address:
        yield address


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS))
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Browser, url: str) -> Iterator[Callable[..., Page]]:
    """Let a visitor come to the Read page: `visit()`, `visit(width=390, height=844)`; each is a stranger to the rest.

    Every address asked for is kept in `page.asked`.
    """
    contexts = []

    def come(width: int = 1440, height: int = 900, path: str = "") -> Page:
        context = browser.new_context(viewport={"width": width, "height": height})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.asked = []
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(f"{url}/{path}")
        return page

    yield come
    for context in contexts:
        context.close()
