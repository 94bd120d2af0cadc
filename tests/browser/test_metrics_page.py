"""The metrics page in a browser: charts and tables are saved, and the slider of prevalences is moved by keyboard."""

from __future__ import annotations

import csv
import io
from xml.etree import ElementTree

import pytest
from playwright.sync_api import expect

from mammo_core.network.active import active_folder
from tests.browser.rest import come_to_rest

pytestmark = pytest.mark.browser


def test_what_is_shown_can_be_saved_and_carried_to_another_prevalence(visit):
    page = visit(width=1024, path="metrics")
    with page.expect_download(timeout=60_000) as download:
        page.locator("[data-testid=stPlotlyChart]").first.locator(".modebar-btn").first.click(timeout=60_000)
    assert download.value.suggested_filename == f"{active_folder().name}-headline-film.svg"
    svg = ElementTree.fromstring(download.value.path().read_bytes())
    assert svg.tag.endswith("svg")
    assert "Can it tell them apart?" in "".join(svg.itertext())

    page.get_by_role("tab", name="In use").click()
    ppv = page.locator("[data-testid=stMetricValue]").nth(4)
    expect(ppv).to_be_visible()
    before = ppv.inner_text()
    page.get_by_role("slider").focus()
    page.keyboard.press("End")
    expect(ppv).not_to_have_text(before)
    come_to_rest(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Table (CSV)").first.click()
    assert download.value.suggested_filename == f"{active_folder().name}-predictive-screening-film.csv"
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8"))))
    assert {"PPV", "PPV, low", "PPV, high", "PPV, n"} <= set(rows[0])
    assert f"{100 * float(rows[-1]['PPV']):.1f} %" == ppv.inner_text()
