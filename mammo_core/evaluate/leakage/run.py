"""The whole lab as one resumable run: features once, then every protocol with every learner.

What is finished lies in `runs/leakage/`, under names that tell films' preparing, network, places and this code; a run
that was cut off goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd

from mammo_core.errors import BundleError
from mammo_core.evaluate.leakage import deals, figures, learners, material, protocols
from mammo_core.evaluate.leakage.deals import deal, permute_labels
from mammo_core.evaluate.leakage.learners import FIT, evidence
from mammo_core.evaluate.leakage.material import MATERIALS, PARTS, Material, make_parts
from mammo_core.evaluate.leakage.protocols import HEAD, LEARNERS, N_FOLDS, N_PERMUTATIONS, N_REPEATS, Protocol
from mammo_core.evaluate.run_folder import RUNS_DIR
from mammo_core.mias import augment
from mammo_core.mias.dataset import CONFIG
from mammo_core.mias.films import open_films
from mammo_core.network.bundle import ONNX_FILE, Bundle, file_sha256
from mammo_core.network.runtime import OnnxNetwork
from mammo_core.preprocess import fingerprint

Progress = Callable[[str, float], None]
_SHAPING_FEATURES = (material, augment)
_SHAPING_SCORES = (learners, deals, protocols)


class LeakageRun:
    """One run of the lab.

    Args:
        bundle: Whose frozen layers and whose normal places are used.
        progress: Called with what is being done and a fraction from 0 to 1.
        runs_dir: Where run folders lie.
    """

    def __init__(self, bundle: Bundle, progress: Progress, runs_dir: Path = RUNS_DIR) -> None:
        pictures = _digest(_pictures_of(bundle), _SHAPING_FEATURES)
        scores = _digest(pictures, (*_SHAPING_SCORES, sys.modules[__name__]))
        self.features = runs_dir / "leakage" / f"features-{pictures[:12]}.npz"
        self.folder = runs_dir / "leakage" / f"scores-{scores[:12]}"
        self.folder.mkdir(parents=True, exist_ok=True)
        self._bundle, self._progress = bundle, progress

    def cases(self) -> pd.DataFrame:
        """Return the scores of every case under every protocol: `figures.COLUMNS`."""
        return pd.DataFrame(self._each("cases", protocols.PROTOCOLS, self._cases), columns=figures.COLUMNS)

    def permutations(self) -> pd.DataFrame:
        """Return what permuted labels gave: `figures.PERMUTED`."""
        return pd.DataFrame(self._each("permuted", protocols.PROTOCOLS, self._permutations), columns=figures.PERMUTED)

    def seconds(self) -> float:
        """Return the processor's time that everything took, over however many sittings."""
        parts = [*self.folder.glob("*.json"), self.features.with_suffix(".json")]
        return sum(json.loads(part.read_text(encoding="utf-8"))["seconds"] for part in parts)

    @cached_property
    def parts(self) -> dict[str, Material]:
        """The features of every picture: kept, or made now (some minutes). Raises DatasetError without MIAS."""
        if not self.features.is_file():
            started = time.process_time()
            network = OnnxNetwork(self._bundle.folder / ONNX_FILE, threads=1)
            told = lambda fraction: self._progress("preparing films", fraction)  # noqa: E731
            made = make_parts(open_films(), network, self._bundle, told)
            arrays = {
                f"{part}_{name}": np.asarray(value) for part, of in made.items() for name, value in vars(of).items()
            }
            unfinished = self.features.with_suffix(".partial.npz")
            np.savez(unfinished, **arrays)
            _write(self.features.with_suffix(".json"), {"seconds": time.process_time() - started})
            unfinished.replace(self.features)
        kept = np.load(self.features, allow_pickle=False)
        return {
            part: Material(tuple(kept[f"{part}_case_ids"].tolist()), kept[f"{part}_labels"], kept[f"{part}_features"])
            for part in PARTS
            if f"{part}_labels" in kept
        }

    def material(self, protocol: Protocol) -> Material:
        """Return a protocol's cases; for two classes their labels are 0 and 1.

        Raises:
            BundleError: The model's scores lack the places that the protocol needs.
        """
        missing = [part for part in MATERIALS[protocol.material] if part not in self.parts]
        if missing:
            raise BundleError(
                f"{self._bundle.model_id}: its predictions.csv has no places for {', '.join(missing)}; release a model "
                "with this program, and measure that"
            )
        found = Material.joined(self.parts[part] for part in MATERIALS[protocol.material])
        return found.with_labels(found.labels - 1) if protocol.question == "malignant" else found

    def _each(self, what: str, some: Iterable[Protocol], work: Callable[[Protocol, str], list]) -> list:
        """Return the rows of every protocol and learner, in order, made where they are not kept."""
        wanted, rows = [(protocol, learner) for protocol in some for learner in LEARNERS], []
        for number, (protocol, learner) in enumerate(wanted, start=1):
            path = self.folder / f"{what}-{protocol.name}-{learner}.json"
            if not path.is_file():
                started = time.process_time()
                found = work(protocol, learner)
                _write(path, {"rows": found, "seconds": time.process_time() - started})
            rows += json.loads(path.read_text(encoding="utf-8"))["rows"]
            self._progress("testing" if what == "cases" else "permuting labels", number / len(wanted))
        return rows

    def _cases(self, protocol: Protocol, learner: str) -> list[list]:
        cases = self.material(protocol)
        tested = [score_cases(cases, protocol, learner, repeat) for repeat in range(N_REPEATS)]
        scores, right = (np.stack(parts, axis=1) for parts in zip(*tested, strict=True))
        head = protocol.name, learner
        return [
            [*head, name, int(label), *(float(f"{s:.4g}") for s in of_case), *(round(float(r), 4) for r in called)]
            for name, label, of_case, called in zip(cases.case_ids, cases.labels, scores, right, strict=True)
        ]

    def _permutations(self, protocol: Protocol, learner: str) -> list[list]:
        cases, rows = self.material(protocol), []
        for number in range(N_PERMUTATIONS):
            dealt = permute_labels(cases, number)
            scores, right = score_cases(dealt, protocol, learner, 0)
            found = figures.plain_figures(dealt.labels, scores, right)
            rows.append([protocol.name, learner, number, *(round(found[name], 6) for name in figures.FIGURES)])
        return rows


