"""The Enhancement page: empty, with films, its sliders, presets and ways back, and what can be saved."""

import io
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from mammo_core import __version__, load_mammogram
from mammo_core.cli.main import main
from mammo_core.config import ROOT
from mammo_core.film.enhance import enhancement_figures, to_display
from mammo_core.film.enhance_settings import PRESETS, EnhanceSettings, enhanced_picture
from mammo_core.mias.phantom import draw_phantom
from mammo_core.report.enhance_charts import grey_levels_figure
from mammo_core.report.pictures import encode_png
from mammo_core.ui.case import Case, Kept
from mammo_core.ui.dials import Dial, Move, read_move
from mammo_core.ui.enhance_bench import Bench, bench_of, file_name
from mammo_core.ui.enhance_settings import DIALS, Choice, dial_values, dials_of
from mammo_core.ui.words import enhance as words
from mammo_core.ui.words.opening import DEMO_EXAMS

PAGE = str(ROOT / "pages" / "enhance.py")
FILM = "sfm-malign-0/1-283.dcm"


@pytest.fixture
def page() -> AppTest:
    return AppTest.from_file(PAGE, default_timeout=60)


@pytest.fixture(scope="module")
def phantoms() -> Case:
    """Two phantoms, open."""
    case = Case()
    for seed in (4, 5):
        assert case.add(f"phantom-{seed}.png", encode_png(draw_phantom(seed, 512).mammogram.pixels)), case.refused
    return case


@pytest.fixture
def opened(page, phantoms) -> AppTest:
    page.session_state["case"] = Case(dict(phantoms.films))
    return run(page)


def run(page: AppTest) -> AppTest:
    page.run()
    assert not page.exception
    return page


def shown(page: AppTest) -> str:
    kinds = (page.html, page.markdown, page.caption, page.error, page.info)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def values(page: AppTest) -> list[str]:
    return re.findall(r'class="value">([^<]+)<', shown(page))


def choice(page: AppTest) -> Choice:
    return page.session_state["enhance_choice"]


def slide(page: AppTest, gesture: int = 1, moving: bool = False, **changed: float) -> AppTest:
    """Move sliders, as the browser reports it."""
    choice(page).move(Move(dial_values(choice(page).settings) | changed, gesture, moving))
    return run(page)


def chosen_film(page: AppTest):
    return page.session_state["case"].films[page.session_state["strip"]]


def test_the_empty_page_invites(page):
    run(page)
    assert page.title[0].value == words.TITLE
    assert words.EMPTY in shown(page)
    assert page.file_uploader[0].accept_multiple_files
    assert [button.label for button in page.button if button.key.startswith("demo_")] == list(DEMO_EXAMS.values())


def test_a_demo_exam_opens_here_and_is_enhanced(page, demo_dir):
    run(page).button(key="demo_sfm-malign-0").click()
    run(page)
    assert len(page.button_group(key="strip").options) == 4
    assert len(values(page)) == 6
    assert "Grain grew more than structure" in shown(page)
    assert "the model never sees this picture" in shown(page)
    assert "CC BY 3.0" in shown(page)
    # Streamlit knows a part of a page by its place: if that changed with the next run, a click meanwhile would be lost.
    places = {number: element.type for number, element in page.main.children.items()}
    run(page)
    assert {number: element.type for number, element in page.main.children.items()} == places


def test_figures_are_those_of_the_library_at_full_size(opened):
    film = chosen_film(opened)
    bench = bench_of(film, opened.session_state["case"])
    pixels, bits = enhanced_picture(film.mammogram, PRESETS["classic"])
    before = to_display(film.mammogram.pixels, 8)
    figures = enhancement_figures(before, to_display(pixels, bits), bench.area)
    assert values(opened)[0] == f"× {figures['contrast_improvement']:.2f}"
    assert values(opened)[3] == f"{figures['ssim']:.2f} of 1"


def test_a_slider_changes_the_picture_and_its_figures(opened):
    film, before = chosen_film(opened), values(opened)
    slide(opened, clip_limit=5.0)
    assert float(values(opened)[0][2:]) > float(before[0][2:])
    sharper = slide(opened, amount=2.0, radius_mm=1.0)
    assert float(values(sharper)[1][2:]) > 2
    settings = EnhanceSettings(5.0, (8, 8), 2.0, 1.0)
    picture, _ = bench_of(film, opened.session_state["case"]).picture(settings)
    assert np.array_equal(picture, enhanced_picture(film.mammogram, settings)[0])
    assert "pixels of this film" in shown(opened)


def test_figures_wait_until_the_slider_rests(opened):
    before = values(opened)
    slide(opened, moving=True, clip_limit=6.0)
    assert values(opened) == before
    assert words.FIGURES_WAIT in shown(opened)
    slide(opened)
    assert values(opened) != before
    assert words.FIGURES_WAIT not in shown(opened)


