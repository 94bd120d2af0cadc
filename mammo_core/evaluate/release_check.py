"""Whether a release is whole: the folder as it was made, and everything elsewhere that hangs on the same model.

A model whose figures stand in the README, whose explanations were scored, whose leakage lab and applicability were
measured with the model before it, would contradict itself. Each check names what is wrong; none mends anything.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from mammo_core.config import ROOT
from mammo_core.errors import MammoError
from mammo_core.evaluate.card import CARD_NAME
from mammo_core.evaluate.derive import METRICS_NAME, derive_metrics, read_json, source_digests
from mammo_core.evaluate.score_files import load_score_files
from mammo_core.evaluate.tables import cell
from mammo_core.mias.index import load_annotations
from mammo_core.network.bundle import Bundle, load_bundle
from mammo_core.reading.similar import load_atlas


def folder_problems(folder: Path) -> list[str]:
    """Return what is wrong with a model folder; nothing for a sound one.

    Every file is there and the released one, the code prepares films as at training, the figures derive again from the
    scores, the card says what they say, and there are similar cases.
    """
    try:
        bundle = load_bundle(folder)
        problems = _metrics_problems(folder)
        problems += _card_problems(bundle)
        if load_atlas(bundle) is None:
            problems.append(f"{folder.name} has no similar cases; train it again")
    except MammoError as error:
        return [str(error)]
    return problems


def _metrics_problems(folder: Path) -> list[str]:
    stored = read_json(folder / METRICS_NAME)
    if stored.get("derived_from") != source_digests(folder):
        return [f"{METRICS_NAME} was derived from other scores than those beside it"]
    derived = derive_metrics(load_score_files(folder, complete=True), load_annotations())
    same = json.loads(json.dumps(derived)) == {name: part for name, part in stored.items() if name != "derived_from"}
    return [] if same else [f"{METRICS_NAME} says other figures than this code derives from the scores"]


def _card_problems(bundle: Bundle) -> list[str]:
    """Return what is wrong with the card; its wording may be of an older program, its figures may not."""
    film = read_json(bundle.folder / METRICS_NAME)["units"]["film"]
    headline = cell(film["figures"]["auc_normal_vs_abnormal"], film["n"])
    same = bundle.card.startswith(f"# Model card: {bundle.model_id}\n") and headline in bundle.card
    return [] if same else [f"{CARD_NAME} is of another model, or shows other figures than {METRICS_NAME}"]


def document_problems(model_id: str, *names: str, root: Path = ROOT) -> list[str]:
    """Return what is wrong with committed documents that hang on a model: what is missing, or of another model.

    Args:
        model_id: The model.
        names: Paths below `root`: a JSON file that has `model_id`, a text that says whose it is (Model `lite0-2`, or
            those of `lite0-2`; a mere mention is none), or a table beside them, which only has to be there.
        root: The project.
    """
    return [problem for name in names for problem in _document_problems(model_id, name, root / name)]


def _document_problems(model_id: str, name: str, path: Path) -> list[str]:
    if not path.is_file():
        return [f"{name} is missing"]
    if path.suffix == ".json":
        found = read_json(path).get("model_id")
        return [] if found == model_id else [f"{name} is of {found}, not of {model_id}"]
    if path.suffix == ".md":
        named = re.search(rf"(Model|those of) `{re.escape(model_id)}`", path.read_text(encoding="utf-8"))
        return [] if named else [f"{name} does not say that it is of {model_id}: it is of another model"]
    return []
