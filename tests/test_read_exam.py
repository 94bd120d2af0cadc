"""Reading a woman's films together: who speaks, what is compared, and what is said about the rest."""

import json
from dataclasses import replace

import numpy as np
import pytest

from mammo_core import load_bundle, load_mammogram, preprocess, read_exam, read_film
from mammo_core.reading.exam_films import choose_speakers
from mammo_core.reading.exam_reasons import give_reasons
from mammo_core.reading.read_film import calibration, scores_of
from mammo_core.reading.scan import scan_film
from mammo_core.reading.scores import breast_summary, woman_summary
from mammo_core.reading.to_json import exam_to_json
from mammo_core.types import (
    LABELS,
    Applicability,
    Box,
    BreastReading,
    Candidate,
    FilmReading,
    Mammogram,
    Preprocessed,
    Probabilities,
)

PAIR = ("mdb027", "mdb028")
PREDICTIONS = """\
unit,repeat,fold,film_id,woman_id,y_true,p_normal,p_benign,p_malignant,decision,kind,x,y
film,0,1,mdb027,14,0,0.8,0.1,0.1,normal,,,
film,0,1,mdb028,14,2,0.5,0.2,0.3,refer,,,
breast,0,1,mdb027,14,0,0.9,0.06,0.04,normal,,,
breast,0,1,mdb028,14,2,0.3,0.2,0.5,malignant,,,
woman,0,1,,14,2,0.25,0.15,0.6,malignant,,,
film,1,1,mdb027,14,0,0.1,0.1,0.8,malignant,,,
woman,1,1,,14,2,0.9,0.05,0.05,normal,,,
film,0,1,mdb001,1,1,0.7,0.2,0.1,normal,,,
"""


@pytest.fixture(scope="module")
def bundle():
    return load_bundle()


@pytest.fixture(scope="module")
def exam(demo_film):
    """The four films of a demo exam, R-CC, L-MLO, R-MLO, L-CC."""
    films = [load_mammogram(demo_film(f"sfm-malign-0/1-28{n}.dcm"), pixel_spacing_mm=0.05) for n in (2, 1, 3, 0)]
    assert [film.name for film in films] == ["R-CC", "L-MLO", "R-MLO", "L-CC"]
    return films


@pytest.fixture(scope="module")
def prepared(exam, bundle):
    return [preprocess(film, bundle.config) for film in exam]


@pytest.fixture(scope="module")
def reading(exam, prepared, bundle):
    return read_exam(exam, bundle, prepared=prepared)


@pytest.fixture
def known_bundle(bundle, tmp_path):
    """The active model with committed scores made up for three films."""
    (tmp_path / "predictions.csv").write_text(PREDICTIONS)
    (tmp_path / "candidates.csv").write_text("repeat,fold,film_id,x,y,width,height,p_normal,p_benign,p_malignant\n")
    (tmp_path / "model.onnx").symlink_to(bundle.folder / "model.onnx")
    return replace(bundle, folder=tmp_path)


def mammogram(laterality, view="MLO", digest=None):
    digest = digest or f"{laterality}-{view}"
    return Mammogram(np.zeros((8, 8), np.uint8), 8, 0.2, laterality, view, (), digest)


def film_reading(malignant=0.1, training_film_id=None, candidates=()):
    probabilities = Probabilities(0.9 - malignant, 0.1, malignant)
    nothing = np.zeros((2, 2), np.float32)
    return FilmReading(probabilities, "normal", nothing, candidates, Applicability(True), (), "m", training_film_id)


def speakers(*films):
    """Choose among (laterality, view, P(malignant)) films."""
    films = [film if isinstance(film, tuple) else (film, "MLO", 0.1) for film in films]
    mammograms = [mammogram(side, view, str(i)) for i, (side, view, _) in enumerate(films)]
    return choose_speakers(mammograms, [film_reading(malignant) for *_, malignant in films])


# --- which films speak


def test_the_mlo_film_of_each_breast_speaks_right_before_left_and_other_views_are_named():
    chosen = speakers(("L", "CC", 0.8), "L", ("R", "CC", 0.9), "R", ("R", None, 0.9))
    assert chosen.indices == (3, 1)
    assert chosen.doubts == ()
    assert chosen.warnings == (
        "Shown, but not part of the answer: L-CC (film 1), R-CC (film 3) and R-? (film 5). The model learned from MLO "
        "views only.",
    )


