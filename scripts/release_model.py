"""`make release-model MODEL=name`: make a model and everything that hangs on it, or go on where that was cut off.

Each step is passed over where its check finds nothing wrong, so that a run that was cut off, or a release that another
change has put out of date, costs only what is missing. A model folder that exists is never changed: when it is not
sound, that is said and nothing else is done. `models/ACTIVE` names the new model while its documents are measured; if
one fails, it names the model before it again, so that the pages never show half a release. `--check` only looks.

What describes the model without being part of its release is left to whoever releases (`BESIDE`), and said in the end:
pictures of the pages, times of one machine, and notes that somebody has to write.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from mammo_core.config import MODELS_DIR, ROOT
from mammo_core.errors import BundleError
from mammo_core.evaluate.release_check import document_problems, folder_problems
from mammo_core.network.active import active_folder
from scripts.readme_results import README, with_results

BEFORE = ".ACTIVE-before"
"""In `models/` while documents are measured: what `ACTIVE` named before."""
SCORECARD = ("scorecard.json", "scorecard.md", "scorecard.csv", "scorecard_sanity.csv")
LEAKAGE = ("leakage.json", "leakage.md", "leakage.csv", "leakage_cases.csv", "leakage_permutations.csv")
BESIDE = (
    "not made or looked at here, and of the model that was active when they were made:",
    "  docs/model_notes.md, written by hand: make recipe ARGS=--compare prints its tables of model and recipe",
    "  docs/screenshots: make screenshots",
    "  times of docs/scaling.md and of reading: make bench-growth, make bench",
)


@dataclass(frozen=True)
class Step:
    """What is made, the command that makes it (after `python -m`), and what is wrong with it now."""

    name: str
    command: tuple[str, ...]
    problems: Callable[[], list[str]]


def documents(model_id: str, root: Path = ROOT) -> list[Step]:
    """Return the steps that measure the active model into documents.

    Args:
        model_id: Whose they must be.
        root: The project.
    """

    def step(name: str, *command: str, makes: tuple[str, ...]) -> Step:
        return Step(name, command, partial(document_problems, model_id, *(f"docs/{one}" for one in makes), root=root))

    return [
        step("scorecard of the explanations", "benchmarks.scorecard", makes=SCORECARD),
        step("leakage lab", "mammo_core", "leakage", "--out", "docs", makes=LEAKAGE),
        step("rule of applicability", "benchmarks.applicability_report", makes=("applicability.md",)),
        Step("README's results", ("scripts.readme_results",), readme_problems),
    ]


def readme_problems() -> list[str]:
    """Return what is wrong with the README's results: that they are not those of the active model."""
    readme = README.read_text(encoding="utf-8")
    return [] if with_results(readme) == readme else ["the README shows other figures than those of the active model"]


def release(model_id: str, steps: Iterable[Step], run: Callable[[tuple[str, ...]], int], models: Path) -> list[str]:
    """Make what is missing, and return what is still wrong in the end.

    Args:
        model_id: The model.
        steps: Of `documents`.
        run: Runs a command after `python -m` and returns its exit code.
        models: Holds the model folders and `ACTIVE`.
    """
    folder = models / model_id
    if not folder.exists() and run(("mammo_core", "train", model_id)):
        return [f"training {model_id} failed; mend what it said and run this again, it goes on where it was"]
    problems = folder_problems(folder)
    if problems:
        return [*problems, f"models/{model_id} is never changed once it is there: remove it, or choose another name"]
    with named_active(model_id, models):
        for step in steps:
            if step.problems() and run(step.command):
                raise BundleError(f"{step.name}: it failed; run this again, it goes on where it was")
            problems += [f"{step.name}: {problem}" for problem in step.problems()]
        if problems:
            raise BundleError("; ".join(problems))
    return []


@contextmanager
def named_active(model_id: str, models: Path):
    """Let `ACTIVE` name a model; what it named before comes back if anything fails.

    That is kept beside it (`BEFORE`), so that it comes back too when a release was killed and fails when gone on with.
    """
    pointer, before = models / "ACTIVE", models / BEFORE
    if not before.is_file():
        before.write_text(pointer.read_text(encoding="utf-8") if pointer.is_file() else "", encoding="utf-8")
    pointer.write_text(f"{model_id}\n", encoding="utf-8")
    try:
        yield
    except BaseException:
        pointer.unlink()
        if before.read_text(encoding="utf-8"):
            before.replace(pointer)
        raise
    finally:
        before.unlink(missing_ok=True)


def whole(folder: Path) -> list[str]:
    """Return everything that is wrong with the active model's release, first of all that it was killed."""
    half = [f"models/{BEFORE} is there: a release is going on or was killed; run it again, it goes on where it was"]
    of_documents = [f"{step.name}: {p}" for step in documents(folder.name) for p in step.problems()]
    return [*(half if (folder.parent / BEFORE).is_file() else []), *folder_problems(folder), *of_documents]


def main() -> int:
    """Release a model, or look whether the active one is released whole."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model_id", nargs="?", metavar="MODEL", help="default: the active model")
    parser.add_argument("--check", action="store_true", help="only say what is missing or out of date")
    args = parser.parse_args()
    folder = MODELS_DIR / args.model_id if args.model_id else active_folder()
    if args.check:
        problems = whole(folder)
    else:
        try:
            problems = release(folder.name, documents(folder.name), _run, MODELS_DIR)
        except BundleError as error:
            problems = [str(error)]
    print("\n".join(problems or (f"{folder.name} is released whole", *BESIDE)))
    return 1 if problems else 0


def _run(command: tuple[str, ...]) -> int:
    print(f"python -m {' '.join(command)}", file=sys.stderr, flush=True)
    return subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
