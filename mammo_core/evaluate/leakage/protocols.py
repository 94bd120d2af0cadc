"""What is compared: each protocol differs from the one above it in one thing.

Two questions, as the published figures ask them. Benign or malignant: rotated copies of abnormal films, and the
squares around lesions in sixteen variants. Normal or abnormal: the set of regions of the project that this one started
from, then one of its leaks mended after the other. Every protocol uses the same films prepared by the same code, the
same pictures of 224 x 224, the same frozen layers and the same settings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mammo_core.network.heads import HeadConfig

N_REPEATS = 5
"""Deals of every protocol; those by woman are the committed partitions."""
N_FOLDS = 5
N_PERMUTATIONS = 20
HEAD = HeadConfig(n_components=160, inverse_penalty=1e-3, whiten=True)
"""The first choice of `TrainConfig.region` (without its penalty on grain, which needs films), for every protocol and
fixed beforehand: nothing was tuned here."""
LEARNERS = ("linear", "nearest")
"""The region head's linear map; and the nearest picture in the same components, which memorises."""
PUBLISHED = {"InceptionV3": 0.795, "MobileNet": 0.891, "ResNet101": 0.960}
"""Accuracies published for benign against malignant on rotated copies split at random."""

Unit = Literal["picture", "film", "woman"]


@dataclass(frozen=True)
class Protocol:
    """One way of testing.

    Attributes:
        name: Names it in every file.
        question: `malignant` (benign against malignant) or `abnormal` (three classes; normal against abnormal).
        material: Which pictures; a name of `material.MATERIALS`.
        unit: What is dealt to the folds as a whole.
    """

    name: str
    question: Literal["malignant", "abnormal"]
    material: str
    unit: Unit


PROTOCOLS = (
    Protocol("films_random", "malignant", "films", "picture"),
    Protocol("films_film", "malignant", "films", "film"),
    Protocol("films_woman", "malignant", "films", "woman"),
    Protocol("lesions_random", "malignant", "lesions", "picture"),
    Protocol("lesions_film", "malignant", "lesions", "film"),
    Protocol("lesions_woman", "malignant", "lesions", "woman"),
    Protocol("regions_random", "abnormal", "radius", "picture"),
    Protocol("regions_film", "abnormal", "radius", "film"),
    Protocol("regions_woman", "abnormal", "radius", "woman"),
    Protocol("fixed_woman", "abnormal", "fixed", "woman"),
    Protocol("matched_woman", "abnormal", "matched", "woman"),
    Protocol("hard_woman", "abnormal", "hard", "woman"),
)
