"""A folder in which a long run keeps what is done, so that one that was cut off goes on where it was."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from mammo_core import network
from mammo_core.config import ROOT
from mammo_core.evaluate.settings import Settings
from mammo_core.mias.splits import load_folds, split_digest
from mammo_core.preprocess import fingerprint

RUNS_DIR = ROOT / "runs"
"""Where runs lie unless told otherwise; git-ignored."""
_SHAPING_SCORES = ("study", "grain", "fit", "choose", "scoring", "constants", "crossval", "rows", "permute")
_SHAPING_NETWORK = ("backbone", "build", "geometry", "grid", "heads", "regions")


class RunFolder:
    """Finished parts of a run, as JSON files.

    The folder's name tells the settings, the split and the code that scores: change one of them and the run starts
    anew in another folder.

    Args:
        settings: Everything that can be set.
        runs_dir: Where run folders lie.
    """

    def __init__(self, settings: Settings, runs_dir: Path = RUNS_DIR) -> None:
        self.path = runs_dir / f"crossval-{_run_digest(settings)[:12]}"
        self.path.mkdir(parents=True, exist_ok=True)

    def has(self, part: str) -> bool:
        """Return whether a part is finished."""
        return self._file(part).is_file()

    def parts(self, pattern: str) -> list[str]:
        """Return the names of the finished parts that match a pattern such as ``repeat-*``."""
        return sorted(path.stem for path in self.path.glob(f"{pattern}.json"))

    def save(self, part: str, value: object) -> None:
        """Keep a finished part; it appears whole or not at all."""
        unfinished = self._file(part).with_suffix(".partial")
        unfinished.write_text(json.dumps(value), encoding="utf-8")
        unfinished.replace(self._file(part))

    def load(self, part: str) -> object:
        """Return a finished part."""
        return json.loads(self._file(part).read_text(encoding="utf-8"))

    def _file(self, part: str) -> Path:
        return self.path / f"{part}.json"


def _run_digest(settings: Settings) -> str:
    """Return what tells this run's scores from those of any other settings, split, preparing or code."""
    own, net = Path(__file__).parent, Path(network.__file__).parent
    sources = [own / f"{name}.py" for name in _SHAPING_SCORES] + [net / f"{name}.py" for name in _SHAPING_NETWORK]
    sources += [ROOT / "mammo_core" / name for name in ("mias/sampling.py", "mias/places.py", "reading/scores.py")]
    parts = [settings.preprocess.to_dict(), settings.train.to_dict(), fingerprint(settings.preprocess)]
    parts += [split_digest(load_folds()), *(hashlib.sha256(source.read_bytes()).hexdigest() for source in sources)]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
