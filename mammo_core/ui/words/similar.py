"""What the Read page says of similar cases: what they are, what they are not, and how often they tell the truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

TITLE = "Similar cases in MIAS"
HELP = (
    "The places of MIAS that look most alike to the model, and what they turned out to be. Alike to the model is not "
    "alike to a radiologist, and what another woman had says little about this one."
)
WHICH = "Which place"
BOX, SQUARE = "Box {n}", "Your square"
THIS = "This film"
OUTCOMES = {"normal": "Normal tissue", "benign": "Benign", "malignant": "Malignant"}
FAR_TITLE = "Unlike anything in MIAS"
FAR = (
    "Nothing in MIAS looks much like this place to the model: even the nearest is farther away than usual. Do not rely "
    "on what these turned out to be."
)
OWN_WOMAN = "This film is one of MIAS: places of the same woman are left out."
NO_PICTURES = (
    "The pictures appear once MIAS is imported (see the Dataset page): they may not be passed on with the program."
)
_KINDS = {"malignant": "malignant", "benign": "benign", "normal": "normal tissue"}


def summary(outcomes: Sequence[str]) -> str:
    """Return `Of the 5 places of MIAS that look most alike to the model: 3 normal tissue, 2 benign.`"""
    counts = Counter(outcomes)
    told = ", ".join(f"**{counts[label]} {text}**" for label, text in _KINDS.items() if counts[label])
    return f"Of the {len(outcomes)} places of MIAS that look most alike to the model: {told}."


def measured(found: Mapping) -> str:
    """Return how often neighbours tell the truth, from `metrics.json`."""
    lesion, normal = found["figures"]["abnormal"], found["figures"]["normal"]
    return (
        f"How often such cases tell the truth, tested on {found['n']} places of {found['n_women']} women, each among "
        f"other women only: for a lesion, {_share(lesion)} of them were lesions, where {_all(lesion)} would be by "
        f"chance; for a normal place, {_share(normal)} were normal, by chance {_all(normal)}."
    )


def _share(figure: Mapping) -> str:
    text = f"{100 * figure['value']:.0f} %"
    return text + (" ({:.0f} to {:.0f})".format(*(100 * end for end in figure["ci95"])) if figure["ci95"] else "")


def _all(figure: Mapping) -> str:
    return f"{100 * figure['chance']:.0f} %"