def test_of_two_films_of_a_breast_the_more_suspicious_speaks_and_it_is_said():
    chosen = speakers(("R", "MLO", 0.2), ("R", "MLO", 0.4), "L")
    assert chosen.indices == (1, 2)
    assert (
        "The right breast has 2 films: R-MLO (film 1) and R-MLO (film 2); R-MLO (film 2) speaks" in chosen.warnings[0]
    )


def test_a_missing_breast_is_said():
    assert speakers("L").indices == (0,)
    assert speakers("L").warnings[0].startswith("No film speaks for the right breast")
    assert speakers("R", ("L", "CC", 0.1)).warnings[-1].startswith("No film speaks for the left breast")


def test_without_an_mlo_film_the_other_films_speak():
    assert speakers(("R", "CC", 0.1), ("L", "CC", 0.1)).indices == (0, 1)
    assert speakers(("R", "CC", 0.1), ("L", None, 0.1)).indices == (1,)


def test_a_film_of_unknown_side_is_not_taken_for_the_other_breast():
    chosen = speakers("R", (None, "MLO", 0.9))
    assert chosen.indices == (0,)
    assert chosen.doubts == ("The side is not known of ?-MLO (film 2); it was left out.",)
    alone = speakers((None, "MLO", 0.2), (None, "MLO", 0.3))
    assert alone.indices == (1,)
    assert alone.doubts == ()
    assert "the other breast" in alone.warnings[-1]


def test_the_same_picture_twice_counts_once():
    films = [mammogram("R", digest="a"), mammogram("L", digest="b"), mammogram("R", digest="a")]
    chosen = choose_speakers(films, [film_reading()] * 3)
    assert chosen.indices == (0, 1)
    assert chosen.warnings == ("R-MLO (film 1) and R-MLO (film 3) are the same picture; it counts once.",)


@pytest.mark.parametrize(
    ("ids", "doubt"),
    [
        (("mdb027", "mdb028"), None),
        (("mdb027", "mdb030"), "different women of the training set: mdb027 of woman 14 and mdb030 of woman 15"),
        (("mdb027", None), "mdb027 of the training set came with other films"),
        ((None, None), None),
    ],
)
def test_films_that_cannot_be_of_one_woman_are_doubted(ids, doubt):
    chosen = choose_speakers([mammogram("R"), mammogram("L")], [film_reading(training_film_id=i) for i in ids])
    assert bool(chosen.doubts) == (doubt is not None)
    assert doubt is None or doubt in chosen.doubts[0]


# --- the words


def test_reasons_say_which_breast_why_and_what_it_is_worth():
    mask = np.zeros((90, 60), bool)
    mask[:, :40] = True
    film = Preprocessed(mask.astype(np.uint8), mask, mask, (2, 2), (180, 120), 0.1, False, (), "")
    mark = Candidate(Box(0, 20, 20, 20), Probabilities(0.6, 0.3, 0.1))
    right = BreastReading("R", 0, Probabilities(0.5, 0.2, 0.3), "refer")
    left = BreastReading("L", 1, Probabilities(0.4, 0.4, 0.2), "refer")
    which, why, worth = give_reasons(right, left, film_reading(0.2, candidates=(mark,)), film, compared=True)
    assert which == (
        "The right breast is the more suspicious one: malignant 30 %, abnormal 50 %, against 20 % and 60 % in the "
        "left, though the left is the likelier to be abnormal."
    )
    assert why.startswith("Its film alone gives malignant 20 %, before")
    assert why.endswith("lies in the upper third of the breast: lesion 40 %.")
    assert "hardly better than chance" in worth
    assert give_reasons(right, replace(right, laterality="L"), film_reading(), film, compared=True)[0].startswith(
        "The two breasts look alike"
    )
    alone = give_reasons(replace(right, laterality=None), None, film_reading(), film, compared=False)
    assert alone[0] == "Only one breast, its side not known, is read: malignant 30 %, abnormal 50 %."
    assert len(alone) == 2


# --- real films


def test_each_breast_is_held_against_the_other(reading, prepared, bundle):
    right, left = (scores_of(scan_film(prepared[i], bundle), bundle) for i in (2, 1))
    assert [(breast.laterality, breast.film_index) for breast in reading.breasts] == [("R", 2), ("L", 1)]
    for breast, own, other in zip(reading.breasts, (right, left), (left, right), strict=True):
        expected = calibration(bundle, "breast")(breast_summary(own, other))
        assert breast.probabilities == pytest.approx(list(expected))
    assert reading.probabilities == pytest.approx(list(calibration(bundle, "woman")(woman_summary(left, right))))
    worse = max(reading.breasts, key=lambda breast: breast.probabilities.malignant)
    assert reading.suspect == worse.laterality
    assert len(reading.reasons) == 3


