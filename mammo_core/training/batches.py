"""The order and the look of training pictures, epoch by epoch: all of it follows from (seed, epoch), nothing else.

So a run that goes on after epoch 7 sees in epoch 8 exactly what it would have seen. Classes weigh the same by weights
in the loss or by sampling; pictures are turned, flipped and toned, here and nowhere else: validation and test never
come by.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from mammo_core.mias.augment import BRIGHTNESS, CONTRAST, Variant, apply_variant
from mammo_core.training.pictures import Pictures
from mammo_core.types import LABELS


class Batch(NamedTuple):
    """One step: pictures n x side x side uint8, truth (classes, or masks), and how much each counts."""

    pictures: np.ndarray
    truth: np.ndarray
    weights: np.ndarray


def n_batches(pictures: Pictures, batch_size: int) -> int:
    """Return how many whole batches an epoch has; at least one."""
    return max(1, len(pictures) // batch_size)


def epoch_batches(
    pictures: Pictures, batch_size: int, seed: int, epoch: int, balance: str, augment: str | None
) -> Iterator[Batch]:
    """Yield an epoch's batches, all of one size; what is left over after the last whole one waits for another epoch.

    Args:
        pictures: The training part.
        batch_size: Pictures a batch, or all there are when these are fewer.
        seed: Of the run.
        epoch: From 0.
        balance: `weights`, `sampling` or `none`.
        augment: What the pictures show (`region`, `polar`, `film`), or None to leave them as they are.
    """
    rng = np.random.default_rng((seed, epoch))
    size = min(batch_size, len(pictures))
    order = _balanced_draw(pictures.labels, rng) if balance == "sampling" else rng.permutation(len(pictures))
    weights = class_weights(pictures.labels) if balance == "weights" else np.ones(len(LABELS))
    for number in range(n_batches(pictures, size)):
        part = pictures.of(order[number * size : (number + 1) * size])
        outlines = len(part.masks) > 0
        images, masks = part.images, part.masks
        if augment:
            pairs = [_varied(image, masks[i] if outlines else None, augment, rng) for i, image in enumerate(images)]
            images = np.stack([image for image, _ in pairs])
            masks = np.stack([mask for _, mask in pairs]) if outlines else masks
        yield Batch(images, masks if outlines else part.labels, weights[part.labels])


def class_weights(labels: np.ndarray) -> np.ndarray:
    """Return what a picture of each class weighs, so that all classes weigh the same and the mean weight is 1."""
    counts = np.bincount(labels, minlength=len(LABELS))
    present = counts > 0
    return np.where(present, len(labels) / (present.sum() * np.maximum(counts, 1)), 0.0)


def _balanced_draw(labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return as many indices as there are pictures, every class equally often, with repetition where it is rare."""
    classes = np.unique(labels)
    each = -(-len(labels) // len(classes))
    drawn = [np.resize(rng.permutation(np.flatnonzero(labels == label)), each) for label in classes]
    return rng.permutation(np.concatenate(drawn))[: len(labels)]


def _varied(
    image: np.ndarray, mask: np.ndarray | None, shows: str, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray | None]:
    """Return a picture turned, flipped and toned, with its mask moved alike.

    A region has no upright: all eight turns and flips. A whole film is mirrored only. A film unrolled about the
    breast's centroid is turned by rolling its directions and mirrored by reversing them.
    """
    tone = Variant(0, False, rng.uniform(*CONTRAST), rng.uniform(*BRIGHTNESS))
    image = apply_variant(image, tone)
    turns, flipped = int(rng.integers(4)), bool(rng.integers(2))
    if shows == "region":
        image = np.rot90(image, turns)
        return (image[::-1] if flipped else image), mask
    if shows == "polar":
        rolled = np.roll(image, int(rng.integers(-image.shape[0] // 16, image.shape[0] // 16 + 1)), axis=0)
        return (rolled[::-1] if flipped else rolled), mask
    return (image[:, ::-1], None if mask is None else mask[:, ::-1]) if flipped else (image, mask)
