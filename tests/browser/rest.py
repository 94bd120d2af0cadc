"""Waiting until a page has come to rest: what is on screen then is the answer to what was asked last."""

from __future__ import annotations

from playwright.sync_api import Page

_REST_MS = 500
"""Longer than a slider waits whether another key follows."""
_RESTED = """ms => {
    const rests = document.querySelector("[data-test-script-state=notRunning]")
    window.restsSince = rests ? window.restsSince ?? performance.now() : undefined
    return rests && performance.now() - window.restsSince > ms
}"""


def come_to_rest(page: Page) -> Page:
    """Wait until the server has drawn the page and nothing more is asked of it.

    What a page shows changes from top to bottom: a figure may be the new one while a button below it still saves what
    was before.
    """
    page.evaluate("delete window.restsSince")
    page.wait_for_function(_RESTED, arg=_REST_MS, timeout=60_000)
    return page