def test_every_film_keeps_its_own_reading_in_the_order_given(exam, prepared, reading, bundle):
    assert [film.probabilities for film in reading.films] == [
        read_film(film, bundle, prepared=ready).probabilities for film, ready in zip(exam, prepared, strict=True)
    ]
    assert not reading.films[0].applicability.inside


def test_the_order_of_the_films_changes_no_answer(exam, prepared, reading, bundle):
    turned = read_exam(exam[::-1], bundle, prepared=prepared[::-1])
    assert turned.probabilities == reading.probabilities
    assert [b.probabilities for b in turned.breasts] == [b.probabilities for b in reading.breasts]
    assert turned.suspect == reading.suspect


def test_a_speaking_film_outside_training_refers_the_exam(exam, prepared, bundle):
    doubted = replace(exam[1], doubts=("An implant is in the picture.",))
    result = read_exam([doubted, exam[2]], bundle, prepared=[prepared[1], prepared[2]])
    assert result.decision == "refer"
    assert {breast.decision for breast in result.breasts} == {"refer"}
    assert "L-MLO (film 1): An implant is in the picture." in result.applicability.reasons


def test_one_film_alone_gives_its_own_answer(exam, prepared, reading, bundle):
    alone = read_exam([exam[2]], bundle, prepared=[prepared[2]])
    assert alone.probabilities == alone.breasts[0].probabilities == reading.films[2].probabilities
    assert alone.suspect == "R"
    assert any("not compared" in warning for warning in alone.warnings)


def test_both_films_of_a_training_woman_show_her_committed_out_of_fold_answers(film, known_bundle):
    exam = read_exam([load_mammogram(film(film_id)) for film_id in PAIR], known_bundle)
    assert exam.training_woman_id == 14
    assert exam.probabilities == (0.25, 0.15, 0.6)
    assert exam.decision == "malignant"
    assert [(b.laterality, *b.probabilities, b.decision) for b in exam.breasts] == [
        ("R", 0.9, 0.06, 0.04, "normal"),
        ("L", 0.3, 0.2, 0.5, "malignant"),
    ]
    assert "woman 14 of the training set" in exam.warnings[0]


def test_a_training_film_without_its_other_one_keeps_its_own_row(film, known_bundle):
    exam = read_exam([load_mammogram(film("mdb028"))], known_bundle)
    assert exam.training_woman_id is None
    assert exam.probabilities == exam.breasts[0].probabilities == (0.5, 0.2, 0.3)
    assert exam.decision == "refer"


def test_films_of_different_women_are_not_compared_and_referred(film, known_bundle):
    exam = read_exam([load_mammogram(film(film_id)) for film_id in ("mdb001", "mdb028")], known_bundle)
    assert [breast.probabilities for breast in exam.breasts] == [(0.7, 0.2, 0.1), (0.5, 0.2, 0.3)]
    assert exam.probabilities == (0.5, 0.2, 0.3)
    assert exam.decision == "refer"
    assert "different women" in exam.applicability.reasons[0]
    assert exam.training_woman_id is None


def test_an_exam_without_films_is_a_mistake_of_the_caller(exam, prepared, bundle):
    with pytest.raises(ValueError, match="at least one film"):
        read_exam([], bundle)
    with pytest.raises(ValueError, match="one prepared film for each of 2"):
        read_exam(exam[:2], bundle, prepared=prepared[:1])


def test_json_of_an_exam_is_valid_and_its_breasts_point_at_their_films(exam, reading):
    files = [f"{number}.dcm" for number in range(4)]
    result = exam_to_json(files, exam, reading, [{"file": "bad.dcm", "error": "empty"}])
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    assert [result["films"][breast["film_index"]]["file"] for breast in result["breasts"]] == ["2.dcm", "1.dcm"]
    assert [breast["file"] for breast in result["breasts"]] == ["2.dcm", "1.dcm"]
    assert list(result["probabilities"]) == list(LABELS)
    assert result["films"][-1] == {"file": "bad.dcm", "error": "empty"}
    assert result["warnings"][0].startswith("bad.dcm could not be read")