def test_a_preset_is_taken_and_left_again(opened):
    preset = opened.button_group(key="enhance_preset")
    assert preset.value == "classic"
    preset.set_value("strong")
    run(opened)
    assert choice(opened).settings == PRESETS["strong"]
    slide(opened, clip_limit=4.25)
    assert opened.button_group(key="enhance_preset").value is None


def test_the_preset_none_shows_the_film_as_it_is_and_saves_nothing(opened):
    opened.button_group(key="enhance_preset").set_value("none")
    run(opened)
    assert words.UNCHANGED_SUMMARY in shown(opened)
    assert values(opened) == ["× 1.00", "× 1.00", values(opened)[2], "1.00 of 1", "0.0 of 255", "none"]
    assert [button.disabled for button in opened.get("download_button")] == [True, True]


def test_undo_takes_back_one_drag_and_reset_can_be_undone(opened):
    assert opened.button(key="enhance_undo").disabled
    for clip_limit in (2.5, 3.0, 3.5):
        slide(opened, gesture=7, moving=True, clip_limit=clip_limit)
    slide(opened, gesture=8, tiles=12)
    opened.button(key="enhance_reset").click()
    run(opened)
    assert choice(opened).settings == PRESETS["classic"]
    seen = []
    for _ in range(3):
        opened.button(key="enhance_undo").click()
        run(opened)
        seen.append((choice(opened).settings.clip_limit, choice(opened).settings.tile_grid[0]))
    assert seen == [(3.5, 12), (3.5, 8), (2.0, 8)]
    assert opened.button(key="enhance_undo").disabled


def test_settings_stay_from_film_to_film(opened):
    slide(opened, clip_limit=5.5)
    first, second = opened.session_state["case"].films
    before = values(opened)
    opened.button_group(key="strip").set_value(second)
    run(opened)
    assert choice(opened).settings.clip_limit == 5.5
    assert values(opened) != before
    benches = [film.results.get("enhance bench") for film in opened.session_state["case"].films.values()]
    assert benches[0] is None
    assert benches[1] is not None
    assert first != second


def test_another_spacing_puts_the_film_on_the_bench_anew(phantoms):
    film = next(iter(phantoms.films.values()))
    before = bench_of(film, phantoms)
    assert bench_of(film, phantoms) is before
    film.set_spacing(0.31)
    assert bench_of(film, phantoms).mammogram.pixel_spacing_mm == 0.31
    film.set_spacing(None)


def test_a_film_of_one_grey_level_is_said_to_hold_nothing(page, phantoms):
    key, film = next(iter(phantoms.films.items()))
    flat = replace(film.mammogram, pixels=np.full((300, 200), 90, np.uint8))
    page.session_state["case"] = Case({key: replace(film, mammogram=flat, results=Kept(1))})
    assert words.NO_BREAST in shown(run(page))


def test_a_file_that_is_no_film_is_refused_in_words(page):
    run(page).file_uploader[0].upload("notes.txt", b"no film")
    run(page)
    assert "notes.txt was not opened" in str(page.error[0].proto)
    assert words.EMPTY in shown(page)


def test_the_film_and_its_digest_are_left_as_they_were(opened):
    film = chosen_film(opened)
    digest, pixels = film.mammogram.digest, film.mammogram.pixels.copy()
    slide(opened, clip_limit=8.0, amount=3.0)
    assert film.mammogram.digest == digest
    assert np.array_equal(film.mammogram.pixels, pixels)


@pytest.mark.parametrize(
    ("settings", "bits", "name"),
    [
        (PRESETS["strong"], 12, "R-MLO_clahe-4-8x8_sharpen-0.4mm-x0.5_enhanced-not-for-diagnosis.png"),
        (EnhanceSettings(0, amount=1.0), 16, "R-MLO_sharpen-0.4mm-x1_enhanced-not-for-diagnosis.png"),
    ],
)
def test_the_saved_picture_is_what_is_shown_with_its_settings_inside(demo_film, settings, bits, name):
    case = Case()
    film = case.films[case.add("film.dcm", demo_film(FILM))]
    bench = bench_of(film, case)
    assert file_name(film, settings, "png") == name
    saved = Image.open(io.BytesIO(bench.png(settings)))
    pixels, used = bench.picture(settings)
    assert used == bits
    full = pixels.astype(np.uint32) * 65535 // (2**bits - 1)
    stamped = int(0.9 * pixels.shape[0])
    assert np.array_equal(np.asarray(saved)[:stamped], full[:stamped])
    assert saved.text["Comment"] == "enhanced, not for diagnosis"
    assert saved.text["Software"] == f"mammo_core {__version__}"
    assert f"amount {settings.amount:g}" in saved.text["Unsharp mask"]


