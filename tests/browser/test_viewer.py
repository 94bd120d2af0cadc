"""The viewer in a real browser, on drawn films whose every level is known."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from mammo_core.mias.phantom import draw_phantom
from mammo_core.report.pictures import encode_png
from mammo_core.ui.viewer.pictures import PRESETS, named_windows
from scripts.live_app import live_app
from tests.browser.drawn_films import BLOCK, BOARD, HEIGHT, LIGHTER, SPACING_MM, SPECK, WIDTH, deep_film

pytestmark = pytest.mark.browser
MIDDLE = (WIDTH / 2, HEIGHT / 2)
LEVELS = """(canvas, points) => points.map(([x, y]) => {
  const ratio = canvas.width / canvas.clientWidth
  return [...canvas.getContext("2d").getImageData(Math.floor(x * ratio), Math.floor(y * ratio), 1, 1).data.slice(0, 3)]
})"""

COVERED = """labels => labels.filter(label => {
  const { left, top, right, bottom } = label.getBoundingClientRect()
  const points = [left + 2, right - 2].flatMap(x => [top + 2, bottom - 2].map(y => [x, y]))
  return points.some(([x, y]) => label.getRootNode().elementFromPoint(x, y) !== label)
}).map(label => label.textContent)"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with live_app("tests/browser/viewer_page.py") as url:
        yield url


@pytest.fixture(scope="module")
def pages(browser: Browser, address: str) -> Iterator[Callable[[str], Page]]:
    """Open each page of drawn films once: what every test needs anew, the viewer's own reset brings."""
    opened = {}

    def page_of(kind: str) -> Page:
        if kind not in opened:
            context = browser.new_context(viewport={"width": 1200, "height": 900}, has_touch=True)
            page = opened[kind] = context.new_page()
            page.set_default_timeout(60_000)
            page.sent = []
            page.on("websocket", lambda socket: socket.on("framesent", lambda frame: page.sent.append(frame)))
            page.goto(f"{address}/?kind={kind}")
        return opened[kind]

    yield page_of
    for page in opened.values():
        page.context.close()


@pytest.fixture
def show(pages: Callable[[str], Page]) -> Callable[..., Page]:
    """Show drawn films as they are at first: `show()`, `show("mirrored")`; `page.sent` is what the browser sends."""

    def come(kind: str = "pair") -> Page:
        page = pages(kind)
        page.get_by_role("button", name="Reset").click()
        page.get_by_role("button", name="Side by side").click()
        expect(page.locator(".pane")).to_have_count(2)
        expect(page.locator(".pane.empty")).to_have_count(0)
        expect(page.locator(".viewer.fetching")).to_have_count(0)
        return page

    return come


@pytest.fixture(scope="module")
def deep() -> np.ndarray:
    return deep_film()


