"""What the Explanations page says."""

from __future__ import annotations

TITLE = "Explanations"
SUMMARY = (
    "Six ways to ask where the model found evidence for a class, side by side. They disagree: **a map shows what a "
    "method says, never that the model is right.**"
)
NO_MODEL = "There is nothing to explain. `python -m mammo_core train mine --activate` trains a model."
NOT_EXPLAINED = "{name} cannot be explained"
FILM_ABSENT = "The film is not there any more; choose another one."
TARGET_LABEL = "Evidence for"
TARGET_HELP = (
    "Benign and malignant are held against normal, and normal against both of them. Benign against malignant is close "
    "to chance on MIAS, so their maps are much alike."
)
UNTOUCHED = "Untouched"
PREPARING = "Preparing the film …"
TRAINING_FILM = (
    "The model learned from this film ({film_id}): its maps flatter it. Figures are measured on women that the model "
    "had not seen."
)

# One card a method
METHODS = {
    "gradcam": (
        "How much each cell of 3.2 mm, held against its surroundings, speaks for the class rather than for normal: "
        "exactly what the model's last step adds up. The film's answer is made of the few highest.",
        "No outline of a lesion, no single calcification; and all hot cells are shown, not only those that decided.",
    ),
    "gradcam++": (
        "Which of the network's features count, weighed by the places that decided, and where in the breast they are.",
        "Sums a feature's part over all places, so that “brighter than its surroundings” is lost; and its weights "
        "assume a score that this model does not have.",
    ),
    "layercam": (
        "Which cells, one by one, made the film's score. It keeps close to the few highest cells, which are all that "
        "the answer is made of.",
        "Blind to the rest: suspicious tissue that did not decide stays dark.",
    ),
    "scorecam": (
        "How much of the answer is left when the film is seen through one feature at a time. Needs no gradient.",
        "Tries 16 of the model's features only, and a film seen through one is unlike any real film.",
    ),
    "saliency": (
        "Which single pixels would change the score most if they were a little lighter or darker.",
        "Says how sensitive, not for or against. Grain and edges light up without meaning.",
    ),
    "smoothgrad": (
        "Saliency averaged over eight noisy copies of the film, so that chance grain fades.",
        "Still sensitivity, not evidence; and a film with noise on it is not the film.",
    ),
}
CAN, CANNOT = "Can say", "Cannot say"
WORK_OUT, WORK_OUT_ALL = "Work out", "Work out the others"
WORK_OUT_HELP = (
    "Runs beside the page, which stays usable. The first use loads TensorFlow, which takes some seconds; then each map "
    "takes from a second to half a minute."
)
SHOWN, EMPTY, WAITING = "shown above", "no evidence", "in the queue"
EMPTY_NOTE = "No evidence: {method} found nothing on this film that speaks for {target}, so its map is empty."
BUSY = "Others are using the machine; this begins when they are done."
PROGRESS = "{what} …{more}"
MORE = " then {n} more"
CANCEL = "Cancel"

# Colours
BAR_LOW, BAR_HIGH = "none", "this map's maximum"
BAR_NOTE = (
    "Relative: each map is scaled to its own maximum. Colours cannot be compared between maps, films or classes, and "
    "say nothing of how strong the evidence is."
)

# The check by randomised weights
SANITY_TITLE = "Does the map depend on what the model learned?"
SANITY_INTRO = (
    "The weights are shuffled, so that the model knows nothing any more, and each map is made again. A map that stays "
    "as it was shows the film, not the model (Adebayo et al, NeurIPS 2018)."
)
SANITY_START = "Check the maps shown above"
SANITY_HELP = "Works out each map three more times. Score-CAM and SmoothGrad take longest: up to a minute each."
SANITY_WORK = "Checking {method}"
SANITY_REAL = "As learned"
LEVELS = {"head": "Head shuffled", "upper": "Head and upper blocks", "whole": "Whole network"}
SANITY_ALIKE = "alike {rank:+.2f}"
SANITY_UNDEFINED = "one map is empty"
SANITY_HELP_FIGURE = (
    "Spearman's rank correlation inside the breast between this map and the one as learned: 1 is the same order of "
    "places, 0 nothing in common. SSIM compares the patterns where either map shows something; 1 is equal."
)
VERDICTS = (
    (0.3, "**{method}** depends on what the model learned: with shuffled weights little of the map is left ({worst})."),
    (0.6, "**{method}** depends on it in part: with shuffled weights some of the map stays ({worst})."),
    (2.0, "**{method}** hardly depends on it: with shuffled weights the map stays much as it was ({worst})."),
)
VERDICT_WORST = "at most {rank:.2f} of 1, {level}"
VERDICT_NONE = "**{method}**: a map is empty, so nothing can be compared."
SANITY_ONE_FILM = "One film, one shuffling: chance plays a part. On {n} films of MIAS:"

# The scorecard
SCORECARD_TITLE = "Scorecard: does it point at the abnormality?"
SCORECARD_INTRO = (
    "Measured out of fold on all {n_films} films of MIAS with a placed abnormality ({n_women} women): each film was "
    "explained by a model that had seen no film of the same woman. Intervals are 95 %, by bootstrap over women."
)
SCORECARD_ABSENT = "It is not measured yet for this model. `make scorecard` measures it on MIAS (about half an hour)."
SCORECARD_OTHER_MODEL = (
    "It was measured with the model **{measured}**, not with the active one, **{active}**. `make scorecard` measures "
    "it again."
)
NOT_MEASURED = "Not measured yet: {methods}."
GROUP_LABEL = "Films"
GROUPS = {
    "malignant": "Malignant films",
    "abnormal": "All abnormal films",
    "own_class": "Each film's own class",
}
GROUP_HELP = (
    "**Malignant films**, asked for malignant. **All abnormal films**, benign ones too, asked for malignant. **Each "
    "film's own class**: benign films asked for benign."
)
FIGURES = {
    "hit": ("Pointing hit", "share of films whose maximum lies in the circle"),
    "energy": ("Energy inside", "share of the map's sum inside the circle"),
    "iou": ("Overlap (IoU)", "circle and the map's highest pixels, as many"),
}
CHART_NOTE, CHART_ALT = "{n_films} films, {n_women} women, out of fold", "{title}, {what}, by method"
FIGURES_HELP = (
    "**Pointing hit**: the map's maximum lies in a radiologist's circle, or within 16 pixels (3.2 mm) of its centre. "
    "**Energy inside**: share of the map's sum inside the circles; *all alike* is the circles' share of the breast. "
    "**IoU**: intersection over union of the circles and of the map's highest pixels, as many as the circles hold. An "
    "empty map counts 0."
)
BASELINES = {"centre": "always the centre", "random": "random place", "uniform": "all alike"}
TABLE_TITLE = "The figures as a table, and what they mean"
TABLE_METHOD, TABLE_EMPTY = "Method", "Empty maps"
VERDICT_BEST = (
    "{best} points best: its maximum lies in the circle on {value} of {n} films; the centre of the breast would on "
    "{centre}. **Most maps still point elsewhere on many films**, so a dark place is no all-clear."
)
