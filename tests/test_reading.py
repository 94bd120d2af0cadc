"""Reading real films with the released model."""

import io
import json
from dataclasses import replace

import numpy as np
import pydicom
import pytest
from PIL import Image

from benchmarks.digital_films import KINDS, digital_film
from mammo_core import load_bundle, load_mammogram, preprocess, read_film, read_region
from mammo_core.evaluate.predictions import load_predictions
from mammo_core.mias.phantom import draw_phantom
from mammo_core.reading.known_films import breast_digest
from mammo_core.reading.to_json import reading_to_json
from mammo_core.types import DECISIONS, LABELS, Mammogram, pixel_digest


@pytest.fixture(scope="module")
def bundle():
    return load_bundle()


@pytest.fixture(scope="module")
def demo(demo_film):
    return load_mammogram(demo_film("sfm-malign-0/1-283.dcm"))


@pytest.fixture(scope="module")
def demo_reading(demo, bundle):
    return read_film(demo, bundle)


def altered(data):
    """A MIAS film that is no longer the published one: its brighter pixels are one grey level darker."""
    film = load_mammogram(data)
    pixels = film.pixels - (film.pixels > 100)
    return Mammogram(pixels, 8, 0.2, film.laterality, "MLO", (), pixel_digest(pixels))


def test_a_demo_film_is_read_to_the_end(demo, demo_reading, bundle):
    assert sum(demo_reading.probabilities) == pytest.approx(1)
    assert demo_reading.decision in DECISIONS
    assert demo_reading.model_id == bundle.model_id
    height, width = demo.pixels.shape
    for candidate in demo_reading.candidates:
        centre_x, centre_y = candidate.box.x + candidate.box.width / 2, candidate.box.y + candidate.box.height / 2
        assert 0 <= centre_x <= width
        assert 0 <= centre_y <= height
        assert sum(candidate.probabilities) == pytest.approx(1)


def test_no_box_reaches_beyond_the_film(demo, demo_reading, bundle):
    height, width = demo.pixels.shape
    boxes = [candidate.box for candidate in demo_reading.candidates]
    boxes.append(read_region(demo, (width, 0), bundle).box)
    for x, y, wide, high in boxes:
        assert 0 <= x < x + wide <= width
        assert 0 <= y < y + high <= height


def test_candidates_come_most_suspicious_first(demo_reading):
    suspicions = [candidate.suspicion for candidate in demo_reading.candidates]
    assert suspicions == sorted(suspicions, reverse=True)


def test_a_film_of_unknown_spacing_is_outside_training_and_referred(demo_reading):
    assert not demo_reading.applicability.inside
    assert any("pixel spacing" in reason for reason in demo_reading.applicability.reasons)
    assert demo_reading.decision == "refer"


def test_a_cc_view_is_outside_training(demo_film, bundle):
    film = load_mammogram(demo_film("sfm-malign-0/1-282.dcm"), pixel_spacing_mm=0.05)
    reading = read_film(film, bundle)
    assert film.view == "CC"
    assert any("CC view" in reason for reason in reading.applicability.reasons)
    assert reading.decision == "refer"


def test_a_training_film_shows_its_committed_out_of_fold_answer(film, bundle):
    reading = read_film(load_mammogram(film("mdb028")), bundle)
    row = load_predictions(bundle.folder).query("unit == 'film' and repeat == 0 and film_id == 'mdb028'").iloc[0]
    assert reading.training_film_id == "mdb028"
    assert reading.probabilities == pytest.approx([row[f"p_{label}"] for label in LABELS])
    assert reading.decision == row["decision"]
    assert any("out-of-fold" in warning for warning in reading.warnings)


def test_a_training_film_that_looks_unlike_the_others_says_so(film, bundle):
    outside = bundle.info["training_films_outside"]
    assert 1 <= len(outside) <= 10
    reading = read_film(load_mammogram(film(outside[0])), bundle)
    assert reading.decision == "refer"
    assert "unlike" in reading.applicability.reasons[0]


def test_a_picture_of_mini_mias_size_that_is_none_of_its_films_is_referred(film, bundle):
    pixels = altered(film("mdb028")).pixels
    reading = read_film(load_mammogram(b"P5\n1024 1024\n255\n" + pixels.tobytes()), bundle)
    assert reading.decision == "refer"
    assert any("by its size it was taken as a mini-MIAS film" in reason for reason in reading.applicability.reasons)


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"ViewPosition": "ML"}, "view other than CC and MLO"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.1.2"}, "acquired digitally"),
    ],
)
def test_dicom_tags_that_put_a_film_outside_training_refer_it(demo_film, bundle, tags, reason):
    dataset = pydicom.dcmread(io.BytesIO(demo_film("sfm-malign-0/1-283.dcm")))
    dataset.PixelSpacing = [0.05, 0.05]
    for keyword, value in tags.items():
        setattr(dataset, keyword, value)
    out = io.BytesIO()
    dataset.save_as(out)
    reading = read_film(load_mammogram(out.getvalue()), bundle)
    assert reading.decision == "refer"
    assert any(reason in text for text in reading.applicability.reasons)


