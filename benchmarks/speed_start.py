"""How soon the dashboard can be used after `make run`, and how soon the library after its import.

The floor of the dashboard is a hello-world Streamlit app with as many pages, written into a temporary folder and served
by the same Streamlit with the same settings. The floor of the library's import is TensorFlow's.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.contest import Contest
from benchmarks.visitor import a_browser, a_page
from mammo_core.ui.words.frame import PAGES
from scripts.live_app import ROOT, free_port

_RUNS, _IMPORT_RUNS = 7, 3
_HELLO = """
import streamlit as st
st.set_page_config(page_title="Hello", layout="wide")
st.navigation([st.Page(f"hello_{{i}}.py", title=f"Hello {{i}}") for i in range({pages})], position="top").run()
"""
_PAGE = 'import streamlit as st\nst.write("Hello, world")\n'
ENVIRONMENT = {"MALLOC_ARENA_MAX": "1"}
"""What `make run` sets (Makefile)."""
_READY, _HELLO_READY = "input[type=file]:enabled", "text=Hello, world"


def contests() -> Iterator[Contest]:
    """Yield the contests; the browser and the hello-world app live until the generator ends."""
    with a_browser() as browser, tempfile.TemporaryDirectory(prefix="mammo-bench-") as folder:
        hello = write_hello(Path(folder))
        yield Contest(
            "from `make run` to a first page that can be used",
            lambda: time_first_page(browser, ROOT, _READY),
            f"a hello-world Streamlit app of {len(PAGES)} pages",
            lambda: time_first_page(browser, hello, _HELLO_READY),
            1.5,
            _RUNS,
        )
    yield Contest(
        "import mammo_core", lambda: time_import("mammo_core"), "import tensorflow", lambda: time_import("tensorflow"),
        0.1, _IMPORT_RUNS,
    )  # fmt: skip


def write_hello(folder: Path) -> Path:
    """Write the hello-world app, with our settings of Streamlit, and return its folder."""
    shutil.copytree(ROOT / ".streamlit", folder / ".streamlit")
    (folder / "app.py").write_text(_HELLO.format(pages=len(PAGES)), encoding="utf-8")
    for number in range(len(PAGES)):
        (folder / f"hello_{number}.py").write_text(_PAGE, encoding="utf-8")
    return folder


def time_first_page(browser: Browser, folder: Path, ready: str) -> float:
    """Return the milliseconds from starting a server until a new visitor's first page is ready."""
    port = free_port()
    start = time.perf_counter()
    with a_server(folder, port), a_page(browser, f"http://127.0.0.1:{port}") as page:
        page.locator(ready).first.wait_for(state="attached")
        return 1000 * (time.perf_counter() - start)


@contextmanager
def a_server(folder: Path, port: int) -> Iterator[subprocess.Popen]:
    """Start what `make run` starts, with the program of a folder; yield it as soon as it listens."""
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.address", "127.0.0.1"]
    command += ["--server.port", str(port), "--server.showEmailPrompt", "false"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with tempfile.TemporaryDirectory(prefix="mammo-bench-") as worklist:
        own = {**os.environ, **ENVIRONMENT, "MAMMO_WORKLIST_DIR": worklist}
        server = subprocess.Popen(command, cwd=folder, env=own, **quiet)
        try:
            while not listens(port):
                if server.poll() is not None:
                    raise RuntimeError(f"the server of {folder.name} ended with {server.returncode}")
                time.sleep(0.005)
            yield server
        finally:
            server.terminate()
            server.wait(20)


def listens(port: int) -> bool:
    """Return whether something listens on a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def time_import(package: str) -> float:
    """Return the milliseconds that an import takes in a fresh interpreter, once its files are in the disk's cache."""
    code = f"import time; start = time.perf_counter(); import {package}; print(1000 * (time.perf_counter() - start))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])
