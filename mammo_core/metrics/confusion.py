"""Agreement of what was called with what was true.

Conventions
-----------
- A confusion matrix has the truth in rows and the call in columns; leading dimensions, if any, are resamples.
- There may be more columns than rows: `refer` is a call, but never a truth. Functions that need both to be the same
  classes take `square(matrix)`, which leaves the referred cases out; say so, and give the coverage beside it.
- For one positive class the functions take counts (tp, fp, fn, tn) from `table_at`; positive means score >= threshold.
- 0 / 0 is nan. F1 is 2 tp / (2 tp + fp + fn): 0 when a class has cases and none is found, nan when it has neither
  cases nor calls. A macro figure is the plain mean over classes, nan when one of them is.

Metrics
-------
- Cohen's kappa: 1 - observed / expected disagreement (Cohen 1960), weighted by the distance of the classes or its
  square (Cohen 1968), where the order normal, benign, malignant is taken as a scale.
- `predictive_values_at`: PPV and NPV by Bayes' rule at another prevalence than the test set's.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from mammo_core.metrics.checks import check_truth, check_vector, check_weights, ratio

Weighting = Literal["linear", "quadratic"] | None


class Table(NamedTuple):
    """Counts for one positive class: true and false positives, false and true negatives."""

    tp: np.ndarray
    fp: np.ndarray
    fn: np.ndarray
    tn: np.ndarray


def confusion_matrix(
    y_true: np.ndarray,
    y_called: np.ndarray,
    n_classes: int,
    n_calls: int | None = None,
    weights: np.ndarray | None = None,
) -> np.ndarray:
    """Count cases by truth and call.

    Args:
        y_true: n class indices in [0, n_classes).
        y_called: n call indices in [0, n_calls).
        n_classes: Number of rows.
        n_calls: Number of columns; `n_classes` when None.
        weights: None, n or B x n counts.

    Returns:
        n_classes x n_calls float64, or B of them.
    """
    n_calls = n_calls or n_classes
    truth, called = check_truth(y_true, n_classes), check_truth(y_called, n_calls)
    if len(truth) != len(called):
        raise ValueError(f"y_true and y_called must be equally long, not {len(truth)} and {len(called)}")
    weights = check_weights(weights, len(truth))
    cells = np.zeros((len(truth), n_classes * n_calls))
    cells[np.arange(len(truth)), truth * n_calls + called] = 1
    return (weights @ cells).reshape(*weights.shape[:-1], n_classes, n_calls)


def square(matrix: np.ndarray) -> np.ndarray:
    """Return the columns that are classes: referred cases are left out."""
    return matrix[..., : matrix.shape[-2]]


def accuracy(matrix: np.ndarray) -> np.ndarray:
    """Return the share of all cases called right; a referred case is not called right."""
    return ratio(np.trace(square(matrix), axis1=-2, axis2=-1), matrix.sum((-2, -1)))


def majority_accuracy(matrix: np.ndarray) -> np.ndarray:
    """Return the accuracy of always naming the most frequent class: what any accuracy must be held against."""
    return ratio(matrix.sum(-1).max(-1), matrix.sum((-2, -1)))


def recall(matrix: np.ndarray) -> np.ndarray:
    """Return, for each class, the share of its cases called so; nan for a class without cases."""
    return ratio(np.diagonal(square(matrix), axis1=-2, axis2=-1), matrix.sum(-1))


def precision(matrix: np.ndarray) -> np.ndarray:
    """Return, for each class, the share of its calls that are right; nan for a class never called."""
    return ratio(np.diagonal(square(matrix), axis1=-2, axis2=-1), square(matrix).sum(-2))


def f1(matrix: np.ndarray) -> np.ndarray:
    """Return, for each class, the harmonic mean of precision and recall."""
    right = np.diagonal(square(matrix), axis1=-2, axis2=-1)
    return ratio(2 * right, matrix.sum(-1) + square(matrix).sum(-2))


def balanced_accuracy(matrix: np.ndarray) -> np.ndarray:
    """Return the mean recall over classes; nan when a class has no case."""
    return recall(matrix).mean(-1)


def macro_f1(matrix: np.ndarray) -> np.ndarray:
    """Return the mean F1 over classes."""
    return f1(matrix).mean(-1)


def cohen_kappa(matrix: np.ndarray, weighting: Weighting = None) -> np.ndarray:
    """Return Cohen's kappa in [-1, 1]; nan where chance alone would agree fully (one class on both sides), or no case.

    Args:
        matrix: k x k counts, or B of them.
        weighting: None counts every disagreement alike; `linear` and `quadratic` by the distance of the classes.

    Raises:
        ValueError: The matrix is not square, or the weighting unknown.
    """
    k = matrix.shape[-1]
    if matrix.shape[-2] != k:
        raise ValueError(f"kappa needs the same classes on both sides, not {matrix.shape}; see square()")
    distance = np.abs(np.subtract.outer(np.arange(k), np.arange(k))).astype(np.float64)
    powers = {None: 0.0, "linear": 1.0, "quadratic": 2.0}
    if weighting not in powers:
        raise ValueError(f"weighting must be None, 'linear' or 'quadratic', not {weighting!r}")
    cost = np.where(distance > 0, distance ** powers[weighting], 0)
    expected = ratio(matrix.sum(-1)[..., :, None] * matrix.sum(-2)[..., None, :], matrix.sum((-2, -1))[..., None, None])
    return 1 - ratio((cost * matrix).sum((-2, -1)), (cost * expected).sum((-2, -1)))


def table_at(y_true: np.ndarray, score: np.ndarray, threshold: float) -> Table:
    """Count true and false, positives and negatives, when scores of at least `threshold` are called positive.

    Args:
        y_true: n booleans (or 0 and 1), True for the positive class.
        score: n floats.
        threshold: Lowest score that is called positive.
    """
    truth = check_truth(y_true) == 1
    called = check_vector(score, "score", len(truth)) >= threshold
    cells = (truth & called, ~truth & called, truth & ~called, ~truth & ~called)
    return Table(*(cell.sum(dtype=np.float64) for cell in cells))


def sensitivity(table: Table) -> np.ndarray:
    """Return the share of positive cases called positive."""
    return ratio(table.tp, table.tp + table.fn)


def specificity(table: Table) -> np.ndarray:
    """Return the share of negative cases called negative."""
    return ratio(table.tn, table.tn + table.fp)


def ppv(table: Table) -> np.ndarray:
    """Return the share of positive calls that are right, at the test set's own prevalence."""
    return ratio(table.tp, table.tp + table.fp)


def npv(table: Table) -> np.ndarray:
    """Return the share of negative calls that are right, at the test set's own prevalence."""
    return ratio(table.tn, table.tn + table.fn)


def predictive_values_at(
    prevalence: float, sensitivity: np.ndarray, specificity: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return (PPV, NPV) where `prevalence` of the cases are positive, by Bayes' rule.

    Args:
        prevalence: Share of positive cases, in [0, 1].
        sensitivity: In [0, 1], one or several.
        specificity: In [0, 1], one or several.

    Raises:
        ValueError: The prevalence is no share.
    """
    if not 0 <= prevalence <= 1:
        raise ValueError(f"prevalence must be in [0, 1], not {prevalence}")
    sensitivity, specificity = np.asarray(sensitivity, np.float64), np.asarray(specificity, np.float64)
    sick, healthy = prevalence, 1 - prevalence
    positive = ratio(sick * sensitivity, sick * sensitivity + healthy * (1 - specificity))
    negative = ratio(healthy * specificity, healthy * specificity + sick * (1 - sensitivity))
    return positive, negative