def pane(page: Page, number: int) -> Locator:
    """Return a pane, drawn anew after what was done last."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return page.locator(".pane").nth(number)


def place(page: Page, number: int) -> tuple[float, float, float]:
    """Return the point of the film in the middle of a pane, and screen pixels per pixel of the film."""
    x, y, scale = map(float, pane(page, number).get_attribute("data-place").split())
    return x, y, scale


def on_pane(page: Page, number: int, points: np.ndarray) -> list[list[float]]:
    """Return where points (x, y) of an unmirrored film lie on its pane."""
    x, y, scale = place(page, number)
    box = pane(page, number).locator("canvas").first.bounding_box()
    return ((np.asarray(points) - (x, y)) * scale + (box["width"] / 2, box["height"] / 2)).tolist()


def drawn(page: Page, number: int, points: np.ndarray) -> np.ndarray:
    """Return the colours (n, 3) that a pane shows at points of its film."""
    return np.array(pane(page, number).locator("canvas").first.evaluate(LEVELS, on_pane(page, number, points)))


def through(levels: np.ndarray, window: tuple[float, float]) -> np.ndarray:
    black, white = window
    return np.clip(np.floor((np.asarray(levels, float) - black) * 255 / (white - black) + 0.5), 0, 255)


def drag(page: Page, number: int, start: tuple[float, float], end: tuple[float, float], button: str = "left") -> None:
    """Drag from one point to another, both in parts of a pane."""
    box = pane(page, number).bounding_box()
    for step, (x, y) in enumerate((start, end)):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=8)
        page.mouse.down(button=button) if step == 0 else page.mouse.up(button=button)


def zoom_in(page: Page, times: int) -> None:
    for _ in range(times):
        page.get_by_role("button", name="Zoom in").click()


def settled(page: Page, detail: str = "1.00") -> None:
    """Wait until both panes have all the detail that there is."""
    for number in range(2):
        expect(pane(page, number)).to_have_attribute("data-detail", detail)


def block_middles(count: int) -> np.ndarray:
    """Return the middles of blocks in a row, in the middle of the film."""
    first = int(MIDDLE[0] // BLOCK) - count // 2
    return np.array([((first + i + 0.5) * BLOCK, (MIDDLE[1] // BLOCK + 0.5) * BLOCK) for i in range(count)])


@pytest.mark.parametrize("kind", ["pair", "mirrored"])
def test_all_panes_zoom_and_move_alike(show, kind):
    page = show(kind)
    before = place(page, 0)
    zoom_in(page, 2)
    drag(page, 0, (0.6, 0.5), (0.4, 0.4))
    (x, y, scale), (other_x, other_y, other_scale) = place(page, 0), place(page, 1)
    assert scale == pytest.approx(before[2] * 1.4**2, rel=1e-3) == other_scale
    assert x > before[0] + 100
    assert other_y == pytest.approx(y)
    # What moves to the left on one is moved to the left on the other: a mirrored film runs the other way.
    assert other_x == pytest.approx(x if kind == "pair" else 2 * before[0] - x, abs=0.1)


def test_films_that_come_while_the_viewer_is_being_loaded_are_shown(browser, address):
    slow = """const make = URL.createObjectURL
    URL.createObjectURL = blob => make(blob.type !== "text/javascript" ? blob
      : new Blob(["await new Promise(go => setTimeout(go, 2000))\\n", blob], { type: blob.type }))"""
    with browser.new_context(viewport={"width": 1200, "height": 900}) as context:
        page = context.new_page()
        page.add_init_script(slow)
        page.goto(f"{address}/?kind=overtaken")
        expect(page.locator(".pane .mark").first).to_be_visible()
        expect(page.locator(".pane.empty")).to_have_count(0)
        page.set_viewport_size({"width": 900, "height": 900})  # and it still follows the window's size
        for number in range(2):
            pane = page.locator(".pane").nth(number)
            expect(pane).to_have_js_property("panel.width", pane.evaluate("pane => pane.clientWidth"))


def test_the_wheel_zooms_around_the_pointer_once_a_film_was_clicked(show):
    page = show()
    box = pane(page, 0).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.evaluate("document.activeElement.blur()")
    before = place(page, 0)
    page.mouse.wheel(0, -300)
    assert place(page, 0) == before
    pane(page, 0).click()
    page.mouse.wheel(0, -300)
    expect(pane(page, 0)).not_to_have_attribute("data-place", " ".join(f"{value:.4f}" for value in before))
    assert place(page, 0)[:2] == pytest.approx(before[:2], abs=3)
    assert place(page, 0)[2] > before[2]


def test_the_divider_parts_before_and_after(show, deep):
    page = show()
    page.get_by_role("button", name="Before and after").click()
    expect(page.locator(".pane")).to_have_count(1)
    expect(page.locator(".pane .title")).to_have_text(["Deep", "Lighter"])
    page.get_by_role("button", name="Full range").or_(page.locator(".preset")).first.select_option("full")
    page.get_by_role("button", name="Heatmap", exact=True).click()
    points = np.array([(MIDDLE[0] - 600, 3000), (MIDDLE[0] + 600, 3000)])
    levels = deep[points[:, 1].astype(int), points[:, 0].astype(int)].astype(float)
    left, right = through(levels + np.array([0, LIGHTER]), (0, 65535))
    assert drawn(page, 0, points)[:, 0] == pytest.approx([left, right], abs=1)
    drag(page, 0, (0.5, 0.5), (0.1, 0.5))
    expect(page.get_by_role("slider", name="Divider")).to_have_attribute("aria-valuenow", "10")
    assert drawn(page, 0, points)[:, 0] == pytest.approx(through(levels + LIGHTER, (0, 65535)), abs=1)


def test_the_window_acts_on_every_bit_of_a_deep_film(show, deep):
    page = show()
    zoom_in(page, 8)
    settled(page)
    points = block_middles(6)
    levels = deep[points[:, 1].astype(int), points[:, 0].astype(int)]
    usual = named_windows(deep, 16, None)[PRESETS.index("film")]
    assert drawn(page, 0, points)[:, 0].tolist() == through(levels, usual).tolist()
    drag(page, 0, (0.95, 0.5), (0.05, 0.5), button="right")
    drag(page, 0, (0.95, 0.5), (0.05, 0.5), button="right")
    drag(page, 0, (0.95, 0.5), (0.05, 0.5), button="right")
    middle, width = sum(usual) / 2, (usual[1] - usual[0]) * 0.02  # as narrow as it gets
    narrow = (middle - width / 2, middle + width / 2)
    shown = drawn(page, 0, points)[:, 0]
    assert shown.tolist() == through(levels, narrow).tolist()
    assert len(set(shown)) == len(points)  # neighbours that differ by 3 of 65,536 levels


def test_presets_and_invert_change_what_is_drawn(show, deep):
    page = show()
    points = block_middles(3)
    levels = deep[points[:, 1].astype(int), points[:, 0].astype(int)]
    windows = dict(zip(PRESETS, named_windows(deep, 16, None), strict=True))
    pane(page, 0).focus()
    for key, preset in zip("1234", PRESETS, strict=True):
        page.keyboard.press(key)
        expect(page.locator(".preset")).to_have_value(preset)
        assert drawn(page, 0, points)[:, 0] == pytest.approx(through(levels, windows[preset]), abs=1)
    page.keyboard.press("2")
    page.keyboard.press("i")
    expect(page.get_by_role("button", name="Invert")).to_have_attribute("aria-pressed", "true")
    assert drawn(page, 0, points)[:, 0] == pytest.approx(255 - through(levels, windows["full"]), abs=1)


def test_zooming_in_brings_detail_that_the_first_picture_does_not_have(show):
    page = show()
    board = np.array([(BOARD[0] + 100.5 + i, BOARD[1] + 100.5) for i in range(4)])
    pane(page, 0).focus()
    page.keyboard.press("n")
    for _ in range(12):
        page.keyboard.press("+")
    settled(page)
    shown = drawn(page, 0, board)[:, 0].astype(int)  # single pixels; the first picture has one grey here
    assert (np.abs(np.diff(shown)) > 150).all()


def test_a_rectangle_comes_back_in_pixels_of_its_film(show):
    page = show("mirrored")
    page.get_by_role("button", name="Read a region").click()
    for number, way in ((0, 1), (1, -1)):
        drag(page, number, (0.6, 0.3), (0.7, 0.4))
        told = page.get_by_text(f"pane {number}:")
        expect(told).to_be_visible()
        x, y, width, height = map(float, told.inner_text().split(":")[1].split())
        middle_x, middle_y, scale = place(page, number)
        box = pane(page, number).locator("canvas").first.bounding_box()
        assert width == pytest.approx(0.1 * box["width"] / scale, rel=0.05)
        assert height == pytest.approx(0.1 * box["height"] / scale, rel=0.05)
        assert x + width / 2 == pytest.approx(middle_x + way * 0.15 * box["width"] / scale, abs=30)
        assert y + height / 2 == pytest.approx(middle_y - 0.15 * box["height"] / scale, abs=30)


def test_the_keyboard_alone_suffices(show):
    page = show()
    pane(page, 0).focus()
    before = place(page, 0)
    for key in ("+", "+", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    x, y, scale = place(page, 0)
    assert scale == pytest.approx(before[2] * 1.25**2, rel=1e-3)
    assert x > before[0]
    assert y > before[1]
    page.keyboard.press("0")
    assert place(page, 0) == pytest.approx(before, rel=1e-3)
    page.keyboard.press("s")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_text("pane 0:")).to_be_visible()
    page.keyboard.press("l")
    expect(page.locator(".pane")).to_have_count(1)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Shortcuts")).to_be_hidden()
    page.keyboard.press("f")
    expect(page.get_by_role("button", name="Full screen")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".prototype")).to_be_visible()
    page.keyboard.press("f")
    expect(page.get_by_role("button", name="Full screen")).to_have_attribute("aria-pressed", "false")


def test_marks_say_what_they_are_by_click_and_by_key(show):
    page = show()
    note = page.locator(".note")
    page.get_by_role("button", name="Mark 2: a corner").click()
    expect(note).to_contain_text("Mark 2: a corner")
    page.keyboard.press("Escape")
    expect(note).to_be_hidden()
    page.keyboard.press("n")
    expect(note).to_contain_text("Mark 1: the board")
    expect(note).to_contain_text("Every second pixel.")
    x, y, width, height = BOARD
    assert place(page, 1)[:2] == pytest.approx((x + width / 2, y + height / 2), abs=1)
    page.keyboard.press("b")
    expect(page.locator(".mark").first).to_be_hidden()


def test_a_small_box_is_drawn_at_its_size_and_has_a_target_of_24_pixels(show):
    page = show()
    scale = place(page, 1)[2]
    speck = page.get_by_role("button", name="Mark 3: a speck")
    target, box = speck.bounding_box(), speck.locator("i").bounding_box()
    assert min(target["width"], target["height"]) >= 24 > 2 * box["width"]
    assert box["width"] == pytest.approx(SPECK[2] * scale, abs=1)
    for name, size in (("x", "width"), ("y", "height")):
        assert target[name] + target[size] / 2 == pytest.approx(box[name] + box[size] / 2, abs=0.5)


def test_no_number_of_a_box_is_hidden_by_another_box(show):
    page = show("crowded")
    labels = pane(page, 0).locator(".mark span")
    expect(labels).to_have_count(6)
    assert labels.evaluate_all(COVERED) == []
    zoom_in(page, 1)
    pane(page, 0)
    assert labels.evaluate_all(COVERED) == []


def test_scale_bars_of_films_at_about_one_scale_have_one_length(show):
    page = show("crowded")
    for _ in range(8):
        first, second = (pane(page, number).locator(".scale span").inner_text() for number in range(2))
        assert first == second
        zoom_in(page, 1)


def test_the_colour_bar_and_its_button_name_what_the_colours_are(show):
    for kind, number, name, button in (("pair", 1, "relative", "Heatmap"), ("mirrored", 0, "difference", "Difference")):
        page = show(kind)
        expect(pane(page, number).locator(".colours .kind")).to_have_text(name)
        expect(page.get_by_role("button", name=button, exact=True)).to_be_visible()


def test_heatmap_opacity_and_threshold_ask_nothing_of_the_server(show):
    page = show()
    points = np.array([(1300, 1500), (1990, 1500)])
    faint, strong = drawn(page, 1, points)
    assert strong[0] - strong[2] > 20  # reddish
    page.sent.clear()
    page.get_by_label("Threshold").fill("60")
    after = drawn(page, 1, points)
    assert after[0][0] == after[0][1] == after[0][2] != faint[0]
    assert after[1].tolist() == strong.tolist()
    page.get_by_label("Opacity").fill("0")
    without = drawn(page, 1, points)
    assert (without[:, 0] == without[:, 2]).all()
    assert page.sent == []


def test_the_ruler_measures_in_millimetres_where_the_spacing_is_known_and_says_so_where_not(show):
    for kind, unit in (("pair", SPACING_MM), ("mirrored", None)):
        page = show(kind)
        page.get_by_role("button", name="Ruler").click()
        drag(page, 0, (0.3, 0.5), (0.7, 0.5))
        text = pane(page, 0).locator(".lines text").text_content()
        box = pane(page, 0).locator("canvas").first.bounding_box()
        pixels = 0.4 * box["width"] / place(page, 0)[2]
        assert float(re.match(r"[\d.]+", text)[0]) == pytest.approx(pixels * (unit or 1), rel=0.02)
        assert text.endswith(" mm" if unit else "px, spacing unknown")
        assert pane(page, 0).locator(".scale").inner_text().endswith(" mm" if unit else "spacing unknown")


def test_two_fingers_zoom_and_move(show):
    page = show()
    box = pane(page, 0).bounding_box()
    before = place(page, 0)
    client = page.context.new_cdp_session(page)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def touch(kind: str, *fingers: tuple[float, float]) -> None:
        points = [{"x": x + dx, "y": y + dy, "id": i} for i, (dx, dy) in enumerate(fingers)]
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", (-40, 0))
    touch("touchStart", (-40, 0), (40, 0))
    for step in range(1, 9):
        touch("touchMove", (-40 - 5 * step, 4 * step), (40 + 5 * step, 4 * step))
    touch("touchEnd")
    expect(page.locator(".viewer")).not_to_have_attribute("data-zoom", "1.000")
    after = place(page, 0)
    assert after[2] == pytest.approx(2 * before[2], rel=0.1)
    assert after[1] < before[1] - 30 / after[2]  # the film went down with the fingers
    assert place(page, 1) == pytest.approx(after, rel=1e-3)


def test_a_finger_windows_with_the_tool(show):
    page = show()
    page.get_by_role("button", name="Window and level").click()
    drag(page, 0, (0.3, 0.5), (0.6, 0.5))
    expect(page.locator(".preset")).to_have_value("own")


def test_reset_brings_everything_back(show):
    page = show()
    before = place(page, 0)
    zoom_in(page, 3)
    drag(page, 0, (0.3, 0.5), (0.6, 0.6), button="right")
    page.get_by_role("button", name="Invert").click()
    page.get_by_role("button", name="Reset").click()
    expect(page.locator(".preset")).to_have_value("film")
    expect(page.get_by_role("button", name="Invert")).to_have_attribute("aria-pressed", "false")
    assert place(page, 0) == pytest.approx(before, rel=1e-3)


def test_the_lens_enlarges_what_is_under_the_pointer_on_every_pane(show, deep):
    page = show()
    page.get_by_role("button", name="Lens").click()
    box = pane(page, 0).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    away = 80 / place(page, 0)[2]  # pixels of the film in 80 of the screen
    windows = [named_windows(film, 16, None)[PRESETS.index("film")] for film in (deep, deep + np.uint16(LIGHTER))]
    page.get_by_role("button", name="Heatmap", exact=True).click()
    for number in range(2):
        shown = drawn(page, number, np.array([(MIDDLE[0], MIDDLE[1] + away)]))[0, 0]
        enlarged, plain = (
            through(int(deep[int(MIDDLE[1] + away / zoom), int(MIDDLE[0])]) + number * LIGHTER, windows[number])
            for zoom in (2.5, 1)
        )
        assert shown == pytest.approx(enlarged, abs=3)
        assert plain - shown > 10


def test_no_film_stays_in_the_browsers_storage(show):
    page = show()
    zoom_in(page, 8)
    settled(page)  # detail has come, too
    stored = page.evaluate(
        """async () => ({
          text: JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage }),
          databases: (await indexedDB.databases()).length, caches: (await caches.keys()).length })"""
    )
    assert (stored["databases"], stored["caches"]) == (0, 0)
    assert len(stored["text"]) < 3000


def test_a_rectangle_on_the_read_page_gets_its_reading(visit):
    page = visit()
    page.set_default_timeout(60_000)
    film = {"name": "film.png", "mimeType": "", "buffer": encode_png(draw_phantom(4, 512).mammogram.pixels)}
    page.locator("input[type=file]").set_input_files([film])
    page.locator("[data-shares=film]").wait_for()
    expect(page.locator(".pane")).to_have_count(3)
    expect(page.locator(".pane.empty")).to_have_count(0)
    page.get_by_role("button", name="Read a region").click()
    drag(page, 0, (0.5, 0.5), (0.6, 0.6))
    page.locator("[data-shares=region] [data-label=malignant]").wait_for()
    found = page.locator("[data-shares=region] [data-label]").evaluate_all("all => all.map(one => one.dataset.share)")
    assert sum(map(float, found)) == pytest.approx(1, abs=1e-5)
    expect(page.locator(".st-key-region_card img")).to_have_count(2)
    expect(page.get_by_text("19.2 mm").first).to_be_visible()
    box, square = pane(page, 0).bounding_box(), pane(page, 0).get_by_role("button", name="was read").bounding_box()
    assert square["x"] + square["width"] / 2 == pytest.approx(box["x"] + 0.55 * box["width"], abs=4)
    assert square["y"] + square["height"] / 2 == pytest.approx(box["y"] + 0.55 * box["height"], abs=4)
