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
    """Return the material with the labels of each woman given to another.

    The women's labels are laid end to end in a random order of the women, those of each in a random order too, and
    dealt out again woman by woman. So a woman's labels stay together as far as others have as many cases, the classes
    stay as large as they were, and nothing ties a label to a picture, to its kind, or to how many cases a woman has.

    Args:
        material: Cases and copies.
        number: Which permutation; it seeds the draw.
    """
    rng = np.random.default_rng((2026, number))
    women = material.women
    of_woman = [np.flatnonzero(women == woman) for woman in np.unique(women)]
    given = [rng.permutation(material.labels[of_woman[giver]]) for giver in rng.permutation(len(of_woman))]
    labels = material.labels.copy()
    labels[np.concatenate(of_woman)] = np.concatenate(given)
    return material.with_labels(labels)
