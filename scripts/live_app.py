"""The real dashboard on a free port, and the browser that looks at it: for screenshots and for browser tests."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
_START_SECONDS = 60


def find_chromium() -> str:
    """Return the path of the system's chromium. Raises SystemExit where there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        raise SystemExit("chromium is not installed: apt-get install chromium")
    return path


@contextmanager
def live_app(script: str = "app.py", **environment: str) -> Iterator[str]:
    """Serve the dashboard on a free port of 127.0.0.1 and yield its address; the server ends with the block.

    Args:
        script: What to serve, as a path within the project.
        environment: Variables to add to the server's environment; its worklist is a new one unless they say otherwise.

    Raises:
        RuntimeError: The server did not come up; its last words are in the message.
    """
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)]
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile("w+") as log:
        own = {"MAMMO_WORKLIST_DIR": os.path.join(folder, "worklist"), **environment}
        server = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, env={**os.environ, **own})
        try:
            await_health(f"http://127.0.0.1:{port}", server, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def free_port() -> int:
    """Return a port of 127.0.0.1 that nothing uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def await_health(url: str, server: subprocess.Popen, log: object) -> None:
    """Wait until a server answers. Raises RuntimeError with its last words where it does not."""
    pause = Event()
    for _ in range(_START_SECONDS * 5):
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            pause.wait(0.2)
    log.seek(0)
    raise RuntimeError(f"the dashboard did not come up at {url}: {log.read()[-800:]}")
