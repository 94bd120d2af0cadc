"""The Training page in a real browser: a run is started, watched and stopped by another visitor, and gone on with."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from mammo_core.training.run_folder import ExperimentFolder
from mammo_core.ui.words import training as words
from scripts.live_app import live_app

pytestmark = pytest.mark.browser
LONG = 300_000
"""TensorFlow is loaded twice, and the machine may be busy."""


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def training_url(runs):
    """A dashboard with a runs folder of its own and without MIAS."""
    with live_app(MAMMO_RUNS_DIR=str(runs), MAMMO_MIAS_DIR=str(runs)) as address:
        yield f"{address}/training"


@pytest.fixture
def visitor(browser, training_url):
    """Let a visitor come to the page; each is a stranger to the rest."""
    contexts = []

    def come(width=1440, height=900):
        contexts.append(browser.new_context(viewport={"width": width, "height": height}))
        page = contexts[-1].new_page()
        page.set_default_timeout(LONG)
        page.goto(training_url)
        page.get_by_role("heading", name=words.TITLE, exact=True).wait_for()
        return page

    yield come
    for context in contexts:
        context.close()


@pytest.mark.long
def test_a_run_is_started_stopped_by_another_visitor_and_gone_on_with(visitor, runs):
    first = visitor()
    first.get_by_label(words.NAME, exact=True).fill("mine")
    first.get_by_label(words.NAME, exact=True).press("Enter")
    first.get_by_text(words.MORE).click()
    for setting in (words.EPOCHS, words.PATIENCE):  # long enough that a visitor sees it run on any machine
        first.get_by_label(setting, exact=True).fill("150")
        first.get_by_label(setting, exact=True).press("Enter")
    first.get_by_role("button", name=words.START, exact=True).click()
    expect(first.get_by_role("heading", name=words.RUNNING_TITLE)).to_be_visible()
    second = visitor()
    expect(second.get_by_text(words.BUSY)).to_have_count(1)
    second.locator(".st-key-training_stop button").first.click()
    go_on = words.GO_ON.format(name="mine")
    expect(second.get_by_role("button", name=go_on)).to_be_visible(timeout=LONG)
    expect(first.get_by_role("button", name=go_on)).to_be_visible(timeout=LONG)
    folder = ExperimentFolder(runs / "experiments" / "mine")
    assert folder.read("end")["state"] == "stopped"
    first.get_by_role("button", name=go_on).click()
    expect(first.locator(".st-key-training_now .js-plotly-plot").first).to_be_visible(timeout=LONG)
    expect(first.get_by_role("heading", name=words.RUNNING_TITLE)).to_have_count(0, timeout=LONG)
    assert folder.read("end")["state"] == "finished"
    assert folder.read("result")["n_women"] == 3


def test_nothing_is_wider_than_a_phone(visitor):
    page = visitor(390, 844)
    page.get_by_role("heading", name=words.FAMILIES_TITLE).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
