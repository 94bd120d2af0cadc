"""What the metrics page says, in words a clinician need not look up. No Streamlit here: numbers in, sentences out."""

from __future__ import annotations

from mammo_core.report.chart_style import interval_text

UNIT_NAMES = {
    "film": "Whole films",
    "breast": "Breasts, with the other one known",
    "woman": "Women",
    "region_normal": "Lesions or random normal places",
    "region_hard_normal": "Lesions or hard normal places",
}

UNIT_TEXTS = {
    "film": "One score for each film, found by scanning the whole breast. Nobody told the model where to look. "
    "This is what the *Read* page does.",
    "breast": "One score for each film, with the film of the woman's other breast laid beside it.",
    "woman": "One score for each woman, from both of her films.",
    "region_normal": "One score for each 19 mm square. Lesions are cut out **at their known place**, normal squares "
    "where a lesion could lie in a normal breast. Most of these are easy, so figures here are higher than on films.",
    "region_hard_normal": "One score for each 19 mm square. Lesions are cut out **at their known place**, normal "
    "squares at the nearest bright blob of a normal breast, where a reader looks twice. The fairer figures of the two.",
}

SLIDER_NOTE = (
    "The slider changes this section only, **never a decision** shown elsewhere: those come from the model folder. "
    "A threshold chosen here is chosen on the very {unit}s it is judged by, so its figures flatter a little."
)
NO_MODEL = (
    "There is no trained model to speak of yet. Train one with `python -m mammo_core train`; this page then shows how "
    "it does on films that it never saw."
)
NO_MIAS = (
    "The film itself cannot be shown: the MIAS films are not on this computer. They may not be passed on with the "
    "program; `python -m mammo_core import-mias SOURCE` brings them in."
)

_AUC_OF = {
    "auc_normal_vs_abnormal": "an abnormal {unit} scores above a normal one",
    "auc_malignant_vs_rest": "a malignant {unit} scores above one that is not",
    "auc_benign_vs_malignant": "a malignant {unit} scores above a benign one",
}


def plural(n: int, noun: str) -> str:
    """Return `1 film`, `322 films`, `161 women`."""
    several = {"woman": "women", "abnormality": "abnormalities"}
    return f"{n} {noun if n == 1 else several.get(noun, noun + 's')}"


def cases_text(block: dict) -> str:
    """Return `322 films of 161 women: 207 normal, 63 benign, 52 malignant`."""
    counts = ", ".join(f"{count} {label}" for label, count in block["class_counts"].items())
    women = "" if block["unit"] == "woman" else f" of {plural(block['n_women'], 'woman')}"
    return f"{plural(block['n'], block['unit'])}{women}: {counts}"


def how_to_read(block: dict, resampling: dict) -> str:
    """Return what out of fold, an interval and pooled mean."""
    return (
        f"- **Out of fold**: the women were dealt into {block['n_folds']} groups, and each group was scored by a model "
        "trained on the others only. Nothing was scored by a model that had seen a film of the same woman; calibration "
        "and thresholds, too, came from other women.\n"
        f"- **Figures in brackets are 95 % intervals**: the {block['n_women']} women are drawn anew "
        f"{resampling['resamples']} times, both films of a woman together. They do not cover what training on other "
        "women would change, nor films of another clinic.\n"
        "- **AUC** is the chance that the right one of two cases scores higher: 0.5 is a coin, 1 is perfect. **Kappa** "
        "is agreement beyond chance: 0 is chance, 1 is perfect.\n"
        f"- **Accuracy misleads here**: always saying “{block['references']['majority_class']}” is right in "
        f"{block['figures']['majority_class_accuracy']['value']:.0%}.\n"
        "- MIAS is not screening: 16 % of its films are malignant, in screening about 0.6 %."
    )


def headline(block: dict) -> str:
    """Return what the block's figures mean, in one short paragraph."""
    unit, figures = block["unit"], block["figures"]
    sentences = [_chance_of(figures[name], words.format(unit=unit)) for name, words in _AUC_OF.items()]
    parts = [sentence for sentence in sentences if sentence]
    gain = figures["accuracy_label_minus_majority"]
    if gain["ci95"]:
        majority = block["references"]["majority_class"]
        parts.append(f"Naming the most probable class is {_gain(gain)} always saying “{majority}”.")
    return " ".join(parts)


def _chance_of(figure: dict, what: str) -> str:
    """Return an AUC as odds of a comparison, with a verdict when its interval holds one half."""
    if figure["value"] is None:
        return ""
    text = f"In {100 * figure['value']:.0f} of 100 comparisons {what}"
    if figure["ci95"]:
        low, high = figure["ci95"]
        text += f" (95 % interval {100 * low:.0f} to {100 * high:.0f})"
        if low <= 0.5 <= high:
            text += ", **which a coin could do as well**"
    return text + "."


def _gain(figure: dict) -> str:
    """Return how an accuracy compares with the majority class's, from the paired interval of the difference."""
    low, high = figure["ci95"]
    if low > 0:
        return f"right more often, by {100 * figure['value']:.0f} points ({100 * low:.0f} to {100 * high:.0f}), than"
    return "right **less often** than" if high < 0 else "right **no more often**, as far as these cases can tell, than"


def leakage(film: dict) -> str:
    """Return what leakage would have claimed, beside what is honestly found on the same films."""
    accuracy, majority = (
        film["figures"][name] for name in ("accuracy_benign_or_malignant", "majority_accuracy_benign_or_malignant")
    )
    area = film["figures"]["auc_benign_vs_malignant"]
    return (
        "Published accuracies of **0.80 to 0.96** on MIAS tell benign from malignant only, with rotated copies of the "
        "same films in training and test, so that the test repeats what was learned; with women kept apart, "
        f"this model's accuracy on the same question is **{interval_text(accuracy)}** (n = {accuracy['n']} abnormal "
        f"films; always naming the commoner class gives {interval_text(majority)}), its AUC {interval_text(area)}."
    )
