"""How pictures are dealt to folds, and labels to other women: the only things that the protocols change."""

from __future__ import annotations

import numpy as np

from mammo_core.evaluate.leakage.material import Material
from mammo_core.evaluate.leakage.protocols import N_FOLDS, Unit
from mammo_core.mias.splits import load_folds


def deal(material: Material, unit: Unit, repeat: int) -> np.ndarray:
    """Return (n, copies) int, the fold in which each picture is tested.

    Args:
        material: Cases and copies.
        unit: `picture` deals every copy by itself, `film` keeps those of a film together, `woman` takes the committed
            partition, which keeps both films of a woman together. The first two are stratified by class.
        repeat: Which deal, 0 to 4.
    """
    shape = material.features.shape[:2]
    if unit == "woman":
        folds = load_folds()
        return np.repeat([[folds[woman][repeat]] for woman in material.women.tolist()], shape[1], axis=1)
    rng = np.random.default_rng((1994, repeat))
    if unit == "picture":
        return _shuffled(np.repeat(material.labels, shape[1]), rng).reshape(shape)
    names, of_film = np.unique(material.films, return_inverse=True)
    worst = np.zeros(len(names), int)
    np.maximum.at(worst, of_film, material.labels)
    return np.repeat(_shuffled(worst, rng)[of_film][:, None], shape[1], axis=1)


def _shuffled(labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a fold for each of n things, so that every class is spread evenly."""
    order = rng.permutation(len(labels))
    order = order[np.argsort(labels[order], kind="stable")]
    folds = np.empty(len(labels), int)
    folds[order] = np.arange(len(labels)) % N_FOLDS
    return folds


def permute_labels(material: Material, number: int) -> Material:
    """Return the material with each woman's labels given to another woman with as many cases.

    All that a woman's pictures have in common stays; only its tie to the truth is cut.

    Args:
        material: Cases and copies.
        number: Which permutation; it seeds the draw.
    """
    rng = np.random.default_rng((2026, number))
    women = material.women
    of_woman = {woman: np.flatnonzero(women == woman) for woman in np.unique(women).tolist()}
    labels = material.labels.copy()
    for count in sorted({len(cases) for cases in of_woman.values()}):
        takers = [cases for cases in of_woman.values() if len(cases) == count]
        for cases, giver in zip(takers, rng.permutation(len(takers)), strict=True):
            labels[cases] = material.labels[takers[giver]]
    return material.with_labels(labels)
