"""The Explanations page: Grad-CAM at once, the rest beside the page, empty maps, the check and the scorecard."""

import json
from html import unescape

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mammo_core.config import ROOT
from mammo_core.evaluate.scorecard import summarise
from mammo_core.explain.explain import METHODS
from mammo_core.ui import explain_bench, explain_sanity, explain_scorecard, explain_show
from mammo_core.ui.case import Case
from mammo_core.ui.explain_bench import Bench, Map, Task
from mammo_core.ui.words import explain as words
from mammo_core.ui.words.read import OUTSIDE
from tests.synthetic_scorecard import drawn_rows

PAGE = str(ROOT / "pages" / "explanations.py")
WAIT_SECONDS = 60


@pytest.fixture(autouse=True)
def no_mias(monkeypatch, tmp_path):
    monkeypatch.setenv("MAMMO_MIAS_DIR", str(tmp_path))


@pytest.fixture(autouse=True)
def card(monkeypatch, tmp_path):
    """A drawn scorecard in the place of the committed one."""
    summary = summarise(*drawn_rows())
    path = tmp_path / "scorecard.json"
    path.write_text(json.dumps(summary), encoding="utf-8")
    monkeypatch.setattr(explain_scorecard, "SCORECARD", path)
    return summary


@pytest.fixture
def page() -> AppTest:
    return AppTest.from_file(PAGE, default_timeout=120)


@pytest.fixture
def quick(monkeypatch):
    """Let every method but the first give a map without TensorFlow."""
    real = explain_bench.explained_map

    def drawn(subject, method, target, progress=lambda fraction: None):
        if method == METHODS[0]:
            return real(subject, method, target)
        progress(0.5)
        heatmap = np.full((20, 10), float(method != "layercam"), np.float32)
        return Map(heatmap, not heatmap.any())

    monkeypatch.setattr(explain_bench, "explained_map", drawn)
    monkeypatch.setattr(explain_show, "explained_map", drawn)


def run(page: AppTest) -> AppTest:
    page.run()
    assert not page.exception
    return page


def shown(page: AppTest) -> str:
    kinds = (page.markdown, page.caption, page.error, page.info, page.warning)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def bench(page: AppTest) -> Bench:
    return page.session_state["explain_bench"]


def mapped(page: AppTest) -> set[str]:
    return {key[2] for key in bench(page).results if key[0] == "map"}


def buttons(page: AppTest) -> list[str]:
    return [button.key for button in page.button]


def test_gradcam_is_there_at_once_and_nothing_else_is_begun(page, demo_dir):
    run(page)
    assert mapped(page) == {"gradcam"}
    assert bench(page).job is None
    assert {f"explain_make_{method}" for method in METHODS[1:]} <= set(buttons(page))
    assert "explain_make_gradcam" not in buttons(page)
    assert "CBIS-DDSM" in shown(page)


def test_a_film_that_the_model_refuses_is_said_so_above_its_maps(page, demo_dir):
    run(page)
    refusal = next(html.value for html in page.html if OUTSIDE[0] in html.value)
    assert "pixel spacing" in refusal


def test_a_film_like_those_it_learned_from_is_explained_without_a_refusal(page, film):
    page.session_state["case"] = Case()
    page.session_state["case"].add("mdb028.pgm", film("mdb028"))
    run(page)
    assert bench(page).subject.training_film_id == "mdb028"
    assert not any(OUTSIDE[0] in html.value for html in page.html)


def test_every_method_says_what_it_can_and_cannot_say(page, demo_dir):
    run(page)
    cards = unescape(" ".join(element.value for element in page.html))
    assert all(sentence in cards for method in METHODS for sentence in words.METHODS[method])
    assert words.BAR_NOTE in cards


def test_a_method_that_is_asked_for_arrives_and_is_kept_for_the_session(page, demo_dir, quick):
    run(page)
    page.button(key="explain_make_saliency").click()
    run(page)
    assert bench(page).job.wait(WAIT_SECONDS)
    run(page)
    assert mapped(page) == {"gradcam", "saliency"}
    page.segmented_control(key="explain_target").set_value("benign")
    run(page)
    assert "explain_make_saliency" in buttons(page)
    page.segmented_control(key="explain_target").set_value("malignant")
    run(page)
    assert "explain_make_saliency" not in buttons(page)


def test_all_the_others_are_worked_out_by_one_button_and_an_empty_map_is_said(page, demo_dir, quick):
    run(page)
    page.button(key="explain_make_all").click()
    run(page)
    assert bench(page).job.wait(WAIT_SECONDS)
    run(page)
    assert mapped(page) == set(METHODS)
    assert "explain_make_all" not in buttons(page)
    assert words.EMPTY_NOTE.format(method="LayerCAM", target="malignant") in shown(page)


