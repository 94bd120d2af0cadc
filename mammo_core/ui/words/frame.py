"""What stands on every page: the notice, the names of the pages, and what there is to say without a model."""

from __future__ import annotations

TITLE = "Mammogram dashboard"
NOTICE = ("Research prototype, not a medical device.", "Nothing here may be used to decide anything about a person.")
LOADING = "Loading the model …"
MODEL = "Model {}"
NO_MODEL_TITLE = "No model is active"
NO_MODEL = (
    "Films can be looked at and enhanced, but not read. `python -m mammo_core train mine --activate` trains a model."
)
UNUSABLE_TITLE = "The active model cannot be used"
UNUSABLE = (
    "Films can be looked at and enhanced, but not read. Restore the model's folder from git, or train a model with "
    "`python -m mammo_core train mine --activate`."
)
PAGES = {
    "read": ("Read", "Open films, see them enhanced, and see what the model says and where it looked."),
    "exam": ("Exam", "Hang the films of one woman, hold left against right, and read them together."),
    "walk": ("Guided walk", "Six steps through two real exams: what the program says, why it refuses, how it ended."),
    "worklist": ("Worklist", "Many exams read in the background, sorted by suspicion, with your answers beside them."),
    "enhance": ("Enhancement", "Local contrast and sharpening that follow the slider, and what they did in figures."),
    "explanations": ("Explanations", "Where the model found evidence, by six methods, and how well each points."),
    "dataset": ("Dataset", "The films the model learned from: truth, outlines, balance, splits."),
    "steps": ("Step by step", "What is done to a film before the model sees it."),
    "metrics": ("Test-set metrics", "How the model does on films of women it never saw, with intervals."),
    "leakage": ("Leakage lab", "How the way of testing alone turns a coin into a record."),
    "training": ("Training", "Experiments with other networks: start, watch, stop, go on, compare. Never a release."),
    "model_card": (
        "Model card and limits",
        "What the model is, how it was measured, and what it is not for.",
    ),
}
"""{page: its name in the navigation, and what it is for}, in their order."""

# Long work beside the page
BEGINNING, STOPPING, CANCEL = "Beginning …", "Stopping and clearing up …", "Cancel"
