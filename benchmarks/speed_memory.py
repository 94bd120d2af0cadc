"""The server's memory after 200 films against that after 20: what is closed is forgotten, and nothing else piles up.

Twenty visitors come one after another to a real server with a real browser. Each opens ten films, no two of one size,
one of them DICOM of 10 MB where the demo exams are installed; looks at each until its reading is on screen; closes all.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack

import numpy as np
import psutil
from playwright.sync_api import Page

from benchmarks.contest import Result
from benchmarks.speed_films import pgm
from benchmarks.speed_start import a_server
from benchmarks.visitor import READ, RESTS, a_browser, a_page, upload, wait_until
from mammo_core.film.demo_films import DEMO_EXAMS, demo_files
from mammo_core.mias.phantom import draw_phantom
from mammo_core.ui.words import opening as words
from scripts.live_app import ROOT, free_port

_VISITS, _FILMS, _EARLY = 20, 10, 2
_SIZES_PX = (512, 640, 768, 896, 1024)
_AT_MOST = 1.2
_LOOKS, _LOOK_SECONDS = 8, 0.25


def contests() -> Iterator[Result]:
    """Yield the one result; it is no matter of turns."""
    after = dict(visits())
    late, early = after[_VISITS], after[_EARLY]
    yield Result(
        f"server memory after {_VISITS * _FILMS} films", late, f"after {_EARLY * _FILMS} films", early, late / early,
        _AT_MOST, 1, "MB",
    )  # fmt: skip


def visits() -> Iterator[tuple[int, float]]:
    """Let the visitors come; yield how many there were and the server's resident memory then, in MB."""
    port = free_port()
    with ExitStack() as stack:
        server = psutil.Process(stack.enter_context(a_server(ROOT, port)).pid)
        browser = stack.enter_context(a_browser())
        page = stack.enter_context(a_page(browser, f"http://127.0.0.1:{port}"))
        for visit, films in enumerate(film_sets(), 1):
            page.reload()  # a stranger to the server
            come_and_go(page, films)
            yield visit, settled(server)


def settled(server: psutil.Process) -> float:
    """Return the resident memory of a server that has just been left alone, in MB, once its garbage was collected."""
    seen = []
    for _ in range(_LOOKS):
        time.sleep(_LOOK_SECONDS)
        seen.append(server.memory_info().rss / 2**20)
    return min(seen)


def film_sets() -> Iterator[list[tuple[str, bytes]]]:
    """Yield each visitor's films, as (name, file): phantoms cut to sizes of their own, and a film of a demo exam."""
    drawn = [draw_phantom(seed, size).mammogram.pixels for seed, size in enumerate(_SIZES_PX)]
    demo = [data for exam in DEMO_EXAMS for _, data in demo_files(exam)]
    for visit in range(_VISITS):
        numbers = range(visit * _FILMS, (visit + 1) * _FILMS)
        films = [(f"film-{n}.pgm", pgm(cut(drawn[n % len(drawn)], n))) for n in numbers]
        yield [*films[1:], (f"film-{numbers[0]}.dcm", demo[visit % len(demo)])] if demo else films


def cut(film: np.ndarray, number: int) -> np.ndarray:
    """Return a film (H x W) without some rows below, another count for each number."""
    return np.ascontiguousarray(film[: film.shape[0] - number // 2])


def come_and_go(page: Page, films: list[tuple[str, bytes]]) -> None:
    """Open films, look at each until its reading is on screen, and close them all."""
    page.locator("input[type=file]").wait_for(state="attached")
    upload(page, *films)
    strip = page.locator(".st-key-strip button")
    seen = ""
    for number in range(len(films)):
        wait_until(page, f"document.querySelectorAll('.st-key-strip button').length === {len(films)}")
        strip.nth(number).click()
        wait_until(page, f"document.querySelector('h1.unseen')?.textContent !== '{seen}' && {RESTS} && {READ}")
        seen = page.locator("h1.unseen").inner_text()
    page.get_by_role("button", name=words.OPEN_LABEL).click()
    page.get_by_role("button", name=words.CLOSE_ALL).click()
    wait_until(page, f"!document.querySelector('.st-key-strip') && {RESTS}")


def main() -> int:
    """Show how the memory goes, visit by visit."""
    for visit, megabytes in visits():
        print(f"{visit * _FILMS:4} films: {megabytes:7.1f} MB", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