def test_the_check_shows_a_picture_for_every_level(page, demo_dir, monkeypatch):
    checked = explain_sanity.Checked(
        dict.fromkeys(("", *words.LEVELS), "data:image/jpeg;base64,AA=="),
        {"head": 0.05, "upper": 0.7, "whole": None},
        dict.fromkeys(words.LEVELS, 0.1),
    )
    monkeypatch.setattr(explain_sanity, "check_map", lambda subject, method, target, progress: checked)
    run(page)
    page.button(key="explain_sanity").click()
    run(page)
    assert bench(page).job.wait(WAIT_SECONDS)
    run(page)
    checks = next(element.value for element in page.html if 'class="checks"' in element.value)
    assert checks.count("<img") == 4
    assert words.SANITY_UNDEFINED in checks


@pytest.mark.parametrize(
    ("ranks", "says"),
    [
        ({"head": 0.1, "upper": -0.2, "whole": 0.0}, "depends on what the model learned"),
        ({"head": 0.1, "upper": 0.5, "whole": 0.0}, "in part"),
        ({"head": 0.9, "upper": 0.5, "whole": 0.0}, "hardly"),
        ({"head": 0.9, "upper": None, "whole": 0.0}, "nothing can be compared"),
    ],
)
def test_the_verdict_follows_the_likest_of_the_shuffled_maps(ranks, says):
    assert says in explain_sanity.verdict("gradcam", ranks)


def test_the_scorecard_is_shown_for_each_group_of_films(page, card):
    page.session_state["explain_source"] = "Phantoms"
    for group, figures in card["groups"].items():
        page.session_state["explain_group"] = group
        run(page)
        table = next(frame.value for frame in page.dataframe if words.TABLE_EMPTY in frame.value)
        assert list(table[words.TABLE_METHOD])[:2] == ["Grad-CAM", "LayerCAM"]
        assert f"{figures['methods']['gradcam']['energy']['value']:.2f}" in table.iloc[0].to_string()
    assert words.NOT_MEASURED.format(methods="Grad-CAM++, Score-CAM, Saliency, SmoothGrad") in shown(page)


def test_a_scorecard_of_another_model_is_said_to_be_so(page):
    page.session_state["explain_source"] = "Phantoms"
    assert "measured with the model **drawn**" in shown(run(page))


def test_without_a_scorecard_the_page_says_how_to_make_one(page, monkeypatch, tmp_path):
    monkeypatch.setattr(explain_scorecard, "SCORECARD", tmp_path / "none.json")
    page.session_state["explain_source"] = "Phantoms"
    assert words.SCORECARD_ABSENT in shown(run(page))


def test_without_a_model_the_page_says_so_and_shows_no_film(page, monkeypatch, tmp_path):
    from mammo_core.network import active

    monkeypatch.setattr(active, "MODELS_DIR", tmp_path)
    assert words.NO_MODEL in shown(run(page))
    assert not page.selectbox


def test_a_film_that_cannot_be_outlined_is_said_so(page, demo_film):
    from mammo_core.ui.case import Case

    case = Case()
    assert case.add("![film](1.dcm)", demo_film("sfm-malign-0/1-281.dcm"))
    next(iter(case.films.values())).set_spacing(5.0)
    page.session_state["case"] = case
    title = run(page).error[0].proto.title
    assert "cannot be explained" in title
    assert r"\!\[film\]" in title


def test_a_training_film_is_named(page, film, mias_dir, monkeypatch):
    monkeypatch.setenv("MAMMO_MIAS_DIR", str(mias_dir))
    page.session_state["explain_source"] = "MIAS"
    page.session_state["explain_film_MIAS"] = "mdb028"
    assert words.TRAINING_FILM.format(film_id="mdb028") in shown(run(page))


def test_cancelling_drops_what_waits_and_keeps_what_is_done():
    from threading import Event

    begun, mine = Event(), Bench()

    def endless(progress):
        begun.set()
        while True:
            progress(0.1)

    mine.results[("done",)] = 1
    mine.ask(Task(("endless",), "endless", endless))
    mine.ask(Task(("after",), "after", lambda progress: 2))
    mine.ask(Task(("after",), "after", lambda progress: 3))
    assert [task.key for task in mine.queue] == [("endless",), ("after",)]
    assert mine.start()
    assert begun.wait(WAIT_SECONDS)
    mine.cancel()
    assert mine.job.wait(WAIT_SECONDS)
    assert mine.job.status.state == "cancelled"
    assert list(mine.results) == [("done",)]
    assert not mine.look()


def test_work_that_breaks_off_is_said_and_the_queue_is_dropped():
    mine = Bench()
    mine.ask(Task(("bad",), "bad", lambda progress: 1 / 0))
    assert mine.start()
    assert mine.job.wait(WAIT_SECONDS)
    assert not mine.look()
    assert "broke off" in mine.failed


def test_work_that_broke_off_is_not_begun_again_by_itself():
    begun, mine = [], Bench()

    def broken(progress):
        begun.append(1)
        raise ZeroDivisionError

    mine.ask(Task(("bad",), "bad", broken))
    for _ in range(3):  # as the page does, twice a second
        assert mine.start()
        assert mine.job is None or mine.job.wait(WAIT_SECONDS)
    assert len(begun) == 1
    assert "broke off" in mine.failed
    assert not mine.queue
