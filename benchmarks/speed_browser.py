"""Speed in the real browser: from an upload to the reading on screen, and from a slider's move to the new picture.

The browser times itself, from its own event to the first frame in which all is drawn (`benchmarks.visitor`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from urllib.parse import quote

from playwright.sync_api import Page

from benchmarks.contest import Contest
from benchmarks.speed_films import films
from benchmarks.visitor import READ, RESTS, THREE_DRAWN, a_browser, a_page, upload, wait_until
from mammo_core import explain, load_bundle, load_mammogram, preprocess, read_film
from mammo_core.film.enhance import enhance
from mammo_core.network.bundle import Bundle
from scripts.live_app import live_app

_UPLOADS, _MOVES = 9, 21
"""How often each is done: the time of a slider's move swings most."""
_TWO_DRAWN = "drawn().length === 2 && drawn().every((ids) => /^\\w+ /.test(ids))"
_CALM = f"seen('.dials')[0] && {RESTS} && !document.querySelector('[data-testid=stSkeleton]')"


def contests() -> Iterator[Contest]:
    """Yield the contests; the servers and the browser live until the generator ends."""
    bundle = load_bundle()
    with ExitStack() as stack:
        ours, bare_upload, bare_slider = (
            stack.enter_context(live_app(script))
            for script in ("app.py", "benchmarks/bare_upload.py", "benchmarks/bare_slider.py")
        )
        browser = stack.enter_context(a_browser())
        reader, sender = (stack.enter_context(a_page(browser, url)) for url in (ours, bare_upload))
        for name, data in films().items():
            yield Contest(
                f"{name}, upload to reading on screen",
                partial(time_upload, reader, data, READ),
                "read, and a page that sends and draws",
                lambda data=data: time_reading(data, bundle) + time_upload(sender, data, THREE_DRAWN),
                1.5,
                _UPLOADS,
            )
        for name, data in films().items():
            with a_page(browser, f"{ours}/enhance") as page, a_page(browser, address_of(bare_slider, name)) as bare:
                upload(page, ("film", data))
                floor = mover(bare)
                yield Contest(
                    f"{name}, a slider's move", mover(page), "CLAHE, and a page that sends it", floor, 1.5, _MOVES
                )


def time_upload(page: Page, data: bytes, there: str) -> float:
    """Return the milliseconds from a file's upload until a condition holds in the page, which is loaded anew first.

    For the server that is a new visitor; the browser has the program's scripts from its last visit.
    """
    page.reload()
    page.locator("input[type=file]").wait_for(state="attached")
    wait_until(page, f"{RESTS} && !document.querySelector('[data-testid=stSkeleton]')")
    page.evaluate(f"clock('change', () => {there})")
    upload(page, ("film", data))
    return page.evaluate("took")


def time_reading(data: bytes, bundle: Bundle) -> float:
    """Return the milliseconds that the library takes for all that the Read page shows of a file."""
    start = time.perf_counter()
    film = load_mammogram(data)
    prepared = preprocess(film, bundle.config)
    read_film(film, bundle, prepared=prepared), explain(film, bundle=bundle, prepared=prepared), enhance(film)
    return 1000 * (time.perf_counter() - start)


def mover(page: Page) -> Callable[[], float]:
    """Return what moves a page's first slider by one step, and tells the milliseconds until the picture is drawn."""
    dial = page.get_by_role("slider").first
    wait_until(page, f"{_CALM} && {_TWO_DRAWN}")
    keys = ["ArrowRight", "ArrowLeft"]

    def move() -> float:
        page.evaluate(f"clock('input', ((before) => () => {_TWO_DRAWN} && drawn()[1] !== before)(drawn()[1]))")
        dial.press(keys[0])
        keys.reverse()
        took = page.evaluate("took")
        page.wait_for_timeout(400)  # the slider counts as let go
        wait_until(page, _CALM)
        return took

    return move


def address_of(url: str, film: str) -> str:
    """Return the address of the bare slider's page for a film."""
    return f"{url}/?film={quote(film)}"
