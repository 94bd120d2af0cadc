"""Opening the database: SQLite in the worklist's folder, or the PostgreSQL server that a URL names; migrated first."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DisconnectionError, SQLAlchemyError

from mammo_core.errors import StoreError

HEAD = "0001"
"""The newest migration."""
SQLITE_NAME = "worklist.sqlite"
_MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_SECONDS = 30
_LOCK = 20261122
"""What names this program's lock among those of a PostgreSQL database."""
_opening = threading.Lock()


def open_database(folder: Path, url: str = "") -> Engine:
    """Return an engine on a database that has all tables.

    Args:
        folder: Where SQLite's file lies; it exists.
        url: A PostgreSQL server's; empty for SQLite.

    Raises:
        StoreError: The URL is none, or the database cannot be reached or is of a newer program.
    """
    with _opening:  # Alembic keeps its context in a global
        try:
            engine = _postgresql(url) if url else _sqlite(folder / SQLITE_NAME)
            with engine.begin() as connection:
                _migrate(connection)
        except (SQLAlchemyError, OSError) as error:
            raise StoreError(
                f"The worklist's database cannot be opened ({type(error).__name__}). Check that its folder or server "
                "is there and may be written to (MAMMO_WORKLIST_DIR, MAMMO_WORKLIST_DB)."
            ) from None
    return engine


def vacuum(engine: Engine) -> None:
    """See that deleted rows are gone from the disk, not only from the tables.

    Raises:
        StoreError: The database does not let it be done now.
    """
    try:
        with engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(text("VACUUM"))
            if engine.dialect.name == "sqlite":
                connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    except (SQLAlchemyError, OSError) as error:
        raise StoreError(
            "What was deleted has left the worklist, but the database could not be cleared of what held it yet "
            f"({type(error).__name__}). The program tries again by itself."
        ) from None


def _sqlite(path: Path) -> Engine:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    engine = create_engine(URL.create("sqlite", database=str(path)), hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: object, record: object) -> None:
        connection.isolation_level = None  # transactions begin below: Python's own leave the making of tables out
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout = {1000 * _BUSY_SECONDS}",
            "journal_mode = WAL",  # the page reads while a reading is being recorded
            "synchronous = FULL",  # what is recorded outlives a power cut too
            "foreign_keys = ON",
            "secure_delete = ON",  # deleted rows are overwritten with zeros
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # one that reads first and writes later would fail, not wait

    return engine


def _postgresql(url: str) -> Engine:
    try:
        stated = make_url(url)
    except ArgumentError:
        raise StoreError(
            "MAMMO_WORKLIST_DB is no database URL; expected postgresql://user:password@host/name"
        ) from None
    if stated.get_backend_name() != "postgresql":
        raise StoreError("MAMMO_WORKLIST_DB must begin with postgresql://; leave it empty for SQLite")
    # Errors of a database quote what was asked of it, and that is about people: parameters are left out.
    engine = create_engine(stated.set(drivername="postgresql+pg8000"), hide_parameters=True)

    @event.listens_for(engine, "checkout")
    def look(connection: object, record: object, proxy: object) -> None:
        """See that the server is still there, as `pool_pre_ping` would: the driver lets OSError through to that."""
        try:
            engine.dialect.do_ping(connection)
            connection.rollback()
        except (engine.dialect.loaded_dbapi.Error, OSError):
            raise DisconnectionError from None  # the pool connects anew

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")  # one after the other, as in SQLite

    return engine


def _migrate(connection: Connection) -> None:
    """Bring the tables to `HEAD`; Alembic is loaded only where there is something to do."""
    found = None
    if inspect(connection).has_table("alembic_version"):
        found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if found == HEAD:
        return
    if found is not None and found > HEAD:
        raise StoreError("The worklist was kept by a newer version of this program. Use that one, or another folder.")
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)
