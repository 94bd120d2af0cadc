"""Every preparing step as a picture: the same pixels as `preprocess`, the truth of phantoms, and early ends told."""

from dataclasses import replace

import numpy as np
import pytest

from mammo_core.config import PreprocessConfig
from mammo_core.errors import BreastNotFoundError, ImageError
from mammo_core.mias.phantom import draw_phantom
from mammo_core.preprocess import preprocess
from mammo_core.report.marks import draw_circles, draw_outline, in_colour, shade
from mammo_core.report.palette import CLASS_COLOURS, MARK_COLOURS
from mammo_core.report.steps import preparing_steps
from mammo_core.types import Circle

TITLES = [
    "Original", "Resampled", "Padding found", "Artefacts marked", "Breast outlined", "Pectoral muscle",
    "Outside removed", "Stretched", "CLAHE for the eye",
]  # fmt: skip


@pytest.fixture(scope="module")
def phantom():
    return draw_phantom(3, 384, laterality="L", lesions=())


def coloured(picture: np.ndarray) -> np.ndarray:
    """Return where an RGB picture is not grey."""
    return np.ptp(picture.astype(int), axis=2) > 8


def rgb(colour: str) -> np.ndarray:
    return np.array(list(bytes.fromhex(colour[1:])), int)


def test_a_film_is_taken_apart_into_nine_steps_with_a_sentence_each(phantom):
    steps, error = preparing_steps(phantom.mammogram)
    assert error is None
    assert [step.title for step in steps] == TITLES
    assert all(step.sentence.endswith(".") and len(step.sentence) < 110 for step in steps)


@pytest.mark.parametrize(("spacing_mm", "is_estimated"), [(None, True), (0.4, False)])
def test_an_area_is_called_estimated_where_the_pixel_spacing_is(phantom, spacing_mm, is_estimated):
    steps, _ = preparing_steps(replace(phantom.mammogram, pixel_spacing_mm=spacing_mm))
    outlined = next(step for step in steps if step.title == "Breast outlined")
    assert ("cm² (estimated) of breast" in outlined.sentence) == is_estimated


def test_the_model_sees_what_the_step_shows(phantom):
    prepared = preprocess(phantom.mammogram)
    steps, _ = preparing_steps(phantom.mammogram)
    assert np.array_equal(steps[7].picture, prepared.image)
    assert np.array_equal(steps[6].picture > 0, (steps[6].picture > 0) & prepared.breast_mask)
    assert "what the model sees" in steps[7].sentence


def test_clahe_of_the_model_is_a_step_of_its_own(phantom):
    config = PreprocessConfig(clahe=True)
    steps, _ = preparing_steps(phantom.mammogram, config)
    assert [step.title for step in steps] == [*TITLES[:8], "CLAHE for the model", TITLES[8]]
    assert np.array_equal(steps[8].picture, preprocess(phantom.mammogram, config).image)
    assert "what the model sees" not in steps[7].sentence


def test_the_film_is_left_as_it_is(phantom):
    before = phantom.mammogram.pixels.copy()
    preparing_steps(phantom.mammogram)
    assert np.array_equal(phantom.mammogram.pixels, before)


def test_marks_lie_where_the_phantom_has_them(phantom):
    film = replace(phantom.mammogram, pixel_spacing_mm=0.2)
    wide = draw_phantom(3, 1024, laterality="L", lesions=())
    steps, _ = preparing_steps(wide.mammogram)
    artefacts, muscle = coloured(steps[3].picture), coloured(steps[5].picture)
    assert (artefacts & wide.artefact_mask).sum() > 0.5 * artefacts.sum()
    both = (muscle & wide.pectoral_mask).sum()
    assert 2 * both / (muscle.sum() + wide.pectoral_mask.sum()) > 0.9
    assert preparing_steps(film)[0][1].sentence.startswith("It has 200 micron")


def test_a_picture_without_a_breast_ends_early_with_the_reason(phantom):
    blank = replace(phantom.mammogram, pixels=np.zeros((300, 300), np.uint8), digest="")
    steps, error = preparing_steps(blank)
    assert [step.title for step in steps] == TITLES[:3]
    assert steps[2].sentence == "Nothing on this picture is lit."
    assert isinstance(error, BreastNotFoundError)


def test_an_impossible_spacing_ends_after_the_original(phantom):
    steps, error = preparing_steps(replace(phantom.mammogram, pixel_spacing_mm=9.0))
    assert [step.title for step in steps] == TITLES[:1]
    assert isinstance(error, ImageError)
    assert "pixel spacing" in str(error)


def test_a_demo_film_of_16_bits_is_taken_apart(demo_film):
    from mammo_core.film.load import load_mammogram

    steps, error = preparing_steps(load_mammogram(demo_film("sfm-malign-0/1-283.dcm")))
    assert error is None
    assert [step.title for step in steps] == TITLES
    assert "estimated" in steps[1].sentence
    assert all(step.picture.dtype == np.uint8 for step in steps)


def test_an_outline_is_not_drawn_where_the_film_ends():
    mask = np.zeros((200, 200), bool)
    mask[50:150, :80] = True
    picture = in_colour(np.zeros(mask.shape, np.uint8))
    draw_outline(picture, mask, "breast")
    drawn = picture.any(axis=2)
    assert drawn[100, 78:81].any()
    assert drawn[49:52, 40].any()
    assert not drawn[60:140, :3].any()
    assert np.abs(picture[100, 77:82].max(axis=0) - rgb(MARK_COLOURS["breast"])).max() <= 16


def test_circles_have_the_colour_of_their_class():
    picture = in_colour(np.full((200, 200), 255, np.uint8))
    draw_circles(picture, [(Circle(100, 100, 50), "malignant")])
    assert np.abs(picture[100, 148:153] - rgb(CLASS_COLOURS["malignant"])).max(axis=1).min() <= 16
    assert picture[100, 100].tolist() == [255, 255, 255]


def test_shade_lets_the_film_be_seen():
    film = np.tile(np.arange(200, dtype=np.uint8), (20, 1))
    picture = in_colour(film)
    shade(picture, film > 100, "artefacts")
    assert np.array_equal(picture[:, :100, 0], film[:, :100])
    assert (np.diff(picture[0, 101:].sum(axis=1).astype(int)) >= 0).all()
    assert coloured(picture)[:, 101:].all()
