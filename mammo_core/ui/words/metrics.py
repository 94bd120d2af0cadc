"""What the metrics page says, in words a clinician need not look up. No Streamlit here: numbers in, sentences out."""

from __future__ import annotations

from mammo_core.report.chart_style import interval_text, percent_text

TITLE, HOW_TO_READ_TITLE, LEAKAGE_TITLE = "Test-set metrics", "What these words mean", "What leakage would have claimed"
NO_MODEL_TITLE, NO_SCORES_TITLE = "No model yet", "The model's scores cannot be used"
NO_SCORES = "The model's `predictions.csv` holds no scores."
SECTIONS = {
    "apart": "Telling apart",
    "called": "What was called",
    "doubt": "Doubt",
    "points": "Operating points",
    "calibration": "Probabilities",
    "chance": "Chance",
    "place": "Where it looked",
    "films": "Every film",
}

UNIT_NAMES = {
    "film": "Films",
    "breast": "Breasts",
    "woman": "Women",
    "region_normal": "Regions, random normals",
    "region_hard_normal": "Regions, hard normals",
}

UNIT_TEXTS = {
    "film": "One score for each film, found by scanning the whole breast. Nobody told the model where to look. "
    "This is what the *Read* page does.",
    "breast": "One score for each breast, with the film of the woman's other breast laid beside its own.",
    "woman": "One score for each woman, from both of her films; her class is that of her worse film. This is what the "
    "*Exam* page does.",
    "region_normal": "One score for each 19 mm square. Lesions are cut out **at their known place**, normal squares "
    "where a lesion could lie in a normal breast. Most of these are easy, so figures here are higher than on films.",
    "region_hard_normal": "One score for each 19 mm square, cut **at a bright blob** where a reader looks twice: lesions "
    "at the blob nearest to their known place, normal squares at one of a normal breast. With blobs on both sides, being "
    "a blob tells nothing. The fairer figures of the two.",
}

