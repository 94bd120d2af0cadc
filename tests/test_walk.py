"""What the guided walk says follows from what the model says: every branch, and the truth in the last step only."""

import json
from dataclasses import replace

import numpy as np
import pytest

from mammo_core import load_bundle
from mammo_core.film.demo_films import DEMO_EXAMS
from mammo_core.reading.read_film import doubt_band
from mammo_core.types import (
    LABELS,
    Applicability,
    Box,
    BreastReading,
    Candidate,
    ExamReading,
    FilmReading,
    Mammogram,
    Probabilities,
)
from mammo_core.ui import walk_says
from mammo_core.ui.walk_start import N_STEPS, WalkPlace
from mammo_core.ui.words import walk as words

CANCER, BENIGN = DEMO_EXAMS
SURE = Probabilities(0.05, 0.1, 0.85)
CLEAR = Probabilities(0.9, 0.08, 0.02)
INSIDE, OUTSIDE = Applicability(True), Applicability(False, ("The pixel spacing is not known.",))


@pytest.fixture(scope="module")
def bundle():
    return load_bundle()


@pytest.fixture(scope="module")
def figures(bundle):
    return json.loads((bundle.folder / "metrics.json").read_text(encoding="utf-8"))["units"]["woman"]["figures"]


def film(suspicion=0.3):
    marks = (Candidate(Box(0, 0, 9, 9), Probabilities(1 - suspicion, suspicion / 2, suspicion / 2)),)
    return FilmReading(SURE, "malignant", np.zeros((2, 2), np.float32), marks, Applicability(True), (), "m")


def exam(decision="malignant", suspect="L", own=SURE, other=CLEAR, applicability=INSIDE, woman=None):
    """Return a reading in which `suspect` is the more suspicious breast."""
    rest = "R" if suspect == "L" else "L"
    breasts = (BreastReading(suspect, 0, own, decision), BreastReading(rest, 1, other, decision))
    return ExamReading(
        (film(), film()), breasts, woman or own, decision, suspect, ("Why.",), (), applicability, "m"
    )  # fmt: skip


def mammogram(spacing=None):
    return Mammogram(np.zeros((8, 8), np.uint16), 12, spacing, "R", "MLO", (), "d")


def test_a_film_without_spacing_is_told_from_one_with():
    silent = walk_says.about_films({"R-MLO": mammogram(), "L-MLO": mammogram()})
    assert words.SILENT in silent
    assert "2 films of one woman: R-MLO, L-MLO." in silent[0]
    assert "12 bit" in silent[1]
    assert words.SILENT in walk_says.about_films({"R-MLO": mammogram(0.05), "L-MLO": mammogram()})
    assert words.SPACED.format(mm=0.05) in walk_says.about_films({"R-MLO": mammogram(0.05)})


def test_enhancement_that_gains_nothing_is_not_praised():
    assert "rose 1.6 times" in walk_says.about_enhancement({"contrast_improvement": 1.6, "noise_amplification": 2})[1]
    assert "not always" in walk_says.about_enhancement({"contrast_improvement": 1.0, "noise_amplification": 2})[1]


@pytest.mark.parametrize("decision", words.SAYS)
def test_each_decision_has_its_own_words(decision):
    assert walk_says.about_answer(exam(decision))[0] == words.SAYS[decision]


def test_outside_training_it_refuses_whatever_the_figures_are():
    assert walk_says.about_answer(exam("refer", applicability=OUTSIDE))[0] == words.SAYS_OUTSIDE


@pytest.mark.parametrize(("suspect", "side"), [("L", "left"), ("R", "right")])
def test_the_more_suspicious_breast_is_named(suspect, side):
    assert f"The {side} breast looks more suspicious to it: malignant 85 %, against 2 %" in str(
        walk_says.about_answer(exam(suspect=suspect))
    )


def test_breasts_that_look_alike_or_alone_are_said_to_be():
    assert "alike" in walk_says.about_answer(exam(other=SURE))[1]
    one = replace(exam(), breasts=exam().breasts[:1])
    assert words.ONE_BREAST.format(side="left", own="85 %") in walk_says.about_answer(one)
    unknown = replace(exam(), breasts=(BreastReading(None, 0, SURE, "refer"),))
    assert "one breast only (one)" in str(walk_says.about_answer(unknown))


def test_a_decision_that_is_not_the_largest_share_is_explained():
    assert "Its most probable class is malignant" in str(walk_says.about_answer(exam("refer")))
    assert "most probable class" not in str(walk_says.about_answer(exam("malignant")))


def test_heatmaps_are_said_to_be_relative_with_this_exams_own_figures():
    said = walk_says.about_places({"R-MLO": film(0.1), "L-MLO": film(0.4)}, [])
    assert said[0] == words.RELATIVE
    assert "10 % (R-MLO), 40 % (L-MLO)" in said[1]
    assert words.WEAK_HOT.format(weak="R-MLO", strong="L-MLO") in said
    assert not any("as bright as" in text for text in walk_says.about_places({"R-MLO": film(), "L-MLO": film()}, []))


def test_an_empty_map_and_a_film_without_marks_are_said():
    said = walk_says.about_places({"R-MLO": film(0.1), "L-MLO": film(0.4)}, ["R-MLO"])
    assert words.NO_HEAT.format(places="R-MLO") in said
    assert not any("as bright as" in text for text in said)
    assert words.NO_MARKS in walk_says.about_places({"R-MLO": replace(film(), candidates=())}, [])


