"""Intervals by resampling women, for both films of a woman stand or fall together.

Conventions
-----------
- The unit that is drawn is the woman (`groups`), with replacement; all her cases come along. A resample is a row of
  weights: how often each case's woman was drawn. A metric that takes B x n weights gives all resamples in one call.
- Seed and number of resamples are fixed, and women are drawn in the order of their numbers, so intervals do not depend
  on the order of the rows and come out the same each time.
- `ci95` is the percentile interval (Efron and Tibshirani 1993, chapter 13; clusters: Field and Welsh 2007). It covers
  the choice of women for the models as trained; it does not cover training again on other women.
- Figures are compared on the same resamples (`paired_difference`), never by looking whether intervals overlap.
- No interval is made up. There is none when more than 5 % of the resamples leave a figure undefined (fewer are left
  out), when all of them agree, or for a share of fewer than 10 women. A share of exactly 0 or 1 gets the exact
  binomial bound over the women concerned instead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from mammo_core.metrics.checks import check_vector, check_weights, ratio

N_RESAMPLES = 2000
SEED = 20260101
LEVEL = 0.95
MAX_UNDEFINED = 0.05
MIN_WOMEN = 10

Metric = Callable[[np.ndarray | None], np.ndarray]
"""From weights (None for the sample itself, or B x n) to one figure (or B of them)."""


class Estimate(NamedTuple):
    """A figure and its interval; nan where there is none, and then `reason` says why."""

    value: float
    low: float
    high: float
    reason: str | None = None


def resample_weights(groups: np.ndarray, n_resamples: int = N_RESAMPLES, seed: int = SEED) -> np.ndarray:
    """Draw women with replacement.

    Args:
        groups: n labels; cases with the same label are drawn together.
        n_resamples: Number of resamples B.
        seed: Seed of the draw.

    Returns:
        B x n float64 counts; the rows of one group agree, and each resample holds as many groups as there are.
    """
    names, member = np.unique(np.asarray(groups), return_inverse=True)
    if not len(names):
        return np.zeros((n_resamples, 0))
    drawn = np.random.default_rng(seed).multinomial(len(names), np.full(len(names), 1 / len(names)), n_resamples)
    return drawn[:, member].astype(np.float64)


def estimate(metric: Metric, weights: np.ndarray) -> Estimate:
    """Return a figure with its 95 % percentile interval.

    Args:
        metric: From weights to the figure, as `lambda w: auc(truth, score, w)`.
        weights: B x n, from `resample_weights`.
    """
    return interval_of(float(metric(None)), np.asarray(metric(weights), np.float64))


def interval_of(value: float, values: np.ndarray) -> Estimate:
    """Return a figure with its 95 % percentile interval, from its values in the resamples.

    For figures that follow from others in closed form: those are resampled once, and this is worked out at each change.

    Args:
        value: The figure of the sample itself; nan where it is not defined.
        values: Its B values in the resamples; nan where it is not defined.
    """
    if np.isnan(value):
        return Estimate(value, np.nan, np.nan, "not defined on these cases")
    defined = values[~np.isnan(values)]
    if len(defined) < (1 - MAX_UNDEFINED) * len(values):
        return Estimate(value, np.nan, np.nan, "too few women for an interval: it is undefined in many resamples")
    low, high = np.quantile(defined, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    if high - low < 1e-12:
        return Estimate(value, np.nan, np.nan, "no interval: every resample of the women gives the same figure")
    return Estimate(value, float(low), float(high))


def proportion(success: np.ndarray, among: np.ndarray | None = None, weights: np.ndarray | None = None) -> np.ndarray:
    """Return the share of `success` among the cases of `among` (all when None); nan when there are none.

    Args:
        success: n booleans.
        among: n booleans, the cases that count.
        weights: None, n or B x n counts.
    """
    success = np.asarray(success, bool)
    among = np.ones(len(success), bool) if among is None else np.asarray(among, bool)
    weights = check_weights(weights, len(success))
    return ratio(weights @ (success & among).astype(float), weights @ among.astype(float))


def estimate_proportion(
    success: np.ndarray, groups: np.ndarray, weights: np.ndarray, among: np.ndarray | None = None
) -> Estimate:
    """Return a share with its interval.

    A share of exactly 0 or 1 has no spread to resample. It gets the exact binomial bound (Clopper and Pearson 1934)
    with the number of women concerned in place of the number of cases, which is the cautious choice.

    Args:
        success: n booleans.
        groups: n labels of women.
        weights: B x n, from `resample_weights(groups)`.
        among: n booleans, the cases that count (all when None).
    """
    found = estimate(lambda w: proportion(success, among, w), weights)
    concerned = np.asarray(groups) if among is None else np.asarray(groups)[np.asarray(among, bool)]
    n_women = len(np.unique(concerned))
    if found.value not in (0.0, 1.0):
        few = 0 < n_women < MIN_WOMEN
        return Estimate(found.value, np.nan, np.nan, "too few women for an interval") if few else found
    reach = 1 - ((1 - LEVEL) / 2) ** (1 / n_women)
    return Estimate(0.0, 0.0, reach) if found.value == 0 else Estimate(1.0, 1 - reach, 1.0)


def mean(values: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Return the mean of n values; nan when there are none. `weights` as `proportion` takes them."""
    values = check_vector(values, "values")
    weights = check_weights(weights, len(values))
    return ratio(weights @ values, weights.sum(-1))


def estimate_mean(values: np.ndarray, groups: np.ndarray, weights: np.ndarray) -> Estimate:
    """Return the mean of n values, such as shares, with its interval; none for fewer than `MIN_WOMEN` groups.

    Args:
        values: n floats.
        groups: n labels of women.
        weights: B x n, from `resample_weights(groups)`.
    """
    found = estimate(lambda w: mean(values, w), weights)
    if 0 < len(np.unique(groups)) < MIN_WOMEN:
        return Estimate(found.value, np.nan, np.nan, "too few women for an interval")
    return found


def paired_difference(first: Metric, second: Metric, weights: np.ndarray) -> Estimate:
    """Return first - second with its interval over the same resamples. Arguments as `estimate`."""
    return estimate(lambda w: np.asarray(first(w)) - np.asarray(second(w)), weights)
