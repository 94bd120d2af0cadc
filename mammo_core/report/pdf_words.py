"""What the printed report says. Plain, short, and never more certain than the model is."""

from __future__ import annotations

TITLES = {"film": "Reading of a mammogram", "exam": "Reading of an exam"}
NOTICE = ("Research prototype, not a medical device.", "Nothing here may be used to decide anything about a person.")
READ_AT = "{films}; read on {moment} UTC by model {model}"
FILM_COUNT = {1: "One film", 2: "{n} films"}
DECISIONS = {
    "normal": ("Normal", "Little here looks abnormal to the model. That is no all-clear."),
    "benign": ("Benign", "The model sees something, and takes it for benign."),
    "malignant": ("Malignant", "More suspicious to the model than nearly all {units} without a cancer."),
    "refer": ("Refer: not sure", "This lies in the model's band of doubt. A person has to read it."),
}
OUTSIDE = (
    "Refer: not sure",
    "Outside what the model learned: its figures are shown, but are not to be relied on. A person has to read it.",
)
SHARES = {"film": "Probabilities for this film", "woman": "Probabilities for the woman"}
TICK = "tick: share in MIAS (n = {n})"
FILM, OVERLAY = "{name}, film alone", "{name}, heatmap and marks"
PICTURES = (
    "Cut to the breast, and black outside it: labels on films can name a patient. Heatmap: Grad-CAM, evidence for "
    "malignant, relative to each film: where, not how strong. The white line encloses what is above half of its "
    "maximum. Boxes: the most suspicious squares of 19 mm, strongest first."
)
NO_EVIDENCE = "Nothing on {names} speaks for malignant: the heatmap is empty."

MARKS = "Where it looked"
MARKS_HELP = "How often such marks were a lesion in testing out of fold (in brackets: a malignant one): "
MARK = "{n}: {lesion} ({malignant})"
MARKS_REST = "Weaker marks stand in the record."
NO_MARKS = "none"
BREASTS, FILMS, WHY = "Each breast", "Each film by itself", "Which breast, and why"
BREAST_NAMES = {"R": "Right breast", "L": "Left breast", None: "Breast of unknown side"}
ANSWER = "{name}: {decision}; normal {normal}, benign {benign}, malignant {malignant}."
TRUST = "How far to trust it"
INSIDE = "Of the kind that the model learned from: digitised MLO film at a known pixel spacing."
NOT_INSIDE = "Outside what the model learned."
MORE = "{n} more sentences stand in the record (JSON)."
PREVALENCE = "Prevalence"
PREVALENCE_TEXT = (
    "These probabilities belong to a mix like MIAS, where {share} of {units} ({count} of {n}) showed a cancer. In "
    "screening it is about {screening}: there the same {unit} would deserve a far lower probability of malignant."
)
SCREENING = {"film": "0.3 %", "woman": "0.6 %"}
"""Of 1,000 women screened about 6 have a cancer, mostly in one breast: half that share of films."""
SETTINGS = "Film and settings"
FILM_FACTS = "{width} x {height} pixels, {depth} bit, {spacing}."
SPACING_STATED, SPACING_ESTIMATED = "pixel spacing {mm:.4g} mm", "pixel spacing {mm:.4g} mm (estimated)"
PREPARED = (
    "Prepared to {mm:g} mm per pixel and 8 bit, stretched between percentiles {low:g} and {high:g}, {clahe}CLAHE."
)
RULE = (
    "Rule: malignant from P(malignant) {high} on, refer from {low}; below that normal or benign, whichever is "
    "likelier; refer whatever is outside training. It is not the most probable class."
)
LIMITS = "Limits"
LIMITS_TEXT = (
    "Learned from 322 digitised MLO films of 161 women (MIAS, 1990s). Microcalcifications are hardly resolved at 0.2 "
    "mm per pixel. Its classes are not BI-RADS categories.",
    "Measured out of fold on {n} {units}, with 95 % intervals: malignant against the rest, AUC {malignant}; benign "
    "against malignant, AUC {kinds} (0.5 is chance); decided, not referred, {decided}; malignant but called normal, "
    "{missed}.",
)
IDENTITY = "To repeat it"
MODEL = "Model {model}: network {digest}, preprocessing fingerprint {fingerprint}."
FILE = "{name}: file {digest}"
FILE_NAMES = "File names, as asked for: {names}."
REPEAT = (
    "Digests are sha256. The record (JSON) of this reading holds them in full, with settings, versions and figures; "
    '"python -m mammo_core repeat RECORD FILM..." says whether the reading repeats bit by bit.'
)
UNITS = {"film": "films", "woman": "women"}
