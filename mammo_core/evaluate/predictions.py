"""The out-of-fold scores of a model folder: `predictions.csv` and `candidates.csv`, read and distrusted.

Every figure of the project is derived from these two files and the others of `score_files`, so what they promise is
checked before anything is computed: columns, ranges, probabilities that sum to 1, one truth for a film and the worst of
her films' for a woman, and no woman in two folds of a repeat.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from mammo_core.errors import BundleError
from mammo_core.mias.index import FILM_IDS, woman_of
from mammo_core.types import DECISIONS, LABELS

PREDICTIONS_NAME = "predictions.csv"
CANDIDATES_NAME = "candidates.csv"
PROBABILITIES = tuple(f"p_{label}" for label in LABELS)
UNITS = ("region", "film", "breast", "woman")
KINDS = ("lesion", "normal", "hard_normal", "hard_lesion")

_TYPES = {"unit": "str", "film_id": "str", "decision": "str", "kind": "str", "repeat": "int64", "fold": "int64"}
_TYPES |= {"woman_id": "int64", "y_true": "int64", "permutation": "int64"}
_TYPES |= dict.fromkeys(("point", "method", "figure"), "str")
_REQUIRED = ("unit", "repeat", "fold", "film_id", "woman_id", "y_true", *PROBABILITIES, "decision")
_OF_REGIONS = ("kind", "x", "y")
_CANDIDATE_COLUMNS = ("repeat", "fold", "film_id", "x", "y", "width", "height", *PROBABILITIES)
_SUM_TOLERANCE = 1e-3


def load_predictions(folder: Path) -> pd.DataFrame:
    """Read and check `predictions.csv` of a model folder.

    Args:
        folder: A model folder.

    Returns:
        One row per scored unit, with the columns of the file and its row order; empty texts are "".

    Raises:
        BundleError: The file is missing, cannot be read, or breaks a promise; the message says which row or woman.
    """
    frame = read_table(Path(folder) / PREDICTIONS_NAME, _REQUIRED, _OF_REGIONS)
    for column in _OF_REGIONS:
        if column not in frame:
            frame[column] = "" if column == "kind" else np.nan
    check_predictions(frame)
    return frame


def load_candidates(folder: Path) -> pd.DataFrame | None:
    """Read and check `candidates.csv` of a model folder; None when the folder has none.

    Raises:
        BundleError: The file cannot be read or breaks a promise.
    """
    path = Path(folder) / CANDIDATES_NAME
    if not path.is_file():
        return None
    frame = read_table(path, _CANDIDATE_COLUMNS)
    _check_probabilities(frame, path.name)
    refuse_rows(~frame["film_id"].isin(FILM_IDS), frame, path.name, "film_id must be mdb001 to mdb322")
    numbers = frame[["x", "y", "width", "height"]].to_numpy(float)
    refuse_rows(~np.isfinite(numbers).all(axis=1), frame, path.name, "x, y, width and height must be numbers")
    return frame


def check_predictions(frame: pd.DataFrame) -> None:
    """Raise BundleError unless the rows are what `predictions.csv` promises."""
    name = PREDICTIONS_NAME
    region = frame["unit"] == "region"
    refuse_rows(~frame["unit"].isin(UNITS), frame, name, f"unit must be one of {UNITS}")
    refuse_rows(~frame["y_true"].isin(range(len(LABELS))), frame, name, "y_true must be 0, 1 or 2")
    _check_probabilities(frame, name)
    undecided_region = region & (frame["decision"] == "")
    refuse_rows(
        ~frame["decision"].isin(DECISIONS) & ~undecided_region,
        frame,
        name,
        f"decision must be one of {DECISIONS} (empty for regions only)",
    )
    _check_identity(frame, name)
    refuse_rows(region & ~frame["kind"].isin(KINDS), frame, name, f"kind of a region must be one of {KINDS}")
    lesion = frame["kind"].isin(("lesion", "hard_lesion"))
    refuse_rows(
        region & (lesion != (frame["y_true"] > 0)), frame, name, "a region is a lesion if and only if y_true > 0"
    )
    keys = ["unit", "repeat", "film_id", "woman_id"]
    twice = frame[~region].duplicated(keys).reindex(frame.index, fill_value=False)
    twice |= frame[region].duplicated([*keys, "kind", "x", "y"]).reindex(frame.index, fill_value=False)
    refuse_rows(twice, frame, name, "a unit may be scored once in a repeat")
    _check_women_apart(frame)


def read_table(path: Path, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> pd.DataFrame:
    """Return a CSV file with exactly the known columns, typed.

    Raises:
        BundleError: It cannot be read, or has other columns.
    """
    try:
        header = pd.read_csv(path, nrows=0).columns
        unknown, missing = set(header) - {*required, *optional}, set(required) - set(header)
        if unknown or missing:
            raise BundleError(
                f"{path.name} must have the columns {', '.join(required)}; unknown: {sorted(unknown) or 'none'}, "
                f"missing: {sorted(missing) or 'none'}. Evaluate the model again, or restore the folder."
            )
        types = {column: _TYPES.get(column, "float64") for column in header}
        texts = [column for column in header if types[column] == "str"]
        empty = {column: [] if column in texts else [""] for column in header}
        return pd.read_csv(path, dtype=types, na_values=empty, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise BundleError(f"{path.name} of the model folder {path.parent.name} cannot be read: {error}") from None


def refuse_rows(wrong: pd.Series | np.ndarray, frame: pd.DataFrame, name: str, promise: str) -> None:
    """Raise BundleError naming the first wrong row, if there is one."""
    wrong = np.asarray(wrong, bool)
    if wrong.any():
        row = int(wrong.argmax())
        raise BundleError(
            f"{name}: {promise}, but {int(wrong.sum())} of {len(frame)} rows are otherwise; the first is line "
            f"{row + 2}: {frame.iloc[row].to_dict()}. Evaluate the model again, or restore the folder."
        )


def _check_probabilities(frame: pd.DataFrame, name: str) -> None:
    """Raise BundleError unless every row's probabilities lie in [0, 1] and sum to 1."""
    values = frame[list(PROBABILITIES)].to_numpy(float)
    refuse_rows(~((values >= 0) & (values <= 1)).all(axis=1), frame, name, "probabilities must lie in [0, 1]")
    refuse_rows(np.abs(values.sum(axis=1) - 1) > _SUM_TOLERANCE, frame, name, "probabilities must sum to 1")


