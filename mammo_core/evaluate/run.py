"""The whole evaluation as one resumable run: folds of every repeat, the settings for all women, permuted labels."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from mammo_core.evaluate.choose import Chosen, choose
from mammo_core.evaluate.crossval import cross_validate, folds_of
from mammo_core.evaluate.fit import Fits, HeadGrid, TrainConfig
from mammo_core.evaluate.permutations import figure_values
from mammo_core.evaluate.permute import permuted_truth
from mammo_core.evaluate.predictions import load_candidates, load_predictions
from mammo_core.evaluate.rows import Rows, baseline_rows
from mammo_core.evaluate.run_folder import RUNS_DIR, RunFolder
from mammo_core.evaluate.scoring import Scores
from mammo_core.evaluate.settings import Settings
from mammo_core.evaluate.study import Study, load_study, relabelled
from mammo_core.mias.splits import N_FOLDS
from mammo_core.network.geometry import N_FEATURES
from mammo_core.network.heads import HeadConfig
from mammo_core.network.runtime import OnnxNetwork

N_PERMUTATIONS = 20
PERMUTATION_COLUMNS = ("permutation", "unit", "figure", "value")
Progress = Callable[[str, float], None]
on_one_thread = threadpool_limits.wrap(limits=1, user_api="blas")
"""Decorates what fits heads: several threads add up in another order, which moves the sixth digit of some
probabilities. One is no slower."""


class Run:
    """One evaluation. Whatever part of it is finished already is read from its folder.

    Args:
        settings: Everything that can be set.
        progress: Called with what is being done and a fraction from 0 to 1.
        runs_dir: Where run folders lie.
    """

    def __init__(self, settings: Settings, progress: Progress, runs_dir: Path = RUNS_DIR) -> None:
        self.folder = RunFolder(settings, runs_dir)
        self._settings = settings
        self._progress = progress

    @cached_property
    def network(self) -> OnnxNetwork:
        """The frozen layers, `features` not standardised."""
        path = self.folder.path / "frozen.onnx"
        if not path.exists():
            from mammo_core.network.build import build_network
            from mammo_core.network.export import export_onnx

            self._progress("building the network", 0.0)
            model = build_network()
            model.get_layer("features").set_weights([np.zeros(N_FEATURES), np.full(N_FEATURES, 1 - 1e-6)])
            export_onnx(model, path)
        return OnnxNetwork(path, threads=1)  # small crops: more threads wait for each other

    @cached_property
    def study(self) -> Study:
        """All films and regions as features. Raises DatasetError where MIAS is not there."""
        told = lambda fraction: self._progress("preparing films", fraction)  # noqa: E731
        return load_study(self.network, self._settings.preprocess, seed=self._settings.train.seed, progress=told)

    @cached_property
    def fits(self) -> Fits:
        """Heads of the study."""
        return Fits(self.study, self._settings.train)

    @on_one_thread
    def out_of_fold(self, repeats: int) -> tuple[Rows, list[str]]:
        """Cross-validate on the first `repeats` partitions.

        Returns:
            Every row, and the films of the first partition that looked unlike those of the other women.
        """
        for repeat in range(repeats):
            if not all(self.folder.has(_fold_name(repeat, fold)) for fold in range(N_FOLDS)):
                self._cross_validate(repeat, repeats)
        rows, outside = Rows(), []
        for repeat in range(repeats):
            for fold in range(N_FOLDS):
                kept = self.folder.load(_fold_name(repeat, fold))
                rows.add(Rows(kept["tables"]))
                outside += kept["outside"] if repeat == 0 else []
        if not self.folder.has("baselines"):
            self.folder.save("baselines", baseline_rows(self.study, self._settings.train.seed))
        rows.tables["pointers"] += self.folder.load("baselines")
        return rows, outside

    def _cross_validate(self, repeat: int, repeats: int) -> None:
        results = cross_validate(
            self.fits,
            self._settings.train,
            repeat,
            lambda fold: self.folder.has(_fold_name(repeat, fold)),
            lambda fraction: self._progress("cross-validating", (repeat + fraction) / repeats),
        )
        started = time.monotonic()
        for fold, result in results:
            kept = {"tables": result.rows.tables, "chosen": result.chosen.to_dict(), "outside": result.outside}
            self.folder.save(_fold_name(repeat, fold), kept | {"seconds": time.monotonic() - started})
            started = time.monotonic()

    @cached_property
    def chosen(self) -> tuple[Chosen, Scores]:
        """The settings that the first partition's five folds choose for all women, and the scores that chose them."""
        told = lambda fraction: self._progress("choosing settings for all women", fraction)  # noqa: E731
        return choose(self.fits, folds_of(self.study, 0), self._settings.train, told)

    def minutes(self) -> int:
        """Return how long cross-validation and permutations took, over however many sittings."""
        parts = [*self.folder.parts("repeat-*"), *self.folder.parts("permutation-*")]
        return round(sum(self.folder.load(part)["seconds"] for part in parts) / 60)

    @on_one_thread
    def permutations(self, count: int = N_PERMUTATIONS) -> list[dict]:
        """Repeat the first partition's nested cross-validation with labels permuted by woman, at the chosen settings.

        Returns:
            Rows of `permutations.csv`.
        """
        rows = []
        for number in range(count):
            name = f"permutation-{number:02}"
            if not self.folder.has(name):
                started = time.monotonic()
                found = self._permutation(number, count)
                self.folder.save(name, {"rows": found, "seconds": time.monotonic() - started})
            rows += [{"permutation": number, **row} for row in self.folder.load(name)["rows"]]
            self._progress("permuting labels", (number + 1) / count)
        return rows

    def _permutation(self, number: int, count: int) -> list[dict]:
        truth = permuted_truth(self.study, number)
        study = relabelled(self.study, truth, self.network, self._settings.train.seed)
        settings = self._without_choice()
        told = lambda fraction: self._progress("permuting labels", (number + fraction) / count)  # noqa: E731
        rows = Rows()
        for _, result in cross_validate(Fits(study, settings), settings, 0, progress=told):
            rows.add(result.rows)
        with tempfile.TemporaryDirectory() as folder:
            rows.write(Path(folder))
            scores = load_predictions(Path(folder)), load_candidates(Path(folder))
        return figure_values(*scores, [annotation for of_film in truth.values() for annotation in of_film])

    def _without_choice(self) -> TrainConfig:
        """Return the training settings with the heads' chosen ones only: twenty permutations must stay affordable."""
        if not self.folder.has("chosen"):
            self.folder.save("chosen", asdict(self.chosen[0]))
        kept = self.folder.load("chosen")
        grids = {name: HeadGrid.only(HeadConfig(**kept[name])) for name in ("region", "film")}
        return replace(self._settings.train, **grids)


def _fold_name(repeat: int, fold: int) -> str:
    return f"repeat-{repeat}-fold-{fold}"
