"""What the metrics page says, in words a clinician need not look up. No Streamlit here: numbers in, sentences out."""

from __future__ import annotations

from collections.abc import Mapping

from mammo_core.report.chart_style import interval_text, percent_text
from mammo_core.report.interval_charts import signed_text

TITLE, HOW_TO_READ_TITLE, LEAKAGE_TITLE = "Test-set metrics", "What these words mean", "What leakage would have claimed"
NO_MODEL_TITLE, NO_SCORES_TITLE = "No model yet", "The model's scores cannot be used"
NO_SCORES = "The model's `predictions.csv` holds no scores."
OUT_OF_FOLD = "out of fold"
SAVE_ALL = "All figures (JSON)"
SAVE_ALL_HELP = "metrics.json: every figure of this page and more, with interval, n and unit."
SAVE_TABLE = "Table (CSV)"
SAVE_TABLE_HELP = "With value, both ends of the interval and n in columns of their own."
SAVE_NOTE = (
    "Every chart can be saved as SVG by the camera in its corner, every table as CSV by the button below it; both "
    "carry the model's name."
)
DERIVING = "Deriving every figure from the model's scores …"
SECTIONS = {
    "apart": "Telling apart",
    "parts": "Tissue and kind",
    "called": "What was called",
    "doubt": "Doubt",
    "points": "Operating points",
    "use": "In use",
    "calibration": "Probabilities",
    "chance": "Chance",
    "place": "Where it looked",
    "films": "Every film",
    "compare": "Another model",
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
    "region_hard_normal": "One score for each 19 mm square, cut **at a bright blob** where a reader looks twice: "
    "lesions at the blob nearest to their known place, normal squares at one of a normal breast. With blobs on both "
    "sides, being a blob tells nothing. The fairer figures of the two.",
}

