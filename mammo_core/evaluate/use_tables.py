"""What a model would be worth in use, as Markdown: predictive values by prevalence, decision curves, calibration."""

from __future__ import annotations

from collections.abc import Mapping

from mammo_core.evaluate.prevalence import SCREENING
from mammo_core.evaluate.score_files import DECIDING_UNITS
from mammo_core.evaluate.tables import cell, number, plural, table, units_table

CALIBRATION = {
    "ece_abnormal": "Calibration error of P(abnormal)",
    "calibration_slope_abnormal": "Calibration slope of P(abnormal), 1 is right",
    "calibration_in_the_large_abnormal": "P(abnormal) too low on average, log odds, 0 is right",
    "ece_malignant": "Calibration error of P(malignant)",
    "calibration_slope_malignant": "Calibration slope of P(malignant), 1 is right",
    "calibration_in_the_large_malignant": "P(malignant) too low on average, log odds, 0 is right",
    "brier": "Brier score, all classes",
}
PREDICTIVE_TEXT = (
    "Bayes' rule from sensitivity and specificity as measured here, which screening would hardly leave as they are: "
    "its cancers are smaller and its normals more varied. Of 1,000 women screened about 6 have cancer, of breasts and "
    "films half that share (Lehman 2017)."
)
BENEFIT_TEXT = (
    "Net benefit after Vickers and Elkin 2006, at the study's prevalence: cancers found, less needless recalls at the "
    "exchange rate of the threshold from which one acts. Useful is where its interval lies above both acting on all "
    "and acting on nobody."
)
_EVENT_TEXTS = {"malignant": "P(malignant)", "abnormal": "P(abnormal)"}


def calibration_table(metrics: Mapping) -> str:
    """Return error, slope and intercept of calibration of films, breasts and women."""
    return units_table(metrics, DECIDING_UNITS, CALIBRATION, {})


def predictive_table(metrics: Mapping, points: tuple[str, ...] = ("screening", "balanced", "specific")) -> str:
    """Return PPV and NPV at the prevalence of screening, at 2 % and in the study; empty where there are no points."""
    rows = []
    for unit in DECIDING_UNITS:
        block = metrics["units"].get(unit, {})
        for point in points if "predictive_values" in block else ():
            entries = block["predictive_values"][point]
            for entry in (e for e in entries if e["prevalence"] in (SCREENING[unit], 0.02) or e is entries[-1]):
                where = " (this study)" if entry is entries[-1] else ""
                shares = [cell(entry[kind], block["n"], 3) for kind in ("ppv", "npv")]
                rows.append([unit, point, f"{100 * entry['prevalence']:.1f} %{where}", *shares])
    return table(["unit", "point", "malignant are", "PPV", "NPV"], rows) if rows else ""


def benefit_table(metrics: Mapping) -> str:
    """Return net benefit at three thresholds, and the thresholds at which the model is of use."""
    rows = []
    for unit in DECIDING_UNITS:
        for event, curve in metrics["units"].get(unit, {}).get("decision_curve", {}).items():
            at = [curve["thresholds"].index(threshold) for threshold in (0.05, 0.1, 0.2)]
            shown = [cell(gain_figure(curve, k, unit), curve["n"], 3) for k in at]
            rows.append([f"{plural(curve['n'], unit)}, {_EVENT_TEXTS[event]}", *shown, useful_text(curve)])
    head = [f"gain over acting on all or nobody, at {share} %" for share in (5, 10, 20)]
    return table(["acting on", *head, "useful at thresholds"], rows) if rows else ""


def gain_figure(curve: Mapping, k: int, unit: str) -> dict:
    """Return the gain at the k-th threshold of a decision curve as a figure of `metrics.json`."""
    value, low, high = (curve["gain"][name][k] for name in ("value", "low", "high"))
    return {"value": value, "ci95": None if low is None else [low, high], "n": curve["n"], "unit": unit}


def useful_text(curve: Mapping) -> str:
    """Return the thresholds at which a curve is of use: `0.06 to 0.31, 0.35`, or `none shown`."""
    runs = [number(a) if a == b else f"{number(a)} to {number(b)}" for a, b in curve["useful"]]
    return ", ".join(runs) or "none shown"