def test_doubt_is_told_from_this_reading_and_measured_on_many(bundle, figures):
    here, measured = walk_says.about_doubt(exam(), bundle, figures)
    assert here[0] == words.INSIDE
    assert f"n = {figures['coverage']['n']}" in measured[0]
    assert words.INTERVALS in measured


@pytest.mark.parametrize("alone", words.ALONE)
def test_what_the_thresholds_alone_would_have_said_is_told(alone, bundle, figures):
    band = doubt_band(bundle, "woman")
    malignant = {"malignant": band.high, "refer": (band.low + band.high) / 2}.get(alone, band.low / 2)
    normal = (1 - malignant) * (0.2 if alone == "benign" else 0.8)
    shares = Probabilities(normal, 1 - malignant - normal, malignant)
    here, _ = walk_says.about_doubt(exam("refer", applicability=OUTSIDE, woman=shares), bundle, figures)
    assert here[:2] == [words.OUTSIDE, *OUTSIDE.reasons]
    assert here[2] == words.ALONE[alone].format(share=f"{100 * malignant:.1f} %")


def test_a_probability_beside_a_threshold_is_said_to_be_so(bundle, figures):
    near = doubt_band(bundle, "woman").low - 0.01
    said, _ = walk_says.about_doubt(exam(woman=Probabilities(0.5, 0.5 - near, near)), bundle, figures)
    assert words.NEAR.format(points=3) in said
    assert words.NEAR.format(points=3) not in walk_says.about_doubt(exam(), bundle, figures)[0]


@pytest.mark.parametrize(
    ("decision", "suspect", "said"),
    [
        ("malignant", "L", [words.FOUND]),
        ("malignant", None, [words.FOUND]),
        ("malignant", "R", [words.FOUND_WRONG]),
        ("refer", "L", [words.REFERRED, words.RIGHT_BREAST]),
        ("refer", "R", [words.REFERRED, words.WRONG_BREAST]),
        ("refer", None, [words.REFERRED]),
        ("normal", "L", [words.MISS.format(decision="normal")]),
        ("benign", "R", [words.MISS.format(decision="benign")]),
    ],
)
def test_the_cancer_is_held_against_what_the_program_said(decision, suspect, said):
    told = walk_says.about_truth(CANCER, replace(exam(decision), suspect=suspect))
    assert "Left breast: an irregular mass with a spiculated margin, malignant." in told
    assert told[2:] == [*said, words.ONE_CASE]


@pytest.mark.parametrize(
    ("decision", "said"),
    [("malignant", words.FALSE_ALARM), ("refer", words.REFERRED), *words.CLEARED.items()],
)
def test_the_benign_exam_is_held_against_what_the_program_said(decision, said):
    assert walk_says.about_truth(BENIGN, exam(decision))[2:] == [said, words.ONE_CASE]


@pytest.mark.parametrize("name", DEMO_EXAMS)
def test_without_a_reading_only_the_truth_is_told(name):
    assert walk_says.about_truth(name, None)[2:] == [words.UNREAD, words.ONE_CASE]
    assert set(words.TRUTHS[name]) == {"L", "R"}
    assert all(label in LABELS for label, _ in words.TRUTHS[name].values())


def test_no_sentence_before_the_last_step_knows_the_truth(bundle, figures):
    """The same reading is told in the same words, whichever exam it is of: only `about_truth` takes the exam."""
    reading = exam("refer", applicability=OUTSIDE)
    here, measured = walk_says.about_doubt(reading, bundle, figures)
    told = [
        *walk_says.about_films({"R-MLO": mammogram()}), *walk_says.about_answer(reading), *words.EXAMS.values(),
        *walk_says.about_places({"R-MLO": film()}, []), *here, *measured,
    ]  # fmt: skip
    for phrase in ("archive", "pathology", "spiculated", "proven"):
        assert phrase not in " ".join(told).lower()


def test_screening_counts_add_up_and_follow_the_models_figures():
    def entry(value, low, high, n):
        return {"value": value, "ci95": [low, high], "n": n}

    found = walk_says.at_screening(
        {"screening_sensitivity": entry(0.9, 0.8, 1, 50), "screening_specificity": entry(0.4, 0.3, 0.5, 100)}
    )
    assert (found.found, found.missed, found.alarm, found.clear) == (5, 1, 596, 398)
    assert sum((found.found, found.missed, found.alarm, found.clear)) == walk_says.SCREENED
    assert "5 of these (5 to 6), and 596 of the 994 without one (497 to 696)" in found.sentences[0]
    assert "of 601 women called, 5 would have a cancer: 1 %" in found.sentences[1]


def test_the_way_through_stays_within_its_steps_and_each_exam_keeps_its_place():
    place = WalkPlace(CANCER, {})
    place.go(-1)
    assert place.step == 1
    for _ in range(N_STEPS + 2):
        place.go(1)
    assert place.step == N_STEPS
    place.change(BENIGN)
    assert place.step == 1
    place.change(CANCER)
    assert place.step == N_STEPS
    place.change(CANCER, 1)
    assert place.step == 1
