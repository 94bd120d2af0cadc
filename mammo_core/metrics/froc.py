"""Finding the place: free-response ROC and pointing.

Conventions
-----------
- A mark is a point with a score; a lesion is a circle. A mark hits a lesion when it lies within its radius, or within
  `MIN_RADIUS_PX` of its centre when the radius is smaller. A lesion counts once, by its best mark.
- `llf`, lesion localisation fraction: found lesions / lesions. `nlf`: false marks per image, counted on films without
  any lesion only, so that a mark on an unannotated place of a cancer film is not held against anybody.
- Marks are kept when their score lies above a threshold; equal scores are kept or dropped together.
- Weights count lesions and normal films: None, or B rows from one resample of women.

Metrics
-------
- `sensitivity_at`: the largest llf whose nlf does not exceed a rate; a step, not interpolated (Chakraborty 1989).
- `pointing_hits`: whether a film's best mark hits any of its lesions.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mammo_core.metrics.checks import check_vector, check_weights, ratio

MIN_RADIUS_PX = 16.0
"""One cell of the film scan (3.2 mm): a smaller circle cannot be pointed at more exactly than the scan's own grid."""


class FrocCurve(NamedTuple):
    """Lesion localisation fraction against false marks per normal film, at falling thresholds."""

    nlf: np.ndarray
    llf: np.ndarray
    thresholds: np.ndarray


def hits(marks: np.ndarray, lesions: np.ndarray) -> np.ndarray:
    """Return which marks hit which lesions of one film.

    Args:
        marks: m x 2, (x, y) in film pixels from the top left.
        lesions: k x 3, (x, y, radius) in the same pixels.

    Returns:
        m x k bool.
    """
    marks, lesions = np.reshape(np.asarray(marks, float), (-1, 2)), np.reshape(np.asarray(lesions, float), (-1, 3))
    distance = np.hypot(*(marks[:, None, :] - lesions[None, :, :2]).transpose(2, 0, 1))
    return distance <= np.maximum(lesions[:, 2], MIN_RADIUS_PX)


def best_scores(marks: np.ndarray, scores: np.ndarray, lesions: np.ndarray) -> np.ndarray:
    """Return, for each lesion of one film, the best score among the marks that hit it; -inf when none does."""
    scores = check_vector(scores, "scores", len(marks))
    return np.where(hits(marks, lesions), scores[:, None], -np.inf).max(axis=0, initial=-np.inf)


def pointing_hits(marks: np.ndarray, scores: np.ndarray, lesions: np.ndarray) -> bool:
    """Return whether the best mark of one film (the first of equals) hits a lesion; False when there is no mark."""
    scores = check_vector(scores, "scores", len(marks))
    return bool(len(scores)) and bool(hits(marks, lesions)[int(np.argmax(scores))].any())


def froc_curve(lesion_scores: np.ndarray, false_scores: np.ndarray, n_normal_films: int) -> FrocCurve:
    """Return the FROC curve, from no mark at all to every mark.

    Args:
        lesion_scores: Best score of each lesion, -inf for one never hit.
        false_scores: Score of each mark on a normal film.
        n_normal_films: Number of normal films, those without a mark included.

    Returns:
        The curve; llf is nan without lesions, nlf nan without normal films.
    """
    lesion_scores, false_scores = np.asarray(lesion_scores, float), check_vector(false_scores, "false_scores")
    found = lesion_scores[np.isfinite(lesion_scores)]
    thresholds = np.append(np.inf, np.unique(np.concatenate([found, false_scores]))[::-1])
    kept = (false_scores[None, :] >= thresholds[:, None]).sum(1)
    hit = (lesion_scores[None, :] >= thresholds[:, None]).sum(1)
    return FrocCurve(ratio(kept, n_normal_films), ratio(hit, len(lesion_scores)), thresholds)


def sensitivity_at(
    rate: float,
    lesion_scores: np.ndarray,
    false_scores: np.ndarray,
    false_film: np.ndarray,
    n_normal_films: int,
    lesion_weights: np.ndarray | None = None,
    film_weights: np.ndarray | None = None,
) -> np.ndarray:
    """Return the share of lesions found while at most `rate` false marks fall on a normal film.

    Args:
        rate: False marks per normal film, 0 or more.
        lesion_scores: Best score of each of L lesions, -inf for one never hit.
        false_scores: Score of each of M marks on normal films.
        false_film: M indices in [0, n_normal_films), the film of each mark.
        n_normal_films: Number of normal films.
        lesion_weights: None, L or B x L counts.
        film_weights: None, n_normal_films or B x n_normal_films counts.

    Returns:
        A 0-d array or B values in [0, 1]; nan without lesions or without normal films.
    """
    if rate < 0:
        raise ValueError(f"rate must be 0 or more false marks per normal film, not {rate}")
    lesion_scores = np.asarray(lesion_scores, float)
    false_scores = check_vector(false_scores, "false_scores")
    films = check_weights(film_weights, n_normal_films)
    lesions = check_weights(lesion_weights, len(lesion_scores))
    order = np.argsort(-false_scores, kind="stable")
    marks_kept = np.cumsum(films[..., np.asarray(false_film, np.int64)[order]], axis=-1)
    allowed = rate * films.sum(-1, keepdims=True)
    # The first mark too many: whatever scores no higher than it is dropped, equal scores with it. The last entry, -inf,
    # stands for "none is too many".
    too_many = np.concatenate([marks_kept > allowed + 1e-9, np.ones((*films.shape[:-1], 1), bool)], -1)
    cut = np.append(false_scores[order], -np.inf)[too_many.argmax(-1)]
    share = ratio((lesions * (lesion_scores > cut[..., None])).sum(-1), lesions.sum(-1))
    return np.where(films.sum(-1) > 0, share, np.nan)