def score_cases(cases: Material, protocol: Protocol, learner: str, repeat: int) -> tuple[np.ndarray, np.ndarray]:
    """Test every picture by a learner fitted on the pictures of the other folds.

    Returns:
        (n,) mean score of each case's copies for malignant (or for abnormal), and (n,) share of its copies whose class
        was called right.
    """
    fold_of = deal(cases, protocol.unit, repeat)
    labels = np.repeat(cases.labels[:, None], fold_of.shape[1], axis=1)
    scores, right = np.empty(fold_of.shape), np.empty(fold_of.shape)
    for fold in range(N_FOLDS):
        held_out = fold_of == fold
        score = FIT[learner](cases.features[~held_out], labels[~held_out], HEAD)
        found = score(cases.features[held_out])
        scores[held_out] = evidence(found)
        right[held_out] = found.argmax(axis=1) == labels[held_out]
    return scores.mean(axis=1), right.mean(axis=1)


def _pictures_of(bundle: Bundle) -> list:
    """Return what the pictures and their features hang on, besides code: films' preparing, layers and places."""
    return [fingerprint(CONFIG), file_sha256(bundle.folder / ONNX_FILE), material.own_places(bundle)]


def _digest(rest: object, modules: Iterable[ModuleType]) -> str:
    """Return the sha256 of something and of some modules' code."""
    code = [file_sha256(Path(module.__file__)) for module in modules]
    return hashlib.sha256(json.dumps([rest, code], sort_keys=True).encode()).hexdigest()


def _write(path: Path, value: dict) -> None:
    unfinished = path.with_suffix(".partial")
    unfinished.write_text(json.dumps(value), encoding="utf-8")
    unfinished.replace(path)
