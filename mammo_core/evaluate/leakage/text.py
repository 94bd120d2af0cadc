"""The lab in words: a name and two sentences for every protocol, and the tables of `docs/leakage.md`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mammo_core.evaluate.card import wrapped
from mammo_core.evaluate.tables import number, plural, table

NAMES = {
    "films_random": "rotated copies of films, split at random",
    "films_film": "rotated copies of films, split by film",
    "films_woman": "rotated copies of films, split by woman",
    "lesions_random": "variants of lesions, split at random",
    "lesions_film": "variants of lesions, split by film",
    "lesions_woman": "variants of lesions, split by woman",
    "regions_random": "variants of regions, split at random",
    "regions_film": "variants of regions, split by film",
    "regions_woman": "variants of regions, split by woman",
    "fixed_woman": "by woman, and every square of one size",
    "matched_woman": "by woman, one size, and normals from where lesions lie",
    "hard_woman": "by woman, one size, and both seen from the nearest bright blob",
}
"""{protocol: what it is called}."""
QUESTIONS = {"malignant": "Benign or malignant?", "abnormal": "Normal or abnormal?"}
LEARNERS = {"linear": "the model's linear head", "nearest": "nearest picture (memorises)"}
_FIGURES = {"accuracy": "accuracy", "auc": "AUC"}


@dataclass(frozen=True)
class Mechanism:
    """One way in which a figure gets too good: two sentences, and the step that shows it here.

    Attributes:
        text: Two sentences.
        learner: Whose figures are shown.
        figure: `accuracy` or `auc`.
        before: Protocol with the leak.
        after: Protocol without.
    """

    text: str
    learner: str
    figure: str
    before: str
    after: str


MECHANISMS = {
    "Copies on both sides": Mechanism(
        "A film turned by 45 degrees is still the same film, so a split of copies tests on films that were learned by "
        "heart. Labels dealt at random score about as high as the true ones there: what is measured is memory.",
        *("nearest", "accuracy", "films_random", "films_film"),
    ),
    "Both breasts of a woman": Mechanism(
        "Split by film, a woman's one breast may be learned from and her other one tested: same tissue, same day, same "
        "scanner. Splitting by woman takes that away, whether or not it made a difference here.",
        *("linear", "auc", "regions_film", "regions_woman"),
    ),
    "The size of the square": Mechanism(
        "The seed cut a lesion by its annotated radius and a normal region as half of the breast, and brought both to "
        "224 pixels: the blur alone tells which is which. Squares of one size take that away.",
        *("linear", "auc", "regions_woman", "fixed_woman"),
    ),
    "Where normals are taken": Mechanism(
        "Lesions do not lie in the middle of the breast where the seed took its normals, so the place tells the class. "
        "Normals from places where lesions lie, and then both seen from the nearest bright blob, leave only the looks.",
        *("linear", "auc", "fixed_woman", "hard_woman"),
    ),
    "Labels dealt at random": Mechanism(
        "Labels that were dealt to other women leave nothing to learn, so an honest test must fall to no skill. As far "
        "as it does not, the figure is made by the protocol.",
        *("nearest", "accuracy", "lesions_random", "lesions_woman"),
    ),
    "Copies counted as cases": Mechanism(
        "Eight or sixteen copies of one film are not so many patients. An interval that takes them for cases is too "
        "narrow, by up to the root of their number.",
        *("linear", "accuracy", "lesions_woman", "lesions_woman"),
    ),
}
"""{name: what it is and what it did here}."""


def step_text(name: str, summary: Mapping) -> str:
    """Return what a mechanism did here: `Accuracy, nearest picture (memorises): 0.82 -> 0.53.`"""
    m = MECHANISMS[name]
    before, after = (summary["protocols"][which]["learners"][m.learner][m.figure] for which in (m.before, m.after))
    what = f"{_FIGURES[m.figure]}, {LEARNERS[m.learner]}"
    if name == "Copies counted as cases":
        return f"Here: {what} {ends_text(before['naive_ci95'])} over copies, {ends_text(before['ci95'])} over women."
    if name == "Labels dealt at random":
        before, after = before["permuted"], after["permuted"]
        first, second = number(before["mean"]), number(after["mean"])
        return f"Here: {what} {first} with labels dealt at random and copies on both sides, {second} split by woman."
    return f"Here: {what} {number(before['value'])} before, {number(after['value'])} after."


def to_markdown(summary: Mapping) -> str:
    """Return `docs/leakage.md`."""
    settings = summary["settings"]
    published = ", ".join(f"{name} {value:.3f}" for name, value in summary["published"].items())
    parts = [
        "# Leakage lab",
        "Written by `python -m mammo_core leakage --out docs`; see the page *Leakage lab*. The same films, the same "
        f"frozen layers (those of `{summary['model_id']}`), the same settings ({settings['head']['n_components']} "
        f"components, {settings['folds']} folds, {settings['deals']} deals): only the protocol changes. Accuracy is "
        "the share of pictures called right, the AUC ranks films or regions by the mean score of their copies; each is "
        "the mean over the deals with its 95 % interval over women.",
        f"Published for benign against malignant, rotated copies split at random, accuracy: {published}. Those are "
        "other networks in other hands; the layers here are frozen, which may remember less.",
        *(_question(summary, question) for question in QUESTIONS),
        "## Mechanisms",
        *(f"**{name}.** {found.text} {step_text(name, summary)}" for name, found in MECHANISMS.items()),
        f"It took {summary['seconds'] / 60:.0f} minutes of one core.",
    ]
    return wrapped("\n\n".join(parts)) + "\n"


def _question(summary: Mapping, question: str) -> str:
    rows = [
        row
        for name, protocol in summary["protocols"].items()
        if protocol["question"] == question
        for row in _rows(NAMES[name], protocol)
    ]
    head = ["protocol", "n", "learner", "accuracy", "naive", "labels permuted", "AUC", "naive", "labels permuted"]
    return f"## {QUESTIONS[question]}\n\n" + table(head, rows)


def _rows(name: str, protocol: Mapping) -> list[list[str]]:
    rows = []
    for learner, figures in protocol["learners"].items():
        first = not rows
        cells = [cell for figure in figures.values() for cell in _cells(figure)]
        rows.append([name if first else "", n_text(protocol) if first else "", LEARNERS[learner], *cells])
    return rows


def n_text(protocol: Mapping) -> str:
    """Return `920 pictures of 115 films, 97 women`."""
    return (
        f"{plural(protocol['n_pictures'], 'picture')} of {plural(protocol['n'], protocol['unit'])}, "
        f"{plural(protocol['n_women'], 'woman')}"
    )


def _cells(figure: Mapping) -> list[str]:
    """Return a figure with its interval, the naive interval, and what permuted labels gave."""
    return [with_ends(figure["value"], figure["ci95"]), ends_text(figure["naive_ci95"]), permuted_text(figure)]


def with_ends(value: float | None, ends: list[float] | None) -> str:
    """Return `0.74 (0.68 to 0.79)`."""
    return "–" if value is None else number(value) + (f" ({ends_text(ends)})" if ends else "")


def ends_text(ends: list[float]) -> str:
    """Return `0.68 to 0.79`."""
    return " to ".join(map(number, ends))


def permuted_text(figure: Mapping) -> str:
    """Return mean, least and most over permutations."""
    found = figure["permuted"]
    return with_ends(found["mean"], [found["least"], found["most"]])
