"""The report's buttons on the Read and the Exam page."""

import pytest
from streamlit.testing.v1 import AppTest

from mammo_core.config import ROOT
from mammo_core.ui.words import report as words


def opened(path, button):
    page = AppTest.from_file(str(ROOT / "pages" / path), default_timeout=120).run()
    page.button(key=button).click().run()
    assert not page.exception
    return page


@pytest.mark.parametrize("path", ["read.py", "exam.py"])
def test_a_reading_can_be_taken_home_as_report_and_record(path):
    page = opened(path, "demo_sfm-malign-0")
    labels = [element.proto.label for element in page.get("download_button")]
    assert {words.PDF, words.RECORD} <= set(labels)
    assert page.checkbox(key="report_with_names").value is False