def test_the_report_holds_settings_version_and_figures(phantoms):
    film = next(film for film in phantoms.films.values() if film.name == "phantom-4.png")
    settings = EnhanceSettings(3.0, (12, 12), 0.5, 0.8)
    report = json.loads(bench_of(film, phantoms).report(settings, film.name))
    assert report["settings"] == settings.to_dict()
    assert report["program"] == f"mammo_core {__version__}"
    assert report["file"] == "phantom-4.png"
    assert report["pixel_digest"] == film.mammogram.digest
    assert report["radius_px"] == pytest.approx(0.8 / report["pixel_spacing_mm"])
    assert report["pixel_spacing_estimated"] is True
    assert report["figures"]["noise_amplification"] > 1
    untouched = json.loads(bench_of(film, phantoms).report(PRESETS["none"], film.name))
    assert untouched["figures"]["psnr_db"] is None


def test_the_command_line_makes_the_same_picture_and_figures(phantoms, tmp_path, capsys):
    film = next(iter(phantoms.films.values()))
    source, out = tmp_path / "film.png", tmp_path / "out.png"
    source.write_bytes(encode_png(film.mammogram.pixels))
    settings = EnhanceSettings(3.0, (12, 12), 0.5, 0.8)
    argv = [
        "enhance",
        source,
        "--out",
        out,
        "--clip-limit",
        3,
        "--tile-grid",
        "12",
        "--sharpen",
        0.5,
        "--radius-mm",
        0.8,
    ]
    assert main([str(word) for word in argv]) == 0
    made, saved = (Image.open(io.BytesIO(png)) for png in (out.read_bytes(), bench_of(film, phantoms).png(settings)))
    assert np.array_equal(np.asarray(made), np.asarray(saved))
    assert made.text == {name: text for name, text in saved.text.items() if name != "Software"}
    figures = dict(line.split() for line in capsys.readouterr().out.splitlines())
    expected = bench_of(film, phantoms).measure(settings).figures
    assert figures == {name: f"{value:.4g}" for name, value in expected.items()}


def test_both_histograms_count_every_pixel_of_the_breast(phantoms):
    bench = bench_of(next(iter(phantoms.films.values())), phantoms)
    counts = bench.measure(PRESETS["strong"]).counts
    assert counts.shape == (2, 256)
    assert counts.sum(axis=1).tolist() == [bench.area.sum()] * 2
    before, after = grey_levels_figure(counts, logarithmic=False).data
    assert sum(before.y) == pytest.approx(100, abs=0.01)
    assert np.argmax(after.y) == np.argmax(counts[1])
    assert grey_levels_figure(counts, logarithmic=True).layout.yaxis.type == "log"


def test_a_film_of_8_bits_is_measured_as_it_is_stored(film):
    mammogram = load_mammogram(film("mdb028"))
    bench = Bench.of(mammogram)
    counts = bench.measure(PRESETS["gentle"]).counts
    assert np.array_equal(counts[0], np.bincount(mammogram.pixels[bench.area], minlength=256))


def test_moves_are_brought_within_their_limits_and_onto_their_steps():
    dials = [Dial("clip_limit", "", "", 0, 8, 0.25), Dial("tiles", "", "", 2, 24, 1)]
    move = read_move({"values": {"clip_limit": 99, "tiles": 2.4}, "gesture": 3, "moving": True, "number": 5}, dials)
    assert move == Move({"clip_limit": 8, "tiles": 2}, 3, moving=True)
    assert read_move({"values": {"clip_limit": 0.37, "tiles": -5}}, dials).values == {"clip_limit": 0.25, "tiles": 2}


@pytest.mark.parametrize(
    "sent",
    [None, "x", [], {}, {"values": 3}, {"values": {"clip_limit": "2"}}, {"values": {"clip_limit": float("nan")}}],
)
def test_what_is_no_move_is_passed_over(sent):
    assert read_move(sent, DIALS) is None


def test_a_slider_that_does_nothing_now_says_so():
    said = {dial.id: dial.unit for dial in dials_of(PRESETS["none"]) if dial.idle}
    assert said == {"tiles": "{} × {} (contrast is off)", "radius_mm": "{} mm (sharpening is off)"}
    assert not any(dial.idle for dial in dials_of(PRESETS["strong"]))


def test_every_preset_lies_on_the_sliders_steps():
    for preset in PRESETS.values():
        values = dial_values(preset)
        assert read_move({"values": values}, DIALS).values == pytest.approx(values)
    assert set(words.PRESETS) == set(PRESETS)
