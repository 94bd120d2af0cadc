"""What the metrics page says about use in other places, and about other models. Numbers in, sentences out."""

from __future__ import annotations

from collections.abc import Mapping

from mammo_core.report.chart_style import interval_text
from mammo_core.ui.words.metrics import plural, units

PREVALENCE_TITLE, BENEFIT_TITLE = "From this study to screening", "Worth acting on?"
PREVALENCE_POINT = "Called malignant from"
PREVALENCE_NOTE = (
    "The slider changes this section only, **never a decision**. It takes sensitivity and specificity to stay what "
    "they are on these films and applies Bayes' rule. In screening both would be lower, for cancers are smaller "
    "there and normals more varied; so read this as the best case. Of 1,000 women screened about 6 have cancer, of "
    "breasts and films half that share (Lehman 2017, Radiology 283:49). Intervals draw women anew; the prevalence is "
    "taken as known."
)
NO_MALIGNANT = "None of these cases has cancer, so there is nothing to carry to another prevalence."
PREDICTIVE_AXES = {
    "ppv": {"x": "share with cancer (logarithmic)", "y": "of those called, with cancer"},
    "npv": {"x": "share with cancer (logarithmic)", "y": "of those not called, without"},
}
BENEFIT = (
    "Whoever recalls from a chance of 10 % on accepts nine needless recalls for a needed one. At that exchange rate "
    "the **net benefit** counts the cancers found less what the needless recalls cost (Vickers and Elkin 2006, Med "
    "Decis Making 26:565). The model must beat both recalling everybody and recalling nobody."
)
BENEFIT_NOTE = (
    "At the prevalence of this study and with its probabilities: in screening both would be far smaller, and the "
    "thresholds at which anybody acts as well. Fifty thresholds are looked at: believe runs of them, not single ones."
)


def prevalence_label(unit: str) -> str:
    """Return what the slider of prevalences asks."""
    return f"Share of {units(unit)} with cancer"


def prevalence_stop(share: float, unit: str, own: float, screening: float) -> str:
    """Return a stop of the slider of prevalences: `0.6 % (screening)`."""
    text = f"{100 * share:.1f} %"
    if share == own:
        return f"{text} (these {units(unit)})"
    return f"{text} (screening)" if share == screening else text


def of_a_thousand(unit: str, prevalence: float, sensitivity: dict, specificity: dict, ppv: dict) -> str:
    """Return the same in whole cases: what becomes of 1,000."""
    if sensitivity["value"] is None or specificity["value"] is None:
        return ""
    sick = 1000 * prevalence
    found, needless = sick * sensitivity["value"], (1000 - sick) * (1 - specificity["value"])
    text = (
        f"**Of 1,000 {units(unit)}, {_count(sick)} with cancer**: the model calls {_count(found)} of them and misses "
        f"{_count(sick - found)}; of the {_count(1000 - sick)} others it calls {_count(needless)}."
    )
    if ppv["value"]:
        text += f" So **one call in {_count(1 / ppv['value'])}** is right."
    return text


def _count(value: float) -> str:
    """Return a number of cases: whole from 10 on."""
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"


def benefit(curve: Mapping, event: str) -> str:
    """Return at which thresholds the model is worth acting on, or that these cases do not show it."""
    if not curve["useful"]:
        return f"At no threshold have these {curve['n']} cases shown that acting on P({event}) is worth more."
    runs = [f"{100 * a:.0f}" + ("" if a == b else f" to {100 * b:.0f}") + " %" for a, b in curve["useful"]]
    return (
        "Shown to be worth more than recalling all or nobody for those who act at a threshold of "
        f"**{', '.join(runs)}**: there the whole 95 % interval of the gain lies above 0."
    )


BENEFIT_NAMES = {"x": "threshold: act from this probability on", "y": "net benefit, found per 100"}


COMPARE = (
    "Two models meet the same easy and hard women, so whether their intervals overlap says little. Here women are "
    "drawn anew once for both, and the **difference** has the interval (paired bootstrap). Figures are means over "
    "the ways of dealing the women into folds that both were scored on."
)
AGAINST = "Compare with"
RECIPE = "researched recipe (benchmarks/recipe)"
ONE_RELEASE = (
    "There is one released model only, so no two can be compared. The researched recipe stands in: a yardstick, scored "
    "on the same films and folds. Any other folder of scores: `python -m mammo_core evaluate --against FOLDER`."
)
NO_RIVAL = (
    "There is one released model only, and nothing else was scored on these films. A folder of scores can be "
    "compared by `python -m mammo_core evaluate --against FOLDER`."
)
RECIPE_NOTE = (
    "The recipe's scores are no calibrated probabilities, and it decides nothing: only how well it ranks and where its "
    "marks lie can be compared."
)
COMPARING = "Drawing the women anew for both models …"


def compared(first: str, second: str, entries: Mapping[str, dict]) -> str:
    """Return how many of the differences these cases can tell from none."""
    told = [entry["difference"] for entry in entries.values() if entry["difference"]["ci95"]]
    clear = sum(figure["ci95"][0] > 0 or figure["ci95"][1] < 0 for figure in told)
    text = f"**{first} less {second}**: "
    if not clear:
        return text + f"not one of {len(told)} differences can be told from none on these cases."
    return text + (
        f"{clear} of {len(told)} differences leave 0 outside their interval; of so many, some would by chance alone."
    )


def compare_axis(first: str, second: str) -> str:
    """Return what the axis of differences is."""
    return f"{first} less {second}"


def not_compared(reason: str) -> str:
    """Return that this unit cannot be compared, and why."""
    return f"Not comparable here: {reason}"


SIMILAR_TITLE = "Similar cases"
SIMILAR = {
    "side": "on the same side, normal or abnormal",
    "class": "of the same class",
    "abnormal": "abnormal, at abnormal places",
    "normal": "normal, at normal places",
    "benign": "benign, at benign places",
    "malignant": "malignant, at malignant places",
}
"""{figure of `neighbours` in `metrics.json`: the share it is}."""


def similar(found: Mapping) -> str:
    """Return what the agreement of neighbours is, and how well they tell normal from abnormal."""
    return (
        f"The {found['neighbours']} places that look most alike, sought among women of the other folds, for "
        f"{plural(found['n'], 'region')} of {plural(found['n_women'], 'woman')}: how often they have its outcome. By "
        "chance is the share among all places that could have been found. The share of abnormal neighbours tells "
        f"normal from abnormal with AUC {interval_text(found['auc_normal_vs_abnormal'])}."
    )
