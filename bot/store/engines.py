"""Engines for both databases: how each is opened, locked, and kept from leaving traces."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from bot.store.errors import AbandonedError, StoreUnavailableError

WRITES = "privacybot_writes"
"""Execution option of a connection whose transaction takes the write lock at once."""

_CONNECT_SECONDS = 10
_SILENT_SECONDS = 30
_WAL_AGAIN_SECONDS = 0.01


def address_of(url: str) -> URL:
    """DATABASE_URL as SQLAlchemy wants it; `postgres://` and `postgresql://` both mean psycopg."""
    scheme, separator, rest = url.partition("://")
    plain = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}.get(scheme, scheme)
    try:
        address = make_url(f"{plain}{separator}{rest}")
        known = address.get_backend_name() in {"sqlite", "postgresql"} and address.get_dialect() is not None
    except (ArgumentError, NoSuchModuleError, ValueError):
        known = False
    if not known:
        raise StoreUnavailableError(
            scheme[:40] or "nowhere", "DATABASE_URL must begin with sqlite:/// or postgresql://"
        )
    return address


def whereabouts(address: URL) -> str:
    """Host and database, or the file: what an error message may say."""
    if address.get_backend_name() == "sqlite":
        return address.database or ":memory:"
    return f"{address.host or 'localhost'}:{address.port or 5432}/{address.database or ''}"


def make_engine(address: URL, busy_seconds: float, *, migrating: bool = False) -> Engine:
    """An engine for one process. Errors of it never quote values."""
    if address.get_backend_name() == "sqlite":
        return _sqlite(address, busy_seconds, migrating=migrating)
    return _postgresql(address, busy_seconds)


def make_file(address: URL) -> None:
    """Make a SQLite file that only its owner can read, if there is none."""
    if address.get_backend_name() != "sqlite" or not address.database:
        return
    path = Path(address.database)
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _sqlite(address: URL, busy_seconds: float, *, migrating: bool) -> Engine:
    engine = create_engine(
        address, hide_parameters=True, connect_args={"timeout": busy_seconds}, pool_size=10, max_overflow=20
    )

    @event.listens_for(engine, "connect")
    def opened(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself
        connection.execute(f"PRAGMA busy_timeout = {int(busy_seconds * 1000)}").close()
        _begin_wal(connection, busy_seconds)
        for pragma in (
            "synchronous = FULL",
            "secure_delete = ON",
            "journal_size_limit = 0",  # what was deleted does not stay behind in the write-ahead log
            f"foreign_keys = {'OFF' if migrating else 'ON'}",
            "trusted_schema = OFF",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES, False)
        connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    @event.listens_for(engine, "before_cursor_execute")
    def still_inside(_connection: Connection, cursor: Any, statement: str, *_: object) -> None:
        """A full disk ends the transaction: what came after it would be kept on its own, at once."""
        if not cursor.connection.in_transaction and not statement.startswith(("BEGIN", "PRAGMA")):
            raise AbandonedError

    @event.listens_for(engine, "commit")
    def committing(connection: Connection) -> None:
        if not _raw(connection).in_transaction:
            raise AbandonedError

    return engine


def _begin_wal(connection: Any, busy_seconds: float) -> None:
    """SQLite's own waiting does not cover the change to WAL: two that open a new file at once would meet there."""
    last = time.monotonic() + busy_seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").close()
            return
        except sqlite3.OperationalError as fault:
            if fault.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= last:
                raise
            time.sleep(_WAL_AGAIN_SECONDS)


def _postgresql(address: URL, busy_seconds: float) -> Engine:
    # A committed mail must survive a power cut, whatever this server does for others; the URL has the last word.
    options = f"-c timezone=UTC -c synchronous_commit=on -c lock_timeout={int(busy_seconds * 1000)}"
    given = address.query.get("options")
    engine = create_engine(
        address.difference_update_query(["options"]),
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=10,
        max_overflow=20,
        connect_args={
            "connect_timeout": _CONNECT_SECONDS,
            "application_name": "privacybot",
            "keepalives_idle": _SILENT_SECONDS,
            "tcp_user_timeout": _SILENT_SECONDS * 1000,  # a server that vanished is noticed
            "options": f"{options} {given}" if isinstance(given, str) else options,
        },
    )

    @event.listens_for(engine, "commit")
    def committing(connection: Connection) -> None:
        """PostgreSQL answers COMMIT of a failed transaction with a silent ROLLBACK."""
        if _raw(connection).info.transaction_status.name == "INERROR":
            raise AbandonedError

    return engine


def _raw(connection: Connection) -> Any:
    return connection.connection.dbapi_connection
