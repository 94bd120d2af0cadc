"""What every metric accepts, and what it says when it has no answer.

Conventions
-----------
- Arrays in, numbers out. `y_true` holds class indices in the order of `mammo_core.types.LABELS` (or booleans for one
  class against others), one per case.
- `weights` say how often each case counts: None (once each), n values, or B x n for B bootstrap resamples at once.
  A function given B x n weights answers B values, so that a figure and its resamples come from the same code.
- A figure that its cases do not define (no case at all, or only one class where two are compared) is nan, never a
  crash and never a made-up number; `why_undefined` says the reason in words.
- Mistakes of the caller (lengths that differ, nan among the scores, negative weights) raise ValueError.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np


def check_vector(values: np.ndarray, name: str, n: int | None = None) -> np.ndarray:
    """Return `values` as n finite float64. Raises ValueError for another shape, or nan or infinity among them."""
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 1 or (n is not None and len(values) != n):
        raise ValueError(f"{name} must be {'one-dimensional' if n is None else f'{n} values'}, not {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError(f"{name} must be finite; {int((~np.isfinite(values)).sum())} of {len(values)} values are not")
    return values


def check_truth(y_true: np.ndarray, n_classes: int = 2) -> np.ndarray:
    """Return `y_true` as n class indices in [0, n_classes). Raises ValueError for anything else."""
    y_true = np.asarray(y_true)
    if y_true.ndim != 1:
        raise ValueError(f"y_true must be one-dimensional, not {y_true.shape}")
    as_int = y_true.astype(np.int64)
    if (as_int != y_true).any() or ((as_int < 0) | (as_int >= n_classes)).any():
        raise ValueError(f"y_true must hold classes 0 to {n_classes - 1}, not {np.unique(y_true)[:5].tolist()}")
    return as_int


def check_probabilities(probabilities: np.ndarray, n: int) -> np.ndarray:
    """Return n x k probabilities as float64. Raises ValueError unless they lie in [0, 1] and rows sum to 1."""
    probabilities = np.asarray(probabilities, dtype=np.float64)
    if probabilities.ndim != 2 or len(probabilities) != n:
        raise ValueError(f"probabilities must be {n} rows, one column a class, not {probabilities.shape}")
    if not ((probabilities >= 0) & (probabilities <= 1)).all():
        raise ValueError("probabilities must lie in [0, 1]")
    sums = probabilities.sum(axis=1)
    if not np.allclose(sums, 1, atol=1e-3):
        raise ValueError(
            f"each row of probabilities must sum to 1; the worst sums to {sums[abs(sums - 1).argmax()]:.4f}"
        )
    return probabilities


def check_weights(weights: np.ndarray | None, n: int) -> np.ndarray:
    """Return weights as float64 of shape (..., n), ones for None. Raises ValueError for other shapes or negatives."""
    if weights is None:
        return np.ones(n)
    weights = np.asarray(weights, dtype=np.float64)
    if weights.ndim < 1 or weights.shape[-1] != n:
        raise ValueError(f"weights must end in {n} values, one a case, not {weights.shape}")
    if not (weights >= 0).all():
        raise ValueError("weights must be counts of 0 or more")
    return weights


def ratio(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    """Return top / bottom, with nan where the bottom is 0: no case, no figure."""
    top, bottom = np.broadcast_arrays(np.asarray(top, np.float64), np.asarray(bottom, np.float64))
    return np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom != 0)


def why_undefined(counts: Mapping[str, int]) -> str | None:
    """Return why a comparison has no figure, in words, or None when every group in it has a case.

    Args:
        counts: {name of each group that is compared: its number of cases}.
    """
    if not any(counts.values()):
        return "no cases"
    missing = [name for name, count in counts.items() if not count]
    return f"no {' and no '.join(missing)} cases" if missing else None
