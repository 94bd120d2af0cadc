"""What the Leakage lab says: what was compared, and what each step of honesty costs, in figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

TITLE = "Leakage lab"
SUMMARY = (
    "The same films, the same network, the same settings. Only the way of testing changes, and with it the figure: "
    "from a record to a coin."
)
ABSENT = "The lab's figures are missing. Restore `docs/leakage.json`, or make them with `make leakage`."
MALIGNANT_TITLE = "Benign or malignant? Copies of films, tested in three ways"
ABNORMAL_TITLE = "Normal or abnormal? One leak mended after the other"
HOW_TO_READ = (
    "Blue: the true labels. Amber: the same test after the labels were dealt to other women at random, so that there "
    "is nothing to learn. **Where amber stands as high as blue, the test measures memory, not medicine.** The dotted "
    "line is what knowing nothing gives."
)
CHARTS = {
    "linear": "The model's linear head",
    "nearest": "Nearest picture: it memorises",
}
ROWS = {
    "films_random": "Copies split at random",
    "films_film": "Split by film",
    "films_woman": "Split by woman",
    "lesions_random": "Variants split at random",
    "lesions_film": "Split by film",
    "lesions_woman": "Split by woman",
    "regions_random": "Variants split at random",
    "regions_film": "Split by film",
    "regions_woman": "Split by woman",
    "fixed_woman": "… and every square of one size",
    "matched_woman": "… and normals from where lesions lie",
    "hard_woman": "… and both seen from the nearest blob",
}
ACCURACY, AUC = "accuracy: share of pictures called right", "AUC: 0.5 is a coin, 1 is perfect"
LADDER = "Each row takes away one more leak"
LESIONS_TITLE = "The same with lesions cut out, sixteen variants each"
MECHANISMS_TITLE = "The mechanisms, in two sentences each"
TABLE_TITLE = "All figures"
COPIES_TITLE = "What copies do to an interval"
SAVE_TABLE, SAVE_JSON, SAVE_CASES = (
    "Save the table (CSV)",
    "Save every figure (JSON)",
    "Save the scores of every case (CSV)",
)
TABLE = {
    "protocol": "Protocol",
    "n": "n",
    "learner": "Learner",
    "accuracy": "Accuracy, 95 % over women",
    "naive": "… over copies",
    "permuted": "… labels at random",
    "auc": "AUC, 95 % over women",
}


def verdict(summary: Mapping) -> str:
    """Return what the three rows of films say, in figures."""
    random, woman = (
        summary["protocols"][name]["learners"]["nearest"]["accuracy"] for name in ("films_random", "films_woman")
    )
    return (
        f"With copies on both sides the nearest picture is right in **{_percent(random['value'])}**, and in "
        f"**{_percent(random['permuted']['mean'])}** when the labels mean nothing. With no woman on both sides it is "
        f"right in **{_percent(woman['value'])}**; always saying benign would be right in "
        f"{_percent(summary['protocols']['films_woman']['commonest_class'])}."
    )


def published(summary: Mapping) -> str:
    """Say what was published, and how it differs from what is shown."""
    named = ", ".join(f"{name} {value:.3f}" for name, value in summary["published"].items())
    return (
        f"The grey band is what was published for rotated copies of MIAS split at random: {named}. Those are other "
        "networks in other hands; ours is frozen but for its last layer, which may remember less."
    )


def regions(protocols: Iterable[Mapping]) -> str:
    """Return how many regions and women the rows of the ladder have."""
    counts = sorted({protocol["n"] for protocol in protocols})
    return f"{' to '.join(map(str, dict.fromkeys((counts[0], counts[-1]))))} regions, split as said, linear head"


def ladder(summary: Mapping) -> str:
    """Return what the mended leaks cost together."""
    first, last = (summary["protocols"][name]["learners"]["linear"]["auc"] for name in ("regions_random", "hard_woman"))
    return (
        f"From {first['value']:.2f} to {last['value']:.2f} without a change to the network. Every case is a square "
        "around a known place, which is still an easier question than a whole film."
    )


def copies(protocol: Mapping) -> str:
    """Return the interval over women beside the one that takes copies for cases."""
    figure, pictures = protocol["learners"]["linear"]["accuracy"], protocol["n_pictures"]
    low, high = (100 * end for end in figure["ci95"])
    naive_low, naive_high = (100 * end for end in figure["naive_ci95"])
    return (
        f"Split by woman, the linear head is right in {_percent(figure['value'])} of {pictures} pictures. Taken for "
        f"{pictures} independent cases, that claims {naive_low:.0f} to {naive_high:.0f} %. They are {protocol['n']} "
        f"films of {protocol['n_women']} women, and the honest interval is {low:.0f} to {high:.0f} %, "
        f"{(high - low) / (naive_high - naive_low):.1f} times as wide."
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
