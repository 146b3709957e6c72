"""One system's door: read in one snapshot that cannot write, change in one transaction. SQLAlchemy errors end here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, DisconnectionError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from bot.sources.errors import SourceFailedError

CONNECT_SECONDS = 10
STATEMENT_SECONDS = 300
PSYCOPG = frozenset({"postgresql", "postgresql+psycopg"})
FETCH_ROWS = 500  # rows held in memory at a time


class Database:
    """A system that SQLAlchemy reaches. Connections are made when needed and not kept between uses."""

    def __init__(self, system: str, url: str) -> None:
        self.system = system
        try:
            self._url = sa.make_url(url)
            self._engine = _engine(self._url)
        except (SQLAlchemyError, ImportError) as wrong:
            raise SourceFailedError(system, permanent=True, trouble=type(wrong).__name__) from None

    @property
    def dialect(self) -> str:
        return self._engine.dialect.name

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One snapshot, read only where the database can. Raises SourceFailedError.

        How it ends is no news: a generator that is thrown away half-way may find its driver gone already.
        """
        with self.troubles():
            connection = self._connection(writing=False)
            connection.begin()
        try:
            with self.troubles():
                yield connection
        finally:
            with suppress(SQLAlchemyError):
                connection.close()

    @contextmanager
    def changing(self) -> Iterator[sa.Connection]:
        """One transaction: commits at the end, rolls back on any exception. Raises SourceFailedError."""
        with self.troubles(), self._connection(writing=True) as connection, connection.begin():
            yield connection

    def close(self) -> None:
        self._engine.dispose()

    def _connection(self, *, writing: bool) -> sa.Connection:
        """SQLite would make a missing file: a typo in the URL must not read as an empty database."""
        if self.dialect == "sqlite":
            _require_file(self.system, self._url)
        options: dict[str, Any] = {"writing": writing}
        if self.dialect == "postgresql":
            options["isolation_level"] = "READ COMMITTED" if writing else "REPEATABLE READ"
            options["postgresql_readonly"] = not writing
        return self._engine.connect().execution_options(**options)

    @contextmanager
    def troubles(self) -> Iterator[None]:
        """For rows that are walked later than they were asked for. Raises SourceFailedError."""
        try:
            yield
        except SQLAlchemyError as trouble:
            raise SourceFailedError(self.system, _permanent(trouble), _class_of(trouble)) from None


def _engine(url: sa.URL) -> sa.Engine:
    """`hide_parameters`: an error message would quote the values, addresses included."""
    arguments: dict[str, Any] = {}
    if url.get_backend_name() == "sqlite":
        arguments = {"timeout": CONNECT_SECONDS, "isolation_level": None, "check_same_thread": False}
    elif url.drivername in PSYCOPG:
        arguments = {"connect_timeout": CONNECT_SECONDS}
        if "options" not in url.query:
            arguments["options"] = f"-c statement_timeout={STATEMENT_SECONDS}s -c lock_timeout=30s"
    options: dict[str, Any] = {"hide_parameters": True, "poolclass": sa.NullPool, "connect_args": arguments}
    if url.drivername in PSYCOPG:
        options["use_native_hstore"] = False  # would cost a query on every connection
    engine = sa.create_engine(url, **options)
    if engine.dialect.name == "sqlite":
        _teach_sqlite(engine)
    return engine


def _teach_sqlite(engine: sa.Engine) -> None:
    """The driver's own transactions leave reads outside them: begin ourselves, and refuse writes while reading."""

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")
        connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writing else 'ON'}")
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _require_file(system: str, url: sa.URL) -> None:
    name = url.database or ""
    if name and name != ":memory:" and not name.startswith("file:") and not Path(name).is_file():
        raise SourceFailedError(system, permanent=True, trouble="no such database file")


def _class_of(trouble: SQLAlchemyError) -> str:
    """The driver's class says more than SQLAlchemy's; neither holds data."""
    cause = trouble.orig if isinstance(trouble, DBAPIError) else None
    return type(cause or trouble).__name__


def _permanent(trouble: SQLAlchemyError) -> bool:
    """A lost connection, a lock or a time limit passes; a missing table does not."""
    if isinstance(trouble, PoolTimeoutError | DisconnectionError):
        return False
    if not isinstance(trouble, DBAPIError):
        return True
    if trouble.connection_invalidated:
        return False
    if isinstance(trouble, sa.exc.OperationalError | sa.exc.InterfaceError):
        return "no such" in str(trouble.orig)
    return True
