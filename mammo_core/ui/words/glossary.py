"""Words that a radiologist need not know from statistics, or a statistician from the clinic: one sentence each.

A page explains a word where it stands first, by `help=explained("AUC")`; nowhere is it defined a second time.
"""

from __future__ import annotations

GLOSSARY = {
    "MLO": "Mediolateral oblique: the breast seen from the side at a slant, with the pectoral muscle.",
    "CC": "Craniocaudal: the breast seen from above.",
    "Refer": "The model does not decide, because it is in doubt or the film is unlike those it learned from; a person "
    "has to read it.",
    "CLAHE": "Contrast-limited adaptive histogram equalisation: contrast raised tile by tile, up to a limit, for the "
    "eye.",
    "Grad-CAM": "A map of where the model found evidence for a class; it shows where, not how strong nor whether it is "
    "right.",
    "AUC": "How often the right one of two cases scores higher: 0.5 is a coin, 1 is perfect.",
    "Sensitivity": "Of the cases that have it, the share that is called.",
    "Specificity": "Of the cases that do not have it, the share that is not called.",
    "Operating point": "A threshold on a probability, set for an aim such as finding 90 % of the cancers.",
    "PPV": "Of the cases called, the share that have it; it falls with how rare it is.",
    "NPV": "Of the cases not called, the share that do not have it; it is high wherever it is rare.",
    "Net benefit": "Cancers found, less needless recalls at the exchange rate at which one is ready to recall.",
    "Calibration error": "How far probabilities lie, on average, from how often they come true.",
    "FROC": "Free-response curve: how many abnormalities are marked, against how many false marks a normal film has.",
    "Out of fold": "Scored by a model that had seen no film of the same woman.",
    "Bootstrap interval": "Women are drawn anew many times, both films of each together; 95 % of the results lie in "
    "it.",
}


def explained(*terms: str) -> str:
    """Return what terms mean, one paragraph each, as Markdown for a tooltip. Raises KeyError for an unknown one."""
    return "\n\n".join(f"**{term}**: {GLOSSARY[term]}" for term in terms)