def _check_identity(frame: pd.DataFrame, name: str) -> None:
    """Raise BundleError unless films and women are those of MIAS, with one truth each."""
    woman_row = frame["unit"] == "woman"
    known = frame["film_id"].isin(FILM_IDS) | (woman_row & (frame["film_id"] == ""))
    refuse_rows(~known, frame, name, "film_id must be mdb001 to mdb322, or empty for a woman")
    expected = frame["film_id"].map({film_id: woman_of(film_id) for film_id in FILM_IDS})
    refuse_rows(expected.notna() & (expected != frame["woman_id"]), frame, name, "woman_id must be the film's woman")
    _check_truths(frame, name)


def _check_truths(frame: pd.DataFrame, name: str) -> None:
    """Raise BundleError unless truths are the same in all repeats, and those of breasts and women follow from films."""
    for unit, key in (("film", "film_id"), ("breast", "film_id"), ("woman", "woman_id")):
        of_unit = frame["unit"] == unit
        truths = frame[of_unit].groupby(key)["y_true"].transform("nunique").reindex(frame.index, fill_value=1)
        refuse_rows(truths > 1, frame, name, f"a {unit} has one truth in all repeats")
    films = frame[frame["unit"] == "film"]
    of_film = films.drop_duplicates("film_id").set_index("film_id")["y_true"]
    of_woman = films.groupby("woman_id")["y_true"].max()
    expected = frame["film_id"].map(of_film).where(frame["unit"] == "breast")
    expected = expected.mask(frame["unit"] == "woman", frame["woman_id"].map(of_woman))
    wrong = expected.notna() & (expected != frame["y_true"])
    refuse_rows(wrong, frame, name, "y_true of a breast is its film's, of a woman her worse film's")


def _check_women_apart(frame: pd.DataFrame) -> None:
    """Raise BundleError when a woman is in two folds of one repeat: then nothing here is out of fold."""
    folds = frame.groupby(["repeat", "woman_id"])["fold"].nunique()
    split = folds[folds > 1]
    if len(split):
        repeat, woman = split.index[0]
        raise BundleError(
            f"{PREDICTIONS_NAME}: {len(split)} women are in two folds of one repeat, first woman {woman} in repeat "
            f"{repeat}. Then her scores are not out of fold; split by woman and evaluate the model again."
        )
