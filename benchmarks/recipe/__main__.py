"""`python -m benchmarks.recipe`: score MIAS with the recipe, or hold a model folder against its committed scores.

The run takes about twenty minutes of processor time for five repeats and needs `requirements-dev.txt` and MIAS. It can
be interrupted: finished repeats lie in `runs/recipe` and are taken up again.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mammo_core.cli.inputs import progress_teller
from mammo_core.config import ROOT
from mammo_core.errors import MammoError
from mammo_core.mias.splits import N_REPEATS
from mammo_core.network.active import active_folder

CACHE = ROOT / "runs" / "recipe"


def main() -> int:
    """Run or compare."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recipe", description=__doc__)
    parser.add_argument("--repeats", type=int, choices=range(1, N_REPEATS + 1), default=N_REPEATS, metavar="N")
    parser.add_argument(
        "--compare",
        nargs="?",
        type=Path,
        default=False,
        metavar="MODEL_FOLDER",
        help="print a model folder (default: the active one) against the recipe instead of running it",
    )
    args = parser.parse_args()
    try:
        if args.compare is False:
            _run(args.repeats)
        else:
            from benchmarks.recipe.compare import compare_with_recipe

            print(compare_with_recipe(args.compare or active_folder()))
    except MammoError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _run(repeats: int) -> None:
    """Score the first repeats and write the score files."""
    import pandas as pd

    from benchmarks.recipe.material import gather
    from benchmarks.recipe.run import run_repeat, write_scores

    CACHE.mkdir(parents=True, exist_ok=True)
    material = gather(progress_teller("measuring films"))
    results = [run_repeat(material, repeat, CACHE, progress_teller(f"repeat {repeat}")) for repeat in range(repeats)]
    predictions, candidates = (pd.concat(frames, ignore_index=True) for frames in zip(*results, strict=True))
    write_scores(predictions, candidates, CACHE)


if __name__ == "__main__":
    sys.exit(main())
