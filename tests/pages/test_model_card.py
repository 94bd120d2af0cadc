"""The model card page: the card as the program wrote it, the limits, and the page without a model."""

from streamlit.testing.v1 import AppTest

from mammo_core.config import ROOT
from mammo_core.network import active
from mammo_core.ui.words import model_card as words

PAGE = str(ROOT / "pages" / "model_card.py")


def text(page: AppTest) -> str:
    return "\n".join(element.value for kind in (page.markdown, page.header) for element in kind)


def test_shows_the_card_and_the_limits():
    page = AppTest.from_file(PAGE, default_timeout=60).run()
    assert not page.exception
    model_id = (ROOT / "models" / "ACTIVE").read_text(encoding="utf-8").strip()
    assert f"Model card: {model_id}" in [header.value for header in page.header]
    card = (ROOT / "models" / model_id / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert card.partition("\n")[2].strip() in text(page)
    assert "Microcalcifications are hardly resolved" in text(page)
    assert "200 micron" in text(page)


def test_without_a_model_the_limits_stand_and_the_way_to_a_model_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr(active, "MODELS_DIR", tmp_path)
    page = AppTest.from_file(PAGE, default_timeout=60).run()
    assert not page.exception
    assert "mammo_core train" in page.info[0].value
    assert words.LIMITS.strip() in text(page)
