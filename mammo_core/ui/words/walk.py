"""What the guided walk says. Which of these sentences are shown, the reading decides (`ui/walk_says.py`)."""

from __future__ import annotations

STEPS = (
    "The films as they came",
    "Enhanced for the eye",
    "What the program says",
    "Where it looks",
    "How far to trust it",
    "The truth, and screening",
)
"""In their order; the truth comes last."""
EXAMS = {"sfm-benign-0": "First exam", "sfm-malign-0": "Second exam"}
"""What the demo exams are called here, in this order: neither is as where they are offered with how they ended, which
nobody shall know before the last step."""
HEAD = "{exam}: {title}"
PROGRESS = "Step {step} of {n}"
NEXT, BACK = "Next", "Back"
NEXT_KEY, BACK_KEY = "Right", "Left"
"""The keys that press these buttons, as Streamlit calls them."""
KEYS = "Arrow keys right and left go on and back. You can leave at any time; the walk waits for you here."
START, GO_ON = "Take the guided walk", "Go on with the walk (step {step} of {n})"
START_NOTE = (
    "Six steps through two real exams: what you see, what the program says, why it often refuses, and how it ended. "
    "About five minutes; nothing is sent anywhere."
)
NO_DEMO_TITLE = "The walk needs the demo exams"
OPENING, READING = "Opening the exam …", "Reading the exam …"
NO_READING_TITLE = "The program cannot read now"
NO_READING = "The walk goes on without its answer. {reason}"
OTHER, AGAIN, HANG, OWN = "To the {exam}", "The {exam} again", "Hang this exam", "Read your own films"
MLO_ONLY = "Only these two views speak for the breasts: the model learned from MLO views."

# 1: the films
FILMS = "{n} films of one woman: {places}. Right breast left, left breast right, chest walls in the middle."
DEPTH = "They are digitised X-ray film of {depth} bit, shown untouched, every grey level kept."
SILENT = (
    "The files do not say how large a pixel is. Nobody can measure on them, and that will matter in step 3: the model "
    "looks for things of a certain size."
)
SPACED = "The files say how large a pixel is: {mm:.3g} mm."
LOOK = (
    "Look before you go on. Which breast, if any, would you call back? Drag to move, turn the wheel or pinch to zoom."
)

# 2: enhancement
ENHANCED = "Untouched on the left, the same film with raised local contrast (CLAHE) on the right."
GAIN = "Local contrast inside the breast rose {contrast:.1f} times, and noise {noise:.1f} times: it shows more of both."
NO_GAIN = (
    "Here local contrast hardly changed ({contrast:.1f} times), while noise rose {noise:.1f} times: enhancement is not "
    "always a gain."
)
EYE_ONLY = (
    "This picture is for your eye only. The model never sees it, so no slider can talk it into an answer. The "
    "Enhancement page has the controls."
)

# 3: the answer
SAYS_OUTSIDE = (
    "It refuses to decide. These films are not of the kind that it learned from, so it passes them on to a person and "
    "shows its figures for what they are worth."
)
SAYS = {
    "refer": "It refuses to decide: its probability of malignant lies in its band of doubt.",
    "normal": "It calls this exam normal. That is no all-clear: step 5 says how often it is wrong.",
    "benign": "It sees something and takes it for benign. It tells benign from malignant hardly better than chance.",
    "malignant": "It calls this exam malignant: more suspicious to it than nearly all women without a cancer.",
}
SIDES = {"R": "right", "L": "left", None: "one"}
SUSPECT = "The {side} breast looks more suspicious to it: malignant {own}, against {other} in the other one."
ALIKE = "Both breasts look alike to it: malignant {own} in each."
ONE_BREAST = "It could read one breast only ({side}): malignant {own}."
NOT_LARGEST = (
    "Its most probable class is {label}, with {share}. The decision does not follow from that: with few cancers among "
    "many films, the largest share would call nearly every cancer normal."
)
NOT_SCRIPTED = "Nothing here is written in advance: these sentences are chosen by what the model says on your computer."

