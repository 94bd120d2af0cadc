"""Everything that can be set for an experiment, with its defaults; `--set section.key=value` on the command line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from mammo_core.mias.splits import N_FOLDS, N_REPEATS
from mammo_core.network.families.names import FAMILIES, LARGEST_SIDE_PX, SMALLEST_SIDE_PX, UNET, WEIGHTS

SOURCES = ("mias", "phantoms")
PICTURES = ("auto", "region", "polar", "film")
BALANCES = ("weights", "sampling", "none")
MIN_PHANTOMS = 15
"""One of each class in each of five folds."""
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
_UNET_STRIDE = 8


@dataclass(frozen=True)
class NetworkSettings:
    """Which network, and how much of it learns.

    Attributes:
        backbone: A key of `FAMILIES`.
        weights: `imagenet`, or `none` for random ones; the U-Net has none but random ones.
        trainable_blocks: Last blocks that learn besides the head: 0 transfer, n fine-tuning, -1 all.
        dropout: Share of the mean features left out at a step.
    """

    backbone: str = "efficientnet_lite0"
    weights: str = "imagenet"
    trainable_blocks: int = 0
    dropout: float = 0.2


@dataclass(frozen=True)
class DataSettings:
    """What is learned from.

    Attributes:
        source: `mias`, or `phantoms`: drawn films, to try the machinery; figures on them say nothing.
        picture: `region` (a square of 19.2 mm around a lesion or a normal place), `polar` (the whole film unrolled
            about the breast's centroid) or `film` (the U-Net's); `auto` is what the backbone is for.
        side_px: Side of the network's input; 0 for the family's own.
        repeat: Which of the committed partitions of women.
        fold: The part that is tested at the end; the next one is for validation, the other three teach.
        balance: Classes weigh the same by `weights` in the loss, by `sampling`, or `none`.
        augment: Whether training pictures are turned, flipped and toned. Others never are.
        phantoms: How many are drawn.
    """

    source: str = "mias"
    picture: str = "auto"
    side_px: int = 0
    repeat: int = 0
    fold: int = 0
    balance: str = "weights"
    augment: bool = True
    phantoms: int = MIN_PHANTOMS


@dataclass(frozen=True)
class FitSettings:
    """How it is learned.

    Attributes:
        epochs: At most so many.
        batch_size: Pictures a step.
        learning_rate: Adam's.
        patience: Epochs without a better validation figure before it ends (early stopping).
        seed: Of everything that is drawn.
        threads: 0 for as many as there are cores. The same seed and threads give the same metrics.
        tensorboard: Whether logs for TensorBoard are written.
    """

    epochs: int = 30
    batch_size: int = 32
    learning_rate: float = 1e-3
    patience: int = 8
    seed: int = 0
    threads: int = 0
    tensorboard: bool = True


@dataclass(frozen=True)
class ExperimentSettings:
    """All settings of an experiment."""

    network: NetworkSettings = field(default_factory=NetworkSettings)
    data: DataSettings = field(default_factory=DataSettings)
    fit: FitSettings = field(default_factory=FitSettings)

    @property
    def picture(self) -> str:
        """What one input shows: `region`, `polar` or `film`."""
        chosen = self.data.picture
        return ("film" if self.network.backbone == UNET else "region") if chosen == "auto" else chosen

    @property
    def side_px(self) -> int:
        """Side of the network's input; whole films and polar pictures are twice as large as regions."""
        own = FAMILIES[self.network.backbone].side_px
        return self.data.side_px or (max(own, 192) if self.picture == "polar" else own)

    @property
    def monitor(self) -> str:
        """The validation figure that early stopping, the best epoch and the search go by; higher is better."""
        return "val_dice" if self.network.backbone == UNET else "val_auc"

    def to_dict(self) -> dict[str, dict[str, Any]]:
        """Return a JSON-ready dict."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, dict[str, Any]]) -> ExperimentSettings:
        """Build from `to_dict`'s form; raises ValueError for what is none."""
        sections = {"network": NetworkSettings, "data": DataSettings, "fit": FitSettings}
        try:
            settings = cls(**{name: section(**values[name]) for name, section in sections.items()})
        except (KeyError, TypeError) as error:
            raise ValueError(f"these are no settings of an experiment: {error}") from error
        check_experiment(settings)
        return settings


def is_experiment(assignments: Iterable[str]) -> bool:
    """Return whether `--set` names the network: then `train` makes an experiment, otherwise the released model."""
    return any(assignment.strip().startswith("network.") for assignment in assignments)


def experiment_settings(assignments: Iterable[str]) -> ExperimentSettings:
    """Return the defaults with assignments such as ``network.backbone=mobilenet`` applied, checked.

    Raises:
        ValueError: An unknown name, a value of the wrong kind, or one that cannot be trained with.
    """
    from mammo_core.evaluate.settings import apply_settings  # brings scikit-learn along, which pages do without

    settings = apply_settings(ExperimentSettings(), assignments)
    check_experiment(settings)
    return settings


def check_experiment(settings: ExperimentSettings) -> None:
    """Raise ValueError for settings that cannot be trained with; the message says what can be."""
    network, data, fit = settings.network, settings.data, settings.fit
    _among("network.backbone", network.backbone, FAMILIES)
    _among("network.weights", network.weights, WEIGHTS)
    _among("data.source", data.source, SOURCES)
    _among("data.picture", data.picture, PICTURES)
    _among("data.balance", data.balance, BALANCES)
    _within("network.trainable_blocks", network.trainable_blocks, -1, 100)
    _within("network.dropout", network.dropout, 0, 0.9)
    _within("data.repeat", data.repeat, 0, N_REPEATS - 1)
    _within("data.fold", data.fold, 0, N_FOLDS - 1)
    _within("data.phantoms", data.phantoms, MIN_PHANTOMS, 500)
    _within("fit.epochs", fit.epochs, 1, 1000)
    _within("fit.batch_size", fit.batch_size, 1, 256)
    _within("fit.learning_rate", fit.learning_rate, 1e-7, 1.0)
    _within("fit.patience", fit.patience, 1, 1000)
    _within("fit.seed", fit.seed, 0, 2**31 - 1)
    _within("fit.threads", fit.threads, 0, 256)
    outlines = network.backbone == UNET
    if outlines != (settings.picture == "film"):
        raise ValueError("data.picture=film is the U-Net's, and the only one it takes; leave data.picture at auto")
    if outlines and (settings.side_px % _UNET_STRIDE or data.balance == "sampling"):
        raise ValueError("the U-Net takes sides that are multiples of 8, and data.balance weights or none")
    _within("data.side_px", settings.side_px, SMALLEST_SIDE_PX.get(network.backbone, 32), LARGEST_SIDE_PX)


def check_run_name(name: str) -> None:
    """Raise ValueError for a name that no run can have."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"a run is named with 2 to 64 of a-z 0-9 . _ -, beginning with a-z 0-9, not {name!r}")


def differences(first: ExperimentSettings, second: ExperimentSettings) -> list[str]:
    """Return the names of the settings in which two experiments differ."""
    ours, theirs = first.to_dict(), second.to_dict()
    names = [(section.name, key) for section in fields(first) for key in ours[section.name]]
    return [f"{section}.{key}" for section, key in names if ours[section][key] != theirs[section][key]]


def _among(name: str, value: str, known: Iterable[str]) -> None:
    if value not in known:
        raise ValueError(f"{name} must be one of {', '.join(known)}, not {value!r}")


def _within(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} must be from {low} to {high}, not {value}")
