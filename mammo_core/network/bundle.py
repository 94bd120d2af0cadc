"""A released model: one immutable folder, checked whole before it is believed.

``models/ACTIVE`` names the folder in use (`network/active.py`). Loading checks the schema, the sha256 of every file,
and that the running code prepares films exactly as it did at training: when settings or fingerprint differ, it raises.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mammo_core.config import PreprocessConfig
from mammo_core.errors import BundleError, ChecksumError, ConfigMismatchError
from mammo_core.network.active import active_folder
from mammo_core.preprocess import fingerprint
from mammo_core.types import LABELS

if TYPE_CHECKING:
    from mammo_core.network.runtime import OnnxNetwork

SCHEMA_VERSION = 2
INFO_FILE = "bundle.json"
KERAS_FILE = "model.keras"
ONNX_FILE = "model.onnx"
FILES = (
    *(KERAS_FILE, ONNX_FILE, "predictions.csv", "candidates.csv", "operating_points.csv", "pointers.csv"),
    *("permutations.csv", "neighbours.npz", "neighbours.csv", "metrics.json", "history.csv", "MODEL_CARD.md"),
)
"""What a complete folder holds besides `bundle.json`, which lists the sha256 of each."""


@dataclass(frozen=True, eq=False)
class Bundle:
    """A model folder that passed every check.

    Attributes:
        folder: Where it lies.
        info: The content of `bundle.json`.
        config: Preparing, as at training.
        threads: Threads that the network computes with; 0 for one a core that may be used. Results do not depend on it.
    """

    folder: Path
    info: dict
    config: PreprocessConfig
    threads: int = 0

    @property
    def model_id(self) -> str:
        """The folder's name, which every reading carries."""
        return self.folder.name

    @property
    def card(self) -> str:
        """The model card, as Markdown."""
        return (self.folder / "MODEL_CARD.md").read_text(encoding="utf-8")

    @cached_property
    def network(self) -> OnnxNetwork:
        """The ONNX copy, loaded on first use."""
        from mammo_core.network.runtime import OnnxNetwork

        return OnnxNetwork(self.folder / ONNX_FILE, self.threads)

    @cached_property
    def film_bias(self) -> np.ndarray:
        """The film head's bias of each class, (3,) float32: its logits where there is no evidence."""
        bias = np.asarray(self.info["film_bias"], np.float32)
        if bias.shape != (len(LABELS),):
            raise BundleError(f"{self.model_id}: expected a bias for each of {LABELS}, found {bias.shape}")
        return bias


def load_bundle(folder: Path | None = None, *, threads: int = 0) -> Bundle:
    """Load and check a model folder.

    Args:
        folder: The folder; None for the active one.
        threads: As `Bundle.threads`: 1 where several readers share the machine, each on a core of its own.

    Raises:
        BundleError: Missing, half-made or of another schema.
        ChecksumError: A file differs from the released one.
        ConfigMismatchError: The running code prepares films differently than the code the model was trained with.
    """
    folder = active_folder() if folder is None else Path(folder)
    info = _read_info(folder)
    for name in FILES:
        if name not in info["sha256"]:
            raise BundleError(f"{folder.name}: bundle.json lists no checksum for {name}; release the model again")
        path = folder / name
        if not path.is_file():
            raise BundleError(f"{folder.name}: {name} is missing; restore the folder as it was released")
        if file_sha256(path) != info["sha256"][name]:
            raise ChecksumError(f"{folder.name}: {name} is not the released file; restore the folder, or train again")
    try:
        config = PreprocessConfig.from_dict(info["preprocessing"])
    except (TypeError, ValueError) as error:
        raise ConfigMismatchError(f"{folder.name}: preprocessing settings are not ours: {error}") from error
    now = fingerprint(config)
    if now != info["fingerprint"]:
        raise ConfigMismatchError(
            f"{folder.name} was trained on films prepared by other code (fingerprint {info['fingerprint'][:12]}, now "
            f"{now[:12]}); train it again, or go back to the code it was released with"
        )
    return Bundle(folder, info, config, threads)


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_info(folder: Path, info: dict) -> None:
    """Write `bundle.json` with the schema version and the sha256 of the other files: the last step of a release."""
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise BundleError(f"{folder.name} is half-made: {', '.join(missing)} missing; nothing was released")
    checksums = {name: file_sha256(folder / name) for name in FILES}
    whole = json.loads(json.dumps({"schema_version": SCHEMA_VERSION} | info | {"sha256": checksums}))
    whole["digest"] = _info_digest(whole)
    (folder / INFO_FILE).write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")


def _read_info(folder: Path) -> dict:
    try:
        info = json.loads((folder / INFO_FILE).read_text(encoding="utf-8"))
    except OSError as error:
        raise BundleError(f"{folder} is no model folder: it has no {INFO_FILE}") from error
    except ValueError as error:
        raise BundleError(f"{folder.name}: {INFO_FILE} is not valid JSON; restore the folder") from error
    version = info.get("schema_version") if isinstance(info, dict) else None
    if version != SCHEMA_VERSION:
        raise BundleError(f"{folder.name}: expected schema version {SCHEMA_VERSION}, found {version}")
    needed = ("sha256", "preprocessing", "fingerprint", "scan", "calibration", "doubt_band", "applicability")
    needed += ("film_bias", "training_films", "training_breasts", "training_films_outside", "labels", "digest")
    absent = [key for key in needed if key not in info]
    if absent:
        raise BundleError(f"{folder.name}: {INFO_FILE} lacks {', '.join(absent)}; release the model again")
    if info["digest"] != _info_digest(info):
        raise ChecksumError(f"{folder.name}: {INFO_FILE} is not the released file; restore the folder, or train again")
    if tuple(info["labels"]) != LABELS:
        raise BundleError(f"{folder.name}: expected the classes {LABELS}, found {info['labels']}")
    return info


def _info_digest(info: dict) -> str:
    """Return the sha256 of everything `bundle.json` says but for this digest itself."""
    rest = {key: value for key, value in info.items() if key != "digest"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()
