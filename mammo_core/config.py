"""Settings with their defaults in plain sight, and where things lie. No other place holds a default."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODELS_DIR = ROOT / "models"
DATA_DIR = ROOT / "data"

MAX_FILE_BYTES = 200 * 2**20
"""Files above this are refused before they are opened."""
MAX_PIXELS = 80_000_000
"""Pictures that declare more pixels are refused before decoding (a 24 x 30 cm film at 50 micron has 28.8 million)."""


@dataclass(frozen=True)
class PreprocessConfig:
    """How a film becomes model input. Lives in the model folder; the same for training and reading.

    Attributes:
        spacing_mm: Millimetres per pixel of the prepared image.
        stretch_percentiles: In-breast percentiles mapped to 1 and 255.
        clahe: Whether CLAHE follows the stretch (measured: the stretch alone serves the network better).
        clip_limit: CLAHE clip limit, as OpenCV.
        tile_grid: CLAHE (columns, rows) count of tiles, as OpenCV.
    """

    spacing_mm: float = 0.2
    stretch_percentiles: tuple[float, float] = (2.0, 99.7)
    clahe: bool = False
    clip_limit: float = 2.0
    tile_grid: tuple[int, int] = (8, 8)

    def __post_init__(self) -> None:
        low, high = self.stretch_percentiles
        if not 0 <= low < high <= 100:
            raise ValueError(f"stretch_percentiles must be 0 <= low < high <= 100, not {self.stretch_percentiles}")
        if not self.spacing_mm > 0:
            raise ValueError(f"spacing_mm must be positive, not {self.spacing_mm}")

    def to_dict(self) -> dict:
        """Return a JSON-ready dict, in field order."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}

    @classmethod
    def from_dict(cls, values: dict) -> PreprocessConfig:
        """Build from `to_dict`'s form. Unknown keys raise ValueError."""
        known = {f.name for f in fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise ValueError(f"unknown preprocessing settings {unknown}; known: {sorted(known)}")
        return cls(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})


@dataclass(frozen=True)
class WorklistConfig:
    """Where the worklist is kept, for how long, and who sees it.

    Attributes:
        folder: Holds the films, and the database unless another one is named; outside the project.
        database_url: `postgresql://user:password@host/name`; empty for SQLite in the folder.
        shared: Whether all visitors share one list; else each has a list of their own.
        keep_days: Days after which an exam that nothing was done with is deleted for good.
    """

    folder: Path
    database_url: str = ""
    shared: bool = False
    keep_days: float = 90

    @classmethod
    def from_environment(cls) -> WorklistConfig:
        """Build from `MAMMO_WORKLIST_DIR`, `MAMMO_WORKLIST_DB`, `MAMMO_WORKLIST_SHARED` (1) and `MAMMO_WORKLIST_DAYS`.

        Raises:
            ValueError: The days are no positive number, or the folder lies inside the project.
        """
        stated = os.environ.get("MAMMO_WORKLIST_DIR")
        folder = Path(stated).expanduser().resolve() if stated else _user_data()
        if folder.is_relative_to(ROOT):
            raise ValueError("MAMMO_WORKLIST_DIR lies inside the project; name a folder outside of it")
        days = os.environ.get("MAMMO_WORKLIST_DAYS") or str(cls.keep_days)
        try:
            keep_days = float(days)
        except ValueError:
            keep_days = 0
        if not 0 < keep_days < float("inf"):
            raise ValueError(f"MAMMO_WORKLIST_DAYS must be a positive number of days, not {days!r}")
        shared = os.environ.get("MAMMO_WORKLIST_SHARED") == "1"
        return cls(folder, os.environ.get("MAMMO_WORKLIST_DB", ""), shared, keep_days)


def _user_data() -> Path:
    from platformdirs import user_data_path  # only for those who keep something

    return user_data_path("mammogram-dashboard", appauthor=False)


def find_mias() -> Path | None:
    """Return the folder that holds MIAS (films, or its archive), or None.

    Looks at `MAMMO_MIAS_DIR`, then `data/mias/`, then `../shared/mias/` beside the project.
    """
    stated = os.environ.get("MAMMO_MIAS_DIR")
    for folder in [Path(stated)] if stated else [DATA_DIR / "mias", ROOT.parent / "shared" / "mias"]:
        if any(folder.glob("mdb*.pgm")) or (folder / "all-mias.tar.gz").is_file():
            return folder
    return None