SLIDER_NOTE = (
    "The slider changes this section only, **never a decision** shown elsewhere: those come from the model folder. "
    "A threshold chosen here is chosen on the very {unit}s it is judged by, so its figures flatter a little."
)
AUC_AXIS = "AUC: 0.5 is a coin, 1 is perfect"
READ = {
    "headline": "Each dot is what was measured; the line through it holds the true value in 95 of 100 such studies. A "
    "line that touches the tick at 0.5, or the grey band, may be chance.",
    "roc": "The further a curve bends to the upper left, the better; along the dotted diagonal one tosses a coin.",
    "precision": "Further right more of a class is found, higher up more of what is called is right; a coin stays on "
    "the thin line of the class.",
    "confusion": "Large: number of cases. Small: share of the true class, so each row adds up to 100 %; framed cells "
    "are right.",
    "summary": "Each dot is a figure and its line the 95 % interval; the tick is what no skill would give.",
    "doubt": "From left to right the model decides more and is less sure: where the line stands clear of the dotted "
    "one, deciding is worth more than always saying normal.",
    "doubt_malignant": "Of the cases decided so far, the share of cancers called malignant and the share of others "
    "that are not; where few cancers are decided the band is wide or missing.",
    "by_class": "How much of each class is decided rather than referred, and how much of what is decided is wrong; 95 "
    "% intervals in brackets.",
    "points": "Sensitivity: of the malignant, the share called. Specificity: of the others, the share not called. "
    "Raising one lowers the other.",
    "scores": "Each point is one case; what lies right of the dashed threshold is called malignant.",
    "calibration": "On the dotted line a probability comes true as often as it says; above it the model says too "
    "little, below it too much.",
    "chance": "The grey band is where the same recipe ended with meaningless labels: a dot inside it shows nothing.",
    "pointing": "Of the films with an abnormality, the share on which the point lies on it; the grey dots know nothing "
    "of the film but its breast.",
    "pointing_abnormality": "Each line is a kind of abnormality: a good method stands far right of the grey marks.",
    "pointing_tissue": "Each line is a kind of breast tissue: a good method stands far right of the grey marks.",
    "froc": "Further up more abnormalities are marked; further right, each normal film has more false marks.",
}
"""{chart: how to read it, in one sentence or two}."""
POINTS = (
    "Three thresholds on P(malignant) have names: **screening** aims at finding 90 % of the malignant, **specific** at "
    "sparing 95 % of the others, **balanced** lies where both are equal. Between *screening* and *specific* the model "
    "is in doubt and refers. Each was set on other women than it is judged on, so it does not always "
    "reach what it aims at."
)
PREDICTIVE = (
    "PPV: of those called malignant, the share that are. NPV: of those not called, the share that are not. Both hold "
    "for the mix of these films only, where far more are malignant than in screening."
)
CHANCE_NAMES = {
    "auc_normal_vs_abnormal_foldwise": "AUC, abnormal",
    "auc_malignant_vs_rest_foldwise": "AUC, malignant",
    "auc_benign_vs_malignant_foldwise": "AUC, malignant or benign",
    "macro_auc_foldwise": "AUC, all classes",
    "accuracy_label": "Accuracy",
    "kappa_label": "Cohen's kappa",
}
"""{permuted figure: its name where it stands beside the model}."""
NO_CHANCE = "Labels were not permuted for this unit, so how far chance alone would come was not tried."
P_VALUE = (
    "p: the share of runs, the model itself counted as one, that are at least as good. With 20 permutations it cannot "
    "be smaller than 0.048. AUCs are averaged over the folds here, for pooled ones lie under 0.5 by construction."
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


def choose(model_id: str, n_women: int) -> str:
    """Return what stands above the choice of units."""
    return f"How **{model_id}** does on {n_women} women, each scored by a model that never saw her"


def chance_ends(found: dict | None) -> tuple[float, float] | None:
    """Return the least and the most that permuted labels gave, or None where that was not tried."""
    return (found["least"], found["most"]) if found and found["n"] else None


def chance(n: int) -> str:
    """Return what permuting labels is."""
    return (
        f"The labels were dealt to the women at random **{n} times**, and the same recipe trained and tested on each "
        "deal. Nothing can be learned from such labels, so whatever these runs show comes from chance and from the "
        "method."
    )


def doubt(block: dict) -> str:
    """Return how much the model decides by itself, and what that is worth."""
    figures, unit = block["figures"], block["unit"]
    return (
        f"The model decides **{percent_text(figures['coverage'])}** of the {plural(2, unit).removeprefix('2 ')} and "
        f"refers the rest. Of those it decides {percent_text(figures['accuracy_decided'])} are right. Here it is made "
        "to decide more or less: first the cases whose P(malignant) lies furthest outside its doubt band, last those "
        "in the middle of it."
    )


def calibration_error(error: dict, floor: float) -> str:
    """Return a calibration error beside what a perfect one would show."""
    return (
        f"Calibration error **{interval_text(error, 3)}**. It is never 0: perfect probabilities would show about "
        f"{floor:.3f} on so few cases."
    )


def place(abnormal: dict) -> str:
    """Return whether pointing is better than knowing nothing, from the paired difference."""
    pointing, gain = abnormal["pointing"], abnormal["differences"].get("strongest_mark_minus_centre")
    strongest = pointing["strongest_mark"]
    films = plural(strongest["n"], "film")
    text = f"**The strongest mark is right on {percent_text(strongest)}** of {films} with a placed abnormality"
    if not gain or not gain["ci95"]:
        return f"{text}."
    low, high = (100 * end for end in gain["ci95"])
    verdict = "clearly more than" if low > 0 else "no more, as far as these films can tell, than"
    return (
        f"{text}: {verdict} the centre of the breast, which is right on {percent_text(pointing['centre'])} (difference "
        f"{100 * gain['value']:.0f} points, {low:.0f} to {high:.0f}, on the same women)."
    )


def hit(abnormal: dict) -> str:
    """Return what counts as a hit."""
    return (
        f"A mark is a hit when {abnormal['hit']}. False marks are counted on normal films only. Abnormalities that "
        "MIAS gives no place are left out."
    )