SLIDER_NOTE = (
    "The slider changes this section only, **never a decision** shown elsewhere: those come from the model folder. "
    "A threshold chosen here is chosen on the very {units} it is judged by, so its figures flatter a little."
)
POINTS = (
    "Three thresholds on P(malignant) have names: **screening** aims at finding 90 % of the malignant, **specific** at "
    "sparing 95 % of the others, **balanced** lies where both are equal. Between *screening* and *specific* the model "
    "is in doubt and refers. Each was set on other women than it is judged on, so it does not always "
    "reach what it aims at."
)
ANY_THRESHOLD_TITLE = "Any other threshold"
PREDICTIVE = (
    "PPV: of those called malignant, the share that are. NPV: of those not called, the share that are not. Both hold "
    "for the mix of these films only, where far more are malignant than in screening: *In use* shows what they "
    "become there."
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
        "- MIAS is not screening: 16 % of its films are malignant, in screening about 0.3 % (0.6 % of women)."
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
        f"films; always naming the commoner class gives {interval_text(majority)}), its AUC {interval_text(area)}. "
        "The *Leakage lab* shows how such figures come about."
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


def units(unit: str) -> str:
    """Return `films`, `women`."""
    return plural(2, unit).removeprefix("2 ")


def interval_ends(ends: str) -> str:
    """Return an interval as it stands in a tile."""
    return f"95 %: {ends}"


def method(name: str) -> str:
    """Return a pointing method as it begins a line."""
    return name.capitalize().replace("cam", "CAM")


def point_rate(point: str, kind: str) -> str:
    """Return `Screening: sensitivity`."""
    return f"{point.capitalize()}: {kind}"


def thresholds(ends: Mapping) -> str:
    """Return the least and the most of an operating point's thresholds over the folds."""
    return f"{ends['least']:.3f} to {ends['most']:.3f}"


def in_this_set(title: str) -> str:
    """Return `PPV in this test set`."""
    return f"{title} in this test set"


MALIGNANT_OR_NOT = ("not malignant", "malignant")


def at_random(found: Mapping) -> str:
    """Return what labels dealt at random gave: mean, least and most."""
    return f"{found['mean']:.2f} ({found['least']:.2f} to {found['most']:.2f})"


def partition_spread(block: Mapping) -> str:
    """Return the fold-wise AUC and the spread over repeats beside the pooled one."""
    pooled, foldwise = (block["figures"][name] for name in ("macro_auc", "macro_auc_foldwise"))
    text = (
        f"The curves pool the scores of {block['n_folds']} models: mean AUC {interval_text(pooled, 3)}. "
        f"Ranked within each fold alone and averaged it is {interval_text(foldwise, 3)}."
    )
    spread = block["repeats"].get("figures", {}).get("macro_auc", {})
    if spread.get("mean") is not None:
        text += (
            f" Over {len(block['repeats']['repeats'])} ways of dealing the women into folds it is {spread['mean']:.3f} "
            f"± {spread['sd']:.3f} (standard deviation; it understates the doubt, for the films are the same)."
        )
    return text


PARTS_NOTE = (
    "Each abnormality stands against all normal cases. Parts are small and many: read the intervals, not the order. "
    "Tissue is MIAS's own code, not BI-RADS density. A case with two kinds counts for both."
)


def calcifications(groups: Mapping) -> str:
    """Return how calcifications do by themselves, and the paired difference from everything else."""
    alone, others = (groups["abnormality"][name]["figures"]["auc_against_normals"] for name in ("CALC", "OTHER"))
    difference = groups["calcifications_less_others"]
    text = (
        f"**Calcifications by themselves**: AUC {interval_text(alone)} against normal; all other abnormalities "
        f"{interval_text(others)}."
    )
    if not difference["ci95"]:
        return text
    low, high = difference["ci95"]
    verdict = "no difference that these cases can show"
    if high < 0 or low > 0:
        verdict = "calcifications are seen **worse**" if high < 0 else "calcifications are seen better"
    return f"{text} The difference on the same women is {signed_text(difference)}: {verdict}."


def decisions(block: Mapping) -> str:
    """Return what became of the cases that matter: coverage, missed and referred."""
    figures = block["figures"]
    names = ("malignant_called_normal", "malignant_called_or_referred", "others_neither_called_malignant_nor_referred")
    missed, kept, spared = (figures[name] for name in names)
    return (
        f"A decision was made for **{percent_text(figures['coverage'])}**; the rest were referred to a person. Of the "
        f"decided, {percent_text(figures['accuracy_decided'])} are right. Of {missed['n']} {units(missed['unit'])} "
        f"with cancer **{percent_text(missed)} were called normal** and {percent_text(kept)} called malignant or "
        f"referred; of the {spared['n']} others {percent_text(spared)} were neither. Cohen's kappa of the decided: "
        f"{interval_text(figures['kappa_decided'])} (n = {figures['kappa_decided']['n']})."
    )


WHAT_COUNTS = "What counts as called"


def called_title(called: str) -> str:
    """Return the title of a confusion matrix."""
    return f"Truth against {called.lower()}"


def called_alt(called: str) -> str:
    """Return what a confusion matrix is."""
    return f"Confusion matrix: truth in rows, {called.lower()} in columns"


def in_figures(called: str) -> str:
    """Return the title of the summary figures."""
    return f"{called}, in figures"


def threshold_label(unit: str) -> str:
    """Return what the slider of thresholds asks."""
    return f"Call cancer in a {unit} from this P(malignant) on"


def threshold_note(unit: str, start: float, is_point: bool) -> str:
    """Return where the slider begins and what it does not do."""
    text = "the model's screening point" if is_point else "the share of malignant cases"
    return f"Starts at {text}, {start:.3f}. " + SLIDER_NOTE.format(units=units(unit))


def woman_named(woman_id: int) -> str:
    """Return what a woman's case is called."""
    return f"woman {woman_id}"


def probability_of(event: str) -> str:
    """Return `P(malignant)`."""
    return f"P({event})"


def whole_scores(brier: dict, loss: dict, references: Mapping) -> str:
    """Return Brier score and log loss beside those of always stating the shares of the classes."""
    return (
        f"**Brier score {interval_text(brier, 3)}** (n = {brier['n']}; 0 is perfect; always stating the shares of the "
        f"classes scores {references['brier_of_base_rates']:.3f}). Log loss {interval_text(loss, 3)} nats, against "
        f"{references['log_loss_of_base_rates']:.3f}."
    )


SLOPE_NOTE = (
    "Slope under 1: probabilities are too extreme, over 1: not extreme enough. Too low by: how much commoner the event "
    "is than the probabilities say on average, in log odds (0.7 is twice the odds); below 0 it is rarer."
)
PLACE_SUBTITLE = "films with a placed abnormality, out of fold"


def pointing_subtitle(n: int) -> str:
    """Return unit and n of pointing."""
    return f"{plural(n, 'film')} with a placed abnormality, out of fold"


def froc_subtitle(n_normal: int) -> str:
    """Return unit and n of the FROC curve."""
    return f"{plural(n_normal, 'normal film')}, out of fold"


PLACE_CHANCE = {"pointing": "Strongest mark hits", "sensitivity_at_1": "Found at 1 false mark"}
MISTAKES, MISTAKES_HELP = "Mistakes only", "Called another class than its own."
TRUTH, DECISION, FILM, FILM_HINT = "Truth", "Decision", "Film", "Choose a row, or name a film such as mdb028"
OPENING_FILM = "Opening the film …"
FILM_CAPTION = (
    "Circle: the place the MIAS radiologists gave. Dashed: where a model that never saw this woman saw most. "
    "Untouched film, © MIAS, for research only."
)


def films_listed(shown: int, of_all: int) -> str:
    """Return how many films the filters leave."""
    return f"{shown} of {plural(of_all, 'film')}, most probably malignant first. Choose a row to open it."


def film_told(row: Mapping) -> str:
    """Return a film's truth, decision and probabilities."""
    return (
        f"**{row['film']}** is **{row['truth']}**; the decision was **{row['decision']}**. Out of fold: malignant "
        f"{row['p_malignant']:.0%}, benign {row['p_benign']:.0%}, normal {row['p_normal']:.0%}."
    )


def unplaced(n: int) -> str:
    """Return that abnormalities have no place."""
    return f"{plural(n, 'abnormality')} of this film has no place in MIAS."


def film_closed(film: str, error: object) -> str:
    """Return that a film cannot be opened, and why."""
    return f"{film} cannot be opened: {error}"


def film_alt(film: str) -> str:
    """Return what the picture of a film is."""
    return f"Film {film}, annotated"
