"""What the Read page says. Plain, short, and never more certain than the model is."""

from __future__ import annotations

NOT_READ_TITLE = "This film was not read"

# Opening films
EMPTY_TITLE = "Read a mammogram"
EMPTY_TEXT = (
    "Open one film or several. You see each untouched and enhanced, what the model says and how far to trust it, and "
    "where it looked."
)

# What the model says
DECISIONS = {
    "normal": ("Normal", "Little on this film looks abnormal to the model."),
    "benign": ("Benign", "The model sees something, and takes it for benign."),
    "malignant": ("Malignant", "The model finds this film more suspicious than nearly all films without a cancer."),
    "refer": ("Refer: the model is not sure", "The film lies in the model's band of doubt. A person has to read it."),
}
OUTSIDE = ("Refer: outside what the model learned", "The figures below are shown, but are not to be relied on.")
DECISION_LABEL = "The model's decision"
MIAS_SHARES = {"normal": 207 / 322, "benign": 63 / 322, "malignant": 52 / 322}
"""Share of each class among the films of MIAS, as `mias.index` counts them."""
BASE_RATE_TITLE = "Malignant films, for comparison"
BASE_RATES = (("in MIAS, where the model learned", "16 %", "52 of 322 films"), ("in screening", "0.3 %", "about"))
TICK_LEGEND = "share of that class in MIAS"
BASE_RATE_HELP = (
    "The probabilities belong to a mix of films like MIAS. Of 1,000 women screened about 6 have a cancer, mostly in "
    "one breast, so of 1,000 films only about 3 show one: there the same film would deserve a far lower probability of "
    "*malignant*."
)
SHARES_TITLE = "Probabilities"
PROBABILITIES_HELP = (
    "Calibrated on films of women the model had not seen: of films given 30 %, about 30 % should be of that class, in "
    "a mix like MIAS. The decision comes from thresholds on these, not from the largest. Benign against malignant is "
    "close to chance on MIAS: read the two together as *abnormal*."
)
NOTES_OUTSIDE, NOTES_INSIDE = "Outside what the model learned", "Please note"
TRAINING_FILM = "Training film {film_id}: out-of-fold answer"
TRAINING_FILM_HELP = (
    "The model has been trained on this film. What is shown is the answer of a model that had seen no film of this "
    "woman, which is the honest one."
)
PLACES_TITLE = "Where it looked"
BOX = "Box"
PLACES_HELP = (
    "The most suspicious squares of 19 mm, strongest first, with numbers as on the heatmap. The figures say how often "
    "such a square was a malignant or a benign lesion in testing out of fold."
)
MARK_LABEL = "a lesion in {} of such marks"
MARK_DETAIL = (
    "Of such marks {malignant} were a malignant and {benign} a benign lesion in testing out of fold; {normal} were "
    "neither."
)

# The films side by side
CLIP_LABEL, TILES_LABEL, RESET = "Contrast", "Tiles", "Reset"
CLIP_HELP = (
    "CLAHE clip limit: how much local contrast may be raised. Higher shows more structure and more noise. For your eye "
    "only: nothing here reaches the model."
)
TILES_HELP = "CLAHE tiles across and down. More tiles make the enhancement more local."
METHOD_LABEL, TARGET_LABEL = "Method", "Evidence for"
METHOD_HELP = (
    "How the evidence is traced. Grad-CAM is instant; the others load TensorFlow on first use, which takes some "
    "seconds, and then run for a few seconds to a minute."
)
METHODS = {
    "gradcam": ("Grad-CAM", "Tissue that speaks for the class, weighted by the model's own evidence."),
    "gradcam++": ("Grad-CAM++", "Grad-CAM with weights by place; sharper where several spots count."),
    "layercam": ("LayerCAM", "Evidence cell by cell, around the cells that decided."),
    "scorecam": ("Score-CAM", "Without gradients: how much each feature alone keeps the answer. Takes longest."),
    "saliency": ("Saliency", "Which single pixels would change the answer most. Noisy."),
    "smoothgrad": ("SmoothGrad", "Saliency averaged over noisy copies; calmer, still pixel by pixel."),
}
WORKING = "{method}: working. The first use loads TensorFlow and takes some seconds longer."
HEATMAP_NOTE = "Colours are relative to this film: they show where, not how strong."
NO_EVIDENCE = "No evidence for {target}: {method} found nothing on this film that speaks for it, so the map is empty."
UNTOUCHED, ENHANCED, HEATMAP = "Untouched", "Enhanced (CLAHE)", "{method}: {target}"
FIGURES_NOTE = "Against the untouched film: {figures}."
FIGURES = {
    "contrast_improvement": "local contrast × {:.1f}",
    "noise_amplification": "noise × {:.1f}",
    "ssim": "likeness to the untouched film {:.2f} of 1 (SSIM)",
}
REGION_TITLE = "The place you marked"
REGION_SQUARE = (
    "Read is the square of 19.2 mm around the middle of your rectangle (box R), whatever the rectangle's size."
)
REGION_HELP = (
    "Calibrated on regions of women the model had not seen, of which about a fifth were lesions. They say which of the "
    "three kinds of region this square looks like, not how likely a cancer is in this breast."
)
REGION_ALONE = "As on the film"
REGION_HEAT = "Grad-CAM: evidence for {target}, relative to this square"
REGION_EMPTY = "Nothing in this square speaks for {target}."
REGION_TRAINED = "The model has been trained on this film, so its answer for this place is too good to be believed."
REGION_MARK = "The square that was read"
REGION_CLOSE = "Take the mark away"
SAVE_OVERLAY_HELP = (
    "The whole film at its full size in its usual window, the heatmap at a fixed opacity, and the numbered boxes. What "
    "you set in the viewer (window, opacity, threshold, zoom) is not taken over."
)
SAVE_READING_HELP = (
    "This film's figures for other programs, in the form that `read --json` of the command line writes. The report and "
    "its record hold more: pictures, and what is needed to repeat them."
)
SAVE_ENHANCED, SAVE_OVERLAY, SAVE_READING = "Enhanced film (PNG)", "Overlay (PNG)", "Reading (JSON)"

# About the film
FACTS_TITLE = "About this film"
FACT_FILE, FACT_VIEW, FACT_SIZE, FACT_DEPTH, FACT_SPACING = "File", "Side and view", "Size", "Depth", "Spacing"
SIZE, DEPTH = "{width:,} × {height:,} pixels", "{bits} bit"
SPACING_LABEL = "Pixel spacing (mm)"
SPACING_ESTIMATED = "{:.3f} mm, estimated"
SPACING_STATED = "{:.4g} mm, stated by the file"
SPACING_UNKNOWN, SPACING_EMPTY = "unknown", "estimated"
SPACING_GIVEN = "{:.4g} mm, as you stated"
SPACING_HELP = (
    "Millimetres per pixel in the breast plane. The model works at 0.2 mm per pixel, so a wrong value makes it look at "
    "the wrong scale. Digitised films often have 0.0435 or 0.05, digital mammography 0.05 to 0.1. Empty: estimated."
)
STEPS_TITLE = "How it was decoded and prepared"