DIGITAL_REASONS = {
    "For Processing": "unprocessed",
    "implant": "implant",
    "spot": "a spot compression view",
    "magnification": "a magnification view",
    "tomosynthesis": "tomosynthesis",
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_digital_film_is_shown_with_its_places_and_referred_for_the_right_reasons(bundle, kind):
    film = load_mammogram(digital_film(draw_phantom(2, 256, artefacts=False).mammogram, kind))
    reading = read_film(film, bundle)
    assert reading.decision == "refer"
    reasons = " ".join(reading.applicability.reasons)
    assert "acquired digitally" in reasons
    assert [word in reasons for name, word in DIGITAL_REASONS.items() if name in kind] in ([], [True])
    assert "spacing is not known" not in reasons
    assert sum(reading.probabilities) == pytest.approx(1)
    assert reading.candidates


def test_a_training_film_is_recognised_in_another_format(film, bundle):
    buffer = io.BytesIO()
    Image.fromarray(load_mammogram(film("mdb028")).pixels).save(buffer, "PNG")
    assert read_film(load_mammogram(buffer.getvalue()), bundle).training_film_id == "mdb028"


@pytest.mark.parametrize(
    "copy",
    [lambda p: (p[:, ::-1], 8), lambda p: (np.pad(p, ((64, 32), (32, 96))), 8), lambda p: (p * np.uint16(257), 16)],
    ids=["mirrored", "padded", "16 bits"],
)
def test_a_copy_of_a_training_film_with_the_same_breast_shows_its_out_of_fold_answer(film, bundle, copy):
    plain = load_mammogram(film("mdb028"))
    pixels, depth = copy(plain.pixels)
    other = Mammogram(np.ascontiguousarray(pixels), depth, 0.2, plain.laterality, "MLO", (), pixel_digest(pixels))
    prepared = preprocess(plain, bundle.config)
    knowing = replace(bundle, info=bundle.info | {"training_breasts": {breast_digest(prepared.image): "mdb028"}})
    reading = read_film(other, knowing)
    assert reading.training_film_id == "mdb028"
    assert reading.probabilities == read_film(plain, bundle, prepared=prepared).probabilities
    assert any("mdb028 of the training set, altered" in warning for warning in reading.warnings)
    assert len(reading.candidates) == bundle.info["scan"]["n_candidates"]


def test_a_changed_training_film_is_read_afresh(film, bundle):
    reading = read_film(altered(film("mdb028")), bundle)
    assert reading.training_film_id is None
    assert sum(reading.probabilities) == pytest.approx(1)


def test_the_reading_does_not_depend_on_the_canvas_or_the_depth(film, bundle):
    plain = altered(film("mdb028"))
    padded = np.pad(plain.pixels, ((64, 32), (32, 96)))
    deep = plain.pixels.astype(np.uint16) * 257
    expected = read_film(plain, bundle).probabilities
    for pixels, depth in ((padded, 8), (deep, 16)):
        other = Mammogram(pixels, depth, 0.2, plain.laterality, "MLO", (), pixel_digest(pixels))
        assert read_film(other, bundle).probabilities == pytest.approx(expected, abs=0.02)


def test_reading_twice_gives_the_same_numbers(demo, demo_reading, bundle):
    again = read_film(demo, bundle)
    assert again.probabilities == demo_reading.probabilities
    assert again.candidates == demo_reading.candidates


def test_a_prepared_film_may_be_handed_in(demo, demo_reading, bundle):
    assert read_film(demo, bundle, prepared=preprocess(demo, bundle.config)).probabilities == demo_reading.probabilities


def test_the_suspicion_map_covers_the_breast_and_nothing_else(demo, demo_reading, bundle):
    mask = preprocess(demo, bundle.config).breast_mask
    suspicion = demo_reading.suspicion_map
    assert np.array_equal(np.isfinite(suspicion), mask)
    assert 0 <= suspicion[mask].min() <= suspicion[mask].max() <= 1
    with pytest.raises(ValueError, match="read-only"):
        suspicion[0, 0] = 1


def test_the_suspicion_map_is_high_where_the_strongest_candidate_lies(demo, demo_reading, bundle):
    box = preprocess(demo, bundle.config).box_from_film(demo_reading.candidates[0].box)
    x, y = round(box.x + box.width / 2), round(box.y + box.height / 2)
    assert demo_reading.suspicion_map[y, x] == pytest.approx(demo_reading.candidates[0].suspicion, abs=0.05)


def test_json_has_the_promised_keys_and_is_valid_json(demo, demo_reading):
    promised = "file label decision probabilities candidates laterality view pixel_spacing_mm applicability warnings"
    result = reading_to_json("film.dcm", demo, demo_reading)
    assert {*promised.split(), "model_id"} <= set(result)
    assert list(result["probabilities"]) == list(LABELS)
    assert json.loads(json.dumps(result, allow_nan=False)) == result


def test_a_region_is_read_on_a_square_of_nineteen_millimetres(film, bundle):
    mammogram = load_mammogram(film("mdb028"))
    region = read_region(mammogram, (338, 1023 - 314), bundle)
    assert region.box == pytest.approx((290, 661, 96, 96))
    assert sum(region.probabilities) == pytest.approx(1)
    assert region.training_film_id == "mdb028"
    assert region.probabilities.normal < read_region(mammogram, (250, 200), bundle).probabilities.normal


def test_a_point_beside_the_film_is_a_mistake_of_the_caller(demo, bundle):
    with pytest.raises(ValueError, match="must lie on the film"):
        read_region(demo, (-5, 10), bundle)


def test_a_drawn_phantom_is_read_too(bundle):
    assert sum(read_film(draw_phantom(1).mammogram, bundle).probabilities) == pytest.approx(1)
