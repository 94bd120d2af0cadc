"""A day's work in a real browser: a zip, progress, hide and reveal, override, and a server that is killed meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from mammo_core.config import WorklistConfig
from mammo_core.store.store import Store
from mammo_core.store.worklist import Worklist
from mammo_core.ui.words import worklist as words
from scripts.live_app import ROOT, await_health, free_port, live_app
from tests.browser.test_dashboard import upload
from tests.store_films import film, zipped

pytestmark = pytest.mark.browser
SECONDS = 120_000


@pytest.fixture(scope="module")
def url(tmp_path_factory) -> Iterator[str]:
    """Address of a dashboard with a worklist of its own."""
    with live_app(MAMMO_WORKLIST_DIR=str(tmp_path_factory.mktemp("worklist") / "kept")) as address:
        yield address


def exam(page: Page, number: int):
    return page.locator(f'.exam[data-exam="{number}"]')


def day(n: int) -> bytes:
    """Return a zip archive of n women, both breasts of each."""
    return zipped({f"woman-{i}/{side}.pgm": film(i, side) for i in range(1, n + 1) for side in "RL"})


def bring(page: Page, n: int) -> None:
    expect(page.get_by_text(words.EMPTY_TEXT)).to_be_visible()
    upload(page, ("day.zip", day(n)))
    expect(page.locator(".exam")).to_have_count(n)


def wait_until_read(page: Page, n: int) -> None:
    expect(page.locator('.exam .status[data-status="read"]')).to_have_count(n, timeout=SECONDS)
    page.wait_for_function("document.querySelectorAll('[data-stale=true]').length === 0")


def test_a_day_of_work(visit: Callable[..., Page]):
    page = visit(path="worklist")
    page.set_default_timeout(SECONDS)
    bring(page, 3)
    expect(page.locator(".st-key-worklist_progress")).to_contain_text("of 3 exams")
    wait_until_read(page, 3)
    suspicions = [float(part.get_attribute("data-share")) for part in page.locator(".exam .share").all()]
    assert suspicions == sorted(suspicions, reverse=True)

    page.locator(".st-key-worklist_reader_first label").click()
    expect(page.locator(".exam .hidden")).to_have_count(3)
    expect(page.locator(".exam .share")).to_have_count(0)
    page.locator(".st-key-worklist_open_1 button").click()
    expect(page.locator(".st-key-reader_ask")).to_be_visible(timeout=SECONDS)
    expect(page.locator(".pane")).not_to_have_count(0)
    expect(page.locator(".decision, .reasons, .shares, .pane .mark")).to_have_count(0)
    page.locator(".st-key-reader_ask").get_by_text(words.ANSWERS["benign"], exact=True).click()
    page.locator(".st-key-reader_record button").click()
    expect(page.locator(".reasons")).to_be_visible(timeout=SECONDS)

    own = page.locator(".st-key-reader_override")
    if page.locator(".st-key-reader_agree").count():  # the program decided: an answer of one's own needs a reason
        own.locator("summary").click()
        own.get_by_role("textbox").fill("an old scar")
        own.get_by_role("textbox").press("Tab")
    own.get_by_text(words.ANSWERS["normal"], exact=True).click()
    page.locator(".st-key-reader_record_after button").click()
    expect(page.locator(".st-key-reader_undo")).to_be_visible(timeout=SECONDS)
    page.locator(".st-key-reader_next button").click()
    expect(page.get_by_role("heading", name=words.WOMAN.format(number=2))).to_be_visible(timeout=SECONDS)
    expect(page.locator(".st-key-reader_ask")).to_be_visible(timeout=SECONDS)

    page.locator(".st-key-reader_back button").or_(page.get_by_role("link", name=words.TITLE, exact=True)).first.click()
    expect(exam(page, 1)).to_contain_text("Benign, then Normal")
    expect(page.locator(".exam .share")).to_have_count(1)
    page.locator(".st-key-worklist_undo_button button").click()
    expect(exam(page, 1).locator('[data-status="read"]')).to_be_visible()


@contextmanager
def server(folder: Path, port: int) -> Iterator[subprocess.Popen]:
    """Run the dashboard on a port, so that a browser's page finds it again after it was killed."""
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    environment = {**os.environ, "MAMMO_WORKLIST_DIR": str(folder)}
    with open(folder.with_suffix(".log"), "a+") as log:
        running = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, env=environment)
        try:
            await_health(f"http://127.0.0.1:{port}", running, log)
            yield running
        finally:
            running.kill()
            running.wait()


def test_a_server_that_is_killed_while_it_reads_loses_nothing(browser, tmp_path):
    folder, port = tmp_path / "kept", free_port()
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.set_default_timeout(SECONDS)
    with server(folder, port) as running:
        page.goto(f"http://127.0.0.1:{port}/worklist")
        bring(page, 4)
        expect(page.locator('.exam .status[data-status="read"]').first).to_be_visible(timeout=SECONDS)
        page.locator(".st-key-worklist_reader_first label").click()
        expect(page.locator(".exam .hidden").first).to_be_visible()
        running.send_signal(signal.SIGKILL)
        running.wait()
    address = page.url
    assert "list=" in address
    kept = Store(WorklistConfig(folder))
    worklist = Worklist(kept, address.partition("list=")[2])
    states = {exam.number: exam.state for exam in worklist.exams()}
    read_before = {exam.number: exam.readings for exam in worklist.exams() if exam.readings}
    kept.close()
    assert len(states) == 4
    assert read_before
    with server(folder, port):
        page.goto(address)
        wait_until_read(page, 4)
        expect(page.locator(".exam .hidden")).to_have_count(4)
        page.locator(".st-key-worklist_open_1 button").click()
        expect(page.locator(".st-key-reader_ask")).to_be_visible(timeout=SECONDS)
    again = Store(WorklistConfig(folder))
    found = {exam.number: exam for exam in Worklist(again, address.partition("list=")[2]).exams()}
    again.close()
    assert {number: found[number].readings for number in read_before} == read_before
    assert [len(exam.readings) for exam in found.values()] == [1, 1, 1, 1]
    log = folder.with_suffix(".log").read_text()
    assert [trace for trace in ("woman-", ".pgm", "day.zip", address.partition("list=")[2]) if trace in log] == []
    page.context.close()
