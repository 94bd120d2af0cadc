"""Who may import whom, and what a reading must never load."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mammo_core.config import ROOT

TENSORFLOW = {"tensorflow", "keras", "tf_keras_vis", "tf2onnx"}
MAY_IMPORT = {
    **dict.fromkeys(("sqlalchemy", "alembic"), ("mammo_core/store/",)),
    "streamlit": ("app.py", "pages/", "mammo_core/ui/", "benchmarks/bare_"),
    **dict.fromkeys(("dask", "distributed"), ("mammo_core/batch/", "benchmarks/growth_runs.py")),
    **dict.fromkeys(
        TENSORFLOW,
        (
            *(f"mammo_core/network/{module}.py" for module in ("backbone", "build", "export", "train")),
            *("mammo_core/network/families/", "mammo_core/explain/"),
            *(f"benchmarks/{module}.py" for module in ("keras_vis", "speed_library", "training_speed")),
        ),
    ),
}
"""{package: the only files that may import it}, for everything that is shipped; tests may import anything."""


def shipped_files():
    files = [ROOT / "app.py"]
    for folder in ("mammo_core", "pages", "scripts", "benchmarks"):
        files += sorted((ROOT / folder).rglob("*.py"))
    return [path for path in files if path.is_file()]


def imported_packages(path):
    """Return the top-level packages a file imports, at any depth of its code."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def run_python(code, *args):
    """Run code in a fresh interpreter and return what it printed."""
    done = subprocess.run([sys.executable, "-c", code, *args], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("package", sorted(MAY_IMPORT))
def test_only_its_rooms_import(package):
    names = (path.relative_to(ROOT).as_posix() for path in shipped_files() if package in imported_packages(path))
    assert [name for name in names if not name.startswith(MAY_IMPORT[package])] == []


def test_rooms_import_downwards_only():
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_importing_the_library_is_light():
    heavy = TENSORFLOW | {"streamlit", "numpy", "cv2", "pydicom"}
    code = f"import sys, mammo_core; print(sorted({heavy!r} & set(sys.modules)))"
    assert run_python(code).strip() == "[]"


def test_a_public_name_stays_itself_when_its_room_is_imported_first():
    code = (
        "import mammo_core.preprocess, mammo_core.explain.explain\n"
        "from mammo_core import explain, preprocess\n"
        "from mammo_core.preprocess import film_mask\n"
        "from mammo_core import explain, preprocess\n"
        "print(explain.__name__, preprocess.__name__, callable(explain), callable(preprocess))"
    )
    assert run_python(code).split() == ["explain", "preprocess", "True", "True"]


def test_every_public_name_can_be_imported():
    code = "import mammo_core; print(all(callable(getattr(mammo_core, name)) for name in mammo_core.__all__))"
    assert run_python(code).strip() == "True"


def test_reading_a_film_leaves_tensorflow_out(demo_dir):
    code = (
        "import sys, mammo_core as m\n"
        "film = m.load_mammogram(sys.argv[1])\n"
        "reading = m.read_film(film)\n"
        "m.explain(film, method='gradcam')\n"
        f"print(sorted({TENSORFLOW | {'streamlit'}!r} & set(sys.modules)))"
    )
    assert run_python(code, os.fspath(demo_dir / "sfm-malign-0" / "1-283.dcm")).strip() == "[]"


def test_the_first_page_waits_for_nothing_that_a_film_needs_nor_for_a_worklist_that_is_there(tmp_path, monkeypatch):
    (tmp_path / "worklist.sqlite").touch()
    monkeypatch.setenv("MAMMO_WORKLIST_DIR", os.fspath(tmp_path))
    code = (
        "import sys\nfrom streamlit.testing.v1 import AppTest\n"
        "from mammo_core.ui import long_work\n"
        "long_work.DRAWN_SECONDS = 600\n"
        "app = AppTest.from_file('app.py', default_timeout=120).run()\n"
        "assert not app.exception and app.file_uploader\n"
        "print(sorted({'numpy', 'cv2', 'pydicom', 'onnxruntime', 'sqlalchemy'} & set(sys.modules)))"
    )
    assert run_python(code).strip() == "[]"
