"""What PPV and NPV become where cancer is rarer than in the study, down to screening.

Sensitivity and specificity are taken to stay what they are on these cases, and Bayes' rule does the rest (Altman and
Bland 1994, BMJ 309:102). That is the smaller error: among screened women cancers are smaller and normals more varied
than in MIAS, so both would be lower. No decision follows from any of this.

Both rates are resampled once, over women; the interval at any prevalence follows from the same resamples.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mammo_core.evaluate.figures import figures_for, report, rounded
from mammo_core.evaluate.sample import Sample
from mammo_core.metrics import bootstrap, confusion
from mammo_core.types import LABELS

SCREENING = {"woman": 0.006, "breast": 0.003, "film": 0.003}
"""Share with cancer in a round of screening: 5.9 of 1,000 women (5.1 found at a sensitivity of 0.87: Lehman 2017,
Radiology 283:49-58); of breasts and of films half as many, for it is nearly always in one breast."""
PREVALENCES = (0.003, 0.006, 0.01, 0.02, 0.05, 0.1)
"""Shares at which `metrics.json` tells PPV and NPV, besides the study's own."""


@dataclass(frozen=True, eq=False)
class Rates:
    """What calling does, whatever the prevalence.

    Attributes:
        sensitivity: 1 + B shares in [0, 1]: of the cases themselves, then of the resamples; nan where not defined.
        specificity: As many.
        n: Cases.
        unit: What a case is.
    """

    sensitivity: np.ndarray
    specificity: np.ndarray
    n: int
    unit: str

    def predictive_values(self, prevalence: float) -> dict[str, dict]:
        """Return {"ppv": figure, "npv": figure} where `prevalence` (in [0, 1]) of the cases are malignant."""
        values = confusion.predictive_values_at(prevalence, self.sensitivity, self.specificity)
        return {
            name: report(bootstrap.interval_of(float(of_all[0]), of_all[1:]), self.n, self.unit)
            for name, of_all in zip(("ppv", "npv"), values, strict=True)
        }


def rates_at(sample: Sample, point: str, unit: str) -> Rates:
    """Return the rates of an operating point, each case called by the threshold of its own fold.

    Args:
        sample: Cases with thresholds.
        point: One of the sample's operating points.
        unit: What a case is.
    """
    figures = figures_for(sample)

    def of(kind: str) -> np.ndarray:
        compute = figures[f"{point}_{kind}"].compute
        return np.append(compute(sample, None), compute(sample, sample.resamples))

    return Rates(of("sensitivity"), of("specificity"), len(sample), unit)


def derive_predictive_values(sample: Sample, unit: str) -> dict:
    """Return {operating point: [{"prevalence", "ppv", "npv"}, ...]}, the rarest first and the study's own last."""
    own = rounded(sample.class_counts[LABELS[-1]] / max(len(sample), 1))
    prevalences = [*(share for share in PREVALENCES if share < own), own]
    result = {}
    for point in sample.thresholds:
        rates = rates_at(sample, point, unit)
        result[point] = [{"prevalence": share} | rates.predictive_values(share) for share in prevalences]
    return result
