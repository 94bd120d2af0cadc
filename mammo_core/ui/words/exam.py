"""What the Exam page says."""

from __future__ import annotations

# Opening
TITLE = "Hang an exam"
SUMMARY = (
    "Two or four films of one woman, hung back to back, left held against right, and read together: the model says "
    "which breast and why."
)
DEMO_TITLE, UPLOAD_TITLE, MIAS_TITLE = "Demo exams", "Your films", "A pair of MIAS"
UPLOAD_NOTE = "CC and MLO of both breasts, or what there is of them. Films in your session only, never on disk."
MIAS_NOTE = "Both MLO films of one of 161 women. What is known of her stays hidden until you ask."
MIAS_ABSENT = "The MIAS films are not on this computer. The Dataset page says how to bring them."
WOMAN_LABEL = "Woman, 1 to 161"
OPEN_WOMAN, OPEN_LABEL, CLOSE_ALL = "Open her films", "Open films", "Close all films"
PREVIOUS, NEXT = "Previous", "Next"
FILM_ABSENT = "{film_id} is not among the films of MIAS on this computer; import a whole copy on the Dataset page."
WHICH = "Exam"
UNKNOWN_WOMAN, PATIENT, MIAS_WOMAN = "Your films", "Patient {}", "MIAS woman {}"

# Hanging
MODE_LABEL, ALL = "Films", "As hung"
HANGING_LABEL = "Hanging"
HANGING_HELP = (
    "Give each film its place, or leave it out. A place that you state counts as the film's side and view, on the Read "
    "page too."
)
PLACE_NAMES = {
    "R-CC": "R-CC, right",
    "L-CC": "L-CC, left",
    "R-MLO": "R-MLO, right",
    "L-MLO": "L-MLO, left",
    "out": "Leave out",
}
BACK_TO_FILES = "As the files say"
OUT_CHOSEN = "left out by you"
OUT_OTHER = "of another exam"
OUT_DOUBLED = "another film hangs as {place}"
NOT_HUNG = "{name} does not hang: {reason}."
STATED = "{place} as you stated; the file says {filed_as}."
MISSING = "{place} is missing"
NOTES_TITLE = "About the hanging"
MIAS_SIDES = (
    "MIAS does not say reliably which film shows which breast; the side is read from the outline. The plates on its "
    "films are mirrored."
)
NONE_HANGS = "None of these films hangs yet. Give each its place under *Hanging*."
TWO_WOMEN = (
    "These films are of {n} women ({names}). They are shown, but not compared and not read together. Under *Hanging*, "
    "leave the films of all but one of them out."
)
STORED_MIRRORED = "stored mirrored"
MIRRORED = "mirrored"
NO_FILM = "no film"
NOT_OUTLINED = "{place} could not be outlined, and is shown as it is: {reason}"

# Films
NOTHING, HEAT, ASYMMETRY = "Film alone", "Heatmap", "Asymmetry"
LAYERS = (NOTHING, HEAT, ASYMMETRY)
COLOURS = {ASYMMETRY: "asymmetry"}
"""{layer: what the colour bar says}; of the others that they are relative."""
LAYER_LABEL = "Over the films"
LAYER_HELP = (
    "Heatmap: Grad-CAM, tissue that speaks for malignant. Asymmetry: where a breast is brighter than the other one is "
    "near the mirrored place."
)
HEAT_NOTE = "Grad-CAM: tissue that speaks for malignant. Colours are relative to each film: where, not how strong."
ASYMMETRY_NOTE = (
    "Asymmetry, by bilateral subtraction (after Yin et al. 1991): bright tissue of 7 mm and more that the other breast "
    "lacks near the mirrored place; one scale for all pairs. For your eye only: it never reaches the model. On MIAS it "
    "points into a radiologist's circle on 18 % of the films that have one (11 to 25 %, n = 111; a random place on "
    "3 %), and 45 % of healthy pairs light up clearly too."
)
NO_ASYMMETRY = "Nothing on either side is unusually brighter than the other side."
NOT_COMPARED = "The two cannot be compared"
TRUTH_LABEL = "Show the truth"
TRUTH_HELP = (
    "Names what is known of each breast: of a pair of MIAS with the radiologists' circles, of a demo exam in words."
)
TRUTH_NORMAL = "{film_id}: normal, no abnormality annotated."
TRUTH = "{film_id}: {places}."

# The answer
OUTLINING, READING = "Outlining the breasts …", "Reading film {i} of {n} …"
NOT_READ_TITLE = "This exam was not read"
DECISIONS = {
    "normal": ("Normal", "Little in either breast looks abnormal to the model."),
    "benign": ("Benign", "The model sees something, and takes it for benign."),
    "malignant": ("Malignant", "More suspicious to the model than nearly all women without a cancer."),
    "refer": ("Refer: the model is not sure", "This exam lies in the model's band of doubt. A person has to read it."),
}
OUTSIDE = ("Refer: outside what the model learned", "The figures below are shown, but are not to be relied on.")
BREAST, SIDES = "Breast", {"R": "Right", "L": "Left", None: "Side unknown"}
WHY_TITLE = "Which breast, and why"
BREASTS_TITLE = "Each breast"
BREASTS_HELP = "Each breast's own answer, held against the other one. It comes from one film a breast, which is named."
SHARES_TITLE = "Probabilities for the woman"
SHARES_HELP = (
    "Of her worst finding. Calibrated on women the model had not seen, in a mix of women like MIAS. The woman and each "
    "breast are calibrated by themselves, so her figures need not add up from theirs. The decision comes from "
    "thresholds on these, not from the largest."
)
SHARES_NOTE = "The woman and each breast are calibrated by themselves: the figures need not add up."
TICK_LEGEND = "share of women in MIAS"
BASE_RATE_TITLE = "Women with a cancer, for comparison"
BASE_RATES = (("in MIAS, where the model learned", "32 %", "52 of 161 women"), ("in screening", "0.6 %", "about"))
BASE_RATE_HELP = (
    "The probabilities belong to women like those of MIAS. Of 1,000 women screened only about 6 have a cancer, so the "
    "same exam would deserve a far lower probability of *malignant* there. Of breasts and films it is about half that "
    "share, for a cancer is mostly in one breast."
)
TRAINING_WOMAN = "Training woman {woman}: out-of-fold answer"
TRAINING_WOMAN_HELP = (
    "The model has been trained on her films. What is shown is the answer of a model that had seen neither of them."
)
MARKS_TITLE = "Marks, film by film"
NO_MARKS = "No marks."
MARKS_NOTE = (
    "The most suspicious squares of 19 mm, strongest first. The {n} strongest of each film are drawn; click one on the "
    "film for its figures, or hide them with *Boxes*."
)


def out_unknown(filed_as: str) -> str:
    """Return why a film whose side or view is unknown does not hang."""
    side, view = (part == "?" for part in filed_as.split("-"))
    what = "side and view are" if side and view else "side is" if side else "view is"
    return f"its {what} not known"


def mode_name(mode: str) -> str:
    """Return what a choice of films is called: a view stands for its pair."""
    return mode if mode == ALL else f"{mode}: left–right"


def breast_name(side: str | None, place: str) -> str:
    """Return what a breast is called, with the film that speaks for it."""
    return f"{SIDES[side]} ({place[2:]})"
