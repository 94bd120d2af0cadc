"""The lab in words: a name and two sentences for every protocol, and the tables of `docs/leakage.md`."""

from __future__ import annotations

from collections.abc import Mapping

from mammo_core.evaluate.tables import number, plural, table

NAMES = {
    "films_random": "rotated copies of films, split at random",
    "films_film": "the same, split by film",
    "films_woman": "the same, split by woman",
    "lesions_random": "sixteen variants of lesions, split at random",
    "lesions_film": "the same, split by film",
    "lesions_woman": "the same, split by woman",
    "regions_random": "sixteen variants of regions, split at random",
    "regions_film": "the same, split by film",
    "regions_woman": "the same, split by woman",
    "fixed_woman": "and every square of one size",
    "matched_woman": "and normals from where lesions lie",
    "hard_woman": "and normals that look like lesions",
}
"""{protocol: what it is called where it stands in its row}."""
QUESTIONS = {"malignant": "Benign or malignant?", "abnormal": "Normal or abnormal?"}
LEARNERS = {"linear": "the model's linear head", "nearest": "nearest picture (memorises)"}
MECHANISMS = {
    "Copies on both sides": (
        "A film turned by 45 degrees is still the same film, so a split of copies tests on films that were learned by "
        "heart. Labels dealt at random score as high as the true ones there: what is measured is memory."
    ),
    "Both breasts of a woman": (
        "Split by film, a woman's left breast may be learned from and her right one tested: same tissue, same day, "
        "same scanner. Splitting by woman takes that away; how much it was is the step between the two rows."
    ),
    "The size of the square": (
        "The seed cut a lesion by its annotated radius and a normal region as half of the breast, then brought both to "
        "224 pixels: the blur alone tells which is which. Squares of one size take that away."
    ),
    "Where normals are taken": (
        "Lesions do not lie in the middle of the breast where the seed took its normals, so the place tells the class. "
        "Normals from places where lesions lie, and then the blobs nearest to such places, leave only the looks."
    ),
    "Labels permuted": (
        "Labels dealt to other women leave nothing to learn, so an honest test must fall to chance. Wherever it does "
        "not, the figure is made by the protocol."
    ),
    "Copies counted as cases": (
        "Eight or sixteen copies of one film are not eight or sixteen patients. An interval over copies is too narrow "
        "by about the root of their number, and narrower still where two films are of one woman."
    ),
}
"""{mechanism: two sentences}."""


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
        f"Published for benign against malignant, rotated copies split at random, accuracy: {published}. Those "
        "networks were fine-tuned; the layers here are frozen, which may leak less.",
        *(_question(summary, question) for question in QUESTIONS),
        "## Mechanisms",
        *(f"**{name}.** {text}" for name, text in MECHANISMS.items()),
        f"It took {summary['seconds'] / 60:.0f} minutes of one core.",
    ]
    return "\n\n".join(parts) + "\n"


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
    """Return mean, least and most over permutations; a dash where labels were not permuted."""
    found = figure.get("permuted")
    return with_ends(found["mean"], [found["least"], found["most"]]) if found else "–"