# 4: where it looks
RELATIVE = (
    "Each map is stretched to its own maximum: the hottest spot is always full yellow, on a healthy breast too. Colour "
    "says where, never how strong."
)
STRENGTHS = "How strong is told by the boxes: of marks like the first one, {told} were a lesion in testing."
STRENGTH = "{share} ({place})"
WEAK_HOT = (
    "So the hottest spot of the {weak} film is as bright as that of the {strong} film, though its mark is "
    "less suspicious."
)
NO_HEAT = "On {places} it found nothing that speaks for malignant: that map is empty."
NO_MARKS = "It marked no place on these films."
MANY = "It always marks a few places, on every film. A mark is a place to look at, not a finding."

# 5: doubt
OUTSIDE = "It says itself why these films are not to be decided by it:"
INSIDE = "These films are of the kind that it learned from, as far as it can tell."
ALONE = {
    "malignant": "Without this rule its thresholds would have said malignant.",
    "normal": "Without this rule its thresholds would have said normal.",
    "benign": "Without this rule its thresholds would have said benign.",
    "refer": "Its thresholds alone would have referred the exam too: {share} lies in the band of doubt.",
}
BAND = (
    "For a woman it says malignant from {high} on, refuses from {low} on, and below that says normal or benign. Her "
    "probability of malignant is {share}."
)
NEAR = (
    "That is less than {points} points from a threshold: another scan of the same films might have fallen on its other "
    "side."
)
BAND_TITLE = "P(malignant) of this woman, and the band of doubt"
BAND_PARTS = ("normal or benign", "refer", "malignant")
COVERAGE = "On women of MIAS whom it had not seen it decided {value} ({low} to {high}, n = {n}) and referred the rest."
MISSED = "Of the women with a cancer it called {value} normal ({low} to {high}, n = {n})."
KINDS = "Benign against malignant it tells with an AUC of {value} ({low} to {high}, n = {n}; 0.5 is a coin)."
INTERVALS = "In brackets: 95 % intervals over women."

# 6: the truth
TRUTH_TITLE = "What the archive says"
ARCHIVE = "From the archive these films come from (CBIS-DDSM), where each mass was proven by pathology."
TRUTHS = {
    "sfm-malign-0": {
        "R": ("benign", "an oval mass with a circumscribed margin"),
        "L": ("malignant", "an irregular mass with a spiculated margin"),
    },
    "sfm-benign-0": {
        "R": ("benign", "two masses, oval and lobulated, with circumscribed margins"),
        "L": ("benign", "a lobulated mass with a circumscribed margin"),
    },
}
"""{exam: {breast: (class, what is there)}}. Source: `mass_case_description_test_set.csv` of CBIS-DDSM, patients P_00820
and P_00173, matched by their Study Instance UIDs."""
TRUTH_ROW = "{side} breast: {what}, {label}."
UNREAD = "The program has said nothing to hold against it."
REFERRED = "The program did not decide, so it was neither right nor wrong: a person had to read this exam, as it asked."
RIGHT_BREAST = "The breast that looked more suspicious to it is the one with the cancer."
WRONG_BREAST = "The breast that looked more suspicious to it is the other one: it pointed away from the cancer."
FOUND, FOUND_WRONG = (
    "The program called it malignant, and so it was.",
    "The program called the exam malignant, but for the wrong breast.",
)
MISS = "The program called it {decision}: it missed this cancer."
FALSE_ALARM = "The program called it malignant: a false alarm."
CLEARED = {
    "normal": "The program called it normal: no cancer was missed, though it saw nothing of the benign masses.",
    "benign": "The program called it benign, and so it was.",
}
ONE_CASE = "One exam proves nothing, whichever way it came out. The figures that count come from many women:"
SCREENING_TITLE = "Among 1,000 women at screening"
SCREENING = (
    "About {cancers} have a cancer. At its screening threshold the program would call {found} of these ({found_low} to "
    "{found_high}), and {alarms} of the {others} without one ({alarms_low} to {alarms_high})."
)
PPV = "So of {called} women called, {found} would have a cancer: {ppv}. Of those not called, {missed} would have one."
IF = (
    "Counted from its sensitivity of {sensitivity} (n = {n_sensitivity}) and specificity of {specificity} (n = "
    "{n_specificity}) on MIAS, out of fold, with 95 % intervals; it is not known whether they hold elsewhere."
)
DOTS = {
    "found": "cancer, called",
    "missed": "cancer, not called",
    "alarm": "no cancer, called",
    "clear": "no cancer, not called",
}
DOTS_ALT = (
    "1,000 women as dots: cancers called {found}, not called {missed}; others called {alarm}, not called {clear}."
)
