"""What the metrics page writes on, beside and under its charts, tables and tiles."""

from __future__ import annotations

TITLES = {
    "headline": "Can it tell them apart?",
    "roc": "ROC: each class against the other two",
    "precision": "Precision: how many called are right",
    "tissue": "AUC by tissue",
    "abnormality": "AUC by kind of abnormality",
    "doubt": "Right, of those decided",
    "doubt_malignant": "Cancers, of those decided",
    "points": "Named operating points",
    "point_matrix": "Matrix at this threshold",
    "point_roc": "Where this threshold stands",
    "scores": "Every score, by true class",
    "ppv": "If called: chance of cancer",
    "npv": "If not called: chance of none",
    "benefit_malignant": "Is recalling by P(malignant) worth it?",
    "benefit_abnormal": "Is recalling by P(abnormal) worth it?",
    "reliability_malignant": "Does P(malignant) come true?",
    "reliability_abnormal": "Does P(abnormal) come true?",
    "chance": "Better than chance?",
    "pointing": "Is it pointing at it?",
    "pointing_abnormality": "Pointing, by abnormality",
    "pointing_tissue": "Pointing, by tissue",
    "froc": "Found, at how many false marks",
    "compare": "Difference, on the same women",
}
"""{chart: what it shows}, at most about 40 characters."""
ALTS = {
    "headline": "Four AUCs with 95 % intervals, beside chance",
    "roc": "ROC curves of the three classes, each against the other two",
    "precision": "Precision-recall curves of the three classes",
    "tissue": "AUC of normal against abnormal by background tissue, with 95 % intervals",
    "abnormality": "AUC against normal by kind of abnormality, with 95 % intervals",
    "tissue_table": "Figures by background tissue",
    "abnormality_table": "Figures by kind of abnormality",
    "summary": "Summary figures with 95 % intervals",
    "classes": "Precision, recall and F1 of each class",
    "doubt": "Accuracy against the share decided",
    "doubt_malignant": "Sensitivity and specificity for malignant against the share decided",
    "by_class": "Coverage and error of each class",
    "points": "Sensitivity and specificity of the named points",
    "points_table": "Named operating points with PPV and NPV",
    "point_matrix": "Confusion matrix at the chosen threshold",
    "point_roc": "ROC curve of malignant against the rest, with the chosen threshold",
    "scores": "P(malignant) of every case by true class, with the chosen threshold",
    "ppv": "Positive predictive value against the share of malignant cases",
    "npv": "Negative predictive value against the share of malignant cases",
    "predictive_table": "PPV and NPV of each operating point at several prevalences",
    "benefit_malignant": "Net benefit of acting on P(malignant) against the threshold",
    "benefit_abnormal": "Net benefit of acting on P(abnormal) against the threshold",
    "benefit_table": "Thresholds at which acting on the model is of use",
    "reliability_malignant": "Reliability of P(malignant) in bins of equally many cases",
    "reliability_abnormal": "Reliability of P(abnormal) in bins of equally many cases",
    "calibration_table": "Calibration error, slope and intercept",
    "chance": "Figures of the model beside those of permuted labels",
    "chance_table": "What permuted labels gave, and p",
    "pointing": "Share of films hit by each method and baseline",
    "rates": "Sensitivity at rates of false marks",
    "pointing_abnormality": "Pointing of each method by kind of abnormality",
    "pointing_tissue": "Pointing of each method by tissue",
    "parts_abnormality": "Sensitivity at rates of false marks by kind of abnormality",
    "parts_tissue": "Sensitivity at rates of false marks by tissue",
    "froc": "Share of abnormalities found against false marks on a normal film",
    "films": "Tested films with truth and decision",
    "compare": "Differences of two models with 95 % intervals",
    "compare_table": "Figures of two models and their difference",
    "similar": "How often similar cases have the same outcome, beside chance",
}
"""{chart or table: what it is, for those who cannot see it}."""
AXES = {
    "auc": "AUC: 0.5 is a coin, 1 is perfect",
    "share": "share called right",
    "unit": "from 0 to 1",
    "called": "called",
    "hit": "share of films hit",
    "true_class": "called their true class",
    "call_right": "called right",
}
READ = {
    "headline": "Each dot is what was measured; the line through it holds the true value in 95 of 100 such studies. A "
    "line that touches the tick at 0.5, or the grey band, may be chance.",
    "roc": "The further a curve bends to the upper left, the better; along the dotted diagonal one tosses a coin.",
    "precision": "Further right more of a class is found, higher up more of what is called is right; a coin stays on "
    "the thin line of the class.",
    "tissue": "Each dot is the AUC of abnormal against normal within one tissue; where the lines overlap these cases "
    "show no difference.",
    "abnormality": "Each dot is the AUC of one kind against all normals; a line that reaches down to the tick at 0.5 "
    "may stand for a kind that is not seen.",
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
    "ppv": "Further left cancer is rarer. The further the line stands above the dotted one, the more a call tells; "
    "the ring is where the slider stands.",
    "npv": "The gap to the dotted line is all that “not called” adds to what was known beforehand: where cancer is "
    "rare nearly everybody is healthy anyway.",
    "benefit": "Further right one needs a higher chance before acting. The model is of use only where its line stands "
    "above both others; where its band overlaps them, these cases cannot tell.",
    "calibration": "On the dotted line a probability comes true as often as it says; above it the model says too "
    "little, below it too much.",
    "chance": "The grey band is where the same recipe ended with meaningless labels: a dot inside it shows nothing.",
    "pointing": "Of the films with an abnormality, the share on which the point lies on it; the grey dots know nothing "
    "of the film but its breast.",
    "pointing_abnormality": "Each line is a kind of abnormality: a good method stands far right of the grey marks.",
    "pointing_tissue": "Each line is a kind of breast tissue: a good method stands far right of the grey marks.",
    "froc": "Further up more abnormalities are marked; further right, each normal film has more false marks. Thin "
    "upright lines: 95 % intervals.",
    "compare": "Right of the line at 0 the first model has more. A line that crosses 0 shows no difference, whatever "
    "the dot says.",
}
"""{chart: how to read it, in one sentence or two}."""

