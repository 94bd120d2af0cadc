"""A PostgreSQL server of its own for the tests: Debian's binaries, a cluster in a temporary folder, a free port."""

from __future__ import annotations

import getpass
import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.live_app import free_port

SERVER_USER = "postgres"
"""Whom root lends the server to: PostgreSQL refuses to run as root, and Debian's package makes this user."""


def find_postgresql() -> Path | None:
    """Return the folder of the server's programs; Debian keeps them outside the path."""
    found = shutil.which("initdb")
    places = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "initdb").exists() and (place / "pg_ctl").exists()), None)


@contextmanager
def temporary_postgresql() -> Iterator[Callable[[], str]]:
    """Run a server and yield a function that makes an empty database and returns its URL."""
    from sqlalchemy import create_engine, text

    programs, user = find_postgresql(), SERVER_USER if os.geteuid() == 0 else getpass.getuser()
    folder = Path(tempfile.mkdtemp(prefix="mammo-postgresql-"))
    shutil.chown(folder, user)

    def run(program: str, *arguments: str) -> None:
        command = [programs / program, "-D", folder / "data", *arguments]
        with open(os.devnull, "wb") as nothing:  # a pipe would stay open as long as the server runs
            subprocess.run(command, user=user, cwd=folder, check=True, stdout=nothing, stderr=nothing)

    port, names = free_port(), itertools.count()
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
    address = f"127.0.0.1:{port}"

    def make_database() -> str:
        name = f"worklist_{next(names)}"
        engine = create_engine(f"postgresql+pg8000://mammo@{address}/postgres", isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return f"postgresql://mammo@{address}/{name}"

    try:
        run("initdb", "-A", "trust", "-U", "mammo", "--no-sync")
        run("pg_ctl", "-w", "-o", options, "-l", str(folder / "log"), "start")
        yield make_database
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            run("pg_ctl", "-m", "immediate", "stop")
        shutil.rmtree(folder)