QUESTIONS = {
    "auc_normal_vs_abnormal": "Abnormal or normal",
    "auc_malignant_vs_rest": "Malignant or not",
    "auc_benign_vs_malignant": "Malignant or benign",
    "macro_auc": "All three classes",
}
"""{AUC: what it asks}."""
DECISION_TILES = {
    "coverage": ("Decided", "Share of all {units} for which the model decides; the rest it refers to a person."),
    "accuracy_decided": ("Right when decided", "Of the {units} decided, the share called their true class."),
    "malignant_called_or_referred": (
        "Cancers called normal or benign",
        "Of the {units} with cancer, the share neither called malignant nor referred to a person.",
    ),
    "others_neither_called_malignant_nor_referred": (
        "Flagged without a cancer",
        "What that costs: of the {units} without a cancer, the share called malignant or referred to a person.",
    ),
}
COMPLEMENTS = {"malignant_called_or_referred", "others_neither_called_malignant_nor_referred"}
"""Figures whose tile tells the share of the rest: misses and their cost, not what flatters."""
SCORE_TILES = {
    "accuracy_label": ("Right", "Share of all {units} whose most probable class is their true one."),
    "majority_class_accuracy": ("Commonest class", "Share right when always naming the commonest class."),
    "ece_abnormal": ("Calibration error", "Mean distance of P(abnormal) from the share that is abnormal."),
    "ece_malignant": ("Of P(malignant)", "Mean distance of P(malignant) from the share that is malignant."),
}
RATE_TILES = {
    "sensitivity": ("Sensitivity", "Of {units} with cancer, the share called."),
    "specificity": ("Specificity", "Of the other {units}, the share not called."),
}
PREDICTIVE_TILES = {
    "ppv": ("PPV", "Of {units} called, the share with cancer, where {prevalence} have it."),
    "npv": ("NPV", "Of {units} not called, the share without cancer, where {prevalence} have it."),
}
"""{figure: (name of its tile, what it is)}."""
AREA, PRECISION = "AUC", "average precision"
NONE_CALLED = "none is called"
CALLED = {"decision": "The decision", "label": "The most probable class"}
SUMMARY = {
    "macro_auc": "AUC, mean of the classes",
    "auc_normal_vs_abnormal": "AUC, normal or abnormal",
    "auc_malignant_vs_rest": "AUC, malignant or not",
    "auc_benign_vs_malignant": "AUC, benign or malignant",
    "accuracy_label": "Accuracy",
    "balanced_accuracy_label": "Balanced accuracy",
    "macro_f1_label": "F1, mean of the classes",
    "kappa_label": "Cohen's kappa",
    "kappa_label_quadratic": "Kappa, quadratic",
    "coverage": "Decided, not referred",
    "accuracy_decided": "Accuracy of the decided",
    "accuracy_decision": "Accuracy, referred counts as not right",
    "macro_f1_decision": "F1, mean of the classes",
    "kappa_decided": "Cohen's kappa of the decided",
    "kappa_decided_quadratic": "Kappa of the decided, quadratic",
    "malignant_called_or_referred": "Malignant: called so or referred",
    "others_neither_called_malignant_nor_referred": "Others: neither",
}
COMPARED = {
    "macro_auc": "AUC, mean of the classes",
    "auc_normal_vs_abnormal": "AUC, normal or abnormal",
    "auc_malignant_vs_rest": "AUC, malignant or not",
    "auc_benign_vs_malignant": "AUC, benign or malignant",
    "macro_auc_foldwise": "All classes, fold by fold",
    "auc_normal_vs_abnormal_foldwise": "Normal or abnormal, fold by fold",
    "auc_malignant_vs_rest_foldwise": "Malignant or not, fold by fold",
    "auc_benign_vs_malignant_foldwise": "Benign or malignant, fold by fold",
    "brier": "Brier score (less is better)",
    "ece_abnormal": "Calibration error (less is better)",
    "coverage": "Decided, not referred",
    "malignant_called_normal": "Cancers called normal (less is better)",
    "malignant_called_or_referred": "Cancers called so or referred",
    "pointing": "Strongest mark hits",
    "sensitivity_at_0.25": "Found at 0.25 false marks",
    "sensitivity_at_0.5": "Found at 0.5 false marks",
    "sensitivity_at_1": "Found at 1 false mark",
    "sensitivity_at_2": "Found at 2 false marks",
    "sensitivity_at_4": "Found at 4 false marks",
}
"""{figure two models are compared on: its name}."""
LEGENDS = {
    "right": "right, with 95 % interval",
    "always_normal": "right when always saying normal",
    "sensitivity": "malignant: called so (sensitivity)",
    "specificity": "others: not called so (specificity)",
    "predictive": "where called by this model, with 95 % interval",
    "not_called": "where not called, with 95 % interval",
    "unaided": "of anybody, without the model",
    "chosen": "where the slider stands",
    "benefit_model": "acting on the model, with 95 % interval",
    "benefit_all": "acting on all",
    "benefit_none": "acting on nobody: 0",
}
TARGET_TEXTS = {"abnormal": "any abnormality", "malignant": "malignant ones", "calcifications": "calcifications alone"}
"""{line of the FROC curve: what is looked for}."""
COLUMNS = {
    "found": "found (recall)",
    "cases": "cases",
    "right": "right (precision)",
    "calls": "calls",
    "class": "class",
    "decided": "decided",
    "of_them": "of them",
    "wrong": "wrong",
    "point": "point",
    "thresholds": "threshold, over folds",
    "called": "called",
    "not_called": "not called",
    "not_normal": "abnormal: not called normal",
    "flagged": "malignant: called or referred",
    "figure": "figure",
    "at_random": "labels at random",
    "false_marks": "found at false marks",
    "lesions": "lesions",
    "prevalence": "with cancer",
    "event": "probability",
    "error": "calibration error",
    "floor": "if perfect",
    "slope": "slope (1 is right)",
    "in_the_large": "too low by, log odds (0 is right)",
    "useful": "useful at thresholds",
    "gain": "gain at {:.0%}",
    "difference": "difference",
    "neighbours": "neighbours that are",
    "right_share": "found",
    "by_chance": "by chance",
    "above_chance": "above chance",
}
"""{column of a table: its heading}."""
FOUND_AT = "found at {}"
FILM_COLUMNS = {
    "film": "film",
    "p_malignant": "P(malignant)",
    "p_benign": "P(benign)",
    "p_normal": "P(normal)",
}


def without_model(share: float) -> str:
    """Return what stands beneath a predictive value: anybody's chance before the model is asked."""
    return f"Without the model: {100 * share:.1f} %"


def curve_legend(label: str, what: str, value: str) -> str:
    """Return a curve's line in a legend: `malignant: AUC 0.78 [0.70, 0.85]`."""
    return f"{label}: {what} {value}"


def froc_legend(target: str, at_one: str, n: int) -> str:
    """Return a FROC curve's line in a legend."""
    return f"{TARGET_TEXTS[target]}: {at_one} at 1 (n = {n})"


def named(code: str, texts: dict[str, str], n: int | None = None) -> str:
    """Return `CALC calcifications, n = 30`; without the code where MIAS has none."""
    name = texts[code] if code == "OTHER" else f"{code} {texts[code]}"
    return name + ("" if n is None else f", n = {n}")
